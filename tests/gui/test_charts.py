"""What charts say of their data, without Qt."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import numpy as np
import pytest
from cupel.gui.charts.cards import Marking
from cupel.gui.charts.compared import COMPARED, ComparedCurves
from cupel.gui.charts.curves import CURVES, TrialCurves
from cupel.gui.charts.folds import FOLDS, FoldValues
from cupel.gui.charts.histograms import COUNTS, WEIGHTS, BeforeAndAfter, Counts
from cupel.gui.charts.history import HISTORY, History
from cupel.gui.charts.pareto import PARETO, Spread
from cupel.gui.charts.sparkline import SPARKLINE, Course
from cupel.gui.charts.spec import Bars, LevelLine, Line, Points, looks_like, places
from cupel.gui.charts.variants import VARIANTS, Spot, VariantSpots
from cupel.storage.ranking import Direction
from cupel.storage.records import Curves

NAN = float("nan")
M = TypeVar("M")


def history(**other: object) -> History:
    plain = History(
        metric="roc_auc",
        direction=Direction.MAXIMIZE,
        ids=np.arange(10, 15),
        number=np.arange(5),
        value=np.array([0.6, 0.8, 0.7, NAN, 0.9]),
        spread=np.array([0.01, 0.02, NAN, NAN, 0.03]),
        at_s=np.array([10.0, 30.0, 20.0, NAN, NAN]),
        complete=np.array([True, True, False, False, True]),
        another_way=np.zeros(5, bool),
        baselines={"Linear": 0.75, "Majority class": 0.5},
        marking=Marking.plain(5),
    )
    return dataclasses.replace(plain, **other)


def mark_of(marks: object, key: str, kind: type[M]) -> M:
    assert isinstance(marks, list | tuple)
    found = next(mark for mark in marks if mark.key == key)
    assert isinstance(found, kind)
    return found


def test_the_history_is_of_trials_or_of_time_and_the_best_never_gets_worse() -> None:
    marks = HISTORY.marks(history())
    best = mark_of(marks, "best", Line)
    assert best.y.tolist() == [0.6, 0.8, 0.9, 0.9]
    assert mark_of(marks, "pruned", Points).y.tolist() == [0.7]
    assert mark_of(marks, "baseline0", LevelLine).y == 0.75
    over_time = history(over_time=True)
    # Trial 4 has no end that is known.
    assert mark_of(HISTORY.marks(over_time), "best", Line).x.tolist() == [10.0, 30.0, 30.0]
    assert HISTORY.axes(over_time).x.numbers == "clock"


def test_a_trial_scored_in_another_way_is_shown_apart_and_never_the_best() -> None:
    data = history(
        another_way=np.array([False, False, False, False, True]), value=np.array([0.6, 0.8, 0.7, NAN, 9.0])
    )
    marks = HISTORY.marks(data)
    assert mark_of(marks, "best", Line).y.tolist() == [0.6, 0.8, 0.8]
    assert mark_of(marks, "old", Points).y.tolist() == [9.0]
    span = HISTORY.axes(data).y.span
    assert span is not None
    assert span[1] < 2.0


def test_the_best_of_what_is_to_be_small_is_the_smallest() -> None:
    best = mark_of(HISTORY.marks(history(direction=Direction.MINIMIZE)), "best", Line)
    assert best.y.tolist() == [0.6, 0.6, 0.6, 0.6]


def test_a_baseline_far_off_does_not_squash_the_trials() -> None:
    span = HISTORY.axes(history(baselines={"Linear": 0.75, "Majority class": -50.0})).y.span
    assert span is not None
    assert span[0] > 0.0


def test_a_point_tells_its_trial_and_a_threshold_its_baseline() -> None:
    data = history()
    proven = mark_of(HISTORY.marks(data), "proven", Points)
    assert proven.item is not None
    assert proven.item(0) == 14
    assert HISTORY.tip(data, 11) == "after 0:30"
    assert HISTORY.tip(data, "Linear").startswith("Linear\n0.75")


def test_curves_are_thin_by_fold_and_strong_in_their_mean_above_them() -> None:
    values = np.array([[[0.5], [0.3]], [[0.7], [NAN]]], dtype=np.float32)
    data = TrialCurves(Curves(("valid_loss",), values))
    marks = CURVES.marks(data)
    assert [mark.key for mark in marks] == ["valid0", "valid1", "valid-mean"]
    mean = mark_of(marks, "valid-mean", Line)
    # A fold that has stopped keeps its last value.
    assert mean.y == pytest.approx([0.6, 0.5])
    assert mean.item is not None
    assert CURVES.tip(data, mean.item(1)) == "Validation, mean\nEpoch 2\nloss 0.5000"
    assert not CURVES.marks(TrialCurves(None))


def test_compared_trials_keep_the_tone_of_their_place() -> None:
    data = ComparedCurves("rmse", ("Trial 1", "Trial 2"), (np.zeros(0), np.array([2.0, 1.0])))
    (line,) = COMPARED.marks(data)
    assert (line.key, line.tone) == ("trial1", "series1")
    assert line.item is not None
    assert COMPARED.tip(data, line.item(0)) == "Trial 2\nEpoch 1\n2.0000"


def test_the_front_is_what_no_other_trial_beats() -> None:
    data = Spread(
        "accuracy", Direction.MAXIMIZE, "parameters", np.arange(4), np.arange(4), np.array([0.8, 0.9, 0.7, NAN]),
        np.array([100.0, 10_000.0, 1000.0, 10.0]), Marking(np.ones(4, bool), np.array([2])),
    )  # fmt: skip
    marks = PARETO.marks(data)
    assert data.front.tolist() == [0, 1]
    assert mark_of(marks, "front", Line).x == pytest.approx([2.0, 4.0])
    assert mark_of(marks, "selected", Points).y.tolist() == [0.7]
    assert PARETO.tip(data, 1) == "10,000 parameters"
    x = PARETO.axes(data).x
    assert x.numbers == "powers"
    assert x.written is not None
    assert x.written(12_500.0) == "12.5 k"


def test_a_broken_variant_does_not_flatten_the_others() -> None:
    fine = [
        Spot(f"form {i}", 10.0 + i, 0.9 - 0.002 * i, 0.89 - 0.002 * i, 0.91 - 0.002 * i) for i in range(6)
    ]
    broken = Spot("broken", 5.0, 0.3, 0.2, 0.4)
    data = VariantSpots("accuracy", Direction.MAXIMIZE, lambda: "kB", (*fine, broken), base_score=0.9)
    assert VARIANTS.axes(data).y.span == pytest.approx((0.88, 0.91))
    mirrored = [
        dataclasses.replace(s, score=1 - s.score, low=1 - s.high, high=1 - s.low) for s in (*fine, broken)
    ]
    errors = VariantSpots("rmse", Direction.MINIMIZE, lambda: "kB", tuple(mirrored), base_score=0.1)
    assert VARIANTS.axes(errors).y.span == pytest.approx((0.09, 0.12))
    assert VARIANTS.axes(dataclasses.replace(data, spots=tuple(fine))).y.span is None


def test_variants_far_apart_run_in_logarithms() -> None:
    spots = (Spot("int8", 10.0, 0.8, 0.7, 0.9, "Int8"), Spot("base", 100.0, 0.8, 0.8, 0.8, "Base"))
    data = VariantSpots("accuracy", Direction.MAXIMIZE, lambda: "kB", spots, base_score=0.8)
    assert mark_of(VARIANTS.marks(data), "bars", Bars).x == pytest.approx([1.0, 2.0])
    assert VARIANTS.axes(data).x.numbers == "powers"
    assert VARIANTS.tip(data, "int8") == "Int8\nOn the front: no other needs less and scores as well."
    assert VARIANTS.tip(data, "base").startswith("Base\nNot on the front")
    near = dataclasses.replace(data, spots=(spots[0], dataclasses.replace(spots[1], cost=20.0)))
    assert mark_of(VARIANTS.marks(near), "bars", Bars).x.tolist() == [10.0, 20.0]


def test_charts_of_nothing_draw_nothing() -> None:
    nothing = np.zeros(0)
    assert not SPARKLINE.marks(Course(np.full(3, NAN)))
    assert not FOLDS.marks(FoldValues(nothing))
    assert not COUNTS.marks(Counts((0.0, 0.0)))
    empty = Spread(
        "m", Direction.MAXIMIZE, "bytes", np.arange(0), np.arange(0), nothing, nothing, Marking.plain(0)
    )
    assert all(not len(places(mark)[0]) for mark in PARETO.marks(empty))
    assert all(not len(places(mark)[0]) for mark in VARIANTS.marks(VariantSpots("m", True, str, ())))


def test_the_spread_of_folds_ends_where_the_line_ends() -> None:
    data = FoldValues(np.array([0.6, 0.8, NAN]), baseline=0.5)
    assert data.ends == (0.5, 0.8)
    assert FOLDS.axes(data).x.ends == ("0.50", "0.80")
    for mark in FOLDS.marks(data):
        x, _ = places(mark)
        assert x.min() >= 0.5
        assert x.max() <= 0.8


def test_weights_before_and_after_reach_the_same_height() -> None:
    _, before, after = WEIGHTS.marks(BeforeAndAfter((1.0, 4.0), (9.0, 0.0)))
    assert isinstance(before, Line)
    assert isinstance(after, Line)
    assert before.y.tolist() == [0.0, 0.5, 1.0, 0.0]
    assert after.y.tolist() == [0.0, 1.0, 0.0, 0.0]
    assert (before.ground, after.ground) == (None, 0.0)


def test_only_what_is_seen_of_a_mark_makes_it_be_drawn_again() -> None:
    line = Line(key="a", x=np.arange(2.0), y=np.array([1.0, NAN]))
    assert looks_like(line, dataclasses.replace(line, name="other", item=lambda i: i))
    assert not looks_like(line, dataclasses.replace(line, y=np.array([1.0, 2.0])))
    assert not looks_like(line, dataclasses.replace(line, tone="gold"))
    assert not looks_like(line, Points(key="a", x=line.x, y=line.y, size=1.6))
