"""Proves a bundle: its sample rows are predicted again, and compared. Of what bundles carry along."""

from __future__ import annotations

import csv
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .errors import InputError, damaged_in_bundle
from .onnx_model import FormatModel, intervals
from .predictor import Predictor
from .schema import FormatSpec
from .table_file import TableFile

RAW_ROWS = 20
"""The first rows of the training file, which are the first sample rows too: their bytes are predicted as well."""


def check(
    folder: Path, most_rows: int = 20, model: FormatModel | None = None, raw: Path | None = None
) -> dict[str, object]:
    """Predict the sample rows from their raw cells and compare with the stored predictions.

    Parameters
    ----------
    model : OnnxModel or the like, optional
        See `Predictor`; what it must give is what ``schema.json`` says of its format.
    raw : Path, optional
        The file that the model was trained on: its first rows, read as the training read them, must give what the first
        sample rows give.

    Returns
    -------
    dict
        The certificate: ``passed``, ``n_rows``, ``n_made_up``, ``max_abs_difference``, ``tolerance``, ``rows`` (the
        first that differ), ``environment``, ``seconds``; ``intervals``, how far the networks of the folds differ, where
        ONNX is checked and the bundle has them; ``raw``, how far the rows of the training file differ, where it is
        given.

    Raises
    ------
    InputError
        Where a file of the bundle is not what it must be.
    """
    started = time.monotonic()
    predictor = Predictor(folder, model)
    schema = predictor.schema
    wanted = schema.formats.get(predictor.model.name, FormatSpec())
    said, stored = _stored(folder / Path(wanted.predictions).name, predictor)
    feeds = _sample_feeds(predictor)
    found = _sample_outputs(predictor, feeds, wanted.one_by_one).astype(np.float64)
    result: dict[str, object] = {
        "n_rows": len(stored), "n_made_up": schema.n_made_up, "tolerance": wanted.tolerance,
        "tolerance_kind": "absolute" if predictor.labels else "relative", "number_format": wanted.number_format,
    }  # fmt: skip
    if len(found) != len(stored) + 1 or found.shape[1] != stored.shape[1]:
        result |= {
            "passed": False,
            "max_abs_difference": None,
            "rows": [{"expected": stored.shape, "found": found.shape}],
        }
    else:
        result |= _compared(predictor, stored, said, found, wanted.tolerance, most_rows)
    if predictor.model.name == "onnx" and schema.folds is not None and schema.folds.file:
        told = _compared_folds(predictor, feeds, wanted.tolerance, most_rows)
        result["intervals"] = {key: told[key] for key in ("n_rows", "max_abs_difference")}
        if not told["passed"] and result["passed"]:
            result |= {"passed": False, "rows": told["rows"]}
    if raw is not None and result["passed"]:
        told = _compared_raw(predictor, stored[: len(stored) - schema.n_made_up], wanted.tolerance, raw)
        result["raw"] = {key: told[key] for key in ("n_rows", "max_abs_difference", "passed")}
        if not told["passed"]:
            result |= {"passed": False, "rows": told["rows"]}
    result["environment"] = {
        "python": platform.python_version(), "numpy": np.__version__, **predictor.model.versions,
        "system": platform.platform(),
    }  # fmt: skip
    return result | {"seconds": round(time.monotonic() - started, 3)}


def _stored(file: Path, predictor: Predictor) -> tuple[list[str], np.ndarray]:
    """Return the classes and the outputs (n, k) that are stored of the sample rows; no classes of a regression."""
    start = 1 if predictor.labels else 0
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
        stored = np.array([[float(cell) for cell in row[start:]] for row in rows])
    except (OSError, ValueError, csv.Error) as error:
        raise damaged_in_bundle(file.name, str(error)) from error
    if stored.shape != (len(rows), max(len(predictor.labels), 1)) or not len(rows):
        raise InputError(
            "The bundle's file {file} does not hold the predictions of the sample rows; copy or export the bundle "
            "again.",
            file=file.name,
        )  # fmt: skip
    return [row[0] for row in rows] if start else [], stored


def _compared(
    predictor: Predictor,
    stored: np.ndarray,
    said: Sequence[str],
    found: np.ndarray,
    tolerance: float,
    most_rows: int,
) -> dict[str, object]:
    """Compare outputs (n + 1, k) with those that are stored (n, k), and the classes that are said with those stored."""
    # The first row again by itself.
    stored = np.concatenate([stored, stored[:1]])
    difference = np.abs(found - stored)
    wrong = ~(difference <= tolerance * _scale(predictor, stored)).all(axis=1)
    told: dict[str, object] = {}
    labels: list[list[list[str]]] = [[[], []]] * len(stored)
    if predictor.labels:
        told["agreement"] = float((predictor.decided(found) == predictor.decided(stored)).mean())
        now = [predictor.labels[i] for i in predictor.decided(found)]
        pairs = list(zip([*said, *said[:1]], now, strict=True))
        odd = np.array([one != other for one, other in pairs]) & (_margin(predictor, stored) > 2 * tolerance)
        labels = [
            [[one], [other]] if is_odd else [[], []] for (one, other), is_odd in zip(pairs, odd, strict=True)
        ]
        wrong |= odd
    rows = [
        {
            "row": int(i) + 1,
            "expected": [*labels[i][0], *stored[i].tolist()],
            "found": [*labels[i][1], *(repr(v) for v in found[i].tolist())],
        }
        for i in np.flatnonzero(wrong)[:most_rows]
    ]
    return {
        "passed": not bool(wrong.any()), "max_abs_difference": _largest(difference), "rows": rows, **told,
    }  # fmt: skip


def _compared_folds(
    predictor: Predictor, feeds: Mapping[str, np.ndarray], tolerance: float, most_rows: int
) -> dict[str, object]:
    """Compare what the networks of the folds say of the first sample rows with what is stored of them."""
    with np.load(predictor.folder / intervals().FILE, allow_pickle=False) as file:
        stored = file["samples"]
    n_networks, n_rows = stored.shape[:2]
    found = predictor.run_folds({name: x[:n_rows] for name, x in feeds.items()})[1].astype(np.float64)
    difference = np.abs(found - stored)
    wrong = ~(difference <= tolerance * _scale(predictor, stored)).reshape(n_networks, n_rows, -1).all(
        axis=(0, 2)
    )
    rows = [_different(int(i), stored[:, i], found[:, i]) for i in np.flatnonzero(wrong)[:most_rows]]
    return {
        "passed": not bool(wrong.any()), "n_rows": n_rows, "max_abs_difference": _largest(difference), "rows": rows,
    }  # fmt: skip


def _compared_raw(
    predictor: Predictor, stored: np.ndarray, tolerance: float, file: Path
) -> dict[str, object]:
    """Compare what the bytes of the first rows of a file give with what is stored of the first sample rows."""
    wanted = stored[:RAW_ROWS]
    # Not what a first look at the file would find: what the training read it by.
    table = TableFile(file, predictor.schema, predictor.schema.read)
    lines, cells = next(table.chunks(len(wanted)), ([], []))
    n_rows = min(len(lines), len(wanted))
    told: dict[str, object] = {"n_rows": n_rows, "max_abs_difference": None, "passed": False, "rows": []}
    if not n_rows:
        return told | {"rows": [{"expected": wanted.shape, "found": (0, wanted.shape[1])}]}
    piece = predictor.piece(
        [column[:n_rows] for column in cells[: len(predictor.columns)]], lines[:n_rows], file.parent
    )
    found = predictor.run_arrays(piece.feeds).reshape(int(piece.good.sum()), -1).astype(np.float64)
    wanted = wanted[:n_rows][piece.good]
    difference = np.abs(found - wanted)
    wrong = ~(difference <= tolerance * _scale(predictor, wanted)).all(axis=1)
    places = np.flatnonzero(piece.good)
    rows = [_different(int(places[i]), wanted[i], found[i]) for i in np.flatnonzero(wrong)]
    told |= {"max_abs_difference": _largest(difference), "rows": rows}
    return told | {"passed": not rows and len(found) > 0}


def _different(place: int, expected: np.ndarray, found: np.ndarray) -> dict[str, object]:
    """Return a row that differs, for the certificate."""
    told = [repr(value) for value in found.ravel().tolist()]
    return {"row": place + 1, "expected": expected.ravel().tolist(), "found": told}


def _largest(difference: np.ndarray) -> float | None:
    """Return the largest difference; None where there is none, or it is no number."""
    return float(difference.max()) if difference.size and np.isfinite(difference).all() else None


def _scale(predictor: Predictor, stored: np.ndarray) -> np.ndarray:
    """Return what differences are measured in: of a regression such that a large mean hides none."""
    if predictor.labels:
        return np.ones_like(stored)
    return np.maximum(np.abs(stored - predictor.schema.target_center), predictor.schema.target_scale)


def _margin(predictor: Predictor, stored: np.ndarray) -> np.ndarray:
    """Return how far probabilities are from another class being said."""
    if predictor.threshold is not None:
        return 2 * np.abs(stored[:, 1] - predictor.threshold)
    best = np.sort(stored, axis=1)
    return best[:, -1] - best[:, -2]


def _sample_feeds(predictor: Predictor) -> dict[str, np.ndarray]:
    """Return the sample rows as the model takes them."""
    cells = list(zip(*predictor.sample_cells(1 << 20), strict=True))
    return predictor.sample_feeds(cells)


def _sample_outputs(predictor: Predictor, feeds: Mapping[str, np.ndarray], one_by_one: bool) -> np.ndarray:
    """Return the outputs (n + 1, k) of all sample rows, and of the first one by itself."""
    n_rows = len(next(iter(feeds.values())))
    parts = [slice(i, i + 1) for i in range(n_rows)] if one_by_one else [slice(None)]
    found = [
        predictor.run_arrays({name: x[part] for name, x in feeds.items()}) for part in [*parts, slice(1)]
    ]
    return np.concatenate([x.reshape(len(x), -1) for x in found])
