"""Rows from ARFF files, as Weka and OpenML write them; sparse rows too. Of what bundles carry along."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from .errors import InputError

# A cell: in either kind of quotes, or up to the next delimiter.
_CELL = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,\t]*?))\s*(?:,|\t|$)""")
_BLANK_CELL = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s*(?:\s|$)""")
_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s{]+))\s*(.*)""", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\(.)")
_ENTRY = re.compile(r"""\s*(\d+)\s+(.*)""", re.DOTALL)
_ARFF_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class ArffRows:
    """The rows of an ARFF file, as cells of text; a missing value is an empty cell.

    Attributes
    ----------
    names : list of str

    Raises
    ------
    InputError
        Where it cannot be read.
    """

    def __init__(self, opened: Callable[[], BinaryIO], encoding: str, file: str) -> None:
        self._opened, self._encoding, self._file = opened, encoding, file
        self.names: list[str] = []
        # What a sparse row does not name: the first value of a nominal attribute, else zero.
        self._absent: list[str] = []
        for line, text in self._lines():
            if text.lower().startswith("@data"):
                break
            self._declare(line, text)
        if not self.names:
            raise InputError("{file} is an ARFF file without attributes.", file=file)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row, the names first."""
        yield 1, self.names
        is_data = False
        for line, text in self._lines():
            if is_data:
                yield line, self._sparse(line, text) if text.startswith("{") else self._row(line, text)
            elif text.lower().startswith("@data"):
                is_data = True

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Yield (line, text) of all lines but for those of comments and empty ones."""
        line = 0
        try:
            with self._opened() as raw, io.TextIOWrapper(raw, encoding=self._encoding) as lines:
                for line, text in enumerate(lines, start=1):
                    bare = text.strip().removeprefix("\ufeff")
                    if bare and not bare.startswith("%"):
                        yield line, bare
        except UnicodeError as error:
            raise InputError(
                "{file}, line {row}, cannot be read as {encoding} text: {reason}; check the encoding.",
                file=self._file, row=line + 1, encoding=self._encoding, reason=str(error),
            ) from error  # fmt: skip

    def _declare(self, line: int, text: str) -> None:
        if text.lower().startswith("@relation"):
            return
        found = _ATTRIBUTE.fullmatch(text)
        if found is None:
            raise InputError(
                "{file} is an ARFF file whose line {row} is no attribute: {value!r}.",
                file=self._file, row=line, value=text[:60],
            )  # fmt: skip
        if found[4].lower().startswith("relational"):
            raise InputError(
                "{file} is an ARFF file with tables in its cells (line {row}), which cannot be used; write it as one "
                "flat table.",
                file=self._file, row=line,
            )  # fmt: skip
        self.names.append(_unquoted(found[1] or found[2], found[3]))
        values = found[4].strip()
        nominal = _cells(values.removeprefix("{").removesuffix("}")) if values.startswith("{") else None
        is_textual = re.match("(?:string|date)", values, re.IGNORECASE) is not None
        self._absent.append(nominal[0] if nominal else "" if is_textual else "0")

    def _row(self, line: int, text: str) -> list[str]:
        # A weight of the row comes last, in braces.
        bare = re.sub(r"[,\s]\s*\{\s*[\d.eE+-]+\s*\}\s*$", "", text) if text.endswith("}") else text
        plain = "'" not in bare and '"' not in bare and "\\" not in bare and "\t" not in bare
        cells = [cell.strip() for cell in bare.split(",")] if plain else _cells(bare)
        if len(cells) == 1 < len(self.names):
            cells = [_unquoted(m[1] or m[2], m[3]) for m in _BLANK_CELL.finditer(bare)]
        if len(cells) != len(self.names):
            raise InputError(
                "{file} is an ARFF file with {n_columns:,} attributes, but line {row} has {n:,} cells.",
                file=self._file, n_columns=len(self.names), row=line, n=len(cells),
            )  # fmt: skip
        return ["" if cell == "?" else cell for cell in cells]

    def _sparse(self, line: int, text: str) -> list[str]:
        cells = list(self._absent)
        inside = text[1 : text.rfind("}")]
        for entry in _raw_cells(inside):
            found = _ENTRY.fullmatch(entry)
            if found is None or int(found[1]) >= len(cells):
                raise InputError(
                    "{file} is an ARFF file whose line {row} is no sparse row: {value!r}.",
                    file=self._file, row=line, value=entry[:60],
                )  # fmt: skip
            cells[int(found[1])] = _cells(found[2])[0]
        return ["" if cell == "?" else cell for cell in cells]


def _cells(text: str) -> list[str]:
    return [_unquoted(m[1] or m[2], m[3]) for m in _matches(text)]


def _raw_cells(text: str) -> list[str]:
    """Return entries of a sparse row: parted by commas outside quotes."""
    parts = re.findall(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,'"])+""", text)
    return [part.strip() for part in parts if part.strip()]


def _matches(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at <= len(text):
        found = _CELL.match(text, at)
        if found is None:
            break
        yield found
        # At the end a delimiter means one more cell, which is empty.
        if found.end() == len(text) and (found.end() == at or text[-1] not in ",\t"):
            break
        at = found.end()


def _unquoted(quoted: str | None, bare: str | None) -> str:
    if bare is not None:
        return bare.strip()
    return _ESCAPED.sub(lambda m: _ARFF_ESCAPES.get(m[1], m[1]), quoted or "")
