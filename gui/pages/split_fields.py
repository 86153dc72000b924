"""Fields of the New study page's settings that say how rows are divided."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from ...engine.domain.kinds import KINDS, kinds_of
from ...engine.domain.spec import ORDERED_SPLITS
from ..language import tr
from ..widgets.fields import ChoiceField, Field, NumberField
from .new_study_words import duplicates_text, split_text

_KINDS = ("auto", "stratified", "plain", "grouped", "time", "order")
_DUPLICATES = ("auto", "keep_together", "ignore")


class SplitFields:
    """The kind of folds, what belongs to it, and the seed; a field is there only where it means something."""

    def __init__(self) -> None:
        self.kind = ChoiceField(
            lambda: tr("Split"), [(name, lambda name=name: split_text(name)) for name in _KINDS]
        )
        self.gap = NumberField(
            lambda: tr("Gap, rows"),
            whole=True,
            tip=lambda: tr("Rows left out between training and validation, and before the holdout"),
        )
        self.name_part = NumberField(
            lambda: tr("Part of name"),
            whole=True,
            tip=lambda: tr("The part of the file names, counted from 1, that says the group; 0 for none"),
        )
        self.duplicates = ChoiceField(
            lambda: tr("Near-duplicates"),
            [(name, lambda name=name: duplicates_text(name)) for name in _DUPLICATES],
            tip=lambda: tr("Rows with nearly equal inputs stay on one side of every split"),
        )
        self.seed = NumberField(
            lambda: tr("Split seed"),
            whole=True,
            tip=lambda: tr("Of folds and holdout; another seed of training leaves them as they are"),
        )
        self.all: tuple[Field, ...] = (self.kind, self.gap, self.name_part, self.duplicates, self.seed)
        self._lines = {field: field.line() for field in self.all}
        self.kind.changed.connect(self._show)
        self._has_files = False
        self.independent: set[str] = set()
        """Keys of findings that the user has answered."""
        self.forget()

    def lines(self) -> list[QWidget]:
        """Return a line for each field."""
        return list(self._lines.values())

    def forget(self) -> None:
        """Go back to the defaults."""
        self.duplicates.set_value("auto")
        self.seed.set_value(0)
        self.independent.clear()
        self.choose("auto")

    def looked_at(self) -> dict[str, Any]:
        """Return what of it the audit of the folds depends on, as arguments of `SplitSpec`.

        Raises
        ------
        ValueError
            Where what is written is no number.
        """
        values = self.values()
        return {k: values[k] for k in ("kind", "duplicates", "name_part") if k in values}

    def choose(self, kind: str, gap: int = 0, name_part: int = 0) -> None:
        """Take a kind of folds."""
        self.kind.set_value(kind)
        self.gap.set_value(gap)
        self.name_part.set_value(name_part)
        self._show()

    def set_kind_of_data(self, kind: str) -> None:
        """Offer what fits the kind of data."""
        self._has_files = any(KINDS[name].has_files for name in kinds_of(kind))
        self._show()

    def values(self) -> dict[str, Any]:
        """Return what is chosen, as arguments of `SplitSpec`.

        Raises
        ------
        ValueError
            Where what is written is no number; the text is translated.
        """
        values = {
            "kind": self.kind.value(), "duplicates": self.duplicates.value(), "seed": self.seed.value(),
            "independent": tuple(sorted(self.independent)),
        }  # fmt: skip
        if self._has_gap():
            values["gap"] = self.gap.value()
        if self._has_name_part():
            values["name_part"] = self.name_part.value()
        return values

    def _has_gap(self) -> bool:
        return self.kind.value() in ORDERED_SPLITS

    def _has_name_part(self) -> bool:
        return self._has_files and self.kind.value() == "grouped"

    def _show(self) -> None:
        self._lines[self.gap].setVisible(self._has_gap())
        self._lines[self.name_part].setVisible(self._has_name_part())
