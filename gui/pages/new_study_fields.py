"""Fields of the New study page's settings that depend on the data: the holdout, and what is tried first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from ...storage.records import StudyRecord
from ..speech import tr
from ..widgets.fields import ChoiceField


class StartField(ChoiceField):
    """The earlier study whose best trials are tried first; its value is the study's id, None for no study."""

    def __init__(self) -> None:
        super().__init__(
            lambda: tr("Start from"),
            tip=lambda: tr("The best trials of an earlier study on the same data are tried first"),
        )
        self._line = super().line()

    def line(self) -> QWidget:
        """Return label and choice side by side, which are there only while there is a choice."""
        return self._line

    def offer(self, studies: Sequence[StudyRecord]) -> None:
        """Offer earlier studies on equal data."""
        options = [
            (
                s.id,
                lambda s=s: tr("{study}, best {score}", study=s.name, score=formatting.number(s.best_value)),
            )
            for s in studies
        ]
        self.set_options([(None, lambda: tr("Usual starts only")), *options])
        self._line.setVisible(bool(studies))


class PartField(ChoiceField):
    """Which rows are the holdout: an official part of the data by its name, or none: drawn at random."""

    def __init__(self) -> None:
        self._parts: tuple[tuple[str, int], ...] = ()
        super().__init__(
            lambda: tr("Holdout rows"),
            tip=lambda: tr("Drawn from all rows, or an official part of the data: its test set"),
        )
        self._line = super().line()

    def line(self) -> QWidget:
        """Return label and choice side by side, which are there only while there is a choice."""
        return self._line

    def offer(self, parts: Sequence[tuple[str, int]]) -> None:
        """Offer parts, each with its rows; what was chosen stays where the parts are the same."""
        if self._parts == tuple(parts) and parts:
            return
        self._parts = tuple(parts)
        options = [
            (name, lambda name=name, n=n: tr("{part}, {n:,} rows", part=name, n=n)) for name, n in parts
        ]
        self.set_options([("", lambda: tr("Drawn at random")), *options])
        self.set_value("test" if "test" in dict(parts) else "")
        self._line.setVisible(bool(parts))
