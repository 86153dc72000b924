"""Trials as text to paste elsewhere: JSON, TOML, a Markdown table."""

from __future__ import annotations

import json
from collections.abc import Sequence

import tomli_w

from ...engine.domain import formatting
from ...engine.domain.trial_columns import written_trial
from ...engine.domain.trial_facts import TrialFacts
from ...storage.records import TrialRecord


def as_json(trial: TrialRecord) -> str:
    """Return a trial as `cupel trials --json` writes it, with its params."""
    return json.dumps(written_trial(trial), indent=2, ensure_ascii=False, allow_nan=False)


def as_toml(trial: TrialRecord) -> str:
    """Return a trial's values as a start point of a search space."""
    values = dict(TrialFacts.of(trial).values or trial.params)
    return tomli_w.dumps({trial.family: {"start": [values]}})


def as_markdown(trials: Sequence[TrialRecord]) -> str:
    """Return trials as a table: score, size and those params in which they differ, or all of a single one."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.params))
    if len(trials) > 1:
        names = [name for name in names if len({repr(trial.params.get(name)) for trial in trials}) > 1]
    heads = ["trial", "state", "score", "±", "parameters", *names]
    lines = [heads, ["---"] * len(heads)]
    for trial in trials:
        params = [formatting.parameter(trial.params.get(name)) for name in names]
        lines.append([
            trial.name or str(trial.number),
            str(trial.state),
            formatting.number(trial.value),
            formatting.number(trial.value_std),
            "" if trial.n_parameters is None else formatting.count(trial.n_parameters),
            *params,
        ])  # fmt: skip
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
