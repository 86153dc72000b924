"""Every chart of a study's trials that pages offer, in the order in which they are offered."""

from __future__ import annotations

from .distribution import DISTRIBUTION
from .epochs import GROUPED_CURVES, INTERMEDIATE
from .fold_map import FOLD_MAP
from .history import BY_TIME, BY_TRIAL
from .hypervolume import HYPERVOLUME
from .importance import IMPORTANCE
from .outcomes import FAILURES, TIMELINE
from .parallel import PARALLEL
from .pareto import BY_COST
from .planes import CONTOUR, RANK, SCATTER
from .slices import SLICE
from .studies import StudyChart

STUDY_CHARTS: tuple[StudyChart, ...] = (
    BY_TRIAL,
    BY_TIME,
    PARALLEL,
    IMPORTANCE,
    SLICE,
    CONTOUR,
    RANK,
    SCATTER,
    BY_COST,
    HYPERVOLUME,
    INTERMEDIATE,
    GROUPED_CURVES,
    DISTRIBUTION,
    FOLD_MAP,
    TIMELINE,
    FAILURES,
)


def study_chart(name: str) -> StudyChart | None:
    """Return the chart of this name; None where there is none, as of a layout that another version has kept."""
    return next((chart for chart in STUDY_CHARTS if chart.name == name), None)
