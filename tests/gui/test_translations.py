"""Every sentence that the window can show has a Chinese translation, and the compiled file is that of the
source.
"""

from __future__ import annotations

import re

from cupel.engine.domain.errors import Message
from cupel.engine.domain.families import FAMILIES
from cupel.gui.language import language
from cupel.gui.speech import sentence
from PySide6.QtCore import QTranslator


def test_every_text_is_translated_and_none_is_left_over(update) -> None:
    assert update.problems() == []


def test_translations_name_the_same_values(update) -> None:
    fields = re.compile(r"\{[^}]*\}")
    wrong = [
        source
        for (_, source), text in update.translations().items()
        if sorted(fields.findall(source)) != sorted(fields.findall(text))
    ]
    assert wrong == []


def test_translations_are_chinese(update) -> None:
    # Most families are called by the same name in every language.
    bare = {"#", "GPU", ", "} | {one.title for one in FAMILIES.values()}
    plain = [
        source
        for (_, source), text in update.translations().items()
        if source not in bare and not re.search(r"[一-鿿{]", text)
    ]
    assert plain == []


def test_the_compiled_file_says_what_the_source_says(update, qapp) -> None:
    translator = QTranslator()
    assert translator.load(str(update.QM))
    for (context, source), text in update.translations().items():
        assert translator.translate(context, source) == text


def test_a_sentence_writes_a_true_minus_sign_and_translates_the_sentence_in_it(qapp) -> None:
    inner = Message("Training diverged: {gain:+.0%}", {"gain": -0.88})
    outer = Message("This variant could not be made: {reason}", {"reason": inner.to_json()})
    assert str(outer) == "This variant could not be made: Training diverged: -88%"
    assert sentence(outer.to_json()) == "This variant could not be made: Training diverged: −88%"
    language.install("zh")
    try:
        assert sentence(outer.to_json()) == "无法生成此变体：Training diverged: −88%"
    finally:
        language.install("en")
