"""``cupel completion``, ``cupel desktop``: at home in the shell and in the desktop's menu."""

from __future__ import annotations

import argparse
import contextlib
import importlib.resources
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...storage.errors import StoreError
from ...storage.store import Store
from ..cli_codes import DONE
from ..domain.errors import CupelError, WorkspaceError

SHELLS = ("bash", "zsh", "fish")
# As the bowl is drawn in the window's light theme.
_ICON_TONE = "#1F2530"
_ENTRY, _ICON = "cupel.desktop", "cupel.svg"
# What New study reads, as far as desktops know it.
_MIME_TYPES = ("text/csv", "text/tab-separated-values", "application/json", "application/vnd.apache.parquet")


def run_completion(args: argparse.Namespace) -> int:
    """Print what a shell needs to complete commands, options, studies and files."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["cupel"], shell=args.shell))
    return DONE


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks what could follow, and end; called where one does."""
    import argcomplete

    for action in _actions(parser):
        if action.dest == "study":
            action.completer = _studies  # type: ignore[attr-defined] - argcomplete's own
    argcomplete.autocomplete(parser)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            choices: dict[str, argparse.ArgumentParser] = action.choices  # pyright: ignore[reportUnknownMemberType, reportAssignmentType]
            for command in choices.values():
                yield from _actions(command)
        else:
            yield action


def _studies(parsed_args: argparse.Namespace, **_: Any) -> list[str]:
    """Return the names of the studies; none where the workspace cannot be read: a shell waits for no error."""
    with contextlib.suppress(CupelError, StoreError), Store.open(parsed_args.workspace, "r") as store:
        return [study.name for study in store.study_list().studies]
    return []


def run_desktop(args: argparse.Namespace) -> int:
    """Put Cupel into the desktop's menu, or take it out again."""
    if not sys.platform.startswith("linux"):
        raise WorkspaceError(
            "`cupel desktop` makes a menu entry on Linux; this is {system}.", system=sys.platform
        )
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    entry, icon = data / "applications" / _ENTRY, data / "icons" / "hicolor" / "scalable" / "apps" / _ICON
    if args.remove:
        for file in (entry, icon):
            file.unlink(missing_ok=True)
        print(f"Removed {entry} and {icon}.")
    else:
        _write(entry, _entry_text())
        drawing = (importlib.resources.files("cupel.resources") / "icons" / _ICON).read_text(encoding="utf-8")
        _write(icon, drawing.replace("currentColor", _ICON_TONE))
        print(f"Cupel stands in the menu of the desktop now, and opens tables from its files: {entry}.")
    updater = shutil.which("update-desktop-database")
    if updater is not None and entry.parent.is_dir():
        subprocess.run([updater, str(entry.parent)], check=False, capture_output=True)
    return DONE


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(
            "{file} cannot be written: {reason}.", file=str(file), reason=error.strerror or str(error)
        ) from error


def _entry_text() -> str:
    """Return the menu entry; it starts the Cupel that wrote it, also where that is on no search path."""
    command = Path(sys.executable).parent / "cupel"
    return "\n".join([
        "[Desktop Entry]",
        "Type=Application",
        "Name=Cupel",
        "Name[zh_CN]=试金",
        "Comment=Find, prove and ship the best neural network for your data",
        "Comment[zh_CN]=为你的数据寻找、验证并交付最好的神经网络",
        f"Exec={_quoted(command)} --open %f",
        "Icon=cupel",
        "Terminal=false",
        "Categories=Science;Development;",
        f"MimeType={';'.join(_MIME_TYPES)};",
        "StartupWMClass=cupel",
        "",
    ])  # fmt: skip


def _quoted(path: Path) -> str:
    """Return a path as the Exec key of a menu entry takes it."""
    escaped = str(path)
    for sign in ("\\", '"', "`", "$"):
        escaped = escaped.replace(sign, "\\" + sign)
    return f'"{escaped}"'.replace("%", "%%")
