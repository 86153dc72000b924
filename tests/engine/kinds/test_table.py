"""Preprocessing learns from training rows alone, has one width for all replicas, and survives storage."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from cupel.engine.data.columns import DateColumn, NumberColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.domain.errors import DataError, SpecError
from cupel.engine.kinds.joined import SchemaPreprocessing
from cupel.engine.kinds.table.fit import fit_preprocessing
from cupel.engine.kinds.table.spec import PreprocessingSpec
from cupel.engine.kinds.table.transform import TablePreprocessing

N = 200
SPECS = [
    PreprocessingSpec(
        scaling=scaling, numeric_encoding=encoding, categorical_encoding=categories, smooth_clip=clip
    )
    for scaling, encoding, categories, clip in itertools.product(
        ("standard", "robust", "quantile"),
        ("none", "piecewise_linear"),
        ("onehot", "embedding"),
        (False, True),
    )
]


def make_table(seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    x = rng.normal(10, 3, N)
    x[rng.random(N) < 0.1] = np.nan
    return Table(
        (
            NumberColumn("x", x),
            NumberColumn("few", rng.integers(0, 3, N).astype(float)),
            DateColumn("day", rng.integers(0, 20000, N) * 86400.0),
            WordColumn.of_codes("colour", rng.integers(-1, 4, N), ["red", "green", "blue", "pink"]),
            WordColumn.of_codes("town", rng.integers(0, 30, N), [f"t{i}" for i in range(30)]),
        ),
        N,
    )


def fit(table: Table, parts: list, spec: PreprocessingSpec) -> tuple[TablePreprocessing, ...]:
    return fit_preprocessing(table, infer_schema(table).features, parts, spec)


@pytest.mark.parametrize(
    "spec", SPECS, ids=lambda s: f"{s.scaling}-{s.numeric_encoding}-{s.categorical_encoding}-{s.smooth_clip}"
)
def test_what_is_outside_the_training_rows_changes_nothing(spec: PreprocessingSpec) -> None:
    table, train = make_table(), np.arange(0, 120)
    other = make_table(1)
    mixed = Table(
        tuple(
            WordColumn.of_codes(a.name, np.r_[a.codes[:120], b.codes[120:]], a.vocabulary)
            if isinstance(a, WordColumn)
            else a.with_numbers(np.r_[a.numbers[:120], b.numbers[120:] * 7])
            for a, b in zip(table, other, strict=True)
        ),
        N,
    )
    first, second = (fit(t, [train], spec)[0] for t in (table, mixed))
    assert first.to_json_bytes() == second.to_json_bytes()


@pytest.mark.parametrize(
    "spec", SPECS, ids=lambda s: f"{s.scaling}-{s.numeric_encoding}-{s.categorical_encoding}-{s.smooth_clip}"
)
def test_replicas_have_one_width_and_survive_json(spec: PreprocessingSpec) -> None:
    table = make_table()
    parts = [np.arange(0, 20), np.arange(50, 200), np.arange(150, 190)]
    fitted = fit(table, parts, spec)
    assert len({p.n_numeric for p in fitted}) == len({p.cardinalities for p in fitted}) == 1
    for p in fitted:
        features = p.transform(table)
        assert features.numeric.shape == (N, p.n_numeric)
        assert features.numeric.dtype == np.float32
        assert features.numeric.flags.c_contiguous
        assert np.isfinite(features.numeric).all()
        assert features.codes.shape == (N, len(p.cardinalities))
        assert features.codes.dtype == np.int32
        assert (features.codes >= 0).all()
        assert (features.codes < np.array(p.cardinalities)).all()
        back = TablePreprocessing.from_json(json.loads(p.to_json_bytes()))
        assert back.to_json_bytes() == p.to_json_bytes()
        np.testing.assert_array_equal(back.transform(table).numeric, features.numeric)


def test_standard_scaling_and_indicators() -> None:
    table = make_table()
    rows = np.arange(N)
    p = fit(table, [rows], PreprocessingSpec(impute="mean"))[0]
    x = p.transform(table).numeric[:, 0]
    missing = table["x"].missing()
    assert abs(x.mean()) < 1e-6
    assert abs(x[~missing].std() - 1) < 1e-6
    assert (x[missing] == 0).all()
    at = len(p.numeric.names) + p.dates.width(0)
    np.testing.assert_array_equal(p.transform(table).numeric[:, at], missing.astype(np.float32))
    assert p.indicators == ("x",)
    assert fit(table, [rows], PreprocessingSpec(indicators=False))[0].n_numeric == p.n_numeric - 1


def test_piecewise_linear_encoding_follows_its_definition() -> None:
    table = Table(
        (
            NumberColumn("x", np.arange(101.0)),
            NumberColumn("z", np.arange(101.0) ** 2),
        ),
        101,
    )
    spec = PreprocessingSpec(numeric_encoding="piecewise_linear", n_bins=4)
    fitted = fit_preprocessing(
        table, infer_schema(table, roles={"x": "numeric", "z": "ignored"}).features, [np.arange(101)], spec
    )[0]
    features = fitted.transform(table).numeric
    np.testing.assert_allclose(features[0], [0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(features[60], [1, 1, 0.4, 0], atol=1e-6)
    np.testing.assert_allclose(features[100], [1, 1, 1, 1], atol=1e-6)


def test_bins_and_knots_are_not_used_up_by_a_frequent_value() -> None:
    numbers = np.concatenate([np.zeros(900), np.arange(1.0, 101.0)])
    table = Table((NumberColumn("x", numbers),), 1000)
    schema = infer_schema(table, roles={"x": "numeric"})
    for spec in (
        PreprocessingSpec(numeric_encoding="piecewise_linear", n_bins=8),
        PreprocessingSpec(scaling="quantile"),
    ):
        features = (
            fit_preprocessing(table, schema.features, [np.arange(1000)], spec)[0].transform(table).numeric
        )
        parts = features[[0, 925, 950, 975, 999]].astype(float)
        steps = np.abs(np.diff(parts, axis=0)).max(axis=1)
        assert (steps > 0.05).all()  # all quarters of the rest are told apart
    plain = PreprocessingSpec(numeric_encoding="piecewise_linear", n_bins=8)
    assert fit_preprocessing(table, schema.features, [np.arange(1000)], plain)[0].numeric.n_bins.tolist() == [
        8
    ]


def test_rare_unseen_and_missing_categories() -> None:
    words = ["a"] * 50 + ["b"] * 40 + ["rare"] * 2 + ["c"] * 10
    vocabulary = sorted(set(words))
    codes = np.array([vocabulary.index(w) for w in words], np.int32)
    codes[0] = -1
    table = Table(
        (WordColumn.of_codes("w", codes, vocabulary), NumberColumn("x", np.arange(len(words)) / 7)),
        len(words),
    )
    rows = np.arange(len(words))
    fresh = Table(
        (
            WordColumn.of_codes("w", np.array([0, 1, -1, 2]), ["a", "new", "c"]),
            NumberColumn("x", np.zeros(4)),
        ),
        4,
    )
    onehot = fit(table, [rows], PreprocessingSpec(min_frequency=5))[0]
    assert onehot.categories[0].keys == ("a", "b", "c")
    np.testing.assert_array_equal(
        onehot.transform(fresh).numeric[:, -5:],
        [[0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1]],
    )
    capped = fit(table, [rows], PreprocessingSpec(min_frequency=1, max_onehot=2))[0]
    assert capped.categories[0].keys == ("a", "b")
    share = fit(table, [rows], PreprocessingSpec(min_frequency=0.2))[0]
    assert share.categories[0].keys == ("a", "b")


def test_categories_never_seen_in_training_do_not_reach_untrained_weights() -> None:
    table = Table(
        (WordColumn.of_codes("w", np.arange(80) % 4, list("abcd")), NumberColumn("x", np.arange(80) / 7)),
        80,
    )
    fresh = Table((WordColumn.of_codes("w", np.array([0, -1]), ["never"]), NumberColumn("x", np.zeros(2))), 2)
    onehot, embedded = (
        fit(table, [np.arange(79)], PreprocessingSpec(categorical_encoding=kind))[0]  # type: ignore[arg-type]
        for kind in ("onehot", "embedding")
    )
    assert not onehot.transform(fresh).numeric[:, 1:].any()
    assert embedded.cardinalities == (4,)
    assert embedded.transform(fresh).codes[:, 0].tolist() == [0, 0]  # the commonest stands in


def test_numbers_can_be_categories() -> None:
    table = Table(
        (
            NumberColumn("n", np.r_[np.arange(60) % 3 / 2, np.nan]),
            NumberColumn("x", np.arange(61) / 7),
        ),
        61,
    )
    schema = infer_schema(table, roles={"n": "categorical"})
    p = fit_preprocessing(table, schema.features, [np.arange(61)], PreprocessingSpec(min_frequency=1))[0]
    assert p.categories[0].keys == (0.0, 0.5, 1.0)
    assert p.transform(table, np.array([60, 1])).numeric[:, 1:].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]


def test_times_of_day_are_unfolded_only_where_there_are_any() -> None:
    days = np.arange(100) * 86400.0
    table = Table((DateColumn("day", days), DateColumn("moment", days + 6 * 3600)), 100)
    p = fit_preprocessing(table, infer_schema(table).features, [np.arange(100)], PreprocessingSpec())[0]
    assert p.n_numeric == 5 + 7
    features = p.transform(table).numeric
    np.testing.assert_allclose(features[:, -2:], [[1.0, 0.0]] * 100, atol=1e-6)  # 6 o'clock is a quarter turn
    np.testing.assert_allclose(features[4, 3:5], [0, 1], atol=1e-6)  # 1970-01-05 was a Monday


def test_a_number_far_beyond_the_others_gives_no_infinite_bins() -> None:
    cells = np.r_[np.arange(1.0, 100.0) * 1e-290, 1e300]
    table = Table((NumberColumn("x", cells),), 100)
    spec = PreprocessingSpec(scaling="robust", numeric_encoding="piecewise_linear")
    p = fit_preprocessing(
        table, infer_schema(table, roles={"x": "numeric"}).features, [np.arange(100)], spec
    )[0]
    assert np.isfinite(p.numeric.edges).all()
    assert TablePreprocessing.from_json(json.loads(p.to_json_bytes())).to_json_bytes() == p.to_json_bytes()


def test_one_moment_in_all_training_rows_has_no_spread() -> None:
    moments = np.r_[np.full(997, 1_600_000_000.7), 1_600_086_400.7]  # their mean is off by a rounding error
    table = Table((DateColumn("when", moments),), 998)
    p = fit_preprocessing(table, infer_schema(table).features, [np.arange(997)], PreprocessingSpec())[0]
    assert p.transform(table).numeric[-1, 0] == 0


def test_unusable_input_gets_one_sentence() -> None:
    table = make_table()
    unused = infer_schema(table, roles=dict.fromkeys(table.names, "ignored"))
    with pytest.raises(DataError, match="No column can be used"):
        SchemaPreprocessing(unused).fit(table, [np.arange(9)], {})
    with pytest.raises(DataError, match="no rows"):
        SchemaPreprocessing(infer_schema(table)).fit(table, [np.arange(0)], {})
    p = fit(table, [np.arange(N)], PreprocessingSpec())[0]
    wrong = Table(
        (
            WordColumn.of_codes("x", np.zeros(1, np.int32), ["oops"]),
            *(c.take(np.arange(1)) for c in table.columns[1:]),
        ),
        1,
    )
    with pytest.raises(DataError, match="'x' must hold number cells"):
        p.transform(wrong)
    with pytest.raises(DataError, match="There is no column 'x'"):
        p.transform(table.select(["few"]))


def test_specs_are_taken_from_params_and_checked() -> None:
    spec = PreprocessingSpec.from_params({"scaling": "robust", "n_bins": 8, "learning_rate": 0.1})
    assert (spec.scaling, spec.n_bins) == ("robust", 8)
    assert (
        spec.digest()
        == PreprocessingSpec(scaling="robust", n_bins=8).digest()
        != PreprocessingSpec().digest()
    )
    with pytest.raises(SpecError, match="scaling is 'loud'"):
        PreprocessingSpec.from_params({"scaling": "loud"})
    with pytest.raises(SpecError, match="n_bins is 1"):
        PreprocessingSpec(n_bins=1)
