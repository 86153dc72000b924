"""The formats of a bundle as chips: only those can be chosen that hold the network's numbers and can run here."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ...engine.domain.formats import BUNDLE_FORMATS, DEFAULT
from ..speech import tr
from ..widgets.fields import CHIP_HEIGHT, LABEL_WIDTH
from ..widgets.flow import flowing
from ..widgets.parts import Button, Label, row


class FormatChips(QWidget):
    """A label and a chip for each format, by the format's name in `chips`."""

    def __init__(self) -> None:
        super().__init__()
        self.chips = {
            name: Button(lambda form=form: form.title.removeprefix("TensorFlow "), "chip")
            for name, form in BUNDLE_FORMATS.items()
        }
        for name, chip in self.chips.items():
            chip.setCheckable(True)
            chip.setChecked(name in DEFAULT)
        label = Label(lambda: tr("Formats"), tone="muted")
        label.setFixedSize(LABEL_WIDTH, CHIP_HEIGHT)
        layout = row(label, flowing(*self.chips.values()), spacing=8)
        layout.setAlignment(label, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def value(self) -> list[str]:
        """Return the names of the chosen formats."""
        return [name for name, chip in self.chips.items() if chip.isChecked()]

    def show_number_format(self, number_format: str) -> None:
        """Let only those be chosen that carry numbers in this format; the others say why not."""
        for name, form in BUNDLE_FORMATS.items():
            chip, tip = self.chips[name], ""
            if number_format not in form.carries:
                tip = tr(
                    "{format} cannot hold numbers in {number_format}.",
                    format=form.title,
                    number_format=number_format,
                )
            elif not form.is_installed:
                tip = tr("The package {package} is not installed.", package=form.packages[0])
            chip.setToolTip(tip or (tr("Always in a bundle.") if name == "onnx" else ""))
            chip.setEnabled(not tip and name != "onnx")
            if tip:
                chip.setChecked(False)
