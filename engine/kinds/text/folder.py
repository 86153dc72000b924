"""Reading a folder of texts: one sub-folder a class, one ``.txt`` file a text. Used by `reading`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ...data.columns import WordColumn
from ...data.encoding import scan_file
from ...data.table import Table
from ...domain.errors import DataError, Message
from ...domain.spec import ReadSpec
from ..base import ReadTable

_TABLES = (".csv", ".tsv", ".parquet")
TEXT, LABEL = "text", "label"
_SUFFIX = ".txt"
# Of one text; a larger file is something else.
_MOST_BYTES = 16 << 20
# Files that a message names.
_NAMED = 5


def is_text_folder(path: Path) -> bool:
    """Whether a folder has a sub-folder with a ``.txt`` file in it, and no table beside it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    if not path.is_dir() or any(file.suffix.lower() in _TABLES for file in path.iterdir()):
        return False
    return any(True for _ in _files(path))


def read_text_folder(path: Path, read: ReadSpec | None = None) -> ReadTable:
    """Read all ``.txt`` files in the sub-folders of `path`; the name of the sub-folder is the label.

    Files that are empty or cannot be read are left out, and named in the messages. Each file has its own encoding:
    UTF-8 or UTF-16, or, with all the others together, GB18030 or a Western one.

    Parameters
    ----------
    path : Path
    read : ReadSpec, optional
        Its encoding is not detected where given.

    Returns
    -------
    ReadTable

    Raises
    ------
    DataError
        Where there is no text at all.
    """
    asked = (read or ReadSpec()).encoding
    raw: list[tuple[Path, bytes]] = []
    bad: list[tuple[Path, str]] = []
    for file in _files(path):
        try:
            if file.stat().st_size > _MOST_BYTES:
                bad.append((file, f"{file.stat().st_size:,} bytes"))
            else:
                raw.append((file, file.read_bytes()))
        except OSError as error:
            bad.append((file, error.strerror or str(error)))
    texts, undecoded = decoded_texts(raw, asked)
    bad += undecoded
    empty = [file for file, text in texts if not text]
    kept = [(file, text) for file, text in texts if text]
    if not kept:
        raise DataError(
            "{file} has no text in the .txt files of its sub-folders; each sub-folder is a class, each file a text.",
            file=str(path),
        )
    labels = [file.relative_to(path).parts[0] for file, _ in kept]
    table = Table((_column(TEXT, [text for _, text in kept]), _column(LABEL, labels)), len(kept))
    messages: list[Message] = []
    if empty:
        messages.append(
            Message(
                "Empty files left out: {n:,} ({names}).", {"n": len(empty), "names": _listed(path, empty)}
            )
        )
    if bad:
        messages.append(
            Message(
                "Files left out because they cannot be read as text: {n:,} ({names}); the first: {reason}",
                {"n": len(bad), "names": _listed(path, [file for file, _ in bad]), "reason": bad[0][1]},
            )
        )
    size = sum(len(data) for _, data in raw)
    return ReadTable(table, tuple(messages), size, LABEL, ReadSpec(",", "utf-8", ".", True, True))


def _files(path: Path) -> Iterator[Path]:
    """Yield the files in a fixed order."""
    for folder in sorted(path.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield from sorted(f for f in folder.rglob("*") if f.suffix.lower() == _SUFFIX and f.is_file())


def decoded_texts(
    raw: Sequence[tuple[Path, bytes]], asked: str | None
) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """Return the texts, trimmed, and the files that are none with the reason.

    Parameters
    ----------
    raw : sequence of tuple of (Path, bytes)
    asked : str or None

    Returns
    -------
    tuple of (list of tuple of (Path, str), list of tuple of (Path, str))
    """
    texts: list[tuple[Path, str]] = []
    bad: list[tuple[Path, str]] = []
    later: list[tuple[Path, bytes]] = []
    for file, data in raw:
        if not data.strip():
            texts.append((file, ""))
            continue
        try:
            encoding = _scan(file.name, data, asked)
        except DataError as error:
            bad.append((file, str(error)))
            continue
        if encoding.startswith("utf") or asked:
            texts.append((file, _clean(data.decode(encoding))))
        else:
            # Few signs tell little: these files are judged together.
            later.append((file, data))
    if later:
        common = _scan("", b"\n".join(data for _, data in later), None)
        for file, data in later:
            try:
                texts.append((file, _clean(data.decode(common))))
            except UnicodeDecodeError:
                texts.append((file, _clean(data.decode(_scan(file.name, data, None)))))
    order = {file: i for i, (file, _) in enumerate(raw)}
    return sorted(texts, key=lambda pair: order[pair[0]]), bad


def _scan(name: str, data: bytes, asked: str | None) -> str:
    return scan_file(name, lambda: io.BytesIO(data), asked).encoding


def _clean(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _column(name: str, cells: list[str]) -> WordColumn:
    words = list(dict.fromkeys(cells))
    place = {word: i for i, word in enumerate(words)}
    return WordColumn.of_codes(name, np.array([place[cell] for cell in cells], np.int32), words)


def _listed(path: Path, files: Sequence[Path]) -> str:
    shown = ", ".join(str(file.relative_to(path)) for file in files[:_NAMED])
    return f"{shown}, …" if len(files) > _NAMED else shown
