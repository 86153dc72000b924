"""Files named by the sha256 of their bytes, in the workspace's folder ``artifacts``.

Reached through `Store.artifacts`. A file is written under a temporary name, synced, and renamed, and then its
folder is synced: an artifact that has its name is whole, even after a power cut. Every reading checks the
sum.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ArtifactError, ReadOnlyStoreError, StoreError, StoreFullError

_CHUNK_BYTES = 1 << 20
_NAME = re.compile("[0-9a-f]{64}")
# Nobody writes one file for so long without adding to it, or waits so long to name it.
ABANDONED_S = 86_400.0


class Artifacts:
    """The artifacts of a workspace. Safe for several threads and processes: equal bytes have equal names."""

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        self.folder = folder
        self._writable = writable

    def path(self, sha256: str) -> Path:
        """Return where the artifact is or would be; nothing is read.

        Parameters
        ----------
        sha256 : str
            Of the artifact, 64 hex digits.

        Returns
        -------
        Path

        Raises
        ------
        ArtifactError
            If `sha256` is no such sum: a workspace from elsewhere must not lead out of its folder.
        """
        if _NAME.fullmatch(sha256) is None:
            raise _missing(sha256)
        return self.folder / sha256[:2] / sha256

    def add(self, data: bytes) -> str:
        """Store bytes and return their sha256.

        Parameters
        ----------
        data : bytes
            As they were stored.

        Returns
        -------
        str

        Raises
        ------
        ReadOnlyStoreError, StoreFullError
            If they cannot be written; nothing is left behind.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if self._is_whole(sha256, len(data)) and self._renewed(sha256):
            return sha256
        with self._written() as temporary:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._keep(temporary, sha256)
        return sha256

    def add_file(self, source: Path) -> str:
        """Store a copy of a file, read in pieces so that it may be of any size, and return its sha256.

        Parameters
        ----------
        source : Path

        Returns
        -------
        str

        Raises
        ------
        OSError
            If `source` cannot be opened.
        ReadOnlyStoreError, StoreFullError
            If the copy cannot be written; nothing is left behind.
        """
        digest = hashlib.sha256()
        with source.open("rb") as reader, self._written() as temporary:
            with temporary.open("xb") as file:
                while piece := reader.read(_CHUNK_BYTES):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            self._keep(temporary, digest.hexdigest())
        return digest.hexdigest()

    def read(self, sha256: str) -> bytes:
        """Return the bytes of an artifact.

        Parameters
        ----------
        sha256 : str
            Of the artifact, 64 hex digits.

        Returns
        -------
        bytes

        Raises
        ------
        ArtifactError
            If it is missing, or its bytes have changed.
        """
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise _missing(self.path(sha256)) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise self._changed(sha256)
        return data

    def checked_path(self, sha256: str) -> Path:
        """Return the file of an artifact, after checking all of its bytes; for readers that take a path.

        Parameters
        ----------
        sha256 : str
            Of the artifact, 64 hex digits.

        Returns
        -------
        Path

        Raises
        ------
        ArtifactError
            If it is missing, or its bytes have changed.
        """
        path = self.path(sha256)
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise _missing(self.path(sha256)) from error
        if found != sha256:
            raise self._changed(sha256)
        return path

    def delete(self, sha256: str) -> None:
        """Delete an artifact that nothing names any more; one that is not there is none to delete.

        Parameters
        ----------
        sha256 : str
            Of the artifact, 64 hex digits.

        Raises
        ------
        ReadOnlyStoreError
            Where the store was opened for reading.
        """
        if not self._writable:
            raise ReadOnlyStoreError(
                "The workspace was opened for reading only, so nothing can be changed in it."
            )
        try:
            self.path(sha256).unlink(missing_ok=True)
        # Windows: somebody reads it; it stays, and harms nobody.
        except PermissionError:
            return

    def files(self) -> Iterator[Path]:
        """Return the files of all artifacts, in no order."""
        return (file for file in self.folder.glob("??/*") if _NAME.fullmatch(file.name))

    def clear_abandoned(self) -> None:
        """Delete what a process that was killed in the middle of writing has left behind, a day later."""
        oldest = time.time() - ABANDONED_S
        for file in self.folder.glob(".*.partial"):
            try:
                if file.stat().st_mtime < oldest:
                    file.unlink()
            # Another process was quicker, or the folder cannot be written: it harms nobody.
            except OSError:
                continue

    def _is_whole(self, sha256: str, size: int) -> bool:
        try:
            with self.path(sha256).open("rb") as file:
                if os.fstat(file.fileno()).st_size != size:
                    return False
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _renewed(self, sha256: str) -> bool:
        """Make an artifact that is about to be named once more as young as a new one: see `leftovers`.

        False where it is gone: another process has just removed it.
        """
        # Nobody can name it.
        if not self._writable:
            return True
        try:
            os.utime(self.path(sha256))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unwritten(error) from error
        return True

    @contextmanager
    def _written(self) -> Generator[Path]:
        if not self._writable:
            raise ReadOnlyStoreError(
                "The workspace was opened for reading only, so nothing can be changed in it."
            )
        temporary = self.folder / f".{secrets.token_hex(8)}.partial"
        try:
            yield temporary
        except OSError as error:
            raise self._unwritten(error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def _keep(self, temporary: Path, sha256: str) -> None:
        path = self.path(sha256)
        path.parent.mkdir(exist_ok=True)
        temporary.replace(path)
        _sync_folder(path.parent)
        _sync_folder(self.folder)

    def _unwritten(self, error: OSError) -> StoreError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreFullError(
                "The disk is full, so nothing more could be written to {file}; free some space and resume.",
                file=str(self.folder),
            )
        return ReadOnlyStoreError(
            "The workspace {folder} cannot be written ({reason}); "
            "choose another folder or change its permissions.",
            folder=str(self.folder),
            reason=error.strerror or str(error),
        )

    def _changed(self, sha256: str) -> ArtifactError:
        return ArtifactError(
            "The file {file} is damaged: its bytes are not those that were stored; "
            "restore it from a backup, or delete it and run again what made it.",
            file=str(self.path(sha256)),
        )


def _missing(file: Path | str) -> ArtifactError:
    return ArtifactError(
        "The file {file} is missing from the workspace; restore it from a backup, or run again what made it.",
        file=str(file),
    )


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut; Windows does so by itself and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
