"""``cupel show STUDY --importance``: which params the scores depend on."""

from __future__ import annotations

import json

from rich.table import Table

from ...storage.records import StudyRecord
from ...storage.store import Store
from ..domain import formatting
from ..domain.importance import Importance
from ..domain.stored import encoded
from ..search.importance import importance_of_study
from .console import plain_console

_MOST_SHOWN = 12


def show_importance(store: Store, study: StudyRecord, *, as_json: bool) -> None:
    """Measure which params the scores of a study depend on, and print that."""
    measured = importance_of_study(store, study.id)
    if as_json:
        print(json.dumps(encoded(measured), allow_nan=False))
        return
    console = plain_console()
    console.print(_table(measured))
    rest = len(measured.params) - _MOST_SHOWN
    if rest > 0:
        console.print(f"{formatting.counted(rest, 'further param')}: `--json` has all.", highlight=False)
    console.print(
        f"PED-ANOVA on {formatting.counted(measured.n_trials, 'trial')}: by what the best "
        f"{formatting.percent(measured.quantile)} differ from all. Chance: what the same ranks, dealt to the trials at "
        "random, do not exceed 95 times of 100.",
        highlight=False,
    )


def _table(measured: Importance) -> Table:
    table = Table(box=None, pad_edge=True, header_style="")
    table.add_column("param")
    for name in ("share", "chance", "trials"):
        table.add_column(name, justify="right")
    table.add_column("")
    for one in measured.params[:_MOST_SHOWN]:
        table.add_row(
            one.full_name,
            formatting.percent(one.share),
            formatting.percent(min(one.chance, 1.0)),
            formatting.count(one.n_trials),
            "matters" if one.stands_out else "no more than chance",
        )
    return table
