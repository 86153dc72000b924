"""What a bundle tells of the rows that its model was trained on: counts of them, in ``training_profile.json``.

Each column is cut into bins: a number at the tenths of its training rows and at both ends, a category at itself, a text
at its length and its share of words that the model does not know, an image at its brightness and contrast; what is
missing is a bin of its own. Written by `serving`, read by `inference.drift`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.table import Rows, Table

PROFILE = "training_profile.json"
FORMAT = 1
_TENTHS = np.arange(1, 10) / 10
_FEW_VALUES = 12  # distinct numbers that have a bin each
_MOST_WORDS = 200  # categories that have a bin of their own
_MOST_TEXTS = 20_000  # training texts that are looked at
_MOST_IMAGES = 5_000

Measure = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(slots=True)
class Counts:
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
    words: list[Any] | None
    counts: NDArray[np.int64]
    n_missing: int = 0
    n_outside: int = 0
    _places: dict[Any, int] = field(default_factory=dict[Any, int])

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

    def empty(self) -> Counts:
        """Return the same bins without rows."""
        return Counts(
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

    def to_json(self) -> dict[str, Any]:
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
    def from_json(cls, data: Mapping[str, Any]) -> Counts:
        edges = None if data["edges"] is None else np.array(data["edges"], np.float64)
        counts = np.array(data["counts"], np.int64)
        return cls(
            data["column"], data["name"], data["measure"], edges, data["words"], counts, data["n_missing"]
        )


def write_profile(
    folder: Path, table: Table, rows: Rows, inputs: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> None:
    """Write ``training_profile.json``: counts of the training rows, by bins, and the names of the data's columns.

    Parameters
    ----------
    folder : Path
        A bundle with its ``model.onnx``, whose words are those that the model knows.
    table : Table
    rows : ndarray of int64
        Of the table: those that the model was trained on.
    inputs : sequence of mapping
        As in ``schema.json``: ``column``, ``name``, ``kind``, ``role``.
    columns : sequence of str
    """
    has_texts = any(spec["role"] == "text" for spec in inputs)
    tokens = _known_tokens(folder / "model.onnx") if has_texts else None
    measures = measures_of(tokens)
    found: list[Counts] = []
    for spec in inputs:
        if spec["role"] == "image":
            assert table.pixels is not None  # noqa: S101 - a table of images has them
            pixels = np.asarray(table.pixels[_thinned(rows, _MOST_IMAGES)])
            found += [_numbers(spec, what, measures[what](pixels)) for what in ("brightness", "contrast")]
        elif spec["role"] == "text":
            texts = _words(table, spec["column"], _thinned(rows, _MOST_TEXTS))
            kinds = ("length", "unknown") if tokens else ("length",)
            found += [_numbers(spec, what, measures[what](texts)) for what in kinds]
        elif spec["role"] == "categorical":
            found.append(_categories(spec, _words(table, spec["column"], rows)))
        else:
            found.append(_numbers(spec, "value", table[spec["column"]].numbers[rows]))
    content = {
        "format": FORMAT,
        "n_rows": len(rows),
        "columns": list(columns),
        "tokens": tokens,
        "measures": [one.to_json() for one in found],
    }
    (folder / PROFILE).write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def measures_of(tokens: Mapping[str, Any] | None) -> dict[str, Measure]:
    """Return what is counted of a column, by name; `tokens` are those that a model for texts knows."""
    known = frozenset(tokens["known"]) if tokens else frozenset[str]()
    pattern = re.compile(tokens["expression"]) if tokens else re.compile("")
    lower = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}

    def unknown(text: str) -> float:
        found = pattern.findall(text[:_MOST_TEXTS].translate(lower))
        return sum(token not in known for token in found) / len(found) if found else np.nan

    def length(texts: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.array([len(text) or np.nan for text in texts.reshape(-1).tolist()], np.float64)

    def same(values: NDArray[np.generic]) -> NDArray[np.generic]:
        return values

    return {
        "value": same,
        "category": same,
        "length": length,
        "unknown": lambda texts: np.array([unknown(text) for text in texts.reshape(-1).tolist()], np.float64),
        "brightness": lambda pixels: pixels.reshape(len(pixels), -1).mean(axis=1),
        "contrast": lambda pixels: pixels.reshape(len(pixels), -1).std(axis=1),
    }


def _numbers(spec: Mapping[str, Any], measure: str, values: NDArray[np.float64]) -> Counts:
    known = values[~np.isnan(values)]
    edges = np.zeros(1)
    if len(known):
        distinct = np.unique(known)
        inner = (
            (distinct[1:] + distinct[:-1]) / 2  # a bin for each
            if len(distinct) <= _FEW_VALUES
            else np.quantile(known, _TENTHS)
        )
        edges = np.unique(np.concatenate([distinct[:1], inner, distinct[-1:]]))
    if len(edges) == 1:
        edges = np.repeat(edges, 2)
    counts = Counts(spec["column"], spec["name"], measure, edges, None, np.zeros(len(edges) + 1, np.int64))
    counts.add(values)
    return counts


def _categories(spec: Mapping[str, Any], values: NDArray[np.generic]) -> Counts:
    present = [word for word in values.tolist() if word != "" and word == word]
    words = [word for word, _ in Counter(present).most_common(_MOST_WORDS)]
    counts = Counts(spec["column"], spec["name"], "category", None, words, np.zeros(len(words) + 1, np.int64))
    counts.add(values)
    return counts


def _words(table: Table, name: str, rows: Rows) -> NDArray[np.generic]:
    """Return the cells of a column as the model takes them."""
    column = table[name]
    if column.kind != "text":
        return column.numbers[rows]
    words = np.array([*column.vocabulary, ""], object)
    return words[column.codes[rows]]


def _thinned(rows: Rows, most: int) -> Rows:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _known_tokens(model: Path) -> dict[str, Any] | None:
    """Return the tokenizer's expression and the words that a model for texts knows; of an ensemble, the first one's."""
    import onnx

    nodes = onnx.load(str(model), load_external_data=False).graph.node
    attributes = {
        name: onnx.helper.get_attribute_value(attribute)
        for node in reversed(nodes)
        if node.op_type in ("Tokenizer", "LabelEncoder")
        for attribute in node.attribute
        if (name := attribute.name) in ("tokenexp", "keys_strings")
    }
    if len(attributes) < 2:
        return None
    known = [word.decode() for word in attributes["keys_strings"]]
    return {"expression": attributes["tokenexp"].decode(), "known": known}
