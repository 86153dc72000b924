"""`make torture`, bundles: a bundle or a request with something damaged, and what predicting or serving makes of it.

A refusal is one sentence; whatever else is raised is a traceback, as is what a server answers with 500.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from cupel.engine.deployment.bundle import MANIFEST, write_manifest
from cupel.engine.domain.bundle_files import ManifestFile
from cupel.engine.inference.predicting import predict_file
from sklearn.datasets import load_iris
from torture_findings import Answer, Finding, Setting, came_of

# Of one input.
_LIMIT_S = 150
_JSON_FILES = ("schema.json", "manifest.json", "training_profile.json")
_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 3, 10**30, 1e308, float("nan"), "", "x", "x" * 100_000, "\x00\x1b[31m", [], {}, [[[]]],
    {"a": {"b": []}}, ["a", "a"],
)  # fmt: skip


@contextmanager
def torture(setting: Setting) -> Iterator[Callable[[int], Finding]]:
    """Give the function that damages a bundle and predicts with it; a tenth of the inputs are requests."""
    data, bundle = setting.folder / "iris.csv", setting.folder / "bundle"
    iris: Any = load_iris(as_frame=True)
    iris.frame.to_csv(data, index=False)
    _export(setting.folder / "workspace", data, bundle)
    with _served(bundle) as port:

        def one(number: int) -> Finding:
            rng = random.Random(f"{setting.seed}/{number}")
            copy = setting.folder / f"{number}"
            if number % 10 == 9:
                what, work = _request(rng, port)
            else:
                shutil.copytree(bundle, copy, ignore=shutil.ignore_patterns("__pycache__"))
                what = _damaged(rng, copy)
                work = _prediction(copy, data, setting.folder / "out.csv")
            outcome, said = came_of(work, _LIMIT_S)
            shutil.rmtree(copy, ignore_errors=True)
            return Finding("bundles", what, outcome, said, number)

        yield one


def _export(workspace: Path, data: Path, bundle: Path) -> None:
    """Search a few networks, and export the best."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("cupel"), "search", data, "--target", "target", "--task", "multiclass",
            "--family", "mlp", "--trials", "2", "--epochs", "5", "--folds", "2", "--finalists", "0",
            "--workspace", workspace, "--out", bundle,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"There is no bundle to damage: {done.stdout}{done.stderr}")


@contextmanager
def _served(bundle: Path) -> Iterator[int]:
    """Serve a bundle in a child process, and give its port."""
    program = "from cupel.engine.cli import main; import sys; sys.exit(main())"
    command = [sys.executable, "-c", program, "serve", str(bundle), "--port", "0"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = child.stdout.readline() if child.stdout else ""
        told = re.search(r":(\d+) ", line)
        if told is None:
            raise RuntimeError(f"The server said {line!r}.")
        yield int(told[1])
    finally:
        child.terminate()
        child.communicate()


def _asked(port: int, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LIMIT_S)
    connection.request(method, path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _prediction(bundle: Path, data: Path, out: Path) -> Callable[[], Answer]:
    def work() -> Answer:
        summary = predict_file(bundle, data, out)
        cells = out.read_text(encoding="utf-8").lower()
        silent = ("nan" in cells or "inf" in cells) and not summary.messages
        return ("wrong" if silent else "answered"), ""

    return work


def _request(rng: random.Random, port: int) -> tuple[str, Callable[[], Answer]]:
    """Return a request with odd rows, and what asks it."""
    sample = json.loads(_asked(port, "GET", "/schema")[1])["sample"]
    body: Any = [dict(sample) for _ in range(rng.randint(0, 3))]
    for row in body:
        row[rng.choice([*row, "more"])] = rng.choice(_ODD)
    text = json.dumps(body).encode()
    if rng.random() < 0.4:
        text = _flipped(rng, text)
    kind = rng.choice(["application/json", "application/json", "text/plain", ""])
    query = rng.choice(
        ["", "", "?interval=0.9", "?interval=-1", "?interval=nan", "?interval=x", "?interval=1e999"]
    )

    def work() -> Answer:
        status, answer = _asked(port, "POST", f"/predict{query}", text, kind)
        if status >= 500:
            return "traceback", answer
        if status == 200:
            return "answered", ""
        return "refused" if set(json.loads(answer)) == {"error", "problems"} else "wrong", answer

    return f"request {query} {kind}", work


def _damaged(rng: random.Random, bundle: Path) -> str:
    """Damage one file of a bundle, and sign it again; return what was done."""
    kind = rng.choice(["field", "field", "field", "field", "bytes", "model", "model", "model"])
    if kind == "field":
        file = bundle / rng.choice(_JSON_FILES)
        content = json.loads(file.read_text(encoding="utf-8"))
        done = _change_field(rng, content)
        file.write_text(json.dumps(content), encoding="utf-8")
    elif kind == "bytes":
        file = bundle / rng.choice(
            ["model.onnx", "intervals.npz", "schema.json", "sample_rows.csv", MANIFEST]
        )
        if not file.is_file():
            file = bundle / "model.onnx"
        file.write_bytes(_flipped(rng, file.read_bytes()))
        done = "bytes"
    else:
        file = bundle / "model.onnx"
        done = _change_model(rng, file)
    if file.name != MANIFEST:
        content = json.loads((bundle / MANIFEST).read_text(encoding="utf-8"))
        write_manifest(bundle, msgspec.convert(content, ManifestFile))
    return f"{file.name} {done}"


def _change_field(rng: random.Random, content: Any) -> str:
    """Change one field somewhere in JSON, or take it away."""
    place, way = content, ""
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = rng.choice(keys)
        inner = place[key]
        way += f".{key}"
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.35:
            break
        place = cast("Any", inner)
    if rng.random() < 0.2:
        del place[key]
        return f"{way[:80]} away"
    place[key] = rng.choice(_ODD)
    return f"{way[:80]} = {str(place[key])[:20]!r}"


def _flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 3, 30])):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(len(changed) + 1)]) if rng.random() < 0.3 else bytes(changed)


def _change_model(rng: random.Random, file: Path) -> str:
    """Change the graph of a model: an operation, what it takes, a tensor, an input or output."""
    import onnx

    model = onnx.ModelProto.FromString(file.read_bytes())
    graph = model.graph
    kind = rng.choice(["operation", "wire", "values", "shape", "type", "output", "input", "size", "many"])
    node = rng.choice(graph.node)
    tensor = rng.choice(graph.initializer)
    if kind == "operation":
        node.op_type = rng.choice(
            ["Identity", "Exp", "Log", "Loop", "NonZero", "Nothing", "Transpose", "Size"]
        )
    elif kind == "wire":
        node.input[rng.randrange(len(node.input))] = rng.choice(graph.node).output[0]
    elif kind == "values" and tensor.raw_data:
        tensor.raw_data = _flipped(rng, tensor.raw_data)
    elif kind == "shape":
        tensor.dims[:] = [rng.choice([0, 1, 7, 1 << 40, -1]) for _ in tensor.dims]
    elif kind == "type":
        tensor.data_type = rng.randint(0, 25)
    elif kind == "output":
        graph.output[0].name = rng.choice(graph.node).output[0]
    elif kind == "input":
        rng.choice(graph.input).type.tensor_type.elem_type = rng.randint(0, 16)
    elif kind == "size":
        graph.initializer.add(
            name="size", data_type=7, dims=[2], int64_data=[1 << rng.randint(1, 22), 1 << 20]
        )
        graph.node.insert(0, onnx.helper.make_node("ConstantOfShape", ["size"], ["filled"]))
    else:
        graph.node.extend([node] * rng.choice([2, 200_000]))
    file.write_bytes(model.SerializeToString())
    return kind
