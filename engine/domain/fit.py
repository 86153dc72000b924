"""Whether a trial's networks over- or underfit, and how that is said; `statistics.fit` measures. Light."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from . import formatting
from .errors import Message


class FitWord(StrEnum):
    """What the loss on the rows of training and of validation says of a trial."""

    OVERFITS = "overfits"
    # It was still getting better when it ended: it underfits.
    CUT_SHORT = "cut short"
    LEARNS_NOTHING = "learns nothing"
    FITS = "fits"
    # What is seen of either may be chance.
    UNDECIDED = "undecided"


FAULTS = (FitWord.OVERFITS, FitWord.CUT_SHORT, FitWord.LEARNS_NOTHING)
"""What the user may want to do something about."""


class Fit(msgspec.Struct, frozen=True):
    """How a trial's networks fit, with the figures behind the word: means over the folds.

    Attributes
    ----------
    word : FitWord
    epoch : int
        At which the loss on validation rows is lowest, from 1 on.
    last : int
        The last epoch that all folds have.
    valid, train : float
        Losses at `epoch`; of training as they were measured while that epoch went on, with dropout where there is any.
    valid_last, train_last : float
        Losses at the last epoch.
    late : int
        The epoch from which on it is looked at whether it still gets better.
    valid_late : float
        Loss on validation rows at that epoch.
    """

    word: FitWord
    epoch: int
    last: int
    valid: float
    train: float
    valid_last: float
    train_last: float
    late: int
    valid_late: float


def fit_sentence(fit: Fit) -> Message:
    """Return what is said of a trial's fit.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    Message
    """
    values = {
        "epoch": fit.epoch,
        "last": fit.last,
        "late": fit.late,
        **{
            name: formatting.number(getattr(fit, name))
            for name in ("valid", "train", "valid_last", "train_last", "valid_late")
        },
    }
    match fit.word:
        case FitWord.OVERFITS:
            return Message(
                "Overfits after epoch {epoch}: by epoch {last} its loss on validation rows has risen from {valid} to "
                "{valid_last}, while that on training rows fell from {train} to {train_last}.",
                values,
            )
        case FitWord.CUT_SHORT:
            return Message(
                "Underfits: it was still getting better when it ended. From epoch {late} to the last, {last}, its loss "
                "on validation rows fell from {valid_late} to {valid_last}; train it longer.",
                values,
            )
        case FitWord.LEARNS_NOTHING:
            return Message(
                "Learns nothing after its first epoch: its loss on training rows, {train_last}, and on validation "
                "rows, {valid_last}, is no lower after {last} epochs. Where that is no good score, it underfits; try "
                "another learning rate.",
                values,
            )
        case FitWord.FITS:
            return Message(
                "Neither over- nor underfits: its loss on validation rows is lowest, {valid}, at epoch {epoch}, and "
                "{valid_last} at the end, epoch {last}. On training rows it is {train} and {train_last}.",
                values,
            )
        case FitWord.UNDECIDED if fit.valid_late - fit.valid_last > fit.valid_last - fit.valid:
            return Message(
                "Not shown to underfit: from epoch {late} to the last, {last}, its loss on validation rows fell from "
                "{valid_late} to {valid_last}, which so few folds may give by chance; a longer training would tell.",
                values,
            )
        case FitWord.UNDECIDED:
            return Message(
                "Not shown to overfit: its loss on validation rows is lowest, {valid}, at epoch {epoch}, and "
                "{valid_last} at the end, epoch {last}, which so few folds may give by chance. On training rows it is "
                "{train} and {train_last}.",
                values,
            )
