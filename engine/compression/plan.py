"""What is tried: networks that are trained on (sparse, smaller, or as they are), each in some number formats.

Part of what the terminal and the window's service may import; needs nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import SpecError

FORMATS = ("float32", "float16", "int8", "int8_static")
"""Number formats of a network's file.

``int8`` is dynamic: weights are stored in 8 bits, activations are quantized while it runs. ``int8_static`` quantizes
activations by ranges seen on training rows.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """One network to compress, before its number format.

    Attributes
    ----------
    name : str
    sparsity : float
        Fraction of zeros; 0 is dense.
    scope : {"global", "layer", "2:4"}
    keep : float
        Fraction of the units of every hidden layer that stay; 1 is all.
    is_tuned : bool
        Whether it trains on. The *control* does, and nothing else is done to it: what the others gain or lose is told
        against it, since more training alone may change the score.
    """

    name: str
    sparsity: float = 0.0
    scope: Literal["global", "layer", "2:4"] = "global"
    keep: float = 1.0
    is_tuned: bool = True

    def method(self, number_format: str) -> dict[str, Any]:
        """Return what is stored of a variant."""
        return {
            "network": self.name,
            "sparsity": self.sparsity,
            "scope": self.scope if self.sparsity else "",
            "structured": 1.0 - self.keep,
            "quantization": "" if number_format == "float32" else number_format,
        }


BASE = Plan("base", is_tuned=False)
CONTROL = Plan("control")
PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        BASE,
        CONTROL,
        Plan("sparse 50 %", 0.5),
        Plan("sparse 75 %", 0.75),
        Plan("sparse 90 %", 0.9),
        Plan("sparse 2:4", 0.5, "2:4"),
        Plan("structured 50 %", keep=0.5),
        Plan("structured 75 %", keep=0.25),
    )
}
WHAT: Mapping[str, tuple[str, ...]] = {
    "quantize": ("base",),
    "sparsify": ("sparse 50 %", "sparse 75 %", "sparse 90 %", "sparse 2:4"),
    "structured": ("structured 50 %", "structured 75 %"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A variant: a network in a number format."""

    plan: Plan
    number_format: str

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        if self.number_format == "float32":
            return self.plan.name
        return self.number_format if self.plan is BASE else f"{self.plan.name} + {self.number_format}"


def forms_of(what: Sequence[str]) -> tuple[Form, ...]:
    """Return the variants to make; base and control always come first, to compare with.

    Parameters
    ----------
    what : sequence of str
        Keys of `WHAT`; none for all.

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
    for name in names:
        plan = PLANS[name]
        formats = FORMATS[1:] if plan is BASE else ("float32", "int8") if plan.keep < 1 else ("float32",)
        forms += [Form(plan, number_format) for number_format in formats]
    return tuple(forms)
