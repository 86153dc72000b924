"""What ``schema.json`` says: the rows that a model takes and how they are read. Of what bundles carry along.

Keys that older bundles lack have the values that these bundles go by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from .errors import InputError
from .records import Quotes
from .spelling import Spelling

FORMAT = 4
"""2: a threshold other than 0.5. 3: images beside other columns. 4: images of 16 bits a pixel."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is read; None means: as the training data, or as the file itself shows."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None
    quoting: bool | None = None
    quote: str | None = None
    escape: str | None = None
    thousands: str | None = None
    skip_rows: int | None = None
    format: str | None = None

    def quotes(self, trained: Dialect) -> Quotes:
        """Return how cells are quoted: as is said here, else as the training data's were."""
        plain = self.quoting is None and self.quote is None
        one = trained if plain else self
        if one.quoting is False or one.quote == "none":
            return Quotes("")
        escape = self.escape or trained.escape or "none"
        return Quotes(one.quote or '"', "" if escape == "none" else escape)


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of the model, which is a column of the data.

    Attributes
    ----------
    column, name : str
        Of the data, and of the input.
    storage : {"number", "date", "text"}
        How cells are kept; of images what they are called. In JSON it is ``kind``.
    role : str
    minimum, maximum : float or None
        Of the training data, of numbers.
    date_format, date_pattern : str
        Of dates: in the signs of `strftime`, and as a regular expression.
    day_first : bool
    categories : tuple or None
        Of the training data; None of a column without.
    shape : tuple of int or None
        Of each cell's pixels: height, width, channels; None where cells are no images.
    dtype : {"uint8", "uint16"}
        Of the pixels.
    position : int
        In files without a header.
    spelling : Spelling or None
        How cells may be spelled; None of bundles by versions 0.1 and 0.2, which take fewer spellings.
    """

    column: str
    name: str
    storage: Literal["number", "date", "text"]
    role: str = ""
    minimum: float | None = None
    maximum: float | None = None
    date_format: str = ""
    date_pattern: str = ""
    day_first: bool = False
    categories: tuple[str | float, ...] | None = None
    shape: tuple[int, ...] | None = None
    dtype: str = "uint8"
    position: int = 0
    spelling: Spelling | None = None


@dataclass(frozen=True, slots=True)
class FoldsSpec:
    """Where the networks of the folds are, of which intervals are made.

    Attributes
    ----------
    reason : tuple of str and mapping, or None
        Why there are none: a template and its values.
    file : str
        Empty where there are none.
    outputs : tuple of str
    """

    reason: tuple[str, Mapping[str, object]] | None = None
    file: str = ""
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """What a format's programs must predict of the sample rows, and how nearly."""

    predictions: str = "sample_predictions.csv"
    number_format: str = "float32"
    tolerance: float = 1e-4
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """All of ``schema.json``.

    Attributes
    ----------
    task : str
    labels : tuple of str
        Of the classes; none of a regression.
    inputs : tuple of InputSpec
    read : Dialect
        How the training data were read.
    missing, soft_missing, user_missing : tuple of str
        Cells that are missing; those that are so among numbers and dates; those that the user named.
    n_columns : int
        Of the training data, for files without a header.
    target_position : int or None
    target_center, target_scale : float
        Mean and spread of a regression's target.
    threshold : mapping or None
        Of two classes; its ``value`` is the probability above which the second is said.
    folds : FoldsSpec or None
        None of bundles from before there were intervals.
    formats : mapping of str to FormatSpec
    n_made_up : int
        Sample rows that are made up; they come last.
    """

    task: str = ""
    labels: tuple[str, ...] = ()
    inputs: tuple[InputSpec, ...] = ()
    read: Dialect = field(default_factory=Dialect)
    missing: tuple[str, ...] = ()
    soft_missing: tuple[str, ...] = ()
    user_missing: tuple[str, ...] = ()
    n_columns: int = 0
    target_position: int | None = None
    target_center: float = 0.0
    target_scale: float = 1.0
    threshold: Mapping[str, object] | None = None
    folds: FoldsSpec | None = None
    formats: Mapping[str, FormatSpec] = field(default_factory=dict[str, FormatSpec])
    n_made_up: int = 0

    @classmethod
    def load(cls, folder: Path) -> Schema:
        """Read that of a bundle.

        Raises
        ------
        InputError
            Where the bundle is of a newer version.
        """
        data = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
        if data["format"] > FORMAT:
            raise InputError(
                "This bundle was made by a newer version of Cupel; use the predict.py that came with it."
            )
        told = data.get("intervals")
        # Bundles of one format say what it must predict beside all else.
        plain = {key: data[key] for key in ("tolerance",) if data.get(key) is not None}
        formats = data.get("formats") or {"onnx": plain}
        return cls(
            task=data["task"],
            labels=tuple(data["labels"]),
            inputs=tuple(_input(one, data.get("images")) for one in data["inputs"]),
            read=Dialect(**{key: data["read"].get(key) for key in Dialect.__slots__}),
            **{key: tuple(data[key]) for key in ("missing", "soft_missing", "user_missing")},
            **{key: data[key] for key in ("n_columns", "target_position", "target_center", "target_scale")},
            threshold=data.get("threshold"),
            folds=None if told is None else _folds(told),
            formats={name: _format(one) for name, one in formats.items()},
            n_made_up=data["n_made_up"],
        )

    def with_missing(self, cells: Sequence[str]) -> Schema:
        """Return a schema for a file in which further cells are missing."""
        more = tuple(cell.strip() for cell in cells)
        return replace(self, missing=self.missing + more, user_missing=self.user_missing + more)

    def with_thousands(self, sign: str | None) -> Schema:
        """Return a schema for a file in which another sign sets groups of three digits apart; None: as in training."""
        return self if sign is None else replace(self, read=replace(self.read, thousands=sign))


def _input(data: Mapping[str, Any], images: Sequence[int] | None) -> InputSpec:
    """Return an input; where images are the only one, their shape stands beside the inputs."""
    shape = data.get("shape", images)
    categories = data.get("categories")
    others = ("column", "name", "role", "minimum", "maximum", "date_format", "date_pattern", "day_first")
    return InputSpec(
        **{key: data[key] for key in others if key in data},
        storage=data["kind"],
        categories=None if categories is None else tuple(categories),
        shape=None if shape is None else tuple(shape),
        dtype=data.get("dtype", "uint8"),
        position=data.get("position", 0),
        spelling=_spelling(data.get("spelling")),
    )


def _spelling(data: Mapping[str, Any] | None) -> Spelling | None:
    return None if data is None else Spelling(tuple(data["units"]), tuple(data["truth"]))


def _folds(data: Mapping[str, Any]) -> FoldsSpec:
    reason = data["reason"]
    return FoldsSpec(
        None if reason is None else (reason["template"], reason["args"]),
        data.get("file") or "",
        tuple(data.get("outputs") or ()),
    )


def _format(data: Mapping[str, Any]) -> FormatSpec:
    return FormatSpec(**{key: data[key] for key in FormatSpec.__slots__ if key in data})
