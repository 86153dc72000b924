"""Child processes answer, fail, hang, die and are cancelled: all that any job may meet."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import psutil
import pytest
from cupel.engine.domain.errors import CupelError, ExportError, Message
from cupel.engine.jobs.child import Child, Job, run
from cupel.engine.jobs.failures import failure_of
from cupel.engine.jobs.messages import line_of
from cupel.storage.records import FailureKind

from .works import Asked, Found

ROOT = Path(__file__).parents[3]
FAILED, LATE = Message("The work of {name} failed: {reason}"), Message("It took longer than {seconds} s.")


def job(work: str, **limits: Any) -> Job[Found]:
    environment = {"PYTHONPATH": str(ROOT)}
    place = f"tests.engine.jobs.works:{work}"
    made = Job(place, Found, FAILED, LATE, ExportError, part=Found, environment=environment, **limits)
    return made.about(name="tests")


class StoppedError(Exception):
    """Raised by who follows a job and has enough."""


def test_an_answer_comes_typed_with_its_parts_and_progress_whatever_libraries_print() -> None:
    told: list[tuple[float, str]] = []
    parts: list[Found] = []
    found = run(job("echo"), Asked("ä", (1.5, math.inf)), lambda *now: told.append(now), parts.append)
    assert found.text == "ä"
    assert found.numbers[:2] == (1.5, math.inf)
    assert math.isnan(found.numbers[2])
    assert parts == [Found("first")]
    assert told[0] == (0.0, "")
    assert (1.0, "done") in told


def test_an_answer_larger_than_any_pipe_comes_whole() -> None:
    parts: list[Found] = []
    assert len(run(job("large"), Asked(), part=parts.append).text) == len(parts[0].text) == 1_000_000


def test_a_sentence_for_the_user_is_raised_as_it_was_and_others_are_told_as_the_reason() -> None:
    with pytest.raises(ExportError, match=r"^The column 'age' is empty\.") as caught:
        run(job("refuse"), Asked("age"))
    assert caught.value.sentence == Message("The column {column!r} is empty.", {"column": "age"})
    assert failure_of(caught.value).kind is FailureKind.BAD_INPUT
    with pytest.raises(ExportError, match=r"^The work of tests failed: KeyError") as caught:
        run(job("stumble"), Asked())
    assert failure_of(caught.value).kind is FailureKind.ERROR
    assert "in stumble" in "".join(caught.value.__notes__), "the log has where"
    with pytest.raises(ExportError, match="more memory") as caught:
        run(job("run_out"), Asked())
    assert failure_of(caught.value).kind is FailureKind.OUT_OF_MEMORY


def test_of_a_child_that_is_killed_the_parts_count_and_the_last_words_are_the_reason() -> None:
    parts: list[Found] = []
    with pytest.raises(ExportError, match=r"failed: exit code -9: the last words") as caught:
        run(job("die"), Asked(), part=parts.append)
    assert parts == [Found("before")]
    assert failure_of(caught.value).kind is FailureKind.KILLED


def test_a_child_that_takes_too_long_is_ended_although_it_reports(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"^It took longer than 1 s\."):
        run(job("report", limit_s=1.0), Asked(str(tmp_path / "left")))


def test_a_child_that_hangs_and_does_not_listen_is_killed() -> None:
    before = set(psutil.Process().children())
    children: set[psutil.Process] = set()
    with pytest.raises(ExportError, match=r"^It took longer than 1 s\.") as caught:
        run(job("hang", silence_s=1.0), Asked(), lambda *_: children.update(psutil.Process().children()))
    (child,) = children - before
    assert not child.is_running()
    assert failure_of(caught.value).kind is FailureKind.HUNG


def test_what_progress_raises_ends_the_work_which_may_clean_up(tmp_path: Path) -> None:
    left = tmp_path / "left"

    def enough(_: float, doing: str) -> None:
        if doing == "on":
            raise StoppedError

    with pytest.raises(StoppedError):
        run(job("report"), Asked(str(left)), enough)
    assert left.exists()


def test_a_child_that_waits_is_ready_before_it_is_asked_and_ends_unasked() -> None:
    child = Child.of(job("echo"))
    assert child.run(job("echo"), Asked("now")).text == "now"
    assert (child.ready_s or 0.0) > 0.0
    unasked = Child.of(job("echo"))
    unasked.close()
    assert unasked.ready_s is None or unasked.ready_s > 0.0


def test_a_child_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import sys
        from cupel.engine.jobs.child import run
        from tests.engine.jobs.test_child import job
        from tests.engine.jobs.works import Asked
        run(job("report"), Asked(sys.argv[1]), lambda _, doing: print(doing, flush=True))
    """)
    command = [sys.executable, "-c", program, str(tmp_path / "left")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        line = next(text for text in iter(parent.stdout.readline, "") if text.strip().isdigit())
        child = psutil.Process(int(line))
        os.kill(parent.pid, signal.SIGKILL)
    psutil.wait_procs([child])
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_program_that_speaks_the_same_lines_needs_nothing_of_ours() -> None:
    program = """
import json, sys
needs = json.loads(sys.stdin.readline())
print(json.dumps({"type": "ready"}), flush=True)
request = json.loads(sys.stdin.readline())
print("no line of ours")
print(json.dumps({"type": "answer", "value": {"text": needs + request}}), flush=True)
"""
    child = Child([sys.executable, "-I", "-c", program], greeting=line_of("a"))
    assert child.run(job("none"), "b") == Found("ab")


def test_what_is_not_of_the_type_of_the_request_or_answer_is_a_failure() -> None:
    with pytest.raises(CupelError, match="Expected `int`"):
        run(job("parse"), Asked())
