"""``cupel studies``, ``trials``, ``show``: looking at what there is."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from rich.table import Table

from ...storage.errors import StoreError
from ...storage.records import (
    DamagedStudy,
    FailureKind,
    FoldScores,
    StudyRecord,
    TrialRecord,
    TrialState,
)
from ...storage.store import Store
from ..cli_codes import DONE
from ..domain import formatting
from ..domain.comparable import are_comparable, is_scored_the_old_way
from ..domain.data_read import DataRead
from ..domain.errors import Message, SpecError, WorkspaceError
from ..domain.evidence import Verdict
from ..domain.filtering import parse_filter, trial_columns
from ..domain.fit import Fit, fit_sentence
from ..domain.leading import leading_in, margin_in
from ..domain.objectives import front_of_table, objectives_of, pareto_trials
from ..domain.spec import StudySpec
from ..domain.stored import encoded
from ..domain.study_list import ReadStudies, ReadStudy, damaged_study, list_studies
from ..domain.trial_columns import SHOWN, ShownColumn, json_ready, written_trial
from ..domain.trial_view import read_view
from ..domain.verdict import OLD_WAY, verdict_sentence
from ..statistics.comparison import Floats, all_scores, compare_trials
from ..statistics.epochs import optimistic_score
from ..statistics.fit import measure_fit
from ..trial_files import write_trials
from .console import plain_console
from .data_lines import data_lines
from .importance import show_importance
from .names import name_in_sentence
from .opening import open_to_read
from .summary import print_leaderboard, standing_word, summary

T = TypeVar("T")
# Columns of a terminal that params fit into beside the rest.
_WIDE = 140


def run_studies(args: argparse.Namespace) -> int:
    """List studies; damage to one is said beside its name, and the others are listed all the same."""
    with open_to_read(args.workspace) as store:
        found = list_studies(store)
        if args.json:
            summaries, damaged = _each(found, lambda study: summary(store, study.record))
            summaries += [
                {"study": one.id, "name": one.name, "state": "damaged", "damage": one.problem.message}
                for one in damaged
            ]
            print(json.dumps(summaries, allow_nan=False))
            return DONE
        interrupted = store.interrupted_studies()
        lines, damaged = _each(found, lambda study: _line(store, study, interrupted))
    table = Table(box=None, header_style="bold")
    for name in ("id", "name", "state", "metric", "best", "best baseline", "trials"):
        table.add_column(name, justify="left" if name in ("name", "state", "metric") else "right")
    for line in lines:
        table.add_row(*line.cells)
    for one in damaged:
        table.add_row(str(one.id), one.name, "damaged")
    console = plain_console()
    console.print(table)
    for one in damaged:
        console.print(one.problem.message, highlight=False, markup=False)
    old = [line.cells[0] for line in lines if line.is_old]
    if old:
        console.print(f"Scored the old way, see `cupel show`: {', '.join(old)}.", highlight=False)
    return DONE


def _each(found: ReadStudies, of: Callable[[ReadStudy], T]) -> tuple[list[T], tuple[DamagedStudy, ...]]:
    """Return what is said of each study that can be read, and the others."""
    found_of: list[T] = []
    damaged = list(found.damaged)
    for study in found.studies:
        try:
            found_of.append(of(study))
        except StoreError as error:
            problem = Message(
                "A trial of the study {study!r} is damaged: {problem}",
                {"study": study.record.name, "problem": str(error)},
            )
            damaged.append(damaged_study(study.record, problem))
        except WorkspaceError as error:
            damaged.append(damaged_study(study.record, error.sentence))
    return found_of, tuple(damaged)


@dataclass(frozen=True, slots=True)
class _Line:
    """What the list says of a study; `is_old` where its best trial was scored the old way."""

    cells: tuple[str, ...]
    is_old: bool


def _line(store: Store, read: ReadStudy, interrupted: Collection[int]) -> _Line:
    study = read.record
    leading, margin = leading_in(study, read.spec, read.result), margin_in(study, read.result)
    cells = (
        str(study.id),
        study.name,
        standing_word(study, interrupted),
        study.metric,
        formatting.number(None if leading is None else leading.value),
        f"{formatting.number(margin.value)} {formatting.baseline(margin.baseline, study.task)}"
        if margin is not None
        else "",
        formatting.count(sum(study.n_trials.values())),
    )
    # The best trial says it: a study that went on ranks new ones alone, and a table may have 50,000 rows.
    best = None if study.best_trial is None else store.trial_by_number(study.id, study.best_trial)
    return _Line(cells, best is not None and is_scored_the_old_way(best))


def run_trials(args: argparse.Namespace) -> int:
    """List the trials of a study: all, those that a filter lets through, or those that no other one beats."""
    with open_to_read(args.workspace) as store:
        study = store.find_study(args.study)
        trials = store.trials(study.id)
        if args.filter:
            table = store.trial_table(study.id)
            on_front = front_of_table(table, objectives_of(study), study.direction)
            mask = parse_filter(args.filter).mask(trial_columns(table, on_front), len(table))
            wanted = set(table.ids[mask].tolist())
            trials = [t for t in trials if t.id in wanted]
        if args.pareto:
            trials = [t for t, _ in pareto_trials(trials, objectives_of(study), study.direction)]
        if args.out is not None:
            file = write_trials(store, trials, args.out)
            print(f"Wrote {formatting.counted(len(trials), 'trial')} to {file}.", file=sys.stderr)
            return DONE
    rows = [written_trial(t) for t in trials]
    if args.json:
        print(json.dumps(rows, allow_nan=False))
    elif args.csv:
        names = list(dict.fromkeys(name for row in rows for name in row if name != "params"))
        params = list(dict.fromkeys(name for t in trials for name in t.params))
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names + [f"params_{name}" for name in params])
        for row, t in zip(rows, trials, strict=True):
            writer.writerow([row[n] for n in names] + [t.params.get(n, "") for n in params])
    else:
        _print_trials(trials)
    return DONE


def run_show(args: argparse.Namespace) -> int:
    """Show a study or a trial."""
    if args.against is not None and args.trial is None:
        raise SpecError("Two trials are compared: give --trial N beside --against M.")
    with open_to_read(args.workspace) as store:
        study = store.find_study(args.study)
        if args.importance:
            show_importance(store, study, as_json=args.json)
            return DONE
        if args.trial is None:
            if args.json:
                print(json.dumps(summary(store, study), allow_nan=False))
            else:
                state = standing_word(study, store.interrupted_studies())
                print(f"{study.name}  ({state}, {study.task}, {study.metric})", file=sys.stderr)
                if study.dataset_id is not None:
                    for line in data_lines(DataRead.of(store.dataset(study.dataset_id))):
                        print(line, file=sys.stderr)
                print_leaderboard(store, study)
            return DONE
        trial = store.trial_by_number(study.id, args.trial)
        view = read_view(store, trial.id)
        trial, scores = view.trial, view.scores
        optimistic = json_ready(optimistic_score(view.curves, study.direction))
        fit = measure_fit(view.curves, StudySpec.of_study(study).split.n_folds)
        rival = None if args.against is None else store.trial_by_number(study.id, args.against)
        verdict = None if rival is None else _verdict(store, study, trial, rival)
    if not args.json:
        _print_trial(trial, scores, optimistic, fit)
        if verdict is not None and rival is not None:
            other = name_in_sentence(rival, study.task)
            plain_console().print(str(verdict_sentence(other, verdict)), highlight=False)
        return DONE
    row = written_trial(trial)
    if scores is not None:
        row["folds"] = {
            name: json_ready(scores.values[:, i].tolist()) for i, name in enumerate(scores.metrics)
        }
        row["best_epochs"] = scores.best_epochs.tolist()
    row["optimistic_value"] = optimistic
    row["fit"] = None if fit is None else encoded(fit)
    if verdict is not None:
        row["against"] = {"trial": args.against, **encoded(verdict)}
    print(json.dumps(row, allow_nan=False, ensure_ascii=False))
    return DONE


def _verdict(store: Store, study: StudyRecord, trial: TrialRecord, other: TrialRecord) -> Verdict:
    """Compare two trials on the folds that both were judged on.

    Raises
    ------
    SpecError
        Where one has no scores of all folds, or they were not scored in the same way.
    """
    found: list[Floats] = []
    for t in (trial, other):
        scores = all_scores(study, t, read_view(store, t.id).scores)
        if scores is None:
            raise SpecError("Trial {number} is not complete, so it cannot be compared.", number=t.number)
        found.append(scores)
    if not are_comparable(trial, other):
        raise SpecError(
            "Trials {first} and {second} were not scored in the same way: compare trials of one version.",
            first=trial.number,
            second=other.number,
        )
    return compare_trials(study, *found)


def _state(t: TrialRecord) -> str:
    is_damaged = t.failure is not None and t.failure.kind is FailureKind.DAMAGED
    return "damaged" if is_damaged else str(t.state)


def _print_trial(
    trial: TrialRecord, scores: FoldScores | None, optimistic: float | None, fit: Fit | None
) -> None:
    """Print what a trial was, and its scores on every fold."""
    about = {name: value for name, value in written_trial(trial).items() if value not in (None, "", {})} | {
        "value": formatting.score(trial.value, trial.value_std),
        "params": _params_text(trial).replace("  ", "\n"),
    }
    about.pop("value_std", None)
    if optimistic is not None:
        about["best epoch of each fold (optimistic)"] = formatting.number(optimistic)
    table = Table(box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in about.items():
        table.add_row(name, formatting.parameter(value))
    console = plain_console()
    console.print(table)
    if trial.failure is not None:
        console.print(trial.failure.message, highlight=False)
    if fit is not None:
        console.print(str(fit_sentence(fit)), highlight=False)
    if scores is None:
        return
    folds = Table(box=None, header_style="bold")
    folds.add_column("metric")
    for fold in range(len(scores.values)):
        folds.add_column(f"fold {fold + 1}", justify="right")
    for i, name in enumerate(scores.metrics):
        folds.add_row(name, *(formatting.number(float(value)) for value in scores.values[:, i]))
    console.print(folds)


def _print_trials(trials: list[TrialRecord]) -> None:
    console = plain_console()
    is_wide = console.width >= _WIDE
    table = Table(box=None, header_style="bold")
    last = "params" if is_wide else "family"
    columns = [
        c
        for c in SHOWN
        if c.shown.terminal and (not c.shown.is_rare or any(c.of_record(t) is not None for t in trials))
    ]
    for c in columns:
        justify = "left" if c.shown.style == "state" else "right"
        table.add_column(c.shown.terminal, justify=justify, overflow="fold", no_wrap=True)
    table.add_column(last, overflow="fold")
    for t in trials:
        what = _params_text(t) if is_wide else t.family
        if t.state is TrialState.FAIL and t.failure:
            what = t.failure.message
        table.add_row(*(_cell(c, t) for c in columns), what)
    console.print(table)
    n_old = sum(map(is_scored_the_old_way, trials))
    if n_old:
        console.print(f"{formatting.counted(n_old, 'trial')} scored the old way. {OLD_WAY}", highlight=False)
    if not is_wide and trials:
        console.print("`cupel show STUDY --trial N` prints the params of a trial.", style="dim")


def _cell(column: ShownColumn, t: TrialRecord) -> str:
    value = column.of_record(t)
    match column.shown.style:
        case "number":
            return t.name or str(t.number)
        case "state":
            return _state(t)
        case "score":
            return formatting.score(t.value, t.value_std)
        case "seconds":
            return "" if value is None else formatting.seconds(value)
        case "count":
            return formatting.count(value) if value else ""
        case "size":
            return formatting.size(value)
        case "plain":
            return formatting.plain(value)
        case "word" | "time":
            return str(value)


def _params_text(t: TrialRecord) -> str:
    return "  ".join(f"{name}={formatting.parameter(value)}" for name, value in t.params.items())
