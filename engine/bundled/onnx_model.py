"""Runs a model.onnx, and what lies beside it. Of what bundles carry along: needs onnxruntime."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from .beside import beside
from .columns import column_of
from .errors import InputError
from .onnx_file import check_onnx
from .outputs import times
from .schema import Schema

_OUTPUTS = ("tensor(float)", "tensor(double)")
_REASON = 200


class FormatModel(Protocol):
    """What predicts: a file of a bundle, in one of its formats.

    Attributes
    ----------
    name : str
        Of the format.
    versions : dict
        Of what runs it.
    """

    name: str
    versions: dict[str, str]

    def __call__(self, feeds: Mapping[str, np.ndarray], /) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        ...


class OnnxModel:
    """The bundle's ``model.onnx``: from raw columns to predictions. Other formats have such a class of their own.

    Parameters
    ----------
    folder : Path
    schema : Schema
        Of the bundle: what the file must take and give.
    file : str
    further : sequence of str
        Values of the graph that are given, too.

    Attributes
    ----------
    name : str
        Of the format.
    versions : dict
        Of what runs it.

    Raises
    ------
    InputError
        Where the file is not there, is damaged, holds what no export of Cupel does, or takes or gives something else
        than the schema says.
    """

    name = "onnx"

    def __init__(
        self, folder: Path, schema: Schema, file: str = "model.onnx", further: Sequence[str] = ()
    ) -> None:
        runtime = _runtime()
        self.versions = {"onnxruntime": str(runtime.__version__)}
        self._file = file
        try:
            model = (folder / file).read_bytes()
        except OSError as error:
            raise InputError(
                "The bundle's file {file} cannot be read: {reason}.",
                file=file,
                reason=error.strerror or str(error),
            ) from error
        check_onnx(model, len(schema.inputs), file)
        if further:
            model = intervals().with_outputs(model, further)
        options = runtime.SessionOptions()
        # Its errors are told in sentences of ours.
        options.log_severity_level = 4
        try:
            self._session: Any = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            # What ONNX Runtime raises has no base of its own.
            raise InputError(
                "{file} cannot be loaded ({reason}); copy or export the bundle again.",
                file=file, reason=_reason(error),
            ) from error  # fmt: skip
        _check_inputs(self._session.get_inputs(), schema, file)
        _check_outputs(self._session.get_outputs(), schema, file, len(further))

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        return self.outputs(feeds)[0]

    def outputs(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the same, followed by the `further` values of the graph that were named.

        Raises
        ------
        InputError
            Where the graph fails on the rows.
        """
        try:
            return [np.asarray(output) for output in self._session.run(None, dict(feeds))]
        except Exception as error:
            raise InputError(
                "{file} fails on the rows ({reason}); the model is damaged, copy or export the bundle again.",
                file=self._file, reason=_reason(error),
            ) from error  # fmt: skip


def _runtime() -> ModuleType:
    # On its import it would begin to tell its maker of us.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        return importlib.import_module("onnxruntime")
    except ModuleNotFoundError as error:
        raise InputError(
            "predict.py needs {name}: pip install -r requirements.txt", name=error.name
        ) from error


def _check_inputs(found: Sequence[Any], schema: Schema, file: str) -> None:
    """Refuse inputs of a graph that are not those of the schema."""
    inputs = {one.name: one for one in found}
    for column in (column_of(spec, schema, ".") for spec in schema.inputs):
        given = inputs.pop(column.name, None)
        if given is None:
            raise InputError(
                "{file} has no input {name!r}, which schema.json names; copy or export the bundle again.",
                file=file, name=column.name,
            )  # fmt: skip
        row, tensor = column.cell_shape, column.tensor
        fits = len(given.shape) == 1 + len(row) and all(
            isinstance(size, str | None) or size == one
            for size, one in zip(given.shape[1:], row, strict=True)
        )
        if not fits or isinstance(given.shape[0], int) or given.type != tensor:
            raise InputError(
                "{file}: the input {name!r} is {found}, not {wanted} as schema.json says; copy or export the bundle "
                "again.",
                file=file, name=column.name, found=f"{given.type} of {times(given.shape)}",
                wanted=f"{tensor} of {times(('N', *row))}",
            )  # fmt: skip
    for name in inputs:
        raise InputError(
            "{file} has an input {name!r} that schema.json does not name; copy or export the bundle again.",
            file=file, name=name[:60],
        )  # fmt: skip


def _check_outputs(found: Sequence[Any], schema: Schema, file: str, n_further: int) -> None:
    """Refuse outputs of a graph that are not what the schema says."""
    if len(found) != 1 + n_further:
        raise InputError(
            "{file} has {n:,} outputs, not one; copy or export the bundle again.",
            file=file, n=len(found) - n_further,
        )  # fmt: skip
    given = found[0]
    row = [len(schema.labels)] if schema.labels else []
    fits = len(given.shape) == 1 + len(row) and all(
        isinstance(size, str | None) or size == one for size, one in zip(given.shape[1:], row, strict=True)
    )
    if not fits or isinstance(given.shape[0], int) or given.type not in _OUTPUTS:
        raise InputError(
            "{file}: the output {name!r} is {found}, not numbers of {wanted} as schema.json says; copy or export the "
            "bundle again.",
            file=file, name=given.name[:60], found=f"{given.type} of {times(given.shape)}", wanted=times(["N", *row]),
        )  # fmt: skip


def _reason(error: Exception) -> str:
    """Return what ONNX Runtime says, in one line, without the place in its own source."""
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return text if len(text) <= _REASON else text[: _REASON - 1] + "…"


@cache
def intervals() -> ModuleType:
    """Return the module beside this one that makes intervals; a bundle without them has none."""
    return beside("intervals", Path(__file__))
