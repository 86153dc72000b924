"""Operations on R replicas at once that several layers share: every weight and value has a leading replica axis."""

from __future__ import annotations

from ..tf import tf
from .inputs import Tensor


def dense(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``x @ kernel + bias`` of x (R, …, n), kernel (R, n, m) and bias (R, m).

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).
    kernel : tensor
    bias : tensor or None
        None for none.

    Returns
    -------
    tensor
    """
    is_flat = x.shape.rank == 3
    shape = tf.shape(x)
    product = tf.matmul(x if is_flat else tf.reshape(x, (shape[0], -1, shape[-1])), kernel)
    if bias is not None:
        product += bias[:, None]
    return product if is_flat else tf.reshape(product, tf.concat([shape[:-1], tf.shape(kernel)[2:]], axis=0))


def flatten(x: Tensor) -> Tensor:
    """Join the last two axes of (R, B, n, m).

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).

    Returns
    -------
    tensor
    """
    shape = tf.shape(x)
    return tf.reshape(x, (shape[0], shape[1], shape[2] * shape[3]))


def look_up(table: Tensor, codes: Tensor) -> Tensor:
    """Return the rows (R, B, n, size) of embedding tables (R, n_rows, size) for codes (R, B, n).

    Parameters
    ----------
    table, codes : tensor

    Returns
    -------
    tensor
    """
    n_rows = tf.shape(table)[1]
    rows = codes + (tf.range(tf.shape(table)[0]) * n_rows)[:, None, None]
    return tf.gather(tf.reshape(table, (-1, tf.shape(table)[2])), rows)
