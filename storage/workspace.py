"""The workspace: a folder with the database, the artifacts, the logs, the checkpoints and the exports.

Anyone may import this module. Nothing here opens the database.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .errors import ReadOnlyStoreError, UnusableStoreError

# A disk with less has no place for a bundle, a variant, or a search that goes on.
FULL_BYTES = 1 << 20
# How the folders in a workspace begin that are gone with the process that made them.
SCRATCH = ".scratch-"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one workspace folder; `create` makes the folders, nothing else here writes."""

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path).expanduser().absolute())

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "cupel.sqlite"

    @property
    def artifacts(self) -> Path:
        """The folder of content-addressed files."""
        return self.path / "artifacts"

    @property
    def logs(self) -> Path:
        """The folder with one log per study."""
        return self.path / "logs"

    @property
    def checkpoints(self) -> Path:
        """The folder for unfinished training, safe to delete while no study runs."""
        return self.path / "checkpoints"

    @property
    def exports(self) -> Path:
        """The folder where bundles go unless the user names another."""
        return self.path / "exports"

    def backup(self, time: datetime) -> Path:
        """Return where a backup of the database made at `time` goes, unless the user names another place.

        Parameters
        ----------
        time : datetime

        Returns
        -------
        Path
        """
        return self.database.with_name(f"{self.database.name}.backup-{time:%Y%m%d-%H%M%S}")

    def backups(self) -> list[Path]:
        """Return the backups that lie beside the database, the oldest first."""
        found = self.path.glob(f"{self.database.name}.backup-*")
        return sorted(
            (file for file in found if file.suffix != ".partial"), key=lambda file: file.stat().st_mtime
        )

    def study_log(self, study_id: int) -> Path:
        """Return the log file of a study.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        Path
        """
        return self.logs / f"study-{study_id:04d}.log"

    def exists(self) -> bool:
        """Whether the folder holds a database file."""
        return self.database.is_file()

    def create(self) -> None:
        """Make the folders that are missing.

        Raises
        ------
        UnusableStoreError
            If a file is in the way.
        ReadOnlyStoreError
            If the folder cannot be written.
        """
        try:
            for folder in (self.path, self.artifacts, self.logs, self.checkpoints, self.exports):
                folder.mkdir(parents=True, exist_ok=True)
                if not os.access(folder, os.W_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        except (FileExistsError, NotADirectoryError) as error:
            raise UnusableStoreError(
                "The workspace {folder} cannot be used: there is a file where a folder is needed; "
                "choose another folder.",
                folder=str(self.path),
            ) from error
        except OSError as error:
            raise ReadOnlyStoreError(
                "The workspace {folder} cannot be written ({reason}); "
                "choose another folder or change its permissions.",
                folder=str(self.path),
                reason=error.strerror or str(error),
            ) from error


def disk_is_full(folder: Path, least_bytes: int = FULL_BYTES) -> bool:
    """Whether the disk of a folder has less room than nearly anything needs; False where that cannot be told.

    Parameters
    ----------
    folder : Path
    least_bytes : int
        Smaller ones are left out.

    Returns
    -------
    bool
    """
    try:
        return shutil.disk_usage(folder).free < least_bytes
    except OSError:
        return False


def default_workspace() -> Workspace:
    """Return the workspace named by the environment variable CUPEL_WORKSPACE, else ``~/Cupel``."""
    named = os.environ.get("CUPEL_WORKSPACE", "")
    return Workspace(Path(named) if named else Path.home() / "Cupel")
