"""The window's words for what the store says: states, kinds, roles, families, and the tone in which each is
shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ..engine.domain import formatting
from ..engine.domain.evidence import Verdict
from ..engine.domain.families import FAMILIES
from ..engine.domain.kinds import kinds_of
from ..engine.domain.leading import Margin
from ..engine.domain.resuming import found_nothing
from ..engine.domain.spec import BudgetSpec
from ..storage.records import (
    Failure,
    FailureKind,
    JobState,
    Request,
    Stage,
    StudyRecord,
    StudyState,
    TrialRecord,
    TrialState,
)
from .speech import counted, sentence, tr

# Ended without having failed.
_LEFT_OUT = (FailureKind.RULED_OUT, FailureKind.SKIPPED)


def study_state(state: StudyState) -> str:
    """Return the name of a study's state."""
    return {
        StudyState.DRAFT: tr("Draft"),
        StudyState.QUEUED: tr("Queued"),
        StudyState.RUNNING: tr("Running"),
        StudyState.PAUSED: tr("Paused"),
        StudyState.FINISHING: tr("Finishing"),
        StudyState.DONE: tr("Done"),
        StudyState.STOPPED: tr("Stopped"),
        StudyState.FAILED: tr("Failed"),
    }[state]


def standing(study: StudyRecord) -> tuple[str, str]:
    """Return how a study stands, in a word, and the tone of that word; a request counts until it is met."""
    if study.state is StudyState.RUNNING and study.request is Request.PAUSE:
        return tr("Pausing"), "warning"
    if study.state is StudyState.RUNNING and study.request is Request.STOP:
        return tr("Stopping"), "muted"
    if found_nothing(study) is not None:
        return tr("Nothing found"), "warning"
    return study_state(study.state), study_tone(study.state)


def stage(study: StudyRecord) -> str:
    """Return what a study's engine is doing, while nothing of it can be seen yet; empty where that is not known."""
    names = {
        Stage.WAITING: tr("Waiting for another study of this workspace to end."),
        Stage.READING: tr("Reading the data and drawing the folds…"),
        Stage.WORKERS: tr("Starting the worker processes, which import TensorFlow…"),
        Stage.FIRST_TRIAL: tr("Running the baselines and the first trial…"),
        Stage.FINAL_MODEL: tr("Making the final model and scoring it on the holdout…"),
        Stage.EXPORT: tr("Exporting, and checking what was exported…"),
    }
    return names.get(study.stage, "") if study.stage is not None else ""


def study_tone(state: StudyState) -> str:
    """Return the token of the colour in which a study's state is shown."""
    return {
        StudyState.RUNNING: "accent",
        StudyState.FINISHING: "accent",
        StudyState.PAUSED: "warning",
        StudyState.DONE: "good",
        StudyState.FAILED: "bad",
    }.get(state, "muted")


def trial_state(state: TrialState) -> str:
    """Return the name of a trial's state."""
    return {
        TrialState.WAITING: tr("Waiting"),
        TrialState.RUNNING: tr("Running"),
        TrialState.COMPLETE: tr("Complete"),
        TrialState.PRUNED: tr("Pruned"),
        TrialState.FAIL: tr("Failed"),
    }[state]


def trial_outcome(state: TrialState, failure: Failure | None) -> str:
    """Return how a trial stands or ended; what a limit ruled out, was left out or cannot be read did not fail."""
    if failure is not None and failure.kind in (*_LEFT_OUT, FailureKind.DAMAGED):
        return failure_kind(failure.kind)
    return trial_state(state)


def outcome_tone(state: TrialState, failure: Failure | None) -> str:
    """Return the token of the colour in which a trial's outcome is shown."""
    if failure is not None and failure.kind is FailureKind.DAMAGED:
        return "bad"
    is_out = failure is not None and failure.kind in _LEFT_OUT
    return "muted" if is_out else trial_tone(state)


def trial_tone(state: TrialState) -> str:
    """Return the token of the colour in which a trial's state is shown."""
    return {TrialState.RUNNING: "accent", TrialState.COMPLETE: "good", TrialState.FAIL: "bad"}.get(
        state, "muted"
    )


def family(name: str) -> str:
    """Return the name of a model family, which its search space says."""
    return tr(FAMILIES[name].title) if name in FAMILIES else name


def job_state(state: JobState) -> str:
    """Return the name of a job's or an export's state."""
    return {
        JobState.WAITING: tr("Waiting"),
        JobState.RUNNING: tr("Running"),
        JobState.DONE: tr("Done"),
        JobState.FAILED: tr("Failed"),
        JobState.CANCELLED: tr("Cancelled"),
    }[state]


def failure_kind(kind: FailureKind) -> str:
    """Return the name of a kind of failure."""
    return {
        FailureKind.DIVERGED: tr("Diverged"),
        FailureKind.OUT_OF_MEMORY: tr("Out of memory"),
        FailureKind.KILLED: tr("Worker died"),
        FailureKind.HUNG: tr("No sign of life"),
        FailureKind.SKIPPED: tr("Skipped"),
        FailureKind.RULED_OUT: tr("Ruled out"),
        FailureKind.BAD_INPUT: tr("Bad input"),
        FailureKind.DAMAGED: tr("Damaged"),
        FailureKind.ERROR: tr("Error"),
    }[kind]


def failure_text(failure: Failure) -> str:
    """Return why something failed, in the language in use."""
    return sentence(failure.sentence)


def role(name: str) -> str:
    """Return the name of a column's role."""
    return {
        "numeric": tr("Numeric"),
        "categorical": tr("Categorical"),
        "date": tr("Date"),
        "text": tr("Text"),
        "image": tr("Image"),
        "id": tr("Identifier"),
        "constant": tr("Constant"),
        "target": tr("Target"),
        "ignored": tr("Ignored"),
        "group": tr("Group"),
        "time": tr("Time order"),
    }.get(name, name)


def task(name: str) -> str:
    """Return the name of a task."""
    return {
        "auto": tr("Automatic"),
        "binary": tr("Binary classification"),
        "multiclass": tr("Multiclass classification"),
        "regression": tr("Regression"),
    }.get(name, name)


def task_short(name: str) -> str:
    """Return the name of a task in one word."""
    return {"binary": tr("binary"), "multiclass": tr("multiclass"), "regression": tr("regression")}.get(
        name, name
    )


def baseline(name: str, task: str = "") -> str:
    """Return the name of a baseline; the constant one of a regression is the mean."""
    name = formatting.baseline(name, task)
    return {
        "majority": tr("Majority class"),
        "mean": tr("Mean"),
        "linear": tr("Linear"),
        "logistic": tr("Logistic regression"),
        "hist_gradient_boosting": tr("Gradient boosting"),
        "tfidf_linear": tr("TF-IDF, linear"),
    }.get(name, name)


def baseline_names(study: StudyRecord) -> Callable[[str], str]:
    """Return what names the baselines of a study."""
    return lambda name: baseline(name, study.task)


def trial_name(trial: TrialRecord, task: str) -> str:
    """Return the name of a trial or baseline."""
    return baseline(trial.name, task) if trial.name else f"#{trial.number}"


def variant(name: str) -> str:
    """Return the name of a variant of a network: ``sparse 75 % + int8``."""
    return " + ".join(_variant_part(part) for part in name.split(" + "))


def _variant_part(part: str) -> str:
    word, space, rest = part.partition(" ")
    known = {
        "base": tr("Base"),
        "control": tr("Control"),
        "sparse": tr("Sparse"),
        "structured": tr("Structured"),
        "distilled": tr("Distilled"),
        "tuned": tr("Trained as"),
        "mixed": tr("Mixed"),
        "int8_static": tr("int8, calibrated"),
        "int16": tr("int16, calibrated"),
    }
    return known.get(word, word) + space + rest.replace(" %", "%")


def way_to_compress(name: str) -> str:
    """Return the name of a way to make a network smaller."""
    return {
        "quantize": tr("Quantize"),
        "sparsify": tr("Sparsify"),
        "structured": tr("Remove units"),
        "distill": tr("Distill"),
    }.get(name, name)


def ago(moment: datetime | None) -> str:
    """Return how long ago `moment` was, in words; the date from a week on."""
    if moment is None:
        return formatting.NOTHING
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    passed = (datetime.now(UTC) - aware).total_seconds()
    if passed < 60:
        return tr("just now")
    if passed < 3600:
        return counted(int(passed // 60), tr("1 minute ago"), tr("{n} minutes ago"))
    if passed < 86400:
        return counted(int(passed // 3600), tr("1 hour ago"), tr("{n} hours ago"))
    if passed < 7 * 86400:
        return counted(int(passed // 86400), tr("1 day ago"), tr("{n} days ago"))
    return aware.astimezone().strftime("%Y-%m-%d")


def tone_of(margin: Margin | None) -> str:
    """Return the tone of the margin to the best baseline: green for better alone, none while nothing is decided."""
    if margin is None or margin.verdict is None:
        return ""
    return {"better": "good", "worse": "bad"}.get(margin.verdict.word, "")


def margin_text(margin: Margin | None, spread: float | None = None) -> str:
    """Return the margin to the best baseline in units of the metric; `spread` is that of scores over the folds."""
    if margin is None:
        return formatting.NOTHING
    verdict = margin.verdict
    certain = (
        (verdict.high - verdict.low) / 4 if verdict is not None else None if spread is None else spread / 3
    )
    return formatting.number(
        margin.difference, formatting.decimals_for(margin.difference, certain), sign=True
    )


def interval_text(verdict: Verdict) -> str:
    """Return the 95 % interval of a difference."""
    decimals = formatting.decimals_for(verdict.difference, (verdict.high - verdict.low) / 4)
    return tr(
        "95% {low} … {high}",
        low=formatting.number(verdict.low, decimals, sign=True),
        high=formatting.number(verdict.high, decimals, sign=True),
    )


def remaining_s(study: StudyRecord, budget: BudgetSpec) -> float | None:
    """Return an estimate of the seconds until a study's budget ends, None where nothing can be said yet."""
    candidates: list[float] = []
    if budget.timeout_s:
        candidates.append(max(budget.timeout_s - study.elapsed_s, 0.0))
    wanted, done = budget.n_trials, finished_trials(study)
    if wanted and done:
        candidates.append(max(study.elapsed_s / done * (wanted - done), 0.0))
    return min(candidates) if candidates else None


def progress(study: StudyRecord, budget: BudgetSpec) -> float | None:
    """Return the fraction of a study's budget that is used up, None where it has no such limit."""
    fractions: list[float] = []
    if budget.timeout_s:
        fractions.append(study.elapsed_s / budget.timeout_s)
    if budget.n_trials:
        fractions.append(finished_trials(study) / budget.n_trials)
    return min(max(fractions), 1.0) if fractions else None


def finished_trials(study: StudyRecord) -> int:
    """Return how many trials of a study can no longer change; what a limit ruled out was never one of them."""
    ended = sum(n for state, n in study.n_trials.items() if TrialState(state).is_finished)
    return ended - study.n_ruled_out


def cost(name: str) -> str:
    """Return what a cost of a network is called where it is chosen."""
    return {"parameters": tr("Parameters"), "bytes": tr("File size"), "latency": tr("Latency")}[name]


def kind_of_data(name: str) -> str:
    """Return the name of a kind of data, or of several such as ``table+text``."""
    own = {"table": tr("Table"), "text": tr("Texts"), "image": tr("Images")}
    return " + ".join(own.get(one, one) for one in kinds_of(name))
