"""Training networks on while they become sparse or smaller, all folds in lockstep, as in a trial: the work of a child.

`choose` uses it too, in a child of its own.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..domain.compression_plan import CONTROL, PLANS, Plan, all_epochs_of, n_epochs_of, trained_first
from ..domain.errors import CupelError, Message
from ..domain.params import number_in
from ..jobs.work import Reporter
from ..training.model import TrainedModel
from ..training.quantizing import Quantizer
from ..training.sparsity import Sparsifier
from ..training.trainer import Trainer, TrainSpec, predict
from ..workers.context import StudyContext
from ..workers.trial_task import train_spec
from .messages import Trained, TrainedPlan, TrainRequest
from .probe import opened
from .shrinking import shrink

_RATE = (
    # Of the trial's learning rate: the networks are trained already, unless they have just lost units.
    0.3
)
# Of the epochs, in which the sparsity rises.
_RAMP = 0.5


def train_plan(
    context: StudyContext,
    base: TrainedModel,
    plan: Plan,
    n_epochs: int,
    start: TrainedModel | None = None,
) -> TrainedModel:
    """Return the networks of a plan, one a fold.

    Parameters
    ----------
    base : TrainedModel
        The trial's fold networks.
    n_epochs : int
        To train on.
    start : TrainedModel, optional
        The networks of the plan that this one comes after.

    Raises
    ------
    CompressionError
        Where the family has no such form.
    """
    model = start or base
    keep = plan.keep / (PLANS[plan.after].keep if plan.after else 1.0)
    if keep < 1.0:
        model = _smaller(context, model, keep)
    network = model.network
    if plan.is_tuned:
        n_ramp = max(1, round(_RAMP * n_epochs))
        result = Trainer(
            context.problem(model.params),
            _spec(context, model, n_epochs, _RATE if keep == 1.0 else 1.0),
            start=(model.weights, model.stats),
            sparsifier=Sparsifier(network.weights, plan.sparsity, n_ramp, plan.scope)
            if plan.sparsity
            else None,
            quantizer=Quantizer(network.weights, plan.bits, plan.floats) if plan.bits else None,
            teacher=_outputs(context, base) if plan.is_taught else None,
        ).run()
        model = dataclasses.replace(model, weights=result.weights, stats=result.stats)
    return model


def _spec(context: StudyContext, model: TrainedModel, n_epochs: int, rate: float) -> TrainSpec:
    """Return how networks train on: with a part of the trial's learning rate, that falls to 0."""
    params = {**model.params, "learning_rate": rate * number_in(model.params, "learning_rate", 1e-3)}
    params |= {"schedule": "cosine", "warmup": 0.05}
    problem = context.problem(model.params)
    seed = context.files.seed + 1
    return train_spec(context, problem, model.family, params, patience=None, max_epochs=n_epochs, seed=seed)


def _smaller(context: StudyContext, base: TrainedModel, keep: float) -> TrainedModel:
    """Return smaller networks; those for texts know fewer words too, so that their preprocessing is another one."""
    smaller = shrink(base.network, base.weights, base.stats, keep)
    params = dict(smaller.params)
    if "dropout" in params:
        # Less to spare.
        params["dropout"] = keep * number_in(params, "dropout", 0.0)
    problem = context.problem(params)
    return dataclasses.replace(
        base,
        params=params,
        weights=smaller.weights,
        stats=smaller.stats,
        shape=problem.shape,
        preprocessings=problem.preprocessings,
    )


def _outputs(context: StudyContext, model: TrainedModel) -> NDArray[np.float32]:
    """Return the outputs (R, n, K) of each fold's network for all rows of the problem."""
    problem, network = context.problem(model.params), model.network
    every = np.arange(len(problem.y))
    return np.concatenate(
        [
            predict(network, model.weights[r : r + 1], model.stats[r : r + 1], problem.rows(r, every))
            for r in range(model.n_networks)
        ]
    )


def train(request: TrainRequest, reporter: Reporter) -> None:
    """Train every plan, in parts."""
    context, base = opened(request.subject)
    plans, names = trained_first(request.plans), list(request.plans)
    longest = max(all_epochs_of(plan, request.n_epochs) for plan in plans)
    models: dict[str, TrainedModel] = {}
    failures: dict[str, Message] = {}
    for n_done, plan in enumerate(plans):
        reporter.progress(n_done / len(plans), plan.name)
        n_own = longest if plan is CONTROL else n_epochs_of(plan, request.n_epochs)
        try:
            if plan.after in failures:
                failures[plan.name] = failures[plan.after]
            else:
                models[plan.name] = train_plan(context, base, plan, n_own, models.get(plan.after))
        except CupelError as error:
            failures[plan.name] = error.sentence
        except ArithmeticError as error:
            failures[plan.name] = Message("{reason}", {"reason": str(error)})
        if plan.name in names:
            place = names.index(plan.name)
            if plan.name in models:
                file = Path(request.subject.folder) / f"{request.first + place}.npz"
                file.write_bytes(models[plan.name].to_bytes())
            reporter.part(TrainedPlan(place, Trained(failures.get(plan.name))))
