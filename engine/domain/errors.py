"""Sentences for the user: a template in English and its values, so that the window can show it in any language.

A template is always a literal (never an f-string): `resources/translations` is made from
the literals found in calls of these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, cast

from ...storage.records import Failure


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: ``str(Message("Column {column} is empty.", {"column": "age"}))``.

    A value may be the JSON of another sentence, which the window translates as well.

    Attributes
    ----------
    template : str
    args : mapping
    text : str
        In English; the template itself while it lacks values. It is stored with the others, for readers that know no
        templates.
    """

    template: str
    args: Mapping[str, object] = field(default_factory=dict[str, object])
    text: str = field(init=False, compare=False, repr=False, default="")

    def __post_init__(self) -> None:
        values = {name: _in_english(value) for name, value in self.args.items()}
        try:
            text = self.template.format(**values)
        except (KeyError, IndexError, ValueError):
            text = self.template
        object.__setattr__(self, "text", text)

    def __str__(self) -> str:
        return self.text

    def filled(self, **args: object) -> Message:
        """Return the sentence with further values.

        Parameters
        ----------
        **args : object

        Returns
        -------
        Message
        """
        return Message(self.template, {**self.args, **args})

    def to_json(self) -> dict[str, object]:
        """Return ``{"template", "args", "text"}``; the text is the English sentence."""
        return {"template": self.template, "args": dict(self.args), "text": self.text}


def _in_english(value: object) -> object:
    if not isinstance(value, dict):
        return value
    known = cast("dict[str, object]", value)
    return known["text"] if "template" in known else known


class CupelError(Exception):
    """Something the user can act on; ``str(error)`` is one clear sentence.

    Attributes
    ----------
    sentence : Message
    origin : Failure or None
        What went wrong in the other process that the sentence is about.
    """

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


class RuledOut(CupelError):  # noqa: N818 - named after FailureKind.RULED_OUT
    """A network is larger than the user allows."""


class CompressionError(CupelError):
    """A network cannot be compressed as asked."""


class WorkspaceError(CupelError):
    """The workspace cannot be used: not one, damaged, newer than this Cupel, or something in it is missing."""
