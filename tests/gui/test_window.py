"""The shell: pages in every dress, languages, themes, keys, what the window must never import."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.domain.errors import Message
from cupel.gui import app
from cupel.gui import main as entry
from cupel.gui.language import language
from cupel.gui.preferences import Preferences
from cupel.gui.shell import MainWindow
from cupel.gui.speech import sentence, tr
from cupel.gui.theme import style_sheet, theme
from cupel.gui.tokens import DARK, LIGHT
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

PAGES = (
    "studies",
    "new_study",
    "overview",
    "trials",
    "charts",
    "understand",
    "compress",
    "export",
    "predict",
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("dress", ["light", "dark"])
def test_every_page_opens_in_every_language_and_theme(
    qtbot: QtBot, open_window, workspace: Path, lang: str, dress: str
) -> None:
    window = open_window(workspace, lang, dress)
    for name in PAGES:
        window.show_page(name)
        qtbot.waitUntil(lambda: window.feed.idle())
        assert window.stack.currentWidget() is window.pages[name]
        assert not window.grab().isNull()
    assert theme.palette is (DARK if dress == "dark" else LIGHT)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_cut_off_where_no_bar_could_bring_it_into_view(
    qtbot: QtBot, open_window, workspace: Path, lang: str
) -> None:
    window = open_window(workspace, lang)
    cut: set[str] = set()
    for study in window.desk.studies:
        window.desk.select(study.id)
        for name in PAGES:
            window.show_page(name)
            for size in ((1280, 720), (960, 600)):
                window.resize(*size)
                qtbot.waitUntil(lambda: window.feed.idle())
                QCoreApplication.processEvents()
                cut |= {
                    f"{name}, {study.name}, {size}: {one}"
                    for one in wider_than_their_area(window.pages[name])
                }
    assert cut == set()


def wider_than_their_area(page: QWidget) -> set[str]:
    """Return what is wider than the area that it is scrolled in, where that has no bar for it: its widest part."""
    found: set[str] = set()
    for area in page.findChildren(QScrollArea):
        content = area.widget()
        has_bar = area.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if content is None or has_bar or not area.isVisible() or content.width() <= area.viewport().width():
            continue
        parts = [one for one in content.findChildren(QLabel) if one.isVisible() and one.text()]
        widest = max(parts, key=lambda one: one.minimumSizeHint().width(), default=None)
        found.add(widest.text() if widest is not None else type(content).__name__)
    return found


def test_an_empty_workspace_says_what_to_do_next(qtbot: QtBot, open_window, tmp_path: Path) -> None:
    window = open_window(tmp_path / "fresh")
    page = window.pages["studies"]
    assert page.drop.isVisible()
    assert not page.table.isVisible()
    window.show_page("overview")
    window.show_page("trials")
    window.show_page("export")


def test_changing_the_language_changes_every_page_at_once_and_is_remembered(window: MainWindow) -> None:
    for name in PAGES:
        window.show_page(name)
    window.set_language("zh")
    assert window.pages["studies"].title.text() == "研究"
    assert window.sidebar.buttons["trials"].accessibleName() == "试验"
    assert Preferences().text("language", "en") == "zh"
    window.set_language("en")
    assert window.pages["studies"].title.text() == "Studies"
    assert language.code == "en"


def test_changing_the_theme_repaints_the_window_and_is_remembered(window: MainWindow) -> None:
    light = window.grab().toImage().pixelColor(5, 400)
    window.set_theme("dark")
    dark = window.grab().toImage().pixelColor(5, 400)
    assert dark.lightness() < 60 < light.lightness()
    assert Preferences().text("theme", "auto") == "dark"


def test_a_page_that_was_hidden_when_the_theme_changed_is_dressed_when_it_is_shown(
    window: MainWindow,
) -> None:
    window.show_page("trials")
    window.show_page("overview")
    window.set_theme("dark")
    window.show_page("trials")
    for name in ("overview", "trials"):
        assert window.pages[name].styleSheet() == style_sheet(DARK)
    window.desk.warn(lambda: "The disk is full.")
    assert window.banners.styleSheet() == style_sheet(DARK)


def test_nothing_that_can_be_seen_stays_in_the_former_language(
    qtbot: QtBot, window: MainWindow, update
) -> None:
    english = {text for (_, text), said in update.translations().items() if said != text}
    failure = "There is no file {file}; check the path, or whether it was moved."
    for name in PAGES:
        window.show_page(name)
        qtbot.waitUntil(lambda: window.feed.idle())
    window.feed.failed.emit(Message('The filter ends too early; a name, a number or a "text" is missing.'))
    window.desk.toast(lambda: tr("Copied the params"), lambda: tr("Undo"), lambda: None)
    window.show_shortcuts()
    new_study, trials, export = (window.pages[name] for name in ("new_study", "trials", "export"))
    new_study.notice.tell(lambda: sentence(Message(failure, {"file": "none.csv"}).to_json()))
    new_study.forecast.show_failure(lambda: tr("Cancelled"))
    export.notice.tell(lambda: tr("Cancelled"))
    export.progress_box.show_part(0.2)
    trials.filter_bar.filter.setText("value >")
    trials.filter_bar.apply()
    assert trials.filter_bar.problem.text()
    window.set_language("zh")
    for name in PAGES:
        window.show_page(name)
        qtbot.waitUntil(lambda: window.feed.idle())
        left = {text for text in shown_texts(window) if text in english}
        assert left == set(), f"still in English on {name}"
    assert "none.csv" in new_study.notice.label.text()
    assert not new_study.notice.label.text().startswith("There is no file")


def shown_texts(window: MainWindow) -> set[str]:
    """Return every text of a label, button, placeholder, heading and choice that can be seen."""
    texts: list[str] = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        texts += [getattr(widget, name)() for name in ("text", "placeholderText") if hasattr(widget, name)]
        if isinstance(widget, QComboBox):
            texts += [widget.itemText(place) for place in range(widget.count())]
        if isinstance(widget, QTableView):
            model = widget.model()
            texts += [
                str(model.headerData(section, Qt.Orientation.Horizontal))
                for section in range(model.columnCount())
            ]
    return {text.strip() for text in texts}


def test_a_click_beside_the_keys_hides_them(qtbot: QtBot, window: MainWindow) -> None:
    window.show_shortcuts()
    qtbot.mouseClick(window.shortcuts, Qt.MouseButton.LeftButton)
    assert window.shortcuts.isVisible()
    qtbot.mouseClick(window.pages["studies"].title, Qt.MouseButton.LeftButton)
    assert not window.shortcuts.isVisible()


def test_the_side_bar_keeps_only_its_icons_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(1000, 700)
    assert window.sidebar.buttons["overview"].text() == ""
    window.resize(1400, 900)
    assert "Overview" in window.sidebar.buttons["overview"].text()


def test_keys_reach_every_page(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    for place, name in enumerate(PAGES, start=1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{place}"), Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda name=name: window.page_name == name)
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.page_name == "new_study")


def test_the_question_mark_shows_the_keys_and_escape_hides_them(qtbot: QtBot, window: MainWindow) -> None:
    window.show_shortcuts()
    assert window.shortcuts.isVisible()
    qtbot.keyClick(window.shortcuts, Qt.Key.Key_Escape)
    assert not window.shortcuts.isVisible()


def test_every_control_has_a_name_for_screen_readers(window: MainWindow) -> None:
    for name in PAGES:
        window.show_page(name)
    nameless = [
        f"{type(widget).__name__} in {type(page).__name__}"
        for page in window.pages.values()
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit)
        for widget in page.findChildren(kind)
        if widget.isVisibleTo(page)
        and widget.objectName() not in ("qt_toolbar_ext_button", "qt_spinbox_lineedit")
        and type(widget).__name__ not in ("QTableCornerButton", "QToolButton", "QAbstractButton")
        and not (
            widget.accessibleName()
            or getattr(widget, "text", str)()
            or getattr(widget, "placeholderText", str)()
        )
    ]
    assert not nameless


def test_a_toast_offers_its_action_and_a_banner_is_shown_once(qtbot: QtBot, window: MainWindow) -> None:
    undone: list[bool] = []
    window.desk.toast(lambda: "Archived", lambda: "Undo", lambda: undone.append(True))
    button = next(b for b in window.toasts.findChildren(QAbstractButton) if b.text() == "Undo")
    button.click()
    assert undone == [True]
    window.desk.warn(lambda: "The disk is full.")
    window.desk.warn(lambda: "The disk is full.")
    assert window.banners.isVisible()
    assert window.banners.layout().count() == 1


def test_a_workspace_that_cannot_be_used_is_told_in_a_banner(qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    window = app.make_window(blocked / "inside", "en", "light")
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.desk.warned) as told:
        window.show()
    assert "cannot be" in told.args[1]()
    window.close()


def test_a_running_window_has_imported_nothing_heavy(workspace: Path, tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from cupel.gui import app
application = app.make_application()
window = app.make_window(Path(sys.argv[1]), "zh", "dark")
loop = QEventLoop()
window.desk.studies_changed.connect(loop.quit)
QTimer.singleShot(20000, loop.quit)
window.show()
loop.exec()
assert window.desk.studies, "the window has not read its workspace"
for name in ("new_study", "overview", "trials", "charts", "understand", "compress", "export"):
    window.show_page(name)
    pause = QEventLoop()
    QTimer.singleShot(150, pause.quit)
    pause.exec()
window.pages["new_study"].data.tabs.setCurrentIndex(3)
window.close()
heavy = {"tensorflow", "keras", "sklearn", "optuna", "pandas", "pyarrow", "scipy", "distributed", "dask", "onnx"}
print(",".join(sorted(heavy & set(sys.modules))))
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "CUPEL_SETTINGS_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_without_a_display_the_command_says_so_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert entry.main([]) == 2
    said = capsys.readouterr().err.strip()
    assert "no display" in said
    assert len(said.splitlines()) == 1


def test_every_page_is_made_while_the_user_does_nothing(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: set(window.pages) == set(PAGES))
    assert window.page_name == "studies"


def test_full_collections_wait_until_the_window_has_its_pages_and_then_leave_them_out(
    qtbot: QtBot, open_window, workspace: Path
) -> None:
    window = open_window(workspace)
    try:
        app.keep_collections_short(window)
        assert not gc.isenabled()
        qtbot.waitUntil(gc.isenabled)
        assert set(window.pages) == set(PAGES)
        assert gc.get_freeze_count() > 50_000
    finally:
        gc.unfreeze()
        gc.enable()


def test_a_subcommand_and_the_version_do_without_qt() -> None:
    code = """
import sys
from cupel.gui import main
assert main.main(["--version"]) == 0
assert not [name for name in sys.modules if name.startswith("PySide6")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_window_that_is_open_all_day_does_not_use_up_true(window: MainWindow) -> None:
    """PySide6 6.12 loses a reference to True with every signal; Python 3.11 aborts when none is left."""
    for _ in range(50_000):
        window.feed.opened.emit()
    assert sys.version_info >= (3, 12) or sys.getrefcount(True) > 1_000_000


def test_a_store_that_could_not_be_opened_is_tried_again(qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    window = app.make_window(blocked, "en", "light")
    with qtbot.waitSignal(window.desk.warned):
        window.show()
    blocked.unlink()
    with qtbot.waitSignal(window.desk.studies_changed):
        window.feed.poll()
    window.close()
    window.deleteLater()
