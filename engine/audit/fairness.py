"""Whether a model treats groups of rows alike: what is counted in each, with intervals. NumPy only.

Shares have Wilson's interval (1927, doi 10.1080/01621459.1927.10502953), differences of two shares Newcombe's hybrid
score interval (1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I), what is counted of a
regression percentiles of a bootstrap over the rows of a group. All are of 95 %, and none is corrected for how many
groups were compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, DateColumn, NumberColumn, WordColumn, cells_of, iso_text
from ..domain.errors import DataError
from ..domain.group_audits import Figure

SHARES = ("base_rate", "selection_rate", "accuracy", "recall", "false_positive_rate", "precision")
ERRORS = ("mae", "bias", "r2")
MISSING, OTHER = "(missing)", "(other)"
_MOST_GROUPS = 12
_BINS = 5
_Z = 1.959963984540054
_DRAWS, _DRAWN_CELLS, _LEAST_DRAWS = 1000, 20_000_000, 200

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Which group each row of a table is in.

    Attributes
    ----------
    codes : ndarray of shape (n,), int64
    names : tuple of str
    is_binned : bool
        Whether the groups are ranges of a number or date.
    """

    codes: Ints
    names: tuple[str, ...]
    is_binned: bool


def groups_of(column: Column) -> Grouping:
    """Return the groups of a column: its categories, or of many different numbers or dates a fifth of the rows each.

    Of many categories the rarest are one group; missing cells are one, too.

    Raises
    ------
    DataError
        Where almost every row has a text of its own.
    """
    cells = cells_of(column)
    missing = cells.missing()
    codes, names = cells.categories()
    used = np.unique(codes[~missing])
    if isinstance(cells, NumberColumn) and len(used) > _MOST_GROUPS:
        found, names = _binned(cells)
        return _with_missing(found, names, missing, is_binned=True)
    if isinstance(cells, WordColumn) and len(used) > max(_MOST_GROUPS, 0.5 * len(codes)):
        raise DataError(
            "The column {column!r} has {n:,} different texts in {n_rows:,} rows; choose one with groups of rows.",
            column=column.name,
            n=len(used),
            n_rows=len(codes),
        )
    counts = np.bincount(codes[~missing], minlength=len(names))
    kept = used
    if len(used) > _MOST_GROUPS:
        kept = np.sort(used[np.argsort(-counts[used], kind="stable")][: _MOST_GROUPS - 1])
    place = np.full(len(names) + 1, len(kept), np.int64)
    place[kept] = np.arange(len(kept))
    labels = [names[i] for i in kept.tolist()]
    if isinstance(cells, DateColumn):
        labels = [iso_text(float(label)) for label in labels]
    if len(kept) < len(used):
        labels.append(_free(OTHER, labels))
    return _with_missing(place[codes], labels, missing, is_binned=False)


def _binned(column: NumberColumn) -> tuple[Ints, list[str]]:
    """Return bins of about equally many rows, named by the least and the greatest cell in each."""
    known = column.numbers[~np.isnan(column.numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes = np.searchsorted(edges, column.numbers, side="left").astype(np.int64)
    ends: list[tuple[float, float]] = []
    kept = np.zeros(len(edges) + 1, np.int64)
    for i in range(len(edges) + 1):
        cells = column.numbers[(codes == i) & ~np.isnan(column.numbers)]
        kept[i] = len(ends)
        if len(cells):
            ends.append((float(cells.min()), float(cells.max())))
    return kept[codes], _ranges(ends, is_date=isinstance(column, DateColumn))


def _ranges(ends: Sequence[tuple[float, float]], *, is_date: bool) -> list[str]:
    """Return names that tell all ranges apart."""
    names: list[str] = []
    # Six do not tell 1000000.1 from 1000000.2.
    for digits in (6, 17):
        names = [
            " to ".join(iso_text(end) if is_date else _spelled(end, digits) for end in pair) for pair in ends
        ]
        if len(set(names)) == len(names):
            break
    return names


def _spelled(value: float, digits: int) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.{digits}g}"


def _with_missing(codes: Ints, names: Sequence[str], missing: Bools, *, is_binned: bool) -> Grouping:
    if not missing.any():
        return Grouping(codes, tuple(names), is_binned)
    return Grouping(np.where(missing, len(names), codes), (*names, _free(MISSING, names)), is_binned)


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name that no category has."""
    while name in taken:
        name = f"({name})"
    return name


def wilson(k: int, n: int) -> Figure:
    """Return the share of k in n."""
    if n == 0:
        return Figure(None, None, None, 0)
    share, z2 = k / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Figure(share, max(0.0, middle - half), min(1.0, middle + half), n)


def share_figures(y: Bools | None, said: Bools | None, right: Bools) -> dict[str, Figure]:
    """Return what is counted of a group of rows with classes.

    Parameters
    ----------
    y, said : bool arrays of shape (n,) or None
        Whether a row is of the positive class, and whether the model says so; None where no class was chosen.
    right : bool array of shape (n,)
        Whether the model says the right class.
    """
    accuracy = wilson(int(right.sum()), len(right))
    if y is None or said is None:
        return {"accuracy": accuracy}
    return {
        "base_rate": wilson(int(y.sum()), len(y)),
        "selection_rate": wilson(int(said.sum()), len(y)),
        "accuracy": accuracy,
        "recall": wilson(int((said & y).sum()), int(y.sum())),
        "false_positive_rate": wilson(int((said & ~y).sum()), int((~y).sum())),
        "precision": wilson(int((said & y).sum()), int(said.sum())),
    }


def _error_values(y: Floats, predicted: Floats) -> tuple[float, float, float]:
    error = predicted - y
    spread = float(np.square(y - y.mean()).sum())
    r2 = 1.0 - float(np.square(error).sum()) / spread if spread > 0 else math.nan
    return float(np.abs(error).mean()), float(error.mean()), r2


def error_draws(y: Floats, predicted: Floats, seed: int, tick: Callable[[], None] = lambda: None) -> Floats:
    """Return `ERRORS` of rows drawn with replacement, shape (n_draws, 3); `tick` is called before each draw."""
    rng = np.random.default_rng(seed)
    n = len(y)
    n_draws = int(np.clip(_DRAWN_CELLS // n, _LEAST_DRAWS, _DRAWS))
    found: list[tuple[float, float, float]] = []
    for _ in range(n_draws):
        tick()
        rows = rng.integers(0, n, n)
        found.append(_error_values(y[rows], predicted[rows]))
    return np.array(found)


def error_figures(y: Floats, predicted: Floats, draws: Floats) -> dict[str, Figure]:
    """Return the mean absolute error, the mean error (positive is too high) and R² of a group of rows."""
    found: dict[str, Figure] = {}
    for name, value, drawn in zip(ERRORS, _error_values(y, predicted), draws.T, strict=True):
        known = drawn[~np.isnan(drawn)]
        if math.isnan(value) or not len(known):
            found[name] = Figure(None, None, None, len(y))
            continue
        low, high = np.percentile(known, [2.5, 97.5]).tolist()
        found[name] = Figure(value, low, high, len(y))
    return found


def share_gap(one: Figure, two: Figure) -> tuple[float, float]:
    """Return the interval of ``two - one``, shares of different rows."""
    assert one.value is not None and one.low is not None and one.high is not None  # noqa: PT018, S101 - by the caller
    assert two.value is not None and two.low is not None and two.high is not None  # noqa: PT018, S101 - likewise
    difference = two.value - one.value
    low = difference - math.hypot(two.value - two.low, one.high - one.value)
    high = difference + math.hypot(two.high - two.value, one.value - one.low)
    return max(-1.0, low), min(1.0, high)
