"""The first rows of data with their predictions, as the window shows them. Called by the service."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundled.standalone import Predictor
from ..deployment.bundle import Bundle
from .rows import Piece, open_source

ROWS, PICTURES = 200, 60
_COLUMNS = 6
_TEXT = 80  # characters of a cell


def preview(bundle: Path, data: Path, interval: float | None = None) -> dict[str, Any]:
    """Predict the first rows again (of files some of all), and return them with what the window shows beside.

    Parameters
    ----------
    interval : float, optional
        As of `predict_file`.

    Returns
    -------
    dict
        ``columns`` (names of the cells shown), ``rows`` (each ``row``, ``cells``, ``truth``, ``prediction``,
        ``share``, ``wrong``, ``within`` where there is an interval: its ends, or the labels of the set, and of images
        ``picture``, PNG as base64), ``has_truth``.
    """
    checked = Bundle.open(bundle)
    predictor = Predictor(checked.path)
    if interval is not None:
        predictor.use_interval(interval)
    source = open_source(predictor, data, None, checked.manifest.target or None)
    most = PICTURES if predictor.image_size else ROWS
    source.thin(most)
    rows: list[dict[str, Any]] = []
    for piece in source.pieces():
        rows += _rows(predictor, piece, len(rows))
        if len(rows) >= most:
            break
    inputs = [] if predictor.image_size else predictor.schema["inputs"][:_COLUMNS]
    return {
        "columns": [spec["column"] for spec in inputs],
        "rows": rows[:most],
        "has_truth": any(row["truth"] is not None for row in rows[:most]),
    }


def _rows(predictor: Predictor, piece: Piece, start: int) -> list[dict[str, Any]]:
    outputs, within = _outputs(predictor, piece) if piece.good.any() else (np.empty(0), [])
    place = 0
    rows: list[dict[str, Any]] = []
    for i, good in enumerate(piece.good.tolist()):
        row: dict[str, Any] = {
            "row": piece.names[i] if piece.names is not None else str(start + i + 1),
            "truth": None if piece.truth is None or piece.truth[i] is None else str(piece.truth[i]).strip(),
            "cells": [], "prediction": "", "share": None, "wrong": False,
        }  # fmt: skip
        if good:
            row |= _predicted(predictor, outputs[place], row["truth"])
            row |= {"within": _ends(within[place])} if within else {}
            row |= _shown(predictor, piece.feeds, place)
            place += 1
        rows.append(row)
        if len(rows) >= (PICTURES if predictor.image_size else ROWS):
            break
    return rows


def _outputs(predictor: Predictor, piece: Piece) -> tuple[NDArray[np.generic], list[list[Any]]]:
    """Return what is predicted, and the interval or set of each row, where they were asked for."""
    if predictor.level is None:
        return predictor.run_arrays(piece.feeds), []
    outputs, folds = predictor.run_folds(piece.feeds)
    return outputs, predictor.interval_of(outputs, folds, predictor.level)


def _ends(within: list[Any]) -> str:
    numbers = all(isinstance(end, float) for end in within)
    return " … ".join(f"{end:.6g}" for end in within) if numbers else ", ".join(within)


def _predicted(predictor: Predictor, output: NDArray[np.generic], truth: str | None) -> dict[str, Any]:
    if not predictor.labels:
        return {"prediction": f"{float(output):.6g}"}
    best = int(predictor.decided(output[None])[0])
    label = predictor.labels[best]
    return {
        "prediction": label,
        "share": float(output[best]),
        "wrong": truth is not None and truth in predictor.labels and truth != label,
    }


def _shown(predictor: Predictor, feeds: Mapping[str, NDArray[np.generic]], place: int) -> dict[str, Any]:
    if predictor.image_size:
        from PIL import Image

        (pixels,) = (values[place] for values in feeds.values())
        data = io.BytesIO()
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(data, "PNG")
        return {"picture": base64.b64encode(data.getvalue()).decode()}
    specs = predictor.schema["inputs"][:_COLUMNS]
    return {"cells": [_cell(spec["kind"], feeds[spec["name"]][place, 0]) for spec in specs]}


def _cell(kind: str, value: Any) -> str:
    if kind == "text":
        text = " ".join(str(value).split())
        return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
    if value != value:
        return ""
    return str(np.datetime64(int(value), "s")).replace("T00:00:00", "") if kind == "date" else f"{value:.6g}"
