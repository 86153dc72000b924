"""The variants of a trial's networks as they were measured, and in which units their figures are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...engine.domain import formatting
from ...engine.domain.compression_verdict import verdict
from ...engine.domain.variants import Difference, Sizes, VariantMeasures
from ...storage.ranking import Direction
from ...storage.records import TrialState, VariantRecord
from .. import words
from ..speech import sentence, tr

BASE = "base"
# With their factor.
_SIZES = (("B", 1.0), ("kB", 1e-3), ("MB", 1e-6), ("GB", 1e-9))
_TIMES = (("µs", 1e3), ("ms", 1.0), ("s", 1e-3))


@dataclass(frozen=True, slots=True)
class FigureScale:
    """One unit and one number of decimals for several figures, so that they can be compared at a glance."""

    unit: str
    factor: float
    decimals: int

    def text(self, value: float | None) -> str:
        """Return a figure without its unit."""
        return formatting.number(None if value is None else value * self.factor, self.decimals)

    def with_unit(self, value: float | None) -> str:
        """Return a figure with its unit."""
        return formatting.NOTHING if value is None else f"{self.text(value)} {self.unit}"


def size_scale(n_bytes: Iterable[float | None]) -> FigureScale:
    """Return the scale of sizes, that shows the smallest of them well."""
    return _scale(_SIZES, n_bytes)


def time_scale(times_ms: Iterable[float | None]) -> FigureScale:
    """Return the scale of times in milliseconds, that shows the smallest of them well."""
    return _scale(_TIMES, times_ms)


def _scale(units: Sequence[tuple[str, float]], values: Iterable[float | None]) -> FigureScale:
    least = min((value for value in values if value), default=0.0)
    unit, factor = next((one for one in reversed(units) if least * one[1] >= 1.0), units[0])
    return FigureScale(unit, factor, 1 if least * factor < 100 and unit != "B" else 0)


@dataclass(frozen=True, slots=True)
class JudgedVariant:
    """A variant that has ended, with what it is judged against.

    Attributes
    ----------
    base : VariantRecord or None
        The network as it is, measured in the same run.
    measures : VariantMeasures
        Nothing is recorded in those of one that failed.
    """

    record: VariantRecord
    base: VariantRecord | None
    measures: VariantMeasures

    @property
    def is_complete(self) -> bool:
        """Whether it could be made."""
        return self.record.state is TrialState.COMPLETE

    @property
    def loss(self) -> Difference | None:
        """What it loses; None of the base, which all is compared with."""
        return self.measures.drop if self.is_complete and self.record.name != BASE else None

    def is_within(self, most_drop: float) -> bool:
        """Whether it loses no more than the user is ready to lose."""
        drop = self.measures.drop
        return self.is_complete and drop is not None and drop.mean <= most_drop

    def interval(self, direction: Direction) -> tuple[float, float]:
        """Return the ends of the interval around its score: those of its loss on the same folds."""
        value, drop = self.record.value or 0.0, self.measures.drop
        if drop is None:
            return value, value
        less, more = drop.high - drop.mean, drop.mean - drop.low
        return (
            (value - less, value + more) if direction is Direction.MAXIMIZE else (value - more, value + less)
        )

    def said(self, most_drop: float) -> str:
        """Return what its figures mean under the user's limit, or why it failed."""
        record = self.record
        if record.failure is not None:
            return words.failure_text(record.failure)
        if record.name == BASE:
            return tr("The trial's networks as they are.")
        if record.name == "control":
            return tr("What training on alone does.")
        sizes, base = Sizes.of(record), None if self.base is None else Sizes.of(self.base)
        drop = self.measures.drop
        if not self.is_complete or sizes is None or base is None or drop is None:
            return ""
        return sentence(verdict(sizes, base, drop, self.measures.sparsity or 0.0, most_drop))


def newest(variants: Iterable[VariantRecord]) -> list[JudgedVariant]:
    """Return the variants that have ended, of each name the one that was made last, the base first.

    Parameters
    ----------
    variants : iterable of VariantRecord
        Of one trial, in the order they were made; each run begins with its base.
    """
    base: VariantRecord | None = None
    found: dict[str, JudgedVariant] = {}
    for record in variants:
        if record.name == BASE:
            base = record if record.state is TrialState.COMPLETE else None
        if record.state.is_finished:
            found[record.name] = JudgedVariant(record, base, VariantMeasures.of(record))
    return list(found.values())
