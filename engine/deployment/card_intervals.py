"""The part of a model card that says what its intervals or sets of classes promise, and how often they held. Light."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.bundles import Coverage, Intervals
from ..domain.formatting import counted, number, plain
from ..statistics.conformal import MOST_SCORES
from .document import Block, DocumentTable, Items, Section


def intervals_section(intervals: Intervals, task: str) -> Section:
    """Return the section of a card.

    Parameters
    ----------
    intervals : Intervals
    task : str
    """
    if intervals.reason is not None:
        return Section("Intervals", (Items((str(intervals.reason),)),))
    numbers = task == "regression"
    n_rows, n_folds, n_repeats = intervals.n_rows, intervals.n_folds, intervals.n_repeats
    networks = f"the {n_folds * n_repeats} networks of the folds"
    what, method = (
        ("`low` and `high`", "CV+ (Barber, Candès, Ramdas and Tibshirani 2021)")
        if numbers
        else (
            "`set`, the classes that it may be",
            "1 − probability as score, counted as in CV+ (Romano, Sesia and Candès 2020)",
        )
    )
    method_lines = (
        f"`python predict.py DATA.csv --interval 0.9` adds {what}: {method}, made of {networks} and of how far each "
        f"was off on rows that it had not seen, {counted(n_rows, 'row')}"
        + (f" in each of {n_repeats} repeats." if n_repeats > 1 else "."),
        "Of new rows that are like those of the data, usually about 90 % are inside for 0.9, and more where the "
        "networks of the folds differ much from one another; proven, whatever the data, is a little less than 80 % "
        "(1 − 2α for the level 1 − α). And that is proven for networks that are "
        "chosen before these rows are seen: here the trial and the lengths of its trainings were chosen by their score "
        "on the same rows, which can make errors look smaller than they are. What was measured counts more.",
    )
    lines = [
        "Inside means that the "
        + ("target lies between `low` and `high`" if numbers else "true class is in the set")
        + ". The share is one of all rows: where the model is worse, fewer may be inside. It says nothing of rows "
        "unlike the data.",
    ]
    if intervals.split == "grouped":
        lines.append(
            "The folds keep groups together, so this is about rows of new groups. Rows of a group are alike: where "
            "groups are few, both the intervals and the measured share are less certain than they look."
        )
    if not numbers:
        lines.append("A set is never empty: where no class is left, it holds the prediction.")
    if intervals.file != "model.onnx":
        lines.append(
            f"The model is one network on all rows; {networks} lie in `folds.onnx` beside it for this alone "
            f"({intervals.size_bytes / 1e6:,.2f} MB in all)."
            + (" A prediction may, rarely, lie outside of its interval." if numbers else "")
        )
    if n_rows / n_folds > MOST_SCORES:
        lines.append(
            f"Of each network {MOST_SCORES:,} errors are kept, so that intervals are those of a level up to "
            f"{1 / MOST_SCORES:g} higher."
        )
    lines.append(
        "Only predict.py, serve.py and Cupel tell them, not other formats or the programs in other languages."
    )
    title = "Intervals" if numbers else "Sets of classes"
    return Section(title, (Items(method_lines), _measured(intervals.coverage, numbers), Items(tuple(lines))))


def _measured(coverage: Sequence[Coverage], numbers: bool) -> Block:
    if not coverage:
        return Items(("There was no holdout to measure it on.",))
    size = "mean width" if numbers else "mean number of classes"
    inside = f"inside, of {counted(coverage[0].n_rows, 'row')} of the holdout"
    rows: list[tuple[str, ...]] = []
    for one in coverage:
        proven, share, low, high = (f"{100 * x:.1f} %" for x in (one.proven, one.share, one.low, one.high))
        width = plain(one.size) if numbers else number(one.size, 2)
        rows.append((f"{one.level:g}", proven, share, f"{low} to {high}", width))
    return DocumentTable(("level", "proven", inside, "95 % interval", size), tuple(rows))
