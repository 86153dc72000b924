"""The model of a bundle: from rows to predictions. Of what bundles carry along."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .csv_file import CsvFile, Dialect
from .errors import InputError
from .onnx_model import OnnxModel, decoding, intervals
from .raw_column import RawColumn

FORMAT = 2
"""2: a threshold other than 0.5."""
_TEXT_ROWS, _TEXT_SIGNS = 512, 4_000_000
"""Of texts that are predicted at once."""


def decided(outputs: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be.

    With a threshold, which is for two classes, the second one where its probability is above it; else the likeliest.
    """
    if threshold is None:
        return outputs.argmax(axis=1)
    return (outputs[:, 1].astype(np.float64) > threshold).astype(np.int64)


class FoldNetworks:
    """What intervals are made of: the networks of the folds, each by itself, and how far off they were.

    Raises
    ------
    InputError
        Where the bundle has none.
    """

    def __init__(self, folder: Path, schema: Mapping[str, Any]) -> None:
        told: Mapping[str, Any] | None = schema.get("intervals")
        if told is None:
            raise InputError(
                "This bundle has no prediction intervals: it was made before there were any; export it again."
            )
        if told["reason"] is not None:
            raise InputError(told["reason"]["template"], **told["reason"]["args"])
        self.scores = intervals().FoldScores.load(folder / intervals().FILE)
        # Whether it is these networks that predict, too.
        self.is_own: bool = told["file"] == "model.onnx"
        self._model = OnnxModel(folder, told["file"], told["outputs"])

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean over the networks, and of each, (n_networks, n) or (n_networks, n, n_classes)."""
        mean, *folds = self._model.outputs(feeds)
        return mean, np.stack(folds).reshape(len(folds), *mean.shape)

    def check_level(self, level: float) -> None:
        """Raise `InputError` where there are no intervals of a level."""
        if not 0.0 < level < 1.0:
            raise InputError("The level {level} is not between 0 and 1; give 0.9 for 90 %.", level=level)
        if not self.scores.is_enough(level):
            raise InputError(
                "The level {level} needs more rows than the {n:,} that the model learnt from; the highest is {most}.",
                level=level, n=self.scores.n_rows, most=math.floor(self.scores.highest_level * 1e4) / 1e4,
            )  # fmt: skip


class Predictor:
    """The model of a bundle.

    Parameters
    ----------
    folder : Path
    model : OnnxModel or the like, optional
        The file that predicts; ``model.onnx`` where not given.

    Attributes
    ----------
    threshold : float or None
        Of two classes, the probability of the second one above which it is said; None for the most likely class.
    level : float or None
        Of the intervals that `header` and `rows` tell; see `use_interval`.
    """

    level: float | None = None

    def __init__(self, folder: Path, model: Any = None) -> None:
        self.folder = folder
        self.schema: dict[str, Any] = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
        if self.schema["format"] > FORMAT:
            raise InputError(
                "This bundle was made by a newer version of Cupel; use the predict.py that came with it."
            )
        self.labels: list[str] = self.schema["labels"]
        told: Mapping[str, Any] = self.schema.get("threshold") or {"value": 0.5}
        self.threshold: float | None = None if told["value"] == 0.5 else float(told["value"])
        self.model: Any = OnnxModel(folder) if model is None else model
        self.image_size: list[int] | None = self.schema.get("images")
        self.columns = self._columns(None)
        self._texts = [column.name for column in self.columns if column.holds_texts]

    @property
    def header(self) -> list[str]:
        """The columns of a file of predictions."""
        return [
            *(["image"] if self.image_size else []),
            *self.output_columns,
        ]

    @property
    def output_columns(self) -> list[str]:
        """The columns of what `rows` returns."""
        further = [] if self.level is None else ["set"] if self.labels else ["low", "high"]
        return ["prediction", *(f"p_{label}" for label in self.labels), *further]

    @cached_property
    def fold_networks(self) -> FoldNetworks:
        """The networks of the folds; `InputError` says why there are none."""
        return FoldNetworks(self.folder, self.schema)

    def use_interval(self, level: float) -> None:
        """Tell intervals or sets of classes of this level with rows from now on.

        Raises
        ------
        InputError
            Where the bundle has none, or none of this level.
        """
        self.fold_networks.check_level(level)
        self.level = level

    def use_decimal(self, decimal: str | None) -> None:
        """Read numbers with this decimal sign from now on, and count anew what does not fit."""
        self.columns = self._columns(decimal)

    def run(self, cells: Sequence[Sequence[Any]], lines: Sequence[int] | None = None) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for the cells of each input, in their order."""
        return self.run_arrays(self.feeds(cells, lines))

    def feeds(
        self, cells: Sequence[Sequence[Any]], lines: Sequence[int] | None = None
    ) -> dict[str, np.ndarray]:
        """Return what the model takes, by input name, for the cells of each input, in their order."""
        lines = range(1, len(cells[0]) + 1) if lines is None else lines
        return {c.name: c.convert(values, lines) for c, values in zip(self.columns, cells, strict=True)}

    def run_arrays(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the same for arrays of shape (n, 1)."""
        pieces: list[Any] = [self.model(piece) for piece in self._pieces(feeds)]
        return np.concatenate(pieces) if len(pieces) > 1 else np.asarray(pieces[0])

    def run_folds(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return what `run_arrays` does, and what each network of a fold says: (n_networks, n, …)."""
        outputs: list[np.ndarray] = []
        folds: list[np.ndarray] = []
        for piece in self._pieces(feeds):
            mean, each = self.fold_networks(piece)
            outputs.append(mean if self.fold_networks.is_own else self.model(piece))
            folds.append(each)
        return np.concatenate(outputs), np.concatenate(folds, axis=1)

    def _pieces(self, feeds: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        """Yield all rows at once; texts in pieces, as each is as wide as its longest."""
        n_rows = len(next(iter(feeds.values())))
        most = n_rows
        if self._texts:
            longest = max((len(str(cell)) for name in self._texts for cell in feeds[name].flat), default=0)
            most = max(1, min(_TEXT_ROWS, _TEXT_SIGNS // max(longest, 1)))
        for start in range(0, max(n_rows, 1), max(most, 1)):
            yield {name: x[start : start + most] for name, x in feeds.items()}

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be."""
        return decided(outputs, self.threshold)

    def rows(self, feeds: Mapping[str, np.ndarray]) -> list[list[str]]:
        """Return the rows of a file of predictions for arrays of shape (n, 1), with the intervals that are told."""
        if self.level is None:
            return self.cells(self.run_arrays(feeds))
        outputs, folds = self.run_folds(feeds)
        ends = self.interval_of(outputs, folds, self.level)
        if not self.labels:
            more = [[repr(end) for end in pair] for pair in ends]
        else:
            more = [[json.dumps(held, ensure_ascii=False)] for held in ends]
        return [[*row, *cells] for row, cells in zip(self.cells(outputs), more, strict=True)]

    def interval_of(self, outputs: np.ndarray, folds: np.ndarray, level: float) -> list[list[Any]]:
        """Return of each row the two ends of its interval, or the labels of its set, in their order."""
        scores = self.fold_networks.scores
        if not self.labels:
            low, high = scores.bounds(folds, level)
            return [list(pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]
        held = scores.sets(folds, level, self.decided(outputs))
        return [[self.labels[place] for place in np.flatnonzero(row)] for row in held]

    def cells(self, outputs: np.ndarray) -> list[list[str]]:
        """Return the rows of a file of predictions without intervals."""
        if not self.labels:
            return [[repr(float(value))] for value in outputs]
        return [
            [self.labels[i], *(f"{p:.9g}" for p in row)]
            for i, row in zip(self.decided(outputs), outputs.tolist(), strict=True)
        ]

    def predict(
        self, rows: Sequence[Mapping[str, Any]], interval: float | None = None
    ) -> list[dict[str, Any]]:
        """Return ``prediction``, and of classes ``p_<label>``, of rows given as column name → value.

        With the level of an interval also ``low`` and ``high``, or the ``set`` of classes.
        """
        if not rows:
            return []
        if self.image_size:
            return self.named({"image": np.stack([self._pixels(row) for row in rows])}, interval)
        for column in (c.column for c in self.columns):
            if not all(column in row for row in rows):
                raise InputError(
                    "A row has no value {column!r}; give None where it is missing.", column=column
                )
        return self.named(self.feeds([[row[c.column] for row in rows] for c in self.columns]), interval)

    def named(self, feeds: Mapping[str, np.ndarray], interval: float | None = None) -> list[dict[str, Any]]:
        """Return what `predict` does, for arrays of shape (n, 1)."""
        if interval is None:
            return self._named(self.run_arrays(feeds))
        self.fold_networks.check_level(interval)
        outputs, folds = self.run_folds(feeds)
        ends = self.interval_of(outputs, folds, interval)
        more = [{"set": end} if self.labels else {"low": end[0], "high": end[1]} for end in ends]
        return [{**row, **one} for row, one in zip(self._named(outputs), more, strict=True)]

    def _named(self, outputs: np.ndarray) -> list[dict[str, Any]]:
        if not self.labels:
            return [{"prediction": float(value)} for value in outputs]
        shares = [f"p_{label}" for label in self.labels]
        named = [dict(zip(shares, row, strict=True)) for row in outputs.tolist()]
        return [
            {"prediction": self.labels[i], **row} for i, row in zip(self.decided(outputs), named, strict=True)
        ]

    def _pixels(self, row: Mapping[str, Any]) -> np.ndarray:
        """Return the image of a row: the path of a file, or an array of the right shape."""
        size = self.image_size or []
        value = row.get("image")
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and list(value.shape) == size:
            return value
        if not isinstance(value, str | Path):
            raise InputError(
                "A row has no value 'image'; give the path of a file, or bytes of shape {shape}.",
                shape=tuple(size),
            )
        path = Path(value)
        with decoding().ImageFiles(path) as files:
            try:
                return files.pixels(path.name, *size)
            except decoding().BadImageError as error:
                raise InputError(
                    "{file} cannot be read: {reason}.", file=str(path), reason=str(error)
                ) from error

    def predict_csv(self, file: CsvFile) -> Iterator[list[list[str]]]:
        """Yield rows of a file of predictions for the rows of a file, piece by piece."""
        for lines, cells in file.chunks():
            yield self.rows(self.feeds(cells, lines))

    def sample_cells(self, n_rows: int) -> list[list[str]]:
        """Return the cells of each input of the first rows of ``sample_rows.csv``, row by row."""
        dialect = Dialect(encoding="utf-8", delimiter=self.schema["read"]["delimiter"])
        _, cells = next(CsvFile(self.folder / "sample_rows.csv", self.schema, dialect).chunks(n_rows))
        return [list(row) for row in zip(*cells, strict=True)]

    def _columns(self, decimal: str | None) -> list[RawColumn]:
        sign: str = decimal or self.schema["read"]["decimal"] or "."
        return (
            [] if self.image_size else [RawColumn(spec, self.schema, sign) for spec in self.schema["inputs"]]
        )
