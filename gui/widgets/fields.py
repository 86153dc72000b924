"""Form fields: each shows and edits one value, and tells when it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QSizePolicy, QWidget

from ..language import language
from ..speech import Text, tr
from .choice_box import ChoiceBox
from .flow import FlowLayout
from .parts import Button, Label, row

LABEL_WIDTH, CHIP_HEIGHT = 104, 28
Options = Sequence[tuple[Any, Text]]


class Field(QObject):
    """Base of all fields.

    Attributes
    ----------
    label : QLabel
    widget : QWidget

    Signals
    -------
    changed
        The user has changed the value.
    """

    changed = Signal()

    def __init__(self, label: Text, widget: QWidget, tip: Text | None = None) -> None:
        super().__init__(widget)
        self.label: QLabel = Label(label, tone="muted")
        self.label.setFixedWidth(LABEL_WIDTH)
        self.label.setBuddy(widget)
        self.widget = widget
        self._name, self._tip = label, tip
        self._reword()
        language.changed.connect(self._reword)

    def value(self) -> Any:
        """Return the value; raises ValueError with a translated sentence where what is written is none."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; `changed` stays silent."""
        raise NotImplementedError

    def line(self) -> QWidget:
        """Return label and widget side by side."""
        box = QWidget()
        layout = row(self.label, self.widget, spacing=8)
        layout.setStretch(1, 1)
        box.setLayout(layout)
        return box

    def reword(self) -> None:
        """Say everything again, where what it is made of has changed."""
        self._reword()

    def _reword(self) -> None:
        self.widget.setAccessibleName(self._name())
        if self._tip is not None:
            self.widget.setToolTip(self._tip())
            self.label.setToolTip(self._tip())


class ChoiceField(Field):
    """One of several values."""

    def __init__(self, label: Text, options: Options = (), tip: Text | None = None) -> None:
        self._box = ChoiceBox()
        self._box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._box.setMinimumWidth(72)
        self._options: list[tuple[Any, Text]] = []
        super().__init__(label, self._box, tip)
        self._box.activated.connect(lambda _index: self.changed.emit())
        self.set_options(options)

    def set_options(self, options: Options) -> None:
        """Offer other values; the value stays where it is among them."""
        before = self.value()
        self._options = list(options)
        self._box.clear()
        for value, text in self._options:
            self._box.addItem(text(), value)
        self.set_value(before)

    def value(self) -> Any:
        return self._box.currentData()

    def set_value(self, value: Any) -> None:
        place = next((i for i, (option, _) in enumerate(self._options) if option == value), 0)
        self._box.setCurrentIndex(place if self._options else -1)

    def _reword(self) -> None:
        super()._reword()
        for place, (_, text) in enumerate(self._options):
            self._box.setItemText(place, text())


class TextField(Field):
    """A line of text."""

    def __init__(self, label: Text, placeholder: Text | None = None, tip: Text | None = None) -> None:
        self._edit = QLineEdit()
        self._placeholder = placeholder
        super().__init__(label, self._edit, tip)
        self._edit.textEdited.connect(lambda _text: self.changed.emit())

    def value(self) -> str:
        return self._edit.text().strip()

    def set_value(self, value: Any) -> None:
        if self._edit.text() != str(value):
            self._edit.setText(str(value))

    def _reword(self) -> None:
        super()._reword()
        if self._placeholder is not None:
            self._edit.setPlaceholderText(self._placeholder())


class NumberField(TextField):
    """A number, shown in a unit of its own; perhaps nothing, which is None.

    Parameters
    ----------
    scale : float
        The value is what is written times this: 60 for minutes of a value in seconds.
    whole : bool
        Whether the value is an int.
    """

    def __init__(
        self,
        label: Text,
        placeholder: Text | None = None,
        *,
        scale: float = 1.0,
        whole: bool = False,
        empty: bool = False,
        tip: Text | None = None,
    ) -> None:
        super().__init__(label, placeholder, tip)
        self._scale, self._whole, self._empty = scale, whole, empty
        self._edit.setMinimumWidth(48)

    def value(self) -> Any:
        written = self._edit.text().strip().replace(",", ".").replace("−", "-")
        if not written:
            if self._empty:
                return None
            raise ValueError(tr("{name} is missing.", name=self._name()))
        try:
            number = float(written)
        except ValueError:
            raise ValueError(tr("{name} is not a number: {text}", name=self._name(), text=written)) from None
        if self._whole and number != int(number):
            raise ValueError(
                tr("{name} must be a whole number, not {text}.", name=self._name(), text=written)
            )
        return int(number) if self._whole else round(number * self._scale, 10)

    def set_value(self, value: Any) -> None:
        self._edit.setText("" if value is None else f"{value / self._scale:g}")


class FlagField(Field):
    """Yes or no; its label is the check box's own."""

    def __init__(self, label: Text, tip: Text | None = None) -> None:
        self._check = QCheckBox()
        super().__init__(label, self._check, tip)
        self.label.hide()
        self._check.toggled.connect(lambda _on: self.changed.emit())

    def value(self) -> bool:
        return self._check.isChecked()

    def set_value(self, value: Any) -> None:
        self._check.blockSignals(True)
        self._check.setChecked(bool(value))
        self._check.blockSignals(False)

    def line(self) -> QWidget:
        return self._check

    def _reword(self) -> None:
        super()._reword()
        self._check.setText(self._name())


class ChipsField(Field):
    """Several of several values, as chips on as many lines as they need."""

    def __init__(self, label: Text, options: Options, tip: Text | None = None) -> None:
        self._chips: dict[Any, Button] = {}
        self._flow = FlowLayout()
        box = QWidget()
        box.setLayout(self._flow)
        super().__init__(label, box, tip)
        self.label.setFixedHeight(CHIP_HEIGHT)
        self.set_options(options)

    def line(self) -> QWidget:
        """Return label and chips side by side; the label stands beside the first line of chips."""
        box = super().line()
        box.layout().setAlignment(self.label, Qt.AlignmentFlag.AlignTop)  # type: ignore[union-attr]
        return box

    def set_options(self, options: Options) -> None:
        """Offer other values; none is chosen then."""
        self._flow.clear()
        self._chips = {}
        for value, text in options:
            chip = Button(text, "chip")
            chip.setCheckable(True)
            chip.toggled.connect(lambda _on: self.changed.emit())
            self._chips[value] = chip
            self._flow.addWidget(chip)

    def value(self) -> tuple[Any, ...]:
        return tuple(value for value, chip in self._chips.items() if chip.isChecked())

    def set_value(self, value: Any) -> None:
        for name, chip in self._chips.items():
            chip.blockSignals(True)
            chip.setChecked(name in value)
            chip.blockSignals(False)


def pair(first: Field, second: Field) -> QWidget:
    """Return two fields on one line; the second label is as short as its text."""
    box = QWidget()
    second.label.setMinimumWidth(0)
    second.label.setMaximumWidth(200)
    second.label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    layout = row(first.label, first.widget, second.label, second.widget, spacing=8)
    layout.setStretch(1, 1)
    layout.setStretch(3, 1)
    box.setLayout(layout)
    return box
