"""What the store needs of a database. All else it says in SQLAlchemy's own words, which every database understands.

`tests/storage/store_contract.py` is the contract as tests; a backend's test module runs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy.orm import Session

from ..errors import StoreError

Mode = Literal["r", "w"]


class Backend(Protocol):
    """An open database of a workspace, with the tables of `tables`. Safe for several threads.

    Whatever goes wrong with the database itself is a `StoreError`: one sentence for the user.
    """

    @property
    def mode(self) -> Mode:
        """How it was opened."""
        ...

    def read(self) -> AbstractContextManager[Session]:
        """Return a session that sees one state of the database throughout, and never waits for a writer."""
        ...

    def write(self) -> AbstractContextManager[Session]:
        """Return a session whose changes are committed together at the end, or not at all after an error.

        Writers take turns, of all processes; one waits up to 10 s for another.

        Raises
        ------
        ReadOnlyStoreError
            If the database was opened for reading.
        LockedStoreError, StoreFullError, UnusableStoreError
        """
        ...

    def data_version(self) -> int:
        """Return a number that changes with every commit of any process; takes microseconds."""
        ...

    def is_locked(self) -> bool:
        """Whether another program lets nobody write now; does not wait for it."""
        ...

    def check(self) -> list[StoreError]:
        """Return what is damaged."""
        ...

    def backup(self, path: Path) -> None:
        """Copy the database, as committed now, to a file, replaced only once the copy is complete and sound.

        Parameters
        ----------
        path : Path
        """
        ...

    def unfinished_copies(self) -> Iterable[Path]:
        """Return files that copying left behind, or is writing now."""
        ...

    def close(self) -> None:
        """Close all connections; a transaction under way in another thread ends first."""
        ...
