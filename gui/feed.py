"""The window's one way to the store: a background thread that owns the connection, and signals for what
comes back.

The GUI thread never waits for the database. `Feed.read` and `Feed.write` run a function on the background
thread and hand its result to a method on the GUI thread; `Feed.changed` tells that somebody has committed
something.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from ..engine.domain.errors import CupelError, Message
from ..storage.errors import StoreError

if TYPE_CHECKING:
    from ..storage.store import Store

T = TypeVar("T")
POLL_MS = 250
RETRY_MS = 3000
_log = logging.getLogger(__name__)


def as_message(error: BaseException) -> Message:
    """Return the sentence of an error, translatable where it is one of ours."""
    if isinstance(error, CupelError | StoreError):
        return error.sentence
    return Message("{kind}: {text}", {"kind": type(error).__name__, "text": str(error)})


class Feed(QObject):
    """Reads and writes the store of one workspace on a background thread.

    Signals
    -------
    changed
        Something in the store has changed since the last time; at most four times a second.
    opened
        The store could be opened.
    failed(Message)
        A read or write failed that had no failure handler of its own.
    """

    changed = Signal()
    opened = Signal()
    failed = Signal(object)
    _returned = Signal(object, object)
    _broke = Signal(object, object)

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._store: Store | None = None
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cupel-store")
        self._version: int | None = None
        self._polling = False
        self._closed = False
        self._started = False
        self._returned.connect(self._hand_back)
        self._broke.connect(self._hand_failure)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def start_once(self) -> None:
        """Open the store in the background, then look for changes until `close`; later calls do nothing."""
        if self._started:
            return
        self._started = True
        self._submit(lambda store: store.data_version(), self._began, self._poll_failed)
        self._timer.start()

    def close(self) -> None:
        """Stop looking, let what is under way end, and close the store."""
        if self._closed:
            return
        self._timer.stop()
        self._closed = True
        self._executor.submit(self._close_store)
        self._executor.shutdown(wait=True)

    def read(
        self,
        work: Callable[[Store], T],
        done: Callable[[T], object],
        failed: Callable[[Message], object] | None = None,
    ) -> None:
        """Run `work` in the background; then `done` (or `failed`) on the GUI thread, unless its widget is
        gone.
        """
        self._submit(work, done, failed)

    def write(
        self,
        work: Callable[[Store], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Message], object] | None = None,
    ) -> None:
        """As `read`, for work that commits something: `changed` follows at once."""

        def finished(result: T) -> None:
            if done is not None and _alive(done):
                done(result)
            self.changed.emit()

        self._submit(work, finished, failed)

    def poll(self) -> None:
        """Look once whether the store has changed."""
        if self._polling or self._closed:
            return
        self._polling = True
        self._submit(lambda store: store.data_version(), self._saw_version, self._poll_failed)

    def idle(self) -> bool:
        """Whether nothing is under way in the background; for tests and screenshots."""
        done: Future[None] = self._executor.submit(lambda: None)
        done.result()
        return True

    def _began(self, version: int) -> None:
        # Before anything is read, so that no change is missed.
        self._version = version
        self.opened.emit()
        self.changed.emit()

    def _saw_version(self, version: int) -> None:
        self._polling = False
        self._timer.setInterval(POLL_MS)
        if version != self._version:
            self._version = version
            self.changed.emit()

    def _poll_failed(self, message: Message) -> None:
        self._polling = False
        # A lock or a missing disk may pass.
        self._timer.setInterval(RETRY_MS)
        self.failed.emit(message)

    def _submit(
        self,
        work: Callable[[Store], Any],
        done: Callable[[Any], object],
        failed: Callable[[Message], object] | None,
    ) -> None:
        if not self._closed:
            self._executor.submit(self._run, work, done, failed)

    def _run(
        self,
        work: Callable[[Store], Any],
        done: Callable[[Any], object],
        failed: Callable[[Message], object] | None,
    ) -> None:
        try:
            result = work(self._opened_store())
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            if not isinstance(error, CupelError | StoreError):
                _log.exception("background work failed")
            self._broke.emit(failed, as_message(error))
        else:
            self._returned.emit(done, result)

    def _opened_store(self) -> Store:
        if self._store is None:
            # SQLAlchemy takes long to import: here, the window is already painted.
            from ..storage.store import (
                Store,
            )

            self._store = open_store(Store, self.workspace)
        return self._store

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _hand_back(self, done: Callable[[Any], object], result: object) -> None:
        if not self._closed and _alive(done):
            done(result)

    def _hand_failure(self, failed: Callable[[Message], object] | None, message: Message) -> None:
        if self._closed:
            return
        if failed is None:
            self.failed.emit(message)
        elif _alive(failed):
            failed(message)


def open_store(store_class: type[Store], workspace: Path) -> Store:
    """Open the store of `workspace` for writing, made if it is not there yet."""
    return store_class.open(workspace, "w")


def _alive(function: Callable[..., object]) -> bool:
    owner = getattr(function, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
