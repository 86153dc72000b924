"""From which probability on a bundle for two classes says the second one, as a type; see `deployment.threshold`."""

from __future__ import annotations

from typing import Literal

import msgspec

from .variants import Difference

USUAL = 0.5
"""What the larger of two probabilities is above."""


class Threshold(msgspec.Struct, frozen=True):
    """A threshold as it stands in manifest.json and schema.json.

    Attributes
    ----------
    value : float
        In (0, 1): where the probability of the second class is above it, that class is said.
    chosen : {"usual", "tuned", "given"}
        0.5, fitted, or a number of the user.
    metric : str
        What it was fitted for; empty where it was not.
    gain : Difference or None
        Of a fitted one: what it brings on rows that the fit has not seen.
    """

    value: float
    chosen: Literal["usual", "tuned", "given"]
    metric: str = ""
    gain: Difference | None = None

    @property
    def is_usual(self) -> bool:
        """Whether it says what the larger probability says."""
        return self.value == USUAL
