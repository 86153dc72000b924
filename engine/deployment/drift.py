"""Drift: whether the rows that are predicted are like those that the model was trained on.

`write_profile` writes counts of the training rows into a bundle (``training_profile.json``); `Watch` counts the same of
the rows that pass by, in constant memory, and compares. Called by `export` and `predicting`.

Each column is cut into bins: a number at the tenths of its training rows and at both ends, a category at itself, a text
at its length and its share of words that the model does not know, an image at its brightness and contrast; what is
missing is a bin of its own. Compared are the counts, by the population stability index (as credit scoring uses it) and
by Pearson's chi-squared test for two samples, whose p-values are corrected for the number of columns (Holm, 1979).
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
from ..errors import Message

PROFILE = "training_profile.json"
FORMAT = 1
SOME, STRONG = 0.1, 0.25  # of the index: the usual limits of its users
LEVEL = 0.01  # of all columns together
LEAST_ROWS = 50  # fewer tell nothing
_TENTHS = np.arange(1, 10) / 10
_FEW_VALUES = 12  # distinct numbers that have a bin each
_MOST_WORDS = 200  # categories that have a bin of their own
_MOST_TEXTS = 20_000  # training texts that are looked at
_MOST_IMAGES = 5_000
_LEAST_EXPECTED = 5.0  # rows of a bin, below which the test's distribution is another
_NAMED = 5  # columns that a sentence names

Measure = Callable[[NDArray[Any]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How one column differs.

    Attributes
    ----------
    column : str
    measure : {"value", "category", "length", "unknown", "brightness", "contrast"}
        What of it was counted; ``length`` is in characters, ``unknown`` the share of unknown words.
    word : {"none", "some", "strong"}
        ``some`` and ``strong`` are significant, and their index is at least 0.1 and 0.25.
    index : float
        Population stability index.
    p_value : float
        Corrected for the number of columns.
    missing, missing_trained : float
        Share of rows.
    outside : float
        Share of rows below or above all training rows, or of a category that they did not have.
    """

    column: str
    measure: str
    word: str
    index: float
    p_value: float
    missing: float
    missing_trained: float
    outside: float


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Drift of all columns, the largest index first.

    Attributes
    ----------
    word : {"none", "some", "strong"}
        The strongest of the columns.
    n_rows, n_trained : int
        Rows looked at.
    columns : tuple of ColumnDrift
    """

    word: str
    n_rows: int
    n_trained: int
    columns: tuple[ColumnDrift, ...]

    def message(self) -> Message:
        """Return it as a sentence."""
        found = [c for c in self.columns if c.word != "none"]
        if not found:
            return Message(
                "The rows are like those of the training data: no drift in {n:,} measured columns.",
                {"n": len(self.columns)},
            )
        named = ", ".join(f"{c.column} {c.index:.2f}" for c in found[:_NAMED])
        named += ", …" if len(found) > _NAMED else ""
        values = {"n": len(found), "all": len(self.columns), "columns": named}
        if self.word == "strong":
            return Message(
                "Strong drift: the rows are unlike those of the training data in {n:,} of {all:,} measured columns "
                "(stability index): {columns}. Scores of the training data do not hold for them.",
                values,
            )
        return Message(
            "Some drift: the rows differ from those of the training data in {n:,} of {all:,} measured columns "
            "(stability index): {columns}.",
            values,
        )


@dataclass(slots=True)
class _Counts:
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

    def add(self, values: NDArray[Any]) -> None:
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

    def empty(self) -> _Counts:
        """Return the same bins without rows."""
        return _Counts(
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
    def from_json(cls, data: Mapping[str, Any]) -> _Counts:
        edges = None if data["edges"] is None else np.array(data["edges"], np.float64)
        counts = np.array(data["counts"], np.int64)
        return cls(
            data["column"], data["name"], data["measure"], edges, data["words"], counts, data["n_missing"]
        )


class Watch:
    """Counts the rows that pass by as the training rows were counted, and compares."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._trained = [_Counts.from_json(one) for one in profile["measures"]]
        self._found = [one.empty() for one in self._trained]
        self._tokens = profile.get("tokens")
        self._measures = _measures(self._tokens)
        self.columns: tuple[str, ...] = tuple(profile["columns"])
        self.n_trained: int = profile["n_rows"]
        self.n_rows = 0

    @classmethod
    def of(cls, folder: Path) -> Watch | None:
        """Return one for a bundle; None where it has no profile of its training rows."""
        try:
            profile = json.loads((folder / PROFILE).read_text(encoding="utf-8"))
        except OSError:  # of a bundle that was written before there were any
            return None
        return cls(profile) if profile["format"] <= FORMAT else None

    def add(self, feeds: Mapping[str, NDArray[Any]]) -> None:
        """Count rows, as the model takes them."""
        self.n_rows += len(next(iter(feeds.values())))
        for counts in self._found:
            counts.add(self._measures[counts.measure](feeds[counts.name]))

    def report(self) -> DriftReport | None:
        """Compare; None where fewer than `LEAST_ROWS` have passed."""
        if self.n_rows < LEAST_ROWS:
            return None
        pairs = list(zip(self._trained, self._found, strict=True))
        p_values = holm([two_sample(old.all, new.all) for old, new in pairs])
        found = [_compared(old, new, p) for (old, new), p in zip(pairs, p_values, strict=True)]
        found.sort(key=lambda one: -one.index)
        word = next((w for w in ("strong", "some") if any(c.word == w for c in found)), "none")
        return DriftReport(word, self.n_rows, self.n_trained, tuple(found))


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
    measures = _measures(tokens)
    found: list[_Counts] = []
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


def stability_index(trained: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Return the population stability index of two rows of counts; half a row is added to each bin."""
    old = (trained + 0.5) / (trained.sum() + 0.5 * len(trained))
    new = (found + 0.5) / (found.sum() + 0.5 * len(found))
    return float(np.sum((new - old) * np.log(new / old)))


def two_sample(trained: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Return the p-value of Pearson's chi-squared test that two rows of counts come from one distribution.

    Bins of few expected rows are joined.
    """
    from scipy.special import gammaincc  # only where there is something to compare

    both = np.stack([trained, found]).astype(np.float64)
    share = both.sum(axis=1).min() / both.sum()
    few = both.sum(axis=0) * share < _LEAST_EXPECTED
    both = np.concatenate([both[:, ~few], both[:, few].sum(axis=1, keepdims=True)], axis=1)
    both = both[:, both.sum(axis=0) > 0]
    if both.shape[1] < 2:
        return 1.0
    expected = both.sum(axis=1, keepdims=True) * both.sum(axis=0) / both.sum()
    statistic = float(np.sum((both - expected) ** 2 / expected))
    return float(gammaincc((both.shape[1] - 1) / 2, statistic / 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number: the step-down procedure of Holm (1979)."""
    order = np.argsort(p_values, kind="stable")
    corrected = [1.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order.tolist()):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def _compared(old: _Counts, new: _Counts, p_value: float) -> ColumnDrift:
    index = stability_index(old.all, new.all)
    significant = p_value < LEVEL
    word = (
        "strong" if significant and index >= STRONG else "some" if significant and index >= SOME else "none"
    )
    n_old, n_new = max(int(old.all.sum()), 1), max(int(new.all.sum()), 1)
    return ColumnDrift(
        column=new.column,
        measure=new.measure,
        word=word,
        index=index,
        p_value=p_value,
        missing=new.n_missing / n_new,
        missing_trained=old.n_missing / n_old,
        outside=max(0.0, new.beyond / n_new - old.beyond / n_old),
    )


def _numbers(spec: Mapping[str, Any], measure: str, values: NDArray[np.float64]) -> _Counts:
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
    counts = _Counts(spec["column"], spec["name"], measure, edges, None, np.zeros(len(edges) + 1, np.int64))
    counts.add(values)
    return counts


def _categories(spec: Mapping[str, Any], values: NDArray[Any]) -> _Counts:
    present = [word for word in values.tolist() if word != "" and word == word]
    words = [word for word, _ in Counter(present).most_common(_MOST_WORDS)]
    counts = _Counts(
        spec["column"], spec["name"], "category", None, words, np.zeros(len(words) + 1, np.int64)
    )
    counts.add(values)
    return counts


def _words(table: Table, name: str, rows: Rows) -> NDArray[Any]:
    """Return the cells of a column as the model takes them."""
    column = table[name]
    if column.kind != "text":
        return column.numbers[rows]
    words = np.array([*column.vocabulary, ""], object)
    return words[column.codes[rows]]


def _thinned(rows: Rows, most: int) -> Rows:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _measures(tokens: Mapping[str, Any] | None) -> dict[str, Measure]:
    known = frozenset(tokens["known"]) if tokens else frozenset[str]()
    pattern = re.compile(tokens["expression"]) if tokens else re.compile("")
    lower = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}

    def unknown(text: str) -> float:
        found = pattern.findall(text[:_MOST_TEXTS].translate(lower))
        return sum(token not in known for token in found) / len(found) if found else np.nan

    def length(texts: NDArray[Any]) -> NDArray[np.float64]:
        return np.array([len(text) or np.nan for text in texts.reshape(-1).tolist()], np.float64)

    def same(values: NDArray[Any]) -> NDArray[Any]:
        return values

    return {
        "value": same,
        "category": same,
        "length": length,
        "unknown": lambda texts: np.array([unknown(text) for text in texts.reshape(-1).tolist()], np.float64),
        "brightness": lambda pixels: pixels.reshape(len(pixels), -1).mean(axis=1),
        "contrast": lambda pixels: pixels.reshape(len(pixels), -1).std(axis=1),
    }


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
