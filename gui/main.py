"""The command ``cupel``: with a subcommand the terminal, without one the window.

Nothing of Qt is imported before it is clear that a window is wanted.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import ctypes
import logging
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from ..storage.workspace import default_workspace

_DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY")


def run() -> NoReturn:
    """Be the command: run `main`, then end the process at once, without taking the libraries down piece by piece.

    A thread of Arrow's that lets go of the file which it has read asks for Python's lock, and where the interpreter
    ends meanwhile the process is aborted, after everything was done and said: one command in sixty on a busy machine.
    What is registered for the end of the process is still called.
    """
    codes: list[int] = []
    # Registered first, so that it is called last.
    atexit.register(_leave, codes)
    codes.append(main())
    sys.exit(codes[0])


def _leave(codes: list[int]) -> None:
    # Else an error is on its way that Python is to show.
    if codes:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            # Who read it has gone, or it was closed for that.
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(codes[0])


def main(argv: list[str] | None = None) -> int:
    """Run ``cupel``; return its exit code: 2 for unusable arguments or where no window can be opened."""
    arguments = sys.argv[1:] if argv is None else argv
    if "_ARGCOMPLETE" in os.environ:
        from ..engine import cli

        cli.complete()
    if any(not word.startswith("-") for word in _without_options(arguments)):
        try:
            from ..engine import cli

            return cli.main(arguments)
        except KeyboardInterrupt:
            # While the commands were still being imported.
            print("cupel: interrupted", file=sys.stderr)
            return 130
    parser = _parser()
    if {"-h", "--help"} & set(arguments):
        from ..engine import cli

        parser.epilog = f"commands of the terminal:\n\n{cli.commands_text()}"
    try:
        options = parser.parse_args(arguments)
    except SystemExit as ending:
        return int(ending.code or 0)
    reason = why_no_window()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    from . import app

    place = Path(options.workspace).expanduser().absolute()
    return app.run(place, options.lang, options.theme, options.open or "")


def why_no_window() -> str:
    """Return one sentence on why Qt cannot open a window here; empty where it can.

    Qt ends the whole process when it finds no display, so what would fail is found out beforehand.
    """
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform.startswith("linux") and not platform and not any(map(os.environ.get, _DISPLAY_VARIABLES)):
        return (
            "Cupel cannot open a window because there is no display; set DISPLAY or WAYLAND_DISPLAY, "
            "or use the terminal: cupel search --help."
        )
    try:
        from PySide6 import QtWidgets  # noqa: F401 - tells whether Qt's libraries can be loaded
    except ImportError as error:
        return (
            f"Cupel cannot open a window because Qt does not load ({error}); "
            "use the terminal: cupel search --help."
        )
    if sys.platform.startswith("linux") and platform in ("", "xcb") and os.environ.get("DISPLAY"):
        return _why_not_xcb()
    return ""


def _why_not_xcb() -> str:
    """Return what keeps Qt from using the X display; loading its plugin names a library that is missing."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if os.environ.get("WAYLAND_DISPLAY") or not plugin.exists():
        return ""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return (
            f"Cupel cannot open a window because a system library is missing ({error}); install it "
            "(on Debian: apt install libxcb-cursor0), or use the terminal: cupel search --help."
        )
    host, _, rest = os.environ["DISPLAY"].rpartition(":")
    number = rest.partition(".")[0]
    socket = Path("/tmp/.X11-unix") / f"X{number}"  # noqa: S108 - where every X server listens
    if host in ("", "unix") and number.isdecimal() and not socket.exists():
        return (
            f"Cupel cannot open a window because the display {os.environ['DISPLAY']} does not exist; "
            "set DISPLAY, or use the terminal: cupel search --help."
        )
    return ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cupel",
        description="Find, prove and ship the best neural network for your data, on your own machine.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"cupel {metadata.version('cupel')}")
    parser.add_argument(
        "--workspace", default=str(default_workspace().path), metavar="DIR", help="folder of the studies"
    )
    parser.add_argument("--open", nargs="?", metavar="FILE", help="begin a new study with a data file")
    parser.add_argument("--lang", choices=("en", "zh"), default="", help="language of the window")
    parser.add_argument("--theme", choices=("auto", "light", "dark"), default="", help="theme of the window")
    return parser


def _without_options(arguments: list[str]) -> list[str]:
    """Return the words that are neither the window's options nor their values."""
    words: list[str] = []
    skip = False
    for word in arguments:
        if not skip:
            words.append(word)
        skip = not skip and word in ("--workspace", "--lang", "--theme", "--open")
    return words


if __name__ == "__main__":
    run()
