"""The contract on SQLite, and what only a store on files has: modes, processes, crashes, disks."""

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.storage.backends.sqlite.schema import PAGE_BYTES
from cupel.storage.errors import (
    ArtifactError,
    ConflictError,
    LockedStoreError,
    ReadOnlyStoreError,
    StoreError,
    StoreFullError,
    UnusableStoreError,
)
from cupel.storage.records import (
    Failure,
    FailureKind,
    JobState,
    StudyState,
    TrialKind,
    TrialOutcome,
    TrialState,
)
from cupel.storage.store import Store
from cupel.storage.trials import OOF_ARTIFACT_BYTES
from cupel.storage.workspace import SCRATCH, Workspace, default_workspace
from sqlalchemy import event
from store_contract import StoreContract, make_study, make_trial


class TestSqlite(StoreContract):
    pass


def python(code: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Opening


def test_a_new_workspace_has_its_folders_and_opens_again(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new" / "one") as store:
        study = make_study(store)
        assert store.workspace.study_log(study.id).parent.is_dir()
    with Store.open(Workspace(tmp_path / "new" / "one"), "r") as store:
        assert store.study(study.id) == study
    assert sorted(p.name for p in (tmp_path / "new" / "one").iterdir() if p.is_dir()) == [
        "artifacts", "checkpoints", "exports", "logs",
    ]  # fmt: skip


def test_the_default_workspace_is_named_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUPEL_WORKSPACE", str(tmp_path))
    assert default_workspace().path == tmp_path
    monkeypatch.delenv("CUPEL_WORKSPACE")
    assert default_workspace().path == Path.home() / "Cupel"


def test_a_folder_name_may_hold_anything(tmp_path: Path) -> None:
    folder = tmp_path / "试金 #1 50%? & co"
    with Store.open(folder) as store:
        make_study(store)
    with Store.open(folder, "r") as store:
        assert len(store.studies()) == 1


def test_settings_of_sqlite(store: Store) -> None:
    connection = sqlite3.connect(store.workspace.database)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    with store._database.write() as session:
        driver = session.connection().exec_driver_sql
        assert driver("PRAGMA foreign_keys").scalar() == 1
        assert driver("PRAGMA synchronous").scalar() == 1
        assert driver("PRAGMA busy_timeout").scalar() == 10_000


def test_reading_writes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        study = make_study(store)
    before = store.workspace.database.read_bytes()
    with Store.open(tmp_path, "r") as reader:
        for write in (
            lambda: make_study(reader),
            lambda: make_trial(reader, study.id, 0),
            lambda: reader.claim_study(study.id, 1),
            lambda: reader.artifacts.add(b"x"),
        ):
            with pytest.raises(ReadOnlyStoreError, match="reading only"):
                write()
        assert len(reader.studies()) == 1
        reader.data_version()
    assert store.workspace.database.read_bytes() == before


def test_reading_a_folder_without_a_workspace_says_so_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UnusableStoreError, match="no workspace in"):
        Store.open(tmp_path / "none", "r")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, mode: str) -> None:
    path = Workspace(tmp_path).database
    path.write_text("not a database at all")
    with pytest.raises(UnusableStoreError, match=r"cupel\.sqlite is not a database of Cupel"):
        Store.open(tmp_path, mode)  # type: ignore[arg-type]
    assert path.read_text() == "not a database at all"


@pytest.mark.parametrize("mode", ["r", "w"])
def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, mode: str) -> None:
    connection = sqlite3.connect(Workspace(tmp_path).database)
    connection.executescript("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('a')")
    connection.close()
    before = Workspace(tmp_path).database.read_bytes()
    with pytest.raises(UnusableStoreError, match="belongs to another program"):
        Store.open(tmp_path, mode)  # type: ignore[arg-type]
    assert Workspace(tmp_path).database.read_bytes() == before  # its journal mode is a part of the file


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_newer_database_is_refused(tmp_path: Path, mode: str) -> None:
    with Store.open(tmp_path):
        pass
    connection = sqlite3.connect(Workspace(tmp_path).database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(UnusableStoreError, match=r"newer version of Cupel .*9999.*update Cupel"):
        Store.open(tmp_path, mode)  # type: ignore[arg-type]


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        make_study(store)
    path = Workspace(tmp_path).database
    data = bytearray(path.read_bytes())
    data[200:] = bytes(255 for _ in data[200:])
    path.write_bytes(data)
    with pytest.raises(UnusableStoreError, match=r"cupel\.sqlite is damaged"):
        Store.open(tmp_path, "r").studies()


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableStoreError, match="there is a file where a folder is needed"):
        Store.open(tmp_path / "file")


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from sqlalchemy.orm import Session
from cupel.storage.store import Store
from cupel.storage.errors import ReadOnlyStoreError
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
with Store.open(Path(sys.argv[1]), "r") as store:
    print(len(store.studies()), store.data_version() > 0)
for folder in sys.argv[1:]:
    try:
        Store.open(Path(folder), "w").request_workers(1, 1)
    except ReadOnlyStoreError as error:
        print(error)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work otherwise on Windows")
def test_a_folder_that_cannot_be_written_is_read_and_not_written() -> None:
    # Not pytest's folder, which no other user may enter: root may write anywhere, so it becomes another user.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Store.open(folder / "w") as store:
            make_study(store)
        places = [folder, folder / "w", *(folder / "w").rglob("*")]
        for place in places:
            place.chmod(0o555 if place.is_dir() else 0o444)
        out, err = python(UNPRIVILEGED, folder / "w", folder / "new").communicate()
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)
    lines = out.splitlines()
    assert lines[:1] == ["1 True"], err
    assert "cannot be written" in lines[1]
    assert "cannot be written" in lines[2]


# Disks and locks


def test_a_full_disk_keeps_nothing_of_the_transaction_and_can_go_on(store: Store) -> None:
    study = make_study(store)
    trial = make_trial(store, study.id, 0)
    with store._database.write() as session:
        connection = session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(
            f"PRAGMA max_page_count = {pages}"
        )  # what a full disk looks like to SQLite
    outcome = TrialOutcome(
        TrialState.COMPLETE, value=0.5, oof=np.random.default_rng(0).random((60_000, 4), dtype="f4")
    )
    with pytest.raises(StoreFullError, match="The disk is full") as caught:
        store.finish_trial(trial.id, outcome)
    assert "free some space" in caught.value.sentence.template
    assert store.trial(trial.id) == trial
    assert store.study(study.id).best_value is None
    store.close()
    with Store.open(store.workspace) as again:
        assert again.finish_trial(trial.id, outcome).value == 0.5


def test_a_database_locked_by_another_program_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cupel.storage.backends.sqlite.database.BUSY_TIMEOUT_MS", 20)
    with Store.open(store.workspace) as impatient:
        other = sqlite3.connect(store.workspace.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedStoreError, match=r"Another program keeps .* locked"):
            make_study(impatient)
        other.execute("ROLLBACK")
        other.close()
        make_study(impatient)


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    make_study(store)
    other = sqlite3.connect(store.workspace.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE studies SET name = 'unseen'")
    with Store.open(store.workspace, "r") as reader:
        assert [s.name for s in reader.studies()] == ["digits"]
    other.close()


def test_a_backup_is_a_whole_database(store: Store, tmp_path: Path) -> None:
    make_study(store)
    copy = Workspace(tmp_path / "copy")
    copy.create()
    store.backup(copy.database)
    make_study(store)
    with Store.open(copy, "r") as reader:
        assert len(reader.studies()) == 1
    with Store.open(store.workspace, "r") as reader:
        reader.backup(copy.database)
    with Store.open(copy) as writer:
        assert len(writer.studies()) == 2
    with pytest.raises(StoreError, match=r"There is no folder .*such; make it"):
        store.backup(tmp_path / "no" / "such" / "folder.sqlite")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc is of Linux")
def test_a_backup_into_a_folder_that_takes_no_files_names_the_folder(store: Store) -> None:
    with pytest.raises(ReadOnlyStoreError, match="The folder /proc takes no files; choose another one"):
        store.backup(Path("/proc/cupel.sqlite"))


def test_a_backup_that_is_damaged_is_deleted_and_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one") as store:
        for n in range(300):  # several pages of studies
            make_study(store, f"study {n}")
    file = Workspace(tmp_path / "one").database
    pages = bytearray(file.read_bytes())
    pages[-PAGE_BYTES:] = b"\xff" * PAGE_BYTES
    file.write_bytes(pages)
    with (
        Store.open(tmp_path / "one", "r") as store,
        pytest.raises(UnusableStoreError, match=r"The copy .*copy\.sqlite was damaged .* was deleted"),
    ):
        store.backup(tmp_path / "copy.sqlite")
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


def test_a_backup_that_fails_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    make_study(store)
    (tmp_path / "taken").mkdir()
    with pytest.raises(ReadOnlyStoreError, match="taken cannot be written"):
        store.backup(tmp_path / "taken")
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []


def test_settings_of_a_new_file(store: Store) -> None:
    connection = sqlite3.connect(store.workspace.database)
    assert connection.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)
    connection.close()


# Processes


WRITER = """
import sys
from pathlib import Path
import numpy as np
from cupel.storage.records import *
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    study = store.create_study(
        name="s", dataset_id=None, spec={}, metric="m", direction="maximize", task="binary")
    for number in range(100_000):
        trial = store.create_trial(
            study_id=study.id, number=number, kind="search", family="mlp", params={"n": number})
        store.start_trial(trial.id, "w")
        outcome = TrialOutcome(
            TrialState.COMPLETE, value=number, oof=np.full((50, 2), number, "f4"),
            scores=FoldScores(("m",), np.full((5, 1), number, float), np.zeros(5, int)))
        store.finish_trial(trial.id, outcome)
        print(number, flush=True)
"""


@pytest.mark.parametrize("n_before", [3, 20])
def test_kill_9_in_the_middle_of_writing_loses_nothing_committed(tmp_path: Path, n_before: int) -> None:
    child = python(WRITER, tmp_path)
    assert child.stdout is not None
    for _ in range(n_before):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    told = n_before + len([line for line in child.stdout.read().splitlines() if line])
    child.wait()
    with Store.open(tmp_path) as store:
        (study,) = store.studies()
        complete = [t for t in store.trials(study.id) if t.state == TrialState.COMPLETE]
        assert len(complete) in (told, told + 1)  # the last may have been committed and not told any more
        assert [t.number for t in complete] == list(range(len(complete)))
        assert study.best_value == complete[-1].number
        for trial in complete:
            scores, oof = store.fold_scores(trial.id), store.out_of_fold(trial.id)
            assert scores is not None
            assert oof is not None
            assert scores.values[0, 0] == oof[0, 0] == trial.number
        connection = sqlite3.connect(store.workspace.database)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        store.requeue_running(study.id)
        assert store.study(study.id).n_trials[TrialState.RUNNING] == 0


RACER = """
import os, sys, time
from pathlib import Path
from cupel.storage.store import Store
store = Store.open(Path(sys.argv[1]))
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    pass
won = [study.id for study in store.studies() if store.claim_study(study.id, os.getpid())]
jobs = []
while (job := store.claim_job(os.getpid())) is not None:
    jobs.append(job.id)
print(*won, ";", *jobs, flush=True)
while not Path(sys.argv[3]).exists():
    time.sleep(0.01)
"""


def test_two_processes_never_claim_the_same(store: Store, tmp_path: Path) -> None:
    studies = {make_study(store).id for _ in range(20)}
    jobs = {store.add_job("inspect", {}).id for _ in range(100)}
    go, end = tmp_path / "go", tmp_path / "end"
    children = [python(RACER, store.workspace.path, go, end) for _ in range(2)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    go.touch()
    claims = [child.stdout.readline().split(";") for child in children if child.stdout is not None]
    assert all(child.poll() is None for child in children)  # each still alive when the other asked
    end.touch()
    for child in children:
        child.communicate()
    won = [sorted(map(int, part.split())) for part, _ in claims]
    done = [sorted(map(int, part.split())) for _, part in claims]
    assert sorted(won[0] + won[1]) == sorted(studies)
    assert sorted(done[0] + done[1]) == sorted(jobs)


CREATOR = """
import sys
from pathlib import Path
from cupel.storage.store import Store
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    pass
with Store.open(Path(sys.argv[1])) as store:
    for number in range(30):
        store.create_study(
            name="s", dataset_id=None, spec={}, metric="m", direction="maximize", task="binary")
"""


def test_processes_that_create_and_write_one_workspace_at_once(
    tmp_path: Path,
) -> None:
    go = tmp_path / "go"
    children = [python(CREATOR, tmp_path / "w", go) for _ in range(3)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    go.touch()
    for child in children:
        assert child.communicate()[1] == ""
        assert child.returncode == 0
    with Store.open(tmp_path / "w", "r") as store:
        assert len({s.name for s in store.studies()}) == 90
        assert store.revision() == 90


def test_a_claim_of_a_recycled_process_id_is_taken_over(store: Store) -> None:
    study = make_study(store)
    assert store.claim_study(study.id, os.getpid())
    connection = sqlite3.connect(store.workspace.database)
    (identity,) = connection.execute("SELECT engine_identity FROM studies").fetchone()
    connection.execute("UPDATE studies SET engine_identity = ?", [identity + "-before-the-restart"])
    connection.commit()
    assert not store.engine_is_alive(study.id)
    assert store.claim_study(study.id, os.getppid())
    # An engine of another machine is judged by its heartbeat alone.
    connection.execute("UPDATE studies SET engine_identity = 'elsewhere/1'")
    connection.commit()
    assert not store.claim_study(study.id, os.getpid())
    connection.execute("UPDATE studies SET heartbeat_us = heartbeat_us - 31000000")
    connection.commit()
    connection.close()
    assert store.claim_study(study.id, os.getpid())
    store.release_study(study.id, StudyState.PAUSED)


def test_a_process_of_another_machine_with_the_same_number_is_another_one(store: Store) -> None:
    study = make_study(store)
    assert store.claim_study(study.id, os.getpid())
    connection = sqlite3.connect(store.workspace.database)
    (identity,) = connection.execute("SELECT engine_identity FROM studies").fetchone()
    connection.execute("UPDATE studies SET engine_identity = 'elsewhere/boot-1'")
    connection.commit()
    assert not store.claim_study(study.id, os.getpid())
    with pytest.raises(ConflictError, match="Another engine"):
        store.heartbeat(study.id, elapsed_s=1, pid=os.getpid())
    # A machine that is called otherwise by now is still the same one to the engine that runs on it.
    connection.execute("UPDATE studies SET engine_identity = ?", ["renamed/" + identity.rpartition("/")[2]])
    connection.commit()
    connection.close()
    store.heartbeat(study.id, elapsed_s=1, pid=os.getpid())
    assert store.claim_study(study.id, os.getpid())


# What cannot be kept as it is


def test_names_of_files_that_are_no_utf8_are_spelled_out(store: Store) -> None:
    name = "\udcca\udcfd.csv"  # what Python makes of GBK, as files from old archives have it
    data = store.add_dataset(
        digest="d", name=name, source=f"/data/{name}", n_rows=1, n_columns=1, schema={"file": name}, report={},
        table_sha256="t", size_bytes=1,
    )  # fmt: skip
    assert (data.name, data.source) == (r"\udcca\udcfd.csv", r"/data/\udcca\udcfd.csv")
    assert store.dataset(data.id).schema == {"file": name}
    assert store.job(store.add_job("inspect", {"file": name}).id).args == {"file": name}
    assert make_study(store, name).name == r"\udcca\udcfd.csv"


def test_digests_of_a_transaction_that_failed_are_not_taken_for_later_ones(store: Store) -> None:
    def fail(_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    study = make_study(store)
    make_trial(store, study.id, 0, digests={"data": "first"})
    event.listen(store._database._engine, "commit", fail)
    with pytest.raises(OSError, match="Input/output"):
        make_trial(store, study.id, 1, digests={"data": "lost"})
    event.remove(store._database._engine, "commit", fail)
    found = make_trial(store, study.id, 1, digests={"data": "kept"})
    assert found.digests == store.trial(found.id).digests == {"data": "kept"}


# Artifacts


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x", "t1", "A" * 64, "a" * 64 + "\n", ""])
def test_what_is_no_sum_leads_to_no_file(store: Store, name: str) -> None:
    for reach in (
        store.artifacts.path,
        store.artifacts.read,
        store.artifacts.checked_path,
        store.artifacts.delete,
    ):
        with pytest.raises(ArtifactError, match="missing from the workspace"):
            reach(name)


def test_what_a_killed_process_left_half_written_is_cleared_a_day_later(store: Store) -> None:
    old, new = (store.workspace.artifacts / f".{name}.partial" for name in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    sha256 = store.artifacts.add(b"whole")
    with Store.open(store.workspace, "r"):
        assert old.exists()
    with Store.open(store.workspace):
        assert [old.exists(), new.exists()] == [False, True]
    assert store.artifacts.read(sha256) == b"whole"


def test_networks_that_a_variant_still_names_are_not_dropped(store: Store) -> None:
    sha256 = store.artifacts.add(b"network")
    trial = make_trial(store, make_study(store).id, 0)
    store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=1, model_sha256=sha256))
    variant = store.add_variant(trial.id, name="as it is", method={})
    store.finish_variant(variant.id, state=TrialState.COMPLETE, measures={"model_sha256": sha256})
    assert not store.drop_model(trial.id, sha256)
    assert store.artifacts.read(sha256) == b"network"


def test_networks_that_a_result_names_are_kept_until_another_result_takes_its_place(store: Store) -> None:
    sha256, other = store.artifacts.add(b"network"), store.artifacts.add(b"another network")
    study = make_study(store)
    trial = make_trial(store, study.id, 0, user_attrs={"model_sha256": sha256})
    store.set_result(study.id, {"model_sha256": sha256, "repeats": {"sha256": other}})
    assert not store.drop_model(trial.id, sha256)
    store.add_to_result(study.id, "audits", "income", {"model": sha256})
    assert [left.path.name for left in store.leftovers()] == []
    store.set_result(study.id, {"model_sha256": other})
    assert [left.path.name for left in store.leftovers()] == [sha256]
    assert store.check() == []


def test_predictions_of_a_baseline_that_waits_again_are_not_needed(store: Store) -> None:
    study = make_study(store)
    trial = make_trial(store, study.id, -1, kind=TrialKind.BASELINE)
    oof = np.zeros(OOF_ARTIFACT_BYTES // 4 + 1, np.float32)
    skipped = Failure(FailureKind.SKIPPED, "It was left out.")
    store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, oof=oof, failure=skipped))
    assert store.leftovers() == []
    store.extend_study(study.id, {"target": "y"})
    assert store.out_of_fold(trial.id) is None
    assert len(store.leftovers()) == 1
    assert store.check() == []


def test_a_list_of_needed_files_that_is_wrong_is_told_and_mended_before_anything_is_removed(
    store: Store,
) -> None:
    sha256 = store.artifacts.add(b"network")
    trial = make_trial(store, make_study(store).id, 0)
    store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=1.0, model_sha256=sha256))
    age(store.artifacts.path(sha256))
    with closing(sqlite3.connect(store.workspace.database)) as connection, connection:
        connection.execute("UPDATE artifact_refs SET role = 'no such role'")
    assert [str(problem) for problem in store.check()] == [
        "The list of needed files is wrong in 2 places; `cupel doctor --clean` mends it."
    ]
    assert store.remove_leftovers() == []
    assert store.artifacts.read(sha256) == b"network"
    assert store.check() == []


def test_big_predictions_are_an_artifact_and_checked(store: Store) -> None:
    trial = make_trial(store, make_study(store).id, 0)
    oof = np.random.default_rng(0).random((200_000, 2), dtype="f4")
    store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=1, oof=oof))
    np.testing.assert_array_equal(store.out_of_fold(trial.id), oof)
    assert store.workspace.database.stat().st_size < 500_000
    (file,) = [p for p in store.workspace.artifacts.rglob("*") if p.is_file()]
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(ArtifactError, match="damaged"):
        store.out_of_fold(trial.id)
    file.unlink()
    with pytest.raises(ArtifactError, match="missing"):
        store.out_of_fold(trial.id)


def test_artifacts_are_named_by_their_bytes_and_kept_once(store: Store, tmp_path: Path) -> None:
    first = store.artifacts.add(b"abc")
    source = tmp_path / "source"
    source.write_bytes(b"abc")
    assert store.artifacts.add_file(source) == first == store.artifacts.add(b"abc")
    assert store.artifacts.read(first) == b"abc"
    assert store.artifacts.checked_path(first).read_bytes() == b"abc"
    assert [p.name for p in store.workspace.artifacts.rglob("*") if p.is_file()] == [first]


def test_an_artifact_that_was_damaged_is_written_anew(store: Store) -> None:
    sha256 = store.artifacts.add(b"abc")
    store.artifacts.path(sha256).write_bytes(b"abX")
    with pytest.raises(ArtifactError):
        store.artifacts.checked_path(sha256)
    store.artifacts.add(b"abc")
    assert store.artifacts.read(sha256) == b"abc"


def test_a_file_that_cannot_be_read_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.artifacts.add_file(tmp_path / "none")
    assert list(store.workspace.artifacts.iterdir()) == []


def test_a_full_disk_leaves_no_half_an_artifact(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreFullError, match="The disk is full"):
            store.artifacts.add(b"abc")
    assert list(store.workspace.artifacts.iterdir()) == []
    assert store.artifacts.read(store.artifacts.add(b"abc")) == b"abc"


def test_a_sound_workspace_has_no_problems_and_a_lost_artifact_is_one(tmp_path: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        sha256 = store.artifacts.add(b"table")
        store.add_dataset(
            digest="d",
            name="n",
            source="s",
            n_rows=1,
            n_columns=1,
            schema={},
            report={},
            table_sha256=sha256,
            size_bytes=5,
        )
        assert store.check() == []
        store.artifacts.path(sha256).unlink()
        assert [type(problem).__name__ for problem in store.check()] == ["ArtifactError"]


# What killed processes leave


EXPORTS = """
import os, sys
from pathlib import Path
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    store.add_export(int(sys.argv[2]), "/out/bundle")
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_an_export_whose_process_was_killed_fails_when_the_workspace_is_opened(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        trial = make_trial(store, make_study(store).id, 0)
    assert python(EXPORTS, tmp_path, trial.id).wait() == -9
    before = Workspace(tmp_path).database.read_bytes()
    with Store.open(tmp_path, "r") as store:  # who only looks is told the truth, and writes nothing
        (export,) = store.exports()
        assert (export.state, export.failure and export.failure.kind) == (JobState.FAILED, FailureKind.KILLED)
        revision = store.revision()
    assert Workspace(tmp_path).database.read_bytes() == before
    with Store.open(tmp_path) as store:
        (export,) = store.exports()
        assert export.state == JobState.FAILED
        assert export.failure is not None
        assert export.failure.kind == FailureKind.KILLED
        assert "export it again" in export.failure.message
        assert [t.id for t in store.trials(trial.study_id, since_revision=revision)] == [trial.id]


HALF = """
import os, sys
from pathlib import Path
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    target = store.workspace.exports / "digits-1"
    store.add_export(int(sys.argv[2]), str(target))
    (target.parent / ".digits-1-0a.partial" / "bundle").mkdir(parents=True)
    (target.parent / ".digits-11-0a.partial").mkdir(exist_ok=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_what_a_killed_export_had_written_is_removed_and_its_row_taken_by_the_next(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        trial = make_trial(store, make_study(store).id, 0)
    for _ in range(2):
        assert python(HALF, tmp_path, trial.id).wait() == -9
    with Store.open(tmp_path) as store:
        target = store.workspace.exports / "digits-1"
        assert [file.name for file in target.parent.iterdir()] == [".digits-11-0a.partial"]
        (killed,) = store.exports()
        assert killed.state == JobState.FAILED
        again = store.add_export(trial.id, str(target))
        assert (again.id, again.state, again.failure) == (killed.id, JobState.RUNNING, None)
        # It runs: another one of the same is another one.
        assert store.add_export(trial.id, str(target)).id != killed.id
        assert store.add_export(trial.id, str(target.with_name("digits-2"))).id != killed.id


@pytest.mark.parametrize(
    "unknown",
    ["UPDATE exports SET pid = NULL, pid_identity = NULL", "UPDATE exports SET pid_identity = 'elsewhere/1'"],
)
def test_an_export_of_an_older_version_or_another_machine_that_never_ended_fails_after_a_day(
    unknown: str, tmp_path: Path
) -> None:
    with Store.open(tmp_path) as store:
        trial = make_trial(store, make_study(store).id, 0)
        for name in ("old", "new"):
            store.add_export(trial.id, f"/out/{name}")
    with closing(sqlite3.connect(Workspace(tmp_path).database)) as connection, connection:
        connection.execute(unknown)
        connection.execute("UPDATE exports SET created_us = 1 WHERE path = '/out/old'")
    with Store.open(tmp_path) as store:
        states = {export.path: export.state for export in store.exports()}
        assert states == {"/out/old": JobState.FAILED, "/out/new": JobState.RUNNING}


def age(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (0, 0))


def test_only_what_no_row_names_is_left_over_and_only_what_is_old_is_removed(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        named = [
            store.artifacts.add(name) for name in (b"table", b"pixels", b"split", b"model", b"file", b"nets")
        ]
        store.add_dataset(
            digest="d", name="x", source="x", n_rows=1, n_columns=1, schema={"images": {"sha256": named[1]}},
            report={}, table_sha256=named[0], size_bytes=1,
        )  # fmt: skip
        study = make_study(store)
        store.set_split(study.id, named[2])
        store.set_result(study.id, {"model_sha256": named[3]})
        trial = make_trial(store, study.id, 0)
        variant = store.add_variant(trial.id, name="int8", method={})
        store.finish_variant(
            variant.id,
            state=TrialState.COMPLETE,
            artifact_sha256=named[4],
            measures={"model_sha256": named[5]},
        )
        oof = np.zeros(OOF_ARTIFACT_BYTES // 4 + 1, np.float32)
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=1.0, oof=oof))
        old, young, again = (store.artifacts.add(name) for name in (b"old", b"young", b"again"))
        bundle = store.workspace.exports / ".digits-1-0123abcd.partial"
        (bundle / "bundle").mkdir(parents=True)
        (bundle / "bundle" / "model.onnx").write_bytes(b"half")
        scratch = tmp_path / f"{SCRATCH}0123abcd"  # of a killed `cupel compress`
        scratch.mkdir()
        age(*(file for file in store.artifacts.files() if file.name != young))
        age(bundle / "bundle" / "model.onnx", bundle / "bundle", bundle, scratch)
        assert store.artifacts.add(b"again") == again  # is about to be named once more
        found = {left.path.name: (left.size_bytes, left.is_old) for left in store.leftovers()}
        assert found == {
            old: (3, True), young: (5, False), again: (5, False), bundle.name: (4, True), scratch.name: (0, True)
        }  # fmt: skip
        assert {left.path.name for left in store.remove_leftovers()} == {old, bundle.name, scratch.name}
        assert not bundle.exists()
        assert not scratch.exists()
        assert {left.path.name for left in store.leftovers()} == {young, again}
        assert all(store.artifacts.path(sha256).is_file() for sha256 in named)
        assert store.out_of_fold(trial.id) is not None
    with Store.open(tmp_path, "r") as store, pytest.raises(ReadOnlyStoreError):
        store.remove_leftovers()


def test_half_a_copy_of_the_database_is_left_over_and_a_whole_one_is_not(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        whole, half, journal = (
            tmp_path / f"cupel.sqlite.backup-20260101-000000{end}"
            for end in ("", ".partial", ".partial-journal")
        )
        for file in (whole, half, journal):
            file.write_bytes(b"copy")
        assert [left.is_old for left in store.leftovers()] == [False, False], "somebody may be writing them"
        age(whole, half, journal)
        assert {left.path for left in store.remove_leftovers()} == {half, journal}
        assert whole.exists()


def test_an_artifact_that_is_removed_while_it_is_stored_anew_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path) as store:
        path = store.artifacts.path(store.artifacts.add(b"equal"))
        renew = os.utime

        def removed_first(*args: Any, **kwargs: Any) -> None:
            path.unlink(missing_ok=True)
            renew(*args, **kwargs)

        monkeypatch.setattr(os, "utime", removed_first)
        assert store.artifacts.read(store.artifacts.add(b"equal")) == b"equal"


def test_an_artifact_of_a_workspace_that_is_only_read_keeps_its_age(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        path = store.artifacts.path(store.artifacts.add(b"equal"))
    age(path)
    with Store.open(tmp_path, "r") as store:
        store.artifacts.add(b"equal")
    assert path.stat().st_mtime == 0
