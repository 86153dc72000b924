"""Audits of images: a table of paths with further columns, a real search on it, and its bundle on such a table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.api import SearchResult, find_network
from cupel.engine.audit.bundle_audit import BundleAudit
from cupel.engine.cli import main
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inference.predicting import predict_file
from PIL import Image

N_IMAGES = 160


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright and dark images of two cameras, of which one is noisy; a table names them."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "files").mkdir()
    rng = np.random.default_rng(0)
    lines = ["path,camera,kind"]
    for i in range(N_IMAGES):
        is_bright, is_noisy = i % 2, i % 4 > 1
        pixels = rng.normal(90 + 60 * is_bright, 70 if is_noisy else 5, (8, 8)).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "files" / f"{i}.png")
        lines.append(f"files/{i}.png,{'noisy' if is_noisy else 'clean'},{'bright' if is_bright else 'dark'}")
    table = folder / "pictures.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def found(paths: Path, workspace: Path) -> SearchResult:
    return find_network(
        paths, "kind", n_trials=1, n_folds=2, holdout=0.3, workspace=workspace,
        read=ReadSpec(image_size=8), families=("cnn",), max_epochs=6, n_workers=1, baselines=False, n_finalists=0,
        space={
            "cnn": {
                "filters": {"fixed": 4}, "dense": {"fixed": 8}, "n_layers": {"fixed": 1}, "batch_size": {"fixed": 16},
            }
        },
    )  # fmt: skip


@pytest.mark.slow
def test_a_study_of_images_is_audited_by_a_column_beside_them(
    found: SearchResult, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["audit", str(found.study.id), "--workspace", str(workspace), "--by", "camera", "--json"]
    assert main(command) == 0
    (told,) = json.loads(capsys.readouterr().out)
    folds, holdout = told["parts"]
    assert [group["group"] for group in folds["groups"]] == ["clean", "noisy"]
    assert folds["n_rows"] + holdout["n_rows"] == N_IMAGES
    assert holdout["part"] == "holdout"


def test_a_bundle_for_images_is_audited_on_a_table_of_paths(
    found: SearchResult, paths: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = found.export_path
    assert bundle is not None
    folder = Path(shutil.copytree(paths.parent, tmp_path / "pictures"))
    table = folder / paths.name
    (folder / "files" / "7.png").write_bytes(b"\x89PNG broken")
    (folder / "files" / "8.png").unlink()
    audit = BundleAudit(bundle, table)
    told = audit.by("camera")
    (part,) = told.parts
    assert part.n_rows == N_IMAGES - 2
    predict_file(bundle, table, tmp_path / "said.csv")
    said = [line.split(",")[1] for line in (tmp_path / "said.csv").read_text().splitlines()[1:]]
    true = [line.split(",")[2] for line in table.read_text().splitlines()[1:]]
    right = [one == other for one, other in zip(said, true, strict=True) if one]
    assert part.whole["accuracy"].value == pytest.approx(np.mean(right))
    assert main(["audit", str(bundle), "--data", str(table), "--by", "camera"]) == 0
    out = capsys.readouterr().out
    assert "On the file, by camera" in out
    assert "Images that cannot be read and are left out: 2 of 160 (files/7.png: " in out
    with pytest.raises(DataError, match="is a folder"):
        BundleAudit(bundle, folder)
    shutil.rmtree(folder / "files")
    with pytest.raises(DataError, match="None of the images of pictures"):
        BundleAudit(bundle, table).by("camera")
    table.write_text("a,kind\n1,dark\n2,bright\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column of paths of images"):
        BundleAudit(bundle, table).by("a")
