"""What compressed networks cost and gain, on real data: `cupel compress` on one trial of each set, against the goals.

python benchmarks/bench_compress.py [digits|mnist|adult|chinese …] [--what WAY …] [--data FOLDER]

For each set a study of one trial is run in a workspace of its own, its networks are compressed and measured on its folds,
and a table in Markdown is printed: score with the paired drop and its 95 % interval, and how many times smaller and
faster than the network as it is in the same runtime. Below it the same network as a SavedModel and in `keras predict`.
`--data` is the folder with MNIST, adult and the Chinese reviews; digits need none.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.domain.variants import RuntimeFile, VariantMeasures

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
N_IMAGES, N_ADULT = 6000, 10_000


def fixed(**values: Any) -> dict[str, Any]:
    """Return a space of one point."""
    return {name: {"fixed": value} for name, value in values.items()}


SETS: dict[str, dict[str, Any]] = {
    "digits": {
        "target": "digit", "epochs": 40, "family": "mlp",
        "space": fixed(n_layers=2, width=512, dropout=0.2, batch_size=64, learning_rate=1e-3),
    },
    "mnist": {"target": "label", "epochs": 15, "family": "cnn", "space": fixed(normalization="batch", dropout=0.4)},
    "adult": {
        "target": "income", "epochs": 20, "family": "mlp",
        "space": fixed(n_layers=2, width=256, dropout=0.2, batch_size=128, learning_rate=1e-3),
    },
    "chinese": {
        "target": "label", "epochs": 12, "family": "textcnn",
        "space": fixed(tokens="character", n_words=10000, learning_rate=1e-3),
    },
}  # fmt: skip


def source(name: str, data: Path | None, folder: Path) -> str:
    """Return what the study reads; the first rows of MNIST and adult are written to `folder`."""
    if name == "digits":
        return "sample:digits"
    if data is None:
        raise SystemExit(f"{name} needs --data.")
    if name == "chinese":
        return str(next(data.glob("text/waimai-10k/*.csv")))
    if name == "adult":
        columns = "age workclass fnlwgt education education_num marital occupation relationship race sex gain loss hours country"
        lines = next(data.glob("tabular-classification/adult/adult-train.csv")).read_text().splitlines()
        path = folder / "adult.csv"
        path.write_text("\n".join([",".join([*columns.split(), "income"]), *lines[:N_ADULT]]) + "\n")
        return str(path)
    images = folder / "mnist"
    images.mkdir()
    for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
        raw = gzip.decompress((data / f"image/mnist/train-{kind}-ubyte.gz").read_bytes())
        cut = raw[:4] + struct.pack(">I", N_IMAGES) + raw[8:header] + raw[header : header + N_IMAGES * size]
        (images / f"train-{kind}-ubyte").write_bytes(cut)
    return str(images)


def median_ms(call: Callable[[], Any], runs: int) -> float:
    """Return the median of the milliseconds that a call takes, after ten to warm up."""
    times: list[float] = []
    for _ in range(runs + 10):
        began = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times[10:]))


def frameworks(model: Path) -> dict[str, float]:
    """Return milliseconds of the first network as a SavedModel and in `keras predict`, for 1 and 256 rows."""
    import tensorflow as tf
    from cupel.engine.onnx_form.graph import folded_networks, member_models
    from cupel.engine.training.model import TrainedModel

    tf.config.threading.set_intra_op_parallelism_threads(1)
    member: Any = member_models(folded_networks(TrainedModel.from_bytes(model.read_bytes())))[0]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        member.export(folder, format="tf_saved_model", verbose=False)
        loaded: Any = tf.saved_model.load(folder)
        for n in (1, 256):
            rows = [np.ones((n, *i.shape[1:]), i.dtype) for i in member.inputs]
            tensors: Any = [tf.constant(x) for x in rows]
            named = {i.name: x for i, x in zip(member.inputs, tensors, strict=True)}
            serve = partial(loaded.signatures["serving_default"], **named)
            found[f"SavedModel {n}"] = median_ms(serve, 300)
            found[f"keras predict {n}"] = median_ms(partial(member.predict, rows, verbose=0), 30)
    return found


def run(name: str, data: Path | None, what: tuple[str, ...]) -> None:
    """Run the study of a set, compress its trial and print the table."""
    from cupel.engine.compression.ledger import compress
    from cupel.engine.domain.space import Space
    from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
    from cupel.engine.search.runner import StudyRunner
    from cupel.engine.studies import create_study
    from cupel.storage.store import Store

    asked = SETS[name]
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "workspace") as store:
        spec = StudySpec(
            asked["target"], families=(asked["family"],), space=Space.of({asked["family"]: asked["space"]}),
            split=SplitSpec(n_folds=3 if name == "mnist" else 5), budget=BudgetSpec(1), max_epochs=asked["epochs"],
            baselines=False, export_dir="", n_workers=1, pruner="none",
        )  # fmt: skip
        study, _ = create_study(store, source(name, data, Path(folder)), spec)
        began = time.perf_counter()
        StudyRunner(store, study.id).run()
        trained = time.perf_counter() - began
        variants = compress(store, study.id, what=what)
        seconds = time.perf_counter() - began - trained
        path = Path(folder) / "model.npz"
        path.write_bytes(store.artifacts.read(store.trial_by_number(study.id, 0).model_sha256 or ""))
        told = subprocess.run(
            [sys.executable, __file__, "--frameworks", str(path)], capture_output=True, text=True, check=True
        )
        print_table(name, study.metric, variants, json.loads(told.stdout.splitlines()[-1]))
        print(
            f"\nThe search took {trained:.0f} s, compressing and measuring {seconds:.0f} s; load {os.getloadavg()[0]:.1f}."
        )


def print_table(name: str, metric: str, variants: list[Any], others: dict[str, float]) -> None:
    """Print all variants beside the base, and how the goals were met."""
    base = variants[0]
    known = {v.id: VariantMeasures.of(v) for v in variants}
    forms = known[base.id].forms
    print(f"\n### {name}: {metric} {base.value:.4f}, {known[base.id].n_parameters:,} parameters\n")
    print(
        "| variant | score | drop (95 %) | ONNX kB | × | 1 row × | 256 × | LiteRT kB | × | 1 row × | 256 × |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for v in variants:
        if v.failure is not None:
            print(f"| {v.name} | failed: {v.failure.message[:90]} |")
            continue
        drop, cells = known[v.id].drop, [v.name, f"{v.value:.4f}"]
        cells.append("" if drop is None else f"{drop.mean:+.4f} ({drop.low:+.4f} to {drop.high:+.4f})")
        for runtime in ("onnx", "litert"):
            none = RuntimeFile("no file")
            file, own = known[v.id].forms.get(runtime, none), forms.get(runtime, none)
            if file.problem or own.problem:
                cells += [file.problem[:60], "", "", ""]
                continue
            ratios = [
                getattr(own, key) / getattr(file, key) for key in ("size_bytes", "p50_ms_1", "p50_ms_256")
            ]
            cells += [f"{(file.size_bytes or 0) / 1000:.1f}", *(f"{ratio:.1f}" for ratio in ratios)]
        print("| " + " | ".join(cells) + " |")
    for n in (1, 256):
        fastest = min(
            (getattr(file, f"p50_ms_{n}"), f"{v.name} in {runtime}")
            for v in variants
            if v.failure is None
            for runtime, file in known[v.id].forms.items()
            if not file.problem
        )
        exported = min(getattr(file, f"p50_ms_{n}") for file in forms.values() if not file.problem)
        print(
            f"\n{n} row(s): SavedModel {others[f'SavedModel {n}']:.3f} ms, keras predict {others[f'keras predict {n}']:.1f} ms, "
            f"as it is exported {exported:.4f} ms, fastest {fastest[0]:.4f} ms ({fastest[1]}); "
            f"× {others[f'SavedModel {n}'] / fastest[0]:.1f} and × {others[f'keras predict {n}'] / fastest[0]:.0f}."
        )


def main() -> None:
    """Run the sets that are asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sets", nargs="*", default=["digits"])
    parser.add_argument("--what", nargs="*", default=[])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--frameworks", type=Path)
    args = parser.parse_args()
    if args.frameworks:
        print(json.dumps(frameworks(args.frameworks)))
        return
    for name in args.sets:
        run(name, args.data, tuple(args.what))


if __name__ == "__main__":
    main()
