"""The New study page with texts: the families follow the kind of data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cupel.engine.domain.families import default_families
from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.shell import MainWindow
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(window: MainWindow) -> NewStudyPage:
    window.show_page("new_study")
    found = window.pages["new_study"]
    assert isinstance(found, NewStudyPage)
    return found


def texts(folder: Path) -> Path:
    for i in range(40):
        file = folder / ("praise" if i % 2 else "complaint") / f"{i}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        word = "很好吃, thank you" if i % 2 else "never again, 太难吃"
        file.write_text(f"The meal number {i} was what we had. {word}!", encoding="utf-8")
    return folder


def test_a_folder_of_texts_offers_the_families_for_texts(
    qtbot: QtBot, page: NewStudyPage, tmp_path: Path
) -> None:
    page.open_source(str(texts(tmp_path / "reviews")))
    qtbot.waitUntil(lambda: page.inspection is not None)
    assert page.inspection is not None
    assert page.inspection.kind == "text"
    spec = page.spec()
    assert spec.target == "label"
    assert spec.families == default_families("text")
    assert page.start.isEnabled()
    page.data.tabs.setCurrentIndex(3)
    table = page.data.space_editor.table
    names = {table.item(row, 0).text() for row in range(table.rowCount())}
    assert {"bag.n_pairs", "textcnn.widths", "transformer.n_heads"} <= names
    page.form.fields["families"].set_value(("textcnn",))
    page.form.fields["families"].changed.emit()
    assert page.spec().families == ("textcnn",)
    names = {table.item(row, 0).text() for row in range(table.rowCount())}
    assert "widths" in names
    assert "n_heads" not in names
    if "CUPEL_PICTURES" in os.environ:
        window = page.window()
        window.resize(1280, 860)
        page.data.tabs.setCurrentIndex(1)
        page.form.findChildren(type(page.start))[0].setChecked(True)
        window.grab().save(str(Path(os.environ["CUPEL_PICTURES"]) / "texts.png"))


def test_a_table_after_texts_has_the_families_for_tables_again(
    qtbot: QtBot, page: NewStudyPage, tmp_path: Path
) -> None:
    page.open_source(str(texts(tmp_path / "reviews")))
    qtbot.waitUntil(lambda: page.inspection is not None)
    file = tmp_path / "sizes.csv"
    file.write_text("size,weight,y\n" + "\n".join(f"{i},{i * 1.5},{i % 2}" for i in range(50)) + "\n")
    page.open_source(str(file))
    qtbot.waitUntil(lambda: page.source == str(file))
    assert page.spec().families == default_families("table")
