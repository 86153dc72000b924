"""The programs of bundles in other languages, run for real where their runtimes are at hand.

Where they are is said in the environment: ``ONNXRUNTIME_NODE`` (a folder ``node_modules`` with onnxruntime-node),
``ONNXRUNTIME_INCLUDE`` (the folder of onnxruntime_cxx_api.h; the library is that of the Python package) and
``ONNXRUNTIME_JAR`` (the jar, or the folder of its classes).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import onnxruntime
import pytest
from cupel.engine.deployment.export import export_model

from .made import make_study
from .studies import make_variants

PLACES = ("ONNXRUNTIME_NODE", "ONNXRUNTIME_INCLUDE", "ONNXRUNTIME_JAR")
Run = Callable[[Path], "subprocess.CompletedProcess[str]"]


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _javascript(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "node_modules").symlink_to(os.environ["ONNXRUNTIME_NODE"], target_is_directory=True)
    return _run(folder, "node", "predict.mjs")


def _cpp(folder: Path) -> subprocess.CompletedProcess[str]:
    library = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))
    (folder / "libonnxruntime.so.1").symlink_to(library)
    flags = ["-std=c++17", "-Wall", f"-isystem{os.environ['ONNXRUNTIME_INCLUDE']}", "-Wl,-rpath,$ORIGIN"]
    built = _run(folder, "g++", *flags, "predict.cpp", "libonnxruntime.so.1", "-o", "predict")
    assert (built.returncode, built.stderr) == (0, "")
    return _run(folder, "./predict")


def _java(folder: Path) -> subprocess.CompletedProcess[str]:
    jar = os.environ["ONNXRUNTIME_JAR"]
    built = _run(folder, "javac", "-cp", jar, "Predict.java")
    assert built.returncode == 0, built.stderr
    return _run(folder, "java", "-cp", f"{jar}:.", "Predict")


LANGUAGES: list[tuple[str, str, Run]] = [
    ("node", PLACES[0], _javascript),
    ("g++", PLACES[1], _cpp),
    ("javac", PLACES[2], _java),
]


@pytest.fixture(scope="module", params=["multiclass", "regression", "text", "image"])
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle: names with signs of all sorts and missing cells, values, texts in two languages, or images."""
    if not any(place in os.environ for place in PLACES):
        pytest.skip("no runtime of another language is named in the environment")
    folder = tmp_path_factory.mktemp(request.param)
    is_table = request.param in ("multiclass", "regression")
    study = make_study(folder, request.param, {}) if is_table else make_variants(folder, request.param)
    study_id = study.study_id if hasattr(study, "study_id") else study.id
    record = export_model(study.store, study_id, 0, folder / "bundle", formats=["onnx"])
    assert record.failure is None, record.failure.traceback
    yield folder / "bundle"
    study.store.close()


@pytest.mark.parametrize(("tool", "place", "run"), LANGUAGES, ids=["javascript", "cpp", "java"])
def test_a_program_gives_the_stored_prediction_and_tells_another(
    bundle: Path, tool: str, place: str, run: Run, tmp_path: Path
) -> None:
    if place not in os.environ or shutil.which(tool) is None:
        pytest.skip(f"{tool} is missing, or {place} is not set")
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
        shutil.copyfile(bundle / "model.onnx", tmp_path / name / "model.onnx")
        shutil.copytree(bundle / "snippets", tmp_path / name / "snippets")
    done = run(tmp_path / "right" / "snippets")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^largest difference to the expected values: \d", done.stdout, re.MULTILINE)
    for program in (tmp_path / "wrong" / "snippets").glob("[pP]redict.*"):
        text = program.read_text(encoding="utf-8")
        changed = re.sub(r"(EXPECTED = [\[{]|expected = \{)-?[0-9.e+-]+", r"\g<1>7.5", text)
        assert changed != text
        program.write_text(changed, encoding="utf-8")
    assert run(tmp_path / "wrong" / "snippets").returncode == 1
