"""Training networks on while they become sparse or smaller: ``python -m cupel.engine.compression.train JOB.json``.

All folds in lockstep, as in a trial. Started by `ledger`; the one module here beside `convert` that imports TensorFlow.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from ..networks.registry import build_network, family
from ..search.preparing import prepare
from ..training.devices import set_up_devices
from ..training.model import TrainedModel
from ..training.problem import Problem
from ..training.sparsity import Sparsifier, sparsity_of
from ..training.trainer import Trainer
from ..workers.context import StudyContext, context_of
from ..workers.trial_task import train_spec
from .plan import PLANS, Plan

_RATE = 0.3  # of the trial's learning rate: the networks are trained already
_RAMP = 0.5  # of the epochs, in which the sparsity rises


def train_plan(
    context: StudyContext, problem: Problem, base: TrainedModel, plan: Plan, n_epochs: int
) -> tuple[TrainedModel, dict[str, Any]]:
    """Return the networks of a plan, one a fold, and what is to be told of them.

    Parameters
    ----------
    base : TrainedModel
        The trial's fold networks.
    n_epochs : int
        To train on.

    Raises
    ------
    CompressionError
        Where the family has no such form.
    """
    network = base.network
    params, weights, stats = base.params, base.weights, base.stats
    if plan.keep < 1.0:
        smaller = family(base.family).shrink(network, weights, stats, plan.keep)
        params, weights, stats = smaller.params, smaller.weights, smaller.stats
        network = build_network(base.family, params, base.shape)
    model = dataclasses.replace(base, params=params, weights=weights, stats=stats)
    if plan.is_tuned:
        tuned = {**params, "learning_rate": _RATE * float(params["learning_rate"]), "warmup": 0.05}
        tuned["schedule"] = "cosine"
        spec = train_spec(
            context,
            problem,
            base.family,
            tuned,
            patience=None,
            max_epochs=n_epochs,
            seed=context.files.seed + 1,
        )
        sparsifier = None
        if plan.sparsity:
            sparsifier = Sparsifier(
                network.weights, plan.sparsity, max(1, round(_RAMP * n_epochs)), plan.scope
            )
        result = Trainer(problem, spec, start=(weights, stats), sparsifier=sparsifier).run()
        model = dataclasses.replace(model, weights=result.weights, stats=result.stats)
    return model, {
        "n_parameters": network.n_parameters,
        "sparsity": sparsity_of(network.weights, model.weights),
        "n_epochs": n_epochs if plan.is_tuned else 0,
    }


def main() -> None:
    """Train every plan of the job that is not there yet; write ``<place>.npz`` and ``<place>.json``."""
    from ...storage.store import Store
    from ..errors import CupelError

    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    with Store.open(Path(job["workspace"]), "r") as store:
        files = prepare(store, store.study(job["study"])).files
    set_up_devices(files.n_threads)
    context = context_of(files)
    base = TrainedModel.from_bytes(Path(job["model"]).read_bytes())
    problem = context.problem(base.params)
    for place, name in enumerate(job["plans"]):
        told: dict[str, Any]
        try:
            model, told = train_plan(context, problem, base, PLANS[name], int(job["n_epochs"]))
            (folder / f"{place}.npz").write_bytes(model.to_bytes())
        except (CupelError, ArithmeticError) as error:
            sentence = error.sentence.to_json() if isinstance(error, CupelError) else {"text": str(error)}
            told = {"failure": sentence}
        (folder / f"{place}.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
