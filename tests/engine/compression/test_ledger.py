"""The ledger on a real study: real children, real converters, the store; and a converter that is killed."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import onnxruntime
import psutil
import pytest
from cupel.engine.compression.ledger import compress
from cupel.engine.domain.compression_plan import forms_of
from cupel.engine.domain.compression_verdict import verdict
from cupel.engine.domain.errors import CompressionError, SpecError
from cupel.engine.domain.space import Space
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec, spec_of
from cupel.engine.domain.variants import Difference, Sizes
from cupel.engine.search.runner import StudyRunner
from cupel.engine.studies import create_study
from cupel.storage.records import TrialState, VariantRecord
from cupel.storage.store import Store

FIXED = {
    "n_layers": 2,
    "width": 64,
    "batch_size": 32,
    "normalization": "batch",
}  # which every format can hold
SPACE = {"mlp": {name: {"fixed": value} for name, value in FIXED.items()}}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a study of one trial."""
    path = tmp_path_factory.mktemp("compression")
    with Store.open(path) as store:
        spec = StudySpec(
            "species", families=("mlp",), space=Space.of(SPACE), split=SplitSpec(n_folds=2), budget=BudgetSpec(1),
            max_epochs=12, baselines=False, export_dir="", n_workers=1,
        )  # fmt: skip
        study, _ = create_study(store, "sample:iris", spec)
        StudyRunner(store, study.id).run()
    return path


@pytest.fixture(scope="module")
def told() -> list[tuple[str, float]]:
    """What was being done while the variants were made, and which fraction was done."""
    return []


@pytest.fixture(scope="module")
def variants(workspace: Path, told: list[tuple[str, float]]) -> dict[str, VariantRecord]:
    """Return all variants that are not sparse, by name."""
    with Store.open(workspace) as store:
        made = compress(
            store, 1, what=("quantize", "structured"), most_drop=0.05,
            progress=lambda doing, fraction: told.append((doing, fraction)),
        )  # fmt: skip
    return {variant.name: variant for variant in made}


def test_the_progress_moves_while_networks_are_trained_and_never_falls(
    variants: dict[str, VariantRecord], told: list[tuple[str, float]]
) -> None:
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] <= 1.0
    assert len({fraction for doing, fraction in told if doing == "training"}) > 2
    assert {*variants, "training", "timing"} >= {doing for doing, _ in told} >= {"training", "timing", "int8"}


def test_every_variant_is_scored_on_the_folds_of_its_trial(
    workspace: Path, variants: dict[str, VariantRecord]
) -> None:
    assert list(variants) == [form.name for form in forms_of(("quantize", "structured"))]
    assert [v.state for v in variants.values()] == [TrialState.COMPLETE] * len(variants)
    with Store.open(workspace, "r") as store:
        trial = store.trial_by_number(1, 0)
        scores = store.fold_scores(trial.id)
        assert [v.name for v in store.variants(trial.id)] == list(variants)
    base = variants["base"]
    assert base.scores is not None
    assert scores is not None
    np.testing.assert_allclose(base.scores.values, scores.values, atol=1e-6)
    assert base.measures["drop"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert base.measures["holdout"] is not None


def test_sizes_are_those_of_real_files_and_small_formats_are_smaller(
    workspace: Path, variants: dict[str, VariantRecord]
) -> None:
    with Store.open(workspace, "r") as store:
        for variant in variants.values():
            data = store.artifacts.read(variant.artifact_sha256 or "")
            assert len(data) == variant.size_bytes
            session = onnxruntime.InferenceSession(data)
            inputs = {i.name: np.zeros((2, i.shape[1]), np.float32) for i in session.get_inputs()}
            assert session.run(None, inputs)[0].shape == (2, 3)
            assert (variant.latency_ms or 0) > 0
            assert (variant.batch_latency_ms or 0) > 0
            assert variant.measures["forms"]["litert"]["size_bytes"] > 0
    sizes = {name: v.size_bytes or 0 for name, v in variants.items()}
    assert sizes["float16"] < 0.7 * sizes["base"]
    assert sizes["int8"] < sizes["float16"]
    assert sizes["structured 75 %"] < sizes["structured 50 %"] < sizes["base"]
    zipped = {name: v.zip_bytes or 0 for name, v in variants.items()}
    assert zipped["structured 75 % + int8"] < zipped["structured 75 %"]


def test_what_was_trained_on_is_compared_with_a_network_that_was_trained_on_as_long(
    variants: dict[str, VariantRecord],
) -> None:
    assert variants["structured 50 %"].measures["against"] == "control"
    assert variants["int8"].measures["against"] == "base"
    assert variants["structured 75 %"].measures["n_parameters"] < variants["base"].measures["n_parameters"]


@pytest.mark.slow
def test_a_killed_converter_costs_one_variant_and_no_more(workspace: Path) -> None:
    """The process is killed in earnest while it converts."""
    killed = threading.Event()

    def kill(name: str, _fraction: float) -> None:
        if name == "control" and not killed.is_set():
            for child in psutil.Process().children(recursive=True):
                if "cupel.engine.compression.convert:convert" in child.cmdline():
                    child.kill()
                    killed.set()

    with Store.open(workspace) as store:
        made = compress(store, 1, what=("quantize",), most_drop=-1.0, progress=kill)
    assert killed.is_set()
    assert made[-1].name == "tuned int8", "8 bits lost more than -1: they are trained for too"
    lost = [v for v in made if any("problem" in told for told in v.measures.get("forms", {}).values())]
    lost += [v for v in made if v.state is TrialState.FAIL]
    assert len(lost) == 1
    assert len([v for v in made if v.state is TrialState.COMPLETE]) >= len(made) - 1


def test_what_cannot_be_compressed_is_said(workspace: Path) -> None:
    with Store.open(workspace) as store:
        with pytest.raises(SpecError, match="no way to compress"):
            compress(store, 1, what=("melt",))
        study = store.create_study(
            name="empty",
            dataset_id=None,
            spec=spec_of("y", n_trials=1).to_json(),
            metric="accuracy",
            direction="maximize",
            task="binary",
        )
        with pytest.raises(CompressionError, match="no complete trial"):
            compress(store, study.id)


def test_the_verdict_tells_zeros_that_nobody_uses_from_what_helps() -> None:
    base, no_loss = Sizes(1000, 900, 1.0, 10.0), Difference(0.0, -0.01, 0.01)
    sparse, smaller = Sizes(1000, 300, 1.0, 10.0), Sizes(250, 200, 0.5, 4.0)
    assert "75% zeros: zipped -67%, file +0%" in str(verdict(sparse, base, no_loss, 0.75, 0.01))
    assert "No measurable loss" in str(verdict(smaller, base, no_loss, 0.0, 0.01))
    assert "Loses 0.05," in str(verdict(smaller, base, Difference(0.05, 0.04, 0.06), 0.0, 0.01))
    assert "Costs 0.005," in str(verdict(smaller, base, Difference(0.005, 0.001, 0.009), 0.0, 0.01))
    assert "Nothing is gained" in str(verdict(base, base, no_loss, 0.0, 0.01))
