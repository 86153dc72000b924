"""What whoever runs a study's tasks has to do: the local cluster today, an external scheduler tomorrow.

The engine speaks to workers through this alone. It never asks for a process of theirs by its id, and names the files
of a study by their digests: where a worker is, and where its files lie, is the workers' own matter. So a scheduler on
other machines has to start and end processes there, bring them the artifacts that a `StudyRequest` names, keep
checkpoints where the next process finds them, and tell what a task uses by asking on the machine where it runs.

`tests/engine/workers/workers_contract.py` is the contract as tests; every implementation is to pass them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.errors import CupelError
from .messages import Control, EpochProgress, StudyRequest, TaskOutcome, WorkerTask


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """A worker has imported what tasks need, and waits for one.

    Attributes
    ----------
    worker : str
    devices : mapping
        What it computes on, for the log.
    seconds : float
        That its imports took: how fast its machine is now.
    """

    worker: str
    devices: Mapping[str, object]
    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker could not be warmed up, or died while it had no task."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """A task has said how far it is."""

    key: str
    progress: EpochProgress


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A task has ended; that of a worker that died while it ran, with a failure of kind KILLED."""

    key: str
    worker: str
    outcome: TaskOutcome


class NoWorkersError(CupelError):
    """No worker starts, so that nothing can go on until one does."""


Event = WorkerReady | WorkerLost | TaskProgress | TaskDone


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process of a task uses of its machine.

    Attributes
    ----------
    cpu_s : float
        Seconds of processor time since it began.
    memory_bytes : int
        Taken for itself alone; pages of mapped files left out where that can be told.
    """

    cpu_s: float
    memory_bytes: int


class Workers(Protocol):
    """Warm processes that run one task each, watched, and replaced when they die.

    Called from one thread. Nothing but `start`, `close` and `next_event` may wait for a worker: one that hangs must not
    hold the engine up. A worker obeys its own limit of memory; a task whose worker dies ends as a `TaskDone`.
    """

    @property
    def n_workers(self) -> int:
        """How many are wanted."""
        ...

    @property
    def idle(self) -> Sequence[str]:
        """Names of warm workers without a task, in a stable order."""
        ...

    @property
    def is_shrinking(self) -> bool:
        """Whether more run than are wanted, because they were busy when they were to go."""
        ...

    def start(self) -> None:
        """Start the processes; each reports as `WorkerReady` when it is warm."""
        ...

    def close(self) -> None:
        """End all processes, whatever they do."""
        ...

    def refresh(self) -> None:
        """Notice workers that have come or gone; called several times a second."""
        ...

    def scale(self, n_workers: int) -> None:
        """Start more workers, or let idle ones go; busy ones are let go by a later call."""
        ...

    def submit(self, key: str, worker: str, study: StudyRequest, task: WorkerTask) -> None:
        """Run a task on an idle worker; it ends as a `TaskDone` with this key, whatever happens to the worker."""
        ...

    def control(self, key: str, control: Control) -> None:
        """Tell a running trial what to do after its epoch; other tasks, and those that have ended, are left alone."""
        ...

    def kill(self, key: str) -> bool:
        """End the process that runs a task at once.

        Returns
        -------
        bool
            False where it is not known yet which process that is: to be asked again.
        """
        ...

    def usage(self, key: str) -> Usage | None:
        """Return what the process of a running task uses; None where it is not known, or has ended."""
        ...

    def recycle(self, worker: str) -> None:
        """Replace an idle worker by a fresh process."""
        ...

    def next_event(self, timeout_s: float) -> Event | None:
        """Return the next event, waiting for it at most so long; None where there was none.

        A task is forgotten, and its worker idle if it lives, once its `TaskDone` has been returned.
        """
        ...

    def clear_checkpoints(self, study_id: int, keep: Collection[int]) -> None:
        """Delete the checkpoints of a study's trials but those whose ids are in `keep`."""
        ...
