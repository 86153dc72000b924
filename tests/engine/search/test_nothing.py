"""Why a search ended without a network: the reason decides whether more time helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cupel.engine.search.nothing import why_nothing
from cupel.storage.records import Failure, FailureKind, TrialKind, TrialOutcome, TrialRecord, TrialState
from cupel.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ws") as opened:
        yield opened


def trials(store: Store, *failures: tuple[FailureKind, str]) -> list[TrialRecord]:
    study = store.create_study(
        name="s", dataset_id=None, spec={}, metric="roc_auc", direction="maximize", task="binary"
    )
    for number, (kind, message) in enumerate(failures):
        trial = store.create_trial(
            study_id=study.id, number=number, kind=TrialKind.SEARCH, family="mlp", params={}
        )
        store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, failure=Failure(kind, message)))
    return store.trials(study.id)


LATE = (
    FailureKind.SKIPPED,
    "The time budget was over in the middle of an epoch of this trial; allow more time.",
)
ONE_CLASS = (FailureKind.BAD_INPUT, "A fold has no score: its validation rows hold one class only.")
TOO_LARGE = (FailureKind.RULED_OUT, "1,000 weights are more than 10.")


def test_a_trial_that_failed_by_itself_is_the_reason_and_not_the_time(store: Store) -> None:
    said = str(why_nothing(trials(store, ONE_CLASS, LATE), is_time_over=True))
    assert said.startswith(
        "No network was trained to its end; of 2 trials 2 failed, the last one so: A fold has no"
    )


@pytest.mark.parametrize("failures", [(), (LATE,), (LATE, TOO_LARGE)])
def test_what_the_end_of_the_time_cut_off_needs_more_of_it(
    store: Store, failures: tuple[tuple[FailureKind, str], ...]
) -> None:
    assert "The time was too short" in str(why_nothing(trials(store, *failures), is_time_over=True))


def test_where_limits_rule_everything_out_they_are_to_be_widened(store: Store) -> None:
    for is_time_over in (False, True):
        said = why_nothing(trials(store, TOO_LARGE, TOO_LARGE), is_time_over=is_time_over)
        assert "widen them" in str(said)
