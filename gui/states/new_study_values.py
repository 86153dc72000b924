"""The values of New study's form: which there are, and what they are where nobody has said anything."""

from __future__ import annotations

from typing import Any

from ...engine.domain.families import default_families
from ...engine.domain.kinds import DEFAULT_KIND
from ...engine.domain.settings import BY_FIELD, default_of
from ...engine.domain.spec import StudySpec
from .new_study_choices import SPLIT

_USUAL_TIME_S = 600.0
"""What somebody waits for who has not said anything."""

SETTINGS_OF_FORM = (
    "kind", "task", "metric", "positive", "families", "objectives", "split.holdout_part", "sampler", "pruner",
    "split.n_folds", "split.n_repeats", "split.holdout", "budget.timeout_s", "budget.n_trials", "budget.target_score",
    "limits.parameters", "limits.size_bytes", "limits.latency_ms", "limits.memory_bytes", "max_epochs", "seed",
    "n_finalists", "equivalence", "n_workers", "baselines", "alongside", *SPLIT,
)  # fmt: skip
"""The settings that the form has a field for."""

SEVERAL = ("families", "objectives")
"""Those with several values."""


def usual_values() -> dict[str, Any]:
    """Return what the form says where nobody has said anything: by the fields of settings, with a name and a target."""
    values: dict[str, Any] = {name: default_of(StudySpec, BY_FIELD[name]) for name in SETTINGS_OF_FORM}
    return values | {
        "name": "",
        "target": "",
        "families": default_families(DEFAULT_KIND),
        "objectives": (),
        "budget.timeout_s": _USUAL_TIME_S,
        "split.seed": 0,
    }


def is_value(name: str, value: object) -> bool:
    """Whether a value is of the type of a setting, and one of its choices where it has some."""
    setting = BY_FIELD[name]
    if value is None:
        return setting.empty is not None
    if setting.type in (int, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, setting.type) and (not setting.choices or value in setting.choices)
