"""What a bundle tells of the rows that its model was trained on: counts of them, in ``training_profile.json``.

Each column is cut into bins: a number at the tenths of its training rows and at both ends, a category at itself, a text
at its length and its share of words that the model does not know, an image at its brightness and contrast; what is
missing is a bin of its own. Written by `serving`, read by `inference.drift`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.fields import Fields
from ..bundled.schema import InputSpec
from ..data.columns import Rows
from ..data.table import Table
from ..domain.kinds import KINDS, kind_of_role
from ..kinds.base import Measure, TokenRule
from ..kinds.registry import bundle_part_of

PROFILE = "training_profile.json"
FORMAT = 1
_MOST_ROWS = 1 << 50
_TENTHS = np.arange(1, 10) / 10
# Distinct numbers that have a bin each.
_FEW_VALUES = 12
# Categories that have a bin of their own.
_MOST_WORDS = 200

_CATEGORY = "category"


@dataclass(slots=True)
class ColumnBins:
    """The bins of one measure of one column, and the rows in each.

    Attributes
    ----------
    edges : ndarray or None
        Between the bins of a number, ascending; the first and the last bin lie beyond the training rows.
    words : list or None
        Categories of the first bins; the last one is for all others.
    counts : ndarray of int64
    n_missing : int
    """

    column: str
    name: str
    measure: str
    edges: NDArray[np.float64] | None
    words: list[str | float] | None
    counts: NDArray[np.int64]
    n_missing: int = 0
    n_outside: int = 0
    _places: dict[str | float, int] = field(default_factory=dict[str | float, int])

    def add(self, values: NDArray[np.generic]) -> None:
        """Count values: numbers (NaN where missing), or texts (empty where missing)."""
        flat = values.reshape(-1)
        if self.words is not None:
            if not self._places:
                self._places = {word: i for i, word in enumerate(self.words)}
            for word, n in Counter(flat.tolist()).items():
                if word == "" or word != word:
                    self.n_missing += n
                else:
                    self.counts[self._places.get(word, len(self.words))] += n
            return
        assert self.edges is not None  # noqa: S101 - numbers have edges
        known = flat[~np.isnan(flat)]
        self.n_missing += len(flat) - len(known)
        place = np.searchsorted(self.edges[1:-1], known, side="right") + 1
        place[known < self.edges[0]] = 0
        place[known > self.edges[-1]] = len(self.counts) - 1
        self.counts += np.bincount(place, minlength=len(self.counts))

    def empty(self) -> ColumnBins:
        """Return the same bins without rows."""
        return ColumnBins(
            self.column, self.name, self.measure, self.edges, self.words, np.zeros_like(self.counts)
        )

    @property
    def all(self) -> NDArray[np.int64]:
        """The counts of all bins, that of missing values last."""
        return np.append(self.counts, self.n_missing)

    @property
    def beyond(self) -> int:
        """Rows in the bins at the ends of a number, or of categories without a bin."""
        return int(self.counts[-1] if self.words is not None else self.counts[0] + self.counts[-1])

    def to_json(self) -> dict[str, object]:
        return {
            "column": self.column,
            "name": self.name,
            "measure": self.measure,
            "edges": None if self.edges is None else self.edges.tolist(),
            "words": self.words,
            "counts": self.counts.tolist(),
            "n_missing": self.n_missing,
        }

    @classmethod
    def of(cls, fields: Fields) -> ColumnBins:
        """Read what `to_json` wrote.

        Raises
        ------
        InputError
            Where a field is not what it must be.
        """
        edges = fields.numbers("edges") if fields.has("edges") else None
        words = fields.words("words") if edges is None else ()
        counts = fields.wholes("counts", 0, _MOST_ROWS)
        if len(counts) != 1 + len(words if edges is None else edges) or (edges is not None and not edges):
            raise fields.refused("counts", "as many counts as bins")
        return cls(
            fields.text("column"), fields.text("name"), fields.text("measure"),
            None if edges is None else np.array(edges, np.float64), None if edges is not None else list(words),
            np.array(counts, np.int64), fields.whole("n_missing", 0, _MOST_ROWS),
        )  # fmt: skip


def write_profile(
    folder: Path, table: Table, rows: Rows, inputs: Sequence[InputSpec], columns: Sequence[str]
) -> None:
    """Write ``training_profile.json``: counts of the training rows, by bins, and the names of the data's columns.

    Parameters
    ----------
    folder : Path
        A bundle with its ``model.onnx``, whose words are those that the model knows.
    table : Table
    rows : ndarray of int64
        Of the table: those that the model was trained on.
    inputs : sequence of InputSpec
    columns : sequence of str
    """
    parts = {spec.column: bundle_part_of(kind_of_role(spec.role)) for spec in inputs}
    tokens = next(filter(None, (part.tokens(folder / "model.onnx") for part in parts.values())), None)
    found: list[ColumnBins] = []
    for spec in inputs:
        part = parts[spec.column]
        cells = part.cells(table, spec.column, rows)
        measures = part.measures(tokens)
        for name in part.counted(spec.role):
            if name in measures:
                values = measures[name](cells)
                made = _numbers if values.dtype.kind == "f" and name != _CATEGORY else _categories
                found.append(made(spec, name, values))
    content = {
        "format": FORMAT,
        "n_rows": len(rows),
        "columns": list(columns),
        "tokens": None if tokens is None else tokens.to_json(),
        "measures": [one.to_json() for one in found],
    }
    (folder / PROFILE).write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def column_measures(tokens: TokenRule | None) -> dict[str, Measure]:
    """Return what is counted of a column, by name; `tokens` are those that a model for texts knows."""
    return {
        name: measure for kind in KINDS for name, measure in bundle_part_of(kind).measures(tokens).items()
    }


def _numbers(spec: InputSpec, measure: str, values: NDArray[np.float64]) -> ColumnBins:
    known = values[~np.isnan(values)]
    edges = np.zeros(1)
    if len(known):
        distinct = np.unique(known)
        inner = (
            # A bin for each.
            (distinct[1:] + distinct[:-1]) / 2
            if len(distinct) <= _FEW_VALUES
            else np.quantile(known, _TENTHS)
        )
        edges = np.unique(np.concatenate([distinct[:1], inner, distinct[-1:]]))
    if len(edges) == 1:
        edges = np.repeat(edges, 2)
    counts = ColumnBins(spec.column, spec.name, measure, edges, None, np.zeros(len(edges) + 1, np.int64))
    counts.add(values)
    return counts


def _categories(spec: InputSpec, measure: str, values: NDArray[np.generic]) -> ColumnBins:
    present = [word for word in values.tolist() if word != "" and word == word]
    words = [word for word, _ in Counter(present).most_common(_MOST_WORDS)]
    counts = ColumnBins(spec.column, spec.name, measure, None, words, np.zeros(len(words) + 1, np.int64))
    counts.add(values)
    return counts
