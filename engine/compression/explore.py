"""Choosing among many ways to compress under the user's limits, and finding the layers to blame: doors beside `ledger`.

Both search in a child process, then have what they found converted, scored and timed as the ledger does. Does not
import TensorFlow.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from ...storage.records import VariantRecord
from ...storage.store import Store
from ...storage.workspace import SCRATCH
from ..domain.compression_plan import BASE, CONTROL, Form, Plan
from ..domain.compression_verdict import chosen
from ..domain.errors import SpecError
from ..domain.spec import StudySpec
from ..domain.variants import (
    BlamedLayers,
    BlameFacts,
    CandidateEstimate,
    ChoiceFacts,
    Difference,
    VariantLimits,
)
from ..jobs.child import Job
from ..statistics.comparison import paired_difference
from .ledger import LedgerRun, Measured, Progress, trial_to_compress
from .messages import BLAME, CHOOSE, BlameRequest, ChooseRequest, Chosen, Trained

# Which fraction of all counts as done when the search is over, and when what it found is measured.
_SEARCH_ENDS, _MEASURED_ENDS = 0.75, 0.9
A = TypeVar("A")
_MANY = 10_000
USUAL_ROUNDS = 24
BLAMED = ("int8", "int4", "sparse")


@dataclass(frozen=True, slots=True)
class ExplorationResult:
    """What a search ended with.

    Attributes
    ----------
    variants : list of VariantRecord
        Base, control, and what was measured of the front.
    chosen : VariantRecord or None
        The smallest within the limits.
    n_tried, n_ruled_out : int
        Different candidates, and those of them that were over a limit before they were trained.
    nested : Difference or None
        What the way of choosing loses on folds that it has not looked at; see
        `choose.nested_losses`. None where nothing could be chosen, or there is one fold.
    """

    variants: list[VariantRecord]
    chosen: VariantRecord | None
    n_tried: int
    n_ruled_out: int
    nested: Difference | None = None


@dataclass(frozen=True, slots=True)
class Blamed:
    """What each layer costs, and the mixed form that meets the limit.

    Attributes
    ----------
    found : BlamedLayers
    variants : list of VariantRecord
        Base, all layers compressed, and the rescue where it differs.
    """

    found: BlamedLayers
    variants: list[VariantRecord]


def choose_variants(
    store: Store,
    study_id: int,
    trial: int | str = "best",
    *,
    limits: VariantLimits,
    n_rounds: int | None = None,
    timeout_s: float | None = None,
    is_zipped: bool = False,
    progress: Progress = lambda *_: None,
) -> ExplorationResult:
    """Search for the best forms under limits, measure the front, and record it.

    Parameters
    ----------
    n_rounds : int, optional
        Candidates to try; without it and a time-out `USUAL_ROUNDS`.
    timeout_s : float, optional
        After which no new candidate begins; measuring the front comes on top.
    is_zipped : bool
        Whether bytes are those of zipped files: only then zeros are of use, and tried.
    progress : callable
        As of `ledger.compress`; the search itself is ``searching``.

    Raises
    ------
    CompressionError
        Where the trial has no networks, or the search ends.
    """
    if (
        limits.most_drop < 0
        or (timeout_s is not None and timeout_s <= 0)
        or (n_rounds is not None and n_rounds < 1)
    ):
        raise SpecError("The limit of loss must be zero or more, rounds and time-out must be positive.")
    study, record = trial_to_compress(store, study_id, trial)
    rounds = n_rounds or (USUAL_ROUNDS if timeout_s is None else _MANY)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.workspace.path) as folder:
        forms = (Form(BASE, "float32"), Form(CONTROL, "float32"))
        work = LedgerRun(store, study, record, forms, Path(folder), limits.most_drop, progress)
        subject = work.subject()
        request = ChooseRequest(
            subject, work.n_epochs(), rounds, timeout_s or 1e9, is_zipped, limits,
        )  # fmt: skip
        found = _explored(work, CHOOSE, request)
        nested = _interval(found.nested, StudySpec.of_study(study).split.n_folds)
        front = _front(found, forms, limits, nested, is_zipped=is_zipped)
        work.forms = tuple(front)
        variants = work.ended(work.measured(subject, front, 0, _MEASURED_ENDS))
    best = chosen(variants, limits.most_drop, limits.most_bytes, limits.most_ms, is_zipped=is_zipped)
    return ExplorationResult(variants, best, found.n_tried, found.n_ruled_out, nested)


def _interval(losses: Sequence[float], n_folds: int) -> Difference | None:
    return paired_difference(np.array(losses), np.zeros(len(losses)), n_folds=n_folds) if losses else None


def _front(
    found: Chosen,
    forms: tuple[Form, Form],
    limits: VariantLimits,
    nested: Difference | None,
    *,
    is_zipped: bool,
) -> dict[Form, Measured]:
    """Return base, control and the front, before files of them are written."""
    base, control = forms
    front = {
        base: Measured(Trained(), "base.npz"),
        control: Measured(Trained(), "control.npz"),
    }
    for one in found.candidates:
        form = Form(one.plan, one.number_format)
        if form in front:
            continue
        estimate = CandidateEstimate(one.drop, one.size_bytes, one.latency_ms)
        choice = ChoiceFacts(
            limits, is_zipped, nested, found.n_tried, found.n_ruled_out, found.n_failed, estimate
        )
        front[form] = Measured(Trained(choice=choice), one.model)
    return front


def blame_layers(
    store: Store,
    study_id: int,
    trial: int | str = "best",
    *,
    how: str = "int4",
    sparsity: float = 0.75,
    most_drop: float = 0.01,
    progress: Progress = lambda *_: None,
) -> Blamed:
    """Compress each layer alone, and record the mixed form that meets the limit.

    Parameters
    ----------
    how : {"int8", "int4", "sparse"}
    sparsity : float
        Of ``sparse``: the fraction of a layer's weights that become 0, in (0, 1).

    Raises
    ------
    SpecError
        For another way or sparsity.
    CompressionError
        Where the trial has no networks, or the search ends.
    """
    if how not in BLAMED or not 0.0 < sparsity < 1.0:
        raise SpecError(
            "{value!r} is no way to blame layers for; choose from {choices}, with a sparsity between 0 and 1.",
            value=how,
            choices=", ".join(BLAMED),
        )
    study, record = trial_to_compress(store, study_id, trial)
    number_format, zeros = ("float32", sparsity) if how == "sparse" else (how, 0.0)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.workspace.path) as folder:
        base = Form(BASE, "float32")
        work = LedgerRun(store, study, record, (base,), Path(folder), most_drop, progress)
        subject = work.subject()
        found = _explored(work, BLAME, BlameRequest(subject, number_format, zeros, most_drop))
        spared = found.rescue.spared
        facts = BlameFacts(
            found.blame, found.n_folds, found.rescue, how=how, sparsity=zeros, most_drop=most_drop
        )
        blamed = Trained(blame=facts)
        name = f"sparse {zeros:.0%} at once".replace("%", " %") if zeros else "base"
        whole = Form(Plan(name, zeros, "layer", is_tuned=False), number_format) if zeros else Form(BASE, how)
        front = {base: Measured(Trained(), "base.npz"), whole: Measured(blamed, "all.npz")}
        if spared:
            mixed_name = f"{name} + mixed" if zeros else "mixed"
            floats = () if zeros else spared
            mixed = Form(Plan(mixed_name, zeros, "layer", is_tuned=False, floats=floats), number_format)
            front[mixed] = Measured(blamed, "rescue.npz")
        work.forms = tuple(front)
        variants = work.ended(work.measured(subject, front, 0, _MEASURED_ENDS))
    return Blamed(found, variants)


def _explored(work: LedgerRun, job: Job[A], request: object) -> A:
    """Have a child search, with its progress; return its answer."""
    work.stage("searching", _SEARCH_ENDS)
    return work.child(job, request)
