"""The ONNX form of preprocessing gives what `transform` gives, on every option and on rows never seen."""

from __future__ import annotations

import itertools

import numpy as np
import onnxruntime
import pytest
from cupel.engine.data.columns import DateColumn, NumberColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.kinds.table.fit import fit_preprocessing
from cupel.engine.kinds.table.onnx import onnx_inputs, preprocessing_to_onnx
from cupel.engine.kinds.table.spec import PreprocessingSpec
from cupel.engine.kinds.table.transform import TablePreprocessing

OPTIONS = list(
    itertools.product(
        ("median", "mean"),
        (True, False),
        ("standard", "robust", "quantile"),
        (False, True),
        ("none", "piecewise_linear"),
        ("onehot", "embedding"),
    )
)
ROLES = {"grade": "categorical", "day": "categorical"}


def _table(n: int, seed: int, unseen: bool) -> Table:
    rng = np.random.default_rng(seed)

    def holes(values: np.ndarray, fraction: float = 0.1) -> np.ndarray:
        return np.where(rng.random(n) < fraction, np.nan, values)

    income = holes(rng.lognormal(8, 2, n))
    if unseen:
        income[:8] = [0.0, -1e308, 1e308, 1e-308, -0.0, 1e30, -1e12, np.nan]
    words = ["red", "green", "blue", "紫", "rare", "never seen"]
    share = [0.4, 0.3, 0.2, 0.09, 0.01, 0.0] if not unseen else [0.2, 0.2, 0.2, 0.1, 0.1, 0.2]
    colour = rng.choice(len(words), n, p=share).astype(np.int32)
    colour[rng.random(n) < 0.05] = -1
    town = rng.integers(0, 40 if not unseen else 60, n).astype(np.int32)
    stamp = np.floor(rng.uniform(-1e9, 2e9, n))
    return Table(
        (
            NumberColumn("income", income),
            NumberColumn("size of it", rng.normal(5, 1e-3, n)),
            NumberColumn("mostly zero", np.where(rng.random(n) < 0.9, 0.0, rng.normal(0, 1, n))),
            NumberColumn("grade", holes(rng.integers(0, 5 if not unseen else 7, n) / 3)),
            DateColumn("stamp", holes(stamp)),
            DateColumn("birthday", np.floor(stamp / 86400) * 86400),
            DateColumn("day", rng.integers(0, 4, n) * 86400.0),
            WordColumn.of_codes("colour", colour, words),
            WordColumn.of_codes("town", town, [f"town {i}" for i in range(60)]),
        ),
        n,
    )


def _run(preprocessing: TablePreprocessing, table: Table) -> dict[str, np.ndarray]:
    schema = infer_schema(table, roles=ROLES)
    model = preprocessing_to_onnx(preprocessing, schema, "pre_")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, onnx_inputs(preprocessing, table)), strict=True))


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o)))
def test_every_option_is_reproduced(options: tuple) -> None:
    spec = PreprocessingSpec(
        *options[:4], numeric_encoding=options[4], n_bins=8, categorical_encoding=options[5]
    )
    table = _table(400, 0, unseen=False)
    schema = infer_schema(table, roles=ROLES)
    fitted = fit_preprocessing(table, schema.features, [np.arange(0, 300), np.arange(50, 400)], spec)[1]
    for fresh in (_table(200, 1, unseen=True), table.take(np.arange(1))):
        expected = fitted.transform(fresh)
        got = _run(fitted, fresh)
        assert got["pre_numeric"].dtype == np.float32
        assert np.isfinite(expected.numeric).all()
        np.testing.assert_allclose(got["pre_numeric"], expected.numeric, rtol=1e-6, atol=1e-6)
        if fitted.cardinalities:
            np.testing.assert_array_equal(got["pre_codes"], expected.codes)
        else:
            assert "pre_codes" not in got


def test_infinite_raw_numbers_are_missing() -> None:
    table = _table(300, 0, unseen=False)
    schema = infer_schema(table, roles=ROLES)
    fitted = fit_preprocessing(table, schema.features, [np.arange(300)], PreprocessingSpec())[0]
    session = onnxruntime.InferenceSession(
        preprocessing_to_onnx(fitted, schema).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feeds = onnx_inputs(fitted, table, np.arange(3))
    feeds["income"] = np.array([[np.inf], [-np.inf], [np.nan]])
    first, second, third = session.run(["pre_numeric"], feeds)[0][:, 0]
    assert first == second == third


def test_a_training_part_without_a_single_value_gives_zeros() -> None:
    table = Table(
        (
            NumberColumn("x", np.array([np.nan] * 30 + [1.0, 2.0])),
            WordColumn.of_codes("c", np.arange(32) % 2, ["a", "b"]),
        ),
        32,
    )
    schema = infer_schema(table, roles={"x": "numeric"})
    for scaling, encoding in itertools.product(
        ("standard", "robust", "quantile"), ("none", "piecewise_linear")
    ):
        spec = PreprocessingSpec(scaling=scaling, numeric_encoding=encoding)  # type: ignore[arg-type]
        fitted = fit_preprocessing(table, schema.features, [np.arange(30), np.arange(32)], spec)[0]
        np.testing.assert_allclose(_run_plain(fitted, table), fitted.transform(table).numeric, atol=1e-6)


def _run_plain(preprocessing: TablePreprocessing, table: Table) -> np.ndarray:
    schema = infer_schema(table, roles={"x": "numeric"})
    model = preprocessing_to_onnx(preprocessing, schema).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["pre_numeric"], onnx_inputs(preprocessing, table))[0]
