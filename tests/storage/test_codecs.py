"""What is put into the database comes out of it unchanged."""

import math

import numpy as np
import pytest
from cupel.storage.codecs import (
    decode_array,
    decode_curves,
    decode_json,
    decode_json_objects,
    decode_scores,
    encode_array,
    encode_curves,
    encode_json,
    encode_scores,
)
from cupel.storage.errors import UnusableStoreError
from cupel.storage.records import Curves, FoldScores
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
ARRAYS = st.sampled_from(["<f4", "<f8", "<i8", ">f8"]).flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))
KEYS = st.text(max_size=6) | st.sampled_from(["$float", "$$float", "$"])
TEXTS = st.text(max_size=6) | st.text(st.characters(codec=None), max_size=6)  # lone surrogates too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


@given(ARRAYS)
def test_arrays_come_back_bit_for_bit(values: np.ndarray) -> None:
    found = decode_array(encode_array(values))
    assert found.shape == values.shape
    assert found.tobytes() == values.astype(found.dtype).tobytes()
    assert not found.flags.writeable


def test_arrays_of_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="float16"):
        encode_array(np.zeros(3, np.float16))


@pytest.mark.parametrize(
    "damage", [b"", b"\x02fp\x00", b"\x01xp\x00", b"\x01fz\x01\x03\0\0\0junk", b"\x01fp\x01\x03\0\0\0"]
)
def test_damaged_arrays_are_named(damage: bytes) -> None:
    with pytest.raises(UnusableStoreError, match="damaged"):
        decode_array(damage)


@given(hnp.arrays(np.float32, st.tuples(*[st.integers(0, 4)] * 3)))
@settings(max_examples=50)
def test_curves_come_back_bit_for_bit(values: np.ndarray) -> None:
    names = tuple(f"curve {n}" for n in range(values.shape[2]))
    found = decode_curves(encode_curves(Curves(names, values)))
    assert found.names == names
    np.testing.assert_array_equal(found.values, values)


def test_scores_come_back_bit_for_bit() -> None:
    scores = FoldScores(("a", "β"), np.array([[0.1, np.nan], [1 / 3, np.inf]]), np.array([-1, 7]))
    found = decode_scores(encode_scores(scores))
    assert found.metrics == scores.metrics
    np.testing.assert_array_equal(found.values, scores.values)
    np.testing.assert_array_equal(found.best_epochs, scores.best_epochs)


def test_learning_curves_take_less_than_their_bytes() -> None:
    rng = np.random.default_rng(0)
    epochs = np.arange(50)[None, :, None]
    values = (np.exp(-epochs / 15) + rng.normal(0, 0.01, (5, 50, 3))).astype("f4")
    assert len(encode_curves(Curves(("a", "b", "c"), values))) < 0.9 * values.nbytes


@given(VALUES)
def test_json_comes_back_equal(value: object) -> None:
    assert same(decode_json(encode_json(value)), value)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=4))
@settings(max_examples=50)
def test_many_objects_decode_as_one_by_one(values: list[dict[str, object]]) -> None:
    assert same(decode_json_objects([encode_json(value) for value in values]), values)


def test_json_takes_numpy_and_tuples_and_sorts_keys() -> None:
    value = {"b": np.int64(3), "a": (np.float32(0.5), np.array([1.0, np.nan])), "c": np.bool_(True)}
    assert encode_json(value) == '{"a":[0.5,[1.0,{"$float":"nan"}]],"b":3,"c":true}'


def test_json_has_no_form_for_objects() -> None:
    with pytest.raises(TypeError):
        encode_json({"a": object()})
