"""What the terminal says of an error that no command had a sentence for: a disk's, or a mistake of ours."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from ...storage.workspace import Workspace
from ..cli_codes import FAILED, UNUSABLE

_FULL = (errno.ENOSPC, errno.EDQUOT)


def print_mishap(error: Exception, workspace: Path) -> int:
    """Print one sentence on an error, and return the exit code; the traceback of a mistake goes into a file."""
    if isinstance(error, OSError) and error.errno in _FULL:
        print(
            f"cupel: The disk is full. Free some space where the workspace ({Workspace(workspace).path}) and temporary "
            f"files ({tempfile.gettempdir()}) lie, and try again.",
            file=sys.stderr,
        )
        return FAILED
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        print(f"cupel: {where}{error.strerror or error}", file=sys.stderr)
        return FAILED if error.errno == errno.EIO else UNUSABLE
    what = f"Something went wrong that should not ({type(error).__name__}: {error})."
    print(f"cupel: {what} Please report it, with {_story(error, workspace)}", file=sys.stderr)
    return FAILED


def _story(error: Exception, workspace: Path) -> str:
    """Write the traceback of an error into a file, and return where it is; the traceback, where none can be written."""
    story = "".join(traceback.format_exception(error))
    for folder in (Workspace(workspace).logs, Path(tempfile.gettempdir())):
        file = folder / "cupel-errors.log"
        try:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(f"{datetime.now().astimezone().isoformat()} {' '.join(sys.argv)}\n{story}\n")
        except OSError:
            # There is no such folder, or its disk is full.
            continue
        return f"the end of {file}."
    return f"this:\n{story}"
