"""Sentences for the user: a template in English and its values, so that the window can show it in any language.

A template is always a literal (never an f-string): `resources/translations` is made from the literals found in calls of
`Message` and of errors. Needs the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast


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
