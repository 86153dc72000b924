"""Texts become codes: the tokens, the vocabulary of the training rows alone, and one width for all folds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from cupel.engine.data.columns import WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.domain.errors import SpecError
from cupel.engine.kinds.joined import preprocessing_from_json
from cupel.engine.kinds.text.preprocessing import KIND, TextPreprocessing, TextSpec
from cupel.engine.kinds.text.tokens import tokens_of


def table_of(*columns: list[str | None]) -> Table:
    made = []
    for i, cells in enumerate(columns):
        words = [*dict.fromkeys(c for c in cells if c is not None)]
        codes = np.array([-1 if c is None else words.index(c) for c in cells], np.int32)
        made.append(WordColumn.of_codes(f"text_{i}", codes, words))
    return Table(tuple(made), len(columns[0]))


def fitted(
    table: Table, train: list[np.ndarray] | None = None, **params: object
) -> tuple[TextPreprocessing, ...]:
    schema = infer_schema(table, None, {c.name: "text" for c in table}, kind="text")
    return KIND.fit(table, schema.features, train or [np.arange(table.n_rows)], {"min_count": 1, **params})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, WORLD!", ["hello", ",", "world", "!"]),
        ("很好吃 very GOOD", ["很", "好", "吃", "very", "good"]),
        ("call 0800123 now", ["call", "08", "00", "12", "3", "now"]),
        ("café Привет naïve", ["café", "Привет", "naïve"]),
        ("it's 50%\n\t😀👍", ["it", "'", "s", "50", "%", "😀", "👍"]),
        (" \u3000\u200b\ufeff", []),
    ],
)
def test_words_are_runs_of_letters_pairs_of_digits_and_other_signs_alone(text: str, words: list[str]) -> None:
    assert tokens_of(text, "word") == words


def test_characters_are_all_signs_but_spaces() -> None:
    assert tokens_of("Ab 1\n好", "character") == ["a", "b", "1", "好"]


def test_a_word_of_the_validation_rows_alone_is_unknown() -> None:
    table = table_of(["cat dog", "dog dog", "secret cat", "fish dog"])
    first, second = fitted(table, [np.array([0, 1]), np.array([2, 3])])
    assert first.vocabulary == ("dog", "cat")
    assert set(second.vocabulary) == {"secret", "cat", "fish", "dog"}
    np.testing.assert_array_equal(first.inputs(table, np.array([2, 3]))["tokens"], [[1, 3], [1, 2]])


def test_all_folds_have_the_same_width_and_number_of_words() -> None:
    table = table_of(["a b c d e", "a", "b", "a b"])
    folds = fitted(table, [np.array([0]), np.array([1, 2, 3])])
    assert {(f.n_tokens, f.n_words) for f in folds} == {(5, 7)}
    assert len(folds[1].vocabulary) == 2


def test_long_texts_are_cut_and_short_ones_padded() -> None:
    table = table_of(["a b c d e f", "b", ""])
    (fit,) = fitted(table, n_tokens=4)
    np.testing.assert_array_equal(
        fit.inputs(table, np.arange(3))["tokens"] > 0, [[1, 1, 1, 1], [1, 0, 0, 0], [0] * 4]
    )


def test_rare_words_and_those_beyond_the_limit_are_unknown() -> None:
    table = table_of(["a a a b b c c z", "c a"])
    (fit,) = fitted(table, n_words=4, min_count=2)
    assert fit.vocabulary == ("a", "c")
    assert fit.n_words == 4


def test_several_columns_are_one_text_and_a_missing_cell_is_empty() -> None:
    table = table_of(["one", None, "one"], ["two", "two", None])
    (fit,) = fitted(table)
    assert fit.columns == ("text_0", "text_1")
    one, two = fit.vocabulary.index("one") + 2, fit.vocabulary.index("two") + 2
    np.testing.assert_array_equal(fit.inputs(table, np.arange(3))["tokens"], [[one, two], [two, 0], [one, 0]])


def test_texts_without_any_token_have_one_place_of_padding() -> None:
    table = table_of(["", " \u200b ", ""])
    (fit,) = fitted(table)
    np.testing.assert_array_equal(fit.inputs(table, np.arange(3))["tokens"], [[0]] * 3)


def test_a_fit_survives_json() -> None:
    table = table_of(["很好 ok", "😀 ok"])
    (fit,) = fitted(table, tokens="character")
    again = preprocessing_from_json(json.loads(json.dumps(fit.to_json())))
    assert again == fit
    rows = np.arange(2)
    np.testing.assert_array_equal(again.inputs(table, rows)["tokens"], fit.inputs(table, rows)["tokens"])


def test_unusable_settings_and_columns_are_said() -> None:
    with pytest.raises(SpecError, match="choose one of word, character"):
        TextSpec(tokens="letter")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="at least 1"):
        TextSpec(n_tokens=0)


def test_the_digest_follows_the_settings_alone() -> None:
    base = KIND.digest({"tokens": "word", "learning_rate": 1.0})
    assert base == KIND.digest({"learning_rate": 2.0})
    assert base != KIND.digest({"tokens": "character"})


def test_codes_are_those_of_the_words_in_their_order() -> None:
    rng = np.random.default_rng(0)
    words = [f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)]
    texts = [" ".join(words[i] for i in rng.integers(0, 600, 20)) for _ in range(3000)]
    table = table_of(list(dict.fromkeys(texts)))
    first = fitted(table, [np.arange(0, 2000), np.arange(1000, 3000)])
    codes = first[0].inputs(table, np.arange(table.n_rows))["tokens"]
    assert codes.shape == (3000, 20)
    cells = table["text_0"].raw(np.arange(50))
    for row, cell in zip(codes[:50], cells, strict=True):
        assert [first[0].vocabulary[code - 2] for code in row] == str(cell).split()
