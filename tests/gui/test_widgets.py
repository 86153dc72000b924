"""The small parts that pages are made of."""

from __future__ import annotations

from pathlib import Path

import cupel.gui
from cupel.gui.widgets.fields import ChipsField, ChoiceField
from cupel.gui.widgets.flow import flowing
from cupel.gui.widgets.parts import Button
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

# What the wheel changes, as Qt made it.
QT_FIELDS = ("QComboBox", "QSpinBox", "QDoubleSpinBox", "QDateTimeEdit", "QSlider")


def test_chips_take_as_many_lines_as_their_width_asks_for(qtbot: QtBot) -> None:
    chips = [Button(lambda n=n: f"format {n}", "chip") for n in range(4)]
    box = flowing(*chips)
    qtbot.addWidget(box)
    box.resize(sum(chip.sizeHint().width() for chip in chips) + 60, 40)
    box.show()
    assert len({chip.y() for chip in chips}) == 1
    box.resize(chips[0].sizeHint().width() * 2 + 20, 200)
    assert [chips[i].y() == chips[0].y() for i in range(4)] == [True, True, False, False]
    assert chips[2].x() == chips[0].x()
    assert box.heightForWidth(box.width()) == chips[2].geometry().bottom() + 1


def test_new_options_of_chips_replace_the_old_ones(qtbot: QtBot) -> None:
    field = ChipsField(lambda: "Families", [("mlp", lambda: "MLP"), ("tabm", lambda: "TabM")])
    line = field.line()
    qtbot.addWidget(line)
    field.set_value(("tabm",))
    assert field.value() == ("tabm",)
    field.set_options([("cnn", lambda: "CNN")])
    assert field.value() == ()
    assert [chip.text() for chip in line.findChildren(Button) if not chip.isHidden()] == ["CNN"]


def test_the_wheel_leaves_a_choice_as_it_is_and_goes_to_what_scrolls(qtbot: QtBot) -> None:
    field = ChoiceField(lambda: "Metric", [(name, lambda name=name: name) for name in ("roc_auc", "f1")])
    line = field.line()
    qtbot.addWidget(line)
    with qtbot.waitExposed(line):
        line.show()
    field.widget.setFocus()
    place = QPointF(field.widget.rect().center())
    turned = QWheelEvent(
        place, QPointF(field.widget.mapToGlobal(place)), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field.widget, turned)
    assert field.value() == "roc_auc"
    # Qt gives the parents what was not accepted.
    assert not turned.isAccepted()


def test_every_box_of_choices_is_one_that_the_wheel_leaves_alone() -> None:
    sources = Path(cupel.gui.__file__).parent.rglob("*.py")
    qts_own = {
        source.name for source in sources if any(name in source.read_text("utf-8") for name in QT_FIELDS)
    }
    assert qts_own == {"choice_box.py"}
