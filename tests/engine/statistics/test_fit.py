"""Over- and underfitting is called out where it was made, and on curves of chance alone hardly ever."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.fit import FitWord, fit_sentence
from cupel.engine.statistics.fit import measure_fit
from cupel.storage.records import Curves
from numpy.typing import NDArray

N_FOLDS, N_EPOCHS = 5, 40
EPOCHS = np.arange(N_EPOCHS)
# What folds have in common, as they share four fifths of their rows, and what each has of its own.
SHARED, OWN = 0.004, 0.008
FALLS = 0.3 + 0.5 * np.exp(-EPOCHS / 4)


def noise(rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.normal(0.0, SHARED, N_EPOCHS) + rng.normal(0.0, OWN, (N_FOLDS, N_EPOCHS))


def curves(train: NDArray[np.float64], valid: NDArray[np.float64], rng: np.random.Generator) -> Curves:
    values = np.stack([train + noise(rng), valid + noise(rng)], axis=2).astype(np.float32)
    return Curves(("train_loss", "valid_loss"), values)


def words(train: NDArray[np.float64], valid: NDArray[np.float64], n: int) -> list[FitWord]:
    rng = np.random.default_rng(4)
    fits = [measure_fit(curves(train, valid, rng), N_FOLDS) for _ in range(n)]
    return [fit.word for fit in fits if fit is not None]


@pytest.mark.parametrize(
    ("train", "valid", "word"),
    [
        # The sources of what is known: what the curves were made from.
        (FALLS - 0.006 * EPOCHS, FALLS + 0.006 * np.maximum(EPOCHS - 12, 0), FitWord.OVERFITS),
        (0.8 - 0.01 * EPOCHS, 0.8 - 0.009 * EPOCHS, FitWord.CUT_SHORT),
        (FALLS, FALLS + 0.02, FitWord.FITS),
        # It knows its own rows much better, and is none the worse for it on others.
        (FALLS - 0.2, FALLS, FitWord.FITS),
        (np.full(N_EPOCHS, 0.69), np.full(N_EPOCHS, 0.69), FitWord.LEARNS_NOTHING),
    ],
    ids=["rises", "still falls", "flat", "gap", "learns nothing"],
)
def test_what_was_made_is_called_so(
    train: NDArray[np.float64], valid: NDArray[np.float64], word: FitWord
) -> None:
    assert words(train, valid, 40).count(word) >= 38


def test_chance_alone_is_hardly_ever_called_over_or_underfitting() -> None:
    # A training loss that falls all the time lets every rise count.
    told = words(FALLS - 0.002 * EPOCHS, FALLS, 400)
    assert told.count(FitWord.OVERFITS) <= 20
    assert told.count(FitWord.CUT_SHORT) <= 20
    assert told.count(FitWord.FITS) >= 300


def test_a_fold_that_ends_early_is_followed_to_its_end_only() -> None:
    rng = np.random.default_rng(0)
    made = curves(FALLS - 0.006 * EPOCHS, FALLS + 0.006 * np.maximum(EPOCHS - 12, 0), rng)
    values = made.values.copy()
    values[1, 30:] = np.nan
    fit = measure_fit(Curves(made.names, values), N_FOLDS)
    assert fit is not None
    assert (fit.word, fit.last) == (FitWord.OVERFITS, 30)
    assert 8 <= fit.epoch <= 18
    told = str(fit_sentence(fit))
    assert told.startswith(f"Overfits after epoch {fit.epoch}: by epoch 30 ")


def test_where_nothing_can_be_told_nothing_is() -> None:
    one = np.zeros((1, 10, 2), np.float32)
    assert measure_fit(None, 5) is None
    assert measure_fit(Curves(("train_loss", "valid_loss"), one), 5) is None
    assert measure_fit(Curves(("train_loss", "valid_loss"), np.zeros((5, 1, 2), np.float32)), 5) is None
    assert measure_fit(Curves(("valid_score",), np.zeros((5, 10, 1), np.float32)), 5) is None
