"""``cupel rerun``: trials of the user's own, like another but for what is changed."""

from __future__ import annotations

import argparse
import sys

from ...storage.store import Store
from ..cli_codes import DONE
from ..domain.errors import SpecError
from ..domain.params import ParamValue
from ..jobs.launch import launch_engine
from ..manual_trials import Changes, further_seeds, request_like, take_up
from .names import name_in_sentence
from .search import start_and_follow


def run_rerun(args: argparse.Namespace) -> int:
    """Ask for trials like another one, and follow the study, unless asked not to or another process has it."""
    values: dict[str, ParamValue] = dict(_setting(text) for text in args.set)
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        number = args.trial if args.trial is not None else study.best_trial
        if number is None:
            raise SpecError(
                "The study {study!r} has no complete trial yet; name one by --trial.", study=study.name
            )
        trial = store.trial_by_number(study.id, number)
        seeds: list[int | None] = (
            list(further_seeds(store, study, trial, args.seeds)) if args.seeds else [args.seed]
        )
        request_like(store, study, trial, *(Changes(values, seed, args.times) for seed in seeds))
        told = f"{len(seeds)} trials" if len(seeds) != 1 else "A trial"
        of = name_in_sentence(trial, study.task)
        print(f"{told} like {of} of {study.name!r}: asked for.", file=sys.stderr)
        if not take_up(store, study.id):
            print("The study's engine takes them up before further proposals.", file=sys.stderr)
            return DONE
        if args.detach:
            launch_engine(store.workspace.path, study.id)
            return DONE
        return start_and_follow(store, store.study(study.id), as_json=args.json)


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise SpecError("--set {text!r} is not NAME=VALUE, for instance lr=0.001.", text=text)
    return name.strip(), value.strip()
