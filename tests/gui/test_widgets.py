"""The small parts that pages are made of."""

from __future__ import annotations

from cupel.gui.widgets.fields import ChipsField
from cupel.gui.widgets.flow import flowing
from cupel.gui.widgets.parts import Button
from pytestqt.qtbot import QtBot


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
