"""What an audit of the split found is the first line of a search, and stays in its results and on the card."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.commands.split_lines import split_lines
from cupel.engine.commands.summary import summary
from cupel.engine.domain.results import StudyResult
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.storage.store import Store

CUPEL = [sys.executable, "-m", "cupel.gui.main"]


def cupel(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CUPEL, *map(str, args)], capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with prices of days, whose target looks ten days ahead, and the same rows in a random order."""
    folder = tmp_path_factory.mktemp("split")
    rng = np.random.default_rng(0)
    log_price = np.cumsum(0.01 * rng.normal(size=700))
    today = np.arange(60, 660)
    inputs = [log_price[today], *(np.array([log_price[i - w : i].mean() for i in today]) for w in (5, 50))]
    rows = np.stack([*inputs, log_price[today + 10] - log_price[today]], axis=1)
    for name, order in (("days.csv", np.arange(600)), ("shuffled.csv", rng.permutation(600))):
        lines = ["price,mean5,mean50,ahead", *(",".join(f"{v:.6f}" for v in row) for row in rows[order])]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def searched(folder: Path) -> subprocess.CompletedProcess[str]:
    """A search on the days, to its end and its export."""
    return cupel(
        "search", folder / "days.csv", "--target", "ahead", "--trials", "1", "--epochs", "3", "--folds", "3",
        "--family", "mlp", "--finalists", "0", "--workers", "1", "--out", folder / "bundle", "--json",
        "--workspace", folder / "ws",
    )  # fmt: skip


def test_the_finding_is_the_first_line_of_a_search_and_says_how_to_answer(
    searched: subprocess.CompletedProcess[str],
) -> None:
    assert searched.returncode == 0, searched.stderr
    first = searched.stderr.splitlines()[0]
    assert first.startswith("SERIOUS: Rows that stand close to each other in the file are alike")
    assert "Then divide them otherwise: --split order --gap " in first
    assert first.endswith("If they are independent: --independent order.")


def test_the_finding_stays_in_the_results_when_the_search_has_ended(
    searched: subprocess.CompletedProcess[str], folder: Path
) -> None:
    audit = json.loads(searched.stdout.splitlines()[-1])["split_audit"]
    assert audit["is_serious"]
    assert not audit["is_answered"]
    look = audit["looks"][0]
    assert look["chosen"] < look["apart"]
    with Store.open(folder / "ws", "r") as store:
        assert store.study(1).result["split_audit"] == audit
        assert "best" in store.study(1).result
    shown = cupel("show", "1", "--workspace", folder / "ws")
    assert "SERIOUS: Rows that stand close" in shown.stderr


def test_the_card_tells_it_beside_the_scores(
    searched: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert searched.returncode == 0, searched.stderr
    (card,) = [
        p.read_text(encoding="utf-8")
        for p in (folder / "bundle").glob("*.md")
        if "## Scores" in p.read_text()
    ]
    line = next(line for line in card.splitlines() if "In question" in line)
    assert line.startswith("- **In question**: Rows that stand close to each other in the file are alike")


def made(store: Store, path: Path, split: SplitSpec, seed: int = 0) -> int:
    spec = StudySpec("ahead", split=split, budget=BudgetSpec(1), seed=seed)
    return create_study(store, path, spec)[0].id


def test_an_answer_is_kept_with_its_finding_and_a_named_kind_of_folds_is_none(
    folder: Path, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "ws") as store:
        named = store.study(made(store, folder / "days.csv", SplitSpec("plain")))
        found = summary(store, named)["split_audit"]
        assert (found["is_serious"], found["is_answered"]) == (True, False)
        study = store.study(made(store, folder / "days.csv", SplitSpec(independent=("order",))))
        found = summary(store, study)["split_audit"]
        assert (found["is_serious"], found["is_answered"]) == (True, True)
        (line,) = split_lines(StudyResult.of(study).split_audit, with_remedy=True)
        assert line.startswith("SERIOUS: Rows that stand close")
        assert line.endswith("The folds were kept all the same (--independent order).")
        ordered = store.study(made(store, folder / "days.csv", SplitSpec("order", gap=10)))
        assert summary(store, ordered)["split_audit"] == {
            "kind": "order", "is_answered": False, "is_serious": False, "looks": [],
        }  # fmt: skip


def test_nothing_is_said_of_rows_in_a_random_order(folder: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "ws") as store:
        study = store.study(made(store, folder / "shuffled.csv", SplitSpec()))
        audit = StudyResult.of(study).split_audit
        assert audit is not None
        assert audit.looks == ()
        assert split_lines(audit, with_remedy=True) == []


def test_another_seed_of_training_keeps_folds_and_baselines_another_seed_of_the_split_does_not(
    folder: Path, tmp_path: Path
) -> None:
    with Store.open(tmp_path / "ws") as store:
        ids = [
            made(store, folder / "shuffled.csv", SplitSpec(seed=split_seed), seed)
            for split_seed, seed in ((0, 0), (0, 1), (1, 1), (None, 1))
        ]
        first, again, other, follows = (prepare(store, store.study(study_id)) for study_id in ids)
    assert first.digests["split"] == again.digests["split"] != other.digests["split"]
    assert follows.digests["split"] == other.digests["split"]
    assert (again.files.seed, again.files.split_seed) == (1, 0)
    assert (follows.files.seed, follows.files.split_seed) == (1, 1)


def test_the_terminal_inspects_a_file(folder: Path) -> None:
    done = cupel("inspect", folder / "days.csv", "--target", "ahead")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("SERIOUS: Rows that stand close to each other in the file are alike")
    found = json.loads(cupel("inspect", folder / "shuffled.csv", "--target", "ahead", "--json").stdout)
    assert (found["n_rows"], found["split_audit"]["is_serious"]) == (600, False)
