"""The first rows of data with their predictions, as the window shows them. Called by the service."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.input_column import InputColumn
from ..bundled.predictor import Piece, Predictor
from ..deployment.bundle import Bundle
from ..domain.predictions import PredictionPreview, PreviewRow
from .rows import open_source
from .scoring import TargetReader

ROWS, PICTURES = 200, 60
_COLUMNS = 6
# Characters of a cell.
_TEXT = 80
Feeds = Mapping[str, NDArray[np.generic]]


def preview(bundle: Path, data: Path, interval: float | None = None) -> PredictionPreview:
    """Predict the first rows again (of files some of all), and return them with what the window shows beside.

    Parameters
    ----------
    interval : float, optional
        As of `predict_file`.
    """
    checked = Bundle.open(bundle)
    predictor = checked.predictor()
    if interval is not None:
        predictor.use_interval(interval)
    source = open_source(predictor, data, None, checked.manifest.target or None)
    most = PICTURES if _pictured(predictor) else ROWS
    source.thin(most)
    target = TargetReader(predictor.labels)
    rows: list[PreviewRow] = []
    for piece in source.pieces():
        rows += _rows(predictor, piece, target, len(rows))[: most - len(rows)]
        if len(rows) >= most:
            break
    columns = tuple(column.column for column in _shown(predictor))
    return PredictionPreview(columns, tuple(rows), has_truth=any(row.truth is not None for row in rows))


def _pictured(predictor: Predictor) -> InputColumn | None:
    """Return the column whose cells are shown as pictures; None without one."""
    return next((column for column in predictor.columns if column.is_pictured), None)


def _shown(predictor: Predictor) -> list[InputColumn]:
    """Return the columns whose cells are shown as text."""
    return [column for column in predictor.columns if not column.is_pictured][:_COLUMNS]


def _rows(predictor: Predictor, piece: Piece, target: TargetReader, start: int) -> list[PreviewRow]:
    found = predictor.outcome(piece)
    place, pictured = 0, _pictured(predictor)
    rows: list[PreviewRow] = []
    for i, good in enumerate(piece.good.tolist()):
        name = piece.names[i] if piece.names is not None else str(start + i + 1)
        truth = None if piece.truth is None or piece.truth[i] is None else str(piece.truth[i]).strip()
        row = PreviewRow(row=name, cells=(), truth=truth, prediction="", share=None, wrong=False)
        if good:
            prediction, share, wrong = _predicted(predictor, found.outputs[place], target(truth))
            row = PreviewRow(
                row=name, cells=_cells(predictor, piece.feeds, place), truth=truth, prediction=prediction, share=share,
                wrong=wrong, within=_ends(found.within[place]) if found.within and prediction else None,
                picture=None if pictured is None else _picture(piece.feeds[pictured.name][place]),
            )  # fmt: skip
            place += 1
        rows.append(row)
    return rows


def _ends(within: Sequence[str | float]) -> str:
    numbers = all(isinstance(end, float) for end in within)
    return " … ".join(f"{end:.6g}" for end in within) if numbers else ", ".join(map(str, within))


def _predicted(
    predictor: Predictor, output: NDArray[np.floating], truth: float
) -> tuple[str, float | None, bool]:
    """Return what is predicted, with which probability, and whether that is known to be wrong.

    Nothing is predicted where the output is not a number.
    """
    if not np.isfinite(output).all():
        return "", None, False
    if not predictor.labels:
        return f"{float(output):.6g}", None, False
    best = int(predictor.decided(output[None])[0])
    return predictor.labels[best], float(output[best]), not np.isnan(truth) and truth != best


def _picture(pixels: NDArray[np.uint8 | np.uint16]) -> str:
    from PIL import Image

    # Of 16 bits what 8 show of them.
    shown = (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    data = io.BytesIO()
    Image.fromarray(shown[..., 0] if shown.shape[-1] == 1 else shown).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def _cells(predictor: Predictor, feeds: Feeds, place: int) -> tuple[str, ...]:
    return tuple(_shortened(column.shown(feeds[column.name][place])) for column in _shown(predictor))


def _shortened(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"
