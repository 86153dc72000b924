"""Choosing among many ways to compress under the user's limits, and finding the layers to blame: doors beside `ledger`.

Both search in a child process, then have what they found converted, scored and timed as the ledger does. Does not
import TensorFlow.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...storage.records import VariantRecord
from ...storage.store import Store
from ...storage.workspace import SCRATCH
from ..errors import CompressionError, SpecError
from ..statistics.comparison import paired_difference
from .ledger import Progress, Work, trial_to_compress
from .plan import BASE, CONTROL, Form, Plan
from .verdict import chosen

_PARTS = 100  # steps of the progress that a search is worth
_SILENT_S = 1800.0  # how long a search may be silent
_UNTRAINED: dict[str, Any] = {"n_epochs": 0}
_MANY = 10_000
USUAL_ROUNDS = 24
BLAMED = ("int8", "int4", "sparse")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the user sets: the loss, the bytes of the file, and the milliseconds of one row; None is no limit."""

    most_drop: float = 0.01
    most_bytes: int | None = None
    most_ms: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what is stored of them."""
        return {"most_drop": self.most_drop, "most_bytes": self.most_bytes, "most_ms": self.most_ms}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search ended with.

    Attributes
    ----------
    variants : list of VariantRecord
        Base, control, and what was measured of the front.
    chosen : VariantRecord or None
        The smallest within the limits.
    n_tried, n_ruled_out : int
        Different candidates, and those of them that were over a limit before they were trained.
    nested : dict or None
        ``mean``, ``low``, ``high`` of what the way of choosing loses on folds that it has not looked at; see
        `choose.nested_losses`. None where nothing could be chosen, or there is one fold.
    """

    variants: list[VariantRecord]
    chosen: VariantRecord | None
    n_tried: int
    n_ruled_out: int
    nested: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Blamed:
    """What each layer costs, and the mixed form that meets the limit.

    Attributes
    ----------
    layers : list of dict
        ``layer``, ``drop``, ``n_weights``, ``spared_bytes``; see `blame.Blame`.
    n_folds : int
        On how many folds the layers were scored.
    rescue : dict
        See `blame.rescue`.
    variants : list of VariantRecord
        Base, all layers compressed, and the rescue where it differs.
    """

    layers: list[dict[str, Any]]
    n_folds: int
    rescue: dict[str, Any]
    variants: list[VariantRecord]


def choose_variants(
    store: Store,
    study_id: int,
    trial: int | str = "best",
    *,
    limits: Limits,
    n_rounds: int | None = None,
    timeout_s: float | None = None,
    is_zipped: bool = False,
    progress: Progress = lambda *_: None,
) -> Choice:
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
        work = Work(store, study, record, forms, Path(folder), limits.most_drop, progress)
        job = {
            "model": str(work.base_model()), "n_epochs": work.n_epochs(), "n_rounds": rounds,
            "timeout_s": timeout_s or 1e9, "is_zipped": is_zipped, **limits.to_json(),
        }  # fmt: skip
        found = _explored(work, "choose", job)
        nested = _interval(found["nested"], int(study.spec["split"]["n_folds"]))
        search = {"limits": limits.to_json(), "is_zipped": is_zipped, "nested": nested,
                  **{key: found[key] for key in ("n_tried", "n_ruled_out", "n_failed")}}  # fmt: skip
        told, models = _front(found, forms, search)
        work.forms = tuple(told)
        variants = work.ended(work.measured(told, models, 0))
    best = chosen(variants, limits.most_drop, limits.most_bytes, limits.most_ms, is_zipped=is_zipped)
    return Choice(variants, best, found["n_tried"], found["n_ruled_out"], nested)


def _interval(losses: list[float], n_folds: int) -> dict[str, float] | None:
    return paired_difference(np.array(losses), np.zeros(len(losses)), n_folds=n_folds) if losses else None


def _front(
    found: Mapping[str, Any], forms: tuple[Form, Form], search: Mapping[str, Any]
) -> tuple[dict[Form, dict[str, Any]], dict[Form, str]]:
    """Return what was told of the training of base, control and the front, and the files of their networks."""
    base, control = forms
    told: dict[Form, dict[str, Any]] = {base: _UNTRAINED, control: {"n_epochs": found["control_epochs"]}}
    models = {base: "base.npz", control: "control.npz"}
    for one in found["candidates"]:
        form = Form(_plan(one["plan"]), one["format"])
        if form in told:
            continue
        estimate = {name: one[name] for name in ("drop", "size_bytes", "latency_ms")}
        told[form] = {**one["told"], "more": {"choice": {**search, "estimate": estimate}}}
        models[form] = one["model"]
    return told, models


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
        work = Work(store, study, record, (base,), Path(folder), most_drop, progress)
        job = {"model": str(work.base_model()), "format": number_format, "sparsity": zeros,
               "most_drop": most_drop}  # fmt: skip
        found = _explored(work, "blame", job)
        spared = tuple(found["rescue"]["spared"])
        more = {"more": {"blame": {"how": how, "sparsity": zeros, "most_drop": most_drop, **found}}}
        name = f"sparse {zeros:.0%} at once".replace("%", " %") if zeros else "base"
        whole = Form(Plan(name, zeros, "layer", is_tuned=False), number_format) if zeros else Form(BASE, how)
        models = {base: "base.npz", whole: "all.npz"}
        told: dict[Form, dict[str, Any]] = {base: _UNTRAINED, whole: {**_UNTRAINED, **more}}
        if spared:
            mixed_name = f"{name} + mixed" if zeros else "mixed"
            floats = () if zeros else spared
            mixed = Form(Plan(mixed_name, zeros, "layer", is_tuned=False, floats=floats), number_format)
            models[mixed] = "rescue.npz"
            told[mixed] = {**_UNTRAINED, **more}
        work.forms = tuple(told)
        variants = work.ended(work.measured(told, models, 0))
    return Blamed(found["blame"], found["n_folds"], found["rescue"], variants)


def _explored(work: Work, module: str, job: Mapping[str, Any]) -> dict[str, Any]:
    """Run a search in a child, with its progress; return its answer."""
    first = work.n_done
    work.n_steps += _PARTS
    work.step("searching")
    problem = work.child(module, job, _SILENT_S, _watcher(work, first))
    answer = work.folder / "explored.json"
    if problem or not answer.is_file():
        raise CompressionError("The search among compressed networks ended: {reason}", reason=problem)
    work.n_done = first + _PARTS
    return json.loads(answer.read_text(encoding="utf-8"))


def _watcher(work: Work, first: int) -> Callable[[], bool]:
    path = work.folder / "explored.fraction"

    def look() -> bool:
        if not path.is_file():
            return False
        fraction = float(json.loads(path.read_text(encoding="utf-8"))["fraction"])
        before, work.n_done = work.n_done, max(work.n_done, first + int(_PARTS * min(fraction, 1.0)))
        return work.n_done > before

    return look


def _plan(values: Mapping[str, Any]) -> Plan:
    if values["name"] == BASE.name:
        return BASE
    return Plan(**{**values, "formats": tuple(values["formats"]), "floats": tuple(values["floats"])})
