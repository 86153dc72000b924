"""The networks of the folds in a conversion: their ONNX file, and what they say of the rows that intervals are made of.

Where the model of a bundle is their mean, they are inside ``model.onnx`` already; else they have a file beside it,
``folds.onnx``. Imports TensorFlow: only `convert` may import this module.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from ..data.table import Table
from ..domain.bundles import FoldNetworkFiles
from ..domain.errors import Message
from ..onnx_form.graph import fold_outputs, folded_networks, whole_onnx
from ..training.model import TrainedModel
from .conversion import FoldsRequest
from .formats.writing import FormatRequest

OWN, BESIDE = "model.onnx", "folds.onnx"
# Of the sample rows' predictions that a bundle carries to be checked by.
_MOST_NUMBERS = 200_000


def with_fold_networks(work: FormatRequest, table: Table, request: FoldsRequest) -> FoldNetworkFiles:
    """Write the networks of the folds where they are not those of the model, and what all say to its file.

    Parameters
    ----------
    work : FormatRequest
    table : Table
        All rows of the data.
    request : FoldsRequest

    Returns
    -------
    FoldNetworkFiles
        With a reason where the networks do not fit to the folds or to the model.
    """
    own = request.model is None
    networks = work.model if request.model is None else _read(Path(request.model))
    if networks.n_networks != request.n_networks:
        return FoldNetworkFiles(
            reason=Message("The bundle has no prediction intervals: its networks are not those of the folds.")
        )
    used = {name for fitted in networks.preprocessings for name in fitted.columns}
    if not used <= set(work.names):
        return FoldNetworkFiles(
            reason=Message(
                "The bundle has no prediction intervals: the networks of the folds need columns that its model does "
                "not."
            )
        )
    if not own:
        whole = whole_onnx(networks, folded_networks(networks), work.schema, work.names)
        onnx.save(whole, str(work.folder / BESIDE))
    members = [networks.only(r) for r in range(networks.n_networks)]
    holdout = np.array(request.holdout, np.int64)
    rows = np.arange(work.samples.n_rows)[
        : max(1, _MOST_NUMBERS // (len(members) * max(len(networks.labels), 1)))
    ]
    checked = [
        m.predict(table, np.array(some, np.int64)) for m, some in zip(members, request.checked, strict=True)
    ]
    arrays: dict[str, NDArray[np.float64]] = {
        "checked": np.concatenate(checked),
        "samples": np.stack([m.predict(work.samples, rows) for m in members]),
    }
    if len(holdout):
        arrays["holdout"] = np.stack([m.predict(table, holdout) for m in members])
        arrays["said"] = arrays["holdout"].mean(axis=0) if own else work.model.predict(table, holdout)
    np.savez(request.out, allow_pickle=False, **arrays)  # pyright: ignore[reportArgumentType]
    return FoldNetworkFiles(OWN if own else BESIDE, tuple(fold_outputs(networks)))


def _read(path: Path) -> TrainedModel:
    model = TrainedModel.from_bytes(path.read_bytes())
    return dataclasses.replace(model, params={**model.params, "compute_dtype": "float32"})
