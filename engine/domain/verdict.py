"""What the evidence of a study says, as types and in words: the one place that window, terminal, JSON and card read.

`statistics.comparison` and `resampling` make verdicts, the store keeps them as JSON.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import formatting
from .errors import Message
from .metrics import METRICS

Word = Literal["better", "worse", "same", "undecided"]

EQUIVALENCE = 0.005
"""Default half width of the region of practical equivalence: in units of a score, but relative to an error."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one model compares with another.

    Attributes
    ----------
    word : {"better", "worse", "same", "undecided"}
        ``same`` where the 95 % interval lies inside the region of practical equivalence, else ``better`` or ``worse``
        where it excludes 0, else ``undecided``: not shown to differ.
    difference, low, high : float
        Score of the one minus score of the other, and its 95 % interval.
    p_better, p_same, p_worse : float
        Probabilities, of sum 1: better by more than the region, inside of it, worse by more.
    """

    word: Word
    difference: float
    low: float
    high: float
    p_better: float
    p_same: float
    p_worse: float

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object, the word under ``verdict``."""
        values = dataclasses.asdict(self)
        return {"verdict": values.pop("word"), **values}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """Rebuild what `to_json` gave."""
        values = dict(data)
        return cls(values.pop("verdict"), **values)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Corrected:
    """The score of the best of many, with the choice inside the resampling; see `resampling`.

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
    shares: Mapping[int, float] = field(default_factory=dict[int, float])
    ensemble: Estimate | None = None
    thresholded: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
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
    not_compared : tuple of str
        Baselines that were asked for and have no score to compare with: skipped, failed or stopped.
    n_folds, n_repeats : int
        That the best trial was judged on.
    mean : float
        Of its scores on all of them: what decided.
    finalists : tuple of int
        Trials that were trained again on further repeats, which decided between them; empty where there were none.
    why_no_finalists : Message or None
    in_order : bool
        Whether the folds follow one another: then those before a fold choose its epoch.
    equivalence : float
        Half width of the region of practical equivalence, see `EQUIVALENCE`.
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

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object that `evidence_of` reads."""
        corrected = None
        if self.corrected is not None:
            shares = {str(number): share for number, share in self.corrected.shares.items()}
            corrected = {**dataclasses.asdict(self.corrected), "shares": shares}
        return {
            "best": self.best,
            "metric": self.metric,
            "corrected": corrected,
            "verdicts": {name: verdict.to_json() for name, verdict in self.verdicts.items()},
            "tied": list(self.tied),
            "tied_baselines": list(self.tied_baselines),
            "n_folds": self.n_folds,
            "n_repeats": self.n_repeats,
            "mean": self.mean,
            "not_compared": list(self.not_compared),
            "finalists": list(self.finalists),
            "why_no_finalists": self.why_no_finalists.to_json() if self.why_no_finalists else None,
            "in_order": self.in_order,
            "equivalence": self.equivalence,
        }


def evidence_of(result: Mapping[str, Any]) -> Evidence | None:
    """Return the evidence in a study's stored result; None where there is none, or that of an older version."""
    data = result.get("evidence")
    if not data:
        return None
    values = dict(data)
    corrected = values.pop("corrected")
    if corrected is not None:
        known: dict[str, Any] = dict(corrected)
        shares: dict[int, float] = {int(number): share for number, share in known.pop("shares").items()}
        ensemble, thresholded = (known.pop(name, None) for name in ("ensemble", "thresholded"))
        corrected = Corrected(
            shares=shares,
            ensemble=Estimate(**ensemble) if ensemble else None,
            thresholded=Estimate(**thresholded) if thresholded else None,
            **known,
        )
    why = values.pop("why_no_finalists")
    return Evidence(
        corrected=corrected,
        verdicts={name: Verdict.from_json(v) for name, v in values.pop("verdicts").items()},
        tied=tuple(values.pop("tied")),
        tied_baselines=tuple(values.pop("tied_baselines")),
        not_compared=tuple(values.pop("not_compared")),
        finalists=tuple(values.pop("finalists")),
        why_no_finalists=Message(why["template"], why["args"]) if why else None,
        **values,
    )


def claims(evidence: Evidence | None, n_looks: int) -> dict[str, Any]:
    """Return what is claimed of a study's best trial, as data: ``corrected``, ``verdict`` by baseline, and ``looks``.

    Terminal, Python, store, manifest and card have these three, in this form.
    """
    corrected = evidence.corrected if evidence is not None else None
    return {
        "corrected": None
        if corrected is None
        else {"value": corrected.value, "low": corrected.low, "high": corrected.high},
        "verdict": {} if evidence is None else {name: v.to_json() for name, v in evidence.verdicts.items()},
        "looks": n_looks,
    }


def is_judged_the_old_way(result: Mapping[str, Any]) -> bool:
    """Whether a stored result is of a version that kept the epoch at which each fold itself was best."""
    return "best" in result and "evidence" not in result


def of_metric(scores: Mapping[str, float] | float | None, metric: str) -> float | None:
    """Return one of several stored scores; None where it is missing or not finite."""
    value = scores.get(metric) if isinstance(scores, Mapping) else scores
    return value if value is not None and math.isfinite(value) else None


def holdout_scores(metric: str, result: Mapping[str, Any]) -> tuple[float | None, dict[str, float | None]]:
    """Return the holdout scores in a study's stored result: the final model's, and the baselines' by their names."""
    ours = of_metric(result.get("best", {}).get("holdout"), metric)
    stored = result.get("baselines", {}).items()
    return ours, {name: of_metric(scores.get("holdout"), metric) for name, scores in stored}


# -- words ----------------------------------------------------------------------------------------------------------

Label = Callable[[str], str]

_MOST_TIED, _MOST_SHARES = 8, 5

OLD_WAY = Message(
    "These scores are of an older version: each fold kept its own best epoch, which is optimistic. They are not "
    "ranked with new ones."
)


def looks_sentence(n_looks: int) -> Message:
    """Return how often the rows of the holdout were looked at, over all studies of the workspace."""
    if n_looks == 0:
        return Message("The rows of the holdout have not been looked at.")
    if n_looks == 1:
        return Message("The rows of the holdout were looked at once, by the end of this search alone.")
    return Message(
        "The rows of the holdout were looked at {n:,} times, over all studies, compressions, audits and exports of "
        "this workspace: whoever chooses by their scores makes them flatter.",
        {"n": n_looks},
    )


def headline(evidence: Evidence, label: Label = str) -> Message:
    """Return the sentence on the best network and the baselines; `label` gives the name that a reader sees."""
    by_word: dict[str, list[str]] = {"better": [], "worse": [], "same": [], "undecided": []}
    for name, verdict in evidence.verdicts.items():
        by_word[verdict.word].append(label(name))
    names = {word: ", ".join(found) for word, found in by_word.items()}
    missing = ", ".join(map(label, evidence.not_compared))
    if not evidence.verdicts and missing:
        return Message("No baseline could be compared with: {names} have no score.", {"names": missing})
    if not evidence.verdicts:
        return Message("There is no baseline to compare with.")
    if names["worse"]:
        return Message(
            "The best network is worse than {names}; the simpler model is the better choice.",
            {"names": names["worse"]},
        )
    if names["undecided"] and names["same"]:
        return Message(
            "The best network is not shown to differ from {undecided}, and the same as {same} for practical purposes.",
            {"undecided": names["undecided"], "same": names["same"]},
        )
    if names["undecided"]:
        return Message("The best network is not shown to differ from {names}.", {"names": names["undecided"]})
    if names["same"]:
        return Message(
            "The best network is the same as {names} for practical purposes; the simpler model may do.",
            {"names": names["same"]},
        )
    if missing:
        return Message(
            "The best network is better than {names}; {missing} could not be compared with.",
            {"names": names["better"], "missing": missing},
        )
    return Message("The best network is better than every baseline.")


def is_better_than_all(evidence: Evidence) -> bool:
    """Whether the best network is better than every baseline, and there is one: what alone is shown in green."""
    words = {verdict.word for verdict in evidence.verdicts.values()}
    return words == {"better"} and not evidence.not_compared


def word_message(word: Word) -> Message:
    """Return the word of a verdict as a reader sees it."""
    return _WORDS[word]


def verdict_sentence(name: str, verdict: Verdict, decimals: int | None = None) -> Message:
    """Return the verdict against a model called `name`, with size, interval and probabilities."""
    if decimals is None:
        decimals = formatting.decimals_for(verdict.difference, (verdict.high - verdict.low) / 4)
    args = {
        "name": name,
        "difference": formatting.number(verdict.difference, decimals, sign=True),
        "low": formatting.number(verdict.low, decimals, sign=True),
        "high": formatting.number(verdict.high, decimals, sign=True),
        "better": formatting.percent(verdict.p_better),
        "same": formatting.percent(verdict.p_same),
        "worse": formatting.percent(verdict.p_worse),
    }
    return _SENTENCES[verdict.word].filled(**args)


def another_way_sentence(name: str) -> Message:
    """Return the sentence on a model that is not compared, because it was scored in another way."""
    return Message(
        "{name} was scored in another way, so it is not ranked with the first one.", {"name": name}
    )


_WORDS: dict[str, Message] = {
    "better": Message("better"),
    "worse": Message("worse"),
    "same": Message("the same for practical purposes"),
    "undecided": Message("not shown to differ"),
}
_SENTENCES: dict[str, Message] = {
    "better": Message(
        "Better than {name}: difference {difference}, 95 % interval {low} to {high}; better with a probability of "
        "{better}, the same {same}, worse {worse}."
    ),
    "worse": Message(
        "Worse than {name}: difference {difference}, 95 % interval {low} to {high}; better with a probability of "
        "{better}, the same {same}, worse {worse}."
    ),
    "same": Message(
        "The same as {name} for practical purposes: difference {difference}, 95 % interval {low} to {high}; better "
        "with a probability of {better}, the same {same}, worse {worse}."
    ),
    "undecided": Message(
        "Not shown to differ from {name}: difference {difference}, 95 % interval {low} to {high}; better with a "
        "probability of {better}, the same {same}, worse {worse}."
    ),
}


def corrected_sentence(corrected: Corrected, decimals: int) -> Message:
    """Return the corrected score, its interval and what it rests on."""
    args = {
        "value": formatting.number(corrected.value, decimals),
        "low": formatting.number(corrected.low, decimals),
        "high": formatting.number(corrected.high, decimals),
        "n_trials": corrected.n_trials,
        "n_resamples": corrected.n_resamples,
        "n_complete": corrected.n_complete,
        "n_pruned": corrected.n_pruned,
    }
    if corrected.n_complete == 1:
        return Message(
            "There was one trial to pick: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the "
            "rows).",
            args,
        )
    if corrected.n_trials < corrected.n_complete:
        return Message(
            "Corrected for having picked the best of {n_complete:,} trials: {value}, 95 % interval {low} to {high} "
            "({n_resamples:,} resamples of the rows; the best {n_trials:,} take part, so that it takes seconds; "
            "{n_pruned:,} pruned ones do not).",
            args,
        )
    return Message(
        "Corrected for having picked the best of {n_complete:,} trials: {value}, 95 % interval {low} to {high} "
        "({n_resamples:,} resamples of the rows; pruned trials, {n_pruned:,}, do not take part).",
        args,
    )


def shipped_sentences(corrected: Corrected, decimals: int) -> list[Message]:
    """Return the corrected scores of what is shipped beside single networks."""
    found: list[Message] = []
    for estimate, message in (
        (
            corrected.ensemble,
            Message(
                "The mean of several networks for each row, a smaller ensemble than the exported one, has {value}, "
                "95 % interval {low} to {high}."
            ),
        ),
        (
            corrected.thresholded,
            Message(
                "With a decision threshold that is fitted anew in every resample it is {value}, 95 % interval {low} to "
                "{high}."
            ),
        ),
    ):
        if estimate is not None:
            values = (estimate.value, estimate.low, estimate.high)
            value, low, high = (formatting.number(x, decimals) for x in values)
            found.append(message.filled(value=value, low=low, high=high))
    return found


def shares_sentence(corrected: Corrected) -> Message | None:
    """Return how often each trial is the best in a resample; None where it is always the same one."""
    if len(corrected.shares) < 2:
        return None
    first = list(corrected.shares.items())[:_MOST_SHARES]
    shown = ", ".join(f"#{number} {formatting.percent(share)}" for number, share in first)
    more = " …" if len(corrected.shares) > len(first) else ""
    return Message("How often each trial is picked in a resample: {shares}.", {"shares": shown + more})


def sentences(
    evidence: Evidence,
    *,
    ours: float | None,
    baselines: Mapping[str, float | None],
    decimals: int,
    label: Label = str,
) -> list[Message]:
    """Return all that is to be said of a study's best trial, the most important first.

    Parameters
    ----------
    ours, baselines
        Scores on the holdout, see `disagreement`.
    decimals : int
        Of scores.
    label : callable
        Gives the name of a baseline that a reader sees.
    """
    found = [headline(evidence, label)]
    found += [verdict_sentence(label(name), verdict) for name, verdict in evidence.verdicts.items()]
    return found + notes(evidence, ours=ours, baselines=baselines, decimals=decimals, label=label)


def notes(
    evidence: Evidence,
    *,
    ours: float | None,
    baselines: Mapping[str, float | None],
    decimals: int,
    label: Label = str,
) -> list[Message]:
    """Return what is to be said beside headline and verdicts; parameters as of `sentences`."""
    found: list[Message] = []
    differing = disagreement(evidence, ours, baselines, label)
    found += [differing] if differing else []
    if evidence.corrected is not None:
        shares = shares_sentence(evidence.corrected)
        found.append(corrected_sentence(evidence.corrected, decimals))
        found += shipped_sentences(evidence.corrected, decimals)
        found += [shares] if shares else []
    tied = [f"#{number}" for number in evidence.tied if number != evidence.best]
    tied = [*map(label, evidence.tied_baselines), *tied]
    if tied:
        shown = ", ".join(tied[:_MOST_TIED]) + (" …" if len(tied) > _MOST_TIED else "")
        found.append(
            Message(
                "Not shown to be worse than trial {best} on the same folds ({n:,}): {names}.",
                {"best": evidence.best, "n": len(tied), "names": shown},
            )
        )
    return found + basis_sentences(evidence, decimals)


def basis_sentences(evidence: Evidence, decimals: int) -> list[Message]:
    """Return what the choice of epochs and of the best trial rests on; `decimals` are those of scores."""
    found: list[Message] = []
    args = {
        "n": len(evidence.finalists),
        "n_repeats": evidence.n_repeats,
        "mean": formatting.number(evidence.mean, decimals),
        "best": evidence.best,
    }
    if len(evidence.finalists) == 1:
        found.append(
            Message(
                "Trial {best} and the baselines were judged on {n_repeats} repeats of the folds; its mean over all of "
                "them is {mean}.",
                args,
            )
        )
    elif evidence.finalists:
        found.append(
            Message(
                "{n} finalists were judged on {n_repeats} repeats of the folds; trial {best} has the best mean over "
                "all of them, {mean}.",
                args,
            )
        )
    elif evidence.why_no_finalists is not None:
        found.append(evidence.why_no_finalists)
    corrected = evidence.corrected
    if corrected is not None and corrected.n_rows < corrected.n_all_rows:
        found.append(
            Message(
                "The resampling takes {n:,} of {n_all:,} rows, drawn at random, so that it takes seconds; its "
                "intervals are scaled to all rows.",
                {"n": corrected.n_rows, "n_all": corrected.n_all_rows},
            )
        )
    if evidence.in_order:
        found.append(
            Message(
                "The folds follow one another: the epoch of each is chosen by those before it, that of the first by "
                "the others."
            )
        )
    elif evidence.n_folds == 2:
        found.append(
            Message("There are two folds, so that the epoch of each is chosen by the other one alone.")
        )
    if evidence.n_repeats == 1 and not evidence.in_order:
        found.append(Message("All rests on one division into folds."))
    return found


def disagreement(
    evidence: Evidence, ours: float | None, baselines: Mapping[str, float | None], label: Label = str
) -> Message | None:
    """Return a sentence where folds and holdout point to different winners.

    Parameters
    ----------
    ours : float or None
        The final model's score on the holdout.
    baselines : mapping of str to float or None
        The baselines' by their names.
    """
    metric = METRICS[evidence.metric]
    known = {name: value for name, value in baselines.items() if value is not None}
    known = {name: value for name, value in known.items() if name in evidence.verdicts}
    if ours is None or not known:
        return None
    best = max(known, key=lambda name: known[name] if metric.direction == "maximize" else -known[name])
    sign = 1.0 if metric.direction == "maximize" else -1.0
    leads_on_folds = all(sign * v.difference > 0 for v in evidence.verdicts.values())
    leads_on_holdout = metric.is_better(ours, known[best])
    args = {
        "baseline": label(best),
        "theirs": formatting.number(known[best]),
        "ours": formatting.number(ours),
    }
    if leads_on_folds and not leads_on_holdout and ours != known[best]:
        return Message(
            "The folds put the network first, the holdout {baseline} ({theirs} against {ours}): they point to "
            "different winners.",
            args,
        )
    if leads_on_holdout and not leads_on_folds:
        return Message(
            "The holdout puts the network first ({ours} against {theirs} of {baseline}), the folds do not: they point "
            "to different winners.",
            args,
        )
    return None
