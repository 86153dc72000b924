"""Training all folds as one gives what training them one by one gives, and what Keras gives."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.training.losses import to_predictions
from cupel.engine.training.reports import EpochReport, TrainingStopped
from cupel.engine.training.trainer import Diverged, Trainer, TrainSpec

from .agreement import assert_same_losses, assert_same_networks
from .problems import make_problem

PARAMS: dict[str, Any] = {
    "n_layers": 2, "width": 24, "activation": "relu", "normalization": "batch", "dropout": 0.2, "batch_size": 32,
    "optimizer": "adamw", "learning_rate": 3e-3, "weight_decay": 0.01, "schedule": "cosine", "warmup": 0.1,
}  # fmt: skip
VARIETY = {
    "plain": {},
    "layer normalization, residual": {
        "normalization": "layer",
        "residual": True,
        "n_layers": 3,
        "activation": "silu",
    },
    "periodic embeddings": {
        "numeric_embedding": "periodic",
        "n_frequencies": 4,
        "frequency_scale": 0.3,
        "numeric_size": 3,
    },
    "embedded categories": {"embedding_size": 3, "activation": "gelu", "normalization": "none"},
    "sgd, balanced classes, clipped": {
        "optimizer": "sgd",
        "learning_rate": 0.05,
        "class_weight": "balanced",
        "clip_norm": 1.0,
    },
}


def spec(metric: str = "accuracy", epochs: int = 8, **params: Any) -> TrainSpec:
    return TrainSpec("mlp", PARAMS | params, metric, epochs, seed=3)


@pytest.mark.parametrize("variety", VARIETY)
def test_fused_and_fold_by_fold_train_the_same_networks(variety: str) -> None:
    problem = make_problem(n_codes=2 if "categories" in variety else 0)
    fused = spec(**VARIETY[variety])
    one_by_one = dataclasses.replace(fused, fused=False)
    assert_same_losses(Trainer(problem, fused).run(), Trainer(problem, one_by_one).run())
    assert_same_networks(problem, fused, one_by_one)


@pytest.mark.parametrize("patience", [None, 3])
def test_fused_and_fold_by_fold_keep_the_same_epochs_and_scores(patience: int | None) -> None:
    """On a problem whose folds are best at different epochs, clearly apart from the next best."""
    problem = make_problem(n=120)
    settings = dataclasses.replace(
        spec(
            "log_loss", 16, learning_rate=0.02, normalization="layer", activation="silu", schedule="constant",
            warmup=0.0, dropout=0.1,
        ),
        patience=None,
    )  # fmt: skip
    losses = Trainer(problem, settings).run().curves[:, :, 2]
    others = np.stack([np.delete(losses, r, axis=0).mean(axis=0) for r in range(len(losses))])
    for judged in (losses, others):  # whoever chooses: a fold for itself, or the others for it
        best, next_best = np.sort(judged, axis=1)[:, :2].T
        # Of this network (smooth, and no weight without a gradient) the last bit moves a loss by less than 1e-6.
        assert (next_best > best * 1.001).all()
    settings = dataclasses.replace(settings, patience=patience)
    fused, one_by_one = (
        Trainer(problem, dataclasses.replace(settings, fused=how)).run() for how in (True, False)
    )
    if patience is None:
        assert fused.best_epochs.tolist() in [judged.argmin(axis=1).tolist() for judged in (losses, others)]
    assert len(set(fused.best_epochs.tolist())) > 1
    np.testing.assert_array_equal(fused.best_epochs, one_by_one.best_epochs)
    np.testing.assert_allclose(fused.best_scores, one_by_one.best_scores, rtol=1e-4)
    for r in range(problem.n_replicas):
        assert fused.best_scores[r] == pytest.approx(fused.curves[r, fused.best_epochs[r], 2])
        np.testing.assert_allclose(fused.predictions[r], one_by_one.predictions[r], atol=1e-4)


@pytest.mark.parametrize(
    ("task", "metric"), [("binary", "log_loss"), ("multiclass", "accuracy"), ("regression", "rmse")]
)
def test_networks_learn(task: str, metric: str) -> None:
    problem = make_problem(task, n=300)
    result = Trainer(problem, spec(metric, epochs=40)).run()
    first, best = result.curves[:, 0, 2].mean(), result.best_scores.mean()
    assert METRICS[metric].direction.is_better(best, first)
    if task == "regression":
        assert best < 0.6 * np.std(problem.y)
    elif metric == "accuracy":
        assert best > 0.75


@pytest.mark.parametrize("variety", VARIETY)
def test_the_keras_model_of_a_fold_predicts_as_the_fold_did(variety: str, tmp_path: Path) -> None:
    problem = make_problem(n_codes=2 if "categories" in variety else 0)
    result = Trainer(problem, spec(**VARIETY[variety])).run()
    model = to_keras(result.network, result.weights[1], result.stats[1])
    model.save(tmp_path / "network.keras")
    model = keras.models.load_model(tmp_path / "network.keras")  # safe mode: no custom code in the file
    rows = problem.valid[1]
    inputs = {"numeric": problem.inputs["numeric"][1, rows]}
    if problem.inputs["codes"].shape[2]:
        inputs["codes"] = problem.inputs["codes"][1, rows]
    outputs = np.asarray(model(inputs, training=False))
    np.testing.assert_allclose(to_predictions("multiclass", outputs), result.predictions[1], atol=1e-5)


@pytest.mark.parametrize("normalization", ["batch", "layer", "none"])
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_one_step_is_keras_own_step(optimizer: str, normalization: str) -> None:
    """One full-batch step without dropout moves the weights as a Keras optimizer on a Keras model does."""
    problem = make_problem("multiclass")
    rate, decay = (3e-3, 0.01) if optimizer == "adamw" else (0.5, 0.0)
    params = {
        "dropout": 0.0, "batch_size": 10_000, "schedule": "constant", "warmup": 0.0, "normalization": normalization,
        "optimizer": optimizer, "learning_rate": rate, "weight_decay": decay,
    }  # fmt: skip
    settings = TrainSpec("mlp", PARAMS | params, "accuracy", 1, seed=3)
    trainer = Trainer(problem, settings)
    layout = trainer.network.weights
    start = layout.initial([_first_seed(settings.seed)])[0]
    trained = Trainer(problem, settings).run()
    model = to_keras(trainer.network, start, trainer.network.stats.initial([0])[0])
    keras_optimizer = (
        keras.optimizers.AdamW(rate, weight_decay=decay)
        if optimizer == "adamw"
        else keras.optimizers.SGD(rate, momentum=0.9)
    )
    if optimizer == "adamw":
        keras_optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(keras_optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rows = problem.train[0]
    model.train_on_batch({"numeric": problem.inputs["numeric"][0, rows]}, problem.y[rows])
    before, ours = layout.unpack(start), layout.unpack(trained.weights[0])
    for layer in model.layers:
        for variable in layer.trainable_variables:
            name, wanted = f"{layer.name}/{variable.name}", np.asarray(variable)
            if normalization == "batch" and name in ("dense_0/bias", "dense_1/bias"):
                # Batch normalization takes the bias away: its gradient is exactly zero, and what a processor leaves of
                # that is noise, which Adam divides by its own size. Neither may move it by more than a step.
                for moved in (ours[name] - before[name], wanted - before[name]):
                    assert np.abs(moved).max() <= (rate if optimizer == "adamw" else 1e-6)
                continue
            # A hundredth of Adam's step: gradients of 1e-4 and more have errors of 1e-8, and Adam's step is as
            # sure as its gradient. Steps of SGD are up to 0.5, with errors of float32.
            np.testing.assert_allclose(
                ours[name], wanted, atol=3e-5 if optimizer == "adamw" else 1e-6, err_msg=name
            )
            assert np.abs(ours[name] - before[name]).max() > 1e-4, name


def test_the_same_seed_gives_the_same_networks_and_another_seed_does_not() -> None:
    problem = make_problem()
    first, again = (Trainer(problem, spec()).run() for _ in range(2))
    np.testing.assert_array_equal(first.weights, again.weights)
    other = Trainer(problem, TrainSpec(**{**_fields(spec()), "seed": 4})).run()
    assert not np.allclose(first.weights, other.weights)


def test_folds_stop_when_patience_ends_and_keep_the_epoch_at_which_the_others_were_best() -> None:
    problem = make_problem(n=120)
    settings = TrainSpec(**{**_fields(spec(epochs=60, learning_rate=0.02)), "patience": 4})
    result = Trainer(problem, settings).run()
    stopped = np.isnan(result.curves[:, -1, 2])
    assert stopped.any() or result.curves.shape[1] < 60
    lasts = [np.flatnonzero(~np.isnan(curve))[-1] for curve in result.curves[:, :, 2]]
    assert max(lasts) - max(result.best_epochs) <= 4
    assert len(set(lasts)) == 1, "folds train on for as long as one of the others has need of their scores"
    for r in range(problem.n_replicas):
        others = np.delete(result.curves[:, : result.best_epochs[r] + 5, 2], r, axis=0).mean(axis=0)
        assert others[result.best_epochs[r]] == pytest.approx(np.nanmax(others), abs=1e-6)
        assert result.best_scores[r] == result.curves[r, result.best_epochs[r], 2]
        y = problem.y[problem.valid[r]]
        assert METRICS["accuracy"](y, result.predictions[r]) == pytest.approx(result.best_scores[r])


def test_a_training_that_goes_on_from_a_checkpoint_ends_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    problem = make_problem()
    whole = Trainer(problem, spec()).run()
    path = tmp_path / "trial.npz"

    def stop_after_five(report: EpochReport) -> bool:
        if report.epoch == 5:
            raise TrainingStopped
        return True

    with pytest.raises(TrainingStopped):
        Trainer(problem, spec(), path, checkpoint_every_s=0.0).run(stop_after_five)
    epochs: list[int] = []
    resumed = Trainer(problem, spec(), path).run(lambda report: epochs.append(report.epoch) or True)
    assert epochs == list(range(8))  # the past is told once more, for a watcher who has forgotten it
    np.testing.assert_allclose(resumed.weights, whole.weights, atol=1e-6)
    np.testing.assert_allclose(resumed.curves, whole.curves, atol=1e-6)


def test_a_damaged_checkpoint_means_a_fresh_start(tmp_path: Path) -> None:
    problem, path = make_problem(), tmp_path / "trial.npz"
    path.write_bytes(b"PK\x03\x04 not a zip")
    np.testing.assert_array_equal(
        Trainer(problem, spec(), path).run().weights, Trainer(problem, spec()).run().weights
    )


def test_a_diverging_training_says_so() -> None:
    with pytest.raises(Diverged, match="epoch"):
        Trainer(
            make_problem("regression"), spec("rmse", optimizer="sgd", learning_rate=1e6, normalization="none")
        ).run()


def test_a_training_that_is_told_to_finish_keeps_what_it_has() -> None:
    result = Trainer(make_problem(), spec()).run(lambda report: report.epoch < 2)
    assert result.curves.shape[1] == 3
    assert (result.best_epochs <= 2).all()


@pytest.mark.skipif(
    "ONEDNN_MAX_CPU_ISA" in os.environ,
    reason="TensorFlow asks the processor itself for bfloat16, and aborts where oneDNN may not use it",
)
def test_mixed_precision_learns_too() -> None:
    result = Trainer(make_problem(n=300), spec(epochs=30, compute_dtype="bfloat16")).run()
    assert result.weights.dtype == np.float32
    assert result.best_scores.mean() > 0.7


def test_batches_have_one_size_and_cover_all_rows() -> None:
    problem = make_problem(n=181)
    trainer = Trainer(problem, spec(batch_size=50))
    for r, rows in enumerate(problem.train):
        order = trainer.epoch_order(r, 0)
        assert set(order.ravel()) == set(rows)
        assert order.shape[1] <= 50


def _fields(settings: TrainSpec) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in TrainSpec.__dataclass_fields__}


def _first_seed(seed: int) -> int:
    return int(np.random.SeedSequence((seed, 0)).generate_state(1)[0])


@pytest.mark.parametrize("window_bytes", [1, 3_000, 1 << 20])
@pytest.mark.parametrize("fused", [True, False])
def test_rows_that_stay_on_the_host_give_the_same_networks(
    fused: bool, window_bytes: int, tmp_path: Path
) -> None:
    problem = make_problem(n_codes=2)
    mapped = {}
    for name, rows in problem.inputs.items():
        mapped[name] = np.memmap(tmp_path / name, rows.dtype, "w+", shape=rows.shape)
        mapped[name][:] = rows
    streamed = dataclasses.replace(problem, inputs=mapped)
    settings = dataclasses.replace(spec(epochs=4, dropout=0.3, embedding_size=3), fused=fused, patience=2)
    one = Trainer(problem, settings).run()
    other = Trainer(streamed, dataclasses.replace(settings, window_bytes=window_bytes)).run()
    np.testing.assert_array_equal(one.best_epochs, other.best_epochs)
    # The mean of an epoch is put together from those of its windows: a dozen roundings of float32.
    np.testing.assert_allclose(one.curves, other.curves, rtol=1e-5)
    np.testing.assert_array_equal(one.weights, other.weights)
