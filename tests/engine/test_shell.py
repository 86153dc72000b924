"""Completion in the shell and the entry of the desktop's menu."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.cli import main
from cupel.engine.commands.shell import SHELLS
from cupel.storage.store import Store

COMMAND = [sys.executable, "-m", "cupel.gui.main"]


def completions(line: str, out: Path) -> list[str]:
    """Return what a shell is offered after a line."""
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(out),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    subprocess.run(COMMAND, env={**os.environ, **asked}, check=True, capture_output=True, timeout=300)
    return [word.strip() for word in out.read_text(encoding="utf-8").splitlines()]


def test_a_shell_is_offered_commands_options_and_studies(tmp_path: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        for name in ("iris", "wine list"):
            store.create_study(
                name=name, dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
            )
    out = tmp_path / "out"
    assert completions("cupel sho", out) == ["show"]
    assert {"export", "rerun", "completion"} <= set(completions("cupel ", out))
    assert completions("cupel search --spl", out) == ["--split", "--split-seed"]
    place = tmp_path / "workspace"
    offered = completions(f"cupel show --workspace {place} ", out)
    assert {"iris", "wine\\ list"} <= set(offered)
    # Where there is nothing to read, a shell gets no error.
    assert "iris" not in completions(f"cupel show --workspace {tmp_path / 'none'} ", out)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_each_shell_needs_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert "cupel" in text
    found = shutil.which(shell)
    if found is not None and shell == "bash":
        subprocess.run([found, "-n"], input=text, text=True, check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the menu entry is for Linux")
def test_the_menu_entry_is_written_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert main(["desktop"]) == 0
    entry = tmp_path / "data" / "applications" / "cupel.desktop"
    lines = dict(line.partition("=")[::2] for line in entry.read_text(encoding="utf-8").splitlines())
    assert lines["Name[zh_CN]"] == "试金"
    assert lines["Exec"].endswith('cupel" --open %f')
    icon = tmp_path / "data" / "icons" / "hicolor" / "scalable" / "apps" / "cupel.svg"
    assert "currentColor" not in icon.read_text(encoding="utf-8")
    assert str(entry) in capsys.readouterr().out
    assert main(["desktop", "--remove"]) == 0
    assert not entry.exists()
    assert not icon.exists()
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert main(["desktop"]) == 2
    assert "cannot be written" in capsys.readouterr().err
