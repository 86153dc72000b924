"""The tokenizer of texts: two regular expressions that Python and onnxruntime read the same way.

Used by `text` and, for the ONNX form, by `engine.deployment.raw_text`. The expressions keep to what `re` and RE2 have
in common, and their alternatives begin with different characters, so that leftmost-first and leftmost-longest agree.
Only the letters A to Z are lower-cased: what else lower-casing does depends on the locale of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

TokenKind = Literal["word", "character"]

# And signs without width.
_SPACE = "\\x00-\\x20\\x7f-\\xa0\u2000-\u200f\u2028-\u202f\u2060\u3000\ufe0f\ufeff"
# Alphabets, from Latin with accents to Greek Extended.
_LETTER = "a-z\u00c0-\u1fff"
PATTERNS: dict[TokenKind, str] = {
    # A run of letters; digits in pairs, so that long numbers are known by their length and not lost; any other sign,
    # such as a Chinese character, alone.
    "word": f"[{_LETTER}]+|[0-9]{{1,2}}|[^0-9{_LETTER}{_SPACE}]",
    "character": f"[^{_SPACE}]",
}
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_COMPILED = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}


def tokens_of(text: str, kind: TokenKind) -> list[str]:
    """Return the tokens of a text, in order.

    Parameters
    ----------
    text : str
    kind : TokenKind

    Returns
    -------
    list of str
    """
    return _COMPILED[kind].findall(text.translate(_LOWER) if not text.isascii() else text.lower())


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Tokenised texts, all in one array.

    Attributes
    ----------
    words : tuple of str
        Every token that occurs, in the order in which they were met.
    flat : ndarray of int32
        The tokens of all texts, one text after the other, as positions in `words`.
    starts : ndarray of shape (n_texts + 1,), int64
        Where each text begins in `flat`.
    """

    words: tuple[str, ...]
    flat: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], kind: TokenKind) -> Corpus:
        """Tokenise texts.

        Parameters
        ----------
        texts : sequence of str
            One a row.
        kind : TokenKind

        Returns
        -------
        Corpus
        """
        places: dict[str, int] = {}
        flat: list[int] = []
        starts = np.zeros(len(texts) + 1, np.int64)
        for i, text in enumerate(texts):
            flat += [places.setdefault(token, len(places)) for token in tokens_of(text, kind)]
            starts[i + 1] = len(flat)
        return cls(tuple(places), np.array(flat, np.int32), starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.starts)

    def counts(self, n_times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how often each word occurs where text ``i`` occurs ``n_times[i]`` times.

        Parameters
        ----------
        n_times : ndarray of int64

        Returns
        -------
        ndarray of int64
        """
        weights = np.repeat(n_times, self.lengths)
        return np.bincount(self.flat, weights=weights, minlength=len(self.words)).astype(np.int64)

    def codes(self, texts: NDArray[np.int64], code_of: NDArray[np.int32], n_tokens: int) -> NDArray[np.int32]:
        """Return the first tokens of some texts as codes, int32 (n, n_tokens), 0 where a text has ended.

        Parameters
        ----------
        texts : ndarray of shape (n,), int64
            Positions of texts.
        code_of : ndarray of shape (n_words,), int32
            The code of each word.
        n_tokens : int

        Returns
        -------
        ndarray of int32
        """
        place = np.arange(n_tokens)
        found = np.zeros((len(texts), n_tokens), np.int32)
        is_there = place < self.lengths[texts][:, None]
        found[is_there] = code_of[self.flat[(self.starts[texts][:, None] + place)[is_there]]]
        return found
