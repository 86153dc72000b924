"""The New study page's forecast: what a few real corners of the search space cost on this machine."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout

from ...engine.domain import formatting
from ...engine.domain.forecasts import Corner, Forecast
from .. import words
from ..speech import Text, counted, sentence, tr
from ..widgets.grids import fill_rows
from ..widgets.parts import Button, Card, Label
from ..widgets.progress import ProgressLine


class ForecastCard(Card):
    """What a few real corners of the space cost on this machine.

    Signals
    -------
    wanted
        The user asks for a forecast.
    unwanted
        The user wants no forecast any more.
    """

    wanted = Signal()
    unwanted = Signal()

    def __init__(self) -> None:
        self.ask = Button(lambda: tr("Measure"), "", "clock")
        self.stop = Button(lambda: tr("Cancel"), "", "stop")
        super().__init__(lambda: tr("Forecast"), self.ask, self.stop, margin=12)
        self.ask.clicked.connect(self.wanted)
        self.stop.clicked.connect(self.unwanted)
        self.words = Label(kind="small", tone="muted", wrap=True)
        self._busy = ProgressLine()
        self._show_busy(False)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(4)
        self._result: Forecast | None = None
        # Why there is no result.
        self._failure: Text | None = None
        for widget in (self.words, self._busy):
            self.body.addWidget(widget)
        self.body.addLayout(self.grid)
        self.words.say(self._show)

    def forget(self) -> None:
        """Forget the last forecast."""
        self._result, self._failure = None, None
        self._show_busy(False)
        self._show()

    def show_progress(self, fraction: float, _word: str) -> None:
        """Show that it is being measured."""
        self._show_busy(True)
        self._busy.show_part(fraction)

    def show_failure(self, text: Text) -> None:
        """Say why there is no forecast."""
        self._show_busy(False)
        self._result, self._failure = None, text
        self._show()

    def show_result(self, result: Forecast) -> None:
        """Show what was measured."""
        self._show_busy(False)
        self._result, self._failure = result, None
        self._show()

    def _show_busy(self, on: bool) -> None:
        self._busy.setVisible(on)
        self.ask.setVisible(not on)
        self.stop.setVisible(on)

    def _show(self) -> None:
        result = self._result
        corners = result.corners if result is not None else ()
        rows = [(tr("Network"), tr("Trial"), tr("Memory"), tr("Parameters"))] if corners else []
        rows += [
            (
                f"{words.family(corner.family)} · {corner_text(corner.name)}",
                trial_text(corner),
                formatting.size(corner.memory_bytes),
                formatting.count(corner.n_parameters),
            )
            for corner in corners
        ]
        fill_rows(self.grid, rows)
        if result is None:
            hint = tr("Trains a few networks of the space for seconds, to tell time and memory.")
            self.words.setText(self._failure() if self._failure is not None else hint)
            return
        said = []
        if result.trials_in_budget is not None:
            said.append(fitting_text(*result.trials_in_budget))
        said.append(tr("At most {size} of memory.", size=formatting.size(result.peak_memory_bytes)))
        said += [sentence(message) for message in result.messages]
        self.words.setText(" ".join(said))


def fitting_text(low: int, high: int) -> str:
    """Return how many trials fit the budget, from `low` to `high`."""
    if high < 1:
        return tr("Fewer than one trial fits the budget.")
    if low < 1:
        one, many = tr("At most 1 trial fits the budget."), tr("Up to {n} trials fit the budget.")
        return counted(high, one, many)
    if low == high:
        return counted(high, tr("About 1 trial fits the budget."), tr("About {n} trials fit the budget."))
    low_text, high_text = formatting.count(low), formatting.count(high)
    return tr("About {low} to {high} trials fit the budget.", low=low_text, high=high_text)


def trial_text(corner: Corner) -> str:
    """Return how long a whole trial of a corner takes, and whether that is longer than the budget allows."""
    seconds = formatting.seconds(corner.seconds)
    return seconds if corner.fits else tr("{time}, too long", time=seconds)


def corner_text(name: str) -> str:
    """Return the name of a corner of the space."""
    return {"smallest": tr("Smallest"), "default": tr("Middle"), "largest": tr("Largest")}.get(name, name)
