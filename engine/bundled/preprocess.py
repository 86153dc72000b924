"""From raw columns to the inputs of networks, and from what networks give to predictions; needs NumPy only.

Every bundle that has a network without its preprocessing (LiteRT, Keras, …) has it as preprocess.py. What was fitted is
data beside it: ``preprocessing.json``, see `Preprocessor`.

    from preprocess import Preprocessor
    preprocessor = Preprocessor(folder)
    inputs = preprocessor.inputs({"age": numbers, "job": words})     # arrays of shape (n, 1), a dict for each network
    predictions = preprocessor.predictions([run(x) for x in inputs])

The arithmetic of each kind of data is what training computes with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .arrays import Arrays, Json, Raw
from .of_kinds import of_kinds

Arithmetic: TypeAlias = Callable[[Json, Raw], Arrays]
"""From what was fitted of a kind of data, as ``preprocessing.json`` has it, and raw columns to what a network takes."""
_ARITHMETIC: dict[str, Arithmetic] = of_kinds("arithmetic", "INPUTS")


class Preprocessor:
    """What lies around the networks of a bundle, from ``preprocessing.json``.

    Attributes
    ----------
    data : dict
        ``task``, ``columns`` (column → name of the raw input) and ``networks``: of each its ``target_mean``,
        ``target_scale`` and ``preprocessing``, whose ``kind`` is that of the data,
        or ``several`` with ``parts``. ``about`` in the file says what the rest means.
    """

    def __init__(self, folder: Path) -> None:
        self.data: Json = json.loads((folder / "preprocessing.json").read_text(encoding="utf-8"))

    def inputs(self, raw: Raw) -> list[Arrays]:
        """Return what each network takes.

        Parameters
        ----------
        raw : mapping of str to ndarray
            By the names of the raw inputs. Of tables and texts arrays of shape (n, 1): float64 (NaN where missing;
            dates as seconds since 1970 UTC) or text (empty where missing). Of images uint8 (n, height, width,
            channels).
        """
        cells = {column: raw[name] for column, name in self.data["columns"].items()}
        return [_inputs_of(network["preprocessing"], cells) for network in self.data["networks"]]

    def named_inputs(self, raw: Raw) -> Arrays:
        """Return the inputs of all networks for a model that holds them all: ``numeric``, or ``numeric_0``, …"""
        each = self.inputs(raw)
        ends = [f"_{r}" for r in range(len(each))] if len(each) > 1 else [""]
        return {
            f"{name}{end}": x for end, inputs in zip(ends, each, strict=True) for name, x in inputs.items()
        }

    def predictions(self, outputs: Sequence[NDArray[np.generic]]) -> NDArray[np.float64]:
        """Return probabilities (n, n_classes), or values (n,) of a regression: the mean over the networks."""
        total = np.zeros(())
        for network, output in zip(self.data["networks"], outputs, strict=True):
            x = np.asarray(output, np.float64)
            if self.data["task"] == "regression":
                total = total + (x[:, 0] * network["target_scale"] + network["target_mean"])
            elif self.data["task"] == "binary":
                # Of a logit far below zero: the quotient is 0 then.
                with np.errstate(over="ignore"):
                    second = 1.0 / (1.0 + np.exp(-x[:, 0]))
                total = total + np.stack([1.0 - second, second], axis=1)
            else:
                powers = np.exp(x - x.max(axis=1, keepdims=True))
                total = total + powers / powers.sum(axis=1, keepdims=True)
        return np.asarray(total / len(outputs))


def _inputs_of(fitted: Json, raw: Raw) -> Arrays:
    """Return what a network takes; of all kinds but the first the names end in the kind."""
    if fitted["kind"] != "several":
        return _ARITHMETIC[fitted["kind"]](fitted, raw)
    found: Arrays = {}
    for i, part in enumerate(fitted["parts"]):
        end = f"_{part['kind']}" if i else ""
        found |= {f"{name}{end}": x for name, x in _ARITHMETIC[part["kind"]](part, raw).items()}
    return found
