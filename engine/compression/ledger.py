"""Compressing a trial's networks and writing down what each variant costs and gains: the door of this package.

Training, every conversion and the timing are child processes: what kills one of them makes its variant fail, with its
reason, and nothing else. Does not import TensorFlow.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...storage.records import (
    Failure,
    FailureKind,
    FoldScores,
    LookPurpose,
    StudyRecord,
    TrialKind,
    TrialRecord,
    TrialState,
    VariantRecord,
)
from ...storage.store import Store
from ...storage.workspace import SCRATCH, disk_is_full
from ..errors import CompressionError, Message
from ..looks import note_look
from ..metrics import METRICS
from ..retrain import retrain_trial
from ..statistics.comparison import paired_difference
from .plan import BASE, CONTROL, Form, forms_of, forms_where_lossy
from .verdict import verdict

RUNTIMES = ("onnx", "litert")
_CONVERT_TIMEOUT_S = 600.0
_TRAIN_TIMEOUT_S = 3600.0
_POLL_S = 0.2
_LEAST_EPOCHS, _MOST_EPOCHS = 6, 30
_NOT_OF_A_RUNTIME = frozenset(
    {"scores", "metrics", "metric", "file", "layers", "threshold", "n_parameters", "sparsity"}
)
Progress = Callable[[str, int, int], None]


def compress(
    store: Store,
    study_id: int,
    trial: int | str = "best",
    *,
    what: Sequence[str] = (),
    most_drop: float = 0.01,
    progress: Progress = lambda *_: None,
) -> list[VariantRecord]:
    """Make and measure the variants of a trial's fold networks, and record them.

    Parameters
    ----------
    trial : int or str
        A number, or ``"best"``.
    what : sequence of str
        Keys of `plan.WHAT`; none for all.
    most_drop : float
        Of the metric, that the user is ready to lose; the verdicts follow it.
    progress : callable
        Called with what is being done (``training``, a variant's name, ``timing``), how many steps are done, and of
        how many; several times a second. What it raises ends the work, and nothing of it is left.

    Returns
    -------
    list of VariantRecord
        In the order of `plan.forms_of`; each COMPLETE or FAIL with its reason.

    Raises
    ------
    CompressionError
        Where the trial has no networks.
    SpecError
        For an unknown way in `what`.
    """
    forms = forms_of(what)
    study, record = trial_to_compress(store, study_id, trial)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=store.workspace.path) as folder:
        return Work(store, study, record, forms, Path(folder), most_drop, progress).run()


def trial_to_compress(store: Store, study_id: int, trial: int | str) -> tuple[StudyRecord, TrialRecord]:
    """Return a study and its trial, a number or ``"best"``.

    Raises
    ------
    CompressionError
        Where the trial has no networks.
    """
    study = store.study(study_id)
    number = study.best_trial if trial == "best" else int(trial)
    if number is None:
        raise CompressionError("The study {study!r} has no complete trial yet to compress.", study=study.name)
    record = store.trial_by_number(study_id, number)
    if record.kind is TrialKind.BASELINE or record.state is not TrialState.COMPLETE:
        raise CompressionError(
            "Trial {number} has no networks to compress: only complete trials that are no baselines have.",
            number=number,
        )
    return study, record


@dataclass(slots=True)
class Work:
    """One run of the ledger in a folder of its own; `explore` builds on it."""

    store: Store
    study: StudyRecord
    trial: TrialRecord
    forms: tuple[Form, ...]
    folder: Path
    most_drop: float
    progress: Progress
    doing: str = "training"
    n_done: int = 0
    n_steps: int = 2

    def run(self) -> list[VariantRecord]:
        """Make, measure and record the variants."""
        model = self.base_model()
        found = self._made(model, self.forms, 0)
        if self._loses(found, Form(BASE, "int8")):
            found |= self._made(model, forms_where_lossy(), len(found))
        return self.ended(found)

    def base_model(self) -> Path:
        """Return the file of the trial's fold networks, which are trained anew where they were not kept."""
        model = self.folder / "base.npz"
        sha256 = self.trial.user_attrs.get("model_sha256")
        if sha256 and self.store.artifacts.path(sha256).is_file():
            model.write_bytes(self.store.artifacts.read(sha256))
        else:
            model.write_bytes(retrain_trial(self.store, self.study, self.trial, self.tell))
        return model

    def ended(self, found: Mapping[Form, dict[str, Any]]) -> list[VariantRecord]:
        """Time what was made, and record it."""
        self.step("timing")
        self._timed(found)
        return self._recorded(found)

    def _made(self, model: Path, forms: Sequence[Form], first: int) -> dict[Form, dict[str, Any]]:
        """Train and convert; the names of the files begin with numbers from `first` on."""
        plans = list(dict.fromkeys(form.plan.name for form in forms))
        self.step("training")
        job = {"model": str(model), "plans": plans, "n_epochs": self.n_epochs(), "first": first}
        problem = self.child("train", job, _TRAIN_TIMEOUT_S)
        if problem:
            raise CompressionError("The networks could not be trained on: {reason}", reason=problem)
        places = {form: first + plans.index(form.plan.name) for form in forms}
        trained = {form: self._answer(f"{place}.json") for form, place in places.items()}
        return self.measured(trained, {form: f"{place}.npz" for form, place in places.items()}, first)

    def measured(
        self,
        trained: Mapping[Form, dict[str, Any]],
        models: Mapping[Form, str],
        first: int,
    ) -> dict[Form, dict[str, Any]]:
        """Convert and score networks.

        Parameters
        ----------
        trained : mapping of Form to dict
            What was told of its training.
        models : mapping of Form to str
            The file of its networks in the folder.
        first : int
            What the numbers in the names of the files begin with.
        """
        wanted = [
            {"name": f"{first + place}-{runtime}", "model": models[form], "format": form.number_format,
             "runtime": runtime, "form": form.name, "floats": list(form.plan.floats)}
            for place, form in enumerate(trained)
            for runtime in RUNTIMES
            if "failure" not in trained[form]
        ]  # fmt: skip
        self.n_steps += len(wanted)
        converted = self._converted(wanted)
        found: dict[Form, dict[str, Any]] = {}
        for place, form in enumerate(trained, start=first):
            told = {name: converted[f"{place}-{name}"] for name in RUNTIMES if f"{place}-{name}" in converted}
            kept = {"model": models[form]}
            found[form] = {**trained[form], **kept, **({"forms": told} if told else {})}
        return found

    def _loses(self, found: Mapping[Form, dict[str, Any]], form: Form) -> bool:
        """Whether a form was made that loses more than the user is ready to lose."""
        base = found[self.forms[0]].get("forms", {}).get("onnx", {})
        told = found.get(form, {}).get("forms", {}).get("onnx", {})
        if "scores" not in told or "scores" not in base:
            return False
        scores = np.array(told["scores"])[:, list(told["metrics"]).index(self.study.metric)]
        return self._drop(found[self.forms[0]], scores)["mean"] > self.most_drop

    def n_epochs(self) -> int:
        """Return how many epochs networks are trained on."""
        return min(max((self.trial.epoch or 0) // 2, _LEAST_EPOCHS), _MOST_EPOCHS)

    def step(self, name: str) -> None:
        """Say that a step begins."""
        self.doing = name
        self.tell()
        self.n_done += 1

    def tell(self) -> None:
        """Report how far the work is; what that raises ends it."""
        self.progress(self.doing, min(self.n_done, self.n_steps), self.n_steps)

    def child(
        self, module: str, job: Mapping[str, Any], timeout_s: float, look: Callable[[], bool] = lambda: False
    ) -> str:
        """Run a child; return what it said where it failed, empty where it did its job.

        While it runs, `progress` is called again and again: where that raises, the child is ended and so is the work.

        Parameters
        ----------
        timeout_s : float
            How long it may be silent.
        look : callable
            Takes up what the child has written; true where that was something new.
        """
        log = self.folder / f"{module}.log"
        with log.open("wb") as stream:
            child = subprocess.Popen(
                self._command(module, job), stdout=stream, stderr=stream, cwd=self.folder
            )
            try:
                heard, is_over = time.monotonic(), False
                while not is_over:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        child.wait(_POLL_S)
                        is_over = True
                    self.tell()
                    self._check_disk()
                    if look():
                        heard = time.monotonic()
                    if not is_over and time.monotonic() - heard > timeout_s:
                        return f"It took longer than {timeout_s:.0f} s."
            finally:
                child.kill()  # does nothing where it has ended
                child.wait()
        return "" if child.returncode == 0 else _ending(child.returncode, log.read_bytes())

    def _check_disk(self) -> None:
        """Raise `CompressionError` where the disk is full: all forms would fail for that alone, one by one."""
        if disk_is_full(self.folder):
            raise CompressionError(
                "The disk of {folder} is full; free some space there, then compress again.",
                folder=str(self.store.workspace.path),
            )

    def _command(self, module: str, job: Mapping[str, Any]) -> list[str]:
        path = self.folder / f"{module}.job.json"
        common = {
            "workspace": str(self.store.workspace.path),
            "study": self.study.id,
            "folder": str(self.folder),
        }
        path.write_text(json.dumps({**common, **job}), encoding="utf-8")
        return [sys.executable, "-m", f"cupel.engine.compression.{module}", str(path)]

    def _answer(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.is_file():
            return {"failure": Message("The training of this network did not end.").to_json()}
        return json.loads(path.read_text(encoding="utf-8"))

    def _converted(self, wanted: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Convert in child processes: one for all, and another for the rest where a conversion kills it."""
        found: dict[str, dict[str, Any]] = {}
        while left := [item for item in wanted if item["name"] not in found]:
            problem = self.child(
                "convert",
                {"conversions": left},
                _CONVERT_TIMEOUT_S,
                lambda left=left: self._taken(left, found),
            )
            begun = [item["name"] for item in left if (self.folder / f"{item['name']}.begun").exists()]
            killed = [name for name in begun if name not in found]
            for name in killed:
                found[name] = {"problem": problem or "The process ended."}
            if not killed and len(found) < len(wanted):
                raise CompressionError("The networks could not be converted: {reason}", reason=problem)
        return found

    def _taken(self, wanted: Sequence[Mapping[str, Any]], found: dict[str, dict[str, Any]]) -> bool:
        """Take up the answers of the converting child that have come; return whether there were any."""
        n_before = len(found)
        for item in wanted:
            path = self.folder / f"{item['name']}.json"
            if item["name"] not in found and path.exists():
                found[item["name"]] = json.loads(path.read_text(encoding="utf-8"))
                self.step(item["form"])
        return len(found) > n_before

    def _timed(self, found: Mapping[Form, dict[str, Any]]) -> None:
        told = [t for f in found.values() for t in f.get("forms", {}).values() if "file" in t]
        answer = self.folder / "latency.json"
        problem = self.child(
            "latency", {"files": [t["file"] for t in told], "answer": str(answer)}, _CONVERT_TIMEOUT_S
        )
        if problem:
            raise CompressionError("The variants could not be timed: {reason}", reason=problem)
        times = json.loads(answer.read_text(encoding="utf-8"))["files"]
        for t in told:
            t.update(times[t["file"]])

    def _recorded(self, found: Mapping[Form, dict[str, Any]]) -> list[VariantRecord]:
        base = found[self.forms[0]]
        control = next((f for form, f in found.items() if form.plan is CONTROL), base)
        if "onnx" not in base.get("forms", {}) or "scores" not in base["forms"]["onnx"]:
            raise CompressionError(
                "The network as it is could not be converted: {reason}",
                reason=base.get("forms", {}).get("onnx", {}).get("problem", "no file"),
            )
        recorded = [self._record(form, f, base, control) for form, f in found.items()]
        if any(variant.measures.get("holdout") is not None for variant in recorded):
            note_look(self.store, self.study, LookPurpose.COMPRESSION)
        return recorded

    def _record(
        self, form: Form, found: dict[str, Any], base: Mapping[str, Any], control: Mapping[str, Any]
    ) -> VariantRecord:
        variant = self.store.add_variant(
            self.trial.id, name=form.name, method=form.plan.method(form.number_format)
        )
        told = found.get("forms", {}).get("onnx", {})
        if "scores" not in told:
            message = Message("This variant could not be made: {reason}", {"reason": _reason(found, told)})
            failure = Failure(FailureKind.ERROR, str(message), "", message.template, dict(message.args))
            return self.store.finish_variant(variant.id, state=TrialState.FAIL, failure=failure)
        column = list(told["metrics"]).index(self.study.metric)
        scores = np.array(told["scores"])
        fair = control if form.plan.is_tuned and form.plan is not CONTROL else base
        measures: dict[str, Any] = {
            "drop": self._drop(fair, scores[:, column]),
            "drop_from_trial": self._drop(base, scores[:, column]),
            "against": CONTROL.name if fair is control and fair is not base else BASE.name,
            "holdout": told.get("holdout"),
            "n_parameters": told["n_parameters"],
            "sparsity": told["sparsity"],
            "model_sha256": self.store.artifacts.add((self.folder / found["model"]).read_bytes()),
            "layers": told.get("layers", []),
            **({"threshold": told["threshold"]} if "threshold" in told else {}),
            **found.get("more", {}),
            "forms": {
                name: {k: v for k, v in t.items() if k not in _NOT_OF_A_RUNTIME}
                for name, t in found["forms"].items()
            },
        }
        sizes = _sizes(told)
        if form.plan not in (BASE, CONTROL) or form.number_format != "float32":
            message = verdict({**measures, **sizes}, _sizes(base["forms"]["onnx"]), self.most_drop)
            measures["verdict"] = message.to_json()
        return self.store.finish_variant(
            variant.id,
            state=TrialState.COMPLETE,
            value=float(scores[:, column].mean()),
            value_std=float(scores[:, column].std(ddof=1)) if len(scores) > 1 else None,
            size_bytes=told["size_bytes"],
            zip_bytes=told["zip_bytes"],
            latency_ms=told["p50_ms_1"],
            batch_latency_ms=told["p50_ms_256"],
            scores=FoldScores(tuple(told["metrics"]), scores, np.full(len(scores), -1)),
            artifact_sha256=self.store.artifacts.add((self.folder / told["file"]).read_bytes()),
            measures=measures,
        )

    def _drop(self, fair: Mapping[str, Any], scores: Any) -> dict[str, float]:
        """Return what is lost against `fair` on the same folds; positive is a loss."""
        told = fair["forms"]["onnx"]
        reference = np.array(told["scores"])[:, list(told["metrics"]).index(self.study.metric)]
        n_folds = int(self.study.spec["split"]["n_folds"])
        if METRICS[self.study.metric].direction == "minimize":
            return paired_difference(scores, reference, n_folds=n_folds)
        return paired_difference(reference, scores, n_folds=n_folds)


def _ending(code: int, stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return f"exit code {code}: {lines[-1] if lines else ''}"


def _sizes(told: Mapping[str, Any]) -> dict[str, float]:
    return {
        "size_bytes": told["size_bytes"],
        "zip_bytes": told["zip_bytes"],
        "latency_ms": told["p50_ms_1"],
        "batch_latency_ms": told["p50_ms_256"],
    }


def _reason(found: Mapping[str, Any], told: Mapping[str, Any]) -> str | dict[str, Any]:
    """Return why a variant could not be made: the JSON of a sentence, or what another program said."""
    if "failure" not in found:
        return str(told.get("problem", ""))
    failure = found["failure"]
    return dict(failure) if "template" in failure else str(failure.get("text", ""))
