"""Charts of all the trials of a study, as a page offers them: each with its button, its title and its choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...storage.records import StudyRecord
from ..speech import Text
from ..states.trials_data import TrialsData
from .spec import ChartSpec


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """What a chart of a study is made from.

    Attributes
    ----------
    selected : int or None
        The id of the trial to mark.
    choice : str
        Which of the chart's choices the user has made for this study; empty for none.
    """

    trials: TrialsData
    study: StudyRecord
    selected: int | None = None
    choice: str = ""


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """One way to show a chart; `is_known` is whether this study's trials tell it."""

    name: str
    text: Text
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user can choose of a chart.

    Attributes
    ----------
    text : callable
        What is chosen, in words.
    offered : callable
        What was asked, to the choices.
    shown : callable
        What was asked, to the name of the choice that is shown.
    """

    text: Text
    offered: Callable[[ChartRequest], Sequence[ChartChoice]]
    shown: Callable[[ChartRequest], str]


@dataclass(frozen=True, slots=True)
class StudyChart:
    """A chart of a study's trials.

    Attributes
    ----------
    name : str
        Its name among the others.
    button, title : callable
        Words of the button that chooses it, and above it.
    spec : ChartSpec
        The items of its trials are their ids.
    data : callable
        What was asked, to the data of `spec`.
    choices : Choices or None
    """

    name: str
    button: Text
    title: Text
    spec: ChartSpec[Any]
    data: Callable[[ChartRequest], Any]
    choices: Choices | None = None
