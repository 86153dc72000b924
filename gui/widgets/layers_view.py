"""The layers of a variant, one below the other: histograms of their weights before and after, zeros, and blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ...engine.domain import formatting
from ...engine.domain.variants import LayerWeights
from .. import tokens
from ..charts.histograms import WEIGHTS, BeforeAndAfter
from ..language import Speaks
from ..speech import tr
from ..theme import body_font, colour, theme
from .small_chart import paint

_ROW, _GRAPH, _BAR = 62, 34, 6
_GAP = 8


class LayersView(Speaks, QWidget):
    """One block a layer; below each name the histograms, and where layers were blamed a bar of what it costs."""

    def __init__(self) -> None:
        super().__init__()
        self._layers: list[LayerWeights] = []
        self._blame: dict[str, float] = {}
        self._spared: frozenset[str] = frozenset()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.say(self._reworded)

    def show_layers(
        self, layers: Sequence[LayerWeights], blame: Mapping[str, float], spared: Sequence[str]
    ) -> None:
        """Show layers.

        Parameters
        ----------
        layers : sequence of LayerWeights
        blame : mapping of str to float
            By layer what is lost when it alone is compressed; empty where that was not measured.
        spared : sequence of str
            Layers that stay as they were.
        """
        self._layers, self._blame, self._spared = list(layers), dict(blame), frozenset(spared)
        self.setFixedHeight(self.sizeHint().height())
        self._reworded()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, max(len(self._layers) * self._row_height, 1))

    @property
    def _row_height(self) -> int:
        return _ROW + (_BAR + 18 if self._blame else 0)

    def _reworded(self) -> None:
        self.setAccessibleName(tr("Layers"))
        self.setAccessibleDescription("\n".join(self.words_of(one) for one in self._layers))
        self.update()

    def words_of(self, layer: LayerWeights) -> str:
        """Return what is drawn of a layer, in words."""
        name = layer.layer
        said = [
            f"{name}: {tr('{percent} zeros', percent=formatting.percent(layer.sparsity))}",
            tr("weights from {low} to {high}", low=_ends(layer, -1), high=_ends(layer, 1)),
        ]
        if name in self._blame:
            said.append(tr("loss alone {loss}", loss=formatting.number(self._blame[name], 4)))
        if name in self._spared:
            said.append(tr("stays as it is"))
        return " · ".join(said)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = event.pos().y() // self._row_height
            if 0 <= place < len(self._layers):
                QToolTip.showText(event.globalPos(), self.words_of(self._layers[place]), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(body_font(tokens.TYPE_CAPTION))
        most = max((abs(value) for value in self._blame.values()), default=0.0)
        for place, layer in enumerate(self._layers):
            self._draw(painter, layer, float(place * self._row_height), most)

    def _draw(self, painter: QPainter, layer: LayerWeights, top: float, most: float) -> None:
        width, name = float(self.width()), layer.layer
        right = formatting.percent(layer.sparsity)
        right = tr("stays as it is") if name in self._spared else tr("{percent} zeros", percent=right)
        metrics = QFontMetricsF(painter.font())
        room = width - metrics.horizontalAdvance(right) - _GAP
        line = QRectF(0, top, width, 18)
        painter.setPen(colour("text"))
        painter.drawText(
            line, Qt.AlignmentFlag.AlignLeft, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        )
        painter.setPen(colour("muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, right)
        area = QRectF(0, top + 19, width, _GRAPH)
        paint(painter, area, WEIGHTS, BeforeAndAfter(layer.before, layer.after))
        if name in self._blame:
            self._draw_blame(painter, self._blame[name], most, QRectF(0, top + 19 + _GRAPH + 4, width, 18))

    def _draw_blame(self, painter: QPainter, value: float, most: float, area: QRectF) -> None:
        text = tr("loss alone {loss}", loss=formatting.number(value, 4))
        painter.setPen(colour("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        room = area.width() - QFontMetricsF(painter.font()).horizontalAdvance(text) - _GAP
        track = QRectF(0, area.center().y() - _BAR / 2, max(room, 0.0), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("border"))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        if most > 0 and value > 0:
            track.setWidth(max(track.width() * value / most, float(_BAR)))
            painter.setBrush(colour("bad"))
            painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)


def _ends(layer: LayerWeights, sign: int) -> str:
    return formatting.number(sign * layer.most, 2)
