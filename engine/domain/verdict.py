"""What the evidence of a study says, in words: the one place that window, terminal, JSON and card read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import formatting
from .errors import Message
from .evidence import Corrected, Evidence, Verdict, Word
from .metrics import METRICS

BaselineLabel = Callable[[str], str]

_MOST_TIED, _MOST_SHARES = 8, 5

OLD_WAY = Message(
    "These scores are of an older version: each fold kept its own best epoch, which is optimistic. They are not "
    "ranked with new ones."
)


def looks_sentence(n_looks: int) -> Message:
    """Return how often the rows of the holdout were looked at, over all studies of the workspace.

    Parameters
    ----------
    n_looks : int
        How often the rows of the holdout were looked at.

    Returns
    -------
    Message
    """
    if n_looks == 0:
        return Message("The rows of the holdout have not been looked at.")
    if n_looks == 1:
        return Message("The rows of the holdout were looked at once, by the end of this search alone.")
    return Message(
        "The rows of the holdout, or some of them, were looked at {n:,} times, over all studies, compressions, audits "
        "and exports of this workspace: whoever chooses by their scores makes them flatter.",
        {"n": n_looks},
    )


def headline(evidence: Evidence, label: BaselineLabel = str) -> Message:
    """Return the sentence on the best network and the baselines; `label` gives the name that a reader sees.

    Parameters
    ----------
    evidence : Evidence
    label : str or float

    Returns
    -------
    Message
    """
    found = _headline(evidence, label)
    if not evidence.in_question or not evidence.verdicts:
        return found
    return Message("On these folds, which are in question: {verdict}", {"verdict": found.to_json()})


def _headline(evidence: Evidence, label: BaselineLabel) -> Message:
    by_word: dict[str, list[str]] = {"better": [], "worse": [], "same": [], "undecided": []}
    for name, verdict in evidence.verdicts.items():
        by_word[verdict.word].append(label(name))
    names = {word: ", ".join(found) for word, found in by_word.items()}
    missing = ", ".join(map(label, evidence.not_compared))
    if not evidence.verdicts and evidence.baseline_means:
        return Message(
            "There are too few rows, or too few groups of them, to compare with {names}: nothing is decided.",
            {"names": ", ".join(map(label, evidence.baseline_means))},
        )
    if not evidence.verdicts and missing:
        return Message("No baseline could be compared with: {names} have no score.", {"names": missing})
    if not evidence.verdicts:
        return Message("There is no baseline to compare with.")
    if names["worse"]:
        return Message(
            "The best network is worse than {names}; the baseline is the better choice.",
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
            "The best network is the same as {names} for practical purposes; the baseline may do.",
            {"names": names["same"]},
        )
    if missing:
        return Message(
            "The best network is better than {names}; {missing} could not be compared with.",
            {"names": names["better"], "missing": missing},
        )
    return Message("The best network is better than every baseline.")


def is_better_than_all(evidence: Evidence) -> bool:
    """Whether the best network is better than every baseline, and there is one: what alone is shown in green.

    Not on folds that are in question.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    bool
    """
    words = {verdict.word for verdict in evidence.verdicts.values()}
    return words == {"better"} and not evidence.not_compared and not evidence.in_question


def word_message(word: Word) -> Message:
    """Return the word of a verdict as a reader sees it.

    Parameters
    ----------
    word : Word

    Returns
    -------
    Message
    """
    return _WORDS[word]


def verdict_sentence(name: str, verdict: Verdict, decimals: int | None = None) -> Message:
    """Return the verdict against a model called `name`, with size, interval and probabilities.

    Parameters
    ----------
    name : str
    verdict : Verdict
    decimals : int or None
        Digits after the point; None for as many as the number needs.

    Returns
    -------
    Message
    """
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
    """Return the sentence on a model that is not compared, because it was scored in another way.

    Parameters
    ----------
    name : str

    Returns
    -------
    Message
    """
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
    """Return the corrected score, its interval and what it rests on.

    Parameters
    ----------
    corrected : Corrected
    decimals : int
        Digits after the point.

    Returns
    -------
    Message
    """
    args = {
        "value": formatting.number(corrected.value, decimals),
        "low": formatting.number(corrected.low, decimals),
        "high": formatting.number(corrected.high, decimals),
        "n_trials": corrected.n_trials,
        "n_resamples": corrected.n_resamples,
        "n_complete": corrected.n_complete,
        "n_pruned": corrected.n_pruned,
    }
    if corrected.n_complete == 1 and corrected.n_pruned == 0:
        return Message(
            "There was one trial to pick: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the "
            "rows).",
            args,
        )
    if corrected.n_complete == 1:
        return Message(
            "One trial was complete: {value}, 95 % interval {low} to {high} ({n_resamples:,} resamples of the rows). "
            "The pruned ones, {n_pruned:,}, do not take part, so that this is not corrected for having picked it.",
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
    """Return the corrected scores of what is shipped beside single networks.

    Parameters
    ----------
    corrected : Corrected
    decimals : int
        Digits after the point.

    Returns
    -------
    list of Message
    """
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
    """Return how often each trial is the best in a resample; None where it is always the same one.

    Parameters
    ----------
    corrected : Corrected

    Returns
    -------
    Message or None
    """
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
    label: BaselineLabel = str,
) -> list[Message]:
    """Return all that is to be said of a study's best trial, the most important first.

    Parameters
    ----------
    evidence : Evidence
    ours, baselines
        Scores on the holdout, see `disagreement`.
    decimals : int
        Of scores.
    label : callable
        Gives the name of a baseline that a reader sees.

    Returns
    -------
    list of Message
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
    label: BaselineLabel = str,
) -> list[Message]:
    """Return what is to be said beside headline and verdicts; parameters as of `sentences`.

    Parameters
    ----------
    evidence : Evidence
    ours : float or None
        The score of the final model on the holdout; None where there is none.
    baselines : mapping of str to float or None
        Scores on the holdout by the name of the baseline.
    decimals : int
        Digits after the point.
    label : str or float

    Returns
    -------
    list of Message
    """
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
    """Return what the choice of epochs and of the best trial rests on; `decimals` are those of scores.

    Parameters
    ----------
    evidence : Evidence
    decimals : int
        Digits after the point.

    Returns
    -------
    list of Message
    """
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
    evidence: Evidence, ours: float | None, baselines: Mapping[str, float | None], label: BaselineLabel = str
) -> Message | None:
    """Return a sentence where folds and holdout point to different winners, by the scores that are shown.

    Parameters
    ----------
    evidence : Evidence
    ours : float or None
        The final model's score on the holdout.
    baselines : mapping of str to float or None
        The baselines' by their names.
    label : str or float

    Returns
    -------
    Message or None
    """
    metric = METRICS[evidence.metric]
    on_holdout = {name: value for name, value in baselines.items() if value is not None}
    on_folds = {name: evidence.mean - verdict.difference for name, verdict in evidence.verdicts.items()}
    on_folds = {
        name: value for name, value in (evidence.baseline_means or on_folds).items() if name in on_holdout
    }
    if ours is None or not on_folds:
        return None
    sign = 1.0 if metric.direction == "maximize" else -1.0
    first = _first({_NETWORK: evidence.mean, **on_folds}, sign)
    second = _first({_NETWORK: ours, **{name: on_holdout[name] for name in on_folds}}, sign)
    scores = {_NETWORK: ours, **on_holdout}
    if first == second or scores[first] == scores[second]:
        return None
    args = {
        "first": label(first) if first else "",
        "second": label(second) if second else "",
        "theirs": formatting.number(scores[second]),
        "ours": formatting.number(scores[first]),
    }
    if first == _NETWORK:
        return Message(
            "By its mean over the folds, from which the luck of the choice is not taken off, the network is first, on "
            "the holdout {second} ({theirs} against {ours}): they point to different winners.",
            args,
        )
    if second == _NETWORK:
        return Message(
            "The holdout puts the network first ({theirs} against {ours} of {first}), the folds {first}: they point to "
            "different winners.",
            args,
        )
    return Message(
        "The folds put {first} first, the holdout {second} ({theirs} against {ours}): they point to different winners.",
        args,
    )


# In place of a baseline's name.
_NETWORK = ""


def _first(scores: Mapping[str, float], sign: float) -> str:
    return max(scores, key=lambda name: sign * scores[name])
