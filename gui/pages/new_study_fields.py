"""Choices of the New study page's settings that are there only while there is something to choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from ...storage.records import StudyRecord
from ..speech import tr
from ..widgets.fields import ChoiceField, Options


class _OfferedField(ChoiceField):
    """A choice whose line is hidden where nothing is offered but to leave it."""

    _line: QWidget | None = None

    def line(self) -> QWidget:
        """Return label and choice side by side."""
        if self._line is None:
            self._line = super().line()
        return self._line

    def set_options(self, options: Options) -> None:
        super().set_options(options)
        self.line().setVisible(len(options) > 1)


class StartField(_OfferedField):
    """The earlier study whose best trials are tried first; its value is the study's id, None for no study."""

    def __init__(self) -> None:
        super().__init__(
            lambda: tr("Start from"),
            tip=lambda: tr("The best trials of an earlier study on the same data are tried first"),
        )

    def offer(self, studies: Sequence[StudyRecord]) -> None:
        """Offer earlier studies on equal data."""
        options = [(one.id, lambda one=one: _study_text(one)) for one in studies]
        self.set_options([(None, lambda: tr("Usual starts only")), *options])


class PartField(_OfferedField):
    """Which rows are the holdout: an official part of the data by its name, or none: drawn at random."""

    def __init__(self) -> None:
        super().__init__(
            lambda: tr("Holdout rows"),
            tip=lambda: tr("Drawn from all rows, or an official part of the data: its test set"),
        )

    def offer(self, parts: Sequence[tuple[str, int]]) -> None:
        """Offer parts, each with its rows."""
        options = [
            (name, lambda name=name, n=n: tr("{part}, {n:,} rows", part=name, n=n)) for name, n in parts
        ]
        self.set_options([("", lambda: tr("Drawn at random")), *options])


def _study_text(study: StudyRecord) -> str:
    return tr("{study}, best {score}", study=study.name, score=formatting.number(study.best_value))
