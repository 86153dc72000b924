"""Putting a network for images together: steps and weights one after the other, and the size of what flows through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .base import Network
from .image_parts import ImageStructure
from .image_steps import Step
from .inputs import InputShape
from .layout import Layout, Weight, dense_weights, norm_stats, norm_weights

_SMALL_BATCH = 8  # convolutions predict some hundred images at once best: so much more than other layers


class Builder:
    """Collects the steps and weights of a network, and knows the size of what flows through it.

    Parameters
    ----------
    shape : InputShape
        Its ``pixels`` are (height, width, channels).
    params : mapping
        Of the network; ``units`` says by the name of a convolution or dense layer how many outputs it has in place of
        what is asked for, and ``folded`` that normalizations right after a convolution are part of it.
    """

    def __init__(self, shape: InputShape, params: Mapping[str, Any]) -> None:
        self._units: Mapping[str, int] = params.get("units", {})
        self._folds = bool(params.get("folded", False))
        self.height, self.width, self.channels = shape.pixels
        self.steps: list[Step] = []
        self.weights: list[Weight] = []
        self.stats: list[Weight] = []
        self.largest = self.height * self.width * self.channels
        self._names: dict[str, int] = {}

    def conv(
        self,
        n_out: int,
        size: int = 3,
        *,
        stride: int = 1,
        same: bool = True,
        bias: bool = True,
        he: bool = True,
    ) -> None:
        """Add a convolution."""
        name = self._name("conv")
        n_out = int(self._units.get(name, n_out))
        fan_in, fan_out = size * size * self.channels, size * size * n_out
        start = ("normal", (2.0 / fan_in) ** 0.5) if he else ("uniform", (6.0 / (fan_in + fan_out)) ** 0.5)
        self.weights.append(Weight(f"{name}/kernel", (size, size, self.channels, n_out), *start, decays=True))
        if bias:
            self.weights.append(Weight(f"{name}/bias", (n_out,)))
        self.steps.append(Step("conv", name, stride, same, bias))
        self.channels = n_out
        self._shrink(size, stride, same)

    def depthwise(self, size: int = 3, *, stride: int = 1, bias: bool = True) -> None:
        """Add a convolution of each channel by itself."""
        name = self._name("depthwise")
        shape = (size, size, self.channels, 1)
        self.weights.append(Weight(f"{name}/kernel", shape, "normal", (2.0 / size**2) ** 0.5, decays=True))
        if bias:
            self.weights.append(Weight(f"{name}/bias", (self.channels,)))
        self.steps.append(Step("depthwise", name, stride, True, bias))
        self._shrink(size, stride, True)

    def norm(self, kind: str, *, folds: bool = True) -> None:
        """Add a normalization of the channels, ``batch`` or ``layer``; ``none`` adds nothing.

        Parameters
        ----------
        folds : bool
            Whether nothing but this reads the convolution before it: then it can be part of that.
        """
        if kind == "none":
            return
        name = self._name("norm")
        last = self.steps[-1] if self.steps else None
        if self._folds and folds and kind == "batch" and last and last.kind in ("conv", "depthwise"):
            if not last.has_bias:
                self.weights.append(Weight(f"{last.name}/bias", (self.channels,)))
                self.steps[-1] = replace(last, has_bias=True)
            return
        self.weights += norm_weights(name, self.channels)
        if kind == "batch":
            self.stats += norm_stats(name, self.channels)
        self.steps.append(Step(f"{kind}_norm", name))

    def activation(self, kind: str) -> None:
        """Add an activation."""
        self.steps.append(Step("activation", self._name(kind), activation=kind))

    def pool(self) -> None:
        """Add a pooling by the maximum of 2 × 2, where the image is not smaller than that."""
        if min(self.height, self.width) >= 2:
            self.steps.append(Step("max_pool", self._name("pool"), 2))
            self.height, self.width = self.height // 2, self.width // 2

    def residual(self, body: Sequence[Step], shortcut: Sequence[Step]) -> None:
        """Add a block of steps that are already counted, see `taken`."""
        self.steps.append(Step("residual", self._name("add"), body=tuple(body), shortcut=tuple(shortcut)))

    def taken(self, start: int) -> list[Step]:
        """Take the steps from `start` on back, for `residual`."""
        taken = self.steps[start:]
        del self.steps[start:]
        return taken

    def flatten(self) -> None:
        """Add a step that puts all numbers into one row."""
        self.steps.append(Step("flatten", self._name("flatten")))
        self.channels, self.height, self.width = self.channels * self.height * self.width, 1, 1

    def mean(self) -> None:
        """Add the mean over all places of the image."""
        self.steps.append(Step("mean", self._name("mean")))
        self.height = self.width = 1

    def dense(self, n_out: int) -> None:
        """Add a dense layer."""
        name = self._name("dense")
        n_out = int(self._units.get(name, n_out))
        self.weights += dense_weights(name, self.channels, n_out)
        self.steps.append(Step("dense", name))
        self.channels = n_out

    def dropout(self, params: Mapping[str, Any]) -> None:
        """Add dropout, where the params have any."""
        if float(params.get("dropout", 0.0)) > 0.0:
            self.steps.append(Step("dropout", self._name("dropout")))

    def network(self, family: str, params: Mapping[str, Any], shape: InputShape) -> Network:
        """Return the network, after its last layer."""
        self.dense(shape.n_outputs)
        weights, stats = Layout(tuple(self.weights)), Layout(tuple(self.stats))
        structure = ImageStructure(tuple(self.steps), self._rest(shape))
        return Network(family, structure, weights, stats, dict(params), shape, self.largest // _SMALL_BATCH)

    def _rest(self, shape: InputShape) -> tuple[int, int]:
        """Return the rows and columns at the end of an image that no output depends on."""
        sides = shape.pixels[:2]
        kernels = {w.name: w.shape[0] for w in self.weights}
        flows = [s for s in self.steps if s.kind not in ("batch_norm", "activation")]
        start = next((i for i, s in enumerate(flows) if s.kind not in ("conv", "max_pool")), len(flows))
        if any(s.kind == "conv" and (s.same or s.stride > 1) for s in flows[:start]) or any(
            s.kind == "batch_norm" for s in self.steps
        ):
            return 0, 0  # a padded border, or a statistic over all places, depends on everything

        def rest(side: int) -> int:
            sizes = [side]
            for s in flows[:start]:
                sizes.append(
                    sizes[-1] // 2 if s.kind == "max_pool" else sizes[-1] - kernels[f"{s.name}/kernel"] + 1
                )
            needed = sizes[-1]
            for s in reversed(flows[:start]):
                needed = 2 * needed if s.kind == "max_pool" else needed + kernels[f"{s.name}/kernel"] - 1
            return side - needed

        return rest(sides[0]), rest(sides[1])

    def _shrink(self, size: int, stride: int, same: bool) -> None:
        def left(n: int) -> int:
            return -(-n // stride) if same else (n - size) // stride + 1

        self.height, self.width = left(self.height), left(self.width)
        self.largest = max(self.largest, self.height * self.width * self.channels)

    def _name(self, kind: str) -> str:
        number = self._names.get(kind, 0)
        self._names[kind] = number + 1
        return f"{kind}_{number}"
