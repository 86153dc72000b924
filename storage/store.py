"""The one door to a workspace's database and artifacts.

Engine, terminal and window open it; nothing else reads the files. The methods live by subject in `datasets.py`,
`studies.py`, `study_removal.py`, `trials.py`, `trial_requests.py`, `trial_reads.py`, `variants.py`, `jobs.py`,
`looks.py`, `leftovers.py`.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select

from .artifact_refs import wrong_refs
from .backends.protocol import Mode
from .backends.sqlite import open_sqlite
from .base import current_revision
from .codecs import decode_json
from .damage import UNREADABLE, all_damages, missing_columns
from .datasets import DatasetStore
from .errors import ArtifactError, ReadOnlyStoreError, StoreError, UnusableStoreError
from .jobs import JobStore
from .leftovers import LeftoverStore
from .looks import LookStore
from .studies import StudyStore
from .study_removal import StudyRemovalStore
from .tables import TABLES, DatasetRow, StudyRow
from .trial_reads import TrialReads
from .trial_requests import TrialRequestStore
from .variants import VariantStore
from .workspace import Workspace


class Store(
    DatasetStore,
    StudyStore,
    StudyRemovalStore,
    TrialReads,
    TrialRequestStore,
    VariantStore,
    JobStore,
    LookStore,
    LeftoverStore,
):
    """A workspace, open for reading (``"r"``) or writing (``"w"``); made by `Store.open`; a context manager.

    Guarantees
    ----------
    - Every method is one transaction: all of it is committed before the method returns, or none of it.
    - What was committed survives the end of any process (kill -9). After a power cut the last moments may be
      missing (``synchronous=NORMAL``), and the database is whole.
    - Threads may share one `Store`: every call has a connection of its own, and writers take turns.
    - Processes may open the same workspace at once. Readers never wait; a writer waits up to 10 s for
      another, and a
      write takes about a millisecond.
    - Records are copies; JSON comes back equal to what was given (tuples as lists, NumPy values as Python's).
    - Every error that has to do with the store is a `StoreError`: one sentence for the user.
    """

    @classmethod
    def open(cls, workspace: Path | Workspace, mode: Mode = "w", *, patient: bool = False) -> Self:
        """Open a workspace.

        In mode ``"w"`` it is created if missing and updated if older, and exports whose process was killed are set to
        FAILED; in mode ``"r"`` nothing is written.

        Parameters
        ----------
        workspace : Path or Workspace
            Its folder.
        mode : Mode
        patient : bool
            Whether to wait without end for another program that keeps the database locked: for engines.

        Returns
        -------
        instance of the class

        Raises
        ------
        UnusableStoreError
            If the folder is no workspace (mode ``"r"``), or its database is foreign, damaged, newer, or older
            (mode ``"r"``; mode ``"w"`` copies the file beside itself and updates it).
        ReadOnlyStoreError
            If the folder cannot be written (mode ``"w"``).
        LockedStoreError
            If another program holds the database for longer than 10 s, and it is not `patient`.
        """
        place = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
        if mode == "w":
            place.create()
        store = cls(place, open_sqlite(place.database, mode, patient=patient))
        if mode == "w":
            store.artifacts.clear_abandoned()
            store.fail_dead_exports()
        return store

    @property
    def mode(self) -> Mode:
        """How the store was opened."""
        return self._database.mode

    def close(self) -> None:
        """Close the files. The store cannot be used afterwards; closing twice does nothing."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def data_version(self) -> int:
        """Return a number that changes with every commit of any process; takes microseconds, so poll it."""
        return self._database.data_version()

    def is_locked(self) -> bool:
        """Whether another program lets nobody write into the database now; does not wait for it."""
        return self._database.is_locked()

    def revision(self) -> int:
        """Return the store's revision: it grows with every commit that changes a study, trial or job.

        Records carry the revision of their last change; see `trials` for how to follow a study with it.
        """
        with self._read() as session:
            return current_revision(session)

    def check(self) -> list[StoreError]:
        """Return what is wrong with the workspace, nothing where it is sound.

        The database checks itself, every cell is looked at, every data set and split that a study needs is read and
        compared with its digest, and the list of needed artifacts is compared with the rows that name them.
        """
        problems = self._database.check()
        with self._read() as session:
            lacking = missing_columns(session, TABLES)
            if lacking:
                # Nothing else can be read.
                return [*problems, *(_lacks(name) for name in lacking)]
            problems += [damage.error() for damage in all_damages(session, TABLES)]
        n_wrong, wanted = 0, set[str | None]()
        with self._read() as session:
            wanted.update(session.scalars(select(DatasetRow.table_sha256)))
            wanted.update(session.scalars(select(StudyRow.split_sha256)))
            try:
                n_wrong = sum(map(len, wrong_refs(session)))
                for schema in session.scalars(select(DatasetRow.schema)):
                    wanted.update(_arrays_of(schema))
            except UNREADABLE:
                # Told above, of each cell.
                if not problems:
                    raise
        if n_wrong:
            problems.append(
                UnusableStoreError(
                    "The list of needed files is wrong in {n} places; `cupel doctor --clean` mends it.",
                    n=n_wrong,
                )
            )
        for sha256 in sorted(digest for digest in wanted if isinstance(digest, str) and digest):
            try:
                self.artifacts.checked_path(sha256)
            except ArtifactError as error:
                problems.append(error)
        return problems

    def backup(self, path: Path) -> None:
        """Copy the database, as committed now, to the file `path`, while others go on writing.

        Artifacts are not copied: their files never change, so a copy of the folder is one. SQLite reads the whole copy
        before it gets its name.

        Parameters
        ----------
        path : Path

        Raises
        ------
        StoreError
            If `path` cannot be written, or the copy is damaged; then there is none.
        """
        try:
            self._database.backup(path)
        except OSError as error:
            raise ReadOnlyStoreError(
                "The backup {file} cannot be written ({reason}); choose another place.",
                file=str(path),
                reason=error.strerror or str(error),
            ) from error


def _lacks(name: str) -> UnusableStoreError:
    return UnusableStoreError("The database lacks {name}; restore the workspace from a backup.", name=name)


def _arrays_of(schema: str) -> set[str]:
    """Return the sha256 of the arrays that the schema of a data set names; until version 0.2 these were images."""
    known = decode_json(schema)
    images = known.get("images")
    found = {str(c["array"]["sha256"]) for c in known.get("columns", ()) if c.get("array")}
    return found | ({str(images["sha256"])} if images else set[str]())
