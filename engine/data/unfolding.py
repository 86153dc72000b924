"""What a damaged file makes its reader raise, as one sentence; and files that unfold to far more than they are."""

from __future__ import annotations

import io
import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from ..bundled.errors import InputError
from ..bundled.packing import opener, packing_of
from ..domain import formatting
from ..domain.errors import CupelError, DataError
from ..machine import free_memory_bytes

# A table of text, packed, is a third to a thirtieth of itself; gzip's limit, of a single letter, is a thousandth.
_MOST_TIMES = 200
# Less than this fits everywhere.
_ALWAYS_BYTES = 256 << 20
_MEMORY_FRACTION = 0.5

_DAMAGE = (
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    SyntaxError,
    ValueError,
    # Of an archive with a password, or of a way of packing that Python lacks.
    NotImplementedError,
    RuntimeError,
    pa.ArrowException,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What the readers of archives, arrays and tables raise where bytes were flipped, swapped or cut off."""


@contextmanager
def damage_told(source: str | Path) -> Iterator[None]:
    """Tell what a reader raises where a file is damaged, or cannot be read, as one sentence.

    Parameters
    ----------
    source : str or Path

    Yields
    ------
    None

    Raises
    ------
    DataError
        In place of what a reader raised; errors with a sentence of their own pass.
    """
    try:
        yield
    except CupelError:
        raise
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    except OSError as error:
        if error.errno is None:
            # No disk says so: pyarrow's and gzip's word for bytes that make no sense.
            raise _damaged(source, error) from error
        # A file that vanishes while it is read, a folder that may not be entered.
        raise DataError(
            "{file} cannot be read: {reason}.",
            file=str(error.filename or source),
            reason=error.strerror or str(error),
        ) from error
    except _DAMAGE as error:
        raise _damaged(source, error) from error


def _damaged(source: str | Path, error: Exception) -> DataError:
    reason = " ".join(str(error).split()).rstrip(" .") or type(error).__name__
    return DataError(
        "{file} is damaged ({reason}); copy or download it again.", file=str(source), reason=reason
    )


def unfolded(path: Path) -> Callable[[], BinaryIO]:
    """Return what opens a file for reading what is in it, unpacked within limits where it is packed.

    Parameters
    ----------
    path : Path

    Returns
    -------
    callable
        Its stream raises `DataError` where the file unfolds to 200 times its size or half of the free memory, and to
        more than 256 MB.

    Raises
    ------
    InputError
        Where it cannot be read, or is packed in a way that is not known.
    """
    opened = unpacked(path)
    if not packing_of(path):
        return opened
    size = path.stat().st_size
    most = max(_ALWAYS_BYTES, min(size * _MOST_TIMES, int(free_memory_bytes() * _MEMORY_FRACTION)))
    return lambda: cast("BinaryIO", io.BufferedReader(_Limited(opened(), path, most), 1 << 20))


def unpacked(path: Path) -> Callable[[], BinaryIO]:
    """Return what opens a file as bytes, unpacked, Zstandard too.

    Parameters
    ----------
    path : Path

    Returns
    -------
    callable

    Raises
    ------
    InputError
        Where it cannot be read, or is packed in a way that is not known.
    """
    return opener(path, {"Zstandard": _open_zstandard})


def _open_zstandard(path: Path) -> BinaryIO:
    return cast(
        "BinaryIO", io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"), 1 << 20)
    )


class _Limited(io.RawIOBase):
    """What a packed file unfolds to, up to a limit."""

    def __init__(self, stream: BinaryIO, path: Path, most: int) -> None:
        self._stream, self._path, self._most = stream, path, most
        self._n_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        data = self._stream.read(len(cast("bytearray", buffer)))
        n = len(data)
        cast("bytearray", buffer)[:n] = data
        self._n_read += n
        if self._n_read > self._most:
            raise DataError(
                "{file} ({size}) unfolds to more than {most}, which is too much for a packed file; unpack it and give "
                "what is in it, if it is what you mean.",
                file=self._path.name,
                size=formatting.size(self._path.stat().st_size),
                most=formatting.size(self._most),
            )
        return n

    def close(self) -> None:
        self._stream.close()
        super().close()
