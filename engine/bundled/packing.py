"""What is in packed files: gzip, bzip2, xz, a ZIP archive of one file. Of what bundles carry along."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import BinaryIO, cast

from .errors import InputError

Unpack = Callable[[Path], BinaryIO]
"""Opens what is in a packed file."""

UNPACKABLE = (
    EOFError,
    OSError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
    # Of an archive with a password, or of a way of packing that Python lacks.
    NotImplementedError,
    RuntimeError,
)
"""What opening and unpacking raise."""
_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
)
# Of an archive that a sentence names.
_NAMED_MEMBERS = 5


@contextmanager
def damage_in(file: str) -> Iterator[None]:
    """Tell what opening and unpacking raise as one sentence.

    Raises
    ------
    InputError
        In place of what was raised.
    """
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        reason = error.strerror or str(error)
        raise InputError("{file} cannot be read: {reason}.", file=file, reason=reason) from error
    except UNPACKABLE as error:
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise InputError(
            "{file} is damaged ({reason}); copy or download it again.", file=file, reason=reason
        ) from error


def packing_of(path: Path) -> str:
    """Return how a file is packed, as its first bytes say; empty where it is not.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    with damage_in(str(path)), path.open("rb") as stream:
        head = stream.read(10)
    # After the level.
    if head.startswith(b"BZh") and head[4:] == b"1AY&SY":
        return "bzip2"
    return next((name for magic, name in _PACKED if head.startswith(magic)), "")


def opener(path: Path, further: Mapping[str, Unpack] = MappingProxyType({})) -> Callable[[], BinaryIO]:
    """Return what opens a file as bytes, unpacked.

    Parameters
    ----------
    further : mapping of str to callable
        For ways of packing that Python itself does not know.

    Raises
    ------
    InputError
        Where it cannot be read, or is packed in a way that is not known.
    """
    packing = packing_of(path)
    if packing == "ZIP":
        with damage_in(path.name):
            member = _only_member(path)
        return lambda: _open_member(path, member)
    ways: dict[str, Unpack] = {
        "": _open_plain,
        "gzip": _open_gzip,
        "bzip2": _open_bzip2,
        "xz": _open_xz,
        **further,
    }
    if packing not in ways:
        raise InputError(
            "{file} is packed with {packing}, which is not read here; unpack it and give what is in it.",
            file=path.name, packing=packing,
        )  # fmt: skip
    return lambda: ways[packing](path)


def members(path: Path) -> list[str]:
    """Return the files in a ZIP archive, without what systems add to them.

    Raises
    ------
    InputError
        Where it is no whole archive.
    """
    with damage_in(path.name), zipfile.ZipFile(path) as archive:
        return [
            info.filename
            for info in archive.infolist()
            if not info.is_dir()
            and not info.filename.startswith("__MACOSX/")
            and not PurePosixPath(info.filename).name.startswith(".")
        ]


def _only_member(path: Path) -> str:
    found = members(path)
    _check_document(path, found)
    if not found:
        raise InputError("{file} is an empty ZIP archive; choose another one.", file=path.name)
    if len(found) > 1:
        shown = ", ".join(found[:_NAMED_MEMBERS]) + (", …" if len(found) > _NAMED_MEMBERS else "")
        raise InputError(
            "{file} is a ZIP archive of {n:,} files ({files}); unpack it and give the table that is meant.",
            file=path.name, n=len(found), files=shown,
        )  # fmt: skip
    return found[0]


def _check_document(path: Path, found: list[str]) -> None:
    """Refuse documents of office programs, which are ZIP archives."""
    names = set(found)
    if "mimetype" in names:
        with zipfile.ZipFile(path) as archive:
            kind = archive.read("mimetype")[:100]
        if b"spreadsheet" in kind:
            raise InputError(
                "{file} is an OpenDocument workbook: save its sheet as CSV (File > Save As) and give that.",
                file=path.name,
            )
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        raise InputError(
            "{file} is an Excel workbook: save its sheet as CSV (File > Save As) and give that.",
            file=path.name,
        )
    if any(name.endswith(".iwa") for name in names):
        raise InputError(
            "{file} is a Numbers workbook: export its sheet as CSV (File > Export To) and give that.",
            file=path.name,
        )
    if names & {"mimetype", "[Content_Types].xml"}:
        raise InputError("{file} is a document, not a table; give its table as CSV.", file=path.name)


def _open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_gzip(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path))


def _open_bzip2(path: Path) -> BinaryIO:
    return cast("BinaryIO", bz2.open(path))


def _open_xz(path: Path) -> BinaryIO:
    return cast("BinaryIO", lzma.open(path))


def _open_member(path: Path, member: str) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:
        # The file stays open as long as what was opened in it.
        return cast("BinaryIO", archive.open(member))
