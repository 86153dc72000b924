"""The small language that filters trials: ``value > 0.9 and optimizer == "adamw"``.

The window's Trials page and ``cupel trials --filter`` use the same.

Grammar::

    filter     = or
    or         = and { "or" and }
    and        = not { "and" not }
    not        = "not" not | "(" or ")" | comparison
    comparison = operand operator operand [ operator operand ] | name | string
    operator   = "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
    operand    = name | number | string | "true" | "false" | "none"

A name is a column of the trials (``value``, ``state``, ``learning_rate``, …), or what it is called in tables
(``score``, ``parameters``), in any case. A word that is no column is text when it is compared with one
(``state == pruned``). ``~`` is "contains", without regard to case. A name alone means "has a value that is not
false", a string or a word that is no column "some text of the trial contains it". A missing value equals ``none``
only, and no ordering holds for it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialTable
from .errors import SpecError
from .trial_columns import HEADINGS, objects, own_columns

ColumnValues: TypeAlias = Mapping[str, NDArray[np.generic]]
Mask: TypeAlias = NDArray[np.bool_]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?(?![\w.]))
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<op>==|!=|<=|>=|=|<|>|~)
      | (?P<bracket>[()])
      | (?P<word>[^\W\d][\w.]*)
    )""",
    re.VERBOSE,
)
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "none": None}
_KEYWORDS = frozenset({"and", "or", "not"})


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class _Value:
    value: object


_Operand: TypeAlias = _Name | _Value
_Node: TypeAlias = Callable[[ColumnValues, int], Mask]


@dataclass(frozen=True, slots=True)
class TrialFilter:
    """A parsed filter.

    Attributes
    ----------
    text : str
        As it was written.
    """

    text: str
    _node: _Node
    _words: tuple[str, ...] = ()

    def columns_of(self, columns: ColumnValues) -> tuple[str, ...]:
        """Return which of these columns it names, in its order.

        Parameters
        ----------
        columns : mapping of str to ndarray

        Returns
        -------
        tuple of str
        """
        found = (name_in(columns, word) for word in self._words)
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def mask(self, columns: ColumnValues, n_rows: int) -> Mask:
        """Return which rows pass.

        Parameters
        ----------
        columns : mapping of str to ndarray of shape (n_rows,)
            Floats (NaN is missing), booleans, or objects (None is missing; numbers and text may be mixed).
        n_rows : int

        Returns
        -------
        ndarray of shape (n_rows,), bool

        Raises
        ------
        SpecError
            If the filter names something that is no column.
        """
        return self._node(columns, n_rows)


def parse_filter(text: str) -> TrialFilter:
    """Parse a filter; an empty one lets everything pass.

    Parameters
    ----------
    text : str

    Returns
    -------
    TrialFilter

    Raises
    ------
    SpecError
        Where the text is not of the grammar; names the place.
    """
    tokens = _tokens(text)
    if not tokens:
        return TrialFilter(text, lambda _columns, n_rows: np.ones(n_rows, dtype=bool))
    parser = _Parser(text, tokens)
    node = parser.either()
    parser.end()
    words = (token.text for token in tokens if token.kind == "word")
    return TrialFilter(text, node, tuple(word for word in words if word.lower() not in _KEYWORDS))


def name_in(columns: ColumnValues, word: str) -> str | None:
    """Return the column that a word names: by its name, or by its heading in tables; None where there is none.

    Parameters
    ----------
    columns : mapping of str to ndarray
    word : str

    Returns
    -------
    str or None
    """
    if word in columns:
        return word
    name = HEADINGS.get(word.casefold())
    return name if name is not None and name in columns else None


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            place = position + len(text[position:]) - len(text[position:].lstrip())
            raise SpecError(
                'The filter cannot be read at character {position}, {found!r}; quote text as "…".',
                position=place + 1,
                found=text[place : place + 12],
            )
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found.group(kind), found.start(kind)))
        position = found.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._index = 0

    def either(self) -> _Node:
        """Parse a chain of ``or``."""
        nodes = [self._both()]
        while self._take_word("or"):
            nodes.append(self._both())
        return nodes[0] if len(nodes) == 1 else _joined(nodes, np.logical_or)

    def end(self) -> None:
        """Expect nothing more."""
        if self._index < len(self._tokens):
            token = self._tokens[self._index]
            raise SpecError(
                "The filter cannot go on with {found!r} at character {position}; join with and or or.",
                found=token.text,
                position=token.position + 1,
            )

    def _both(self) -> _Node:
        nodes = [self._negated()]
        while self._take_word("and"):
            nodes.append(self._negated())
        return nodes[0] if len(nodes) == 1 else _joined(nodes, np.logical_and)

    def _negated(self) -> _Node:
        if self._take_word("not"):
            inner = self._negated()
            return lambda columns, n_rows: ~inner(columns, n_rows)
        if self._take("bracket", "("):
            inner = self.either()
            if not self._take("bracket", ")"):
                raise SpecError("The filter lacks a closing bracket; add ) at its end.")
            return inner
        return self._comparison()

    def _comparison(self) -> _Node:
        first = self._operand()
        sign = self._operator()
        if sign is None:
            return _alone(first)
        second = self._operand()
        node = _compared(first, sign, second)
        further = self._operator()
        if further is None:
            return node
        return _joined([node, _compared(second, further, self._operand())], np.logical_and)

    def _operator(self) -> str | None:
        token = self._peek()
        if token is None or token.kind != "op":
            return None
        self._index += 1
        return "==" if token.text == "=" else token.text

    def _operand(self) -> _Operand:
        token = self._peek()
        if token is None:
            raise SpecError('The filter ends too early; a name, a number or a "text" is missing.')
        if token.kind in ("op", "bracket") or token.text.lower() in _KEYWORDS:
            raise SpecError(
                'The filter has {found!r} at character {position}; a name, number or "text" is needed there.',
                found=token.text,
                position=token.position + 1,
            )
        self._index += 1
        if token.kind == "number":
            number = float(token.text.rstrip("%"))
            return _Value(number / 100 if token.text.endswith("%") else number)
        if token.kind == "text":
            return _Value(re.sub(r"\\(.)", r"\1", token.text[1:-1]))
        if token.text.lower() in _CONSTANTS:
            return _Value(_CONSTANTS[token.text.lower()])
        return _Name(token.text, token.position)

    def _peek(self) -> _Token | None:
        return self._tokens[self._index] if self._index < len(self._tokens) else None

    def _take(self, kind: str, text: str) -> bool:
        token = self._peek()
        if token is None or token.kind != kind or token.text.lower() != text:
            return False
        self._index += 1
        return True

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)


def _joined(nodes: list[_Node], join: Callable[[Mask, Mask], Mask]) -> _Node:
    def node(columns: ColumnValues, n_rows: int) -> Mask:
        result = nodes[0](columns, n_rows)
        for other in nodes[1:]:
            result = join(result, other(columns, n_rows))
        return result

    return node


def _alone(operand: _Operand) -> _Node:
    if isinstance(operand, _Name):
        return _named_or_said(operand)
    if isinstance(operand.value, str):
        needle = operand.value
        return lambda columns, n_rows: _anywhere(columns, n_rows, needle)
    raise SpecError("The filter has a value that is compared with nothing; write for instance value > 0.9.")


def _named_or_said(word: _Name) -> _Node:
    def node(columns: ColumnValues, n_rows: int) -> Mask:
        name = name_in(columns, word.name)
        return _anywhere(columns, n_rows, word.name) if name is None else _truthy(columns[name])

    return node


def _compared(first: _Operand, sign: str, second: _Operand) -> _Node:
    if sign == "~":
        return _containing(first, second)

    def node(columns: ColumnValues, _n_rows: int) -> Mask:
        left, right = _resolved(columns, first, second), _resolved(columns, second, first)
        if _is_column(left) and _is_column(right):
            return _pairwise(left, sign, right)
        if _is_column(left):
            return _against(left, sign, right)
        if _is_column(right):
            return _against(right, _MIRRORED[sign], left)
        raise SpecError(
            "The filter compares two values with each other; one side has to be the name of a column."
        )

    return node


def _is_column(side: object) -> TypeGuard[NDArray[np.generic]]:
    return isinstance(side, np.ndarray)


def _containing(first: _Operand, second: _Operand) -> _Node:
    if not isinstance(first, _Name):
        raise SpecError('Before ~ stands the name of a column, for instance notes ~ "seed".')
    needle = second.name if isinstance(second, _Name) else str(second.value)
    name = first
    return lambda columns, _n_rows: _contains(_column(columns, name), needle)


def _column(columns: ColumnValues, name: _Name) -> NDArray[np.generic]:
    found = name_in(columns, name.name)
    if found is None:
        raise SpecError(
            "The filter names {name!r}, which no trial has; there are {choices}.",
            name=name.name,
            choices=", ".join(columns),
        )
    return columns[found]


def _resolved(columns: ColumnValues, operand: _Operand, other: _Operand) -> object:
    """Return a column or a value; a word that is no column is text if the other side is a column."""
    if isinstance(operand, _Value):
        return operand.value
    found = name_in(columns, operand.name)
    if found is not None:
        return columns[found]
    if isinstance(other, _Name) and name_in(columns, other.name) is not None:
        return operand.name
    return _column(columns, operand)


def _against(column: NDArray[np.generic], sign: str, value: object) -> Mask:
    if sign in ("==", "!="):
        same = _equal(column, value)
        return same if sign == "==" else ~same
    if isinstance(value, str):
        texts, present = _texts(column)
        return np.asarray(_ORDER[sign](texts, value), dtype=bool) & present
    if isinstance(value, bool) or not isinstance(value, int | float):
        return np.zeros(len(column), dtype=bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(_ORDER[sign](_numbers(column), value), dtype=bool)


def _equal(column: NDArray[np.generic], value: object) -> Mask:
    if value is None:
        return missing(column)
    if isinstance(value, str):
        texts, present = _texts(column)
        wanted = value.lower()
        return np.fromiter((text.lower() == wanted for text in texts), dtype=bool, count=len(texts)) & present
    if isinstance(value, bool):
        if column.dtype == bool:
            return np.asarray(column == value, dtype=bool)
        return np.fromiter((item is value for item in column.tolist()), dtype=bool, count=len(column))
    if isinstance(value, int | float):
        numbers = _numbers(column)
        return np.isclose(numbers, float(value), rtol=1e-9, atol=0.0)
    return np.zeros(len(column), dtype=bool)


def _pairwise(left: NDArray[np.generic], sign: str, right: NDArray[np.generic]) -> Mask:
    if sign in ("==", "!="):
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        same = np.fromiter((a == b for a, b in pairs), dtype=bool, count=len(left))
        return same if sign == "==" else ~same
    with np.errstate(invalid="ignore"):
        return np.asarray(_ORDER[sign](_numbers(left), _numbers(right)), dtype=bool)


def _numbers(column: NDArray[np.generic]) -> NDArray[np.float64]:
    if column.dtype != object:
        return column.astype(np.float64) if column.dtype.kind in "fiub" else np.full(len(column), np.nan)
    values = (
        float(item) if isinstance(item, int | float) and not isinstance(item, bool) else np.nan
        for item in column
    )
    return np.fromiter(values, dtype=np.float64, count=len(column))


def _texts(column: NDArray[np.generic]) -> tuple[NDArray[np.generic], Mask]:
    present = np.fromiter((isinstance(item, str) for item in column.tolist()), dtype=bool, count=len(column))
    texts = np.array([item if isinstance(item, str) else "" for item in column.tolist()], dtype=object)
    return texts, present


def missing(column: NDArray[np.generic]) -> Mask:
    """Return which trials have no value in a column.

    Parameters
    ----------
    column : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,), bool
    """
    if column.dtype.kind == "f":
        return np.isnan(column)
    if column.dtype != object:
        return np.zeros(len(column), dtype=bool)
    # By element: what is not equal to itself is no number.
    cells = cast("NDArray[Any]", column)
    return np.asarray((cells == None) | (cells != cells), dtype=np.bool_)  # noqa: E711 - by element


def _truthy(column: NDArray[np.generic]) -> Mask:
    if column.dtype == bool:
        return column.astype(np.bool_)
    has_value = ~missing(column)
    if column.dtype != object:
        return has_value
    false = np.fromiter((item is False or item == "" for item in column), dtype=bool, count=len(column))
    return has_value & ~false


def has_values(column: NDArray[np.generic]) -> bool:
    """Return whether some trial has a value in a column.

    Parameters
    ----------
    column : ndarray

    Returns
    -------
    bool
    """
    return not bool(missing(column).all())


def _contains(column: NDArray[np.generic], needle: str) -> Mask:
    wanted = needle.lower()
    return np.fromiter((wanted in str(item).lower() for item in column), dtype=bool, count=len(column))


def _anywhere(columns: ColumnValues, n_rows: int, needle: str) -> Mask:
    result = np.zeros(n_rows, dtype=bool)
    for column in columns.values():
        if column.dtype == object:
            result |= _contains(column, needle)
    return result


def trial_columns(table: TrialTable, on_front: Mask | None = None) -> dict[str, NDArray[np.generic]]:
    """Return what a filter can name of a study's trials, each of shape (n_trials,).

    `on_front` says which trials no other one beats; none, where it is left out.

    The trials' own columns come first; a param of the same name is reached as ``params.<name>``.

    Parameters
    ----------
    table : TrialTable
    on_front : ndarray of shape (n,), bool or None
        Whether no other trial beats one, shape (n,); None where there is one objective.

    Returns
    -------
    dict of str to ndarray
    """
    own = own_columns(table, on_front)
    return own | param_columns(table, own)


def param_columns(table: TrialTable, own: Collection[str]) -> dict[str, NDArray[np.generic]]:
    """Return the params of trials as columns; one with a name in `own` is called ``params.<name>``.

    Parameters
    ----------
    table : TrialTable
    own : collection of str

    Returns
    -------
    dict of str to ndarray
    """
    names = dict.fromkeys(name for params in table.params for name in params)
    return {
        name if name not in own else f"params.{name}": _param_column(
            [params.get(name) for params in table.params]
        )
        for name in names
    }


def _param_column(values: Sequence[object]) -> NDArray[np.generic]:
    if all(value is None or type(value) in (int, float) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return objects([str(value) if type(value) in (list, dict) else value for value in values])
