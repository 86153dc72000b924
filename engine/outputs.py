"""Where a result goes that a person asked for as a file: named by the file, or by the folder that it is to lie in.

Used by the terminal and the window's service process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .domain.errors import DataError

_SEPARATORS = tuple(sign for sign in (os.sep, os.altsep) if sign)


@contextmanager
def output_file(named: str, usual: str) -> Iterator[Path]:
    """Yield the file that is to be written; a folder that was made for it goes again where that fails.

    Parameters
    ----------
    named : str
        A file; or a folder that is there, or any that ends in a separator, which is made where it is missing.
    usual : str
        The name that the file has in such a folder.

    Raises
    ------
    DataError
        Where there is no name, or the folder is missing or cannot be made.
    """
    if not named.strip():
        raise DataError("The name of the file to write is empty; give one.")
    given = Path(named).expanduser()
    try:
        is_folder = named.endswith(_SEPARATORS) or given.is_dir()
        folder, file = (given, given / usual) if is_folder else (given.parent, given)
        is_new = is_folder and not folder.exists()
        if is_new:
            folder.mkdir()
        is_there = folder.is_dir()
    except FileNotFoundError as error:
        raise _no_folder(given.parent) from error
    except (
        # A name that is too long or holds a zero, a folder that may not be entered.
        OSError,
        ValueError,
    ) as error:
        raise DataError(
            "{file} cannot be written: {reason}.",
            file=named,
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    if not is_there:
        raise _no_folder(folder)
    try:
        yield file
    except BaseException:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()
        raise


def _no_folder(folder: Path) -> DataError:
    return DataError("There is no folder {folder}; make it, or choose another one.", folder=str(folder))
