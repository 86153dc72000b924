"""What ``schema.json`` says: the rows that a model takes and how they are read. Of what bundles carry along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .records import Quotes
from .spelling import Spelling

Storage = Literal["number", "date", "text"]
"""How the cells of a column are kept."""


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
    storage: Storage
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

    def with_missing(self, cells: Sequence[str]) -> Schema:
        """Return a schema for a file in which further cells are missing."""
        more = tuple(cell.strip() for cell in cells)
        return replace(self, missing=self.missing + more, user_missing=self.user_missing + more)

    def with_thousands(self, sign: str | None) -> Schema:
        """Return a schema for a file in which another sign sets groups of three digits apart; None: as in training."""
        return self if sign is None else replace(self, read=replace(self.read, thousands=sign))
