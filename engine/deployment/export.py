"""Exporting a trained model as a bundle: the final model of a study, a trial's networks, or a variant's.

Called by the end of a search, the terminal and the window's service process. Does not import TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...storage.records import (
    ExportRecord,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialRecord,
    TrialState,
    VariantRecord,
)
from ...storage.store import Store
from ..domain.errors import ExportError
from ..domain.formats import BUNDLE_FORMATS, checked_formats
from ..domain.results import StudyResult
from ..domain.variants import VariantMeasures, VariantMethod
from ..retrain import retrain_trial
from ..study_rows import StudyRows
from .assembly import Export
from .helpers import Helpers
from .threshold import threshold_of


def export_model(
    store: Store,
    study_id: int,
    trial: int | str,
    directory: Path | None = None,
    *,
    variant: str = "",
    formats: Sequence[str] = (),
    licence: str = "",
    ensemble: bool = False,
    threshold: str | float = "",
) -> ExportRecord:
    """Export the study's final model (``"best"``, or the number of the best trial), or another trial's.

    A study without a final model, because its search did not end, gives its best trial's fold networks.

    Parameters
    ----------
    variant : str
        The name of a variant of the trial, whose networks are exported instead.
    formats : sequence of str
        Keys of `formats.FORMATS`; the usual ones where none is named. ONNX is always one.
    licence : str
        Of the model, as its owner calls it.
    ensemble : bool
        Of a variant: whether the networks of all folds are exported, and not one of them.
    threshold : str or float
        Of two classes: ``"tuned"``, a number in (0, 1), or empty for 0.5; see `threshold.threshold_of`.

    Raises
    ------
    ExportError
        See `export_final`, `export_trial` and `export_variant`; also where `trial` is neither a number nor ``"best"``.
    """
    study = store.study(study_id)
    is_best = str(trial) in ("best", str(study.best_trial))
    if is_best and not variant and (StudyResult.of(study).model_sha256 or study.best_trial is None):
        return export_final(store, study_id, directory, formats=formats, licence=licence, threshold=threshold)
    try:
        number = study.best_trial if is_best else int(trial)
    except ValueError:
        raise ExportError(
            'The trial to export is {value!r}; give its number or "best".', value=trial
        ) from None
    if number is None:
        raise ExportError("The study {study!r} has no complete trial yet to export.", study=study.name)
    if variant:
        return export_variant(
            store, study_id, number, variant, directory, formats=formats, licence=licence, ensemble=ensemble,
            threshold=threshold,
        )  # fmt: skip
    return export_trial(
        store, study_id, number, directory, formats=formats, licence=licence, threshold=threshold
    )


def export_final(
    store: Store,
    study_id: int,
    directory: Path | None = None,
    *,
    formats: Sequence[str] = (),
    licence: str = "",
    threshold: str | float = "",
    helpers: Helpers | None = None,
    rows: StudyRows | None = None,
) -> ExportRecord:
    """Export the final model of a study.

    Parameters
    ----------
    directory : Path, optional
        The folder that becomes the bundle; by default a new one in the workspace's ``exports``.
    formats, licence, threshold
        See `export_model`.
    helpers : Helpers, optional
        Processes that were started before, for a time budget is short.
    rows : StudyRows, optional
        Of the study, where they were read before.

    Returns
    -------
    ExportRecord
        State DONE with a passed certificate, or FAILED with a failure; then no folder is left.

    Raises
    ------
    ExportError
        Where there is no final model yet, `directory` holds something else, or a format cannot hold the networks.
        Nothing is recorded then.
    """
    study = store.study(study_id)
    result = StudyResult.of(study)
    number = study.best_trial if result.best is None else result.best.trial
    if not result.model_sha256 or number is None:
        if study.state is StudyState.DONE:
            raise ExportError(
                "The search of the study {study!r} ended without a model; search again with more time.",
                study=study.name,
            )
        raise ExportError(
            "The study {study!r} has no final model yet; let its search end, or export one of its trials.",
            study=study.name,
        )
    trial = store.trial_by_number(study_id, number)
    names = checked_formats(formats, "float32", trial.family)
    rows = rows or StudyRows(store, study)
    decided = threshold_of(rows, trial, None, threshold)
    export = Export(rows, study, trial, result, None, names, licence, None, decided, helpers)
    return export.run(store.artifacts.checked_path(result.model_sha256), directory)


def export_trial(
    store: Store,
    study_id: int,
    trial_number: int,
    directory: Path | None = None,
    *,
    formats: Sequence[str] = (),
    licence: str = "",
    threshold: str | float = "",
) -> ExportRecord:
    """Export the fold networks of a trial, averaged; where they were not kept, it is trained again.

    Raises
    ------
    ExportError
        Where the trial is a baseline, not complete, or cannot be trained again, or as `export_final`.
    """
    study, trial = store.study(study_id), network_trial(store, study_id, trial_number)
    names = checked_formats(formats, "float32", trial.family)
    rows = StudyRows(store, study)
    decided = threshold_of(rows, trial, None, threshold)
    sha256 = trial.model_sha256
    if not sha256 or not store.artifacts.path(sha256).is_file():
        sha256 = store.artifacts.add(retrain_trial(store, study, trial))
    export = Export(rows, study, trial, None, None, names, licence, None, decided)
    return export.run(store.artifacts.checked_path(sha256), directory)


def export_variant(
    store: Store,
    study_id: int,
    trial_number: int,
    name: str,
    directory: Path | None = None,
    *,
    formats: Sequence[str] = (),
    licence: str = "",
    ensemble: bool = False,
    threshold: str | float = "",
) -> ExportRecord:
    """Export a variant of a trial in its number format: one network, as it was measured, or those of all folds.

    The one is that of the fold with the best score. Averaged over all folds the predictions are often better, and the
    file is as many times larger and slower.

    Raises
    ------
    ExportError
        Where the trial has no such variant, it could not be made, or a format cannot hold it.
    """
    study, trial = store.study(study_id), network_trial(store, study_id, trial_number)
    found = [v for v in store.variants(trial.id) if v.state is TrialState.COMPLETE]
    variant = next((v for v in reversed(found) if v.name == name), None)
    if variant is None:
        raise ExportError(
            "Trial {number} has no variant {variant!r}; it has: {choices}. Compress it first.",
            number=trial.number,
            variant=name,
            choices=", ".join(dict.fromkeys(v.name for v in found)) or "-",
        )
    measures = VariantMeasures.of(variant)
    sha256 = measures.model_sha256
    if not sha256 or not store.artifacts.path(sha256).is_file():
        raise ExportError(
            "The networks of the variant {variant!r} were not kept; compress trial {number} again, then export it.",
            variant=name,
            number=trial.number,
        )
    number_format = VariantMethod.of(variant).number_format
    names = checked_formats(formats, number_format, trial.family, name)
    for form in names:
        problem = measures.forms[form].problem if form in measures.forms else ""
        if problem:
            raise ExportError(
                "{format} could not hold the variant {variant!r} in {number_format} when it was measured: {reason}; "
                "choose another format.",
                format=BUNDLE_FORMATS[form].title,
                variant=name,
                number_format=number_format,
                reason=problem,
            )
    rows = StudyRows(store, study)
    decided = threshold_of(rows, trial, variant, threshold)
    network = None if ensemble else _best_fold(study, variant)
    export = Export(rows, study, trial, None, variant, names, licence, network, decided)
    return export.run(store.artifacts.checked_path(sha256), directory)


def _best_fold(study: StudyRecord, variant: VariantRecord) -> int:
    if variant.scores is None:
        return 0
    scores = variant.scores.values[:, variant.scores.metrics.index(study.metric)]
    return int(np.argmax(study.direction.sign * scores))


def network_trial(store: Store, study_id: int, number: int) -> TrialRecord:
    trial = store.trial_by_number(study_id, number)
    if trial.kind is TrialKind.BASELINE:
        raise ExportError(
            "Trial {number} is a baseline, which has no networks; choose another trial.", number=trial.number
        )
    if trial.state is not TrialState.COMPLETE:
        raise ExportError(
            "Trial {number} is {state}; choose a complete one.",
            number=trial.number,
            state=str(trial.state),
        )
    return trial
