"""What comes of predicting a file with a bundle, as types: counts, drift, and the first rows for the window. Light."""

from __future__ import annotations

import msgspec

from . import formatting
from .errors import Message

_NAMED = 5
"""Columns that a sentence names."""


class ColumnDrift(msgspec.Struct, frozen=True):
    """How one column differs.

    Attributes
    ----------
    column : str
    measure : {"value", "category", "length", "unknown", "brightness", "contrast"}
        What of it was counted; ``length`` is in characters, ``unknown`` the share of unknown words.
    word : {"none", "some", "strong"}
        ``some`` and ``strong`` are significant, and their index is at least 0.1 and 0.25.
    index : float
        Population stability index.
    p_value : float
        Corrected for the number of columns.
    missing, missing_trained : float
        Share of rows.
    outside : float
        Share of rows below or above all training rows, or of a category that they did not have.
    """

    column: str
    measure: str
    word: str
    index: float
    p_value: float
    missing: float
    missing_trained: float
    outside: float


class DriftReport(msgspec.Struct, frozen=True):
    """Drift of all columns, the largest index first.

    Attributes
    ----------
    word : {"none", "some", "strong"}
        The strongest of the columns.
    n_rows, n_trained : int
        Rows looked at.
    columns : tuple of ColumnDrift
    """

    word: str
    n_rows: int
    n_trained: int
    columns: tuple[ColumnDrift, ...]

    def message(self) -> Message:
        """Return it as a sentence."""
        found = [c for c in self.columns if c.word != "none"]
        if not found:
            return Message(
                "The rows are like those of the training data: no drift in {n:,} measured columns.",
                {"n": len(self.columns)},
            )
        named = ", ".join(f"{c.column} {c.index:.2f}" for c in found[:_NAMED])
        named += ", …" if len(found) > _NAMED else ""
        values = {"n": len(found), "all": len(self.columns), "columns": named}
        if self.word == "strong":
            return Message(
                "Strong drift: the rows are unlike those of the training data in {n:,} of {all:,} measured columns "
                "(stability index): {columns}. Scores of the training data do not hold for them.",
                values,
            )
        return Message(
            "Some drift: the rows differ from those of the training data in {n:,} of {all:,} measured columns "
            "(stability index): {columns}.",
            values,
        )


class PreviewRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A row with its prediction, as the window shows it.

    Attributes
    ----------
    row : str
        Its number from 1, or the name of a file.
    cells : tuple of str
        Of `PredictionPreview.columns`; none where the row could not be read.
    truth : str or None
        What the data say.
    prediction : str
        Empty where the row could not be read.
    share : float or None
        The probability of a class.
    wrong : bool
    within : str or None
        The ends of its interval, or the labels of its set.
    picture : str or None
        PNG as base64, of images.
    """

    row: str
    cells: tuple[str, ...]
    truth: str | None
    prediction: str
    share: float | None
    wrong: bool
    within: str | None = None
    picture: str | None = None


class PredictionPreview(msgspec.Struct, frozen=True):
    """The first rows of data with their predictions.

    Attributes
    ----------
    columns : tuple of str
        Of the cells that are shown.
    rows : tuple of PreviewRow
    has_truth : bool
        Whether any row has its target.
    """

    columns: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    has_truth: bool


class ScoredRows(msgspec.Struct, frozen=True):
    """What predictions are worth on the rows of which the data tell the target: all of them, not those in view.

    Attributes
    ----------
    metric : str
        That the study was judged by.
    value : float or None
        None where it is undefined, for instance with one class only.
    n_rows : int
        Rows whose target is known.
    n_wrong : int or None
        Of classes: rows that are predicted as another one; None of numbers.
    n_odd : int
        Cells of the target that are neither missing nor of a class, or no number.
    first_odd : str
        The first of them.
    is_training_file : bool
        Whether the model was trained on these rows, so that the score flatters it.
    """

    metric: str
    value: float | None
    n_rows: int
    n_wrong: int | None
    n_odd: int
    first_odd: str
    is_training_file: bool

    def message(self) -> Message:
        """Return the score as a sentence."""
        values = {
            "metric": self.metric,
            "value": formatting.number(self.value),
            "n": self.n_rows,
            "wrong": self.n_wrong or 0,
        }
        if self.n_wrong is None:
            return Message("{metric} {value} on {n:,} rows whose target is known", values)
        return Message(
            "{metric} {value} on {n:,} rows whose target is known, of which {wrong:,} are predicted wrongly",
            values,
        )

    def messages(self) -> list[Message]:
        """Return what is to be said beside the score."""
        said: list[Message] = []
        if self.is_training_file:
            said.append(
                Message(
                    "The model was trained on these rows, or most of them: their score flatters it. What to expect of "
                    "new rows is on the bundle's card."
                )
            )
        if self.n_odd:
            said.append(
                Message(
                    "Cells of the target that the model does not know, and that are not scored: {n:,} (the first: "
                    "{value!r}).",
                    {"n": self.n_odd, "value": self.first_odd},
                )
            )
        return said


class PredictSummary(msgspec.Struct, frozen=True):
    """What came of predicting a file.

    Attributes
    ----------
    n_rows : int
    unseen : dict of str to int
        Categorical column → cells with a category that the training data did not have, where there are any.
    messages : tuple of Message
    drift : DriftReport or None
        None where the bundle has no profile of its training rows, or the rows are few.
    scored : ScoredRows or None
        None where the data do not tell the target.
    seconds : float
        To the millisecond.
    """

    n_rows: int
    unseen: dict[str, int]
    messages: tuple[Message, ...]
    drift: DriftReport | None
    scored: ScoredRows | None
    seconds: float


class PredictedRows(PredictSummary, frozen=True, kw_only=True):
    """The answer to a `requests.PredictRows`: also where the predictions are, and the first of them."""

    out: str
    preview: PredictionPreview
