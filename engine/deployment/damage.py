"""What is said of a file of a bundle that is not what it must be."""

from __future__ import annotations

from pathlib import Path

from ..bundled.errors import InputError
from ..domain.errors import ExportError


def unusable(folder: Path, error: InputError) -> ExportError:
    """Return what a file of a bundle is not, with its whole path.

    Parameters
    ----------
    folder : Path
        Of the bundle.
    error : InputError
        What reading the file raised.

    Returns
    -------
    ExportError
    """
    values = dict(error.values)
    if "file" in values:
        values["file"] = str(folder / str(values["file"]))
    return ExportError(error.template, **values)
