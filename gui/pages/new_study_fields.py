"""Groups of fields of the New study page's settings: the holdout, limits, and what is tried first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from ...engine.domain.spec import LimitsSpec
from ...storage.records import StudyRecord
from ..language import tr
from ..widgets.fields import ChoiceField, NumberField


class LimitFields:
    """What a network may cost, one field for each limit; an empty field is no limit."""

    def __init__(self) -> None:
        def none() -> str:
            return tr("none")

        self.parameters = NumberField(lambda: tr("Weights"), none, whole=True, empty=True)
        self.size_kb = NumberField(lambda: tr("File, kB"), none, scale=1000, empty=True)
        self.latency_ms = NumberField(
            lambda: tr("ms a row"),
            none,
            empty=True,
            tip=lambda: tr("Milliseconds of a network for one row, on one thread of this machine"),
        )
        self.memory_mb = NumberField(
            lambda: tr("RAM, MB"),
            none,
            scale=1e6,
            empty=True,
            tip=lambda: tr("Memory of a process that trains, as estimated"),
        )
        self.all = (self.parameters, self.size_kb, self.latency_ms, self.memory_mb)

    def lines(self) -> list[QWidget]:
        """Return a line for each field."""
        return [field.line() for field in self.all]

    def forget(self) -> None:
        """Go back to no limits."""
        for field in self.all:
            field.set_value(None)

    def spec(self) -> LimitsSpec:
        """Return the limits asked for.

        Raises
        ------
        SpecError
            Where a value is out of range.
        ValueError
            Where what is written is no number; the text is translated.
        """
        return LimitsSpec(
            parameters=self.parameters.value(),
            size_bytes=_whole(self.size_kb.value()),
            latency_ms=self.latency_ms.value(),
            memory_bytes=_whole(self.memory_mb.value()),
        )


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
    """Which rows are the holdout: an official part of the data by its name, or None: drawn at random."""

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
        self.set_options([(None, lambda: tr("Drawn at random")), *options])
        self.set_value("test" if "test" in dict(parts) else None)
        self._line.setVisible(bool(parts))


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
