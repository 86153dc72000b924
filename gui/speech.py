"""Words in the language in use: `tr` for the window's own, `sentence` for those of the engine and the store.

``tr("Text")`` needs a literal: `resources/translations/update.py` collects them into the Qt Linguist files. Nothing
here needs Qt: `language` says who translates, and until it does all is said in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from ..engine.domain import formatting
from ..engine.domain.errors import Message

Text = Callable[[], str]
"""Words that are asked for again when the language changes."""

Translate = Callable[[str, str], str]
"""Takes a context and a text of it; gives the text in the language in use."""

WINDOW_CONTEXT = "window"
ENGINE_CONTEXT = "engine"


class _Translator:
    """Holds what translates."""

    def __init__(self) -> None:
        self.translate: Translate = _as_written


def _as_written(_context: str, text: str) -> str:
    return text


_translator = _Translator()


def translate_with(translate: Translate) -> None:
    """Have all words translated by `translate` from now on."""
    _translator.translate = translate


def tr(text: str, /, **args: object) -> str:
    """Return the window's `text` in the language in use, with `args` filled in."""
    translated = _translator.translate(WINDOW_CONTEXT, text)
    return translated.format(**args) if args else translated


def counted(count: int, one: str, many: str) -> str:
    """Return the translated `one` for 1 and `many` (with ``{n}``) otherwise; both are `tr` results."""
    return one if count == 1 else many.format(n=f"{count:,}")


class _Figure(float):
    """A number that is written with a true minus sign, as everywhere in the window."""

    def __format__(self, how: str) -> str:
        return super().__format__(how).replace("-", formatting.MINUS)


def _shown(value: object) -> object:
    """Return a value of a sentence as the window writes it; a sentence in a sentence is translated too."""
    if isinstance(value, float):
        return _Figure(value)
    if not isinstance(value, Mapping):
        return value
    inner = cast("Mapping[str, Any]", value)
    return sentence(inner) if "template" in inner else inner


def sentence(message: Message | Mapping[str, Any]) -> str:
    """Return a sentence of the engine, or its JSON ``{"template", "args", "text"}``, in the language in use.

    Where its template has no translation the English ``text`` is shown.
    """
    if isinstance(message, Message):
        return _said(message.template, message.args, message.text)
    return _said(str(message.get("template", "")), message.get("args") or {}, str(message.get("text", "")))


def _said(template: str, given: Mapping[str, object], text: str) -> str:
    if not template:
        return text
    args = {name: _shown(value) for name, value in given.items()}
    translated = _translator.translate(ENGINE_CONTEXT, template)
    try:
        return translated.format(**args)
    except (KeyError, IndexError, ValueError):
        return text or template
