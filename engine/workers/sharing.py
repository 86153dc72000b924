"""What a study is to workers on this machine: its files, and how cores and memory are shared out among them."""

from __future__ import annotations

from dataclasses import dataclass

from ...storage.records import StudyRecord
from ...storage.store import Store
from ..data.schema import TableSchema
from ..domain.errors import Message, SpecError
from ..domain.policy import POLICY, Policy
from ..domain.spec import StudySpec
from ..machine import free_memory_bytes, n_cores
from .gpus import gpu_names
from .messages import Site, StudyFiles, StudyRequest, StudyTraining


def study_request(store: Store, study: StudyRecord) -> StudyRequest:
    """Return what workers are told of a study.

    Raises
    ------
    CupelError
        Where its folds or its data are lost or damaged.
    """
    dataset = store.dataset(study.dataset_id or 0)
    schema = TableSchema.from_json(dataset.schema)
    for sha256 in (dataset.table_sha256, *(array.sha256 for array in schema.arrays.values())):
        store.artifacts.checked_path(sha256)
    if study.split_sha256 is None:
        raise SpecError("The study {study!r} has no folds; create it anew.", study=study.name)
    store.artifacts.checked_path(study.split_sha256)
    training = StudyTraining.of(StudySpec.of_study(study), schema, study.id)
    return StudyRequest(
        **training.shared(), table_sha256=dataset.table_sha256, splits_sha256=study.split_sha256
    )


def study_files(store: Store, study: StudyRecord, policy: Policy = POLICY) -> StudyFiles:
    """Return a study as a task sees it that has this machine as a worker of its search has it.

    Raises
    ------
    CupelError
        Where its folds or its data are lost or damaged.
    """
    return share_of(store, StudySpec.of_study(study).n_workers, policy).site.files(
        study_request(store, study)
    )


@dataclass(frozen=True, slots=True)
class Share:
    """What the workers of a study have of this machine.

    Attributes
    ----------
    n_workers : int
    site : Site
        Where they find the files of the store, and what each of them may use.
    """

    n_workers: int
    site: Site


def share_of(store: Store, n_workers: int | None, policy: Policy = POLICY) -> Share:
    """Return what workers of a store's study have of this machine as it stands now.

    Parameters
    ----------
    store : Store
    n_workers : int or None
        How many are asked for, see `share_out`.
    policy : Policy

    Returns
    -------
    Share
    """
    n_workers, n_threads = share_out(n_workers, policy)
    site = Site(
        artifacts=str(store.artifacts.folder),
        checkpoints=str(store.workspace.checkpoints),
        n_threads=n_threads,
        memory_limit_bytes=memory_share(n_workers, policy),
    )
    return Share(n_workers, site)


def memory_share(n_workers: int, policy: Policy = POLICY) -> int:
    """Return the bytes that each worker may use, of what is free now."""
    return int(policy.memory_fraction * free_memory_bytes() / n_workers)


def share_out(n_workers: int | None, policy: Policy = POLICY) -> tuple[int, int]:
    """Return the number of workers, at most so many as the memory allows, and of threads for each.

    Where the user does not say how many: one a GPU, or one a core; one thread a worker suits small networks best.
    """
    cores = n_cores()
    workers = min(n_workers or len(gpu_names()) or cores, most_workers(policy))
    return workers, max(1, cores // workers)


def fewer_workers(n_workers: int | None, policy: Policy = POLICY) -> Message | None:
    """Return a sentence where the memory that is free now does not allow so many workers."""
    most = most_workers(policy)
    if n_workers is None or n_workers <= most:
        return None
    return Message(
        "The memory that is free now is enough for {n} of the {wanted} workers asked for, so no more are started; "
        "close other programs, or ask for fewer.",
        {"n": most, "wanted": n_workers},
    )


def most_workers(policy: Policy = POLICY) -> int:
    """Return how many workers the memory that is free now allows."""
    return max(1, memory_share(1, policy) // policy.worker_bytes)
