"""Corrected scores and verdicts where the truth is known: on noise, and on made models of a known quality."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics import judged_rows
from cupel.engine.statistics.judged_rows import JudgedRows, block_units
from cupel.engine.statistics.resampling import Resampled, Size, resample, size_of

from .made_models import classifier, held, judged


def best_of(
    qualities: np.ndarray, rng: np.random.Generator, n: int = 300, baseline: float = 0.5
) -> tuple[Resampled, int, np.ndarray]:
    """Return resamples of made models, the place of the one with the best score, and all scores."""
    y = rng.integers(0, 2, n)
    rows = judged(y, "accuracy", rng)
    models = [classifier(rows, q, rng) for q in qualities]
    scores = np.array(
        [
            np.mean([METRICS["accuracy"](rows.y[v], p) for v, p in zip(rows.valid, m, strict=True)])
            for m in models
        ]
    )
    found = resample(
        rows,
        {i: held(m) for i, m in enumerate(models)},
        {"constant": held(classifier(rows, baseline, rng))},
        n_resamples=300,
    )
    return found, int(scores.argmax()), scores


def test_on_noise_the_best_of_many_is_corrected_to_the_truth_and_beats_nothing() -> None:
    values, flattered, covered, better = [], [], 0, 0
    for seed in range(60):
        found, best, scores = best_of(np.full(30, 0.5), np.random.default_rng(seed))
        corrected = found.corrected(n_complete=30, n_pruned=0)
        assert corrected is not None
        values.append(corrected.value)
        flattered.append(scores[best])
        covered += corrected.low <= 0.5 <= corrected.high
        verdict = found.verdict("constant", 0.5)
        assert verdict is not None
        better += verdict.word == "better"
    standard_error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - 0.5) < 3 * standard_error
    assert np.mean(flattered) > 0.55, "uncorrected it looks like a find"
    assert covered >= 54
    assert better <= 3


def test_with_a_signal_the_corrected_score_is_that_of_the_model_chosen() -> None:
    errors, covered, better = [], 0, 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        qualities = 0.7 + 0.04 * rng.normal(size=20)
        found, best, _ = best_of(qualities, rng, baseline=0.5)
        corrected = found.corrected(n_complete=20, n_pruned=0)
        assert corrected is not None
        errors.append(corrected.value - qualities[best])
        covered += corrected.low <= qualities[best] <= corrected.high
        verdict = found.verdict("constant", 0.5)
        assert verdict is not None
        better += verdict.word == "better"
        assert verdict.p_better + verdict.p_same + verdict.p_worse == pytest.approx(1.0)
    # Choosing on a resample finds a little less than choosing on all rows does, below half a standard error of a score.
    assert abs(np.mean(errors)) < 0.5 * np.sqrt(0.7 * 0.3 / 300)
    assert covered >= 54
    assert better == 60, "0.7 against 0.5 on 300 rows"


def test_a_clear_winner_is_chosen_in_every_resample() -> None:
    rng = np.random.default_rng(5)
    found, best, _ = best_of(np.array([0.55, 0.95, 0.6]), rng)
    corrected = found.corrected(n_complete=3, n_pruned=2)
    assert best == 1
    assert corrected is not None
    assert corrected.shares == {1: 1.0}
    assert (corrected.n_trials, corrected.n_pruned) == (3, 2)


def test_a_model_is_the_same_as_itself() -> None:
    rng = np.random.default_rng(6)
    rows = judged(rng.integers(0, 2, 200), "accuracy", rng)
    model = classifier(rows, 0.8, rng)
    verdict = resample(rows, {0: held(model)}, {"twin": held(model)}, n_resamples=100).verdict("twin", 0.8)
    assert verdict is not None
    assert (verdict.word, verdict.difference, verdict.p_same) == ("same", 0.0, 1.0)


def test_of_errors_a_lower_one_is_better() -> None:
    rng = np.random.default_rng(7)
    rows = judged(rng.normal(size=300), "rmse", rng)

    def model(noise: float) -> tuple[np.ndarray, ...]:
        return tuple(rows.y[v] + noise * rng.normal(size=len(v)) for v in rows.valid)

    found = resample(
        rows,
        {4: held(model(0.5)), 9: held(model(0.3))},
        {"bad": held(model(1.0)), "good": held(model(0.05))},
        n_resamples=200,
    )
    corrected = found.corrected(n_complete=2, n_pruned=0)
    assert corrected is not None
    assert corrected.shares == {9: 1.0}
    assert corrected.value == pytest.approx(0.3, abs=0.05)
    bad, good = found.verdict("bad", 1.0), found.verdict("good", 0.05)
    assert bad is not None
    assert bad.word == "better"
    assert bad.difference < 0
    assert good is not None
    assert good.word == "worse"


def test_rows_of_a_unit_are_drawn_together_and_each_fold_keeps_its_number() -> None:
    rng = np.random.default_rng(8)
    y = rng.normal(size=100)
    valid = tuple(np.arange(100).reshape(5, 20))
    rows = JudgedRows("rmse", y, valid, 5, np.arange(100) // 4, by_class=False)
    weights = rows.draw(50, seed=1)
    assert (weights.reshape(50, 25, 4) == weights.reshape(50, 25, 4)[:, :, :1]).all()
    assert (weights.reshape(50, 5, 20).sum(axis=2) == 20).all()


def test_each_class_of_a_fold_keeps_its_number() -> None:
    rng = np.random.default_rng(9)
    rows = judged(np.repeat([0, 1, 1, 1], 50), "accuracy", rng)
    weights = rows.draw(50, seed=2)
    for valid in rows.valid:
        for value in (0, 1):
            part = valid[rows.y[valid] == value]
            assert (weights[:, part].sum(axis=1) == len(part)).all()


def test_blocks_follow_one_another_inside_a_fold() -> None:
    parts = [np.arange(10, 37), np.arange(37, 64)]
    units = block_units(parts, 70)
    assert np.unique(units[parts[0]], return_counts=True)[1].tolist() == [3] * 9
    assert (np.diff(units[parts[0]]) >= 0).all()
    assert not set(units[parts[0]]) & set(units[parts[1]])


def test_what_has_no_predictions_any_more_takes_no_part() -> None:
    rng = np.random.default_rng(7)
    rows = judged(rng.integers(0, 2, 200), "accuracy", rng)
    model = held(classifier(rows, 0.8, rng))
    found = resample(rows, {0: lambda: None, 1: model}, {"lost": lambda: None}, n_resamples=50)
    corrected = found.corrected(n_complete=2, n_pruned=0)
    assert corrected is not None
    assert (corrected.shares, corrected.n_trials, corrected.n_complete) == ({1: 1.0}, 1, 2)
    assert found.verdict("lost", 0.5) is None
    nothing = resample(rows, {0: lambda: None}, {"model": model}, n_resamples=50)
    assert nothing.corrected(n_complete=1, n_pruned=0) is None
    assert nothing.verdict("model", 0.8) is None


def test_repeats_of_finalists_decide_between_the_best_of_the_first_one_alone() -> None:
    rng = np.random.default_rng(10)
    y = rng.integers(0, 2, 400)
    rows = judged(y, "accuracy", rng, n_repeats=3)
    lucky = classifier(rows, 0.9, rng)[:5] + classifier(rows, 0.6, rng, 3)[5:]
    steady = classifier(rows, 0.8, rng, 3)
    outsider = classifier(rows, 0.5, rng)
    trials = {0: held(lucky), 1: held(steady), 2: held(outsider)}
    found = resample(rows, trials, {}, n_resamples=100, n_finalists=2)
    assert found.numbers[int(np.bincount(found.chosen).argmax())] == 1
    alone = resample(rows, {n: held(t()[:5]) for n, t in trials.items()}, {}, n_resamples=100)
    assert alone.numbers[int(np.bincount(alone.chosen).argmax())] == 0


def test_luck_on_the_first_repeat_has_no_edge_over_finalists() -> None:
    # All have the same quality; only two are finalists. Where others are as good, the first repeat decides for all.
    shares = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        rows = judged(rng.integers(0, 2, 200), "accuracy", rng, n_repeats=3)
        models = [classifier(rows, 0.7, rng, 3) for _ in range(8)]
        scores = [
            np.mean([METRICS["accuracy"](rows.y[v], p) for v, p in zip(rows.valid[:5], m[:5], strict=True)])
            for m in models
        ]
        finalists = set(np.argsort(scores)[-2:].tolist())
        trials = {i: held(m if i in finalists else m[:5]) for i, m in enumerate(models)}
        corrected = resample(rows, trials, {}, n_resamples=100, n_finalists=2).corrected(
            n_complete=8, n_pruned=0
        )
        assert corrected is not None
        shares.append(sum(corrected.shares.get(i, 0.0) for i in finalists))
    assert np.mean(shares) > 0.5, "they were the best two on all rows"


def test_blocks_are_no_shorter_than_the_gap() -> None:
    assert np.unique(block_units([np.arange(60)], 60, least=20), return_counts=True)[1].tolist() == [20] * 3


def test_a_fold_that_loses_a_class_in_a_resample_is_left_out_of_the_mean() -> None:
    rng = np.random.default_rng(11)
    y = np.tile([0, 1], 10)
    rows = JudgedRows("roc_auc", y, tuple(np.arange(20).reshape(5, 4)), 5, np.arange(20), by_class=True)
    model = tuple(np.stack([1 - p, p], axis=1) for p in (rng.random((5, 4)) + y.reshape(5, 4)) / 2)
    corrected = resample(rows, {0: held(model)}, {}, n_resamples=200).corrected(n_complete=1, n_pruned=0)
    assert corrected is not None
    assert 0.5 < corrected.value <= 1.0


def test_the_work_is_bounded() -> None:
    assert size_of("accuracy", n_rows=300, n_classes=2, n_trials=40) == Size(1000, 40, 300)
    fewer = size_of("roc_auc", n_rows=100_000, n_classes=2, n_trials=400)
    assert fewer.n_resamples < 1000
    assert fewer.n_trials < 400
    large = size_of("log_loss", n_rows=3_000_000, n_classes=50, n_trials=400, n_first=1, n_further=30)
    assert large.n_rows < 3_000_000
    assert (large.n_resamples, large.n_trials) == (200, 10)


def test_rows_drawn_from_many_keep_units_whole_and_give_the_same_answer() -> None:
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 4000)
    units = np.arange(4000) // 2
    valid = tuple(np.flatnonzero(units % 5 == k) for k in range(5))
    rows = JudgedRows("accuracy", y, valid, 5, units, by_class=False)
    kept = rows.drawn_from(1000, seed=0)
    assert 900 < kept.sum() < 1100
    assert (kept[::2] == kept[1::2]).all()
    said = np.where(rng.random(4000) < 0.8, y, 1 - y)
    probabilities = np.eye(2)[said]
    every = resample(rows, {0: held(tuple(probabilities[v] for v in valid))}, {}, n_resamples=200)
    some = resample(
        rows.only(kept),
        {0: held(tuple(probabilities[v[kept[v]]] for v in valid))},
        {},
        n_resamples=200,
        n_all_rows=4000,
    )
    whole = every.corrected(n_complete=1, n_pruned=0)
    part = some.corrected(n_complete=1, n_pruned=0)
    assert whole is not None
    assert part is not None
    assert (part.n_rows, part.n_all_rows) == (kept.sum(), 4000)
    right = (said == y)[kept].mean()
    assert part.low < right < part.high
    assert 0.7 < (part.high - part.low) / (whole.high - whole.low) < 1.4


def test_resamples_are_weighted_in_parts_without_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 100)
    rows = JudgedRows("roc_auc", y, tuple(np.arange(100).reshape(5, 20)), 5, np.arange(100), by_class=True)
    p = rng.random(100)
    model = {0: held(tuple(np.stack([1 - p[v], p[v]], axis=1) for v in rows.valid))}
    whole = resample(rows, model, {}, n_resamples=50)
    monkeypatch.setattr(judged_rows, "MOST_CELLS", 300)
    assert np.array_equal(resample(rows, model, {}, n_resamples=50).left_out, whole.left_out)
