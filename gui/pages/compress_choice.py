"""The upper card of the Compress page: which trial, in which ways, under which limits, and how far it has come."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...engine.domain.compression_plan import WHAT
from .. import words
from ..speech import Text, tr
from ..states.compressing import CompressionLimits, checked_drop, checked_limit
from ..widgets.fields import ChipsField, NumberField
from ..widgets.parts import Card, row
from ..widgets.progress import ProgressBox
from ..widgets.trial_field import TrialField

_SEARCH_S = 180.0
_NUMBER_PX, _LABEL_PX = 76, 200


class ChoiceCard(Card):
    """What is to be done, and how far it has come.

    Signals
    -------
    trial_changed
        Another trial was chosen.
    limit_changed
        A limit by which variants are judged was edited; it may be half typed.
    """

    trial_changed = Signal()
    limit_changed = Signal()

    def __init__(self, best_text: Text, progress_box: ProgressBox) -> None:
        super().__init__(margin=12)
        self._make_fields(best_text)
        choice = QWidget()
        layout = row(self.trial.label, self.trial.widget, self.what.label, self.what.widget, spacing=8)
        layout.setStretch(1, 2)
        # Chips take as many lines as their width makes them.
        layout.setStretch(3, 3)
        choice.setLayout(layout)
        limits = QWidget()
        parts = [part for field in self._numbers for part in (field.label, field.widget)]
        limits.setLayout(row(*parts, 1, spacing=8))
        for widget in (choice, limits, progress_box):
            self.body.addWidget(widget)

    def limits(self) -> CompressionLimits:
        """Return what the limits say.

        Raises
        ------
        ValueError
            Where what is written is no limit; the text is translated.
        """
        return CompressionLimits(
            self.most_drop(), *(checked_limit(field.value()) for field in self._numbers[1:])
        )

    def most_drop(self) -> float:
        """Return what may be lost, in units of the metric.

        Raises
        ------
        ValueError
            Where what is written is no limit; the text is translated.
        """
        return checked_drop(self.limit.value())

    def most_needed(self) -> tuple[float | None, float | None]:
        """Return the limits of bytes and of milliseconds; None while one is half typed."""
        found: list[float | None] = []
        for field in (self.most_bytes, self.most_ms):
            try:
                found.append(checked_limit(field.value()))
            except ValueError:
                found.append(None)
        return found[0], found[1]

    def _make_fields(self, best_text: Text) -> None:
        self.trial = TrialField(best_text)
        self.trial.changed.connect(self.trial_changed)
        self.what = ChipsField(
            lambda: tr("What"),
            [(name, lambda name=name: words.way_to_compress(name)) for name in WHAT],
            tip=lambda: tr("None chosen means all. Base and control are always measured, to compare with."),
        )
        self.limit = NumberField(
            lambda: tr("Limit of loss"),
            tip=lambda: tr(
                "What you are ready to lose, in units of the metric; the verdicts follow it at once."
            ),
        )
        self.most_bytes = NumberField(
            lambda: tr("File at most, kB"), lambda: tr("no limit"), scale=1000.0, empty=True
        )
        self.most_ms = NumberField(lambda: tr("1 row at most, ms"), lambda: tr("no limit"), empty=True)
        self.timeout = NumberField(
            lambda: tr("Search for, minutes"),
            scale=60.0,
            empty=True,
            tip=lambda: tr(
                'How long "Choose for me" tries candidates; measuring what it found comes on top.'
            ),
        )
        self.timeout.set_value(_SEARCH_S)
        self._numbers = (self.limit, self.most_bytes, self.most_ms, self.timeout)
        for field in self._numbers:
            field.widget.setFixedWidth(_NUMBER_PX)
        for field in self._numbers[:3]:
            field.changed.connect(self.limit_changed)
        for field in (self.trial, self.what, *self._numbers):
            field.label.setMinimumWidth(0)
            field.label.setMaximumWidth(_LABEL_PX)
