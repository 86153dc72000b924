"""What New study offers for the data that it has, and what its choices are called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any

from ...engine.domain.families import families_of
from ...engine.domain.kinds import AUTO, KINDS, joined_kinds
from ...engine.domain.metrics import METRICS, default_metric, metrics_for
from ...engine.domain.settings import BY_FIELD
from .. import words
from ..speech import tr

SPLIT = ("split.kind", "split.gap", "split.name_part", "split.duplicates", "split.seed")
"""The settings of how rows are divided."""

# Without ``auto``.
_TASKS = BY_FIELD["task"].choices[1:]


def offered_kinds(roles: Collection[str]) -> tuple[str, ...]:
    """Return the kinds that data whose columns have these roles may be taken for, ``auto`` first.

    A kind that only a reader finds is offered where it was found; several kinds where a family takes them together.
    """
    names = [kind.name for kind in KINDS.values() if not kind.by_reader or set(kind.roles) & set(roles)]
    several = [joined_kinds(kinds) for n in range(2, len(names) + 1) for kinds in combinations(names, n)]
    return (AUTO, *names, *(kinds for kinds in several if families_of(kinds)))


def task_of(asked: str, found: str) -> str:
    """Return the task that is searched for: as it is asked for, else as it was found."""
    return found if asked == AUTO else asked


def metrics_of(task: str) -> tuple[str, ...]:
    """Return the metrics of a task, all of them where it is not known."""
    return metrics_for(task) if task in _TASKS else tuple(METRICS)


def chosen_of(value: Any, offered: Sequence[Any]) -> Any:
    """Return a value where it is offered, else what is offered first; an empty text where nothing is."""
    return value if value in offered else next(iter(offered), "")


def usual_metric_text(task: str) -> str:
    """Return what the choice is called that leaves the metric to the task."""
    return (
        tr("Usual: {metric}", metric=default_metric(task)) if task in _TASKS else tr("The task's usual one")
    )


def task_text(name: str, found: str) -> str:
    """Return what a task is called where it is chosen; `found` is the one that the target makes."""
    if name == AUTO and found != AUTO:
        return tr("Automatic: {task}", task=words.task_short(found))
    return words.task(name)


def kind_text(name: str, found: str) -> str:
    """Return what a kind of data is called where it is chosen; `found` is the one that the data are taken for."""
    if name == AUTO:
        return tr("Automatic: {kind}", kind=words.kind_of_data(found)) if found else tr("Automatic")
    return words.kind_of_data(name)


def split_text(name: str) -> str:
    """Return the name of a way to split."""
    return {
        "auto": tr("Automatic"),
        "stratified": tr("Stratified"),
        "plain": tr("Plain"),
        "grouped": tr("By group"),
        "time": tr("In time order"),
        "order": tr("In the order of the file"),
    }[name]


def duplicates_text(name: str) -> str:
    """Return what is done with near-duplicate rows."""
    return {
        "auto": tr("Together where found"),
        "keep_together": tr("Always together"),
        "ignore": tr("Ignored"),
    }[name]


def sampler_text(name: str) -> str:
    """Return the name of a sampler."""
    return {
        "tpe": "TPE",
        "nsga2": "NSGA-II",
        "random": tr("Random"),
        "gp": tr("Gaussian process"),
        "cmaes": "CMA-ES",
        "qmc": tr("Quasi-Monte Carlo"),
        "grid": tr("Grid"),
    }[name]


def pruner_text(name: str) -> str:
    """Return the name of a pruner."""
    return {
        "hyperband": "Hyperband",
        "asha": "ASHA",
        "median": tr("Median"),
        "wilcoxon": tr("Wilcoxon over folds"),
        "none": tr("None"),
    }[name]
