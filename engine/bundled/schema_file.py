"""Reads ``schema.json``: every field is checked, so that what is read of it can be relied on.

Of what bundles carry along. Keys that older bundles lack have the values that these bundles go by.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import cast

from .dates import DATE_PATTERNS
from .errors import InputError
from .fields import TASKS, Fields, read_json
from .schema import Dialect, FoldsSpec, FormatSpec, InputSpec, Schema, Storage
from .spelling import Spelling

FORMAT = 4
"""2: a threshold other than 0.5. 3: images beside other columns. 4: images of 16 bits a pixel."""
SCHEMA_FILE = "schema.json"
_STORAGES: tuple[Storage, ...] = ("number", "date", "text")
_PATTERNS = frozenset(pattern for _, pattern in DATE_PATTERNS)
_DTYPES = ("uint8", "uint16", "int32", "int64", "float32", "float64")
_PLAIN_FORM = re.compile(r",?(?:\.\d)?[dfg%]?")
_MOST_COLUMNS = 10_000_000
# Of one cell, in all: a picture of 4096 by 4096. What the numbers mean is for the kind of the column to say.
_MOST_SIDES, _MOST_NUMBERS = 4, 1 << 24


def read_schema(folder: Path) -> Schema:
    """Return what the ``schema.json`` of a bundle says.

    Raises
    ------
    InputError
        Where the bundle is of a newer version, or a field is not there or not what it must be.
    """
    fields = Fields(read_json(folder / SCHEMA_FILE), SCHEMA_FILE)
    if fields.whole("format", 1, 1_000_000) > FORMAT:
        raise InputError(
            "This bundle was made by a newer version of Cupel; use the predict.py that came with it."
        )
    task = fields.choice("task", TASKS)
    labels = _labels(fields, task)
    return Schema(
        task=task,
        labels=labels,
        inputs=_inputs(fields),
        read=_dialect(fields.inner("read")),
        missing=fields.texts("missing"),
        soft_missing=fields.texts("soft_missing"),
        user_missing=fields.texts("user_missing"),
        n_columns=fields.whole("n_columns", 1, _MOST_COLUMNS),
        target_position=fields.whole("target_position", 0, _MOST_COLUMNS)
        if fields.has("target_position")
        else None,
        target_center=fields.number("target_center"),
        target_scale=fields.number("target_scale"),
        threshold=_threshold(fields, labels),
        folds=_folds(fields.inner("intervals")) if fields.has("intervals") else None,
        formats=_formats(fields),
        n_made_up=fields.whole("n_made_up", 0, _MOST_COLUMNS),
    )


def _labels(fields: Fields, task: str) -> tuple[str, ...]:
    labels = fields.texts("labels")
    if task == "regression" and labels:
        raise fields.refused("labels", "empty, as the task is a regression")
    if task == "binary" and len(labels) != 2:
        raise fields.refused("labels", "two classes, as the task is binary")
    if task == "multiclass" and len(labels) < 2:
        raise fields.refused("labels", "the classes of a multiclass task")
    if len(set(labels)) < len(labels):
        raise fields.refused("labels", "names of classes of which none comes twice")
    return labels


def _inputs(fields: Fields) -> tuple[InputSpec, ...]:
    images = _shape(fields, "images") if fields.has("images") else None
    inputs = tuple(_input(one, images) for one in fields.inners("inputs"))
    if not inputs:
        raise fields.refused("inputs", "the columns that the model takes")
    for names in ([one.column for one in inputs], [one.name for one in inputs]):
        if len(set(names)) < len(names):
            raise fields.refused("inputs", "columns of which no name comes twice")
    return inputs


def _input(fields: Fields, images: tuple[int, ...] | None) -> InputSpec:
    """Return an input; where images are the only one, their shape stands beside the inputs."""
    spelling = _spelling(fields.inner("spelling")) if fields.has("spelling") else None
    # Who has a spelling reads dates by their format.
    pattern = fields.text("date_pattern", "") if spelling is None else ""
    # Another one could take without end on a cell.
    if pattern and pattern not in _PATTERNS:
        raise fields.refused("date_pattern", "a way in which Cupel reads dates")
    return InputSpec(
        column=fields.text("column"),
        name=fields.text("name"),
        storage=cast("Storage", fields.choice("kind", _STORAGES)),
        role=fields.text("role", ""),
        minimum=fields.number("minimum") if fields.has("minimum") else None,
        maximum=fields.number("maximum") if fields.has("maximum") else None,
        date_format=fields.text("date_format", "", most=100),
        date_pattern=pattern,
        day_first=fields.truth("day_first", False),
        categories=fields.words("categories") if fields.has("categories") else None,
        shape=_shape(fields, "shape") if fields.has("shape") else images,
        dtype=fields.choice("dtype", _DTYPES) if fields.has("dtype") else "uint8",
        position=fields.whole("position", 0, _MOST_COLUMNS, 0),
        spelling=spelling,
    )


def _shape(fields: Fields, name: str) -> tuple[int, ...]:
    shape = fields.wholes(name, 1, _MOST_NUMBERS)
    if not 1 <= len(shape) <= _MOST_SIDES or math.prod(shape) > _MOST_NUMBERS:
        raise fields.refused(name, "the shape of one cell")
    return shape


def _spelling(fields: Fields) -> Spelling:
    return Spelling(fields.texts("units"), fields.texts("truth"))


def _dialect(fields: Fields) -> Dialect:
    return Dialect(
        delimiter=_sign(fields, "delimiter"),
        encoding=_encoding(fields),
        decimal=_choice(fields, "decimal", (".", ",")),
        header=fields.truth("header") if fields.has("header") else None,
        quoting=fields.truth("quoting") if fields.has("quoting") else None,
        quote=_choice(fields, "quote", ('"', "'", "none")),
        escape=_choice(fields, "escape", ("\\", "none")),
        thousands=_sign(fields, "thousands"),
        skip_rows=fields.whole("skip_rows", 0, _MOST_COLUMNS) if fields.has("skip_rows") else None,
        format=fields.text("format", most=100) if fields.has("format") else None,
    )


def _sign(fields: Fields, name: str) -> str | None:
    sign = fields.text(name) if fields.has(name) else None
    if sign is not None and (len(sign) != 1 or sign in "\r\n"):
        raise fields.refused(name, "one character")
    return sign


def _choice(fields: Fields, name: str, choices: Sequence[str]) -> str | None:
    return fields.choice(name, choices) if fields.has(name) else None


def _encoding(fields: Fields) -> str | None:
    if not fields.has("encoding"):
        return None
    encoding = fields.text("encoding", most=100)
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise fields.refused("encoding", "a way in which text is encoded") from None
    return encoding


def _threshold(fields: Fields, labels: Sequence[str]) -> Mapping[str, object] | None:
    if not fields.has("threshold"):
        return None
    inner = fields.inner("threshold")
    value = inner.number("value")
    if len(labels) != 2 or not 0.0 < value < 1.0:
        raise inner.refused("value", "a probability between 0 and 1, of two classes")
    return inner.plain()


def _folds(fields: Fields) -> FoldsSpec:
    if fields.has("reason"):
        inner = fields.inner("reason")
        template, values = inner.text("template"), inner.inner("args").plain()
        if not _is_filled(template, values):
            raise inner.refused("template", "a sentence that its values fill")
        return FoldsSpec((template, values))
    file = fields.text("file", "")
    if file not in ("", "model.onnx", "folds.onnx"):
        raise fields.refused("file", "model.onnx or folds.onnx")
    outputs = fields.texts("outputs", ())
    if file and not outputs:
        raise fields.refused("outputs", "the outputs of the networks of the folds")
    return FoldsSpec(None, file, outputs)


def _is_filled(template: str, values: Mapping[str, object]) -> bool:
    """Return whether a template takes nothing but these values, as they are or as numbers are usually written."""
    try:
        parts = list(Formatter().parse(template))
        return all(
            name is None or (name in values and _PLAIN_FORM.fullmatch(form or ""))
            for _, name, form, _ in parts
        ) and bool(template.format(**values))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False


def _formats(fields: Fields) -> dict[str, FormatSpec]:
    if fields.has("formats") and (found := fields.inner("formats").named()):
        return {name: _format(one) for name, one in found.items()}
    # Bundles of one format say what it must predict beside all else.
    plain = FormatSpec()
    return {"onnx": FormatSpec(tolerance=fields.number("tolerance", plain.tolerance))}


def _format(fields: Fields) -> FormatSpec:
    plain = FormatSpec()
    return FormatSpec(
        predictions=fields.text("predictions", plain.predictions, most=255),
        number_format=fields.text("number_format", plain.number_format, most=100),
        tolerance=fields.number("tolerance", plain.tolerance),
        one_by_one=fields.truth("one_by_one", plain.one_by_one),
    )
