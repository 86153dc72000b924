"""Tables for `bench_honest`: few rows to search on, many that are never seen, so that the truth is known."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

N_UNSEEN = 5000


@dataclass(frozen=True, slots=True)
class Made:
    """A table whose first `n_search` rows may be searched.

    Attributes
    ----------
    columns : dict
        Cells by name, ``target`` among them.
    n_search : int
    metric : str
        Empty for the task's default.
    """

    columns: dict[str, np.ndarray]
    n_search: int
    metric: str = ""

    def write(self, path: Path) -> None:
        """Write a CSV file; the column ``split`` says ``search`` or ``test``."""
        n = len(self.columns["target"])
        split = np.where(np.arange(n) < self.n_search, "search", "test")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*self.columns, "split"])
            writer.writerows(zip(*self.columns.values(), split, strict=True))

    def holding_out(self, rows: np.ndarray) -> Made:
        """Return the rows that may be searched alone, with some of them held out in the place of the unseen ones."""
        order = np.r_[np.setdiff1d(np.arange(self.n_search), rows), rows]
        columns = {name: cells[order] for name, cells in self.columns.items()}
        return dataclasses.replace(self, columns=columns, n_search=self.n_search - len(rows))


def null_table(seed: int, task: str, n: int = 400) -> Made:
    """Return 8 normal columns and a target that is independent of them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n + N_UNSEEN, 8)).round(4)
    y = rng.integers(0, 2, len(x)) if task == "classes" else rng.normal(size=len(x)).round(4)
    return Made({**{f"x{i}": x[:, i] for i in range(8)}, "target": y}, n)


def _made(
    signal: Callable[[np.ndarray], np.ndarray], *, n: int, classes: int = 0, noise: float = 1.0
) -> Callable[[int, Path], Made | None]:
    def make(sample: int, shared: Path) -> Made:  # noqa: ARG001 - one signature for all
        rng = np.random.default_rng(1000 + sample)
        x = rng.normal(size=(n + N_UNSEEN, 10)).round(4)
        values = signal(x) + noise * rng.normal(size=len(x))
        if classes:
            bounds = np.quantile(values, np.arange(1, classes) / classes)
            target = np.array([f"c{k}" for k in np.digitize(values, bounds)])
        else:
            target = values.round(5)
        return Made({**{f"x{i}": x[:, i] for i in range(10)}, "target": target}, n)

    return make


def _friedman(x: np.ndarray) -> np.ndarray:
    """Return Friedman's (1991) first function, of columns that are normal."""
    u = 0.5 + 0.25 * x
    return 10 * np.sin(np.pi * u[:, 0] * u[:, 1]) + 20 * (u[:, 2] - 0.5) ** 2 + 10 * u[:, 3] + 5 * u[:, 4]


def _covertype_like(sample: int, shared: Path) -> Made:  # noqa: ARG001 - one signature for all
    """Return seven uneven classes that follow numbers and two columns of categories."""
    rng = np.random.default_rng(2000 + sample)
    n = 1200 + N_UNSEEN
    height, slope, water = rng.normal(size=(3, n))
    soil, area = rng.integers(0, 12, n), rng.integers(0, 4, n)
    shift = np.random.default_rng(7).normal(size=(12, 4))
    values = (
        height + 0.5 * np.abs(slope) * np.sign(water) + 0.7 * shift[soil, area] + 0.4 * rng.normal(size=n)
    )
    target = np.digitize(values, [-1.8, -1.0, 0.2, 1.2, 1.7, 2.2])
    cells = {"height": height.round(3), "slope": slope.round(3), "water": water.round(3)}
    words = {"soil": np.array([f"s{k}" for k in soil]), "area": np.array([f"a{k}" for k in area])}
    return Made({**cells, **words, "target": np.array([f"t{k}" for k in target])}, 1200)


def _drawn(cells: list[list[str]], header: list[str], target: str, n: int, sample: int) -> Made:
    order = np.random.default_rng(3000 + sample).permutation(len(cells))
    rows = np.array(cells, dtype=object)[order]
    columns = {("target" if name == target else name): rows[:, i] for i, name in enumerate(header)}
    return Made(columns, n)


def _adult(sample: int, shared: Path) -> Made | None:
    path = shared / "data" / "tabular-classification" / "adult" / "adult-train.csv"
    if not path.exists():
        return None
    with path.open(encoding="utf-8") as file:
        cells = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    return _drawn(cells, [f"c{i}" for i in range(len(cells[0]))], f"c{len(cells[0]) - 1}", 1500, sample)


def _california(sample: int, shared: Path) -> Made | None:
    path = next((shared / "data" / "tabular-regression").glob("*california*/housing.csv"), None)
    if path is None:
        return None
    with path.open(encoding="utf-8") as file:
        header, *cells = csv.reader(file)
    return _drawn(cells, header, "median_house_value", 1500, sample)


def _digits(sample: int, shared: Path) -> Made:  # noqa: ARG001 - one signature for all
    from sklearn.datasets import load_digits

    data: Any = load_digits()
    cells = [[*map(str, x), f"d{y}"] for x, y in zip(data.data.astype(int), data.target, strict=True)]
    return _drawn(cells, [*(f"p{i}" for i in range(64)), "digit"], "digit", 500, sample)


TABLES: dict[str, Callable[[int, Path], Made | None]] = {
    "linear": _made(lambda x: x[:, 0] - 0.7 * x[:, 1] + 0.5 * x[:, 2], n=400, classes=2, noise=2.0),
    "product": _made(lambda x: x[:, 0] * x[:, 1] + x[:, 2], n=600, classes=2),
    "rings": _made(lambda x: x[:, 0] ** 2 + x[:, 1] ** 2, n=600, classes=3),
    "weak": _made(lambda x: 0.3 * x[:, 0], n=400, classes=2, noise=1.5),
    "friedman": _made(_friedman, n=500),
    "steps": _made(lambda x: np.sign(x[:, 0]) + np.sign(x[:, 1] * x[:, 2]), n=500, noise=0.7),
    "covertype-like": _covertype_like,
    "adult": _adult,
    "california": _california,
    "digits": _digits,
}
