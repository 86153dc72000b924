"""One export from the networks to a bundle in its place: written beside it, proven there, and then renamed, or nothing.

Conversion and certificate run in child processes. Used by `export`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec
import numpy as np

from ...storage.records import (
    ExportRecord,
    FailureKind,
    JobState,
    Json,
    LookPurpose,
    StudyRecord,
    TrialRecord,
    VariantRecord,
)
from ...storage.variants import half_written
from ...storage.workspace import disk_is_full
from ..bundled.checking import RAW_ROWS
from ..bundled.numbers import MISSING, SOFT_MISSING
from ..data.schema import TableSchema
from ..domain.bundle_files import (
    ManifestFile,
    ManifestFormat,
    ManifestInput,
    Output,
    SampleFiles,
    SchemaFile,
    SchemaInput,
    SchemaIntervals,
)
from ..domain.bundles import BundleThreshold, Certificate, Contents, Conversion
from ..domain.errors import ExportError, Message
from ..domain.evidence import Claims
from ..domain.formats import BUNDLE_FORMATS, DEFAULT
from ..domain.formatting import escaped
from ..domain.results import StudyResult
from ..domain.spec import StudySpec
from ..domain.stored import encoded
from ..domain.thresholds import Threshold
from ..domain.variants import VariantMethod
from ..jobs.failures import failure_of
from ..kinds.base import BundlePart
from ..kinds.registry import bundle_part_of
from ..looks import note_look
from ..study_rows import StudyRows
from .bundle import FORMAT, KIND, check_target, names_of_files, write_manifest
from .card import model_card
from .certificate import pins, run_certificate
from .conversion import ConversionRequest, converted
from .helpers import Helpers
from .intervals import IntervalPlan, interval_plan, write_intervals
from .programs import predict_program, preprocess_program
from .raw_file import training_file
from .serving import write_serving

SAMPLE_ROWS = 300
_CALIBRATION_ROWS = 256
_NAME_BYTES = 150
_FOLDS = "folds.npz"
# In a study's settings: no path of ours leaves with a bundle.
_OF_THIS_MACHINE = ("export_dir",)


@dataclass(frozen=True, slots=True)
class Export:
    """One export; `final` is the study's result where its final model is exported, `variant` the trial's if one is.

    `network` is the place of the only network to export, None for all; `threshold` that of two classes, None where
    there are not two; `helpers` are processes that were started before.
    """

    rows: StudyRows
    study: StudyRecord
    trial: TrialRecord
    final: StudyResult | None
    variant: VariantRecord | None = None
    formats: tuple[str, ...] = DEFAULT
    licence: str = ""
    network: int | None = None
    threshold: Threshold | None = None
    helpers: Helpers | None = None

    def run(self, model: Path, directory: Path | None) -> ExportRecord:
        """Record the export, write it beside the target, prove it, rename it, and record how it ended."""
        target = self._target(directory)
        record = self.rows.store.add_export(
            self.trial.id, str(target), self.variant.id if self.variant else None
        )
        work = target.with_name(half_written(target.name, secrets.token_hex(4)))
        certificate = Certificate()
        try:
            helpers = self.helpers or Helpers.start(self.formats, packages=self.rows.schema.packages)
            try:
                certificate, manifest = replace(self, helpers=helpers)._write(model, work)
                if not certificate.passed:
                    raise _not_passed(certificate)
                _put_in_place(work / "bundle", target)
            except Exception as error:
                if disk_is_full(work.parent):
                    raise ExportError(
                        "The disk of {folder} is full; free some space there, or choose another folder.",
                        folder=str(target),
                    ) from error
                if isinstance(error, OSError):
                    raise ExportError(
                        "The export could not be written: {reason}", reason=str(error)
                    ) from error
                raise
            finally:
                helpers.close()
                shutil.rmtree(work, ignore_errors=True)
        except BaseException as error:
            failed = self.rows.store.finish_export(
                record.id,
                state=JobState.FAILED,
                certificate=certificate.to_json() if certificate.formats else {},
                manifest={},
                size_bytes=None,
                failure=failure_of(error),
            )
            if isinstance(error, Exception):
                return failed
            raise
        size_bytes = sum((target / name).stat().st_size for name in names_of_files(target))
        return self.rows.store.finish_export(
            record.id,
            state=JobState.DONE,
            certificate=certificate.to_json(),
            manifest=manifest,
            size_bytes=size_bytes,
        )

    def _target(self, directory: Path | None) -> Path:
        if directory is None:
            killed = self._killed()
            if killed is not None:
                return killed
            stem = _short(re.sub(r"[^\w.-]+", "-", self.study.name).strip("-.")) or "study"
            taken = {file.name for file in self.rows.store.workspace.exports.glob("*")}
            taken |= {Path(record.path).name for record in self.rows.store.exports(self.study.id)}
            number = next(n for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
            return self.rows.store.workspace.exports / f"{stem}-{number}"
        target = Path(directory).expanduser().absolute()
        check_target(target)
        return target

    def _killed(self) -> Path | None:
        """Return where a process was to write the same bundle by itself, and was killed."""
        variant_id = self.variant.id if self.variant else None
        for record in self.rows.store.exports(trial_id=self.trial.id):
            path = Path(record.path)
            is_killed = record.failure is not None and record.failure.kind is FailureKind.KILLED
            is_same = record.variant_id == variant_id and path.parent == self.rows.store.workspace.exports
            if is_killed and is_same and not path.exists():
                return path
        return None

    def _write(self, model: Path, work: Path) -> tuple[Certificate, Json]:
        """Write the bundle into ``work/bundle`` and return its certificate and manifest."""
        folder = work / "bundle"
        folder.mkdir(parents=True)
        dataset = self.rows.dataset
        plan = interval_plan(self.rows, self.trial, self.variant, self.final)
        made = self._converted(model, work, plan)
        version = metadata.version("cupel")
        threshold = None
        if self.threshold is not None:
            said = self.threshold
            threshold = BundleThreshold(said.value, said.chosen, said.metric, said.gain, label=made.labels[1])
        intervals = write_intervals(folder, plan, made.folds, work / _FOLDS, self._changed_threshold)
        contents = Contents(made, threshold, intervals)
        if intervals.coverage and self.final is None:
            # Of the final model the end of its search has looked at the holdout already.
            note_look(self.rows.store, self.study, LookPurpose.EXPORT)
        _write_json(folder / "schema.json", encoded(_schema(self.rows, contents)))
        _write_json(folder / "spec.json", self._spec(made))
        self._write_programs(folder)
        card = model_card(
            self.study, self.trial, dataset, contents, self.final, version, self.variant, self.licence
        )
        (folder / "model_card.md").write_text(escaped(card.markdown()), encoding="utf-8")
        (folder / "model_card.html").write_text(escaped(card.html()), encoding="utf-8")
        raw = training_file(dataset, self.rows.schema)
        is_file = isinstance(raw, Path)
        certificate = run_certificate(
            folder,
            self.formats,
            own=folder,
            waiting=self.helpers and self.helpers.checkers,
            raw=raw if is_file else None,
        )
        certificate = msgspec.structs.replace(
            certificate, conversion_seconds=made.seconds, raw_left_out=None if is_file else raw
        )
        _write_json(folder / "certificate.json", certificate.to_json())
        write_serving(folder, self.rows)
        return certificate, write_manifest(folder, self._manifest(contents, certificate, version))

    def _manifest(self, contents: Contents, certificate: Certificate, version: str) -> ManifestFile:
        """Return the manifest, but for the files."""
        made, claims = contents.conversion, {}
        if self.final is not None:
            claims = msgspec.structs.asdict(Claims.of(self.final.evidence, self.study.n_looks))
        return ManifestFile(
            kind=KIND,
            format=FORMAT,
            cupel_version=version,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            study=self.study.name,
            trial=self.trial.number,
            variant=None if self.variant is None else {"name": self.variant.name, **self.variant.method},
            licence=self.licence or None,
            task=made.task,
            labels=made.labels,
            threshold=contents.threshold,
            intervals=contents.intervals.to_json(),
            target=StudySpec.of_study(self.study).target,
            metric=self.study.metric,
            n_data_rows=self.rows.dataset.n_rows,
            n_networks=made.n_networks,
            inputs=tuple(map(ManifestInput.of, made.inputs)),
            outputs=(Output.of(made),),
            formats={name: ManifestFormat.of(name, files) for name, files in made.formats.items()},
            samples=SampleFiles(
                _sample_rows_file(_parts(self.rows.schema)), "sample_predictions.csv", certificate.n_rows
            ),
            tolerance=certificate.tolerance,
            versions=made.versions,
            **claims,
        )

    def _write_programs(self, folder: Path) -> None:
        """Write the programs that predict, and what each needs to be installed."""
        (folder / "predict.py").write_text(predict_program(), encoding="utf-8")
        common = ["numpy", *self.rows.schema.packages]
        for part in _parts(self.rows.schema):
            for file in part.files:
                shutil.copyfile(file, folder / file.name)
        for name in self.formats:
            form = BUNDLE_FORMATS[name]
            if form.script is not None:
                shutil.copyfile(form.script, folder / f"predict_{name}.py")
                (folder / "preprocess.py").write_text(preprocess_program(), encoding="utf-8")
            end = "" if form.script is None else f"_{name}"
            needed = pins([*common, *form.packages])
            text = "".join(f"{package}=={version}\n" for package, version in needed.items())
            (folder / f"requirements{end}.txt").write_text(text, encoding="utf-8")

    @property
    def _changed_threshold(self) -> float | None:
        return None if self.threshold is None or self.threshold.is_usual else self.threshold.value

    def _converted(self, model: Path, work: Path, plan: IntervalPlan | Message) -> Conversion:
        """Run `convert` in a child process and return its answer."""
        method = VariantMethod() if self.variant is None else VariantMethod.of(self.variant)
        request = ConversionRequest(
            model=str(model),
            table=self.rows.files,
            folder=str(work / "bundle"),
            schema=self.rows.dataset.schema,
            rows=tuple(self._sample_rows()),
            network=self.network,
            formats=self.formats,
            number_format=method.number_format,
            float_layers=method.float_layers,
            threshold=self._changed_threshold,
            calibration=self._calibration_rows(),
            folds=None if isinstance(plan, Message) else plan.request(work / _FOLDS),
        )
        return converted(request, self.helpers and self.helpers.converter)

    def _sample_rows(self) -> list[int]:
        """Return the first rows of the data, then rows of the holdout, then development rows; evenly spread.

        The first ones are predicted from the bytes of the training file as well.
        """
        parts = [np.arange(self.rows.dataset.n_rows)]
        if self.rows.has_splits:
            parts = [self.rows.splits.holdout, self.rows.splits.development]
        rows = list(range(min(RAW_ROWS, self.rows.dataset.n_rows)))
        for part in parts:
            n = min(SAMPLE_ROWS - len(rows), len(part))
            if n > 0:
                rows += part[np.linspace(0, len(part) - 1, n).astype(np.int64)].tolist()
        return rows

    def _calibration_rows(self) -> tuple[tuple[int, ...], ...]:
        """Return training rows of each fold, for a number format that is calibrated; others need none."""
        if self.variant is None or not self.rows.has_splits:
            return ()
        splits = self.rows.splits
        train = splits.train if self.network is None else [splits.train[self.network]]
        return tuple(tuple(rows[:_CALIBRATION_ROWS].tolist()) for rows in train)

    def _spec(self, made: Conversion) -> Json:
        dataset = self.rows.dataset
        return {
            "study": {key: value for key, value in self.study.spec.items() if key not in _OF_THIS_MACHINE},
            "trial": self.trial.number,
            "family": made.family,
            "params": made.params,
            "n_parameters": made.n_parameters,
            "data": {
                "name": dataset.name,
                "digest": dataset.digest,
                "n_rows": dataset.n_rows,
                "read": dataset.schema["read"],
            },
            "digests": dict(self.trial.digests),
        }


def _schema(rows: StudyRows, contents: Contents) -> SchemaFile:
    """Return what predict.py needs to know of raw rows."""
    schema = rows.schema
    places = {column.name: i for i, column in enumerate(schema.columns)}
    # Columns that were left out still count.
    if schema.read.header is False:
        places = {name: int(name.removeprefix("column_")) - 1 for name in places}
    target = schema.target
    made, threshold = contents.conversion, contents.threshold
    is_only = len(made.inputs) == 1
    return SchemaFile(
        format=_schema_format(made, threshold),
        task=made.task,
        labels=made.labels,
        threshold=threshold,
        intervals=SchemaIntervals.of(contents.intervals),
        inputs=tuple(SchemaInput.of(one, places[one.column], is_only=is_only) for one in made.inputs),
        outputs=(Output.of(made),),
        images=made.inputs[0].shape if is_only else None,
        read=rows.dataset.schema["read"],
        missing=tuple(sorted(MISSING | {m.strip() for m in schema.read.missing})),
        soft_missing=tuple(sorted(SOFT_MISSING)),
        user_missing=tuple(m.strip() for m in schema.read.missing),
        n_columns=max(places.values()) + 1,
        target_position=None if target is None else places[target.name],
        target_center=made.target_center,
        target_scale=made.target_scale,
        formats=made.formats,
        n_made_up=made.n_made_up,
    )


def _schema_format(made: Conversion, threshold: BundleThreshold | None) -> int:
    """Return the least version of ``schema.json`` whose readers predict this bundle rightly; see `bundled.schema`."""
    if any(spec.dtype != "uint8" for spec in made.inputs):
        return 4
    if len(made.inputs) > 1 and any(spec.shape for spec in made.inputs):
        return 3
    # Who knows 1 only would take 0.5.
    return 1 if threshold is None or threshold.is_usual else 2


def _parts(schema: TableSchema) -> list[BundlePart]:
    """Return what bundles hold of the kinds of a data set."""
    return [bundle_part_of(one.kind) for one in schema.inputs]


def _sample_rows_file(parts: Sequence[BundlePart]) -> str:
    """Return the file of the sample rows: that of the cells, where there are other columns than files."""
    return next((part.samples for part in parts if not part.alone), parts[0].samples)


def _short(name: str) -> str:
    """Return the start of a name that fits into one of a file, which file systems limit in bytes."""
    return name.encode()[:_NAME_BYTES].decode(errors="ignore").strip("-.")


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
    # The rename survives a power cut; Windows sees to that by itself.
    if os.name != "nt":
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_passed(certificate: Certificate) -> ExportError:
    first = certificate.rows[0]
    raw = certificate.raw
    if raw is not None and not raw.passed and certificate.failed == DEFAULT[0]:
        return ExportError(
            "The bundle reads the training file otherwise than the training did: row {row} of the file gives {found} "
            "instead of {expected}; nothing was exported.",
            row=first.row,
            found=list(first.found),
            expected=list(first.expected),
        )
    return ExportError(
        "{format}: the bundle does not reproduce the predictions: row {row} of the sample gives {found} instead of "
        "{expected}; nothing was exported.",
        format=BUNDLE_FORMATS[certificate.failed].title,
        row=first.row,
        found=list(first.found),
        expected=list(first.expected),
    )


def _write_json(path: Path, content: Json) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
