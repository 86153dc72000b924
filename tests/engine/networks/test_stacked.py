"""Operations on all replicas at once: what they give is what each replica alone gives."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.networks.stacked import dense


@pytest.mark.parametrize("between", [(7,), (4, 5), (2, 0), (2, 3, 4)])
def test_a_dense_layer_takes_any_number_of_axes_between(between: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x, kernel, bias = (
        rng.normal(size=size).astype(np.float32) for size in ((3, *between, 6), (3, 6, 2), (3, 2))
    )
    one_by_one = [a @ k + b for a, k, b in zip(x, kernel, bias, strict=True)]
    for shapes in ([None] * x.ndim, x.shape):  # in a graph sizes are often not known
        graph = tf.function(
            dense, input_signature=[tf.TensorSpec(shapes), *[tf.TensorSpec([None] * n) for n in (3, 2)]]
        )
        found = graph(tf.constant(x), tf.constant(kernel), tf.constant(bias)).numpy()
        np.testing.assert_allclose(found, np.stack(one_by_one), atol=1e-5)
    np.testing.assert_allclose(
        dense(tf.constant(x), tf.constant(kernel)).numpy(),
        x @ kernel if x.ndim == 3 else np.stack([a @ k for a, k in zip(x, kernel, strict=True)]),
        atol=1e-5,
    )
