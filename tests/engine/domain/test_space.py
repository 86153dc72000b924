"""Search spaces: what a user may write, and what is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.families import FAMILIES, FAMILY_KINDS, default_families, families_of
from cupel.engine.domain.space import (
    Parameter,
    Space,
    completed_space,
    default_space,
    default_space_toml,
    describe,
    families,
    parameters,
    space_from_toml,
    space_to_toml,
    with_encoders,
)
from cupel.engine.domain.space_fit import adapt_space
from cupel.engine.domain.space_points import smallest_start, start_points, to_params
from cupel.engine.families import registry
from cupel.engine.training.schedules import trial_epochs
from cupel.storage.codecs import decode_json, encode_json

WRONG = {
    "": "empty",
    "x = [": "TOML",
    "mlp = 5": "mlp must be a table",
    "[mlp]\nwidth = 5": "mlp.width is 5",
    "[vote.width]\nfixed = 1": "'vote'",
    "[mlp.wdith]\nfixed = 1": "mlp.wdith is no setting",
    "[mlp.width]\ncolour = 1": "'colour'",
    "[mlp.width]\ntype = 'real'\nlow = 1": "'real'",
    "[mlp.width]\ntype = 'int'\nlow = 1": "low and high",
    "[mlp.width]\ntype = 'int'\nlow = 'a'\nhigh = 3": "low is 'a'",
    "[mlp.width]\ntype = 'int'\nlow = 1.5\nhigh = 3": "low is 1.5",
    "[mlp.width]\ntype = 'int'\nlow = 9\nhigh = 3": "from 9 to 3",
    "[mlp.width]\ntype = 'int'\nlow = 1\nhigh = 3\nstep = -1": "step is -1",
    "[mlp.width]\ntype = 'int'\nlow = 1\nhigh = 3\ndefault = 'x'": "default is 'x'",
    "[mlp.dropout]\ntype = 'float'\nlow = 0\nhigh = nan": "high is nan",
    "[mlp.dropout]\ntype = 'float'\nlow = 0\nhigh = 1\nlog = true": "logarithmic",
    "[mlp.width]\ntype = 'choice'": "no choices",
    "[mlp.width]\ntype = 'choice'\nchoices = 5": "must be a list",
    "[mlp.width]\ntype = 'choice'\nchoices = [[1], [2]]": r"\[1\]",
    "[mlp.width]\nfixed = [1]": r"\[1\]",
    "[mlp.width]\nfixed = 1\nwhen = 5": "table of lists",
    "[mlp.width]\nfixed = 1\nwhen = { depth = [1] }": "'depth'",
    "[mlp]\nstart = 5": "list of tables",
    "[mlp]\nstart = [{ width = 3 }]": "'width'",
}


def parameter(space: Space, family: str, name: str) -> Parameter:
    """Return one parameter of a space."""
    (found,) = (p for p in parameters(space, family, task=None, metric=None) if p.name == name)
    return found


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_a_space_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(SpecError, match=WRONG[text]):
        space_from_toml(text)


@pytest.mark.parametrize("family", families())
def test_the_families_own_spaces_are_sound_and_survive_toml(family: str) -> None:
    space = space_from_toml(default_space_toml(family))
    assert space == default_space([family])
    assert space_from_toml(space_to_toml(space)) == space
    assert len(describe(space)) == len(parameters(space, family, task=None, metric=None))


@pytest.mark.parametrize("family", families())
def test_a_space_whose_order_was_lost_is_still_a_space(family: str) -> None:
    """The store sorts keys by name, so that parameters may stand before those that they depend on."""
    space = default_space([family])
    stored = decode_json(encode_json(space.to_json()))
    again = Space.of(stored)
    seen: set[str] = set()
    for p in parameters(again, family, task=None, metric=None):
        assert set(p.when) <= seen
        seen.add(p.name)
    by_name = {p.name: p for p in parameters(space, family, task=None, metric=None)}
    assert {p.name: p for p in parameters(again, family, task=None, metric=None)} == by_name


def test_parameters_that_depend_on_one_another_are_refused() -> None:
    with pytest.raises(SpecError, match="which is no parameter before it"):
        space_from_toml(
            "[mlp.width]\nfixed = 1\nwhen = { n_layers = [1] }\n[mlp.n_layers]\nfixed = 1\nwhen = { width = [1] }"
        )


def test_what_a_space_leaves_out_stays_at_its_default() -> None:
    space = space_from_toml("[mlp.width]\nfixed = 77")
    whole = completed_space(space)
    assert Space.of(whole.to_json()) == whole
    (point,) = start_points(whole, "mlp", task="binary", metric="roc_auc")
    params = to_params(whole, "mlp", point, task="binary", metric="roc_auc")
    own = default_space(["mlp"])
    expected = start_points(own, "mlp", task="binary", metric="roc_auc")[0]
    assert params == {**to_params(own, "mlp", expected, task="binary", metric="roc_auc"), "width": 77}


def test_a_whole_space_is_completed_to_itself() -> None:
    space = default_space(["mlp"])
    assert completed_space(space) == space


def test_a_parameter_applies_only_under_its_conditions() -> None:
    space = space_from_toml(
        "[mlp.optimizer]\ntype = 'choice'\nchoices = ['adam', 'sgd']\n"
        "[mlp.momentum]\ntype = 'float'\nlow = 0.5\nhigh = 0.99\nwhen = { optimizer = ['sgd'] }"
    )
    optimizer, momentum = parameters(space, "mlp", task=None, metric=None)
    assert optimizer.applies({})
    assert momentum.applies({"optimizer": "sgd"})
    assert not momentum.applies({"optimizer": "adam"})


def test_parameters_of_other_tasks_are_left_out() -> None:
    space = default_space(["mlp"])
    names = {
        t: {p.name for p in parameters(space, "mlp", task=t, metric=None)} for t in ("binary", "regression")
    }
    assert "loss" in names["regression"]
    assert "loss" not in names["binary"]


@pytest.mark.parametrize("n_rows", [4, 30, 500, 20_000, 2_000_000])
def test_batches_follow_the_rows(n_rows: int) -> None:
    batch = parameter(adapt_space(default_space(["mlp"]), n_rows=n_rows, max_epochs=50), "mlp", "batch_size")
    assert 1 <= batch.low <= batch.default <= batch.high
    assert batch.high <= max(n_rows // 4, 1) or batch.low == batch.high
    assert n_rows / batch.low <= max(121, n_rows)


@pytest.mark.parametrize("n_rows", [30, 5_001, 20_000, 2_000_000])
def test_schedules_start_short_on_many_rows(n_rows: int) -> None:
    space = adapt_space(default_space(["mlp"]), n_rows=n_rows, max_epochs=50)
    named = {p.name: p for p in parameters(space, "mlp", task="binary", metric="roc_auc")}
    first = start_points(space, "mlp", task="binary", metric="roc_auc")[0]
    n_epochs = trial_epochs(first, 50)
    if n_rows * 50 <= 250_000:
        assert named["epoch_fraction"].kind == "fixed"
        assert n_epochs == 50
    else:
        assert n_epochs == max(1, round(250_000 / n_rows))
        assert trial_epochs({"epoch_fraction": named["epoch_fraction"].low}, 50) >= 1
        assert named["epoch_fraction"].high == 1.0


def test_a_fixed_batch_size_stays() -> None:
    space = Space.of({"mlp": {"batch_size": {"fixed": 7}}})
    assert adapt_space(space, n_rows=10_000, max_epochs=50) == space


@pytest.mark.parametrize("family", families_of("table"))
def test_start_points_lie_inside_the_space(family: str) -> None:
    space = adapt_space(default_space([family]), n_rows=100, max_epochs=50, n_numbers=100)
    for task, metric in (("binary", "roc_auc"), ("regression", "rmse")):
        named = {p.name: p for p in parameters(space, family, task=task, metric=metric)}
        for point in start_points(space, family, task=task, metric=metric):
            for name, value in point.items():
                p = named[name]
                assert value in p.choices if p.choices else p.low <= value <= p.high


@pytest.mark.parametrize(
    ("n_rows", "n_numbers", "most"), [(500, 8, 64), (500, 64, 16), (500, 784, 2), (2_000_000, 5, 4)]
)
def test_numbers_become_fewer_bins_where_there_are_many(n_rows: int, n_numbers: int, most: int) -> None:
    space = adapt_space(default_space(["tabm"]), n_rows=n_rows, max_epochs=50, n_numbers=n_numbers)
    bins = parameter(space, "tabm", "n_bins")
    assert bins.low <= bins.default <= bins.high == most


def test_every_family_has_a_space_and_a_description_of_its_network() -> None:
    modules = Path(registry.__file__).parent.glob("*.py")
    described = {
        file.stem for file in modules if "\ndef describe(net: Builder)" in file.read_text(encoding="utf-8")
    }
    assert described == set(families()) == set(FAMILIES)
    assert len({one.order for one in FAMILIES.values()}) == len(FAMILIES)


def test_what_users_see_of_a_space_has_no_marks_of_how_its_file_is_put_together() -> None:
    for family in families():
        text = default_space_toml(family)
        assert "# include" not in text
        assert "FAMILY" not in text
        assert f"[{family}.about]" not in text


def test_the_costs_of_families_for_tables_are_told_from_their_params() -> None:
    costs = {
        name: FAMILIES[name].n_products(
            to_params(
                space,
                name,
                start_points(space, name, task="binary", metric="roc_auc")[0],
                task="binary",
                metric="roc_auc",
            )
        )
        for name in families_of("table")
        for space in [default_space([name])]
    }
    assert min(costs.values()) > 0
    small, large = ({"width": width, "n_layers": 2} for width in (16, 64))
    assert FAMILIES["mlp"].n_products(small) < FAMILIES["mlp"].n_products(large)
    assert FAMILIES["tabm"].n_products({**small, "n_members": 8}) == 8 * FAMILIES["mlp"].n_products(small)
    assert (
        smallest_start(
            default_space(["ft_transformer", "mlp"]),
            ("ft_transformer", "mlp"),
            task="binary",
            metric="roc_auc",
        ).family
        == "mlp"
    )


def test_rows_of_several_kinds_have_settings_of_further_encoders() -> None:
    space = with_encoders(default_space(["mlp"]), ("text", "image"))
    assert Space.of(space.to_json()) == space
    names = {p.target for p in parameters(space, "mlp", task="binary", metric="roc_auc")}
    assert names >= {"text_size", "text_pooling", "n_words", "image_filters", "image_layers", "width"}
    own = Space.of({"mlp": {"text_size": {"fixed": 9}}})
    assert parameter(with_encoders(own, ("text",)), "mlp", "text_size").choices == (9,)


def test_a_family_by_choice_is_not_searched_unless_it_is_named() -> None:
    for kind in set(FAMILY_KINDS.values()):
        left_out = set(families_of(kind)) - set(default_families(kind))
        assert left_out == {name for name in families_of(kind) if FAMILIES[name].is_by_choice}
        assert default_families(kind)
    assert any(one.is_by_choice for one in FAMILIES.values())
