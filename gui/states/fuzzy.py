"""How well a few typed letters fit what something is called: for the command palette."""

from __future__ import annotations


def fit(typed: str, text: str) -> float | None:
    """Return how well what was typed fits a text; None where it does not.

    Every word that was typed has to be in the text: best at the start of a word, then inside one, then as letters in
    order, the fewer are between them the better.

    Parameters
    ----------
    typed, text : str

    Returns
    -------
    float or None
        The larger the better; 0 where nothing was typed.
    """
    folded = text.casefold()
    found = 0.0
    for word in typed.casefold().split():
        one = _fit_word(word, folded)
        if one is None:
            return None
        found += one
    # Of two that fit alike, the shorter one.
    return found - 0.001 * len(folded) if typed.strip() else 0.0


def _fit_word(word: str, text: str) -> float | None:
    place = text.find(word)
    if place >= 0:
        is_start = place == 0 or not text[place - 1].isalnum()
        return (3.0 if is_start else 2.0) + (0.5 if place == 0 else 0.0)
    first, place = -1, -1
    for letter in word:
        place = text.find(letter, place + 1)
        if place < 0:
            return None
        first = place if first < 0 else first
    return len(word) / (place - first + 1)
