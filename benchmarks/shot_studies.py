"""Searches the studies whose pictures `shots.py` takes: small ones, on data that scikit-learn ships.

What is searched once stays in its folder, so that pictures can be taken again in a minute.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cupel.storage.records import StudyState, TrialState
from cupel.storage.store import Store
from PIL import Image
from sklearn import datasets

_SEED = 0
# Rows that are kept from the search, to be predicted.
_NEW_ROWS = 80


@dataclass(frozen=True, slots=True)
class Recipe:
    """A study of the terminal.

    Attributes
    ----------
    name, file, target : str
    options : tuple of str
        Of `cupel search`, beside those.
    then : tuple of tuple of str
        Commands that follow, with the study's name put where STUDY stands.
    """

    name: str
    file: str
    target: str
    options: tuple[str, ...]
    then: tuple[tuple[str, ...], ...] = ()


TUMOURS = Recipe(
    "Tumours", "tumours.csv", "diagnosis", ("--trials", "30", "--epochs", "40"),
    (
        ("audit", "STUDY", "--by", "mean radius"),
        ("compress", "STUDY", "--what", "quantize", "--what", "sparsify"),
        ("export", "STUDY", "--format", "keras"),
    ),
)  # fmt: skip
DIABETES = Recipe(
    "Diabetes", "diabetes.csv", "progression", ("--trials", "20", "--repeats", "2", "--epochs", "40"),
    (("audit", "STUDY", "--by", "sex"), ("compress", "STUDY", "--what", "quantize")),
)  # fmt: skip
DIGITS = Recipe("Digits", "digits", "label", ("--trials", "4", "--epochs", "12", "--finalists", "0"))
SMALL = Recipe(
    "Small networks",
    "tumours.csv",
    "diagnosis",
    ("--trials", "12", "--epochs", "20", "--max-parameters", "6000"),
)
SHORT = Recipe("No time", "diabetes.csv", "progression", ("--timeout", "6", "--no-baselines"))
STOPPED = Recipe("Wines, interrupted", "wine.csv", "grower", ("--trials", "400", "--epochs", "20"))
RUNNING = Recipe("Wines", "wine.csv", "grower", ("--trials", "4000", "--epochs", "60"))


def make(folder: Path) -> Path:
    """Return a workspace with the studies in `folder`, searched now where it has none yet."""
    workspace, data = folder / "workspace", folder / "data"
    if not (folder / "done").exists():
        write_data(data)
        for recipe in (DIGITS, DIABETES, TUMOURS, SMALL, SHORT):
            if not _is_there(workspace, recipe):
                print(f"searching: {recipe.name}", flush=True)
                _search(workspace, data, recipe)
        if not _is_there(workspace, STOPPED):
            _interrupt(workspace, data, STOPPED)
        (folder / "done").touch()
    return workspace


@contextmanager
def running(folder: Path, n_trials: int = 6) -> Iterator[None]:
    """Have a search run in the workspace of `folder`, and stop it at the end; some trials are complete at once."""
    workspace = folder / "workspace"
    command = _line(workspace, "search", *_asked(folder / "data", RUNNING))
    if _is_there(workspace, RUNNING):
        command = _line(workspace, "resume", RUNNING.name)
    engine = _begin(workspace, command, RUNNING.name, n_trials)
    try:
        yield
    finally:
        cupel(workspace, "stop", RUNNING.name)
        engine.wait()


def cupel(workspace: Path, command: str, *arguments: str | Path) -> None:
    """Run a command of the terminal; what it says goes to stderr where it fails.

    Raises
    ------
    RuntimeError
        Where it does.
    """
    done = subprocess.run(_line(workspace, command, *arguments), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"cupel {command}: {done.returncode}\n{done.stdout}\n{done.stderr}")


def write_data(folder: Path) -> None:
    """Write the data: tables with some rows apart (`new-NAME.csv`), and digits as pictures by class."""
    folder.mkdir(parents=True, exist_ok=True)
    for load, name, target in (
        (datasets.load_breast_cancer, "tumours", "diagnosis"),
        (datasets.load_diabetes, "diabetes", "progression"),
        (datasets.load_wine, "wine", "grower"),
    ):
        found: Any = load(as_frame=True)
        frame = found.frame.rename(columns={"target": target}).sample(frac=1, random_state=_SEED)
        if "target_names" in found:
            frame[target] = found.target_names[frame[target]]
        else:
            frame["sex"] = np.where(frame["sex"] > 0, "A", "B")
        frame.iloc[_NEW_ROWS:].to_csv(folder / f"{name}.csv", index=False)
        frame.iloc[:_NEW_ROWS].to_csv(folder / f"new-{name}.csv", index=False)
    digits: Any = datasets.load_digits()
    for i in np.random.default_rng(_SEED).permutation(len(digits.target))[:600]:
        place = folder / "digits" / str(digits.target[i])
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.clip(digits.images[i] * 16, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{i}.png")


def _line(workspace: Path, command: str, *arguments: str | Path) -> list[str]:
    program = Path(sys.executable).with_name("cupel")
    return [str(program), command, "--workspace", str(workspace), *map(str, arguments)]


def _asked(data: Path, recipe: Recipe) -> list[str | Path]:
    return [data / recipe.file, "--target", recipe.target, "--name", recipe.name, *recipe.options]


def _search(workspace: Path, data: Path, recipe: Recipe) -> None:
    cupel(workspace, "search", *_asked(data, recipe))
    for command, *rest in recipe.then:
        cupel(workspace, command, *(recipe.name if word == "STUDY" else word for word in rest))


def _begin(workspace: Path, command: list[str], name: str, n_trials: int) -> subprocess.Popen[bytes]:
    """Start a search, or go on with one, and return when it runs and some of its trials are complete."""
    search = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while search.poll() is None:
        with Store.open(workspace) as store:
            study = next((one for one in store.studies(archived=None) if one.name == name), None)
            is_running = study is not None and study.state is StudyState.RUNNING
            if study is not None and is_running and study.n_trials.get(TrialState.COMPLETE, 0) >= n_trials:
                return search
        try:
            search.wait(0.5)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"cupel search ended with {search.returncode}")


def _interrupt(workspace: Path, data: Path, recipe: Recipe) -> None:
    """Kill a search while it runs, with its engine."""
    search = _begin(workspace, _line(workspace, "search", *_asked(data, recipe)), recipe.name, 5)
    with Store.open(workspace) as store:
        study = store.find_study(recipe.name)
        assert study.state is StudyState.RUNNING
        assert study.engine_pid is not None
        os.kill(study.engine_pid, signal.SIGKILL)
    search.wait()


def _is_there(workspace: Path, recipe: Recipe) -> bool:
    if not workspace.exists():
        return False
    with Store.open(workspace) as store:
        return any(study.name == recipe.name for study in store.studies(archived=None))
