"""Texts: the tokens of the text columns, as codes into a vocabulary of the training rows.

Code 0 is padding and 1 a token that is not in the vocabulary. Several text columns count as one text, joined by spaces.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np
from numpy.typing import NDArray

from ....storage.records import Json
from ...data.columns import Rows, WordColumn
from ...data.table import Table
from ...domain.arrays import Cells
from ...domain.errors import DataError, SpecError
from ...domain.params import Params
from ...domain.stored import from_builtins
from ...networks.inputs import InputShape
from ..base import Columns, Preprocessing, PreprocessingKind
from .arithmetic import FIRST_WORD, UNKNOWN
from .input import TextInput
from .tokens import Corpus, TokenKind

# Of the training texts: what longer ones have beyond it is cut off.
_LENGTH_QUANTILE = 0.95
# Tokenised tables that a process keeps.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class TextSpec:
    """How texts become codes.

    Attributes
    ----------
    tokens : {"word", "character"}
        See `tokens.PATTERNS`.
    n_words : int
        Codes at most, 0 and 1 included.
    n_tokens : int
        Tokens of a text at most; fewer where most training texts are shorter.
    min_count : int
        Words that occur less often in the training rows are unknown.
    """

    tokens: TokenKind = "word"
    n_words: int = 10_000
    n_tokens: int = 128
    min_count: int = 2

    def __post_init__(self) -> None:
        if self.tokens not in get_args(TokenKind):
            raise SpecError(
                "{name} is {value!r}; choose one of {choices}.",
                name="tokens",
                value=self.tokens,
                choices=", ".join(get_args(TokenKind)),
            )
        for name, least in (("n_words", FIRST_WORD + 1), ("n_tokens", 1), ("min_count", 1)):
            if getattr(self, name) < least:
                raise SpecError(
                    "{name} is {value!r}; it must be at least {least}.",
                    name=name,
                    value=getattr(self, name),
                    least=least,
                )

    @classmethod
    def from_params(cls, params: Params) -> TextSpec:
        """Take the settings of this class out of a trial's params; the others are left to their owners.

        Parameters
        ----------
        params : mapping of str to value

        Returns
        -------
        TextSpec
        """
        names = {f.name for f in dataclasses.fields(cls)}
        return dataclasses.replace(cls(), **{name: x for name, x in params.items() if name in names})

    def digest(self) -> str:
        """Return the sha256 (hex) of all settings."""
        return hashlib.sha256(json.dumps(dataclasses.asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TextPreprocessing(Preprocessing):
    """See `Preprocessing`.

    Attributes
    ----------
    names : tuple of str
        The text columns, in the order in which they are joined.
    tokens : {"word", "character"}
    n_tokens : int
        Width of the input.
    n_words : int
        Codes of the input; the same in all replicas, so it may be more than this one's vocabulary has.
    vocabulary : tuple of str
        Word ``i`` has code ``2 + i``; the most frequent comes first.
    """

    kind: ClassVar[str] = "text"
    names: tuple[str, ...]
    tokens: TokenKind
    n_tokens: int
    n_words: int
    vocabulary: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """See `Preprocessing.columns`."""
        return self.names

    def shape(self, n_outputs: int) -> InputShape:
        """See `Preprocessing.shape`."""
        return InputShape(n_outputs, (TextInput(self.n_tokens, self.n_words),))

    def inputs(self, table: Table, rows: Rows) -> dict[str, Cells]:
        """See `Preprocessing.inputs`; ``tokens`` is int32 (n, n_tokens)."""
        corpus, text_of_row = corpus_of(table, self.names, self.tokens)
        codes = {word: FIRST_WORD + i for i, word in enumerate(self.vocabulary)}
        code_of = np.array([codes.get(word, UNKNOWN) for word in corpus.words], np.int32)
        return {"tokens": corpus.codes(text_of_row[rows], code_of, self.n_tokens)}

    def to_json(self) -> dict[str, object]:
        """See `Preprocessing.to_json`."""
        return {"kind": "text", **dataclasses.asdict(self)}


class TextKind(PreprocessingKind):
    """See `PreprocessingKind`."""

    def digest(self, params: Params) -> str:
        """See `PreprocessingKind.digest`."""
        return TextSpec.from_params(params).digest()

    def fit(
        self, table: Table, columns: Columns, train_rows: Sequence[Rows], params: Params
    ) -> tuple[TextPreprocessing, ...]:
        """See `PreprocessingKind.fit`."""
        spec = TextSpec.from_params(params)
        names = tuple(c.name for c in columns)
        corpus, text_of_row = corpus_of(table, names, spec.tokens)
        found = [_vocabulary(corpus, text_of_row[rows], spec) for rows in train_rows]
        lengths = [np.quantile(corpus.lengths[text_of_row[rows]], _LENGTH_QUANTILE) for rows in train_rows]
        n_tokens = min(max(int(np.ceil(max(lengths))), 1), spec.n_tokens)
        n_words = FIRST_WORD + max(len(words) for words in found)
        return tuple(TextPreprocessing(names, spec.tokens, n_tokens, n_words, words) for words in found)

    def from_json(self, data: Json) -> TextPreprocessing:
        """See `PreprocessingKind.from_json`."""
        return from_builtins(TextPreprocessing, data)


def texts_of(table: Table, names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct texts of a table, and which of them each row has.

    Parameters
    ----------
    table : Table
    names : sequence of str

    Returns
    -------
    tuple of (list of str, ndarray of int64)

    Raises
    ------
    DataError
        Where a column is not there, or does not hold text.
    """
    columns: list[WordColumn] = []
    for name in names:
        column = table.cells(name)
        if not isinstance(column, WordColumn):
            raise DataError(
                "Column {column!r} holds {kind} cells, but the model was trained on text.",
                column=column.name,
                kind=column.storage,
            )
        columns.append(column)
    if len(columns) == 1:
        column = columns[0]
        return [*column.vocabulary, ""], np.where(column.codes < 0, len(column.vocabulary), column.codes)
    cells = [[*c.vocabulary, ""] for c in columns]
    of_rows: list[list[int]] = np.stack([c.codes for c in columns], axis=1).tolist()
    joined = [" ".join(words[code] for words, code in zip(cells, codes, strict=True)) for codes in of_rows]
    places = {text: i for i, text in enumerate(dict.fromkeys(joined))}
    return list(places), np.array([places[text] for text in joined], np.int64)


def corpus_of(table: Table, names: tuple[str, ...], tokens: TokenKind) -> tuple[Corpus, NDArray[np.int64]]:
    """Return the tokenised distinct texts of a table, and which of them each row has; kept for the next who asks.

    Parameters
    ----------
    table : Table
    names : tuple of str
    tokens : TokenKind
        Words or characters.

    Returns
    -------
    tuple of (Corpus, ndarray of int64)
    """
    for i, (known, known_names, known_tokens, answer) in enumerate(_corpora):
        if known is table and (known_names, known_tokens) == (names, tokens):
            _corpora.append(_corpora.pop(i))
            return answer
    texts, text_of_row = texts_of(table, names)
    answer = Corpus.of(texts, tokens), text_of_row
    _corpora.append((table, names, tokens, answer))
    del _corpora[:-_KEPT]
    return answer


_corpora: list[tuple[Table, tuple[str, ...], TokenKind, tuple[Corpus, NDArray[np.int64]]]] = []


def _vocabulary(corpus: Corpus, texts: NDArray[np.int64], spec: TextSpec) -> tuple[str, ...]:
    """Return the most frequent words of some texts; of equally frequent ones the first in the alphabet."""
    n_times = np.bincount(texts, minlength=len(corpus.lengths))
    counts = corpus.counts(n_times)
    common = np.flatnonzero(counts >= spec.min_count)
    ranked = sorted(common.tolist(), key=lambda i: (-counts[i], corpus.words[i]))
    return tuple(corpus.words[i] for i in ranked[: spec.n_words - FIRST_WORD])


KIND = TextKind()
