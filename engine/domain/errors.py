"""What can go wrong in the engine, each as one `Message` for the user, which stands here for all of the engine."""

from __future__ import annotations

from typing import ClassVar, Self

from ...storage.messages import Message
from ...storage.records import Failure, FailureKind


class CupelError(Exception):
    """Something the user can act on; ``str(error)`` is one clear sentence.

    Attributes
    ----------
    kind : FailureKind
        What kind of failure it is kept as, where `origin` does not say.
    sentence : Message
    origin : Failure or None
        What went wrong in the other process that the sentence is about.
    """

    kind: ClassVar[FailureKind] = FailureKind.BAD_INPUT
    origin: Failure | None = None

    def __init__(self, template: str, **args: object) -> None:
        self.sentence = Message(template, args)
        super().__init__(str(self.sentence))

    @classmethod
    def of(cls, message: Message, origin: Failure | None = None) -> Self:
        """Return the error that a sentence tells.

        Parameters
        ----------
        message : Message
        origin : Failure or None
            What went wrong in the other process.

        Returns
        -------
        instance of the class
        """
        error = cls(message.template, **message.args)
        error.origin = origin
        return error


class DataError(CupelError):
    """The data cannot be used as asked: names the file, column or row, the value seen, and the remedy."""


class SpecError(CupelError):
    """A setting is out of range or unknown."""


class ExportError(CupelError):
    """A bundle could not be written or does not reproduce the stored predictions."""

    kind = FailureKind.ERROR


class RuledOut(CupelError):  # noqa: N818 - named after FailureKind.RULED_OUT
    """A network is larger than the user allows."""

    kind = FailureKind.RULED_OUT


class CompressionError(CupelError):
    """A network cannot be compressed as asked."""


class WorkspaceError(CupelError):
    """The workspace cannot be used: not one, damaged, newer than this Cupel, or something in it is missing."""
