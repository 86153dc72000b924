"""Trials as a file for another program: CSV, JSON or Parquet, with every metric and param in a column of its own."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ..storage.records import FoldScores, TrialRecord
from ..storage.store import Store
from .domain.errors import DataError
from .domain.trial_columns import written_trial
from .outputs import output_file

ENDINGS = (".csv", ".json", ".parquet")
# As many are in memory at once.
_AT_ONCE = 2000


def write_trials(
    store: Store,
    study_id: int,
    trial_ids: Sequence[int],
    out: str,
    progress: Callable[[float], object] = lambda _fraction: None,
) -> Path:
    """Write trials of a study into a file whose ending says how.

    Parameters
    ----------
    store : Store
    study_id : int
        Of the study in the store.
    trial_ids : sequence of int
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
        rows = list(_rows(store, study_id, trial_ids, progress))
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
    store: Store, study_id: int, trial_ids: Sequence[int], progress: Callable[[float], object]
) -> Iterator[dict[str, object]]:
    known = {trial.id: trial for trial in store.trials(study_id)}
    for first in range(0, len(trial_ids), _AT_ONCE):
        some = [trial_id for trial_id in trial_ids[first : first + _AT_ONCE] if trial_id in known]
        scores = store.fold_scores_of(some)
        for trial_id in some:
            yield row_of(known[trial_id], scores.get(trial_id))
        progress(min((first + _AT_ONCE) / len(trial_ids), 1.0))


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
    finite = [{name: _finite(value) for name, value in row.items()} for row in rows]
    file.write_text(
        json.dumps(finite, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )


def _finite(value: object) -> object:
    """Return a value that JSON has; it has no such thing as not a number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_parquet(file: Path, names: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({name: _column([row.get(name) for row in rows]) for name in names}), file)


def _column(values: Sequence[object]) -> Sequence[object]:
    """Return values that are of one type: numbers stay numbers, and what is mixed or a list becomes text."""
    known = [value for value in values if value is not None]
    for kinds in (bool, int, (int, float), str):
        if all(
            isinstance(value, kinds) and (kinds is bool or not isinstance(value, bool)) for value in known
        ):
            return (
                [float(str(v)) if v is not None else None for v in values]
                if kinds == (int, float)
                else values
            )
    return [
        None if value is None else json.dumps(value) if not isinstance(value, str) else value
        for value in values
    ]


_WRITERS: dict[str, Callable[[Path, Sequence[str], Sequence[dict[str, object]]], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".parquet": _write_parquet,
}
