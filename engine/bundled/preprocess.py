"""From raw columns to the inputs of networks, and from what networks give to predictions; needs NumPy only.

The one place where numbers, dates, categories and texts become what a network takes: training computes with it, and
Cupel copies this file as preprocess.py into every bundle that has a network without its preprocessing (LiteRT, Keras,
…), so that both compute the same. It imports nothing of Cupel. What was fitted is data beside it:
``preprocessing.json``, see `Preprocessor`.

    from preprocess import Preprocessor
    preprocessor = Preprocessor(folder)
    inputs = preprocessor.inputs({"age": numbers, "job": words})     # arrays of shape (n, 1), a dict for each network
    predictions = preprocessor.predictions([run(x) for x in inputs])

All arithmetic is in float64 and uses only what has an exact ONNX form; the result is cast to float32 at the end.
Feature columns come in this order: numbers (or their bins), dates, indicators of what was missing, one-hot blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SCALED_LIMIT = 1e6  # scaled numbers beyond it are cut off: float32 networks cannot use them
SMOOTH_CLIP = 3.0
DAY_S = 86400.0
WEEK_S = 7 * DAY_S
YEAR_S = 365.2425 * DAY_S
MONDAY_S = 3 * DAY_S  # 1970-01-01 was a Thursday
_UNKNOWN, _FIRST_WORD = 1, 2  # codes of tokens; 0 is padding
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True, eq=False)
class NumericFit:
    """Numeric columns, fitted. All arrays have the d columns first.

    Attributes
    ----------
    names : tuple of str
    fill : ndarray of shape (d,)
        What a missing number becomes.
    center, factor : ndarray of shape (d,)
        ``(x - center) * factor``.
    knots, levels : ndarray of shape (d, k), k at most 64
        Of quantile scaling: the value at each knot; k is 0 for other scalings.
    edges : ndarray of shape (d, n_bins + 1)
        Bin edges on the scaled numbers; width 0 without piecewise-linear encoding.
    n_bins : ndarray of shape (d,), int64
        Bins of each column that are alive; those after are dead and always 0.
    """

    names: tuple[str, ...]
    fill: Floats
    center: Floats
    factor: Floats
    knots: Floats
    levels: Floats
    edges: Floats
    n_bins: NDArray[np.int64]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> NumericFit:
        """Rebuild what `to_json` gave."""
        n = len(data["names"])
        arrays = {name: np.array(data[name], np.float64) for name in _ARRAYS}
        for name in ("knots", "levels", "edges"):
            arrays[name] = arrays[name].reshape(n, -1) if n else np.empty((0, 0))
        return cls(tuple(data["names"]), **arrays, n_bins=np.array(data["n_bins"], np.int64))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict; floats survive exactly."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {"names": list(self.names), "n_bins": self.n_bins.tolist(), **arrays}


@dataclass(frozen=True, slots=True, eq=False)
class DateFit:
    """Date columns, fitted: scaled time, then sine and cosine of the year, the week and (if `clock`) the day.

    Attributes
    ----------
    names : tuple of str
    center, factor : ndarray of shape (d,)
    clock : tuple of bool
        Whether the column has times of day.
    """

    names: tuple[str, ...]
    center: Floats
    factor: Floats
    clock: tuple[bool, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DateFit:
        """Rebuild what `to_json` gave."""
        center, factor = (np.array(data[name], np.float64) for name in ("center", "factor"))
        return cls(tuple(data["names"]), center, factor, tuple(data["clock"]))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict; floats survive exactly."""
        return {
            "names": list(self.names),
            "center": self.center.tolist(),
            "factor": self.factor.tolist(),
            "clock": list(self.clock),
        }

    def width(self, i: int) -> int:
        """Number of feature columns of the i-th date."""
        return 7 if self.clock[i] else 5


_ARRAYS = ("fill", "center", "factor", "knots", "levels", "edges")


def encode_numbers(cells: Floats, fit: NumericFit, smooth_clip: bool) -> Floats:
    """Return scaled and encoded numbers.

    Parameters
    ----------
    cells : ndarray of shape (n, d), float64
        NaN where missing.
    fit : NumericFit
    smooth_clip : bool
        Whether scaled numbers are bent so that none is beyond 3.

    Returns
    -------
    ndarray of shape (n, d) or (n, d * n_bins), float64
    """
    scaled = scale_numbers(np.where(np.isnan(cells), fit.fill, cells), fit, smooth_clip)
    n_edges = fit.edges.shape[1]
    if n_edges == 0:
        return scaled
    low, width = fit.edges[:, :-1], np.diff(fit.edges, axis=1)
    slope = np.divide(1.0, width, out=np.zeros_like(width), where=width > 0)
    lower, upper = bin_limits(fit)
    part = np.empty((len(cells), *low.shape))
    for j in range(low.shape[0]):  # column by column: half the memory
        part[:, j] = np.clip((scaled[:, j, None] - low[j]) * slope[j], lower[j], upper[j])
    return part.reshape(len(cells), -1)


def bin_limits(fit: NumericFit) -> tuple[Floats, Floats]:
    """Return the limits of each bin's part, shape (d, n_bins): 0 and 1, but open at both ends of a column.

    The open ends stop at 1e6 in units of the bin, and dead bins are always 0.
    """
    bins = np.arange(fit.edges.shape[1] - 1)
    alive = bins < fit.n_bins[:, None]
    lower = np.where(alive & (bins == 0), -SCALED_LIMIT, 0.0)
    upper = np.where(bins == fit.n_bins[:, None] - 1, SCALED_LIMIT, np.where(alive, 1.0, 0.0))
    return lower, upper


def scale_numbers(cells: Floats, fit: NumericFit, smooth_clip: bool) -> Floats:
    """Return scaled numbers of shape (n, d), float64; `cells` have no NaN."""
    if fit.knots.shape[1]:
        scaled = np.empty_like(cells)
        for j in range(cells.shape[1]):
            scaled[:, j] = np.interp(cells[:, j], fit.knots[j], fit.levels[j])
    else:
        with np.errstate(over="ignore"):  # cut off in the next line
            scaled = (cells - fit.center) * fit.factor
        scaled = np.clip(scaled, -SCALED_LIMIT, SCALED_LIMIT)
    return scaled / np.sqrt(1.0 + (scaled / SMOOTH_CLIP) ** 2) if smooth_clip else scaled


def unfold_date(seconds: Floats, fit: DateFit, i: int) -> Floats:
    """Return the features of the i-th date column, shape (n, 5 or 7), float64; 0 where missing."""
    missing = np.isnan(seconds)
    moment = np.where(missing, fit.center[i], seconds)
    scaled = np.clip((moment - fit.center[i]) * fit.factor[i], -SCALED_LIMIT, SCALED_LIMIT)
    features = [scaled]
    periods = [(YEAR_S, 0.0), (WEEK_S, MONDAY_S)] + ([(DAY_S, 0.0)] if fit.clock[i] else [])
    for period, shift in periods:
        turns = (moment + shift) / period
        angle = 2 * np.pi * (turns - np.floor(turns))
        features += [np.sin(angle), np.cos(angle)]
    stacked = np.stack(features, axis=1)
    stacked[missing] = 0.0
    return stacked


class Preprocessor:
    """What lies around the networks of a bundle, from ``preprocessing.json``.

    Attributes
    ----------
    data : dict
        ``task``, ``columns`` (column → name of the raw input) and ``networks``: of each its ``target_mean``,
        ``target_scale`` and ``preprocessing``, whose ``kind`` is ``table``, ``text``, ``image``,
        or ``several`` with ``parts``. ``about`` in the file says what the rest means.
    """

    def __init__(self, folder: Path) -> None:
        self.data: dict[str, Any] = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))

    def inputs(self, raw: Mapping[str, NDArray[Any]]) -> list[dict[str, NDArray[Any]]]:
        """Return what each network takes.

        Parameters
        ----------
        raw : mapping of str to ndarray
            By the names of the raw inputs. Of tables and texts arrays of shape (n, 1): float64 (NaN where missing;
            dates as seconds since 1970 UTC) or text (empty where missing). Of images uint8 (n, height, width,
            channels).
        """
        cells = {column: raw[name] for column, name in self.data["columns"].items()}
        return [_inputs_of(network["preprocessing"], cells) for network in self.data["networks"]]

    def named_inputs(self, raw: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return the inputs of all networks for a model that holds them all: ``numeric``, or ``numeric_0``, …"""
        each = self.inputs(raw)
        ends = [f"_{r}" for r in range(len(each))] if len(each) > 1 else [""]
        return {
            f"{name}{end}": x for end, inputs in zip(ends, each, strict=True) for name, x in inputs.items()
        }

    def predictions(self, outputs: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """Return probabilities (n, n_classes), or values (n,) of a regression: the mean over the networks."""
        total: Any = 0.0
        for network, output in zip(self.data["networks"], outputs, strict=True):
            x = np.asarray(output, np.float64)
            if self.data["task"] == "regression":
                total = total + (x[:, 0] * network["target_scale"] + network["target_mean"])
            elif self.data["task"] == "binary":
                with np.errstate(over="ignore"):  # of a logit far below zero: the quotient is 0 then
                    second = 1.0 / (1.0 + np.exp(-x[:, 0]))
                total = total + np.stack([1.0 - second, second], axis=1)
            else:
                powers = np.exp(x - x.max(axis=1, keepdims=True))
                total = total + powers / powers.sum(axis=1, keepdims=True)
        return np.asarray(total / len(outputs))


def _inputs_of(fitted: Mapping[str, Any], raw: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return what a network takes; of all kinds but the first the names end in the kind."""
    kinds = {"table": _table_inputs, "text": _text_inputs, "image": _image_inputs}
    if fitted["kind"] != "several":
        return kinds[fitted["kind"]](fitted, raw)
    found: dict[str, NDArray[Any]] = {}
    for i, part in enumerate(fitted["parts"]):
        end = f"_{part['kind']}" if i else ""
        found |= {f"{name}{end}": x for name, x in kinds[part["kind"]](part, raw).items()}
    return found


def _table_inputs(fitted: Mapping[str, Any], raw: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    numeric, dates = NumericFit.from_json(fitted["numeric"]), DateFit.from_json(fitted["dates"])
    n = len(next(iter(raw.values())))
    parts: list[NDArray[Any]] = []
    missing: dict[str, NDArray[np.bool_]] = {}
    if numeric.names:
        cells = np.concatenate([raw[name] for name in numeric.names], axis=1)
        missing |= dict(zip(numeric.names, np.isnan(cells).T, strict=True))
        parts.append(encode_numbers(cells, numeric, fitted["spec"]["smooth_clip"]))
    for i, name in enumerate(dates.names):
        missing[name] = np.isnan(raw[name][:, 0])
        parts.append(unfold_date(raw[name][:, 0], dates, i))
    parts += [missing[name][:, None] for name in fitted["indicators"]]
    codes: list[NDArray[np.int32]] = []
    offset = 0  # the columns share one table of embeddings
    for fit in fitted["categories"]:
        code = _codes(fit, raw[fit["name"]])
        if fit["embedded"]:
            codes.append(code + offset)
            offset += fit["width"]
        else:
            parts.append(code == np.arange(fit["width"]))
    joined = np.concatenate(parts, axis=1) if parts else np.empty((n, 0))
    stacked = np.concatenate(codes, axis=1) if codes else np.empty((n, 0))
    return {"numeric": joined.astype(np.float32), "codes": stacked.astype(np.int32)}


def _codes(fit: Mapping[str, Any], cells: NDArray[Any]) -> NDArray[np.int32]:
    """Return the codes of a categorical column, shape (n, 1); -1 for a one-hot column that is all 0."""
    known = {key: fit["offset"] + i for i, key in enumerate(fit["keys"])}
    codes = [
        fit["missing_code"] if cell == "" or cell != cell else known.get(cell, fit["other_code"])
        for cell in cells[:, 0].tolist()
    ]
    return np.array(codes, np.int32).reshape(-1, 1)


def _text_inputs(fitted: Mapping[str, Any], raw: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tokens of all text columns together; only the letters A to Z are lower-cased."""
    pattern, most = re.compile(fitted["pattern"]), fitted["n_tokens"]
    known = {word: _FIRST_WORD + i for i, word in enumerate(fitted["vocabulary"])}
    cells = np.concatenate([raw[name] for name in fitted["names"]], axis=1)
    tokens = np.zeros((len(cells), most), np.int32)
    for i, row in enumerate(cells.tolist()):
        words = pattern.findall(" ".join(row).translate(_LOWER))[:most]
        tokens[i, : len(words)] = [known.get(word, _UNKNOWN) for word in words]
    return {"tokens": tokens}


def _image_inputs(fitted: Mapping[str, Any], raw: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {"pixels": raw[fitted["column"]]}
