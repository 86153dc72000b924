"""Real exports of every format × kind of data × variant that Cupel offers, proven in clean processes; no mocks.

What a format cannot carry is refused with a sentence, before anything is converted.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.deployment.bundle import Bundle, verify_bundle
from cupel.engine.deployment.export import export_model
from cupel.engine.domain import formats as registry
from cupel.engine.domain.compression_plan import NUMBER_FORMATS
from cupel.engine.domain.errors import ExportError
from cupel.engine.domain.formats import BUNDLE_FORMATS
from cupel.storage.records import ExportRecord, JobState, TrialState

from .made import make_study, manifest_of
from .studies import HERE, KINDS, VARIANTS, Study, make_variants


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Study]]:
    """Return studies by kind of data, made when they are first asked for."""

    class Made(dict[str, Study]):
        def __missing__(self, kind: str) -> Study:
            self[kind] = make_variants(tmp_path_factory.mktemp(kind), kind)
            return self[kind]

    made = Made()
    yield made
    for study in made.values():
        study.store.close()


def _exported(study: Study, variant: str, formats: list[str], out: Path) -> ExportRecord:
    record = export_model(
        study.store, study.id, 0, out, variant=variant, formats=formats, licence="CC BY 4.0"
    )
    assert record.failure is None, record.failure.traceback
    return record


CASES = [
    pytest.param(kind, variant, marks=[] if (kind, variant) == ("table", "int8") else [pytest.mark.slow])
    for kind in KINDS
    for variant in VARIANTS
]


@pytest.mark.parametrize(("kind", "variant"), CASES)
def test_every_format_that_carries_a_variant_is_proven(
    studies: dict[str, Study], kind: str, variant: str, tmp_path: Path
) -> None:
    study = studies[kind]
    number_format = variant if variant in NUMBER_FORMATS else "float32"
    carrying = [name for name in HERE if number_format in BUNDLE_FORMATS[name].carries]
    if (variant == "int16" and kind != "image") or (variant == "int8_static" and kind == "text"):
        carrying.remove("litert")
    record = _exported(study, variant, carrying, tmp_path / "bundle")
    certificate = record.certificate
    assert certificate["passed"]
    assert set(certificate["formats"]) == set(carrying)
    for name, told in certificate["formats"].items():
        assert told["passed"]
        assert told["number_format"] == number_format
        assert told["max_abs_difference"] <= told["tolerance"]
        assert told["n_rows"] > told["n_made_up"] > 5
        assert "cupel" not in told["modules"]
        assert ("tensorflow" in told["modules"]) == (name in ("keras", "saved_model"))
        assert ("onnxruntime" in told["modules"]) == (name == "onnx")
    manifest = manifest_of(tmp_path / "bundle")
    assert manifest["variant"]["name"] == variant
    assert manifest["n_networks"] == 1
    assert manifest["licence"] == "CC BY 4.0"
    assert all(file in manifest["files"] for about in manifest["formats"].values() for file in about["files"])
    assert record.variant_id is not None


@pytest.mark.parametrize("variant", NUMBER_FORMATS[1:])
def test_what_a_format_cannot_carry_is_refused_before_anything_is_converted(
    studies: dict[str, Study], variant: str, tmp_path: Path
) -> None:
    study = studies["table"]
    n_before = len(study.store.exports(study.id))
    for name in HERE:
        if variant not in BUNDLE_FORMATS[name].carries:
            sentence = f"{BUNDLE_FORMATS[name].title} cannot hold .*{variant}.*choose ONNX / LiteRT"
            with pytest.raises(ExportError, match=sentence):
                export_model(study.store, study.id, 0, tmp_path / "out", variant=variant, formats=[name])
    assert len(study.store.exports(study.id)) == n_before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["table", "text"])
def test_litert_has_no_activations_of_16_bits_of_networks_that_take_codes(
    studies: dict[str, Study], kind: str, tmp_path: Path
) -> None:
    study = studies[kind]
    record = export_model(study.store, study.id, 0, tmp_path / "out", variant="int16", formats=["litert"])
    assert record.failure is not None
    assert "LiteRT cannot hold this network" in record.failure.message
    assert (
        "no activations of 16 bits for networks that take codes of categories or tokens"
        in record.failure.message
    )
    assert "choose another format" in record.failure.message
    assert not (tmp_path / "out").exists()


def test_unknown_formats_and_variants_are_refused(studies: dict[str, Study], tmp_path: Path) -> None:
    study = studies["table"]
    with pytest.raises(ExportError, match="'coreml' is no format; choose from onnx, keras"):
        export_model(study.store, study.id, 0, tmp_path / "out", formats=["coreml"])
    with pytest.raises(ExportError, match="no variant 'tiny'; it has: float32, "):
        export_model(study.store, study.id, 0, tmp_path / "out", variant="tiny")
    if not BUNDLE_FORMATS["openvino"].is_installed:
        with pytest.raises(ExportError, match="OpenVINO needs the package 'openvino'"):
            export_model(study.store, study.id, 0, tmp_path / "out", formats=["openvino"])
    trial = study.store.trial_by_number(study.id, 0)
    lost = study.store.add_variant(trial.id, name="lost", method={"quantization": "int8"})
    study.store.finish_variant(lost.id, state=TrialState.COMPLETE, measures={})
    with pytest.raises(
        ExportError, match="networks of the variant 'lost' were not kept; compress trial 0 again"
    ):
        export_model(study.store, study.id, 0, tmp_path / "out", variant="lost")


def test_what_the_ledger_could_not_convert_is_not_tried_again(
    studies: dict[str, Study], tmp_path: Path
) -> None:
    study = studies["table"]
    trial = study.store.trial_by_number(study.id, 0)
    sha256 = trial.model_sha256
    variant = study.store.add_variant(trial.id, name="half", method={"quantization": "int8"})
    measures = {"model_sha256": sha256, "forms": {"litert": {"problem": "RuntimeError: no such operation"}}}
    study.store.finish_variant(variant.id, state=TrialState.COMPLETE, measures=measures)
    with pytest.raises(
        ExportError, match=r"LiteRT could not hold the variant 'half' in int8 .* no such operation"
    ):
        export_model(study.store, study.id, 0, tmp_path / "out", variant="half", formats=["litert"])


def _clean(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-B", str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bundle(studies: dict[str, Study], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All formats of the table's networks in float32."""
    out = tmp_path_factory.mktemp("all") / "bundle"
    _exported(studies["table"], "float32", HERE, out)
    return out


def test_every_program_of_a_bundle_predicts_the_same_file_alike(bundle: Path, tmp_path: Path) -> None:
    tables: dict[str, np.ndarray] = {}
    for name in HERE:
        script = bundle / ("predict.py" if name == "onnx" else f"predict_{name}.py")
        done = _clean(script, str(bundle / "sample_rows.csv"), "-o", str(tmp_path / f"{name}.csv"))
        assert done.returncode == 0, done.stderr
        rows = list(csv.reader((tmp_path / f"{name}.csv").open(encoding="utf-8")))[1:]
        tables[name] = np.array([[float(cell) for cell in row[1:]] for row in rows])
        pins = (bundle / ("requirements.txt" if name == "onnx" else f"requirements_{name}.txt")).read_text()
        assert all(f"{package}==" in pins for package in ("numpy", *BUNDLE_FORMATS[name].packages))
    for found in tables.values():
        np.testing.assert_allclose(found, tables["onnx"], atol=1e-4)


@pytest.mark.slow
def test_every_program_writes_the_values_of_a_regression(tmp_path: Path) -> None:
    made = make_study(tmp_path / "study", "regression", {})
    folder = tmp_path / "bundle"
    record = export_model(made.store, made.study_id, 0, folder, formats=HERE)
    made.store.close()
    assert record.failure is None, record.failure.traceback
    found: dict[str, list[float]] = {}
    for name in HERE:
        script = folder / ("predict.py" if name == "onnx" else f"predict_{name}.py")
        done = _clean(script, str(folder / "sample_rows.csv"), "-o", str(tmp_path / f"{name}.csv"))
        assert done.returncode == 0, done.stderr
        rows = list(csv.reader((tmp_path / f"{name}.csv").open(encoding="utf-8")))
        assert rows[0] == ["prediction"]
        found[name] = [float(row[0]) for row in rows[1:]]
    for values in found.values():
        np.testing.assert_allclose(values, found["onnx"], rtol=1e-6)


@pytest.mark.parametrize("family", ["recurrent", "bag"])
def test_families_that_openvino_cannot_hold_are_refused_with_what_to_choose(family: str) -> None:
    sentence = (
        f"OpenVINO cannot hold networks of the family '{family}', because of their .*; choose ONNX / Keras"
    )
    with pytest.raises(ExportError, match=sentence):
        registry.checked_formats(["openvino"], "float32", family)


def test_the_program_of_a_bundle_tells_nobody_that_it_runs(bundle: Path, tmp_path: Path) -> None:
    """ONNX Runtime would keep an identity of the machine in the user's folder, and send it with what it reports."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ORT_", "XDG_"))}
    command = [sys.executable, "-I", "-B", str(bundle / "predict.py"), str(bundle / "sample_rows.csv")]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "out.csv")], capture_output=True, text=True, check=False,
        env={**environment, "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []


@pytest.mark.skipif(not BUNDLE_FORMATS["openvino"].is_installed, reason="OpenVINO is not installed")
def test_openvino_tells_nobody_that_it_runs(bundle: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    program = (
        "import runpy, sys\n"
        "sys.argv = sys.argv[1:]\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "assert 'openvino' in sys.modules\n"
        "assert sys.modules['openvino_telemetry'] is None\n"
        "assert 'openvino_telemetry.main' not in sys.modules\n"
    )
    arguments = [bundle / "predict_openvino.py", bundle / "sample_rows.csv", "-o", tmp_path / "out.csv"]
    command = [sys.executable, "-I", "-B", "-c", program, *map(str, arguments)]
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert not list(home.iterdir())  # its package for reports keeps an identity of the machine there


def test_the_manifest_tells_inputs_classes_and_where_the_samples_are(bundle: Path) -> None:
    manifest = manifest_of(bundle)
    colour = next(spec for spec in manifest["inputs"] if spec["column"] == "colour")
    income = next(spec for spec in manifest["inputs"] if spec["column"].startswith("income"))
    assert "red" in colour["categories"]
    assert income["minimum"] < income["maximum"]
    assert manifest["labels"] == ["class 0", "class 1", "class 2"]
    assert (bundle / manifest["samples"]["rows"]).is_file()
    assert (bundle / manifest["samples"]["predictions"]).is_file()
    assert "CC BY 4.0" in (bundle / "model_card.md").read_text(encoding="utf-8")


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def _say_digests_anew(folder: Path) -> None:
    """Write the manifest that a forger would: with right digests."""
    from cupel.engine.deployment.bundle import digest, names_of_files

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = [name for name in names_of_files(folder) if name != "manifest.json"]
    manifest["files"] = {name: {"sha256": digest(folder / name)} for name in names}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_changed_byte_in_any_file_is_found(copy: Path) -> None:
    for name in manifest_of(copy)["files"]:
        data = (copy / name).read_bytes()
        (copy / name).write_bytes(bytes([data[0] ^ 1]) + data[1:])
        with pytest.raises(ExportError, match="has changed"):
            verify_bundle(copy)
        (copy / name).write_bytes(data)
    assert Bundle.open(copy).formats[0] == "onnx"


def test_a_file_that_nobody_named_and_links_are_refused(copy: Path, tmp_path: Path) -> None:
    (copy / "numpy.py").write_text("raise SystemExit('not numpy')")
    with pytest.raises(ExportError, match=r"holds numpy\.py, which its manifest does not name"):
        Bundle.open(copy)
    (copy / "numpy.py").unlink()
    (tmp_path / "elsewhere").mkdir()
    shutil.move(copy / "saved_model" / "variables", tmp_path / "elsewhere" / "variables")
    (copy / "saved_model" / "variables").symlink_to(tmp_path / "elsewhere" / "variables")
    with pytest.raises(ExportError, match="is not a file of it; do not use this bundle"):
        Bundle.open(copy)


@pytest.mark.parametrize(
    "name", ["saved_model/../../x", "saved_model//x", "/etc/hostname", "a\\b", "C:x", "x/./y", ""]
)
def test_names_that_are_not_plain_are_refused(copy: Path, name: str) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {name: {"sha256": "0" * 64}}
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ExportError, match="is not a file of it"):
        Bundle.open(copy)


def test_a_keras_file_with_code_in_it_is_refused(copy: Path) -> None:
    import keras

    inputs = [keras.Input(i.shape[1:], name=i.name, dtype=i.dtype) for i in _keras_inputs(copy)]
    code = keras.layers.Lambda(lambda x: x[:, :3] * 0.0)(inputs[0])
    keras.Model(inputs, code).save(copy / "network.keras")
    _say_digests_anew(copy)
    with pytest.raises(ExportError, match=r"Keras.*cannot be run in a clean process.*([Ll]ambda|deserializ)"):
        verify_bundle(copy)


def _keras_inputs(folder: Path) -> list[Any]:
    import keras

    return keras.models.load_model(folder / "network.keras", compile=False).inputs


@pytest.mark.slow
def test_another_network_with_right_digests_does_not_pass(studies: dict[str, Study], tmp_path: Path) -> None:
    study, copy = studies["table"], tmp_path / "copy"
    export_model(study.store, study.id, 0, copy, variant="float16", formats=["onnx", "litert"], ensemble=True)
    shutil.copyfile(copy / "network_1.tflite", copy / "network_0.tflite")
    _say_digests_anew(copy)
    certificate = verify_bundle(copy)
    assert not certificate.passed
    assert certificate.failed == "litert"
    assert certificate.rows
    assert certificate.formats["onnx"].passed


def test_a_variant_is_one_network_or_those_of_all_folds(studies: dict[str, Study], tmp_path: Path) -> None:
    study = studies["table"]
    for ensemble, n_networks in ((False, 1), (True, 2)):
        out = tmp_path / str(n_networks)
        record = export_model(
            study.store, study.id, 0, out, variant="int8", formats=["onnx"], ensemble=ensemble
        )
        assert record.certificate["passed"]
        assert manifest_of(out)["n_networks"] == n_networks


def test_weights_that_are_no_numbers_are_refused(studies: dict[str, Study], tmp_path: Path) -> None:
    study = studies["table"]
    weights = study.model.weights.copy()
    weights[1, :3] = np.nan
    bad = dataclasses.replace(study.model, weights=weights)
    trial = study.store.trial_by_number(study.id, 0)
    variant = study.store.add_variant(trial.id, name="bad", method={"quantization": ""})
    measures = {"model_sha256": study.store.artifacts.add(bad.to_bytes())}
    study.store.finish_variant(variant.id, state=TrialState.COMPLETE, measures=measures)
    record = export_model(study.store, study.id, 0, tmp_path / "exports" / "out", variant="bad")
    assert record.state is JobState.FAILED
    assert record.failure is not None
    assert "Network 2 of the model has 3 weights that are no numbers" in record.failure.message
    assert not any((tmp_path / "exports").iterdir())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 60 kB, where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60k", "tmpfs", str(place)],  # noqa: S607
        capture_output=True,
        check=False,
    ) if shutil.which("mount") else None  # fmt: skip
    if mounted is None or mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S607


def test_a_full_disk_leaves_nothing_half_written(
    studies: dict[str, Study], small_disk: Path, tmp_path: Path
) -> None:
    study = studies["table"]
    record = export_model(study.store, study.id, 0, small_disk / "out", formats=["onnx"])
    assert record.state is JobState.FAILED
    assert record.failure is not None
    assert f"The disk of {small_disk / 'out'} is full" in record.failure.message
    assert os.listdir(small_disk) == []  # noqa: PTH208


LIMITED = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from cupel.engine.deployment.export import export_model
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    from cupel.engine.jobs import child
    real = child.subprocess.Popen
    def started(command, **how):
        return real(command, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)), **how)
    child.subprocess.Popen = started
    record = export_model(store, int(sys.argv[2]), 0, Path(sys.argv[3]), formats=["onnx"])
    print(record.state, record.failure.message)
"""


def test_a_file_that_cannot_be_written_whole_leaves_nothing(
    studies: dict[str, Study], tmp_path: Path
) -> None:
    study = studies["table"]
    (tmp_path / "exports").mkdir()
    workspace = Path(shutil.copytree(study.store.workspace.path, tmp_path / "workspace"))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(workspace), str(study.id), str(tmp_path / "exports" / "out")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("failed"), done.stderr
    assert not any((tmp_path / "exports").iterdir())


def test_the_registry_is_light_and_whole() -> None:
    program = (
        "import sys, cupel.engine.domain.formats\n"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'pandas', 'onnxruntime')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
    from cupel.engine.deployment.formats.writing import WRITERS

    assert list(WRITERS) == list(BUNDLE_FORMATS)
    for form in BUNDLE_FORMATS.values():
        assert set(form.carries) <= set(NUMBER_FORMATS)
        assert form.script is None or form.script.is_file()
    assert registry.tolerance_of("float32") == 1e-4


def test_a_saved_model_that_could_write_files_is_refused(copy: Path) -> None:
    import tensorflow as tf

    class Program(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.float32, name="numeric_0")])
        def __call__(self, x: Any) -> Any:
            tf.io.write_file("written.txt", "gotcha")
            return {"probabilities": x}

    program = Program()
    shutil.rmtree(copy / "saved_model")
    tf.saved_model.save(program, str(copy / "saved_model"), signatures=program.__call__)
    _say_digests_anew(copy)
    with pytest.raises(ExportError, match="could reach outside of itself by WriteFile"):
        verify_bundle(copy)
    assert not (copy / "written.txt").exists()


def test_the_keras_file_is_a_plain_archive(bundle: Path) -> None:
    with zipfile.ZipFile(bundle / "network.keras") as archive:
        assert b"cupel." not in archive.read("config.json")
        assert "Lambda" not in archive.read("config.json").decode()
