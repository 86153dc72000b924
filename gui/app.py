"""Makes the Qt application and its window; `main.py` is the only one to call it."""

from __future__ import annotations

import ctypes
import gc
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from . import icons, tokens
from . import language as languages
from . import theme as themes
from .preferences import Preferences
from .shell import MainWindow

_SETTLED_AFTER_MS = 15_000


def _keep_constants_alive() -> None:
    """Make ``True``, ``False`` and ``None`` immortal, as Python 3.12 and later do by themselves.

    PySide6 6.12 gives one reference to ``True`` too many back with every ``Signal.emit``, and some to
    ``None``. Under Python 3.11 a window that is open for an hour would end in "bool_dealloc: deallocating
    True or False".
    """
    if sys.version_info < (3, 12):
        for constant in (True, False, None):
            ctypes.c_ssize_t.from_address(id(constant)).value += 1 << 48


_keep_constants_alive()

# Of glibc's malloc.h.
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3


def make_application() -> QApplication:
    """Return the application, made if there is none yet."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        _give_memory_back()
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Cupel")
    app.setDesktopFileName("cupel")
    app.setWindowIcon(QIcon(icons.pixmap("cupel", tokens.LIGHT.text, 64, 2)))
    return app


def _give_memory_back() -> None:
    """Have glibc return large arrays to the system as soon as they are freed.

    Left to itself it keeps ever larger ones for later, one heap for each thread: with 50,000 trials, whose columns are
    made anew as trials come, the window then took twice the memory that it needs.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    # Other C libraries have no such options.
    if library is not None and hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 2)
        library.mallopt(_M_MMAP_THRESHOLD, 128 * 1024)


def make_window(workspace: Path, lang: str = "", theme: str = "") -> MainWindow:
    """Return the window of `workspace`, dressed and in the user's language, not shown yet.

    An empty `lang` or `theme` is what the user chose last, else what the system has.
    """
    preferences = Preferences()
    languages.language.install(
        lang or preferences.text("language", languages.system_language(), languages.CHOICES)
    )
    themes.theme.install(theme or preferences.text("theme", "auto", themes.CHOICES))
    window = MainWindow(workspace, preferences)
    window.restore()
    return window


def keep_collections_short(window: MainWindow) -> None:
    """Leave what lives as long as the window out of Python's garbage collections.

    A full collection stops all threads of the process while it looks at each of some 150,000 objects: 0.1 s, and
    longer where other processes have the processors. Until the window has all its pages there is none.
    """

    def settle() -> None:
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    gc.disable()
    window.settled.connect(settle)
    # A window that cannot open its store makes no pages.
    QTimer.singleShot(_SETTLED_AFTER_MS, window, settle)


def run(workspace: Path, lang: str, theme: str, file: str = "") -> int:
    """Open the window, with a new study of a data file where one is named; return the exit code when it is closed."""
    app = make_application()
    window = make_window(workspace, lang, theme)
    keep_collections_short(window)
    app.styleHints().colorSchemeChanged.connect(themes.theme.follow_system)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    # Python sees a signal only while it runs; this lets it.
    alarm = QTimer(window)
    alarm.timeout.connect(lambda: None)
    alarm.start(300)
    window.show()
    if file:
        window.open_file(str(Path(file).expanduser().absolute()))
    return app.exec()
