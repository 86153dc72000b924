"""What processes that were killed have left in the workspace: artifacts that no row names, half-written bundles,
half-written copies of the database, and folders for work in between.

Reached through `Store`. What is younger than a day may belong to a process that has not named it yet, and stays.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from .artifact_refs import mend_refs, needed_artifacts
from .artifacts import ABANDONED_S
from .base import StoreBase
from .workspace import SCRATCH


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file or folder that nothing needs.

    Attributes
    ----------
    path : Path
    size_bytes : int
    is_old : bool
        Whether it has not changed for a day, so that nobody can be about to need it.
    """

    path: Path
    size_bytes: int
    is_old: bool


class LeftoverStore(StoreBase):
    """Finds and removes leftovers."""

    def leftovers(self) -> list[Leftover]:
        """Return what nothing needs."""
        with self._read() as session:
            return self._leftovers(session)

    def remove_leftovers(self) -> list[Leftover]:
        """Delete what nothing has needed for a day, and return it; mend the list of what is needed before.

        Raises
        ------
        ReadOnlyStoreError
            If the store was opened for reading.
        """
        removed = list[Leftover]()
        # Nobody can name an artifact meanwhile.
        with self._write() as session:
            mend_refs(session)
            for leftover in self._leftovers(session):
                if not leftover.is_old:
                    continue
                if leftover.path.is_dir():
                    shutil.rmtree(leftover.path, ignore_errors=True)
                elif leftover.path.parent == self.workspace.path:
                    leftover.path.unlink(missing_ok=True)
                else:
                    self.artifacts.delete(leftover.path.name)
                # On Windows what somebody reads stays.
                if not leftover.path.exists():
                    removed.append(leftover)
        return removed

    def _leftovers(self, session: Session) -> list[Leftover]:
        # Before the rows: an artifact is written before it is named.
        files = list(self.artifacts.files())
        needed = needed_artifacts(session)
        bundles = self.workspace.exports.glob(".*.partial")
        copies = self._database.unfinished_copies()
        scratch = self.workspace.path.glob(f"{SCRATCH}*")
        paths = [*(file for file in files if file.name not in needed), *bundles, *copies, *scratch]
        return [found for found in map(_leftover, sorted(paths)) if found is not None]


def _leftover(path: Path) -> Leftover | None:
    try:
        parts = [path, *path.rglob("*")] if path.is_dir() else [path]
        stats = [part.stat() for part in parts]
    # Another process was quicker.
    except FileNotFoundError:
        return None
    age_s = time.time() - max(stat.st_mtime for stat in stats)
    size = sum(stat.st_size for part, stat in zip(parts, stats, strict=True) if part.is_file())
    return Leftover(path, size, age_s > ABANDONED_S)
