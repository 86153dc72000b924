"""Random changes of images while a network trains: part of the training graph alone, never of a prediction.

One draw serves all replicas (common random numbers): training folds one by one or together sees the same changes. All
strengths are data, 0 is off, so one trace serves every setting; where all are 0 the graph has none of this.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..tf import Tensor, tf

STRENGTHS = ("shift", "flip", "rotate", "zoom", "contrast", "cutout", "mixup")
"""Fractions of the side (shift, cutout), a probability (flip, from left to right), degrees (rotate), and fractions."""

_N_DRAWS = 9
# Apart from the seeds of dropout.
_SALT = (0x5EED, 0x0A06)


def augmented(pixels: Tensor, strengths: Mapping[str, Tensor], seed: Tensor) -> tuple[Tensor, Tensor]:
    """Change a batch of images at random.

    Parameters
    ----------
    pixels : uint8 or uint16 tensor of shape (R, B, height, width, channels)
    strengths : mapping of str to float32 scalar
        By the names of `STRENGTHS`. ``shift``: at most this fraction of the side, in both directions. ``flip``: the
        probability of a mirror image. ``rotate``: at most so many degrees. ``zoom``: at most by this factor more or
        less. ``contrast``: likewise. ``cutout``: the side of a square that becomes grey (DeVries and Taylor 2017,
        arXiv 1708.04552). ``mixup``: at most half of this share of another image (after Zhang et al. 2017, arXiv
        1710.09412; the share is drawn evenly).
    seed : int32 tensor of shape (2,)

    Returns
    -------
    pixels : float32 tensor of the same shape, from 0 to the highest of their type
    share : float32 tensor of shape (B,)
        The part of each image, in [0, 0.5], that is now the image before it in the batch (the last before the first).
    """
    shape = tf.shape(pixels)
    draws = tf.random.stateless_uniform(tf.stack([_N_DRAWS, shape[1]]), seed + tf.constant(_SALT))
    image = _moved(tf.cast(pixels, tf.float32), shape, strengths, draws)
    mean = tf.reduce_mean(image, axis=[2, 3, 4], keepdims=True)
    factor = 1.0 + strengths["contrast"] * (2.0 * draws[5] - 1.0)
    image = tf.clip_by_value(
        (image - mean) * factor[None, :, None, None, None] + mean, 0.0, float(pixels.dtype.max)
    )
    image = tf.where(_hole(shape, strengths["cutout"], draws[6], draws[7])[None], mean, image)
    share = 0.5 * strengths["mixup"] * draws[8]
    part = share[None, :, None, None, None]
    return image * (1.0 - part) + tf.roll(image, 1, axis=1) * part, share


def _moved(image: Tensor, shape: Tensor, strengths: Mapping[str, Tensor], draws: Tensor) -> Tensor:
    """Shift, mirror, turn and zoom about the middle, in one resampling; the edge goes on outwards."""
    signed = 2.0 * draws - 1.0
    height, width = tf.cast(shape[2], tf.float32), tf.cast(shape[3], tf.float32)
    angle = signed[2] * strengths["rotate"] * (np.pi / 180.0)
    scale = tf.exp(signed[3] * tf.math.log1p(strengths["zoom"]))
    side = tf.where(draws[4] < strengths["flip"], -1.0, 1.0)
    across, down = tf.cos(angle) * scale, tf.sin(angle) * scale
    x, y = (width - 1.0) / 2.0, (height - 1.0) / 2.0
    dx, dy = signed[0] * strengths["shift"] * width, signed[1] * strengths["shift"] * height
    zero = tf.zeros_like(angle)
    # Place in the result → place in the image.
    a, b, d, e = side * across, -side * down, down, across
    transform = tf.stack([a, b, x + dx - a * x - b * y, d, e, y + dy - d * x - e * y, zero, zero], axis=1)
    flat = tf.reshape(image, tf.concat([[-1], shape[2:]], axis=0))
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=flat, transforms=tf.tile(transform, tf.stack([shape[0], 1])), output_shape=shape[2:4], fill_value=0.0,
        interpolation="BILINEAR", fill_mode="NEAREST",
    )  # fmt: skip
    return tf.reshape(moved, shape)


def _hole(shape: Tensor, size: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return where the square of each image is, bool (B, height, width, 1)."""

    def near(n: Tensor, middle: Tensor) -> Tensor:
        side = tf.cast(n, tf.float32)
        place = tf.range(side) + 0.5
        return tf.abs(place[None] - middle[:, None] * side) < 0.5 * size * side

    return tf.expand_dims(near(shape[2], y)[:, :, None] & near(shape[3], x)[:, None], -1)
