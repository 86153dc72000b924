"""The epoch of a fold is chosen by the others: what that means for every kind of folds, and that it is honest."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.statistics.epochs import EpochChoice, best_epoch_scores, chosen_scores, fold_voters
from cupel.storage.ranking import Direction


def plain_choice(
    scores: np.ndarray, losses: np.ndarray, voters: tuple[np.ndarray, ...], direction: Direction
) -> list[int]:
    """Return the epochs by the definition, with all epochs at hand."""
    kept = []
    for chosen in voters:
        means = [
            (scores[chosen, e].astype(float).mean(), -losses[chosen, e].mean())
            for e in range(scores.shape[1])
        ]
        sign = direction.sign
        kept.append(max(range(len(means)), key=lambda e: (sign * np.float32(means[e][0]), means[e][1])))
    return kept


def test_folds_of_a_repeat_choose_for_one_another_and_for_nobody_else() -> None:
    found = [v.tolist() for v in fold_voters(3, 2, in_order=False)]
    assert found == [[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4]]


def test_in_time_order_the_folds_before_choose_and_the_others_for_the_first() -> None:
    assert [v.tolist() for v in fold_voters(4, 1, in_order=True)] == [[1, 2, 3], [0], [0, 1], [0, 1, 2]]


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("in_order", [True, False])
def test_the_choice_epoch_by_epoch_is_the_one_with_all_epochs_at_hand(
    direction: Direction, in_order: bool
) -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(10, 30)).astype(np.float32)
    losses = rng.normal(size=(10, 30)).astype(np.float32)
    voters = fold_voters(5, 2, in_order=in_order)
    found = chosen_scores(scores, losses, voters, direction=direction, patience=None)
    expected = plain_choice(scores, losses, voters, direction)
    np.testing.assert_array_equal(found[:, -1], scores[np.arange(10), expected])


def test_a_fold_has_no_say_in_its_own_epoch() -> None:
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(5, 40)).astype(np.float32)
    losses = np.zeros_like(scores)
    voters = fold_voters(5, 1, in_order=False)
    before = EpochChoice.begin(voters, direction=Direction.MAXIMIZE, patience=8)
    other = EpochChoice.begin(voters, direction=Direction.MAXIMIZE, patience=8)
    changed = scores.copy()
    changed[3] = rng.normal(size=40)
    for epoch in range(40):
        before.take(scores[:, epoch], losses[:, epoch])
        other.take(changed[:, epoch], losses[:, epoch])
    assert before.epochs[3] == other.epochs[3]
    assert before.epochs.tolist() != other.epochs.tolist(), "the other folds did hear of it"


def test_equal_means_are_decided_by_the_losses() -> None:
    scores = np.array([[0.5, 0.5, 0.5], [0.8, 0.8, 0.8]], np.float32)
    losses = np.array([[1.0, 0.7, 0.9], [1.0, 0.9, 0.7]], np.float32)
    choice = EpochChoice.begin(fold_voters(2, 1, in_order=False), direction=Direction.MAXIMIZE, patience=None)
    for epoch in range(3):
        choice.take(scores[:, epoch], losses[:, epoch])
    assert choice.epochs.tolist() == [2, 1], "each by the other's loss"


def test_sums_in_another_order_are_equal_means() -> None:
    # 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in their last bit.
    scores = np.array([[0.3, 0.1], [0.2, 0.2], [0.1, 0.3], [0.0, 0.0]])
    choice = EpochChoice.begin(fold_voters(4, 1, in_order=False), direction=Direction.MAXIMIZE, patience=None)
    assert choice.take(scores[:, 0], np.full(4, 0.5))[3]
    assert not choice.take(scores[:, 1], np.full(4, 0.5))[3]


def test_patience_settles_a_fold_which_still_trains_for_those_it_chooses_for() -> None:
    rising, falling = np.linspace(0.1, 0.9, 12), np.linspace(0.9, 0.1, 12)
    scores = np.stack([rising, falling]).astype(np.float32)
    choice = EpochChoice.begin(fold_voters(2, 1, in_order=False), direction=Direction.MAXIMIZE, patience=3)
    for epoch in range(12):
        choice.take(scores[:, epoch], np.zeros(2))
    # Fold 0 follows the falling one: settled after three epochs, but fold 1 follows fold 0.
    assert choice.epochs.tolist() == [0, 11]
    assert choice.is_settled(4).tolist() == [True, False]
    assert choice.is_needed().all()


def test_a_repeat_whose_folds_are_all_settled_is_not_needed() -> None:
    scores = np.zeros((4, 8), np.float32)
    scores[2:] = np.linspace(0, 1, 8)
    choice = EpochChoice.begin(fold_voters(2, 2, in_order=False), direction=Direction.MAXIMIZE, patience=2)
    for epoch in range(8):
        choice.take(scores[:, epoch], np.zeros(4))
    assert choice.is_needed().tolist() == [False, False, True, True]


def test_scores_that_are_missing_choose_nothing() -> None:
    choice = EpochChoice.begin(fold_voters(2, 1, in_order=False), direction=Direction.MAXIMIZE, patience=None)
    assert choice.take(np.array([np.nan, 0.5]), np.array([1.0, 1.0])).all(), "there must be some networks"
    assert choice.take(np.array([0.9, np.nan]), np.array([0.5, 0.5])).tolist() == [False, False]
    assert choice.epochs.tolist() == [0, 0]


def test_a_fit_without_voters_keeps_its_last_epoch() -> None:
    choice = EpochChoice.begin([np.zeros(0, np.int64)], direction=Direction.MAXIMIZE, patience=None)
    for score in (0.9, 0.1, 0.3):
        assert choice.take(np.array([score]), np.array([1.0])).all()
    assert choice.epochs.tolist() == [2]


def test_epochs_before_the_first_that_counts_are_not_kept() -> None:
    choice = EpochChoice.begin(fold_voters(2, 1, in_order=False), direction=Direction.MAXIMIZE, patience=None)
    for epoch, score in enumerate((0.9, 0.8, 0.1, 0.2)):
        choice.take(np.array([score, score]), np.zeros(2), counts=epoch >= 2)
    assert choice.epochs.tolist() == [3, 3]


def test_on_noise_the_honest_score_is_right_where_each_folds_best_epoch_flatters() -> None:
    # A random walk of scores around a truth of 0.5, without any signal: 400 trials of 5 folds.
    rng = np.random.default_rng(3)
    voters = fold_voters(5, 1, in_order=False)
    honest, flattering = [], []
    for _ in range(400):
        scores = (0.5 + 0.01 * rng.normal(size=(5, 40)).cumsum(axis=1)).astype(np.float32)
        scores += 0.03 * rng.normal(size=(5, 1)).astype(np.float32)
        found = chosen_scores(scores, -scores, voters, direction=Direction.MAXIMIZE, patience=None)[:, -1]
        honest.append(found.mean())
        flattering.append(best_epoch_scores(scores, Direction.MAXIMIZE).mean())
    standard_error = np.std(honest) / np.sqrt(len(honest))
    assert abs(np.mean(honest) - 0.5) < 3 * standard_error
    assert np.mean(flattering) > 0.5 + 10 * standard_error
