"""``cupel search``, ``pause``, ``resume``, ``stop``: starting studies and following them."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from pathlib import Path

import psutil

from ...storage.records import Request, StudyRecord, StudyState
from ...storage.store import Store
from ..cli_codes import DONE, FAILED, INTERRUPTED
from ..domain.data_read import DataRead
from ..domain.errors import SpecError
from ..domain.results import StudyResult
from ..domain.resuming import More, extend, found_nothing
from ..domain.space import default_space_toml, space_from_toml
from ..domain.spec import DEFAULT_TRIALS, ReadSpec, StudySpec
from ..jobs.launch import launch_engine
from .data_lines import finding_lines, read_lines
from .follow import Followed, follow
from .search_arguments import read_of, settings_of
from .split_lines import split_lines
from .summary import best_of, print_leaderboard, summary


def run_search(args: argparse.Namespace) -> int:
    """Create a study, run it in an engine process of its own, follow it, and print what it found."""
    from ..deployment.bundle import check_target
    from ..studies import best_starts, create_study, start_messages

    spec = _spec(args)
    if args.out:
        check_target(args.out)
    read = reading_of(args)
    with Store.open(args.workspace) as store:
        if args.warm_start:
            earlier = store.find_study(args.warm_start)
            spec = dataclasses.replace(spec, starts=best_starts(store, earlier))
        if sys.stderr.isatty():
            print("Reading the data and drawing the folds …", file=sys.stderr)
        study, messages = create_study(store, args.data, spec, read=read, name=args.name)
        data = DataRead.of(store.dataset(study.dataset_id or 0))
        # What speaks against the folds first: it touches every score.
        of_split = split_lines(StudyResult.of(study).split_audit, with_remedy=True)
        for line in (*of_split, *finding_lines(data.findings), *read_lines(data.read)):
            print(line, file=sys.stderr)
        if args.warm_start:
            messages = (*messages, *start_messages(store, study, earlier))
        for message in messages:
            print(f"note: {message}", file=sys.stderr)
        return start_and_follow(store, study, as_json=args.json)


def run_space(args: argparse.Namespace) -> int:
    """Print a family's default space."""
    print(default_space_toml(args.family), end="")
    return DONE


def run_pause(args: argparse.Namespace) -> int:
    """Ask a study to pause."""
    return _ask(args, Request.PAUSE)


def run_stop(args: argparse.Namespace) -> int:
    """Ask a study to stop."""
    return _ask(args, Request.STOP)


def run_resume(args: argparse.Namespace) -> int:
    """Resume a study, with more time or trials where they are given, and follow it unless asked not to."""
    more = More(args.trials, args.timeout)
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        if more.is_given:
            study = extend(store, study, more)
        elif study.state is StudyState.DONE:
            raise _needs_more(study)
        if not args.detach:
            return start_and_follow(store, study, as_json=args.json)
        store.request(study.id, Request.RUN)
        launch_engine(store.workspace.path, study.id)
    return DONE


def _needs_more(study: StudyRecord) -> SpecError:
    """Return what has to be given to a study that is done before it can go on."""
    why = found_nothing(study)
    if why is not None:
        return SpecError(
            "The study {study!r} is done and found nothing. {why} Give it more: `cupel resume {id} --timeout 300` adds "
            "five minutes, `--trials 20` twenty trials.",
            study=study.name,
            why=why.to_json(),
            id=study.id,
        )
    return SpecError(
        "The study {study!r} is done; to go on, give it more: `cupel resume {id} --timeout 300` adds five minutes, "
        "`--trials 20` twenty trials.",
        study=study.name,
        id=study.id,
    )


def start_and_follow(store: Store, study: StudyRecord, *, as_json: bool) -> int:
    """Start a study's engine, follow it to its end, and print the result."""
    store.request(study.id, Request.RUN)
    # Imports and the reading of the data inside.
    waited_s = time.time() - psutil.Process().create_time()
    pid = launch_engine(store.workspace.path, study.id, elapsed_s=waited_s)
    how = follow(store, study.id, pid)
    study = store.study(study.id)
    print_leaderboard(store, study)
    result = StudyResult.of(study)
    if as_json:
        print(json.dumps(summary(store, study), allow_nan=False))
    if how is Followed.INTERRUPTED:
        return INTERRUPTED
    is_whole = (
        study.state in (StudyState.DONE, StudyState.STOPPED) and best_of(store, study, result) is not None
    )
    has_export = result.export is None or result.export.passed
    return DONE if how is Followed.ENDED and is_whole and has_export else FAILED


def _ask(args: argparse.Namespace, request: Request) -> int:
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        if not store.engine_is_alive(study.id):
            raise SpecError(
                "The study {study!r} is not running, so it cannot {request}.",
                study=study.name,
                request=str(request),
            )
        store.request(study.id, request)
        print(f"Study {study.id}, {study.name}: asked to {request}.")
    return DONE


def _spec(args: argparse.Namespace) -> StudySpec:
    values = settings_of(args)
    space = space_from_toml(_text(args.space)) if args.space else None
    if all(values[limit] is None for limit in ("budget.n_trials", "budget.timeout_s", "budget.target_score")):
        values["budget.n_trials"] = DEFAULT_TRIALS
    values["families"] = values["families"] or tuple(space.families if space else ())
    values["objectives"] = tuple(dict.fromkeys(("score", *values["objectives"])))
    return StudySpec.of(
        args.target,
        values,
        space=space,
        roles=roles_of(args),
        export_dir="" if args.no_export else str(args.out.absolute()) if args.out else None,
    )


def reading_of(args: argparse.Namespace) -> ReadSpec:
    """Return how a file is to be read."""
    return dataclasses.replace(read_of(args), image_size=args.image_size)


def roles_of(args: argparse.Namespace) -> dict[str, str]:
    """Return the roles that were given to columns."""
    roles = dict(_role(text) for text in args.role)
    if args.group:
        roles[args.group] = "group"
    if args.time:
        roles[args.time] = "time"
    return roles


def _role(text: str) -> tuple[str, str]:
    column, sign, role = text.rpartition("=")
    if not sign or not column:
        raise SpecError("--role {text!r} is not COLUMN=ROLE, for instance zip=categorical.", text=text)
    return column, role


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(
            "The search space {file} cannot be read: {reason}.", file=str(path), reason=str(error)
        ) from error
