"""Preprocessing of data of several kinds: each kind prepares its own inputs of the one network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx

from ...storage.records import Json
from ..data.columns import Rows
from ..data.schema import TableSchema
from ..data.table import Table
from ..domain.arrays import Cells
from ..domain.errors import DataError
from ..domain.params import Params
from ..domain.stored import from_builtins
from ..networks.inputs import InputShape
from .base import OnnxPart, Preprocessing
from .registry import bundle_part_of, preprocessing_kind, raw_of

SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class JoinedPreprocessing(Preprocessing):
    """The preprocessing of several kinds; see `Preprocessing`."""

    several: tuple[Preprocessing, ...]

    @property
    def parts(self) -> tuple[Preprocessing, ...]:
        """See `Preprocessing.parts`."""
        return self.several

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Preprocessing.columns`."""
        return tuple(name for part in self.several for name in part.columns)

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        first, *others = (part.shape(n_outputs).inputs[0] for part in self.several)
        return InputShape(n_outputs, (first, *(one.named(one.kind) for one in others)))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`; tensors of all but the first kind have it at the end of their names."""
        found: dict[str, Cells] = {}
        for i, part in enumerate(self.several):
            end = f"_{part.kind}" if i else ""
            found |= {f"{name}{end}": x for name, x in part.inputs(table, rows).items()}
        return found

    def to_json(self) -> dict[str, object]:
        """See `Preprocessing.to_json`."""
        return {"kind": SEVERAL, "parts": [part.to_json() for part in self.several]}


@dataclass(frozen=True, slots=True)
class SchemaPreprocessing:
    """How the inputs of a study are preprocessed."""

    schema: TableSchema

    @property
    def is_shared(self) -> bool:
        """Whether all replicas see the same rows, because nothing is fitted."""
        return all(preprocessing_kind(kind).is_shared for kind in self.schema.kinds)

    def digest(self, params: Params) -> str:
        """Return the sha256 (hex) of the settings in a trial's params that the preprocessing depends on.

        Parameters
        ----------
        params : mapping of str to value

        Returns
        -------
        str
        """
        found = [preprocessing_kind(one.kind).digest(params) for one in self.schema.inputs]
        return found[0] if len(found) == 1 else hashlib.sha256("/".join(found).encode()).hexdigest()

    def fit(self, table: Table, train_rows: Sequence[Rows], params: Params) -> tuple[Preprocessing, ...]:
        """Fit one `Preprocessing` for each replica, on its training rows (positions in the table) alone.

        Parameters
        ----------
        table : Table
        train_rows : sequence of ndarray of shape (n,), int64
            Positions in the table: the training rows of each replica.
        params : mapping of str to value

        Returns
        -------
        tuple of Preprocessing

        Raises
        ------
        DataError
            Where no column can be used, or a training part is empty.
        """
        if not self.schema.inputs:
            raise DataError(
                "No column can be used as an input: all are of other kinds, identifiers, constant or ignored; give one "
                "another role."
            )
        if any(len(rows) == 0 for rows in train_rows):
            raise DataError("A training part has no rows; use fewer folds or more data.")
        fits = [
            preprocessing_kind(one.kind).fit(table, one.columns, train_rows, params)
            for one in self.schema.inputs
        ]
        if len(fits) == 1:
            return fits[0]
        return tuple(JoinedPreprocessing(parts) for parts in zip(*fits, strict=True))


def preprocessing_from_json(data: Json) -> Preprocessing:
    """Rebuild what `Preprocessing.to_json` gave.

    Parameters
    ----------
    data : mapping
        As it was stored, by this version or an older one.

    Returns
    -------
    Preprocessing
    """
    if data["kind"] == SEVERAL:
        parts = from_builtins(list[dict[str, object]], data["parts"])
        return JoinedPreprocessing(tuple(preprocessing_from_json(part) for part in parts))
    return preprocessing_kind(str(data["kind"])).from_json(data)


def described(fitted: Preprocessing) -> dict[str, object]:
    """Return what ``preprocessing.json`` of a bundle says of a fit.

    Parameters
    ----------
    fitted : Preprocessing
        Preprocessing that was fitted on training rows.

    Returns
    -------
    dict of str to object
    """
    parts = [bundle_part_of(part.kind).preprocessing(part) for part in fitted.parts]
    return parts[0] if len(parts) == 1 else {"kind": SEVERAL, "parts": parts}


def raw_part(fitted: Preprocessing, schema: TableSchema, names: Mapping[str, str], prefix: str) -> OnnxPart:
    """Return the part of an ONNX graph that computes ``fitted.inputs`` from raw rows; see `Raw.part`.

    Parameters
    ----------
    fitted : Preprocessing
        Preprocessing that was fitted on training rows.
    schema : TableSchema
    names : mapping of str to str
        Names of inputs by column.
    prefix : str
        What all names of its part of the graph begin with.

    Returns
    -------
    OnnxPart
    """
    whole = OnnxPart()
    for i, part in enumerate(fitted.parts):
        within = f"{part.kind}/" if len(fitted.parts) > 1 else ""
        own = {column: names[column] for column in part.columns}
        made = raw_of(part.kind).part(part, schema, own, f"{prefix}{within}")
        made.values = {f"{name}_{part.kind}" if i else name: value for name, value in made.values.items()}
        whole.add(made)
    return whole


def raw_inputs(schema: TableSchema, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
    """Return the inputs of an ONNX graph that takes raw rows (`onnx.ValueInfoProto`), in the order of the table.

    Parameters
    ----------
    schema : TableSchema
    names : mapping of str to str
        Names of inputs by column.

    Returns
    -------
    list of ValueInfoProto
    """
    declared = {
        value.name: value
        for one in schema.inputs
        for value in raw_of(one.kind).declared([c for c in one.columns if c.name in names], names)
    }
    return [declared[names[c.name]] for c in schema.columns if c.name in names]
