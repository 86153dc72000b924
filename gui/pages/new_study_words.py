"""What the settings of a new study are called."""

from __future__ import annotations

from ..speech import tr


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
