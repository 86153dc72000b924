"""`make torture`, kills: a small search whose processes are killed, or whose database is locked, and that is resumed.

Killed is what psutil finds below the engine, with SIGKILL, at a moment drawn within a stage of the study. The wall clock
and a full disk are not among what is done: neither can be had without the machine's owner.
"""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil
from cupel.storage.errors import StoreError
from cupel.storage.records import (
    ExportRecord,
    FailureKind,
    JobState,
    Stage,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialState,
)
from cupel.storage.store import Store
from torture_findings import Answer, Finding, Outcome, Setting

Harm = Literal["engine", "worker", "all", "lock"]
_OFTEN: tuple[Harm, ...] = ("engine", "worker", "all")
_HARMS: tuple[Harm, ...] = (*_OFTEN, *_OFTEN, *_OFTEN, *_OFTEN, "lock")
_NAME = "Irises"
# Until a terminal is called hung, and until processes that were left alone have ended.
_LIMIT_S, _ORPHANS_S = 600, 60
_MOST_RESUMES = 6
# Until a study is there and its engine runs, on a busy machine.
_FIRST_S = 10
_STAGES: dict[Stage, float] = {
    Stage.READING: 6, Stage.WORKERS: 7, Stage.FIRST_TRIAL: 7, Stage.SEARCH: 5, Stage.FINAL_MODEL: 12, Stage.EXPORT: 3,
}  # fmt: skip
"""Of a study, with the seconds that each takes when two cores have other work too."""
_LOCKS_S = (2, 8, 35)
_ORDER = list(Stage)


@dataclass(frozen=True, slots=True)
class Blow:
    """What is done to a study.

    Attributes
    ----------
    harm : {"engine", "worker", "all", "lock"}
    stage : Stage
    after_s : float
        Since the stage was seen.
    lock_s : float
        How long the database is locked.
    """

    harm: Harm
    stage: Stage
    after_s: float
    lock_s: float

    def __str__(self) -> str:
        lock = f" for {self.lock_s:g} s" if self.harm == "lock" else ""
        return f"{self.harm}{lock} {self.after_s:.2f} s into {self.stage}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A study, and what is done to it, in the order of the stages.

    Attributes
    ----------
    blows : tuple of Blow
    n_trials, n_finalists, pruner, is_exported
        What is searched.
    first_s : float or None
        When the terminal that makes workspace and study is killed, in seconds since it was started.
    """

    blows: tuple[Blow, ...]
    n_trials: int
    n_finalists: int
    pruner: str
    is_exported: bool
    first_s: float | None

    @classmethod
    def drawn(cls, rng: random.Random) -> Plan:
        """Draw a plan."""
        stages = list(_STAGES)
        chosen = sorted(rng.choices(stages, k=rng.choice([2, 3, 4, 5])), key=stages.index)
        blows = tuple(
            Blow(
                rng.choice(_HARMS),
                stage,
                rng.random() * _STAGES[stage],
                rng.choice(_LOCKS_S),
            )
            for stage in chosen
        )
        is_exported = Stage.EXPORT in chosen or rng.random() < 0.2
        return cls(
            blows, rng.randint(3, 6), rng.choice([0, 0, 2]), rng.choice(["none", "hyperband"]), is_exported,
            rng.random() * _FIRST_S if rng.random() < 0.5 else None,
        )  # fmt: skip

    def __str__(self) -> str:
        export = ", exported" if self.is_exported else ""
        first = "" if self.first_s is None else f"terminal after {self.first_s:.2f} s; "
        return (
            f"{first}{'; '.join(map(str, self.blows))} ({self.n_trials} trials, {self.n_finalists} finalists, pruner "
            f"{self.pruner}{export})"
        )


@contextmanager
def torture(setting: Setting) -> Iterator[Callable[[int], Finding]]:
    """Give the function that harms a study, resumes it, and tells what came of it."""

    def one(number: int) -> Finding:
        plan = Plan.drawn(random.Random(f"{setting.seed}/{number}"))
        workspace = setting.folder / str(number)
        with _Harmed(workspace, plan) as harmed:
            outcome, said = harmed.outcome()
        shutil.rmtree(workspace, ignore_errors=True)
        return Finding("kills", str(plan), outcome, said, number)

    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(setting.load)]
    try:
        yield one
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


class _FaultError(Exception):
    """What went wrong, where nothing else is to be tried."""

    def __init__(self, outcome: Outcome, said: str) -> None:
        super().__init__(said)
        self.outcome: Outcome = outcome
        self.said = said


@dataclass
class _Harmed:
    """A study that is searched by the terminal while it is harmed."""

    workspace: Path
    plan: Plan
    done: list[str] = field(default_factory=list)
    _seen: list[psutil.Process] = field(default_factory=list)
    _before: dict[int, tuple[TrialState, float | None]] = field(default_factory=dict)
    _terminal: subprocess.Popen[str] | None = None

    def __enter__(self) -> _Harmed:
        return self

    def __exit__(self, *_: object) -> None:
        """End all that was started."""
        if self._terminal is not None and self._terminal.poll() is None:
            self._terminal.kill()
            self._terminal.communicate()
        for process in self._seen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def outcome(self) -> Answer:
        """Search, harm, resume until it is done, and judge."""
        try:
            self._search()
            with Store.open(self.workspace, "r") as store:
                self._judge(store)
        except _FaultError as fault:
            how: Outcome = fault.outcome
            return how, f"{fault.said} [{'; '.join(self.done)}]"
        return "survived", "; ".join(self.done)

    def _search(self) -> None:
        plan = self.plan
        out = ["--out", str(self.workspace / "exports" / "bundle")] if plan.is_exported else ["--no-export"]
        search = (
            "search", "sample:iris", "--target", "species", "--name", _NAME, "--family", "mlp", "--folds", "2",
            "--epochs", "4", "--workers", "2", "--trials", str(plan.n_trials), "--finalists",
            str(plan.n_finalists), "--pruner", plan.pruner, *out,
        )  # fmt: skip
        terminal = self._start(*search)
        if plan.first_s is not None:
            time.sleep(plan.first_s)
            terminal.kill()
            self._end()
            is_there = self._study() is not None
            self.done.append(f"terminal killed, {'with' if is_there else 'without'} a study")
            self._start(*(("resume", _NAME) if is_there else search))
        for blow in plan.blows:
            if not self._came(blow.stage):
                self.done.append(f"{blow.stage} was over")
            else:
                time.sleep(blow.after_s)
                self._strike(blow)
        self._end()
        n_resumes = 0
        while self._state() is not StudyState.DONE:
            if n_resumes == _MOST_RESUMES:
                raise _FaultError("wrong", f"it is {self._state()} after {n_resumes} times resume")
            self._start("resume", _NAME)
            self._end()
            n_resumes += 1

    def _came(self, stage: Stage) -> bool:
        """Wait for a stage, or a later one where it was short, and return whether it came; what has ended is resumed."""
        until = time.monotonic() + _LIMIT_S
        while time.monotonic() < until:
            study = self._study()
            if study is not None and study.engine_pid is not None and _is_alive(study.engine_pid):
                self._note(study.engine_pid)
                if study.stage is not None and _ORDER.index(study.stage) >= _ORDER.index(stage):
                    return True
            if self._terminal is not None and self._terminal.poll() is not None:
                self._end()
                if self._state() is StudyState.DONE:
                    return False
                self._start("resume", _NAME)
            time.sleep(0.1)
        raise _FaultError("hang", f"{stage} did not come in {_LIMIT_S} s")

    def _strike(self, blow: Blow) -> None:
        study = self._study()
        if study is None or study.engine_pid is None or not _is_alive(study.engine_pid):
            self.done.append("nothing ran any more")
            return
        self._note(study.engine_pid)
        with Store.open(self.workspace, "r") as store:
            trials = store.trials(study.id, kinds=[TrialKind.SEARCH])
        self._before |= {t.number: (t.state, t.value) for t in trials if t.state.is_finished}
        n_killed = 0
        if blow.harm == "lock":
            _lock(self.workspace, blow.lock_s)
        else:
            n_killed = self._kill(study.engine_pid, blow.harm)
        self.done.append(
            f"{blow.harm} in {study.stage} ({n_killed} killed) with {len(self._before)} of {len(trials)} trials ended"
        )
        if blow.harm in ("engine", "all"):
            self._end()
            self._start("resume", _NAME)

    def _kill(self, pid: int, harm: Harm) -> int:
        """Kill what is meant, and return how many processes that were."""
        n_killed = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            engine = psutil.Process(pid)
            below = engine.children(recursive=True)
            # The youngest is a worker wherever there is one: what helps them starts before them.
            victims = {"engine": [engine], "worker": below[-1:], "all": [engine, *below]}[harm]
            if harm == "all" and self._terminal is not None:
                self._terminal.kill()
            for victim in victims:
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim.kill()
                    n_killed += 1
        return n_killed

    def _judge(self, store: Store) -> None:
        study = store.find_study(_NAME)
        trials = store.trials(study.id, kinds=[TrialKind.SEARCH])
        numbers = [t.number for t in trials]
        if len(set(numbers)) != len(numbers) or len(numbers) > self.plan.n_trials:
            raise _FaultError("doubled", f"trials {numbers} of {self.plan.n_trials}")
        if sorted(numbers) != list(range(self.plan.n_trials)):
            raise _FaultError("lost", f"trials {numbers} of {self.plan.n_trials}")
        now = {t.number: (t.state, t.value) for t in trials}
        changed = {n: (was, now[n]) for n, was in self._before.items() if now[n] != was}
        if changed:
            raise _FaultError("lost", f"results that were there: {changed}")
        failed = [t for t in trials if t.state is TrialState.FAIL]
        n_workers_killed = sum(blow.harm == "worker" for blow in self.plan.blows)
        if len(failed) > n_workers_killed or any(
            t.failure is None or t.failure.kind is not FailureKind.KILLED for t in failed
        ):
            raise _FaultError("wrong", f"failed: {[(t.number, t.failure) for t in failed]}")
        if not all(t.state.is_finished for t in trials):
            raise _FaultError("wrong", f"unfinished in a study that is done: {now}")
        baselines = [t.name for t in store.trials(study.id, kinds=[TrialKind.BASELINE])]
        if sorted(baselines) != ["hist_gradient_boosting", "linear", "majority"]:
            raise _FaultError(
                "doubled" if len(set(baselines)) < len(baselines) else "lost", f"baselines {baselines}"
            )
        best = max(t.value for t in trials if t.state is TrialState.COMPLETE and t.value is not None)
        if not study.result.get("best") or (self.plan.n_finalists == 0 and study.best_value != best):
            raise _FaultError("wrong", f"best {study.best_value}, of the trials {best}; {study.result}")
        problems = [str(problem) for problem in store.check()]
        if problems:
            raise _FaultError("wrong", f"the store is damaged: {problems}")
        self._judge_files(store)

    def _judge_files(self, store: Store) -> None:
        """Look at what is exported, and what may have been left behind."""
        folder = self.workspace / "exports"
        killed = [one.id for one in store.exports() if _is_killed(one)]
        if killed and any(blow.harm == "worker" for blow in self.plan.blows):
            # What writes the bundle was the one that was killed: the study says so, and it is asked for again.
            self._start("export", _NAME, "--out", str(folder / "bundle"))
            self._end()
            self.done.append("exported again")
        exports = [one for one in store.exports() if not (killed and _is_killed(one))]
        found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        wanted = ["bundle"] if self.plan.is_exported else []
        told = [(one.state, one.certificate.get("passed")) for one in exports]
        if found != wanted or told != [(JobState.DONE, True)] * len(wanted):
            raise _FaultError("wrong", f"exports {found}, told as {told}")
        checkpoints = [path.name for path in store.workspace.checkpoints.iterdir()]
        if checkpoints:
            raise _FaultError("wrong", f"checkpoints left behind: {checkpoints}")
        _, alive = psutil.wait_procs(self._seen, timeout=_ORPHANS_S)
        if alive:
            raise _FaultError("wrong", f"processes left behind: {alive}")

    def _note(self, pid: int) -> None:
        """Remember the engine and what it started, to see later whether it has ended."""
        with contextlib.suppress(psutil.NoSuchProcess):
            engine = psutil.Process(pid)
            known = set(self._seen)
            self._seen += [one for one in (engine, *engine.children(recursive=True)) if one not in known]

    def _start(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        program = Path(sys.executable).with_name("cupel")
        self._terminal = terminal = subprocess.Popen(
            [program, command, *arguments, "--workspace", self.workspace],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return terminal

    def _end(self) -> None:
        """Wait for the terminal to end, and look at what it said."""
        assert self._terminal is not None
        try:
            text, _ = self._terminal.communicate(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise _FaultError(
                "hang", f"the terminal did not end in {_LIMIT_S} s; it is {self._state()}"
            ) from None
        if re.search(r"Traceback|Something went wrong|Error:", text):
            raise _FaultError("traceback", text)

    def _state(self) -> StudyState | None:
        study = self._study()
        if study is not None and study.state is StudyState.FAILED:
            raise _FaultError("wrong", f"the study failed: {study.failure}")
        return study.state if study else None

    def _study(self) -> StudyRecord | None:
        try:
            with Store.open(self.workspace, "r") as store:
                return next((one for one in store.studies() if one.name == _NAME), None)
        except StoreError:
            # It is being made.
            return None


def _is_killed(export: ExportRecord) -> bool:
    """Return whether an export is told as failed because its process was killed."""
    failure = export.failure
    return failure is not None and failure.kind is FailureKind.KILLED and bool(failure.message)


def _is_alive(pid: int) -> bool:
    """Return whether a process runs; one that was killed may be listed until its parent asks for it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _lock(workspace: Path, seconds: float) -> None:
    """Keep everyone else from writing into the database."""
    database = sqlite3.connect(workspace / "cupel.sqlite", timeout=60)
    database.isolation_level = None
    database.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    database.execute("ROLLBACK")
    database.close()
