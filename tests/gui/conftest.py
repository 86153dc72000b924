"""A workspace with studies, and real windows on it, off screen and away from the user's settings."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from cupel.gui import app
from cupel.gui.language import language
from cupel.gui.shell import MainWindow
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from pytestqt.qtbot import QtBot

from . import made_workspace

OpenWindow = Callable[..., MainWindow]
# Less than a test may take at all (`timeout` in pyproject.toml), so that a failure says what was waited for.
PATIENCE_MS = 300_000


class PatientBot(QtBot):
    """Waits for what must come, however busy the machine is, in place of pytest-qt's five seconds."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **how: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with patience."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def update() -> ModuleType:
    """The script that collects the texts to be translated."""
    path = Path(__file__).resolve().parents[2] / "resources" / "translations" / "update.py"
    spec = importlib.util.spec_from_file_location("update_translations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one study of each kind; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("filled") / "workspace"
    made_workspace.fill(folder, share=0.15)
    return folder


@pytest.fixture
def workspace(filled: Path, tmp_path: Path) -> Path:
    """A workspace of the test's own."""
    return Path(shutil.copytree(filled, tmp_path / "workspace"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out of the user's settings."""
    monkeypatch.setenv("CUPEL_SETTINGS_DIR", str(tmp_path / "settings"))


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Open windows that have read their workspace; on the way out they must leave no thread and no timer."""
    windows: list[MainWindow] = []

    def opened(workspace: Path, lang: str = "en", theme: str = "light") -> MainWindow:
        window = app.make_window(workspace, lang, theme)
        windows.append(window)
        with qtbot.waitSignal(window.desk.studies_changed):
            window.show()
        return window

    yield opened
    for window in windows:
        window.close()
        window.desk.service.stop()
        running = [timer for timer in window.feed.findChildren(QTimer) if timer.isActive()]
        assert not running, "the feed still looks for changes after the window was closed"
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if language.code != "en":  # the application and its language outlive the test
        language.install("en")
    leaked = [thread.name for thread in threading.enumerate() if thread.name.startswith("cupel-")]
    assert not leaked, f"threads outlive the window: {leaked}"


@pytest.fixture
def window(open_window: OpenWindow, workspace: Path) -> MainWindow:
    """A window on a filled workspace."""
    return open_window(workspace)
