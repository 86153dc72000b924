"""The package as a whole: its API by name, and that nothing of what it imports reports to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from cupel import engine
from onnx import TensorProto, helper


@pytest.mark.parametrize("name", engine.__all__)
def test_every_name_of_the_api_is_there(name: str) -> None:
    assert getattr(engine, name).__name__ == name


def test_a_network_that_runs_is_told_to_nobody(tmp_path: Path) -> None:
    """ONNX Runtime would keep an identity of the machine in the user's folder, and send it with what it reports."""
    numbers = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "made", numbers[:1], numbers[1:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10),
        tmp_path / "x.onnx",
    )
    program = (
        "import sys, cupel.engine, onnxruntime\n"
        "onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    environment["HOME"] = str(home)
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x.onnx")], check=True, env=environment)
    assert list(home.iterdir()) == []


def test_tensorflow_comes_without_libraries_that_nothing_here_needs_and_they_can_be_imported_later() -> None:
    """A third of a worker's start; a version of Keras that needs them would say so here."""
    program = (
        "import sys\n"
        "import cupel.engine.training.trainer, cupel.engine.networks.keras_form\n"
        "assert not {'sklearn', 'pandas'} & set(sys.modules)\n"
        "import pandas, sklearn.linear_model\n"
        "import keras\n"
        "assert keras.Sequential([keras.layers.Dense(1)])(pandas.DataFrame({'x': [1.0]}).to_numpy()).shape == (1, 1)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
