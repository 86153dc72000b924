"""How long networks take for one row and for 256: the work of a child.

A quiet process with one thread a runtime and nothing but the runtimes in it. All files take turns, so that what else
the machine does falls on all of them alike.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from ..domain.variants import RowTimes
from ..jobs.work import Reporter
from .messages import LatencyRequest

Arrays = Mapping[str, NDArray[np.generic]]
_ROUNDS = 7
_WARM_UP = 20
# A round.
_RUNS = {1: 60, 256: 15}


def _onnx(path: Path, rows: Arrays, n: int) -> Callable[[], object]:
    options: Any = onnxruntime.SessionOptions()  # pyright: ignore[reportAttributeAccessIssue] - of a compiled module
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = {value.name: _some(rows[value.name], n) for value in session.get_inputs()}
    return lambda: session.run(None, inputs)


def _litert(path: Path, rows: Arrays, n: int) -> Callable[[], object]:
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    for detail in interpreter.get_input_details():
        name = detail["name"].removeprefix("serving_default_").split(":")[0]
        interpreter.resize_tensor_input(detail["index"], [n, *rows[name].shape[1:]])
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        name = detail["name"].removeprefix("serving_default_").split(":")[0]
        interpreter.set_tensor(detail["index"], _some(rows[name], n))
    return interpreter.invoke


def _some(rows: NDArray[np.generic], n: int) -> NDArray[np.generic]:
    return np.ascontiguousarray(np.resize(rows, (n, *rows.shape[1:])))


def time_files(request: LatencyRequest, reporter: Reporter) -> dict[str, RowTimes]:
    """Return by file the median and the 95th percentile of the milliseconds that 1 and 256 rows take."""
    folder = Path(request.folder)
    with np.load(folder / "rows.npz", allow_pickle=False) as file:
        rows = dict(file)
    found: dict[str, list[float]] = {name: [] for name in request.files}
    for place, (n, runs) in enumerate(_RUNS.items()):
        calls = {
            name: (_onnx if name.endswith(".onnx") else _litert)(folder / name, rows, n)
            for name in request.files
        }
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for call in calls.values():
            for _ in range(_WARM_UP):
                call()
        for turn in range(_ROUNDS):
            reporter.progress((place + turn / _ROUNDS) / len(_RUNS))
            for name, call in calls.items():
                for _ in range(runs):
                    began = time.perf_counter()
                    call()
                    taken[name].append(1000.0 * (time.perf_counter() - began))
        for name, times in taken.items():
            found[name] += np.percentile(times, [50, 95]).tolist()
    return {name: RowTimes(*times) for name, times in found.items()}
