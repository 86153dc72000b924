"""What came of a search: the Live page's card of a study that does not run, and the sentences in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine import formatting
from ...engine.resuming import found_nothing
from ...storage.records import StudyRecord, StudyState
from .. import words
from ..language import sentence, tr
from ..widgets.grids import fill_grid
from ..widgets.parts import Card, Label, column, scrolled, set_property

_TELLING = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "rmse", "mae", "r2")


class ResultCard(Card):
    """What came of the search: holdout, corrected score, ties, the final network."""

    def __init__(self) -> None:
        super().__init__(lambda: tr("Result"), margin=12)
        self._verdict = Label(kind="strong", wrap=True)
        self._reason = Label(kind="small", tone="muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(7)
        content = QWidget()
        content.setLayout(
            column(self._verdict, self._reason, self._grid, 1, spacing=10, margins=(0, 0, 6, 0))
        )
        area = scrolled(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area, 1)

    def show_study(self, study: StudyRecord, spread: float | None) -> None:
        """Show the result of a study that does not run."""
        self._verdict.setText(verdict(study))
        margin = words.improvement(study)
        worse = "muted" if study.state is StudyState.PAUSED else "bad"
        set_property(self._verdict, "tone", "" if margin is None else "good" if margin > 0 else worse)
        final = study.result.get("final") or {}
        said = final.get("reason") or ""
        reason = sentence(said if isinstance(said, Mapping) else {"template": "", "text": said})
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        fill_grid(self._grid, result_rows(study, spread))


def verdict(study: StudyRecord) -> str:
    """Return one sentence on whether the search was worth it; a search that can go on is not judged yet."""
    margin = words.improvement(study)
    if study.state is StudyState.PAUSED and margin is not None:
        name = words.baseline(study.best_baseline or "")
        if margin > 0:
            return tr("So far the best network beats every baseline; the next is {baseline}.", baseline=name)
        return tr("So far no network beats the baseline {baseline}.", baseline=name)
    if found_nothing(study) is not None and study.best_baseline is not None:
        name = words.baseline(study.best_baseline)
        score = formatting.number(study.best_baseline_value)
        return tr(
            "No network was trained; the best baseline is {baseline}, {score}.", baseline=name, score=score
        )
    if study.best_value is None:
        return tr("No trial was completed yet.")
    if margin is None:
        return tr("There is no baseline to compare with.")
    name = words.baseline(study.best_baseline or "")
    if margin > 0:
        return tr("The best network beats every baseline; the next is {baseline}.", baseline=name)
    return tr("No network beats the baseline {baseline}; use that instead.", baseline=name)


def result_rows(study: StudyRecord, spread: float | None) -> list[tuple[str, str]]:
    """Return what the end of the search found, as pairs of name and value; what is missing is left out."""
    result: Mapping[str, Any] = study.result
    best = result.get("best") or {}
    decimals = formatting.decimals_for(study.best_value, spread)
    rows: list[tuple[str, str]] = []
    if study.best_value is not None:
        rows.append((tr("Cross-validated"), formatting.score(study.best_value, spread, decimals)))
    corrected = result.get("corrected") or {}
    if corrected.get("value") is not None:
        low, high = (formatting.number(corrected.get(key), decimals) for key in ("low", "high"))
        rows.append((tr("Corrected for the choice"), formatting.number(corrected["value"], decimals)))
        rows.append((tr("95% interval"), f"{low} … {high}"))
    rows += _holdout_rows(study, best.get("holdout") or {}, decimals)
    tied = [number for number in result.get("tied") or [] if number != study.best_trial]
    if tied:
        rows.append(
            (
                tr("Statistically tied"),
                ", ".join(f"#{number}" for number in tied[:6]) + (" …" if len(tied) > 6 else ""),
            )
        )
    final = (result.get("final") or {}).get("kind")
    if final:
        kinds = {"refit": tr("refitted on all rows"), "ensemble": tr("ensemble of the folds")}
        rows.append((tr("Final network"), kinds.get(final, str(final))))
    return rows


def _holdout_rows(study: StudyRecord, scores: Mapping[str, float], decimals: int) -> list[tuple[str, str]]:
    """Return the holdout scores: the metric judged, the best baseline's for comparison, then a few others."""
    rows = []
    if study.metric in scores:
        name = tr("Holdout {metric}", metric=study.metric)
        rows.append((name, formatting.number(scores[study.metric], decimals)))
        baseline = (study.result.get("baselines") or {}).get(study.best_baseline or "") or {}
        theirs = (baseline.get("holdout") or {}).get(study.metric)
        if theirs is not None:
            name = tr("Holdout of {baseline}", baseline=words.baseline(study.best_baseline or ""))
            rows.append((name, formatting.number(theirs, decimals)))
    others = [name for name in _TELLING if name in scores and name != study.metric]
    return rows + [
        (tr("Holdout {metric}", metric=name), formatting.number(scores[name])) for name in others[:3]
    ]
