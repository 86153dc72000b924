"""Which encoding a text file is in, and its beginning as text: decided from its bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from ..bundled.foreign import check_is_table
from ..bundled.records import BOMS
from ..domain.errors import DataError

_CHUNK = 1 << 20
_SAMPLE = 4 << 20
_LEGACY_SAMPLE = 8 << 20
# Of lines with other bytes than ASCII, which tell encodings apart.
_TELLING = 128 << 10
_FEW_RUNS, _FEW_WORDS = 10, 3
_PAIRS = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "cp850")
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "gb18030", "big5", "cp932",
    "euc_jp", "cp949", "koi8_r", "cp866", "cp850",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scan:
    """What a pass over all bytes of a file found.

    Attributes
    ----------
    encoding : str
        A Python codec that decodes the whole file.
    sample : str
        The beginning of the file, whole lines (all of it where it is small).
    n_line_ends : int
    """

    encoding: str
    sample: str
    n_line_ends: int


def scan_table(file: str, opened: Callable[[], BinaryIO], encoding: str | None) -> Scan:
    """Do what `scan_file` does with a file that has to be a table.

    Raises
    ------
    DataError
        As `scan_file`.
    InputError
        Where the file is known to be something else, such as a picture or a web page.
    """
    with opened() as stream:
        check_is_table(stream.read(_CHUNK), file)
    return scan_file(file, opened, encoding)


def scan_file(file: str, opened: Callable[[], BinaryIO], encoding: str | None) -> Scan:
    """Decide the encoding, decode the file once from end to end with it, and keep its beginning.

    Raises
    ------
    DataError
        Where the file is empty, not text, or the given `encoding` is unknown or does not fit.
    """
    with opened() as stream:
        head = stream.read(_CHUNK)
    _check_text(file, head, encoding)
    if encoding is None:
        encoding = next((name for bom, name in BOMS if head.startswith(bom)), None) or _utf16(head) or "utf-8"
        failure = _decode(opened, encoding)
        if isinstance(failure, Scan):
            return failure
        encoding = _legacy_encoding(opened)
    else:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise DataError(
                "{encoding!r} is not a known encoding; use utf-8, gb18030 or latin-1, for instance.",
                encoding=encoding,
            ) from error
    scanned = _decode(opened, encoding)
    if isinstance(scanned, Scan):
        return scanned
    raise DataError(
        "{file} is not {encoding} text: line {row} cannot be decoded; choose another encoding.",
        file=file,
        encoding=encoding,
        row=scanned,
    )


def _check_text(file: str, head: bytes, encoding: str | None) -> None:
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise DataError("{file} is empty; choose a file with a header and rows.", file=file)
    wide = (encoding or "").lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    if (
        b"\x00" in head
        and not wide
        and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        and not _utf16(head)
    ):
        raise DataError(
            "{file} is a binary file, not a table; choose a CSV, JSON or Parquet file.", file=file
        )


def _utf16(head: bytes) -> str | None:
    """Recognise UTF-16 without a byte order mark by its zero bytes on one side."""
    head = head[: len(head) // 2 * 2]
    zero = np.frombuffer(head, np.uint8).reshape(-1, 2) == 0
    even, odd = zero.mean(axis=0) if len(zero) else (0.0, 0.0)
    if odd > 0.3 and even < 0.01:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.01 else None


def _decode(opened: Callable[[], BinaryIO], encoding: str) -> Scan | int:
    """Decode the whole file; on failure return the 1-based line that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    kept: list[str] = []
    n_kept = n_ends = 0
    ended_cr = more = False
    with opened() as stream:
        while True:
            chunk = stream.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return n_ends + chunk[: error.start].count(b"\n") + 1
            n_ends += _line_ends(text, ended_cr)
            ended_cr = text.endswith("\r") if text else ended_cr
            if n_kept < _SAMPLE:
                kept.append(text)
                n_kept += len(text)
            elif text:
                more = True
            if not chunk:
                break
    sample = "".join(kept).removeprefix("\ufeff")
    if more:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    return Scan(encoding, sample, n_ends)


def _line_ends(text: str, ended_cr: bool) -> int:
    """Count line ends of any kind; a line feed right after a carriage return of the text before is not one
    more."""
    n = text.count("\n") - (1 if ended_cr and text.startswith("\n") else 0)
    n_cr = text.count("\r")
    return n + (n_cr - text.count("\r\n") if n_cr else 0)


def _legacy_encoding(opened: Callable[[], BinaryIO]) -> str:
    """Tell encodings from before UTF-8 apart: by the runs of their bytes, else by how likely their letters are."""
    with opened() as stream:
        data = stream.read(_LEGACY_SAMPLE)
    telling = b"\n".join(re.findall(rb"[^\r\n]*[\x80-\xff][^\r\n]*", data))[:_TELLING]
    runs = re.findall(rb"[\x80-\xff]+", telling)
    accents = sum(len(run) == 1 for run in runs) / max(1, len(runs))
    # Too few to rank by, or signs such as those of degrees and of the euro.
    signs = sum(not run.decode("cp1252", "replace").isalpha() for run in runs)
    is_western = accents >= 0.9 and (len(runs) < _FEW_RUNS or signs >= 0.9 * len(runs))
    # Of a word or two what GB 2312 holds is taken for Chinese.
    is_paired = bool(runs) and len(set(runs)) < _FEW_WORDS and all(_PAIRS.fullmatch(run) for run in runs)
    for encoding in (
        *(["gb18030"] if is_paired else ["cp1252"] if is_western else _ranked(telling, accents)),
        "cp1252",
    ):
        if _decode_ok(opened, encoding):
            return encoding
    return "latin-1"


def _ranked(telling: bytes, accents: float) -> list[str]:
    """Return encodings, the likeliest first; `accents` is how many runs of other bytes than ASCII are single ones."""
    # Only here: files in UTF-8 do without.
    from charset_normalizer import from_bytes

    # Letters that stand alone among ASCII ones are of Latin scripts.
    asked = _LATIN if accents >= 0.9 else _LEGACY
    chaos = {match.encoding: match.chaos for match in from_bytes(telling, cp_isolation=list(asked))}
    if not chaos:
        return []
    # Several Western ones often fit alike, or give the same text.
    best = next(iter(chaos))
    fits = accents >= 0.7 and chaos.get("cp1252", 1.0) <= min(chaos.values()) + 0.02
    is_same = telling.decode(best, "replace") == telling.decode("cp1252", "replace")
    if fits or is_same:
        return ["cp1252"]
    # Korean text has few other letters than Hangul; Chinese text that is read as Korean has many.
    if best == "cp949" and len(re.findall("[가-힣]", letters := telling.decode(best, "replace"))) < 0.9 * len(
        re.findall(r"[^\W\d_a-zA-Z]", letters)
    ):
        return ["gb18030", *chaos]
    return list(chaos)


def _decode_ok(opened: Callable[[], BinaryIO], encoding: str) -> bool:
    return isinstance(_decode(opened, encoding), Scan)
