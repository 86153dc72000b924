"""What can go wrong with the store, each as one sentence for the user."""

from __future__ import annotations

from typing import Self

from .messages import Message


class StoreError(Exception):
    """Something about the store that the user or the caller can act on; ``str(error)`` is one clear sentence.

    Attributes
    ----------
    sentence : Message
    """

    def __init__(self, template: str, **args: object) -> None:
        self.sentence = Message(template, args)
        super().__init__(str(self.sentence))

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the error that a sentence tells.

        Parameters
        ----------
        message : Message

        Returns
        -------
        instance of the class
        """
        return cls(message.template, **message.args)


class UnusableStoreError(StoreError):
    """The folder or file is no workspace of this Cupel: missing, foreign, damaged, older or newer."""


class DamagedRowError(UnusableStoreError):
    """A cell holds what its column does not take; the sentence names table, column and id."""


class DamagedStudyError(UnusableStoreError):
    """What is stored of one study cannot be read; the others can."""


class OlderStoreError(UnusableStoreError):
    """The store is of an older version, and was opened for reading: opening it for writing updates it."""


class ReadOnlyStoreError(StoreError):
    """Something was to be written, and the store was opened for reading or its folder cannot be written."""


class LockedStoreError(StoreError):
    """Another program kept the database locked for longer than the busy timeout."""


class StoreFullError(StoreError):
    """The disk, or the user's share of it, is full; nothing of the transaction was kept."""


class NotFoundError(StoreError):
    """There is no such study, trial, data set, job, variant or export."""


class ConflictError(StoreError):
    """What was asked contradicts what is stored: a trial ended twice, a name or number that is taken."""


class ArtifactError(StoreError):
    """An artifact is missing or its bytes are not those that were stored."""
