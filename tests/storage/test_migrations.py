"""Every schema that was ever released opens in this version, and nothing of it is lost."""

import importlib.util
import json
import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cupel.storage.backends.sqlite.schema import HEAD, MIGRATIONS, migrate
from cupel.storage.errors import OlderStoreError, UnusableStoreError
from cupel.storage.records import TrialState
from cupel.storage.store import Store
from cupel.storage.tables import Row
from cupel.storage.workspace import Workspace
from sqlalchemy import create_engine

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("*.sqlite"))


NEXT = f"{int(HEAD) + 1:04d}"
ORPHANS = "    op.execute('UPDATE variants SET trial_id = 999')\n"


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    try:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608
    finally:
        connection.close()


def rows_of(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def next_version(folder: Path, body: str) -> Path:
    """Return a copy of the migrations with a further one, as the next release will have it."""
    copy = folder / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    text = (
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{NEXT}"\ndown_revision = "{HEAD}"\n\n'
    )
    (copy / "versions" / f"{NEXT}_next.py").write_text(text + "def upgrade():\n" + body)
    return copy


@pytest.fixture
def old(tmp_path: Path) -> Path:
    place = Workspace(tmp_path / "old")
    place.create()
    shutil.copy(SCHEMAS[-1], place.database)
    return place.database


def test_the_newest_migration_is_the_head_and_has_a_stored_file() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    revisions = sorted(script.revision for script in scripts.walk_revisions())
    assert scripts.get_heads() == [HEAD] == [revisions[-1]]
    assert [path.stem for path in SCHEMAS] == revisions


def test_the_migrations_make_the_tables_that_the_rows_describe(tmp_path: Path) -> None:
    with Store.open(tmp_path):
        pass
    engine = create_engine(f"sqlite:///{Workspace(tmp_path).database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_a_stored_schema_opens_with_all_that_is_in_it(tmp_path: Path, schema: Path) -> None:
    place = Workspace(tmp_path)
    place.create()
    shutil.copy(schema, place.database)
    with Store.open(place) as store:
        study = store.find_study("鸢尾花 iris")
        assert (study.best_value, study.tags, study.pinned) == (0.9, ("a", "b"), True)
        trials = store.trials(study.id)
        assert [t.state for t in trials] == [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL]
        for trial in trials:
            scores, curves, oof = (
                store.fold_scores(trial.id),
                store.curves(trial.id),
                store.out_of_fold(trial.id),
            )
            assert scores is not None
            assert curves is not None
            assert oof is not None
            assert (scores.values.shape, curves.values.shape, oof.shape) == ((5, 1), (5, 4, 2), (150, 3))
            assert curves.values[4, 3, 1] == 39
            assert len(store.variants(trial.id)) == 1
        assert len(store.exports(study.id)) == 3
        assert len(store.jobs()) == len(store.datasets()) == len(store.system_samples(study.id)) == 1


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_what_rows_of_a_stored_schema_need_is_listed_when_it_is_opened(tmp_path: Path, schema: Path) -> None:
    place = Workspace(tmp_path)
    place.create()
    shutil.copy(schema, place.database)
    digests = {name: 64 * name for name in "0123456789abc"}
    images, audit = {"images": {"sha256": digests["0"]}}, {"income": {"model": digests["1"]}}
    repeats = {"sha256": digests["2"], "splits_sha256": digests["3"], "scores": {"1": [0.5]}}
    result = {"model_sha256": digests["4"], "repeats": repeats, "audits": audit}
    has_measures = schema.stem > "0001"
    if schema.stem >= "0007":
        models = [("UPDATE trials SET model_sha256 = CASE id WHEN 1 THEN ? END", digests["7"])]
    else:
        models = [
            ("UPDATE trials SET user_attrs = ? WHERE id = 1", json.dumps({"model_sha256": digests["7"]})),
            ("UPDATE trials SET user_attrs = ? WHERE id = 2", json.dumps({"path": "fused"})),
        ]
    with closing(sqlite3.connect(place.database)) as connection, connection:
        for statement, value in (
            ("UPDATE datasets SET schema = ?", json.dumps(images)),
            ("UPDATE datasets SET table_sha256 = ?", digests["5"]),
            ("UPDATE studies SET split_sha256 = ?", digests["6"]),
            ("UPDATE studies SET result = ?", json.dumps(result)),
            *models,
            ("UPDATE out_of_fold SET artifact_sha256 = ? WHERE trial_id = 2", digests["8"]),
            ("UPDATE variants SET artifact_sha256 = ? WHERE id = 3", digests["9"]),
        ):
            connection.execute(statement, (value,))
        if has_measures:
            measures = json.dumps({"model_sha256": digests["a"]})
            connection.execute("UPDATE variants SET measures = ? WHERE id = 3", (measures,))
        if schema.stem >= "0008":
            # What a store of this version does by itself, and these statements did not.
            connection.execute("DELETE FROM artifact_refs")
    with Store.open(place) as store:
        if schema.stem >= "0008":
            store.remove_leftovers()
        assert not [problem for problem in store.check() if "needed files" in str(problem)]
    listed = {tuple(row) for row in rows(place.database)["artifact_refs"]}
    assert listed == {
        ("dataset", 1, "pixels", digests["0"]), ("dataset", 1, "table", digests["5"]),
        ("study", 1, "repeats", digests["2"]), ("study", 1, "repeat_splits", digests["3"]),
        ("study", 1, "final_model", digests["4"]), ("study", 1, "split", digests["6"]),
        ("trial", 1, "model", digests["7"]), ("trial", 2, "out_of_fold", digests["8"]),
        ("variant", 3, "file", digests["9"]),
    } | ({("variant", 3, "model", digests["a"])} if has_measures else set())  # fmt: skip


def test_what_trials_said_of_their_networks_becomes_columns(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    place.create()
    shutil.copy(SCHEMAS[0].with_name("0006.sqlite"), place.database)
    damaged = "{no JSON"
    attrs = (
        '{"model_sha256":"abc","path":"fused","values":{"lr":{"$float":"nan"}}}',
        '{"path":"fused","same_as":0}',
        damaged,
    )
    connection = sqlite3.connect(place.database)
    connection.executemany(
        "UPDATE trials SET user_attrs = ? WHERE number = ?", zip(attrs, range(3), strict=True)
    )
    connection.commit()
    connection.close()
    with Store.open(place) as store:
        first, second = (store.trial_by_number(1, number) for number in (0, 1))
        assert (first.model_sha256, first.same_as, second.model_sha256, second.same_as) == (
            "abc",
            None,
            None,
            0,
        )
        assert first.user_attrs["path"] == "fused"
        assert math.isnan(first.user_attrs["values"]["lr"])
        assert set(first.user_attrs) == {"path", "values"}
        assert second.user_attrs == {"path": "fused"}
        third = store.trial_by_number(1, 2).failure
        assert third is not None
        assert "what is stored as the user_attrs of id 3 cannot be read" in third.message
    assert damaged in {row[0] for row in rows_of(place.database, "SELECT user_attrs FROM trials")}


def test_the_script_fills_every_table(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make", SCHEMAS[0].parent / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    with Store.open(tmp_path) as store:
        make.fill(store)
    assert [name for name, content in rows(Workspace(tmp_path).database).items() if not content] == []


def test_a_new_store_has_nothing_to_be_copied(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new"):
        assert not list((tmp_path / "new").glob("*.backup-*"))


def test_an_older_file_is_copied_before_it_is_updated(old: Path, tmp_path: Path) -> None:
    before = rows(old)
    body = "    with op.batch_alter_table('trials') as b:\n        b.add_column(sa.Column('x', sa.Text()))\n"
    migrate(old, next_version(tmp_path, body), NEXT)
    after = rows(old)
    assert after["alembic_version"] == [(NEXT,)]
    assert [row[:-1] for row in after["trials"]] == before["trials"]
    assert after["fold_scores"] == before["fold_scores"]
    assert rows(old.with_name(f"cupel.sqlite.backup-{HEAD}")) == before
    with pytest.raises(UnusableStoreError, match="newer version of Cupel"):
        Store.open(old.parent)


def test_an_update_that_fails_changes_nothing(old: Path, tmp_path: Path) -> None:
    before = rows(old)
    body = "    op.execute('DELETE FROM trials')\n    op.drop_table('jobs')\n    raise ValueError('broken')\n"
    with pytest.raises(ValueError, match="broken"):
        migrate(old, next_version(tmp_path, body), NEXT)
    assert rows(old) == before
    with Store.open(old.parent) as store:
        assert len(store.studies()) == 1


def test_an_update_that_leaves_rows_pointing_to_nothing_is_undone(old: Path, tmp_path: Path) -> None:
    before = rows(old)
    with pytest.raises(UnusableStoreError, match=r"could not be updated: some of its rows \(3\)"):
        migrate(old, next_version(tmp_path, ORPHANS), NEXT)
    assert rows(old) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = 'three'",
        "UPDATE alembic_version SET version_num = '²'",
        "DELETE FROM alembic_version",
        f"INSERT INTO alembic_version VALUES ('{NEXT}')",  # noqa: S608
    ],
)
def test_a_file_that_does_not_say_its_schema_is_refused(old: Path, statement: str) -> None:
    with sqlite3.connect(old) as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(UnusableStoreError, match="does not say which schema it has"):
        Store.open(old.parent)


def test_an_older_file_is_not_opened_for_reading(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cupel.storage.backends.sqlite.schema.HEAD", NEXT)
    with pytest.raises(OlderStoreError, match="older version of Cupel"):
        Store.open(old.parent, "r")
