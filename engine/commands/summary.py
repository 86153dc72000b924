"""What a study found, as one JSON object and as a leaderboard."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Console
from rich.table import Table

from ...storage.records import (
    NETWORKS,
    FailureKind,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialRecord,
    TrialState,
)
from ...storage.store import Store
from ..domain import formatting
from ..domain.comparable import all_scored_the_old_way, ranked_together
from ..domain.data_read import DataRead
from ..domain.evidence import Claims, Evidence
from ..domain.found import baseline_scores, best_of
from ..domain.objectives import is_ruled_out, objectives_of, pareto_trials
from ..domain.results import Scored, StudyResult, of_metric
from ..domain.resuming import found_nothing
from ..domain.spec import StudySpec
from ..domain.stored import encoded
from ..domain.trial_view import read_view
from ..domain.verdict import OLD_WAY, BaselineLabel, headline, looks_sentence, notes, word_message
from ..statistics.comparison import all_scores, has_further_repeats
from .console import plain_console
from .names import row_name
from .split_lines import split_lines

_ROWS = 10


def summary(store: Store, study: StudyRecord) -> dict[str, object]:
    """Return the object that ``--json`` prints."""
    result = StudyResult.of(study)
    counts = study.n_trials
    trials = store.trials(study.id, kinds=NETWORKS)
    best, baselines = best_of(store, study, result), baseline_scores(store, study, result)
    objectives = objectives_of(study)
    front = pareto_trials(trials, objectives, study.direction)
    nothing = found_nothing(study)
    return {
        "study": study.id,
        "name": study.name,
        "task": study.task,
        "metric": study.metric,
        "positive": StudySpec.of_study(study).positive or None,
        "direction": study.direction,
        "best": None
        if best is None
        else {"trial": best.trial, "params": best.params, **_scores(best, study.metric)},
        "baselines": {name: _scores(scored, study.metric) for name, scored in baselines.items()},
        **encoded(Claims.of(result.evidence, study.n_looks)),
        "evidence": encoded(result.evidence) if result.evidence else None,
        "scored_the_old_way": all_scored_the_old_way(trials),
        "n_complete": counts.get(TrialState.COMPLETE, 0),
        "n_pruned": counts.get(TrialState.PRUNED, 0),
        "n_failed": counts.get(TrialState.FAIL, 0),
        "n_ruled_out": sum(is_ruled_out(t) for t in trials),
        "elapsed_s": round(study.elapsed_s, 2),
        "workspace": str(store.workspace.path),
        "state": str(study.state),
        "nothing_found": None if nothing is None else str(nothing),
        "interrupted": study.id in store.interrupted_studies(),
        "final": None if result.final is None else result.final.kind,
        "export": None if result.export is None else encoded(result.export),
        "data": None if study.dataset_id is None else DataRead.of(store.dataset(study.dataset_id)).to_json(),
        "split_audit": None if result.split_audit is None else result.split_audit.to_json(),
        "objectives": list(objectives),
        "pareto": [{"trial": trial.number, "values": values} for trial, values in front],
    }


def _scores(scored: Scored, metric: str) -> dict[str, float | None]:
    return {
        "cv_mean": scored.cv_mean,
        "cv_std": scored.cv_std,
        "holdout": of_metric(scored.holdout, metric),
    }


def standing_word(study: StudyRecord, interrupted: Collection[int]) -> str:
    """Return how a study stands, in a word; `interrupted` are those that ought to run and whose engines were killed."""
    if study.id in interrupted:
        return "interrupted"
    return str(study.state) if found_nothing(study) is None else "nothing found"


def print_leaderboard(store: Store, study: StudyRecord) -> None:
    """Print the best trials and the baselines, with what the numbers are worth."""
    console = plain_console(stderr=True)
    if study.failure is not None:
        verb = "is paused" if study.state is StudyState.PAUSED else "failed"
        console.print(f"The study {verb}. {study.failure.message}", highlight=False)
    result = StudyResult.of(study)
    for line in split_lines(result.split_audit, with_remedy=False):
        console.print(line, highlight=False, markup=False)
    every = store.trials(study.id)
    n_ruled_out = sum(is_ruled_out(t) for t in every)
    if n_ruled_out:
        verb = "was" if n_ruled_out == 1 else "were"
        console.print(
            f"{formatting.counted(n_ruled_out, 'trial')} {verb} ruled out by the limits before training."
        )
    complete = [t for t in every if t.state is TrialState.COMPLETE]
    for t in every:
        if t.failure is not None and t.failure.kind is FailureKind.DAMAGED:
            console.print(t.failure.message, highlight=False)
    trials = ranked_together(complete)
    why = found_nothing(study)
    if why is not None:
        more = f" `cupel resume {study.id} --timeout 300` goes on for five minutes more."
        is_open = sum(t.kind is not TrialKind.BASELINE for t in every) > n_ruled_out or not n_ruled_out
        console.print(f"Nothing found. {why}{more if is_open else ''}", highlight=False, soft_wrap=True)
    elif not any(t.kind is not TrialKind.BASELINE for t in trials):
        console.print("No network was trained to its end yet.")
    if not trials:
        return
    if len(trials) < len(complete):
        n = len(complete) - len(trials)
        console.print(
            f"{formatting.counted(n, 'trial')} of an older version: scored in another way, and not ranked."
        )
    further = _over_repeats(store, study, trials)
    # Those that the further repeats decided between come first: what others have on the first folds alone flatters.
    finalists = {t.number for t in trials if t.kind is not TrialKind.BASELINE and t.number in further}
    trials.sort(
        key=lambda t: (
            t.number not in finalists,
            t.rank(study.direction, further[t.number][0] if t.number in finalists else None),
        )
    )
    shown = [t for i, t in enumerate(trials) if i < _ROWS or t.kind is TrialKind.BASELINE]
    judged_on = result.evidence
    table = Table(box=None, header_style="bold")
    repeats = [f"over {judged_on.n_repeats} repeats"] if judged_on is not None and further else []
    names = ("", f"{study.metric} (mean ± std over folds)", *repeats, "holdout", "parameters", "duration")
    for name in names:
        table.add_column(name, justify="left" if not name else "right")
    ours, theirs = result.holdout_scores(study.metric)
    decimals = formatting.shared_decimals([t.value for t in shown], [t.value_std for t in shown])
    for t in shown:
        is_best = t.number == study.best_trial and t.kind is not TrialKind.BASELINE
        name = row_name(t, study.task)
        holdout = ours if is_best else theirs.get(t.name) if t.kind is TrialKind.BASELINE else None
        table.add_row(
            f"{name} *" if is_best else name,
            formatting.score(t.value, t.value_std),
            *([formatting.score(*further.get(t.number, (None, None)))] if repeats else []),
            formatting.number(holdout, decimals),
            formatting.count(t.n_parameters) if t.n_parameters else "",
            "" if t.duration_s is None else formatting.seconds(t.duration_s),
        )
    console.print(table)
    _print_front(console, every, study, decimals)
    _print_verdict(console, study, decimals, is_old=all_scored_the_old_way(every))


def _over_repeats(
    store: Store, study: StudyRecord, trials: Collection[TrialRecord]
) -> dict[int, tuple[float, float]]:
    """Return by number mean and standard deviation over all folds of those that have further repeats."""
    found: dict[int, tuple[float, float]] = {}
    for t in trials:
        scores = (
            all_scores(study, t, read_view(store, t.id).scores) if has_further_repeats(study, t) else None
        )
        if scores is not None:
            found[t.number] = float(scores.mean()), float(scores.std(ddof=1))
    return found


def _print_front(console: Console, trials: list[TrialRecord], study: StudyRecord, decimals: int) -> None:
    """Print which trials no other one beats, where the study has several objectives."""
    objectives = objectives_of(study)
    if len(objectives) < 2:
        return
    units = {"parameters": "parameters", "bytes": "file", "latency": "ms a row"}
    table = Table(box=None, header_style="bold", title="No trial is better in everything than these:")
    for name in ("", study.metric, *(units[name] for name in objectives if name != "score")):
        table.add_column(name, justify="right" if name else "left")
    for trial, values in pareto_trials(trials, objectives, study.direction):
        cells = {
            "parameters": formatting.count(trial.n_parameters),
            "bytes": formatting.size(trial.size_bytes),
            "latency": formatting.plain(trial.latency_ms),
        }
        score = formatting.number(values["score"], decimals)
        table.add_row(
            f"trial {trial.number}", score, *(cells[name] for name in objectives if name != "score")
        )
    console.print(table)
    if StudySpec.of_study(study).pruner != "none":
        console.print("With several objectives no trial is given up early: the pruner was off.")


def _verdicts(evidence: Evidence, label: BaselineLabel) -> Table:
    """Return a table of the best trial against each baseline."""
    table = Table(box=None, header_style="bold")
    for name in ("against", "the best is", "difference", "better", "same", "worse"):
        table.add_column(
            name, justify="left" if name in ("against", "the best is") else "right", no_wrap=True
        )
    spans = [v.high - v.low for v in evidence.verdicts.values()]
    decimals = formatting.shared_decimals(
        [v.difference for v in evidence.verdicts.values()], [span / 4 for span in spans]
    )
    for name, v in evidence.verdicts.items():
        size, low, high = (formatting.number(x, decimals, sign=True) for x in (v.difference, v.low, v.high))
        chances = (formatting.percent(p) for p in (v.p_better, v.p_same, v.p_worse))
        table.add_row(label(name), str(word_message(v.word)), f"{size} ({low} … {high})", *chances)
    return table


def _print_verdict(console: Console, study: StudyRecord, decimals: int, *, is_old: bool) -> None:
    result = StudyResult.of(study)
    if is_old:
        console.print(str(OLD_WAY), highlight=False)
    evidence = result.evidence
    if evidence is not None:

        def label(name: str) -> str:
            return formatting.baseline(name, study.task)

        console.print(str(headline(evidence, label)), style="bold", highlight=False)
        if evidence.verdicts:
            console.print(_verdicts(evidence, label))
        ours, theirs = result.holdout_scores(study.metric)
        for message in notes(evidence, ours=ours, baselines=theirs, decimals=decimals, label=label):
            console.print(str(message), highlight=False)
    if study.n_looks:
        console.print(str(looks_sentence(study.n_looks)), highlight=False)
    if result.final is not None:
        console.print(f"Final model: {result.final.kind}. {result.final.reason}", highlight=False)
    if result.final_failure is not None:
        console.print(str(result.final_failure), highlight=False)
    export = result.export
    if export is not None and export.path:
        verdict = "certificate passed" if export.passed else "CERTIFICATE FAILED"
        console.print(f"Exported to {export.path} ({verdict}).", highlight=False, soft_wrap=True)
    elif export is not None:
        left_out = f"{export.message} `cupel export {study.id}` makes it."
        failed = f"The export failed. {export.message}"
        console.print(left_out if export.left_out else failed, highlight=False, soft_wrap=True)
