"""The search for the best ways to compress: the work of a child of `explore`.

Optuna's TPE with three objectives (score, bytes, time of one row), which covered more of the
front than NSGA-II with as few candidates as fit here (docs/decisions/objectives.md). What is over a limit by its layout
alone is not trained. Candidates train on all folds in lockstep; the front is converted and measured afterwards.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.trial import Trial

from ..domain.compression_plan import CONTROL, Plan, n_epochs_of
from ..domain.errors import CupelError
from ..domain.objectives import front_mask
from ..jobs.work import Reporter
from ..networks.cutting import shrink
from ..networks.network import Network
from ..training.model import TrainedModel
from ..training.quantizing import channel_axes, layer_of
from ..training.sparsity import Scope, sparsity_of
from .messages import ChooseRequest, Chosen, FrontForm
from .probe import Probe, bytes_of, latency_of, probe_of
from .train import train_plan

_log = logging.getLogger(__name__)
_KEEPS = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1)
_SPARSITIES = (0.0, 0.3, 0.5, 0.7, 0.85, 0.95)
_FORMATS = ("float32", "float16", "int8", "int4")
_MOST_MEASURED = 6
# Of a limit of bytes or time, that an estimate may be over.
_SLACK = 1.02
_SLACK_BYTES = 2048
_SCOPES: tuple[Scope, ...] = ("global", "layer", "2:4")
_FIRST: tuple[dict[str, float | str | bool], ...] = (
    {"keep": 1.0, "format": "int8", "is_tuned": False, "floats": "none"},
    {"keep": 0.5, "is_taught": False, "format": "int8", "is_tuned": True, "floats": "none"},
    {"keep": 1.0, "format": "int4", "is_tuned": True, "is_taught": False, "floats": "none"},
    {"keep": 0.25, "is_taught": True, "format": "int4", "is_tuned": True, "floats": "none"},
)


@dataclass(slots=True)
class ScoredPlan:
    """A plan in a number format, what it scored, and what it needs."""

    plan: Plan
    number_format: str
    drop: float
    size_bytes: int
    latency_ms: float
    model: TrainedModel | None = None
    # Of each fold, shape (R,); `drop` is their mean.
    losses: NDArray[np.float64] | None = None


@dataclass(slots=True)
class Chooser:
    """One search."""

    probe: Probe
    n_epochs: int
    most_bytes: int | None
    most_ms: float | None
    is_zipped: bool
    reference: NDArray[np.float64] | None = None
    found: dict[str, ScoredPlan] = field(default_factory=dict[str, ScoredPlan])
    n_ruled_out: int = 0
    n_failed: int = 0
    shrunk: dict[float, Network] = field(default_factory=dict[float, Network])

    def run(self, n_rounds: int, timeout_s: float, reporter: Reporter) -> TrainedModel:
        """Search; return the control, that was trained as long as any candidate."""
        control = train_plan(self.probe.context, self.probe.base, CONTROL, 2 * self.n_epochs)
        self.reference = self.probe.scores(control)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            directions=("minimize", "minimize", "minimize"),
            sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=8),
        )
        for first in _FIRST:
            study.enqueue_trial(first, skip_if_exists=True)
        began = time.monotonic()
        for done in range(n_rounds):
            spent = time.monotonic() - began
            if spent > timeout_s:
                break
            reporter.progress(max(done / n_rounds, spent / timeout_s))
            trial = study.ask()
            study.tell(trial, self._values(trial))
        return control

    def _values(self, trial: Trial) -> tuple[float, float, float]:
        plan, number_format = self._suggested(trial)
        key = f"{plan.name}/{number_format}"
        if key not in self.found:
            self.found[key] = self._tried(plan, number_format)
        one = self.found[key]
        return one.drop, float(one.size_bytes), one.latency_ms

    def _suggested(self, trial: Trial) -> tuple[Plan, str]:
        """Return a plan; its name says all that tells it from others."""
        keep = float(trial.suggest_categorical("keep", self._keeps()))
        number_format = str(trial.suggest_categorical("format", _FORMATS))
        is_tuned = bool(trial.suggest_categorical("is_tuned", (False, True)))
        sparsity = float(trial.suggest_categorical("sparsity", _SPARSITIES)) if self.is_zipped else 0.0
        scope = cast("Scope", trial.suggest_categorical("scope", _SCOPES)) if sparsity else "global"
        sparsity = 0.5 if scope == "2:4" else sparsity
        bits = {"int8": 7, "int4": 4}.get(number_format, 0) if is_tuned else 0
        # More training alone is the control.
        is_trained = bits > 0 or keep < 1.0 or sparsity > 0.0
        is_taught = bool(trial.suggest_categorical("is_taught", (False, True))) if is_trained else False
        is_mixed = (
            number_format in ("int8", "int4")
            and trial.suggest_categorical("floats", ("none", "ends")) == "ends"
        )
        parts: list[str] = []
        if keep < 1.0:
            parts.append(f"{'distilled' if is_taught else 'structured'} {1 - keep:.0%}".replace("%", " %"))
        elif is_taught:
            parts.append("distilled")
        if sparsity:
            parts.append(f"sparse {scope}" if scope == "2:4" else f"sparse {sparsity:.0%}".replace("%", " %"))
            parts[-1] += " by layer" if scope == "layer" else ""
        if bits:
            parts.append(f"tuned {number_format}")
        if is_mixed:
            parts.append("mixed")
        name = " + ".join(parts) or "base"
        return Plan(
            name,
            sparsity=sparsity,
            scope=scope,
            keep=keep,
            is_tuned=is_trained,
            bits=bits,
            is_taught=is_taught,
            formats=(number_format,),
            floats=self._ends() if is_mixed else (),
        ), number_format

    def _keeps(self) -> tuple[float, ...]:
        if not self.shrunk:
            self.shrunk[1.0] = self.probe.base.network
            base = self.probe.base
            for keep in _KEEPS[1:]:
                smaller = shrink(base.network, base.weights, base.stats, keep)
                shape = self.probe.context.problem(dict(smaller.params)).shape
                self.shrunk[keep] = dataclasses.replace(base, params=smaller.params, shape=shape).network
        return tuple(self.shrunk)

    def _ends(self) -> tuple[str, ...]:
        """Return the first and the last layer."""
        layers = list(dict.fromkeys(layer_of(name) for name in channel_axes(self.probe.base.network.weights)))
        return tuple(dict.fromkeys((layers[0], layers[-1]))) if len(layers) > 2 else tuple(layers[-1:])

    def _tried(self, plan: Plan, number_format: str) -> ScoredPlan:
        network = self.shrunk[plan.keep]
        size, latency = bytes_of(network, number_format, plan.floats), latency_of(network)
        one = ScoredPlan(plan, number_format, self._worst(), size, latency)
        over_bytes = self.most_bytes is not None and size > _SLACK * self.most_bytes + _SLACK_BYTES
        if (over_bytes and not self.is_zipped) or (
            self.most_ms is not None and number_format != "int8" and latency > _SLACK * self.most_ms
        ):
            self.n_ruled_out += 1
            return one
        try:
            n_epochs = n_epochs_of(plan, self.n_epochs)
            model = train_plan(self.probe.context, self.probe.base, plan, n_epochs)
        except (CupelError, ArithmeticError) as error:
            self.n_failed += 1
            _log.warning("%s in %s could not be made: %s", plan.name, number_format, error)
            return one
        scores = self.probe.scores(model, number_format, plan.floats)
        if np.isfinite(scores).all():
            one.model = model
            one.losses = self.probe.fold_losses(self._fair(plan), scores)
            one.drop = float(np.mean(one.losses))
        if self.is_zipped and plan.sparsity:
            one.size_bytes = round(size * (1.0 - 0.9 * sparsity_of(model.network.weights, model.weights)))
        return one

    def _fair(self, plan: Plan) -> NDArray[np.float64]:
        if not plan.is_tuned:
            return self.probe.scores(self.probe.base)
        assert self.reference is not None  # noqa: S101 - the control is trained before anything is asked
        return self.reference

    def _worst(self) -> float:
        return max((one.drop for one in self.found.values() if one.model is not None), default=0.0) + 0.1

    def nested(self, most_drop: float) -> list[float]:
        """Return for each fold what the form loses there that would be chosen without it; see `nested_losses`."""
        made = [
            one
            for one in self.found.values()
            if one.model is not None
            and (self.most_bytes is None or one.size_bytes <= self.most_bytes)
            and (self.most_ms is None or one.latency_ms <= self.most_ms)
        ]
        if not made:
            return []
        return nested_losses(
            np.stack([one.losses for one in made if one.losses is not None]),
            np.array([one.size_bytes for one in made]),
            most_drop,
        )

    def chosen(self, most_drop: float) -> list[ScoredPlan]:
        """Return the candidates of the front that are worth a file, the smallest within the limits first."""
        made = [one for one in self.found.values() if one.model is not None]
        costs = np.array([[one.drop, one.size_bytes, one.latency_ms] for one in made]).reshape(-1, 3)
        best = [one for one, on_front in zip(made, front_mask(costs), strict=True) if on_front]
        within = [one for one in best if one.drop <= most_drop]
        beyond = [one for one in best if one.drop > most_drop]
        within.sort(key=lambda one: one.size_bytes)
        beyond.sort(key=lambda one: one.drop)
        return (within[: _MOST_MEASURED - 1] + beyond)[:_MOST_MEASURED]


def nested_losses(losses: NDArray[np.float64], sizes: NDArray[np.int64], most_drop: float) -> list[float]:
    """Return by fold the loss of the form that is chosen on the other folds: the smallest within the limit.

    The form that is chosen on all folds was picked for what it loses there, among many; this is what the way of
    choosing loses on rows that it has not looked at. Where no form is within the limit it is the one that loses least.

    Parameters
    ----------
    losses : ndarray of shape (n_forms, R)
    sizes : ndarray of shape (n_forms,)
    """
    n_folds = losses.shape[1]
    found: list[float] = []
    for fold in range(n_folds if n_folds > 1 else 0):
        known = np.delete(losses, fold, axis=1).mean(axis=1)
        within = np.flatnonzero(known <= most_drop)
        place = within[np.argmin(sizes[within])] if len(within) else np.argmin(known)
        found.append(float(losses[place, fold]))
    return found


def choose(request: ChooseRequest, reporter: Reporter) -> Chosen:
    """Search, and write the networks of the front."""
    folder = Path(request.subject.folder)
    chooser = Chooser(
        probe_of(request.subject),
        request.n_epochs,
        request.limits.most_bytes,
        request.limits.most_ms,
        request.is_zipped,
    )
    control = chooser.run(request.n_rounds, request.timeout_s, reporter)
    (folder / "control.npz").write_bytes(control.to_bytes())
    candidates: list[FrontForm] = []
    for place, one in enumerate(chooser.chosen(request.limits.most_drop)):
        assert one.model is not None  # noqa: S101 - of the front
        file = f"candidate{place}.npz"
        (folder / file).write_bytes(one.model.to_bytes())
        candidates.append(
            FrontForm(one.plan, one.number_format, file, one.drop, one.size_bytes, one.latency_ms)
        )
    return Chosen(
        candidates=tuple(candidates),
        n_tried=len(chooser.found),
        n_ruled_out=chooser.n_ruled_out,
        n_failed=chooser.n_failed,
        nested=tuple(chooser.nested(request.limits.most_drop)),
    )
