"""What an audit of a split found: frozen, the same as JSON, and in sentences. Light; see `split_audit`."""

from __future__ import annotations

import dataclasses
import shlex
from dataclasses import dataclass
from typing import Literal

from .errors import Message
from .formatting import number, shared_decimals

By = Literal["order", "time", "group", "name_part", "duplicates"]


@dataclass(frozen=True, slots=True)
class SplitFinding:
    """One other way to divide the rows, and what a quick baseline scores on it.

    Attributes
    ----------
    by : {"order", "time", "group", "name_part", "duplicates"}
        What keeps rows apart: their place in the file, a date column, a column of groups, a part of the names of
        images, being near-duplicates.
    column : str
        Of dates or groups; of a part of names its number from 1; else empty.
    gap : int
        Rows that are left out on both sides of a validated block; 0 of groups.
    advised_gap : int
        The gap from which on targets in this order are no longer alike; what folds should leave out.
    n_units : int
        Blocks of rows, or groups.
    n_rows : int
        Rows that were looked at.
    metric : str
    chosen, apart, constant : float
        The score on folds of the kind that was chosen, on folds that keep units whole, and of the same prediction for
        every row.
    chosen_std : float
        Over the folds of the chosen kind that were drawn.
    share : float
        Of what the baseline scores better than the constant on the chosen folds, the part that is gone where units are
        whole; more than 1 where it is worse than the constant there.
    p_value : float
        Of the difference in squared error or Brier score, where the order or the groups of rows mean nothing.
    severity : {"", "warning", "serious"}
        Empty where the difference is small or may be chance.
    is_answered : bool
        Whether the user has said that such rows are independent all the same.
    """

    by: By
    column: str
    gap: int
    advised_gap: int
    n_units: int
    n_rows: int
    metric: str
    chosen: float
    chosen_std: float
    apart: float
    constant: float
    share: float
    p_value: float
    severity: Literal["", "warning", "serious"]
    is_answered: bool = False

    @property
    def key(self) -> str:
        """What an answer to it is called: ``order``, ``duplicates``, ``part2``, or the name of a column."""
        return f"part{self.column}" if self.by == "name_part" else self.column or self.by

    def message(self) -> Message:
        """Return the sentences that tell it."""
        decimals = shared_decimals([self.chosen, self.apart], [None, None])
        values: dict[str, object] = {
            "metric": self.metric,
            "chosen": number(self.chosen, decimals),
            "apart": number(self.apart, decimals),
            "constant": number(self.constant, decimals),
        }
        if self.by == "order":
            return Message(
                "Rows that stand close to each other in the file are alike: a quick baseline has {metric} {chosen} on "
                "folds drawn at random, but {apart} where blocks of rows are left out with {gap:,} rows around them "
                "(always the same prediction: {constant}). If the rows follow one another, as days do, or belong "
                "together, scores on random folds are too good for new ones.",
                values | {"gap": self.gap},
            )
        if self.by == "time":
            return Message(
                "Rows that are close in {column!r} are alike: a quick baseline has {metric} {chosen} on folds drawn at "
                "random, but {apart} where spans of time are left out with {gap:,} rows around them (always the same "
                "prediction: {constant}). If new rows will be later ones, scores on random folds are too good for "
                "them.",
                values | {"column": self.column, "gap": self.gap},
            )
        if self.by == "duplicates":
            return Message(
                "Near-duplicate rows give targets away: a quick baseline has {metric} {chosen} where they stand on "
                "both sides of folds, but {apart} where they are kept together (always the same prediction: "
                "{constant}).",
                values,
            )
        if self.by == "name_part":
            return Message(
                "Images whose file names have the same part {part} are alike: a quick baseline has {metric} {chosen} "
                "on folds drawn at random, but {apart} where they are kept together (always the same prediction: "
                "{constant}). If new images will come from other sources, scores on random folds are too good for "
                "them.",
                values | {"part": int(self.column)},
            )
        return Message(
            "Rows with the same {column!r} are alike: a quick baseline has {metric} {chosen} on folds drawn at random, "
            "but {apart} where they are kept together (always the same prediction: {constant}). If new rows will have "
            "other values of {column!r}, scores on random folds are too good for them.",
            values | {"column": self.column},
        )

    def remedy(self) -> str:
        """Return the options of the terminal that divide the rows otherwise."""
        column = shlex.quote(self.column)
        return {
            "order": f"--split order --gap {self.advised_gap}",
            "time": f"--time {column} --gap {self.advised_gap}",
            "group": f"--group {column}",
            "name_part": f"--split grouped --group-part {column}",
            "duplicates": "--duplicates auto",
        }[self.by]


@dataclass(frozen=True, slots=True)
class SplitAudit:
    """All ways in which the rows of a split were divided otherwise.

    Attributes
    ----------
    kind : str
        Of the folds that were chosen.
    looks : tuple of SplitFinding
        The ways that were tried on the baseline; what could not differ was not tried.
    """

    kind: str
    looks: tuple[SplitFinding, ...] = ()

    @property
    def serious(self) -> tuple[SplitFinding, ...]:
        """What differs much and beyond chance, the largest part gone first."""
        return tuple(look for look in self.findings if look.severity == "serious")

    @property
    def findings(self) -> tuple[SplitFinding, ...]:
        """What differs beyond chance, the largest part gone first."""
        return tuple(sorted((look for look in self.looks if look.severity), key=lambda look: -look.share))

    @property
    def unanswered(self) -> tuple[SplitFinding, ...]:
        """What is serious and waits for an answer of the user."""
        return tuple(look for look in self.serious if not look.is_answered)

    @property
    def is_answered(self) -> bool:
        """Whether the user has answered all that is serious."""
        return bool(self.serious) and not self.unanswered

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; what is told comes first, with its ``message`` and its ``remedy``."""
        looks = [
            dataclasses.asdict(look)
            | {"key": look.key, "message": look.message().to_json(), "remedy": look.remedy()}
            for look in self.findings
        ]
        looks += [dataclasses.asdict(look) for look in self.looks if not look.severity]
        return {
            "kind": self.kind,
            "is_answered": self.is_answered,
            "is_serious": bool(self.serious),
            "looks": looks,
        }
