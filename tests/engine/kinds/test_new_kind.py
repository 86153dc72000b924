"""A new kind of data is one folder among the kinds: nothing else of the engine knows of it.

The folder of `toy_kind` is put into a copy of the engine, which then searches, trains, exports and predicts with it.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).parent / "toy_kind" / "series"
N, LENGTH = 240, 12


@dataclass(frozen=True, slots=True)
class House:
    """A copy of the engine with the new kind, and a workspace."""

    folder: Path

    def run(self, *arguments: str | Path) -> str:
        """Run a command of the terminal there, and return what it says."""
        start = "import sys; from cupel.engine.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", start, *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__")
    for room in ("engine", "storage"):
        shutil.copytree(ROOT / room, folder / "cupel" / room, ignore=ignored)
    shutil.copytree(FOLDER, folder / "cupel" / "engine" / "kinds" / FOLDER.name, ignore=ignored)
    write_rows(folder / "data.csv", seed=0)
    return House(folder)


def write_rows(path: Path, seed: int) -> list[str]:
    """Write rows whose class a number and the rise of a series tell, neither of them alone; return the classes."""
    rng = np.random.default_rng(seed)
    size, rise = rng.normal(size=N), rng.normal(size=N)
    values = 5.0 + rise[:, None] * np.linspace(-1, 1, LENGTH) + 0.2 * rng.normal(size=(N, LENGTH))
    labels = np.where(size + rise > 0, "up", "down").tolist()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["size", "course", "label"])
        for number, row, label in zip(size.tolist(), values.tolist(), labels, strict=True):
            writer.writerow([f"{number:.6g}", " ".join(f"{value:.6g}" for value in row), label])
    return labels


def predicted(program: Path, data: Path, out: Path, flags: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return what a program of a bundle predicts of a file, in a process that knows nothing of Cupel."""
    command = [sys.executable, "-I", "-B", str(program), str(data), "-o", str(out), *flags]
    done = subprocess.run(command, capture_output=True, text=True, cwd=data.parent)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.slow
def test_a_table_with_a_new_kind_is_searched_exported_and_predicted(house: House, tmp_path: Path) -> None:
    data, bundle = house.folder / "data.csv", house.folder / "bundle"
    said = house.run(
        "search", data, "--workspace", "ws", "--target", "label", "--kind", "table+series", "--family", "mlp",
        "--trials", "1", "--epochs", "30", "--folds", "3", "--workers", "1", "--name", "new", "--no-export",
    )  # fmt: skip
    assert "baseline linear" in said
    # Of its encoder, from `space.toml` of its folder.
    assert "series_size" in house.run("show", "new", "--workspace", "ws", "--trial", "0")
    said = house.run(
        "export",
        "new",
        "--workspace",
        "ws",
        "--trial",
        "0",
        "--out",
        bundle,
        "--format",
        "onnx",
        "--format",
        "keras",
    )
    labels = write_rows(tmp_path / "rows.csv", seed=1)
    rows = predicted(bundle / "predict.py", tmp_path / "rows.csv", tmp_path / "out.csv")
    right = np.mean([row["prediction"] == label for row, label in zip(rows, labels, strict=True)])
    # A number or a series alone tells three quarters.
    assert right > 0.85
    house.run("predict", bundle, tmp_path / "rows.csv", "--out", tmp_path / "own.csv")
    assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    house.run("verify", bundle)
    of_keras = predicted(bundle / "predict_keras.py", tmp_path / "rows.csv", tmp_path / "keras.csv")
    np.testing.assert_allclose(
        [float(row["p_up"]) for row in of_keras], [float(row["p_up"]) for row in rows], atol=1e-4
    )


@pytest.mark.slow
def test_data_of_a_new_kind_alone_have_the_families_that_take_all_kinds(house: House, tmp_path: Path) -> None:
    alone = house.folder / "alone.csv"
    with (house.folder / "data.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row[1:] for row in csv.reader(stream)]
    with alone.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    house.run(
        "search", alone, "--workspace", "ws", "--target", "label", "--kind", "series", "--trials", "1", "--epochs",
        "5", "--folds", "3", "--workers", "1", "--no-baselines", "--out", house.folder / "alone",
    )  # fmt: skip
    found = predicted(house.folder / "alone" / "predict.py", alone, tmp_path / "out.csv")
    assert len(found) == N
