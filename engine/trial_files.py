"""Trials as a file for another program: CSV, JSON or Parquet, with every metric and param in a column of its own."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ..storage.records import FoldScores, TrialRecord
from ..storage.store import Store
from .domain.errors import DataError
from .domain.trial_columns import json_ready, written_trial
from .outputs import output_file

ENDINGS = (".csv", ".json", ".parquet")
# As many are in memory at once.
_AT_ONCE = 2000


def write_trials(
    store: Store,
    trials: Sequence[TrialRecord],
    out: str,
    progress: Callable[[float], object] = lambda _fraction: None,
) -> Path:
    """Write trials of a study into a file whose ending says how.

    Parameters
    ----------
    store : Store
    trials : sequence of TrialRecord
        In the order of the rows.
    out : str
        A file, or a folder for ``trials.csv``; what is there is replaced once all has been written.
    progress : callable
        Is told how far it is, in [0, 1].

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    DataError
        Where the ending is none of `ENDINGS`, or the file cannot be written.
    """
    with output_file(out, "trials.csv") as file:
        if file.suffix.lower() not in ENDINGS:
            raise DataError(
                "{file} does not say how it is to be written; let it end in {endings}.",
                file=file.name,
                endings=", ".join(ENDINGS),
            )
        rows = list(_rows(store, trials, progress))
        names = list(dict.fromkeys(name for row in rows for name in row))
        half = file.with_name(f".{file.name}.part")
        try:
            _WRITERS[file.suffix.lower()](half, names, rows)
            half.replace(file)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise DataError(
                "{file} cannot be written: {reason}.", file=str(file), reason=error.strerror or str(error)
            ) from error
        return file


def _rows(
    store: Store, trials: Sequence[TrialRecord], progress: Callable[[float], object]
) -> Iterator[dict[str, object]]:
    for first in range(0, len(trials), _AT_ONCE):
        some = trials[first : first + _AT_ONCE]
        scores = store.fold_scores_of([trial.id for trial in some])
        for trial in some:
            yield row_of(trial, scores.get(trial.id))
        progress(min((first + _AT_ONCE) / len(trials), 1.0))


def row_of(trial: TrialRecord, scores: FoldScores | None) -> dict[str, object]:
    """Return a trial as one flat row: what ``--csv`` has, its tags and notes, each metric, each param.

    Parameters
    ----------
    trial : TrialRecord
    scores : FoldScores or None

    Returns
    -------
    dict of str to object
    """
    row = {name: value for name, value in written_trial(trial).items() if name != "params"}
    row |= {"tags": ", ".join(trial.tags), "notes": trial.notes}
    if scores is not None:
        for place, metric in enumerate(scores.metrics):
            values = scores.values[:, place]
            row[f"metric_{metric}"] = float(np.mean(values))
            if len(values) > 1:
                row[f"metric_{metric}_std"] = float(np.std(values, ddof=1))
    return row | {f"params_{name}": value for name, value in trial.params.items()}


def _write_csv(file: Path, names: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([["" if row.get(n) is None else row[n] for n in names] for row in rows])


def _write_json(file: Path, _names: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    finite = json_ready(rows)
    file.write_text(
        json.dumps(finite, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )


def _write_parquet(file: Path, names: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({name: _column([row.get(name) for row in rows]) for name in names}), file)


def _column(values: Sequence[object]) -> Sequence[object]:
    """Return values that are of one type: numbers stay numbers, and what is mixed or a list becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return [None if value is None else float(str(value)) for value in values]
    if len(kinds) == 1 and kinds <= {bool, int, float, str}:
        return values
    return [value if value is None or isinstance(value, str) else json.dumps(value) for value in values]


_WRITERS: dict[str, Callable[[Path, Sequence[str], Sequence[dict[str, object]]], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".parquet": _write_parquet,
}
