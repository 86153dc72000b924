"""``cupel doctor`` and ``cupel backup``: real workspaces, and what is printed of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.cli import main
from cupel.engine.commands.mishaps import print_mishap
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import spec_of
from cupel.engine.outputs import output_file
from cupel.storage.records import StudyState
from cupel.storage.store import Store


def make_workspace(folder: Path) -> Path:
    with Store.open(folder) as store:
        store.create_study(
            name="Irises",
            dataset_id=None,
            spec=spec_of("y", n_trials=1).to_json(),
            metric="accuracy",
            direction="maximize",
            task="binary",
        )
    return folder


def test_a_workspace_of_an_older_version_is_updated_by_whatever_reads_it_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schemas = Path(__file__).parents[1] / "storage" / "schemas"
    for command in (["studies"], ["trials", "1"], ["show", "1"], ["doctor"], ["backup"]):
        workspace = tmp_path / command[0]
        workspace.mkdir()
        shutil.copy(schemas / "0004.sqlite", workspace / "cupel.sqlite")
        assert main([*command, "--workspace", str(workspace)]) in (0, 2)
        said = capsys.readouterr()
        assert "was of an older version and has been updated" in said.err
        assert "open it once for writing" not in said.err + said.out
        assert len(list(workspace.glob("*.sqlite*"))) > 1  # the copy
        main([*command, "--workspace", str(workspace)])
        assert "was of an older version" not in capsys.readouterr().err


def test_a_workspace_that_is_only_being_made_is_not_taken_for_an_older_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cupel.sqlite").touch()
    for command in (["studies"], ["trials", "1"], ["show", "1"]):
        assert main([*command, "--workspace", str(tmp_path)]) == 2
        said = capsys.readouterr()
        assert said.err.startswith(f"cupel: There is no workspace in {tmp_path}; ")
        assert "older version" not in said.err + said.out
    make_workspace(tmp_path)
    assert main(["studies", "--workspace", str(tmp_path)]) == 0


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


def test_a_backup_into_a_folder_that_is_not_there_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "one")
    assert main(["backup", "--out", f"{tmp_path / 'new'}/", "--workspace", str(workspace)]) == 0
    (copy,) = (tmp_path / "new").iterdir()
    assert copy.name.startswith("cupel.sqlite.backup-")
    assert str(copy) in capsys.readouterr().out
    assert main(["backup", "--out", f"{tmp_path / 'no' / 'such'}/", "--workspace", str(workspace)]) == 2
    assert f"There is no folder {tmp_path / 'no'}; make it" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc is of Linux")
def test_a_backup_into_a_folder_that_takes_no_files_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path / "one")
    assert main(["backup", "--out", "/proc", "--workspace", str(workspace)]) == 2
    assert "The folder /proc takes no files; choose another one." in capsys.readouterr().err


def test_a_study_whose_engine_was_killed_is_not_listed_as_running(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", ""])
    with Store.open(workspace) as store:
        store.claim_study(1, os.getpid())
        store.set_study_state(1, StudyState.RUNNING)
        assert main(["studies", "--workspace", str(workspace)]) == 0
        assert "running" in capsys.readouterr().out
        child.wait()
        store.release_study(1, StudyState.RUNNING)
        store.claim_study(1, child.pid)
    assert main(["studies", "--workspace", str(workspace)]) == 0
    assert "interrupted" in capsys.readouterr().out
    assert main(["studies", "--json", "--workspace", str(workspace)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["interrupted"] is True


def test_names_with_brackets_are_printed_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path) as store:
        for name in ("speed [km/h]", "[/]", "see :warning:"):
            store.create_study(
                name=name,
                dataset_id=None,
                spec=spec_of("y", n_trials=1).to_json(),
                metric="accuracy",
                direction="maximize",
                task="binary",
            )
    assert main(["studies", "--workspace", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("speed [km/h]", "[/]", "see :warning:"))


def test_a_result_is_named_by_its_file_or_its_folder(tmp_path: Path) -> None:
    with output_file(str(tmp_path / "a.csv"), "usual.csv") as file:
        assert file == tmp_path / "a.csv"
    with output_file(str(tmp_path), "usual.csv") as file:
        assert file == tmp_path / "usual.csv"
    with output_file(f"{tmp_path}/new/", "usual.csv") as file:
        assert file == tmp_path / "new" / "usual.csv"
        assert file.parent.is_dir()
    with (
        pytest.raises(DataError, match=r"There is no folder .*no; make it"),
        output_file(f"{tmp_path}/no/file.csv", "usual.csv"),
    ):
        pass
    (tmp_path / "taken").touch()
    for wrong in (f"{tmp_path}/taken/", f"{tmp_path}/taken/x.csv", " "):
        with pytest.raises(DataError), output_file(wrong, "usual.csv"):
            pass


def test_a_folder_that_was_made_for_a_result_goes_again_where_that_fails(tmp_path: Path) -> None:
    with pytest.raises(DataError), output_file(f"{tmp_path}/new/", "usual.csv"):
        raise DataError("The data cannot be read.")
    assert list(tmp_path.iterdir()) == []


def test_an_error_that_nobody_foresaw_is_a_sentence_and_its_traceback_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = make_workspace(tmp_path)
    assert main(["verify", "x" * 300, "--workspace", str(workspace)]) == 2
    code = print_mishap(KeyError("width"), workspace)
    said = capsys.readouterr().err
    assert code == 1
    assert "Something went wrong that should not (KeyError: 'width')." in said
    assert "Traceback" not in said
    assert "KeyError: 'width'" in (workspace / "logs" / "cupel-errors.log").read_text()
    assert print_mishap(OSError(28, "No space left on device", "/full/x"), workspace) == 1
    assert f"The disk is full. Free some space where the workspace ({workspace})" in capsys.readouterr().err


def test_data_whose_name_is_no_name_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = ["--workspace", str(tmp_path)]
    assert main(["search", "x" * 300, "--target", "y", *workspace]) == 2
    assert "cannot be read: File name too long." in capsys.readouterr().err


def test_names_that_a_terminal_has_no_letters_for_are_spelled_out(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.create_study(
            name="鸢尾花 😀",
            dataset_id=None,
            spec=spec_of("y", n_trials=1).to_json(),
            metric="accuracy",
            direction="maximize",
            task="binary",
        )
    command = [sys.executable, "-c", "import sys; from cupel.engine.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "studies", "--workspace", str(tmp_path)],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert r"\u9e22\u5c3e\u82b1" in done.stdout


def test_a_study_is_deleted_once_that_was_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = make_workspace(tmp_path / "workspace")
    command = ["delete", "Irises", "--workspace", str(workspace)]
    assert main(command) == 2
    assert "cannot be undone; add --yes" in capsys.readouterr().err
    with Store.open(workspace) as store:
        assert [study.name for study in store.studies()] == ["Irises"]
        store.claim_study(1, os.getpid())
        assert main([*command, "--yes"]) == 2
        assert "'Irises' is running; stop it" in capsys.readouterr().err
        store.release_study(1, StudyState.STOPPED)
    assert main([*command, "--yes"]) == 0
    assert "Deleted 'Irises' and its 0 trials" in capsys.readouterr().err
    assert main([*command, "--yes"]) == 2
    assert "There is no study" in capsys.readouterr().err
