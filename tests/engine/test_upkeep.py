"""``cupel doctor`` and ``cupel backup``: real workspaces, and what is printed of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cupel.engine.cli import main
from cupel.storage.store import Store


def make_workspace(folder: Path) -> Path:
    with Store.open(folder) as store:
        store.create_study(
            name="Irises", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
        )
    return folder


def test_a_backup_is_a_database_that_opens_as_a_workspace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "one")
    copy = tmp_path / "two" / "cupel.sqlite"
    copy.parent.mkdir()
    assert main(["backup", "--out", str(copy), "--workspace", str(workspace)]) == 0
    assert "Copied the database (1 study, " in (said := capsys.readouterr().out)
    assert str(copy) in said
    with Store.open(copy.parent) as store:
        assert [study.name for study in store.studies()] == ["Irises"]


def test_a_backup_goes_beside_the_database_or_into_a_folder_and_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "one")
    assert main(["backup", "--workspace", str(workspace)]) == 0
    assert len(list(workspace.glob("cupel.sqlite.backup-*"))) == 1
    assert main(["backup", "--out", str(tmp_path), "--workspace", str(workspace)]) == 0
    assert len(list(tmp_path.glob("cupel.sqlite.backup-*"))) == 1
    before = (workspace / "cupel.sqlite").read_bytes()
    assert main(["backup", "--out", str(workspace / "cupel.sqlite"), "--workspace", str(workspace)]) == 2
    assert "is there already and is not replaced" in capsys.readouterr().err
    assert (workspace / "cupel.sqlite").read_bytes() == before
    assert main(["backup", "--out", str(tmp_path / "no" / "x"), "--workspace", str(workspace)]) == 2
    assert main(["backup", "--workspace", str(tmp_path / "none")]) == 2


def test_the_doctor_counts_what_killed_processes_left_and_removes_it_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path)
    with Store.open(workspace) as store:
        old, young = (store.artifacts.path(store.artifacts.add(data)) for data in (b"old", b"young"))
    os.utime(old, (0, 0))
    assert main(["doctor", "--workspace", str(workspace)]) == 0
    said = capsys.readouterr().out
    assert "1 leftover of killed processes (3 B) that nothing needs any more; `cupel doctor --clean`" in said
    assert "1 leftover of killed processes (5 B) that nothing names, and that stay for a day" in said
    assert old.exists()
    assert main(["doctor", "--clean", "--workspace", str(workspace)]) == 0
    assert "removed 1 leftover of killed processes (3 B)" in capsys.readouterr().out
    assert not old.exists()
    assert young.exists()


def test_a_backup_that_cannot_have_its_name_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "one")
    assert main(["backup", "--out", str(tmp_path / ("x" * 300)), "--workspace", str(workspace)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_names_with_brackets_are_printed_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path) as store:
        for name in ("speed [km/h]", "[/]", "see :warning:"):
            store.create_study(
                name=name, dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
            )
    assert main(["studies", "--workspace", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("speed [km/h]", "[/]", "see :warning:"))
