"""What is said of the evidence, sentence by sentence, where a wrong one would claim more than is known."""

from __future__ import annotations

import msgspec
import pytest
from cupel.engine.domain.evidence import Corrected, Evidence, Verdict
from cupel.engine.domain.verdict import corrected_sentence, disagreement, headline, is_better_than_all

VERDICT = Verdict("undecided", -0.01, -0.08, 0.04, 0.2, 0.04, 0.76)


def evidence(metric: str = "roc_auc", mean: float = 0.543, **means: float) -> Evidence:
    verdicts = dict.fromkeys(means, VERDICT)
    return Evidence(0, metric, None, verdicts, (0,), (), 5, 1, mean=mean, baseline_means=means)


@pytest.mark.parametrize(
    ("metric", "mean", "means", "ours", "holdout", "said"),
    [
        # The network leads by its mean on the folds, whatever the resampled difference is.
        (
            "roc_auc",
            0.543,
            (0.537, 0.510),
            0.481,
            (0.5, 0.597),
            "the network is first, on the holdout trees (0.597",
        ),
        (
            "roc_auc",
            0.5,
            (0.537, 0.510),
            0.6,
            (0.5, 0.597),
            "holdout puts the network first (0.600 against 0.500 of linear",
        ),
        (
            "roc_auc",
            0.5,
            (0.537, 0.510),
            0.4,
            (0.5, 0.597),
            "folds put linear first, the holdout trees (0.597 against",
        ),
        ("roc_auc", 0.543, (0.537, 0.510), 0.6, (0.5, 0.597), None),
        (
            "rmse",
            1.0,
            (2.0, 3.0),
            4.0,
            (2.5, 3.0),
            "the network is first, on the holdout linear (2.50 against 4.00",
        ),
        ("rmse", 1.0, (2.0, 3.0), 2.0, (2.5, 3.0), None),
        # Equal on the holdout: no other winner.
        ("roc_auc", 0.543, (0.537, 0.510), 0.5, (0.5, 0.4), None),
    ],
)
def test_folds_and_holdout_that_point_to_different_winners_are_told(
    metric: str,
    mean: float,
    means: tuple[float, float],
    ours: float,
    holdout: tuple[float, float],
    said: str | None,
) -> None:
    found = evidence(metric, mean, linear=means[0], trees=means[1])
    message = disagreement(found, ours, {"linear": holdout[0], "trees": holdout[1]})
    assert (message is None) == (said is None)
    assert said is None or said in str(message)


def test_what_an_older_version_judged_is_told_by_its_differences() -> None:
    old = msgspec.structs.replace(evidence(linear=0.6), baseline_means={})
    assert "folds put linear first" not in str(disagreement(old, 0.4, {"linear": 0.5}))
    assert "holdout puts the network first" in str(disagreement(old, 0.6, {"linear": 0.5}))


def test_too_few_units_are_not_called_missing_scores() -> None:
    found = msgspec.structs.replace(evidence(linear=0.9), verdicts={}, not_compared=("linear",))
    assert "too few rows" in str(headline(found))
    assert "have no score" in str(headline(msgspec.structs.replace(found, baseline_means={})))


def test_on_folds_that_are_in_question_nothing_is_claimed_without_saying_so() -> None:
    better = Verdict("better", 0.1, 0.05, 0.2, 0.99, 0.01, 0.0)
    sound = msgspec.structs.replace(evidence(linear=0.6), verdicts={"linear": better})
    assert str(headline(sound)) == "The best network is better than every baseline."
    assert is_better_than_all(sound)
    doubtful = msgspec.structs.replace(sound, in_question=True)
    assert (
        str(headline(doubtful))
        == "On these folds, which are in question: The best network is better than every baseline."
    )
    assert not is_better_than_all(doubtful)


def test_one_complete_trial_beside_pruned_ones_is_not_called_the_only_one() -> None:
    corrected = Corrected(0.76, 0.71, 0.82, 100, 1, 1, 0, 90, 90, {0: 1.0})
    assert "There was one trial to pick" in str(corrected_sentence(corrected, 2))
    said = str(corrected_sentence(msgspec.structs.replace(corrected, n_pruned=3), 2))
    assert "pruned ones, 3, do not take part" in said
