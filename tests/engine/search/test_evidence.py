"""What the end of a search says of its best trial: finalists, verdicts, looks. Real workers do a toy's work."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.commands.summary import summary
from cupel.engine.domain.comparable import SCORING
from cupel.engine.domain.evidence import Evidence
from cupel.engine.domain.results import StudyResult
from cupel.engine.domain.space import Space
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.studies import create_study
from cupel.storage.records import LookPurpose, StudyState, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

from tests.engine.search.engines import ROOT, run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(autouse=True)
def toy_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def searched(store: Store, *, n_trials: int = 8, **changes: object) -> int:
    values: dict[str, object] = {
        "target": "species", "budget": BudgetSpec(n_trials), "max_epochs": 6, "export_dir": "", "sampler": "random",
        "pruner": "none", "n_workers": 2,
    }  # fmt: skip
    study = create_study(store, "sample:iris", StudySpec(**{**values, **changes}))[0]  # type: ignore[arg-type]
    assert run(store, study.id) is StudyState.DONE
    return study.id


def found(store: Store, study_id: int) -> Evidence:
    evidence = StudyResult.of(store.study(study_id)).evidence
    assert evidence is not None
    return evidence


def test_finalists_and_baselines_are_judged_on_three_repeats_and_the_choice_is_told(store: Store) -> None:
    study_id = searched(store)
    evidence = found(store, study_id)
    complete = [t for t in store.trials(study_id) if t.kind is TrialKind.SEARCH]
    best = sorted(complete, key=lambda t: -(t.value or 0.0))[:2]
    assert evidence.finalists == tuple(t.number for t in best), "one finalist for every four complete trials"
    assert evidence.n_repeats == 3
    assert evidence.best == store.study(study_id).best_trial == best[0].number
    assert set(evidence.verdicts) == {"majority", "linear", "hist_gradient_boosting"}
    assert evidence.corrected is not None
    assert evidence.corrected.low <= evidence.corrected.value <= evidence.corrected.high
    assert sum(evidence.corrected.shares.values()) == pytest.approx(1.0)
    assert evidence.corrected.n_complete == 8


@pytest.mark.parametrize(("timeout_s", "n_finalists", "n_outer"), [(None, 2, 2), (1e6, 4, 5)])
def test_the_end_of_a_search_without_a_time_limit_costs_a_part_of_its_work(
    store: Store, timeout_s: float | None, n_finalists: int, n_outer: int
) -> None:
    # Eight trials of 5 epochs, and eight of 50, which are better: the work of 8.8 of them.
    space = {
        "mlp": {
            "width": {"fixed": 100}, "epoch_fraction": {"type": "choice", "choices": [0.1, 1.0]},
            "learning_rate": {"type": "choice", "choices": [i / 1000 for i in range(1, 9)]},
        }
    }  # fmt: skip
    study_id = searched(
        store,
        budget=BudgetSpec(16, timeout_s),
        max_epochs=50,
        sampler="grid",
        space=Space.of(space),
        n_workers=1,
    )
    assert len(found(store, study_id).finalists) == n_finalists
    assert store.study(study_id).result["final"]["evidence"] == {"n_outer": n_outer}


def test_the_verdict_is_data_at_the_top_of_the_json(store: Store) -> None:
    study_id = searched(store)
    told = json.loads(json.dumps(summary(store, store.study(study_id)), allow_nan=False))
    assert set(told["corrected"]) == {"value", "low", "high"}
    assert set(told["verdict"]["linear"]) == {
        "verdict", "difference", "low", "high", "p_better", "p_same", "p_worse",
    }  # fmt: skip
    assert told["looks"] == 1


def test_without_finalists_the_reason_is_told(store: Store) -> None:
    evidence = found(store, searched(store, n_finalists=0))
    assert evidence.finalists == ()
    assert evidence.n_repeats == 1
    assert evidence.why_no_finalists is not None
    assert "No finalists were asked for" in str(evidence.why_no_finalists)


def test_folds_by_order_have_no_further_repeats(store: Store) -> None:
    evidence = found(store, searched(store, split=SplitSpec("order", 3, gap=2), task="multiclass"))
    assert evidence.in_order
    assert evidence.finalists == ()


def test_a_search_that_goes_on_does_not_train_its_finalists_again(store: Store) -> None:
    study_id = searched(store)
    before = store.study(study_id).result["repeats"]
    store.set_study_state(study_id, StudyState.FAILED)
    assert run(store, study_id) is StudyState.DONE
    assert store.study(study_id).result["repeats"] == before


def test_a_second_study_of_the_same_rows_counts_the_looks_of_the_first(store: Store) -> None:
    first, second = searched(store), searched(store, seed=1, split=SplitSpec(seed=0))
    assert store.study(first).split_sha256 == store.study(second).split_sha256, "another seed keeps the folds"
    assert store.study(first).n_looks == store.study(second).n_looks == 2
    digest = store.study(first).holdout_digest
    assert digest is not None
    assert [look.purpose for look in store.looks(digest)] == [LookPurpose.SEARCH] * 2


def test_a_look_at_some_of_the_rows_is_a_look_at_both_holdouts(store: Store) -> None:
    first = searched(store, n_trials=2)
    # All of a fifth are among those of a quarter, some by chance among those of another seed.
    larger, other = (
        searched(store, n_trials=2, split=SplitSpec(holdout=0.25)),
        searched(store, n_trials=2, split=SplitSpec(seed=5)),
    )
    assert len({store.study(id_).holdout_digest for id_ in (first, larger, other)}) == 3
    assert [store.study(id_).n_looks for id_ in (first, larger, other)] == [3, 3, 3]


def test_a_study_without_a_holdout_has_no_looks(store: Store) -> None:
    study = store.study(searched(store, split=SplitSpec(holdout=0.0)))
    assert (study.holdout_digest, study.n_looks) == ("", 0)


def test_looks_of_an_older_version_are_counted_too(store: Store) -> None:
    first = searched(store)
    with sqlite3.connect(store.workspace.database) as database:
        database.execute("DELETE FROM looks")
        database.execute("UPDATE studies SET holdout_digest = NULL")
    second = searched(store, seed=1, split=SplitSpec(seed=0))
    assert store.study(first).n_looks == store.study(second).n_looks == 2


def test_trials_of_an_older_way_of_scoring_are_kept_and_not_ranked_with_new_ones(store: Store) -> None:
    study_id = searched(store, n_trials=4)
    with sqlite3.connect(store.workspace.database) as database:
        # As version 0.1.0 left it: no way of scoring, and a score that nobody will reach again.
        database.execute("UPDATE digests SET digests = json_remove(digests, '$.scoring')")
        database.execute("UPDATE trials SET value = 0.999 WHERE number = 0")
        database.execute("UPDATE studies SET best_trial = 0, best_value = 0.999")
    spec = StudySpec.from_json(store.study(study_id).spec)
    assert store.study(study_id).best_trial == 0
    more = {**spec.to_json(), "budget": {"n_trials": 8}}
    store.extend_study(study_id, more)
    assert run(store, study_id) is StudyState.DONE
    study = store.study(study_id)
    new = [t for t in store.trials(study_id) if t.digests.get("scoring") == SCORING]
    assert sorted(t.number for t in new if t.kind is TrialKind.SEARCH) == [4, 5, 6, 7]
    assert store.trial_by_number(study_id, 0).value == 0.999
    assert study.best_trial in (4, 5, 6, 7)
    evidence = found(store, study_id)
    assert set(evidence.tied) <= {4, 5, 6, 7}
    assert evidence.verdicts, "baselines have no epochs to choose, so that the old ones are compared with"


def test_a_better_score_of_another_way_of_scoring_does_not_stay_the_best(store: Store) -> None:
    study_id = searched(store, n_trials=2)
    for number, scoring, value in ((2, "", 0.99), (3, SCORING, 0.5)):
        trial = store.create_trial(
            study_id=study_id, number=number, kind=TrialKind.SEARCH, family="mlp", params={},
            digests={"scoring": scoring}, worker="w",
        )  # fmt: skip
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value, 0.0))
    assert store.study(study_id).best_trial == 3


def test_repeats_draw_other_folds_of_the_same_rows(store: Store) -> None:
    study = store.study(searched(store))
    assert study.split_sha256 is not None
    with (
        np.load(store.artifacts.checked_path(study.split_sha256)) as own,
        np.load(store.artifacts.checked_path(study.result["repeats"]["splits_sha256"])) as further,
    ):
        assert further["shape"].tolist() == [5, 2]
        np.testing.assert_array_equal(own["development"], further["development"])
        np.testing.assert_array_equal(own["holdout"], further["holdout"])
        assert not np.array_equal(own["valid0"], further["valid0"])
        covered = np.sort(np.concatenate([further[f"valid{r}"] for r in range(5)]))
        np.testing.assert_array_equal(covered, own["development"])
