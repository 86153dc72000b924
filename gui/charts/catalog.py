"""Every chart of a study's trials that pages offer, in the order in which they are offered."""

from __future__ import annotations

from .history import BY_TIME, BY_TRIAL
from .pareto import BY_COST
from .studies import StudyChart

STUDY_CHARTS: tuple[StudyChart, ...] = (BY_TRIAL, BY_TIME, BY_COST)


def study_chart(name: str) -> StudyChart | None:
    """Return the chart of this name; None where there is none, as of a layout that another version has kept."""
    return next((chart for chart in STUDY_CHARTS if chart.name == name), None)
