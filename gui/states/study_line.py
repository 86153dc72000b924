"""What a line of the Studies page shows of a study: how it stands, what leads it."""

from __future__ import annotations

from dataclasses import dataclass

from ...engine.domain.leading import Leading, Margin, leading_in, margin_in
from ...engine.domain.spec import StudySpec
from ...engine.domain.study_list import ReadStudy
from ...storage.records import StudyRecord


@dataclass(frozen=True, slots=True)
class StudyLine:
    """A study, ready to be shown.

    Attributes
    ----------
    study : StudyRecord
    spec : StudySpec
    word, tone : str
        How it stands.
    leading : Leading or None
    margin : Margin or None
    is_old : bool
        Whether it was judged as an older version did.
    is_lost : bool
        Whether it ought to run, and its engine is gone: nothing brings its end nearer.
    """

    study: StudyRecord
    spec: StudySpec
    word: str
    tone: str
    leading: Leading | None
    margin: Margin | None
    is_old: bool
    is_lost: bool = False

    @classmethod
    def of(cls, read: ReadStudy, word: str, tone: str, *, is_lost: bool = False) -> StudyLine:
        """Return what is shown of a study that stands so."""
        study, spec, result = read.record, read.spec, read.result
        return cls(
            study,
            spec,
            word,
            tone,
            leading_in(study, spec, result),
            margin_in(study, result),
            result.is_judged_the_old_way,
            is_lost,
        )
