"""What a forecast is asked, and what it tells of a search before it starts."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from .errors import Message
from .spec import ReadSpec, StudySpec


class ForecastRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="forecast"):
    """What is to be forecast.

    Attributes
    ----------
    source : str
        A path, or ``sample:NAME``.
    spec : StudySpec
    read : ReadSpec
    """

    source: str
    spec: StudySpec
    read: ReadSpec = ReadSpec()


@dataclass(frozen=True, slots=True)
class Corner:
    """A network of the space that was trained for a few epochs.

    Attributes
    ----------
    family : str
    name : {"smallest", "default", "largest"}
    seconds : float
        Of a whole trial.
    fits : bool
        Whether the budget leaves so much for the search.
    memory_bytes : int
        Of its process.
    n_parameters : int
    is_streamed : bool
        Whether its rows stay on the disk while it trains.
    """

    family: str
    name: str
    seconds: float
    fits: bool
    memory_bytes: int
    n_parameters: int
    is_streamed: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a search will take.

    Attributes
    ----------
    corners : tuple of Corner
    seconds_per_trial : (float, float)
        Low and high.
    trials_in_budget : (int, int) or None
        Low and high; None where the budget has no time limit.
    search_s : float or None
        What the budget leaves for the search; None where it has no time limit.
    peak_memory_bytes : int
        Of all workers.
    n_workers : int
    messages : tuple of Message
    """

    corners: tuple[Corner, ...]
    seconds_per_trial: tuple[float, float]
    trials_in_budget: tuple[int, int] | None
    search_s: float | None
    peak_memory_bytes: int
    n_workers: int
    messages: tuple[Message, ...] = ()
