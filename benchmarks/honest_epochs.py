"""The score of a cross-validation whose folds choose one another's epoch, for scripts that keep Keras's histories.

The same honest choice as Cupel's (`engine.statistics.epochs`), in NumPy alone, so that both sides of a comparison are
judged alike: no fold's own rows choose the epoch at which they judge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def honest_mean(scores: Sequence[Sequence[float]], losses: Sequence[Sequence[float]]) -> float:
    """Return the mean over folds of each fold's score at the epoch at which the other folds' mean is best.

    Parameters
    ----------
    scores, losses : of shape (n_folds, n_epochs)
        On the validation rows of each fold; a higher score is better, of equal ones the lower loss.
    """
    table, cost = np.asarray(scores, float), np.asarray(losses, float)
    kept = []
    for fold in range(len(table)):
        others = np.arange(len(table)) != fold
        # Means of equal scores in another order differ in the last bits; float32 makes them the tie that they are.
        votes = table[others].mean(axis=0).astype(np.float32)
        order = np.lexsort((cost[others].mean(axis=0), -votes))
        kept.append(table[fold, order[0]])
    return float(np.mean(kept))
