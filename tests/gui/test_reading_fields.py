"""What was found in a file is what the fields of New study show."""

from __future__ import annotations

import pytest
from cupel.engine.domain.settings import READING
from cupel.engine.domain.spec import ReadSpec
from cupel.gui.pages.reading_fields import reading_fields
from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("name", [setting.field for setting in READING])
@pytest.mark.parametrize("encoding", ["koi8_r", "cp1252", "utf-8"])
def test_the_fields_show_what_was_found(qtbot: QtBot, name: str, encoding: str) -> None:
    field = reading_fields()[name]
    qtbot.addWidget(field.widget)
    unusual = ReadSpec(
        "\t", encoding, ",", header=False, quote="'", escape="\\", thousands="_", skip_rows=37, format="json"
    )
    usual = ReadSpec(
        ",",
        "utf-8",
        ".",
        header=True,
        quote='"',
        escape="none",
        thousands=",",
        skip_rows=0,
        format="delimited",
    )
    for read in (unusual, usual):
        field.show_read(read)
        assert field.value() == getattr(read, name)
