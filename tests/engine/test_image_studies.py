"""A whole search on images: from a folder to a bundle that predicts image files without Cupel."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from cupel.engine.api import SearchResult, find_network
from cupel.engine.data.schema import TableSchema
from cupel.engine.deployment.bundle import verify_bundle
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inference.predicting import predict_file
from cupel.storage.store import Store
from PIL import Image
from sklearn.datasets import load_digits

N_IMAGES = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Digits 0 to 3 as PNG files of three sizes, one of them damaged, with an official test part."""
    place = tmp_path_factory.mktemp("images") / "digits"
    digits = load_digits(n_class=4)
    for i, (image, label) in enumerate(zip(digits.images[:N_IMAGES], digits.target, strict=False)):
        home = place / ("test" if i % 5 == 0 else "train") / ["zero", "one", "two", "three"][label]
        home.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((image * 15.9).astype(np.uint8))
        picture.resize((8 + 2 * (i % 3),) * 2, Image.Resampling.NEAREST).save(home / f"{i:03}.png")
    (place / "train" / "one" / "broken.png").write_bytes(b"\x89PNG broken")
    return place


@pytest.fixture(scope="module")
def found(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    """What a search of one classic network with augmentation finds."""
    return find_network(
        folder, "label", n_trials=1, n_folds=2, workspace=tmp_path_factory.mktemp("workspace"),
        read=ReadSpec(image_size=10), families=("cnn",), max_epochs=12, n_workers=1,
        space={
            "cnn": {
                "filters": {"fixed": 8}, "dense": {"fixed": 16}, "n_layers": {"fixed": 2}, "batch_size": {"fixed": 16},
                "shift": {"fixed": 0.05}, "mixup": {"fixed": 0.1}, "epoch_fraction": {"fixed": 1.0},
            }
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def bundle(found: SearchResult) -> Path:
    assert found.export_path is not None
    return found.export_path


def run(bundle: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(bundle / "predict.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=bundle.parent)


def test_a_network_is_found_and_beats_the_majority(found: SearchResult) -> None:
    assert set(found.baselines) == {"majority", "linear"}
    assert found.best is not None
    assert found.best.cv_mean > found.baselines["majority"].cv_mean + 0.2
    assert found.baselines["linear"].cv_mean > 0.8


def test_the_pixels_are_an_artifact_of_the_workspace(found: SearchResult, bundle: Path) -> None:
    with Store.open(bundle.parent.parent) as store:
        schema = TableSchema.from_json(store.dataset(found.study.dataset_id or 0).schema)
        (array,) = schema.arrays.values()
        stored = np.load(store.artifacts.checked_path(array.sha256), allow_pickle=False)
        assert store.check() == []
    assert stored.shape == (N_IMAGES, *array.shape) == (N_IMAGES, 10, 10, 1)


def test_the_bundle_takes_bytes_and_has_no_augmentation(bundle: Path) -> None:
    session = onnxruntime.InferenceSession(str(bundle / "model.onnx"))
    (image,) = session.get_inputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(uint8)", [10, 10, 1])
    pixels = np.random.default_rng(0).integers(0, 256, (5, 10, 10, 1)).astype(np.uint8)
    once, again = (session.run(None, {"image": pixels})[0] for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert "pillow" in (bundle / "requirements.txt").read_text()


def test_the_certificate_holds_for_real_and_made_up_files(bundle: Path) -> None:
    certificate = verify_bundle(bundle)
    assert certificate.passed
    assert (certificate.n_made_up or 0) >= 10
    assert "PIL" in certificate.modules
    assert "cupel" not in certificate.modules


def test_a_folder_an_archive_and_a_table_of_paths_are_predicted_alike(
    bundle: Path, folder: Path, tmp_path: Path
) -> None:
    done = run(bundle, folder / "test", "-o", tmp_path / "folder.csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "folder.csv").open(encoding="utf-8")))
    assert len(rows) == N_IMAGES // 5
    right = np.mean([row["image"].startswith(row["prediction"] + "/") for row in rows])
    assert right > 0.6
    archive = shutil.make_archive(str(tmp_path / "test"), "zip", folder / "test")
    paths = tmp_path / "list.csv"
    paths.write_text(
        "image\n" + "".join(f"{folder / 'test' / row['image']}\n" for row in rows), encoding="utf-8"
    )
    for data in (archive, paths):
        summary = predict_file(bundle, Path(data), tmp_path / "out.csv")
        assert summary.n_rows == len(rows)
        again = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
        assert [row["prediction"] for row in again] == [row["prediction"] for row in rows]


def test_single_files_and_damaged_ones_are_predicted(bundle: Path, folder: Path) -> None:
    done = run(bundle, folder / "train" / "one" / "001.png", folder / "train" / "one" / "broken.png")
    header, first, second = done.stdout.splitlines()
    assert header.startswith("image,prediction,p_one")
    assert first.startswith("001.png,")
    assert set(second.removeprefix("broken.png")) == {","}
    assert "cannot be read" in done.stderr
    nothing = run(bundle, bundle / "model.onnx")
    assert nothing.returncode == 2
    assert "is no image" in nothing.stderr
    program = f"import sys; sys.path.insert(0, {str(bundle)!r}); import predict, json\n"
    program += (
        f"print(json.dumps(predict.predict([{{'image': {str(folder / 'train' / 'one' / '001.png')!r}}}])))"
    )
    called = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(called.stdout)[0]["prediction"] == first.split(",")[1]


def test_a_table_is_no_image(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column of paths"):
        predict_file(bundle, tmp_path / "table.csv", tmp_path / "out.csv")
