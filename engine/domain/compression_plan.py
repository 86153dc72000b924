"""What is tried: networks that are trained on (sparse, smaller, or as they are), each in some number formats.

Part of what the terminal and the window's service may import; needs nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .errors import SpecError
from .variants import VariantMethod

NUMBER_FORMATS = ("float32", "float16", "int8", "int8_static", "int16", "int4")
"""Number formats of a network's file.

``int8`` is dynamic: weights are stored in 8 bits, activations are quantized while it runs. ``int8_static`` quantizes
activations by ranges seen on training rows. ``int16`` does so with activations of 16 bits, and weights of 8: ONNX
Runtime then computes in floats, LiteRT in integers, though not of networks that take codes or tokens. ``int4`` stores
weights in 4 bits and computes in floats.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """One network to compress, before its number format.

    Attributes
    ----------
    name : str
        ``tuned`` in it stands for `bits`, ``distilled`` for `is_taught`.
    sparsity : float
        Fraction of zeros; 0 is dense.
    scope : {"global", "layer", "2:4"}
    keep : float
        Fraction of the units of every hidden layer that stay; 1 is all.
    is_tuned : bool
        Whether it trains on. The *control* does, and nothing else is done to it: what the others gain or lose is told
        against it, since more training alone may change the score.
    bits : int
        Weights are rounded to so many bits while it trains on, as they will be in its file; 0 is not at all.
    is_taught : bool
        Whether the outputs of the trial's network, each fold's own, are targets beside the true ones.
    after : str
        The plan whose networks it starts from; empty for the trial's. Units are removed step by step.
    formats : tuple of str
        Number formats in which it is written, see `NUMBER_FORMATS`.
    floats : tuple of str
        Layers whose weights stay floats in a number format of few bits.
    """

    name: str
    sparsity: float = 0.0
    scope: Literal["global", "layer", "2:4"] = "global"
    keep: float = 1.0
    is_tuned: bool = True
    bits: int = 0
    is_taught: bool = False
    after: str = ""
    formats: tuple[str, ...] = ("float32",)
    floats: tuple[str, ...] = ()

    def method(self, number_format: str) -> VariantMethod:
        """Return what is stored of a variant.

        Parameters
        ----------
        number_format : str
            float32, float16, int8 or another name of a number format.

        Returns
        -------
        VariantMethod
        """
        return VariantMethod(
            network=self.name,
            sparsity=self.sparsity,
            scope=self.scope if self.sparsity else "",
            structured=1.0 - self.keep,
            quantization="" if number_format == "float32" else number_format,
            distilled=self.is_taught,
            trained_bits=self.bits,
            float_layers=self.floats,
        )


_TIMES = 2
_SMALL = ("float32", "int8")
BASE = Plan("base", is_tuned=False, formats=NUMBER_FORMATS)
CONTROL = Plan("control")
PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        BASE,
        CONTROL,
        Plan("tuned int4", bits=4, formats=("int4",)),
        # Of 8 bits the file uses 7, see `files.onnx_bytes`.
        Plan("tuned int8", bits=7, formats=("int8",)),
        Plan("sparse 50 %", 0.5),
        Plan("sparse 75 %", 0.75),
        Plan("sparse 90 %", 0.9),
        Plan("sparse 2:4", 0.5, "2:4"),
        Plan("structured 50 %", keep=0.5, formats=_SMALL),
        Plan("structured 75 %", keep=0.25, after="structured 50 %", formats=_SMALL),
        Plan("structured 75 % + tuned int4", keep=0.25, bits=4, after="structured 75 %", formats=("int4",)),
        Plan("distilled 50 %", keep=0.5, is_taught=True, formats=_SMALL),
        Plan("distilled 75 %", keep=0.25, is_taught=True, after="distilled 50 %", formats=_SMALL),
        Plan(
            "distilled 75 % + tuned int4",
            keep=0.25,
            bits=4,
            is_taught=True,
            after="distilled 75 %",
            formats=("int4",),
        ),
    )
}
WHAT: Mapping[str, tuple[str, ...]] = {
    "quantize": ("base", "tuned int4"),
    "sparsify": ("sparse 50 %", "sparse 75 %", "sparse 90 %", "sparse 2:4"),
    "structured": tuple(name for name in PLANS if name.startswith("structured")),
    "distill": tuple(name for name in PLANS if name.startswith("distilled")),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A variant: a network in a number format."""

    plan: Plan
    number_format: str

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        if self.number_format == "float32" or self.plan.bits:
            return self.plan.name
        return self.number_format if self.plan is BASE else f"{self.plan.name} + {self.number_format}"


def forms_of(what: Sequence[str]) -> tuple[Form, ...]:
    """Return the variants to make; base and control always come first, to compare with.

    Parameters
    ----------
    what : sequence of str
        Keys of `WHAT`; none for all.

    Returns
    -------
    tuple of Form

    Raises
    ------
    SpecError
        For an unknown one.
    """
    for name in what:
        if name not in WHAT:
            raise SpecError(
                "{value!r} is no way to compress a network; choose from {choices}.",
                value=name,
                choices=", ".join(WHAT),
            )
    names: Iterable[str] = (name for key in (what or tuple(WHAT)) for name in WHAT[key])
    forms = [Form(BASE, "float32"), Form(CONTROL, "float32")]
    forms += [Form(PLANS[name], number_format) for name in names for number_format in PLANS[name].formats]
    return tuple(dict.fromkeys(forms))


def forms_where_lossy() -> tuple[Form, ...]:
    """Return what is tried beside where 8 bits lose more than may be lost."""
    return (Form(PLANS["tuned int8"], "int8"),)


def n_epochs_of(plan: Plan, n_epochs: int) -> int:
    """Return how many epochs a plan trains on for `n_epochs` of the others: what has lost units has more to learn.

    Parameters
    ----------
    plan : Plan
    n_epochs : int
        Epochs at most.

    Returns
    -------
    int
    """
    loses_units = plan.keep < (PLANS[plan.after].keep if plan.after else 1.0)
    return n_epochs * (_TIMES if loses_units else 1) if plan.is_tuned else 0


def all_epochs_of(plan: Plan, n_epochs: int) -> int:
    """Return the epochs of a plan and of all that it comes after.

    Parameters
    ----------
    plan : Plan
    n_epochs : int
        Epochs at most.

    Returns
    -------
    int
    """
    before = all_epochs_of(PLANS[plan.after], n_epochs) if plan.after else 0
    return before + n_epochs_of(plan, n_epochs)


def trained_first(names: Iterable[str]) -> tuple[Plan, ...]:
    """Return the plans of these names, each after the one that it starts from.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    tuple of Plan
    """
    found: dict[str, Plan] = {}

    def add(name: str) -> None:
        plan = PLANS[name]
        if plan.after:
            add(plan.after)
        found[name] = plan

    for name in names:
        add(name)
    return tuple(found.values())
