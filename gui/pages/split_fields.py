"""Fields of the New study page's settings that say how rows are divided."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from ...engine.domain.kinds import KINDS, kinds_of
from ...engine.domain.spec import ORDERED_SPLITS
from ..widgets.fields import Field
from ..widgets.setting_fields import setting_field
from .new_study_words import duplicates_text, split_text


class SplitFields:
    """The kind of folds, what belongs to it, and the seed; a field is there only where it means something."""

    def __init__(self) -> None:
        self.kind = setting_field("split.kind", split_text)
        self.gap = setting_field("split.gap")
        self.name_part = setting_field("split.name_part")
        self.duplicates = setting_field("split.duplicates", duplicates_text)
        self.seed = setting_field("split.seed")
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

    def named(self) -> dict[str, Field]:
        """Return the fields by the fields of their settings."""
        return {f"split.{name}": f for name, f in vars(self).items() if isinstance(f, Field)}

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
