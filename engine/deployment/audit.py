"""``cupel audit``: how a model treats the groups of a column, on rows that it had not seen.

Of a study the out-of-fold predictions of a trial and, where there is one, the holdout; of a bundle the rows of a file.
What was found of a study is kept in its result, and stands on the model card of later exports. Does not import
TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage.records import StudyRecord, TrialRecord
from ...storage.store import Store
from ..data.reading import read_table
from ..data.table import Column
from ..data.target import match_labels
from ..errors import DataError, ExportError
from ..spec import ReadSpec
from .bundle import Bundle
from .certificate import last_line
from .export import network_trial
from .fairness import (
    ERRORS,
    LEAST_ROWS,
    SHARES,
    Figure,
    Grouping,
    error_draws,
    error_figures,
    groups_of,
    share_figures,
    share_gap,
)
from .out_of_fold import StudyRows
from .standalone import Predictor
from .threshold import threshold_of

KEY = "audits"
_CHUNK_ROWS = 8192
_HOLDOUT_TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is audited.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    labels : sequence of str
    positive : str
        The class that rates are about; empty for none of several classes, and of a regression.
    threshold : float
        Of two classes; the second one is said above it.
    """

    task: str
    labels: Sequence[str]
    positive: str
    threshold: float

    @classmethod
    def of(cls, task: str, labels: Sequence[str], positive: str, threshold: float) -> Asked:
        """Return it with the second of two classes as the positive one where none is named.

        Raises
        ------
        ExportError
            Where the positive class is none, or there are no classes.
        """
        if positive and task == "regression":
            raise ExportError("A positive class is for classes, and the target is a number; leave it out.")
        if positive and positive not in labels:
            raise ExportError(
                "{value!r} is no class of the target; its classes are {choices}.",
                value=positive,
                choices=", ".join(labels) or "-",
            )
        return cls(task, labels, positive or (labels[1] if task == "binary" else ""), threshold)

    def said(self, predictions: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the places of the classes that probabilities (n, n_classes) are said to be."""
        if self.task == "binary":
            return (predictions[:, 1] > self.threshold).astype(np.int64)
        return predictions.argmax(axis=1)

    def names(self) -> tuple[str, ...]:
        """What is counted."""
        return ERRORS if self.task == "regression" else SHARES if self.positive else ("accuracy",)


def audit_study(
    store: Store,
    study_id: int,
    by: str,
    trial: int | str = "best",
    *,
    positive: str = "",
    threshold: str | float = "",
) -> dict[str, Any]:
    """Audit a trial of a study, and keep what was found in the study's result.

    Parameters
    ----------
    by : str
        A column of the data; the model need not use it.
    trial : int or str
        A number, or ``"best"``.
    positive : str
        The class that rates are about; of two classes the second one by default.
    threshold
        As for `export.export_model`.

    Returns
    -------
    dict
        ``by``, ``trial``, ``task``, ``positive``, ``threshold``, ``created_at``, ``parts`` (see `audited`; the
        first one of the out-of-fold predictions), ``is_kept`` (not where the study is running).

    Raises
    ------
    ExportError
        Where the trial has no networks or no such predictions, or positive class or threshold are none.
    DataError
        Where the column is not there, is the target, or has hardly two rows alike.
    """
    study = store.study(study_id)
    number = study.best_trial if trial == "best" else _number(trial)
    if number is None:
        raise ExportError("The study {study!r} has no complete trial yet to audit.", study=study.name)
    record = network_trial(store, study_id, number)
    decided = threshold_of(store, study, record, None, threshold)
    rows = StudyRows.of(store, study)
    asked = Asked.of(
        rows.target.task, rows.target.labels, positive, 0.5 if decided is None else decided.value
    )
    grouping = _grouping(rows.table[by], str(study.spec["target"]))
    places, predictions = _mean_by_row(rows.splits.valid, rows.out_of_fold(store, record))
    parts = [audited(asked, grouping, places, rows.target.at(places), predictions, "out_of_fold")]
    holdout = _holdout(store, study, record, rows)
    if holdout is not None:
        at = rows.splits.holdout
        parts.append(audited(asked, grouping, at, rows.target.at(at), holdout, "holdout"))
    found = {**_about(asked, by), "trial": number, "parts": parts}
    is_kept = not store.engine_is_alive(study_id)
    if is_kept:
        store.add_to_result(study_id, KEY, f"{number}/{by}", found)
    return {**found, "is_kept": is_kept}


def audit_bundle(
    path: Path, data: Path, by: str, *, positive: str = "", read: ReadSpec | None = None
) -> dict[str, Any]:
    """Audit a bundle for a table or texts on the rows of a file that has the target; its own threshold decides.

    Raises
    ------
    ExportError
        Where the bundle is none, was changed, or is for images, or the positive class is none.
    DataError
        Where the file cannot be read, or lacks a column.
    """
    bundle = Bundle.open(path)
    predictor = Predictor(bundle.path)
    if predictor.image_size:
        raise ExportError("A bundle for images is not audited on a file; audit its study.")
    asked = Asked.of(
        bundle.task, bundle.labels, positive, 0.5 if predictor.threshold is None else predictor.threshold
    )
    target = str(bundle.manifest["target"])
    inputs = predictor.schema["inputs"]
    kinds = {spec["column"]: (spec["kind"], spec["date_format"]) for spec in inputs}
    table = read_table(data, read, kinds).table
    y = _truth(table[target], bundle)
    known = np.flatnonzero(~np.isnan(y))
    if not len(known):
        raise DataError(
            "No row of {file} has a {column!r} that the model knows.", file=data.name, column=target
        )
    columns = [table[spec["column"]] for spec in inputs]
    starts = range(0, len(known), _CHUNK_ROWS)
    pieces = [
        predictor.run([_cells(column, known[i : i + _CHUNK_ROWS]) for column in columns]) for i in starts
    ]
    predictions = np.concatenate(pieces).astype(np.float64)
    truth = y[known] if asked.task == "regression" else y[known].astype(np.int64)
    grouping = _grouping(table[by], target)
    return {**_about(asked, by), "parts": [audited(asked, grouping, known, truth, predictions, "file")]}


def audited(
    asked: Asked,
    grouping: Grouping,
    rows: NDArray[np.int64],
    y: NDArray[Any],
    predictions: NDArray[np.float64],
    part: str,
) -> dict[str, Any]:
    """Return what is counted of all rows and of each group.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Places of the rows in the table that was grouped.
    y, predictions
        Of these rows.

    Returns
    -------
    dict
        ``part``, ``n_rows``, ``whole`` (measure → `Figure`), ``groups`` (``group``, ``n_rows``, ``is_small``,
        ``figures``, and ``to_whole``: measure → ``difference``, ``ratio``), ``gaps`` (of each measure the widest one
        between two groups of `LEAST_ROWS` rows: ``measure``, ``least``, ``most``, ``difference``, ``low``, ``high``,
        ``ratio``).
    """
    codes = grouping.codes[rows]
    whole, _ = _counted(asked, y, predictions, 0)
    groups: list[dict[str, Any]] = []
    large: dict[str, tuple[dict[str, Figure], NDArray[np.float64] | None]] = {}
    for code, name in enumerate(grouping.names):
        own = codes == code
        n = int(own.sum())
        if n == 0:
            continue
        figures, draws = _counted(asked, y[own], predictions[own], code + 1)
        if n >= LEAST_ROWS:
            large[name] = figures, draws
        groups.append({
            "group": name, "n_rows": n, "is_small": n < LEAST_ROWS,
            "figures": {key: figure.to_json() for key, figure in figures.items()},
            "to_whole": {key: _apart(whole[key].value, figures[key].value) for key in asked.names()},
        })  # fmt: skip
    return {
        "part": part, "n_rows": len(rows), "is_binned": grouping.is_binned,
        "whole": {key: figure.to_json() for key, figure in whole.items()}, "groups": groups,
        "gaps": [gap for key in asked.names() if (gap := _widest(key, large)) is not None],
    }  # fmt: skip


def _counted(
    asked: Asked, y: NDArray[Any], predictions: NDArray[np.float64], seed: int
) -> tuple[dict[str, Figure], NDArray[np.float64] | None]:
    if asked.task == "regression":
        draws = error_draws(y, predictions, seed)
        return error_figures(y, predictions, draws), draws
    said = asked.said(predictions)
    if not asked.positive:
        return share_figures(None, None, said == y), None
    place = list(asked.labels).index(asked.positive)
    return share_figures(y == place, said == place, said == y), None


def _apart(whole: float | None, own: float | None) -> dict[str, float | None]:
    if whole is None or own is None:
        return {"difference": None, "ratio": None}
    return {"difference": own - whole, "ratio": own / whole if whole else None}


def _widest(
    key: str, groups: Mapping[str, tuple[dict[str, Figure], NDArray[np.float64] | None]]
) -> dict[str, Any] | None:
    """Return the widest gap of a measure; None where fewer than two groups have it from enough rows."""
    known = {
        name: (figures[key], draws)
        for name, (figures, draws) in groups.items()
        if figures[key].value is not None and figures[key].n >= LEAST_ROWS
    }
    if len(known) < 2:
        return None
    order = sorted(known, key=lambda name: known[name][0].value or 0.0)
    (least, least_draws), (most, most_draws) = known[order[0]], known[order[-1]]
    difference = (most.value or 0.0) - (least.value or 0.0)
    if least_draws is None or most_draws is None:
        low, high = share_gap(least, most)
    else:
        column, n = ERRORS.index(key), min(len(least_draws), len(most_draws))
        drawn = most_draws[:n, column] - least_draws[:n, column]
        low, high = np.nanpercentile(drawn, [2.5, 97.5]).tolist()
    ratio = least.value / most.value if key in SHARES and least.value is not None and most.value else None
    return {"measure": key, "least": order[0], "most": order[-1], "difference": difference, "low": low,
            "high": high, "ratio": ratio}  # fmt: skip


def _about(asked: Asked, by: str) -> dict[str, Any]:
    return {
        "by": by,
        "task": asked.task,
        "positive": asked.positive or None,
        "threshold": asked.threshold if asked.task == "binary" else None,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _number(trial: int | str) -> int:
    try:
        return int(trial)
    except ValueError:
        raise ExportError('The trial is {value!r}; give its number or "best".', value=trial) from None


def _grouping(column: Column, target: str) -> Grouping:
    if column.name == target:
        raise DataError(
            "The column {column!r} is the target; choose another one for the groups.", column=target
        )
    return groups_of(column)


def _mean_by_row(
    valid: Sequence[NDArray[np.int64]], predictions: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows that are in a validation part, and the mean of what the repeats said of each."""
    rows, place = np.unique(np.concatenate(list(valid)), return_inverse=True)
    values = np.concatenate(list(predictions))
    total = np.zeros((len(rows), *values.shape[1:]))
    np.add.at(total, place, values)
    n = np.bincount(place).reshape(-1, *[1] * (values.ndim - 1))
    return rows, total / n


def _cells(column: Column, rows: NDArray[np.int64]) -> Sequence[Any]:
    """Return cells as `Predictor.run` takes them: numbers, dates as seconds, text."""
    return column.raw(rows) if column.kind == "text" else column.numbers[rows].tolist()


def _truth(column: Column, bundle: Bundle) -> NDArray[np.float64]:
    """Return class places or values of a file's target, NaN where missing or unknown."""
    if bundle.labels:
        places = match_labels(column, bundle.labels).astype(np.float64)
        return np.where(places < 0, np.nan, places)
    if column.kind == "text":
        raise DataError("The column {column!r} holds text; the model predicts numbers.", column=column.name)
    return column.numbers


def _holdout(
    store: Store, study: StudyRecord, trial: TrialRecord, rows: StudyRows
) -> NDArray[np.float64] | None:
    """Return what the networks say of the holdout: the final model of the best trial, or the trial's own.

    None where there is no holdout, or the networks were not kept. TensorFlow computes it, in a child process.
    """
    final = study.result if study.result.get("best", {}).get("trial") == trial.number else {}
    sha256 = final.get("model_sha256") or trial.user_attrs.get("model_sha256")
    if not len(rows.splits.holdout) or not sha256 or not store.artifacts.path(sha256).is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "predictions.npy"
        command = [sys.executable, "-m", "cupel.engine.deployment.holdout", str(store.workspace.path)]
        try:
            done = subprocess.run(
                [*command, str(study.id), sha256, str(out)], capture_output=True, check=False,
                timeout=_HOLDOUT_TIMEOUT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ExportError(
                "Predicting the holdout took longer than {seconds} seconds.",
                seconds=round(_HOLDOUT_TIMEOUT_S),
            ) from error
        if done.returncode != 0 or not out.is_file():
            raise ExportError("The holdout could not be predicted: {reason}", reason=last_line(done.stderr))
        return np.load(out, allow_pickle=False)
