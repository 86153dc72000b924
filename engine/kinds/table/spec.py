"""What preprocessing is asked to do: part of every trial's params."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Literal, get_args

from ...domain.errors import SpecError
from ...domain.params import Params

Impute = Literal["median", "mean"]
Scaling = Literal["standard", "robust", "quantile"]
NumericEncoding = Literal["none", "piecewise_linear"]
CategoricalEncoding = Literal["onehot", "embedding"]


@dataclass(frozen=True, slots=True)
class PreprocessingSpec:
    """How columns become the inputs of a network.

    Attributes
    ----------
    impute : {"median", "mean"}
        What takes the place of a missing number.
    indicators : bool
        Whether a 0/1 column says that a number or date was missing (where any was).
    scaling : {"standard", "robust", "quantile"}
        To mean 0 and variance 1; to median 0 and interquartile range 1; to a normal distribution by at most
        64 knots.
    smooth_clip : bool
        Squash scaled numbers by ``x / sqrt(1 + (x / 3)**2)`` into (-3, 3) (RealMLP, arXiv 2407.04491).
    numeric_encoding : {"none", "piecewise_linear"}
        Piecewise-linear encoding replaces each number by `n_bins` columns (arXiv 2203.05556, eq. 1, quantile
        bins).
    n_bins : int
        2 to 256.
    categorical_encoding : {"onehot", "embedding"}
        With ``embedding``, columns with more than three categories become codes; the others stay one-hot.
    min_frequency : float or int
        Rarer categories join "other": a fraction of the training rows below 1, a number of rows from 1.
    max_onehot : int
        One-hot columns keep at most this many of the most frequent categories; the others join "other".
    """

    impute: Impute = "median"
    indicators: bool = True
    scaling: Scaling = "standard"
    smooth_clip: bool = False
    numeric_encoding: NumericEncoding = "none"
    n_bins: int = 16
    categorical_encoding: CategoricalEncoding = "onehot"
    min_frequency: float | int = 5
    max_onehot: int = 64

    def __post_init__(self) -> None:
        for name, kind in (
            ("impute", Impute),
            ("scaling", Scaling),
            ("numeric_encoding", NumericEncoding),
            ("categorical_encoding", CategoricalEncoding),
        ):
            value = getattr(self, name)
            if value not in get_args(kind):
                raise SpecError(
                    "{name} is {value!r}; choose one of {choices}.",
                    name=name,
                    value=value,
                    choices=", ".join(get_args(kind)),
                )
        if not 2 <= self.n_bins <= 256:
            raise SpecError("n_bins is {value}; it must be from 2 to 256.", value=self.n_bins)
        if self.min_frequency < 0:
            raise SpecError("min_frequency is {value}; it must be at least 0.", value=self.min_frequency)
        if self.max_onehot < 1:
            raise SpecError("max_onehot is {value}; it must be at least 1.", value=self.max_onehot)

    @classmethod
    def from_params(cls, params: Params) -> PreprocessingSpec:
        """Take the settings of this class out of a trial's params; the others are left to their owners.

        Parameters
        ----------
        params : mapping of str to value

        Returns
        -------
        PreprocessingSpec
        """
        names = {f.name for f in dataclasses.fields(cls)}
        return dataclasses.replace(cls(), **{name: x for name, x in params.items() if name in names})

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; ``PreprocessingSpec(**data)`` rebuilds it."""
        return dataclasses.asdict(self)

    def digest(self) -> str:
        """Return the sha256 (hex) of all settings."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()
