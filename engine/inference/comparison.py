"""Two bundles on the same rows: where they agree, where they differ most, how fast each is, and how good.

Used by `cupel compare` and the window's service. Neither bundle's own programs are run.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.errors import InputError
from ..bundled.outputs import are_numbers
from ..bundled.predictor import Piece, Predictor
from ..deployment.bundle import Bundle
from ..domain.arrays import TargetValues
from ..domain.errors import DataError, ExportError
from ..domain.formatting import counted, number
from ..domain.metrics import METRICS
from ..domain.spec import ReadSpec
from .predicting import Progress, write_rows
from .rows import Source, open_source
from .scoring import TargetReader, judged_outputs

SCORED = {
    "binary": ("accuracy", "balanced_accuracy", "roc_auc", "log_loss"),
    "multiclass": ("accuracy", "balanced_accuracy", "f1_macro", "log_loss"),
    "regression": ("rmse", "mae", "r2"),
}
_SHOWN_ROWS = 10
_BATCH = 1024
_SINGLE_RUNS = 200
# Of timing batches, both bundles together.
_BATCH_S = 1.5
# Of the bootstrap: fewer draws where rows are many.
_DRAWS, _DRAWN_CELLS = 1000, 20_000_000
_LEAST_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one bundle here: raw cells that are read already, through preprocessing and network.

    Attributes
    ----------
    rows_per_s : float
        In batches of up to 1024 rows.
    one_row_p50_ms, one_row_p95_ms : float
    """

    rows_per_s: float
    one_row_p50_ms: float
    one_row_p95_ms: float


@dataclass(frozen=True, slots=True)
class ScorePair:
    """A metric of both bundles on the same rows.

    Attributes
    ----------
    metric : str
    a, b : float
    difference, low, high : float
        ``b - a`` and its 95 % interval: percentiles of a paired bootstrap over rows.
    """

    metric: str
    a: float
    b: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """What both bundles say of a row.

    Attributes
    ----------
    row : int or str
        Its number from 1, or the name of a file.
    a, b : str
    difference : float
    """

    row: int | str
    a: str
    b: str
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found.

    Attributes
    ----------
    a, b : str
        The bundles' folders.
    n_rows, n_compared : int
        Rows of the data; those that could be read.
    agreement : float or None
        Share of rows of the same class; None for a regression.
    mean_difference, max_difference : float
        Of the largest difference of a probability in a row, or of the predicted values.
    rows : tuple of ComparedRow
        Those that differ most.
    speed_a, speed_b : Speed
    n_scored : int
        Rows of which the data tell the target.
    scores : tuple of ScorePair
    n_numberless : int
        Rows of which a bundle's prediction is not a number; they are not compared.
    """

    a: str
    b: str
    task: str
    n_rows: int
    n_compared: int
    agreement: float | None
    mean_difference: float
    max_difference: float
    rows: tuple[ComparedRow, ...]
    speed_a: Speed
    speed_b: Speed
    n_scored: int
    scores: tuple[ScorePair, ...]
    n_numberless: int = 0

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict."""
        return dataclasses.asdict(self)

    def lines(self) -> list[str]:
        """Return it as the terminal shows it."""
        what = "probability" if self.agreement is not None else "value"
        lines = [f"A  {self.a}", f"B  {self.b}", f"{counted(self.n_compared, 'row')} compared"]
        n_unread = self.n_rows - self.n_compared - self.n_numberless
        if n_unread:
            lines[-1] += f", {n_unread:,} could not be read"
        if self.n_numberless:
            lines[-1] += f", of {self.n_numberless:,} a prediction is not a number"
        if self.agreement is not None:
            n_other = round((1 - self.agreement) * self.n_compared)
            lines.append(f"same class: {100 * self.agreement:.2f} % ({n_other:,} differ)")
        lines.append(
            f"difference of a {what}: {number(self.mean_difference)} on average, "
            f"{number(self.max_difference)} at most"
        )
        if self.max_difference > 0:
            lines.append("rows that differ most:")
            lines += [f"  {row.row}: A {row.a}, B {row.b}" for row in self.rows]
        for name, speed in (("A", self.speed_a), ("B", self.speed_b)):
            lines.append(
                f"speed of {name}: {speed.rows_per_s:,.0f} rows/s in batches; one row in "
                f"{speed.one_row_p50_ms:.3f} ms (p95 {speed.one_row_p95_ms:.3f} ms)"
            )
        if self.scores:
            lines.append(
                f"scores on {counted(self.n_scored, 'row')} with a target (B − A, 95 % interval); rows that a bundle "
                "was trained on flatter it:"
            )
        lines += [
            f"  {s.metric}: A {number(s.a)}, B {number(s.b)}, {number(s.difference, sign=True)} "
            f"[{number(s.low, sign=True)}, {number(s.high, sign=True)}]"
            for s in self.scores
        ]
        return lines


def compare_bundles(
    a: Path,
    b: Path,
    data: Path,
    out: Path | None = None,
    read: ReadSpec | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Predict the same rows with two bundles.

    Parameters
    ----------
    a, b : Path
        Bundles of one task and, for classes, of the same labels in any order; their columns may differ.
    data : Path
        As for `predict_file`. Where it has the target (of images and texts: folders called like the classes), both are
        scored.
    out : Path, optional
        A CSV file: both predictions of each row, and how far they are apart.
    progress : callable, optional
        Called with a fraction in [0, 1].

    Raises
    ------
    ExportError
        Where a bundle is none or was changed, or they predict different things.
    DataError
        Where `data` cannot be read or lacks a column of one of them, or `out` cannot be written.
    """
    bundles = [Bundle.open(a), Bundle.open(b)]
    _check(bundles)
    predictors = [bundle.predictor() for bundle in bundles]
    sources = [
        open_source(p, data, read, bundle.manifest.target or None)
        for p, bundle in zip(predictors, bundles, strict=True)
    ]
    tell = progress or (lambda _: None)
    try:
        found = _Found(predictors[0], predictors[1])
        pieces = _written(sources, found, tell)
        if out is None:
            for _ in pieces:
                pass
        else:
            header = [*sources[0].lead, "a", "b", "difference"]
            write_rows(out, header, pieces)
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    if found.n_numberless and not found.n_compared:
        raise DataError(
            "No prediction of both bundles for the rows of {file} is a number; a model may be damaged.",
            file=str(data),
        )
    if not found.n_compared:
        raise DataError("{file} has no row that can be read.", file=str(data))
    speeds = _speeds(predictors, found.first)
    tell(1.0)
    return found.result(str(a), str(b), bundles[0].task, speeds)


def _check(bundles: list[Bundle]) -> None:
    first, second = bundles
    if first.task != second.task:
        raise ExportError(
            "The bundles predict different things: {first} is for {one}, {second} for {other}.",
            first=str(first.path),
            one=first.task,
            second=str(second.path),
            other=second.task,
        )
    odd = sorted(set(first.labels) ^ set(second.labels))
    if odd:
        raise ExportError(
            "The bundles have different classes: {label!r} is a class of only one of them.", label=odd[0]
        )


class _Found:
    """Gathers the predictions of both, with the classes of the second in the order of the first."""

    def __init__(self, first: Predictor, second: Predictor) -> None:
        labels = first.labels
        self._labels = labels
        self._order = [second.labels.index(label) for label in labels]
        self._decide = (first.decided, second.decided)
        self._target = TargetReader(labels)
        self._pairs: list[tuple[NDArray[np.floating], NDArray[np.floating]]] = []
        self._truth: list[NDArray[np.float64]] = []
        self._names: list[int | str] = []
        self.n_rows = self.n_compared = self.n_numberless = 0
        self.first: list[dict[str, NDArray[np.generic]]] = []

    def add(self, pieces: list[Piece], outputs: list[NDArray[np.floating]]) -> NDArray[np.float64]:
        """Take the predictions of one piece and return how far apart each row is, NaN where it could not be read."""
        good = pieces[0].good
        if not self.first and good.any():
            self.first = [piece.feeds for piece in pieces]
        one, two = outputs[0], outputs[1][:, self._order] if self._labels else outputs[1]
        self._pairs.append((one, two))
        truth = pieces[0].truth or [None] * len(good)
        self._truth.append(np.array([self._target(truth[i]) for i in np.flatnonzero(good)], np.float64))
        names = pieces[0].names or range(self.n_rows + 1, self.n_rows + len(good) + 1)
        self._names += [names[i] for i in np.flatnonzero(good)]
        self.n_rows += len(good)
        self.n_compared += len(one)
        apart = np.full(len(good), np.nan)
        apart[good] = _apart(one, two)
        return apart

    def result(self, a: str, b: str, task: str, speeds: list[Speed]) -> Comparison:
        """Return the comparison."""
        one = np.concatenate([pair[0] for pair in self._pairs]).astype(np.float64)
        two = np.concatenate([pair[1] for pair in self._pairs]).astype(np.float64)
        truth = np.concatenate(self._truth)
        apart = _apart(one, two)
        said = (self._said_by(0, one), self._said_by(1, two))
        most = np.argsort(-apart, kind="stable")[:_SHOWN_ROWS].tolist()
        shown = tuple(
            ComparedRow(
                self._names[i],
                self._shown(one[i], int(said[0][i])),
                self._shown(two[i], int(said[1][i])),
                float(apart[i]),
            )
            for i in most
        )
        same = float((said[0] == said[1]).mean()) if self._labels else None
        told = ~np.isnan(truth)
        return Comparison(
            a, b, task, self.n_rows, self.n_compared, same, float(apart.mean()), float(apart.max()), shown,
            speeds[0], speeds[1], int(told.sum()),
            _scores(task, truth[told], (one[told], two[told]), (said[0][told], said[1][told])), self.n_numberless,
        )  # fmt: skip

    def _said_by(self, which: int, outputs: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the places of the classes that a bundle says, in the first one's order; zeros of a regression."""
        if not self._labels:
            return np.zeros(len(outputs), np.int64)
        if which == 0:
            return self._decide[0](outputs)
        own = np.empty_like(outputs)
        own[:, self._order] = outputs
        places = np.argsort(self._order)
        return places[self._decide[1](own)]

    def _shown(self, output: NDArray[np.floating], said: int) -> str:
        return f"{self._labels[said]} ({output[said]:.3f})" if self._labels else f"{float(output):.6g}"


def _apart(one: NDArray[np.floating], two: NDArray[np.floating]) -> NDArray[np.float64]:
    difference = np.abs(one.astype(np.float64) - two)
    return difference if difference.ndim == 1 else difference.max(axis=1)


def _written(sources: list[Source], found: _Found, tell: Progress) -> Iterator[list[list[str]]]:
    """Yield the rows of a file of both predictions."""
    streams = [source.pieces() for source in sources]
    for pieces in zip(*streams, strict=True):
        both = list(pieces)
        if not np.array_equal(both[0].good, both[1].good):
            raise DataError(
                "The bundles do not read the same rows of the data; compare them on another file."
            )
        outputs = [
            s.predictor.run_arrays(p.feeds) if p.good.any() else _nothing(s.predictor)
            for s, p in zip(sources, both, strict=True)
        ]
        fine = are_numbers(outputs[0]) & are_numbers(outputs[1])
        if not fine.all():
            found.n_numberless += int((~fine).sum())
            both = [_only(piece, fine) for piece in both]
            outputs = [one[fine] for one in outputs]
        apart = found.add(both, outputs)
        yield _rows(sources, both, outputs, apart)
        tell(sources[0].fraction)


def _only(piece: Piece, fine: NDArray[np.bool_]) -> Piece:
    """Return a piece with only some of the rows that could be read."""
    good = piece.good.copy()
    good[piece.good] = fine
    feeds = {name: values[fine] for name, values in piece.feeds.items()}
    return dataclasses.replace(piece, good=good, feeds=feeds)


def _rows(
    sources: list[Source],
    pieces: list[Piece],
    outputs: list[NDArray[np.floating]],
    apart: NDArray[np.float64],
) -> list[list[str]]:
    cells = [iter([row[0] for row in s.predictor.cells(x)]) for s, x in zip(sources, outputs, strict=True)]
    rows: list[list[str]] = []
    for i, good in enumerate(pieces[0].good.tolist()):
        lead = [] if pieces[0].names is None else [pieces[0].names[i]]
        told = [next(cells[0]), next(cells[1]), f"{apart[i]:.6g}"] if good else ["", "", ""]
        rows.append([*lead, *told])
    return rows


def _nothing(predictor: Predictor) -> NDArray[np.floating]:
    return np.empty((0, len(predictor.labels)) if predictor.labels else 0)


def _scores(
    task: str,
    truth: NDArray[np.float64],
    outputs: tuple[NDArray[np.floating], NDArray[np.floating]],
    said: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[ScorePair, ...]:
    """Score both on rows whose target is known; metrics of decisions see what each bundle says, by its threshold."""
    n = len(truth)
    if n < 2:
        return ()
    one = outputs[0]
    kinds = {
        name: outputs if task == "regression" else tuple(map(judged_outputs, (name, name), outputs, said))
        for name in SCORED[task]
    }
    y: TargetValues = truth if task == "regression" else truth.astype(np.int64)
    rng = np.random.default_rng(0)
    n_draws = int(np.clip(_DRAWN_CELLS // (n * max(1, one[:1].size)), _LEAST_DRAWS, _DRAWS))
    names = SCORED[task]
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(n_draws):
        rows = rng.integers(0, n, n)
        for name in names:
            metric, (a, b) = METRICS[name], kinds[name]
            drawn[name].append(metric(y[rows], b[rows]) - metric(y[rows], a[rows]))
    pairs: list[ScorePair] = []
    for name in names:
        a, b = (METRICS[name](y, kind) for kind in kinds[name])
        if np.isnan(a) or np.isnan(b):
            continue
        low, high = np.nanpercentile(drawn[name], [2.5, 97.5]).tolist()
        pairs.append(ScorePair(name, float(a), float(b), float(b - a), low, high))
    return tuple(pairs)


def _speeds(predictors: list[Predictor], feeds: list[dict[str, NDArray[np.generic]]]) -> list[Speed]:
    """Time both by turns, so that what else the machine does falls on both."""
    batches = [{name: x[:_BATCH] for name, x in one.items()} for one in feeds]
    singles = [{name: x[:1] for name, x in one.items()} for one in feeds]
    seconds: list[list[float]] = [[], []]
    ones: list[list[float]] = [[], []]
    for k in (0, 1):
        for _ in range(10):
            predictors[k].run_arrays(singles[k])
    end = time.perf_counter() + _BATCH_S
    while time.perf_counter() < end or len(seconds[0]) < 3:
        for k in (0, 1):
            seconds[k].append(_seconds(predictors[k], batches[k]))
    for _ in range(_SINGLE_RUNS):
        for k in (0, 1):
            ones[k].append(_seconds(predictors[k], singles[k]))
    n_rows = [len(next(iter(batch.values()))) for batch in batches]
    return [
        Speed(
            n_rows[k] / float(np.median(seconds[k])),
            1000 * float(np.median(ones[k])),
            1000 * float(np.percentile(ones[k], 95)),
        )
        for k in (0, 1)
    ]


def _seconds(predictor: Predictor, feeds: dict[str, NDArray[np.generic]]) -> float:
    started = time.perf_counter()
    predictor.run_arrays(feeds)
    return time.perf_counter() - started
