"""What the end of a search knows of its best trial, as types; `verdict` has the words for them.

`statistics.comparison` and `resampling` make them, the store keeps them in a study's result. Light.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from .errors import Message

Word = Literal["better", "worse", "same", "undecided"]

EQUIVALENCE = 0.005
"""Default half width of the region of practical equivalence: in units of a score, but relative to an error."""


class Verdict(msgspec.Struct, frozen=True):
    """How one model compares with another.

    Attributes
    ----------
    word : {"better", "worse", "same", "undecided"}
        ``same`` where the 95 % interval lies inside the region of practical equivalence, else ``better`` or ``worse``
        where it excludes 0, else ``undecided``: not shown to differ. Called ``verdict`` in JSON.
    difference, low, high : float
        Score of the one minus score of the other, and its 95 % interval.
    p_better, p_same, p_worse : float
        Probabilities, of sum 1: better by more than the region, inside of it, worse by more.
    """

    word: Word = msgspec.field(name="verdict")
    difference: float
    low: float
    high: float
    p_better: float
    p_same: float
    p_worse: float


class Estimate(msgspec.Struct, frozen=True):
    """A score and its 95 % interval."""

    value: float
    low: float
    high: float


class Corrected(msgspec.Struct, frozen=True):
    """The score of the best of many, with the choice inside the resampling; see `statistics.resampling`.

    Attributes
    ----------
    value, low, high : float
        And its 95 % interval.
    n_resamples : int
    n_trials, n_complete, n_pruned : int
        Trials that took part, complete ones, and pruned ones, which have no predictions of all rows and are left out.
    n_rows, n_all_rows : int
        Rows that took part, and all that the search judged.
    shares : mapping of int to float
        By number, in which share of the resamples a trial is chosen; those never chosen are left out.
    ensemble : Estimate or None
        The same of the mean of several networks for each row, see `statistics.shipped`; None where there are none.
    thresholded : Estimate or None
        The same of single networks with a fitted threshold; None where no threshold counts.
    """

    value: float
    low: float
    high: float
    n_resamples: int
    n_trials: int
    n_complete: int
    n_pruned: int
    n_rows: int
    n_all_rows: int
    shares: Mapping[int, float] = {}
    ensemble: Estimate | None = None
    thresholded: Estimate | None = None


class Evidence(msgspec.Struct, frozen=True):
    """What the end of a search knows of its best trial.

    Attributes
    ----------
    best : int
        Number of the trial.
    metric : str
    corrected : Corrected or None
    verdicts : mapping of str to Verdict
        Of the best of all trials against each baseline, by its name.
    tied : tuple of int
        Trials that are not shown to be worse than the best one on the same folds, the best first.
    tied_baselines : tuple of str
        The same of baselines.
    n_folds, n_repeats : int
        That the best trial was judged on.
    mean : float
        Of its scores on all of them: what decided.
    not_compared : tuple of str
        Baselines that were asked for and have no score to compare with: skipped, failed or stopped.
    finalists : tuple of int
        Trials that were trained again on further repeats, which decided between them; empty where there were none.
    why_no_finalists : Message or None
    in_order : bool
        Whether the folds follow one another: then those before a fold choose its epoch.
    equivalence : float
        Half width of the region of practical equivalence, see `EQUIVALENCE`.
    baseline_means : mapping of str to float
        Of each baseline's scores on the folds that it has; empty where an older version judged.
    in_question : bool
        Whether something serious was found of the folds, see `SplitAudit`, also where the user answered it: what the
        scores say then holds for such folds alone.
    """

    best: int
    metric: str
    corrected: Corrected | None
    verdicts: Mapping[str, Verdict]
    tied: tuple[int, ...]
    tied_baselines: tuple[str, ...]
    n_folds: int
    n_repeats: int
    mean: float
    not_compared: tuple[str, ...] = ()
    finalists: tuple[int, ...] = ()
    why_no_finalists: Message | None = None
    in_order: bool = False
    equivalence: float = EQUIVALENCE
    baseline_means: Mapping[str, float] = {}
    in_question: bool = False


class Claims(msgspec.Struct, frozen=True):
    """What is claimed of a study's best trial: terminal, Python, store, manifest and card have these three.

    Attributes
    ----------
    corrected : Estimate or None
        Its score, corrected for having picked the best of many.
    verdict : mapping of str to Verdict
        By baseline.
    looks : int
        At the rows of the holdout.
    """

    corrected: Estimate | None
    verdict: Mapping[str, Verdict]
    looks: int

    @classmethod
    def of(cls, evidence: Evidence | None, n_looks: int) -> Claims:
        """Return what is claimed on some evidence.

        Parameters
        ----------
        evidence : Evidence or None
        n_looks : int
            How often the rows of the holdout were looked at.

        Returns
        -------
        Claims
        """
        corrected = evidence.corrected if evidence is not None else None
        estimate = None if corrected is None else Estimate(corrected.value, corrected.low, corrected.high)
        return cls(estimate, {} if evidence is None else evidence.verdicts, n_looks)
