"""The New study page with images: a folder is opened, and its pictures are shown with their labels."""

from __future__ import annotations

from pathlib import Path

from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.shell import MainWindow
from PIL import Image
from pytestqt.qtbot import QtBot


def test_a_folder_of_images_is_shown_as_pictures_and_can_be_searched(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    for label, shade in (("day", 230), ("night", 20)):
        (tmp_path / "sky" / label).mkdir(parents=True)
        for i in range(12):
            Image.new("L", (9, 7), shade + i).save(tmp_path / "sky" / label / f"{i}.png")
    window.show_page("new_study")
    page = window.pages["new_study"]
    assert isinstance(page, NewStudyPage)
    page.open_source(str(tmp_path / "sky"))
    qtbot.waitUntil(lambda: page.inspection is not None)
    page.data.tabs.setCurrentIndex(1)
    pictures = page.data.pictures
    qtbot.waitUntil(pictures.isVisible)
    assert [pictures.item(i).text() for i in range(pictures.count())] == ["day"] * 12 + ["night"] * 12
    assert not pictures.item(0).icon().isNull()
    assert not page.data.reading.isVisible()
    assert page.spec().target == "label"
    assert page.start.isEnabled()


def test_the_official_test_part_is_the_holdout_unless_another_is_chosen(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    for part, n in (("train", 12), ("test", 3)):
        for label, shade in (("day", 230), ("night", 20)):
            (tmp_path / "sky" / part / label).mkdir(parents=True)
            for i in range(n):
                Image.new("L", (9, 7), shade + i).save(tmp_path / "sky" / part / label / f"{i}.png")
    window.show_page("new_study")
    page = window.pages["new_study"]
    assert isinstance(page, NewStudyPage)
    page.open_source(str(tmp_path / "sky"))
    qtbot.waitUntil(lambda: page.inspection is not None)
    part = page.form.fields["split.holdout_part"]
    assert part.widget.isVisible()
    assert not page.form.fields["split.holdout"].widget.isVisible()
    assert page.spec().split.holdout_part == "test"
    assert not page.notice.isVisible()  # the choice has said it
    part.set_value(None)
    part.changed.emit()
    assert page.form.fields["split.holdout"].widget.isVisible()
    assert page.spec().split.holdout_part == ""
    assert "a test part (6 images)" in page.notice.label.text()
