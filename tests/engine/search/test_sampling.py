"""Samplers and pruners: known points first, and after an interruption the proposals that would have come without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
import pytest
from cupel.engine.domain.params import Params
from cupel.engine.domain.space import default_space, parameters, space_from_toml
from cupel.engine.domain.space_fit import adapt_space
from cupel.engine.domain.space_points import Start
from cupel.engine.search.pruning import FoldTest, completed_rungs, make_pruner, progress_step
from cupel.engine.search.sampling import PastTrial, Search
from cupel.storage.ranking import Direction
from cupel.storage.records import TrialState

SPACE = space_from_toml(
    """
[mlp.width]
type = "int"
low = 8
high = 256
log = true
default = 32
[mlp.optimizer]
type = "choice"
choices = ["adam", "sgd"]
[mlp.momentum]
type = "float"
low = 0.5
high = 0.99
when = { optimizer = ["sgd"] }
[mlp.learning_rate]
type = "float"
low = 1e-4
high = 1e-1
log = true
[mlp]
start = [{ width = 64, optimizer = "sgd" }]
"""
)
N_EPOCHS = 30


def make(sampler: str, pruner: str = "hyperband", seed: int = 0, *, n_costs: int = 0) -> Search:
    return Search(
        space=SPACE, families=["mlp"], task="binary", metric="roc_auc", direction=Direction.MAXIMIZE, sampler=sampler,
        seed=seed, pruner=make_pruner(pruner, N_EPOCHS), n_costs=n_costs,
    )  # fmt: skip


def go(search: Search, start: int, end: int) -> list[PastTrial]:
    """Run trials one after the other on a made objective."""
    trials: list[PastTrial] = []
    for number in range(start, end):
        proposal = search.ask(number)
        if proposal is None:
            break
        best = 1 - abs(np.log(proposal.values["width"] / 100)) / 5
        best -= abs(np.log(proposal.values["learning_rate"] / 0.01)) / 10
        steps: list[float] = []
        state = TrialState.COMPLETE
        for epoch in range(N_EPOCHS):
            steps.append(float(best - 0.3 / (epoch + 1)))
            if search.report(number, epoch, steps[-1]):
                state = TrialState.PRUNED
                break
        search.tell(number, state, steps[-1])
        trials.append(PastTrial(number, "mlp", proposal.values, state, steps[-1], dict(enumerate(steps))))
    return trials


def told(trials: list[PastTrial]) -> list[tuple[Mapping[str, Any], TrialState]]:
    return [(dict(t.values), t.state) for t in trials]


@pytest.mark.parametrize("sampler", ["tpe", "random", "cmaes", "qmc", "grid"])
@pytest.mark.parametrize("pruner", ["hyperband", "asha"])
def test_a_restored_search_goes_on_as_it_would_have_without_interruption(sampler: str, pruner: str) -> None:
    whole = go(make(sampler, pruner), 0, 36)
    assert any(t.state is TrialState.PRUNED for t in whole)
    restored = make(sampler, pruner)
    restored.restore(whole[:20])
    assert told(go(restored, 20, 36)) == told(whole[20:])


def go_for_two(search: Search, start: int, end: int) -> list[PastTrial]:
    """Run trials on a score and a cost; every seventh is ruled out."""
    trials: list[PastTrial] = []
    for number in range(start, end):
        proposal = search.ask(number)
        if proposal is None:
            break
        value = float(-abs(np.log(proposal.values["width"] / 100)) - proposal.values["learning_rate"])
        costs = (float(proposal.values["width"]),)
        state = TrialState.PRUNED if number % 7 == 6 else TrialState.COMPLETE
        search.tell(number, state, value, costs)
        trials.append(PastTrial(number, "mlp", proposal.values, state, value, {}, costs=costs))
    return trials


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "random", "qmc", "grid"])
def test_a_restored_search_for_two_objectives_goes_on_too(sampler: str) -> None:
    whole = go_for_two(make(sampler, "none", n_costs=1), 0, 120)
    restored = make(sampler, "none", n_costs=1)
    restored.restore(whole[:97])  # more than TPE looks at
    assert told(go_for_two(restored, 97, 120)) == told(whole[97:])


def test_an_unfinished_trial_keeps_its_values_and_is_told_later() -> None:
    whole = go(make("tpe", "median"), 0, 14)
    unfinished = PastTrial(12, "mlp", whole[12].values, TrialState.WAITING, None, {})
    restored = make("tpe", "median")
    restored.restore([*whole[:12], unfinished])
    pruned = [restored.report(12, epoch, value) for epoch, value in whole[12].steps.items()]
    assert pruned[-1] is (whole[12].state is TrialState.PRUNED)
    restored.tell(12, whole[12].state, whole[12].value)
    assert told(go(restored, 13, 14)) == told(whole[13:])


def test_the_known_points_come_first() -> None:
    first, second = go(make("random"), 0, 2)
    assert first.values == {"width": 32, "optimizer": "adam", "learning_rate": pytest.approx(10**-2.5)}
    assert (second.values["width"], second.values["optimizer"]) == (64, "sgd")


def test_a_large_table_gets_a_quick_score_first_and_its_known_points_after_it() -> None:
    families = ["realmlp", "tabm", "mlp"]

    def first(n_rows: int, **changes: Any) -> list[tuple[str, float]]:
        search = Search(
            space=adapt_space(default_space(families), n_rows=n_rows, max_epochs=100), families=families,
            task="binary", metric="roc_auc", direction=Direction.MAXIMIZE, sampler="tpe", seed=0,
            pruner=make_pruner("none", 100), **changes,
        )  # fmt: skip
        asked = [search.ask(number) for number in range(4)]
        return [(p.family, float(p.params["epoch_fraction"])) for p in asked if p is not None]

    assert [family for family, _ in first(500)] == ["realmlp", "tabm", "mlp", "realmlp"]
    (quick, part), *known = first(30_000)
    assert quick == "mlp"
    assert [family for family, _ in known] == families
    assert 3 * part == pytest.approx(known[0][1])
    starts = [Start("tabm", {})]
    assert [family for family, _ in first(30_000, starts=starts)] == ["tabm", *families]


def test_where_the_time_is_short_the_smallest_known_point_comes_first_and_no_other_is_lost() -> None:
    families = ("realmlp", "tabm", "mlp")
    space = adapt_space(default_space(families), n_rows=500, max_epochs=100, n_numbers=5)

    def search() -> Search:
        return Search(
            space=space, families=families, task="binary", metric="roc_auc", direction=Direction.MAXIMIZE,
            sampler="tpe", seed=0, pruner=make_pruner("none", 100),
        )  # fmt: skip

    usual, small = search(), search()
    small.begin_small()
    n = usual.n_starts
    points = [usual.ask(i) for i in range(n)], [small.ask(i) for i in range(n)]
    assert all(p is not None for p in (*points[0], *points[1]))
    usually, now = ([(p.family, dict(p.values)) for p in some if p is not None] for some in points)
    assert now[0] != usually[0]
    assert sorted(map(repr, now)) == sorted(map(repr, usually))
    sizes = [p.params["width"] * p.params.get("n_members", 1) for p in points[1] if p is not None]
    assert sizes[0] == min(sizes)


def test_a_grid_is_walked_once_in_an_order_that_the_seed_decides() -> None:
    walked = [repr(sorted(t.values.items())) for t in go(make("grid", "none"), 0, 1000)]
    assert len(walked) == len(set(walked)) == 3 * 3 + 3 * 3 * 3  # momentum belongs to sgd
    other = [repr(sorted(t.values.items())) for t in go(make("grid", "none", seed=1), 0, 1000)]
    assert walked != other
    assert set(walked) == set(other)


def test_seeds_make_a_difference() -> None:
    assert told(go(make("tpe"), 0, 6)) != told(go(make("tpe", seed=1), 0, 6))


def test_the_fold_test_prunes_what_is_worse_on_all_folds_and_nothing_else() -> None:
    test = FoldTest(Direction.MAXIMIZE, n_warmup=2)
    best = np.tile(np.linspace(0.5, 0.9, 10)[:, None], (1, 6))
    assert not test.should_prune(5, np.zeros(6))  # nothing to compare with yet
    test.finished(range(len(best)), best, 0.9)
    worse = best[5] - 0.1 - 0.01 * np.arange(6)
    assert test.should_prune(5, worse)
    assert not test.should_prune(1, worse)
    assert not test.should_prune(5, best[5] + np.array([0.1, -0.1, 0.05, -0.05, 0.02, -0.02]))
    four = FoldTest(Direction.MAXIMIZE, n_warmup=2)
    four.finished(range(len(best)), best[:, :4], 0.9)
    assert not four.should_prune(5, worse[:4])  # four folds cannot tell
    test.finished(range(len(best)), best - 0.5, 0.4)  # a worse trial does not become the measure
    assert test.should_prune(5, worse)


def test_schedules_of_any_length_are_compared_at_equal_parts_of_theirs() -> None:
    assert [progress_step(e, 50, 50) for e in (0, 24, 49)] == [0, 24, 49]
    assert [progress_step(e, 5, 50) for e in range(5)] == [9, 19, 29, 39, 49]
    assert progress_step(0, 1, 50) == 49
    test = FoldTest(Direction.MAXIMIZE, n_warmup=2)
    best = np.linspace(0.5, 0.9, 50)[:, None] + np.arange(5) * 0.001
    test.finished(range(50), best, 0.9)
    short = np.linspace(0.5, 0.9, 50)[[9, 19, 29, 39, 49]]
    for epoch, score in enumerate(short):  # as good as the best one at every part of its schedule
        assert not test.should_prune(progress_step(epoch, 5, 50), score + 0.0005 + np.arange(5) * 0.001)
    assert test.should_prune(progress_step(3, 5, 50), short[3] - 0.05 + np.arange(5) * 0.001)


def test_successive_halving_gets_its_notes_of_short_schedules_too() -> None:
    study = optuna.create_study(pruner=make_pruner("asha", 50))
    steps = {progress_step(e, 5, 50): 0.1 * e for e in range(5)}
    trial = study.ask()
    for step, value in steps.items():
        trial.report(value, step)
        trial.should_prune()
    noted = study._storage.get_trial(trial._trial_id).system_attrs
    assert completed_rungs(study, 0, steps) == {k: v for k, v in noted.items() if k.startswith("completed")}


def test_what_an_earlier_study_found_is_tried_first_and_cut_to_the_space() -> None:
    space = adapt_space(default_space(["mlp"]), n_rows=200, max_epochs=50)
    (width,) = (p for p in parameters(space, "mlp", task=None, metric=None) if p.name == "width")
    given = [
        Start("mlp", {"width": 100_000, "optimizer": "lion", "learning_rate_lion": 1e-4}),
        Start("not here", {}),
    ]
    search = Search(
        space=space, families=("mlp",), task="binary", metric="roc_auc", direction=Direction.MAXIMIZE,
        sampler="tpe", seed=0, pruner=make_pruner("none", 50), starts=given,
    )  # fmt: skip
    first, second = search.ask(0), search.ask(1)
    assert first is not None
    assert second is not None
    assert (first.params["width"], first.params["optimizer"]) == (512, "lion")
    assert first.params["learning_rate"] == 1e-4
    assert second.params["width"] == width.default


def test_a_trial_of_the_users_is_told_where_it_is_a_point_of_the_space() -> None:
    search, other = make("tpe"), make("tpe")
    past = go(search, 0, 12)
    go(other, 0, 12)
    values: Params = {"width": 9, "optimizer": "adam", "learning_rate": 0.09}
    outside: Params = {**values, "width": 1000}
    other.add(PastTrial(12, "mlp", outside, TrialState.COMPLETE, 99.0, {}))
    other.add(PastTrial(12, "mlp", {"width": 9}, TrialState.COMPLETE, 99.0, {}))
    same, unlike = search.ask(13), other.ask(13)
    assert same == unlike
    again = make("tpe")
    again.restore(past)
    for number in range(13, 16):
        again.add(PastTrial(number, "mlp", values, TrialState.COMPLETE, 99.0, {}))
    assert again.ask(16) != make_restored(past).ask(16)


def make_restored(past: list[PastTrial]) -> Search:
    search = make("tpe")
    search.restore(past)
    return search
