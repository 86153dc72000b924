"""The field that chooses one of a study's complete trials, the best first."""

from __future__ import annotations

from ...engine.domain import formatting
from ...storage.ranking import rank
from ...storage.records import StudyRecord, TrialTable
from ..speech import Text, tr
from .fields import ChoiceField, Options

_MOST_TRIALS = 50
BEST = "best"
# Trials by number, with their score.
Complete = list[tuple[int, float]]


def complete_trials(table: TrialTable) -> Complete:
    """Return the complete trials that have networks."""
    return [
        (int(number), float(value))
        for number, value, state in zip(table.numbers, table.values, table.states, strict=True)
        if state == "complete" and number >= 0
    ]


class TrialField(ChoiceField):
    """A trial's number, or `BEST`."""

    def __init__(self, best_text: Text) -> None:
        super().__init__(lambda: tr("Trial"))
        self._best_text = best_text

    def offer(self, complete: Complete, study: StudyRecord, wanted: int | str | None = None) -> None:
        """Offer the best trials of a study, and choose `wanted`; None leaves the choice where it is."""
        ranked = sorted(complete, key=lambda one: rank(study.direction, one[1], None, one[0]))
        ranked = ranked[:_MOST_TRIALS]
        wanted = self.value() if wanted is None else wanted
        score = dict(complete).get(wanted) if isinstance(wanted, int) else None
        if score is not None and isinstance(wanted, int) and (wanted, score) not in ranked:
            ranked.append((wanted, score))
        options: Options = [
            (BEST, self._best_text),
            *((number, lambda number=number, value=value: _text(number, value)) for number, value in ranked),
        ]
        self.set_options(options)
        self.set_value(wanted)


def best_text(study: StudyRecord | None) -> str:
    """Return what the best trial of a study is called in the field."""
    if study is None or study.best_trial is None:
        return tr("The best trial")
    return tr("The best: trial {number}", number=study.best_trial)


def _text(number: int, score: float) -> str:
    return tr("Trial {number} · {score}", number=number, score=formatting.number(score))
