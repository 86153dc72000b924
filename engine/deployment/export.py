"""Exporting a trained model as a bundle: conversion and certificate in child processes, and all of it or nothing.

Called by the end of a search, the terminal and the window's service process. Does not import TensorFlow.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from ...storage.errors import StoreError
from ...storage.records import (
    DatasetRecord,
    ExportRecord,
    Failure,
    FailureKind,
    JobState,
    StudyRecord,
    TrialKind,
    TrialRecord,
    TrialState,
)
from ...storage.store import Store
from ..data.cells import MISSING, SOFT_MISSING
from ..data.schema import TableSchema
from ..data.splitting import Splits
from ..errors import CupelError, ExportError, Message
from ..retrain import retrain_trial
from .bundle import check_target, write_manifest
from .card import model_card
from .certificate import DECODING, STANDALONE, last_line, run_certificate

CONVERT_TIMEOUT_S = 900.0
SAMPLE_ROWS = 300


def export_model(
    store: Store, study_id: int, trial: int | str, directory: Path | None = None
) -> ExportRecord:
    """Export the study's final model (``"best"``, or the number of the best trial), or another trial's.

    A study without a final model, because its search did not end, gives its best trial's fold networks.

    Raises
    ------
    ExportError
        See `export_final` and `export_trial`; also where `trial` is neither a number nor ``"best"``.
    """
    study = store.study(study_id)
    if str(trial) in ("best", str(study.best_trial)):
        if study.result.get("model_sha256") or study.best_trial is None:
            return export_final(store, study_id, directory)
        trial = study.best_trial
    try:
        number = int(trial)
    except ValueError:
        raise ExportError(
            'The trial to export is {value!r}; give its number or "best".', value=trial
        ) from None
    return export_trial(store, study_id, number, directory)


def export_final(store: Store, study_id: int, directory: Path | None = None) -> ExportRecord:
    """Export the final model of a study.

    Parameters
    ----------
    directory : Path, optional
        The folder that becomes the bundle; by default a new one in the workspace's ``exports``.

    Returns
    -------
    ExportRecord
        State DONE with a passed certificate, or FAILED with a failure; then no folder is left.

    Raises
    ------
    ExportError
        Where there is no final model yet, or `directory` holds something else. Nothing is recorded then.
    """
    study = store.study(study_id)
    sha256 = study.result.get("model_sha256")
    number = study.result.get("best", {}).get("trial", study.best_trial)
    if not sha256 or number is None:
        raise ExportError(
            "The study {study!r} has no final model yet; let its search end, or export one of its trials.",
            study=study.name,
        )
    trial = store.trial_by_number(study_id, number)
    return _Export(store, study, trial, study.result).run(store.artifacts.checked_path(sha256), directory)


def export_trial(
    store: Store,
    study_id: int,
    trial_number: int,
    directory: Path | None = None,
) -> ExportRecord:
    """Export the fold networks of a trial, averaged; where they were not kept, it is trained again.

    Raises
    ------
    ExportError
        Where the trial is a baseline, not complete, or cannot be trained again.
    """
    study, trial = store.study(study_id), store.trial_by_number(study_id, trial_number)
    if trial.kind is TrialKind.BASELINE:
        raise ExportError("Trial {number} is a baseline; only networks can be exported.", number=trial.number)
    if trial.state is not TrialState.COMPLETE:
        raise ExportError(
            "Trial {number} is {state}; only complete trials can be exported.",
            number=trial.number,
            state=str(trial.state),
        )
    sha256 = trial.user_attrs.get("model_sha256")
    if not sha256 or not store.artifacts.path(sha256).is_file():
        sha256 = store.artifacts.add(retrain_trial(store, study, trial))
    return _Export(store, study, trial, None).run(store.artifacts.checked_path(sha256), directory)


@dataclass(frozen=True, slots=True)
class _Export:
    """One export; `final` is the study's result where its final model is exported."""

    store: Store
    study: StudyRecord
    trial: TrialRecord
    final: Mapping[str, Any] | None

    def run(self, model: Path, directory: Path | None) -> ExportRecord:
        """Record the export, write it beside the target, prove it, rename it, and record how it ended."""
        target = self._target(directory)
        record = self.store.add_export(self.trial.id, str(target))
        work = target.with_name(f".{target.name}-{secrets.token_hex(4)}.partial")
        certificate: dict[str, Any] = {}
        try:
            try:
                certificate, manifest = self._write(model, work)
                if not certificate["passed"]:
                    raise _not_passed(certificate)
                _put_in_place(work / "bundle", target)
            finally:
                shutil.rmtree(work, ignore_errors=True)
        except BaseException as error:
            failed = self.store.finish_export(
                record.id,
                state=JobState.FAILED,
                certificate=certificate,
                manifest={},
                size_bytes=None,
                failure=_failure(error),
            )
            if isinstance(error, Exception):
                return failed
            raise
        size_bytes = sum(file.stat().st_size for file in target.iterdir())
        return self.store.finish_export(
            record.id, state=JobState.DONE, certificate=certificate, manifest=manifest, size_bytes=size_bytes
        )

    def _target(self, directory: Path | None) -> Path:
        if directory is None:
            stem = re.sub(r"[^\w.-]+", "-", self.study.name).strip("-.") or "study"
            taken = {file.name for file in self.store.workspace.exports.glob("*")}
            taken |= {Path(record.path).name for record in self.store.exports(self.study.id)}
            number = next(n for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
            return self.store.workspace.exports / f"{stem}-{number}"
        target = Path(directory).expanduser().absolute()
        check_target(target)
        return target

    def _write(self, model: Path, work: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write the bundle into ``work/bundle`` and return its certificate and manifest."""
        folder = work / "bundle"
        folder.mkdir(parents=True)
        dataset = self.store.dataset(self.study.dataset_id or 0)
        answer = self._converted(model, dataset, work)
        version = metadata.version("cupel")
        _write_json(folder / "schema.json", _schema(dataset, answer))
        _write_json(folder / "spec.json", self._spec(answer, dataset))
        shutil.copyfile(STANDALONE, folder / "predict.py")
        needed = ["numpy", "onnxruntime"]
        if dataset.schema.get("images"):
            needed.append("pillow")
            shutil.copyfile(DECODING, folder / DECODING.name)
        pins = [f"{name}=={metadata.version(name)}\n" for name in needed]
        (folder / "requirements.txt").write_text("".join(pins), encoding="utf-8")
        card = model_card(self.study, self.trial, dataset, answer, self.final, version)
        (folder / "model_card.md").write_text(card, encoding="utf-8")
        certificate = run_certificate(folder, folder / "predict.py")
        certificate["conversion_seconds"] = answer["seconds"]
        _write_json(folder / "certificate.json", certificate)
        content = {
            "cupel_version": version,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "study": self.study.name,
            "trial": self.trial.number,
            "task": answer["task"],
            "labels": answer["labels"],
            "target": self.study.spec["target"],
            "n_networks": answer["n_networks"],
            "inputs": [
                {key: spec[key] for key in ("column", "name", "kind", "role")} for spec in answer["inputs"]
            ],
            "outputs": [_output(answer)],
            "tolerance": certificate["tolerance"],
            "versions": answer["versions"],
        }
        return certificate, write_manifest(folder, content)

    def _converted(self, model: Path, dataset: DatasetRecord, work: Path) -> dict[str, Any]:
        """Run `convert` in a child process and return its answer."""
        job, answer = work / "job.json", work / "answer.json"
        images = TableSchema.from_json(dataset.schema).images
        content = {
            "model": str(model),
            "table": str(self.store.artifacts.checked_path(dataset.table_sha256)),
            "pixels": str(self.store.artifacts.checked_path(images.sha256)) if images else None,
            "schema": dataset.schema,
            "rows": self._sample_rows(dataset),
            "folder": str(work / "bundle"),
            "answer": str(answer),
        }
        _write_json(job, content)
        command = [sys.executable, "-m", "cupel.engine.deployment.convert", str(job)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=CONVERT_TIMEOUT_S, check=False, cwd=work
            )
        except subprocess.TimeoutExpired as error:
            raise ExportError(
                "The conversion took longer than {seconds} seconds and was ended.",
                seconds=round(CONVERT_TIMEOUT_S),
            ) from error
        if done.returncode != 0 or not answer.is_file():
            error = ExportError(
                "The conversion failed (exit code {code}): {reason}",
                code=done.returncode,
                reason=last_line(done.stderr),
            )
            error.add_note(done.stderr.decode("utf-8", "replace")[-8000:])
            raise error
        return json.loads(answer.read_text(encoding="utf-8"))

    def _sample_rows(self, dataset: DatasetRecord) -> list[int]:
        """Return rows of the holdout, filled up with development rows where it is small; evenly spread."""
        if self.study.split_sha256 is None:
            parts = [np.arange(dataset.n_rows)]
        else:
            splits = Splits.from_npz_bytes(self.store.artifacts.read(self.study.split_sha256))
            parts = [splits.holdout, splits.development]
        rows: list[int] = []
        for part in parts:
            n = min(SAMPLE_ROWS - len(rows), len(part))
            if n > 0:
                rows += part[np.linspace(0, len(part) - 1, n).astype(np.int64)].tolist()
        return rows

    def _spec(self, answer: dict[str, Any], dataset: DatasetRecord) -> dict[str, Any]:
        return {
            "study": dict(self.study.spec),
            "trial": self.trial.number,
            "family": answer["family"],
            "params": answer["params"],
            "n_parameters": answer["n_parameters"],
            "data": {
                "name": dataset.name,
                "digest": dataset.digest,
                "n_rows": dataset.n_rows,
                "read": dataset.schema["read"],
            },
            "digests": dict(self.trial.digests),
        }


def _schema(dataset: DatasetRecord, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what predict.py needs to know of raw rows."""
    schema = TableSchema.from_json(dataset.schema)
    places = {column.name: i for i, column in enumerate(schema.columns)}
    if schema.read.header is False:  # columns that were left out still count
        places = {name: int(name.removeprefix("column_")) - 1 for name in places}
    target = schema.target
    inputs = [{**spec, "position": places[spec["column"]]} for spec in answer["inputs"]]
    images = schema.images
    return {
        "format": 1,
        "task": answer["task"],
        "labels": answer["labels"],
        "inputs": inputs,
        "outputs": [_output(answer)],
        "images": [images.height, images.width, images.channels] if images else None,
        "read": dataset.schema["read"],
        "missing": sorted(MISSING | {m.strip() for m in schema.read.missing}),
        "soft_missing": sorted(SOFT_MISSING),
        "user_missing": [m.strip() for m in schema.read.missing],
        "n_columns": max(places.values()) + 1,
        "target_position": None if target is None else places[target.name],
        "target_center": answer["target_center"],
        "target_scale": answer["target_scale"],
        "tolerance": 1e-4,
        "n_made_up": answer["n_made_up"],
    }


def _output(answer: Mapping[str, Any]) -> dict[str, Any]:
    if answer["task"] == "regression":
        return {"name": "prediction", "type": "double", "shape": ["N"]}
    return {"name": "probabilities", "type": "float", "shape": ["N", len(answer["labels"])]}


def _put_in_place(folder: Path, target: Path) -> None:
    """Rename the finished bundle to its place; an older bundle there goes only once the new one is whole."""
    if target.is_dir() and any(target.iterdir()):
        old = folder.with_name("old")
        target.rename(old)
        try:
            folder.rename(target)
        except OSError:
            old.rename(target)
            raise
    else:
        if target.is_dir():
            target.rmdir()
        folder.rename(target)
    if os.name != "nt":  # the rename survives a power cut; Windows sees to that by itself
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_passed(certificate: Mapping[str, Any]) -> ExportError:
    first = certificate["rows"][0]
    return ExportError(
        "The bundle does not reproduce the predictions: row {row} of the sample gives {found} instead of {expected}; "
        "nothing was exported.",
        row=first.get("row", 0),
        found=first["found"],
        expected=first["expected"],
    )


def _failure(error: BaseException) -> Failure:
    text = "".join(traceback.format_exception(error))
    if isinstance(error, CupelError):
        sentence = error.sentence
        return Failure(FailureKind.ERROR, str(error), text, sentence.template, dict(sentence.args))
    if isinstance(error, StoreError | OSError):
        message = Message("The export could not be written: {reason}", {"reason": str(error)})
    else:
        message = Message("{name}: {error}", {"name": type(error).__name__, "error": str(error)[:500]})
    return Failure(FailureKind.ERROR, str(message), text, message.template, dict(message.args))


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
