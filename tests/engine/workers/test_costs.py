"""What a network costs is known before it is trained, agrees with the real files, and rules trials out."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.families import FAMILY_KINDS
from cupel.engine.domain.space import default_space
from cupel.engine.domain.space_points import start_points, to_params
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, SplitSpec, StudySpec
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.folding import folded
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.network import Network
from cupel.engine.networks.onnx_graph import to_onnx
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.workers.context import context_of
from cupel.engine.workers.costs import file_bytes, row_latency_ms, training_bytes
from cupel.engine.workers.messages import StudyFiles, TaskResult, TrialTask
from cupel.engine.workers.task import run_task
from cupel.engine.workers.trial_task import train_spec
from cupel.storage.records import Failure, FailureKind
from cupel.storage.store import Store

ROOT = Path(__file__).resolve().parents[3]
PARAMS: dict[str, Any] = {
    "n_layers": 1, "width": 8, "dropout": 0.0, "batch_size": 32, "learning_rate": 0.01, "optimizer": "adam",
}  # fmt: skip
SHAPES = {
    "table": InputShape(3, (TableInput(8, (), 8),), "multiclass"),
    "text": InputShape(4, (TextInput(12, 300),), "multiclass"),
    "image": InputShape(10, (ImageInput(16, 16, 1),), "multiclass"),
}


@pytest.fixture
def files(tmp_path: Path) -> Iterator[StudyFiles]:
    spec = StudySpec(
        target="species", budget=BudgetSpec(1), max_epochs=2, n_workers=1, split=SplitSpec(n_folds=3)
    )
    with Store.open(tmp_path / "workspace") as store:
        yield prepare(store, create_study(store, "sample:iris", spec)[0]).files


def run(files: StudyFiles, limits: LimitsSpec, *objectives: str, **params: Any) -> TaskResult | Failure:
    files = dataclasses.replace(files, limits=limits, objectives=("score", *objectives))
    return run_task(files, TrialTask(9, 9, "mlp", {**PARAMS, **params}), lambda _: None)


def network_of(name: str, **changes: Any) -> Network:
    space = default_space([name])
    start = start_points(space, name, task="multiclass", metric="accuracy")[0]
    params = to_params(space, name, start, task="multiclass", metric="accuracy")
    return build_network(name, {**params, **changes}, SHAPES[FAMILY_KINDS[name]])


def trained_file(network: Network) -> int:
    """Return the bytes of the file that an export of a trained network writes."""
    rng = np.random.default_rng(0)
    weights = network.weights.initial([1]) + rng.normal(0, 0.1, (1, network.weights.size)).astype(np.float32)
    made = folded(network, weights, network.stats.initial([0]) + np.float32(0.5))
    return len(to_onnx(made.network, made.weights[0], made.stats[0]).SerializeToString())


@pytest.mark.parametrize("name", FAMILY_KINDS)
def test_the_bytes_of_a_file_are_known_before_the_network_is_trained(name: str) -> None:
    network = network_of(name)
    assert file_bytes(network) == trained_file(network)


def test_a_wider_network_takes_longer_for_a_row() -> None:
    narrow, wide = network_of("mlp", width=16), network_of("mlp", width=2048)
    assert 0 < row_latency_ms(narrow) < row_latency_ms(wide) < 1000
    assert row_latency_ms(wide) == row_latency_ms(wide)  # it is not timed again


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (LimitsSpec(parameters=10), "more than the 10 allowed"),
        (LimitsSpec(size_bytes=400), "more than the 400 allowed"),  # its weights alone would fit
        (LimitsSpec(latency_ms=1e-6), "more than the 1e-06 ms allowed"),
        (LimitsSpec(memory_bytes=1000), "bytes of memory, more than the 1,000 allowed"),
    ],
)
def test_each_limit_rules_a_trial_out_before_it_is_trained(
    files: StudyFiles, limits: LimitsSpec, sentence: str
) -> None:
    found = run(files, limits)
    assert isinstance(found, Failure), found
    assert found.kind is FailureKind.RULED_OUT
    assert sentence in found.message


def test_a_trial_within_its_limits_is_trained_and_says_what_it_costs(files: StudyFiles) -> None:
    limits = LimitsSpec(parameters=10_000, size_bytes=100_000, latency_ms=1000.0, memory_bytes=1 << 40)
    found = run(files, limits)
    assert isinstance(found, TaskResult), found
    assert found.n_parameters == 4 * 8 + 8 + 8 * 3 + 3
    assert found.size_bytes is not None
    assert 4 * found.n_parameters < found.size_bytes < 10_000
    assert found.latency_ms is not None
    assert 0 < found.latency_ms < 100


def test_what_nobody_asks_for_is_not_measured(files: StudyFiles) -> None:
    plain, sized = run(files, LimitsSpec()), run(files, LimitsSpec(), "bytes")
    assert isinstance(plain, TaskResult)
    assert isinstance(sized, TaskResult)
    assert (plain.size_bytes, plain.latency_ms) == (None, None)
    assert (sized.size_bytes is not None, sized.latency_ms) == (True, None)


def test_the_estimate_of_memory_grows_with_what_is_trained(files: StudyFiles) -> None:
    context = context_of(files)
    problem = context.problem(PARAMS)

    def need(**changes: Any) -> int:
        params = {**PARAMS, **changes}
        spec = train_spec(context, problem, "mlp", params)
        return training_bytes(build_network("mlp", params, problem.shape), problem, spec)

    assert problem.size_bytes < need() < need(width=512) < need(width=512, batch_size=100)
    weights = 4 * build_network("mlp", {**PARAMS, "width": 4096, "n_layers": 2}, problem.shape).n_parameters
    assert 13 * 3 * weights <= need(width=4096, n_layers=2) < 16 * 3 * weights  # three folds, Adam


TRAINED = """
from pathlib import Path
from tests.engine.training.problems import make_problem
from cupel.engine.training.devices import set_up_devices
from cupel.engine.training.trainer import Trainer, TrainSpec
from cupel.engine.workers.costs import training_bytes

def memory(what):
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(what))
    return 1024 * int(line.split()[1])

def train(width):
    params = {"n_layers": 2, "width": width, "optimizer": "OPTIMIZER", "learning_rate": 0.001, "batch_size": 32}
    spec = TrainSpec("mlp", params, "accuracy", 2, seed=0, patience=None)
    trainer = Trainer(problem, spec)
    trainer.run()
    return training_bytes(trainer.network, problem, spec)

set_up_devices(1)
problem = make_problem()
train(8)
before = memory("VmRSS")
estimate = train(2048)
print((memory("VmHWM") - before) / estimate)  # the peak of getrusage would be that of the parent, where it was higher
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it so")
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_the_estimate_of_memory_is_near_what_a_process_takes(optimizer: str) -> None:
    command = [sys.executable, "-c", TRAINED.replace("OPTIMIZER", optimizer)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert 0.7 < float(done.stdout) < 1.4
