"""Choosing under limits, blame and rescue: on a real study, with real children and real files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.cli import main
from cupel.engine.compression.choose import nested_losses
from cupel.engine.compression.explore import blame_layers, choose_variants
from cupel.engine.compression.layers import N_BINS, describe_layers
from cupel.engine.domain.errors import CompressionError, SpecError
from cupel.engine.domain.variants import VariantLimits
from cupel.engine.service import run_job
from cupel.storage.records import JobState, TrialState
from cupel.storage.store import Store

from ..deployment.made import make_study
from ..deployment.studies import make_variants


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a trained study of two classes and two folds."""
    study = make_study(tmp_path_factory.mktemp("explore"), "binary", {"width": 64}, n_networks=2)
    study.store.close()
    return study.store.workspace.path


def test_histograms_count_every_weight_and_zeros_are_told() -> None:
    before = {"a": np.array([-1.0, 0.5, 0.25, 0.75], np.float32)}
    after = {"a": np.array([0.0, 0.5, 0.0, 2.0], np.float32), "new": np.zeros(0, np.float32)}
    (told,) = describe_layers(before, after)
    assert (told.layer, told.n_weights, told.sparsity, told.most) == ("a", 4, 0.5, 2.0)
    assert sum(told.before) == sum(told.after) == 4
    assert len(told.before) == N_BINS


@pytest.mark.slow
def test_a_search_measures_its_front_and_names_the_smallest_within_the_limits(workspace: Path) -> None:
    said: list[tuple[str, float]] = []
    with Store.open(workspace) as store:
        choice = choose_variants(
            store, 1, 0, limits=VariantLimits(most_drop=0.2, most_bytes=20_000), n_rounds=4,
            progress=lambda doing, fraction: said.append((doing, fraction)),
        )  # fmt: skip
    names = [v.name for v in choice.variants]
    assert names[:2] == ["base", "control"]
    assert len(names) > 2
    assert len(set(names)) == len(names)
    assert choice.n_tried == 4
    assert all(v.state is TrialState.COMPLETE for v in choice.variants)
    assert choice.chosen is not None
    assert (choice.chosen.size_bytes or 0) <= 20_000
    for v in choice.variants[2:]:
        estimate = v.measures["choice"]["estimate"]
        assert estimate["size_bytes"] == pytest.approx(v.size_bytes, abs=2048)
        assert v.measures["choice"]["limits"]["most_bytes"] == 20_000
        assert v.measures["layers"]
        assert set(v.measures["threshold"]) == {"value", "gain"}
    assert "searching" in {doing for doing, _ in said}
    assert [f for _, f in said] == sorted(f for _, f in said)


@pytest.mark.slow
def test_where_zipped_bytes_count_zeros_are_tried_and_the_smallest_archive_is_chosen(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["compress", "1", "--workspace", str(workspace), "--trial", "0", "--choose", "--zipped"]
    assert main([*command, "--rounds", "8", "--max-drop", "0.2", "--target-bytes", "15000", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    made = told["variants"]
    assert any(v["method"]["sparsity"] > 0 for v in made)
    assert all(v["measures"]["choice"]["is_zipped"] for v in made[2:])
    within = [v for v in made if v["measures"]["drop"]["mean"] <= 0.2 and v["zip_bytes"] <= 15_000]
    assert told["chosen"] == min(within, key=lambda v: v["zip_bytes"])["name"]
    assert told["n_tried"] <= 8
    assert set(told["nested"]) == {"mean", "low", "high"}


@pytest.mark.slow
def test_the_way_of_choosing_is_scored_on_folds_that_it_has_not_looked_at(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Of forms that lose nothing but noise, the luckiest is within the limit on all folds, and fails where it is new.
    losses = np.array([[0.05, 0.0, 0.0], [0.0, 0.05, 0.0], [0.02, 0.02, 0.02]])
    assert nested_losses(losses, np.array([1, 2, 3]), 0.01) == [0.05, 0.05, 0.02]
    assert nested_losses(losses, np.array([1, 2, 3]), 1.0) == [0.05, 0.0, 0.0], "the smallest, always"
    assert nested_losses(losses[:, :1], np.array([1, 2, 3]), 0.01) == [], "one fold tells nothing"
    command = ["compress", "1", "--workspace", str(workspace), "--trial", "0", "--choose", "--rounds", "3"]
    assert main([*command, "--max-drop", "0.2"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "It was chosen among 3 on the folds that it is scored on, which flatters it" in printed
    assert "On the holdout it has" in printed
    with Store.open(workspace, "r") as store:
        choice = store.variants(store.trial_by_number(1, 0).id)[-1].measures["choice"]
    assert choice["n_tried"] == 3
    assert choice["nested"]["low"] <= choice["nested"]["mean"] <= choice["nested"]["high"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "layers"),
    [("image", {"conv_0", "conv_1", "dense_0"}), ("text", {"embedding", "conv_2", "conv_3"})],
)
def test_layers_of_other_networks_are_blamed_too(kind: str, layers: set[str], tmp_path: Path) -> None:
    study = make_variants(tmp_path, kind)
    blamed = blame_layers(study.store, study.id, 0, how="int4", most_drop=1.0)
    assert layers <= {one.layer for one in blamed.found.blame}
    assert all(one.n_weights > 0 for one in blamed.found.blame)
    assert [v.name for v in blamed.variants] == ["base", "int4"]
    assert all(v.state is TrialState.COMPLETE for v in blamed.variants)
    assert (blamed.variants[1].size_bytes or 0) < (blamed.variants[0].size_bytes or 0)
    whole = blamed.variants[1].measures["drop"]["mean"]
    assert blamed.found.rescue.drop_of_all == pytest.approx(whole, abs=1e-6), (
        "the file says what the search said"
    )
    study.store.close()


def test_what_cannot_be_within_a_limit_is_not_trained(workspace: Path) -> None:
    with Store.open(workspace) as store:
        choice = choose_variants(store, 1, 0, limits=VariantLimits(most_bytes=1), n_rounds=3)
    assert choice.n_ruled_out == choice.n_tried == 3
    assert choice.chosen is None
    assert [v.name for v in choice.variants] == ["base", "control"]


@pytest.mark.slow
def test_layers_are_blamed_alone_and_the_rescue_meets_the_limit(workspace: Path) -> None:
    with Store.open(workspace) as store:
        store.add_job(
            "compress", {"study_id": 1, "trial": 0, "mode": "blame", "how": "int4", "most_drop": 0.0}
        )
        job = store.claim_job(1)
        assert job is not None
        run_job(store, job)
        job = store.job(job.id)
        assert job.state is JobState.DONE, job.failure
        made = [store.variants(job.result["trial_id"])[-k] for k in range(1, len(job.result["variants"]) + 1)]
    found = made[0].measures["blame"]
    assert [one["layer"] for one in found["blame"]] == ["dense_0", "dense_1", "output"]
    assert all(one["n_weights"] > 0 and one["spared_bytes"] > 0 for one in found["blame"])
    rescue = found["rescue"]
    assert rescue["is_within"]
    assert rescue["drop"] <= 0.0
    if rescue["spared"]:
        mixed = next(v for v in made if v.name == "mixed + int4")
        whole = next(v for v in made if v.name == "int4")
        assert mixed.method["float_layers"] == rescue["spared"]
        assert (mixed.size_bytes or 0) > (whole.size_bytes or 0)
        assert mixed.measures["drop"]["mean"] == pytest.approx(rescue["drop"], abs=1e-6)


@pytest.mark.slow
def test_sparse_layers_are_blamed_too(workspace: Path) -> None:
    with Store.open(workspace) as store:
        blamed = blame_layers(store, 1, 0, how="sparse", sparsity=0.9, most_drop=1.0)
    assert [v.name for v in blamed.variants] == ["base", "sparse 90 % at once"]
    assert blamed.found.rescue.spared == ()
    assert blamed.variants[1].measures["sparsity"] == pytest.approx(0.9, abs=0.02)
    assert {round(one["sparsity"], 1) for one in blamed.variants[1].measures["layers"]} == {0.9}


def test_bad_wishes_are_said(workspace: Path) -> None:
    with Store.open(workspace) as store:
        with pytest.raises(SpecError, match="zero or more"):
            choose_variants(store, 1, 0, limits=VariantLimits(most_drop=-1.0))
        with pytest.raises(SpecError, match="no way to blame"):
            blame_layers(store, 1, 0, how="melt")
        with pytest.raises(CompressionError, match="no networks"):
            choose_variants(store, 1, 2, limits=VariantLimits())
