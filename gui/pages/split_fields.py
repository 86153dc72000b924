"""Fields of the New study page's settings that say how rows are divided."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ..states.new_study import NewStudyState
from ..states.new_study_choices import duplicates_text, split_text
from ..widgets.fields import Field
from ..widgets.setting_fields import setting_field


class SplitFields:
    """The kind of folds, what belongs to it, and the seed; a field is there only where it means something."""

    def __init__(self) -> None:
        self.kind = setting_field("split.kind", split_text)
        self.gap = setting_field("split.gap")
        self.name_part = setting_field("split.name_part")
        self.duplicates = setting_field("split.duplicates", duplicates_text)
        self.seed = setting_field("split.seed")
        self.named: dict[str, Field] = {
            f"split.{name}": field for name, field in vars(self).items() if isinstance(field, Field)
        }
        """By the fields of their settings."""
        self._lines = {field: field.line() for field in self.named.values()}

    def lines(self) -> list[QWidget]:
        """Return a line for each field."""
        return list(self._lines.values())

    def show_state(self, state: NewStudyState) -> None:
        """Show the fields that mean something."""
        self._lines[self.gap].setVisible(state.has_gap)
        self._lines[self.name_part].setVisible(state.has_name_part)
