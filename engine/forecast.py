"""How long trials will take and how much memory they need: measured on a few real corners of the space.

The work of a throw-away process, see `jobs`: it imports TensorFlow.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..storage.ranking import Direction
from .data.table import TableFiles
from .domain.errors import Message
from .domain.forecasts import Corner, Forecast, ForecastRequest
from .domain.params import Params
from .domain.space import Space, parameters, space_for
from .domain.space_fit import adapt_space
from .domain.space_points import start_points, to_params
from .domain.spec import BudgetSpec, StudySpec
from .jobs.work import Reporter
from .machine import private_bytes
from .search.budget import Budget
from .splits.splitting import draw_splits
from .study_rows import SourceRows
from .training.reports import EpochReport
from .workers.messages import StudyFiles, StudyTraining
from .workers.sharing import fewer_workers, memory_share, share_out

if TYPE_CHECKING:
    from .workers.context import StudyContext

_CORNERS = ("smallest", "default", "largest")
_TIMED_EPOCHS = 3
# Of a search, until its first worker is ready: reading, engine, worker processes.
_START_UP_STARTS = 2.3
_FEW_TRIALS = 5
# Fraction of the epochs that a trial with early stopping or a pruner often ends after.
_EARLY = 0.35


def forecast(request: ForecastRequest, reporter: Reporter) -> Forecast:
    """Measure the smallest, the default and the largest network of the space on the real data.

    Raises
    ------
    CupelError
        Where the data or the space cannot be used.
    """
    rows = SourceRows.read(request.source, request.spec, request.read)
    table, schema, spec = rows.loaded.table, rows.schema, rows.spec
    splits = draw_splits(spec.split, rows.target, table, schema, spec.seed)
    n_workers, n_threads = share_out(spec.n_workers)
    with tempfile.TemporaryDirectory() as folder:
        splits_path = Path(folder) / "splits.npz"
        splits_path.write_bytes(splits.to_npz_bytes())
        files = StudyFiles(
            **StudyTraining.of(spec, schema).shared(), table=TableFiles.save(table, Path(folder)),
            splits=str(splits_path), n_threads=n_threads, checkpoints=folder,
            memory_limit_bytes=memory_share(n_workers),
        )  # fmt: skip
        space = space_for(spec.space, spec.families, schema.kinds)
        n_rows = max(len(r) for r in splits.train)
        space = adapt_space(space, n_rows=n_rows, max_epochs=spec.max_epochs, n_numbers=schema.n_numbers)
        start_s = _start()
        corners = _corners(files, space, spec, reporter)
    return _summary(corners, spec, n_workers, files.memory_limit_bytes, start_s)


def _start() -> float:
    """Import TensorFlow; return the seconds that it takes, by which `Budget` judges how fast the machine is now."""
    started = time.monotonic()
    importlib.import_module(f"{__package__}.tf")
    return time.monotonic() - started


def search_s(budget: BudgetSpec, start_s: float, *, exports: bool) -> float:
    """Return the seconds that a budget leaves for the search, once everything has started.

    Infinite without a time limit, negative where starting and the end take longer than that.

    Parameters
    ----------
    start_s : float
        Of a process that imports TensorFlow.
    """
    clock = Budget(budget, Direction.MAXIMIZE, elapsed_s=_START_UP_STARTS * start_s, exports=exports)
    clock.note_start(start_s)
    clock.note_network()
    return clock.search_left_s


def _corners(files: StudyFiles, space: Space, spec: StudySpec, reporter: Reporter) -> list[Corner]:
    from .training.devices import set_up_devices
    from .workers.context import context_of

    set_up_devices(files.n_threads)
    context = context_of(files)
    corners: list[Corner] = []
    for family in spec.families:
        default = dict(start_points(space, family, task=spec.task, metric=spec.metric)[0])
        for name in _CORNERS:
            reporter.progress(len(corners) / (len(_CORNERS) * len(spec.families)))
            values = (
                default
                if name == "default"
                else _extreme(space, family, default, spec, largest=name == "largest")
            )
            params = to_params(space, family, values, task=spec.task, metric=spec.metric)
            corners.append(_measure(files, context, family, name, params))
    return corners


def _extreme(space: Space, family: str, default: Params, spec: StudySpec, *, largest: bool) -> Params:
    """Return the default with every whole number at the end that makes a network large (or small)."""
    values = dict(default)
    for p in parameters(space, family, task=spec.task, metric=spec.metric):
        if p.kind == "int" and p.name in values and p.name != "patience":
            # Small batches make many steps.
            is_high = largest != (p.name == "batch_size")
            values[p.name] = int(p.high if is_high else p.low)
    return values


def _measure(files: StudyFiles, context: StudyContext, family: str, name: str, params: Params) -> Corner:
    """Train a network for a few epochs; whether it fits the budget is not known here yet."""
    from .training.schedules import trial_epochs
    from .training.trainer import Trainer
    from .workers.trial_task import train_spec

    started = time.monotonic()
    problem = context.problem(params)
    n_epochs, n_timed = trial_epochs(params, files.max_epochs), _TIMED_EPOCHS + 1
    spec = train_spec(context, problem, family, params, stop_epoch=n_timed, max_epochs=max(n_epochs, n_timed))
    trainer = Trainer(problem, spec)
    moments: list[float] = []

    def observe(report: EpochReport) -> bool:  # noqa: ARG001 - an observer's signature
        moments.append(time.monotonic())
        return True

    trainer.run(observe)
    epoch_s = (moments[-1] - moments[0]) / (len(moments) - 1)
    return Corner(
        family, name, seconds=moments[0] - started + epoch_s * (n_epochs - 1), fits=True,
        memory_bytes=private_bytes(), n_parameters=trainer.network.n_parameters,
        is_streamed=spec.window_bytes is not None,
    )  # fmt: skip


def _summary(
    measured: list[Corner], spec: StudySpec, n_workers: int, limit_bytes: int, start_s: float
) -> Forecast:
    left_s = search_s(spec.budget, start_s, exports=spec.export_dir != "")
    corners = tuple(dataclasses.replace(c, fits=c.seconds <= left_s) for c in measured)
    low = min(c.seconds for c in corners) * _EARLY
    high = max(c.seconds for c in corners)
    memory = max(c.memory_bytes for c in corners)
    fewer = fewer_workers(spec.n_workers)
    messages = [fewer] if fewer else []
    in_budget = None
    if spec.budget.timeout_s is not None:
        typical = [c.seconds for c in corners if c.name == "default"]
        middle = sum(typical) / len(typical)
        in_all = max(left_s, 0.0) * n_workers
        in_budget = int(in_all / max(middle, (high + middle) / 2)), int(in_all / (middle * _EARLY))
        messages += _time_messages(corners, in_budget, spec.budget.timeout_s, left_s)
    if any(c.is_streamed for c in corners):
        messages.append(
            Message(
                "The rows do not fit into the memory of a worker: they are streamed from the disk while networks train."
            )
        )
    if memory > limit_bytes:
        messages.append(
            Message(
                "The largest networks may need more memory than a worker may use; make the space smaller."
            )
        )
    return Forecast(
        corners=corners,
        seconds_per_trial=(low, high),
        trials_in_budget=in_budget,
        search_s=None if math.isinf(left_s) else max(left_s, 0.0),
        peak_memory_bytes=memory * n_workers,
        n_workers=n_workers,
        messages=tuple(messages),
    )


def _time_messages(
    corners: Sequence[Corner], in_budget: tuple[int, int], timeout_s: float, left_s: float
) -> list[Message]:
    """Return what will not fit a time budget."""
    late = [c for c in corners if not c.fits]
    if len(late) == len(corners):
        quickest = min(c.seconds for c in corners)
        return [
            Message(
                "The time is too short for a whole trial of any network here: starting, the final model and the export "
                "take about {end} seconds, and the quickest trial {quickest}; allow at least {least} seconds.",
                {
                    "end": math.ceil(timeout_s - left_s),
                    "quickest": math.ceil(quickest),
                    "least": math.ceil(timeout_s - left_s + quickest),
                },
            )
        ]
    messages: list[Message] = []
    if late:
        names = ", ".join(f"{c.family} ({c.name})" for c in late)
        messages.append(
            Message(
                "The budget leaves {left} seconds for the search; trials of these networks would take longer, and are "
                "cut short: {networks}.",
                {"left": math.floor(left_s), "networks": names},
            )
        )
    if in_budget[0] < _FEW_TRIALS:
        messages.append(
            Message("The time is enough for few trials only; allow more time, or make the space smaller.")
        )
    return messages
