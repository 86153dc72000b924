"""`make torture`, store: one damaged cell anywhere in the database, and what the terminal then says."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cupel.engine.cli import main
from cupel.engine.cli_codes import DONE, UNUSABLE
from cupel.storage.store import Store
from torture_findings import Answer, Finding, Setting, came_of

from tests.engine import damaged_cells

_LIMIT_S = 60
_COMMANDS = (
    ("studies",),
    ("studies", "--json"),
    ("trials", "1"),
    ("trials", "1", "--csv"),
    ("trials", "1", "--json", "--filter", "value > 0"),
    ("show", "1"),
    ("show", "1", "--json"),
    ("show", "1", "--trial", "0", "--against", "1"),
)
# It starts every program that there is, which takes seconds: for one input of so many. Its look at the store is in all.
_DOCTOR_EVERY = 40
# What both studies of the workspace share: damage there is damage to the other one, too.
_SHARED = ("studies", "digests")


@contextmanager
def torture(setting: Setting) -> Iterator[Callable[[int], Finding]]:
    """Give the function that damages a cell, and tells what came of some commands."""
    whole = setting.folder / "whole"
    damaged_cells.fill(whole)
    cells = list(damaged_cells.cells(whole))

    def one(number: int) -> Finding:
        rng = random.Random(f"{setting.seed}/{number}")
        table, column = rng.choice(cells)
        what = rng.choice(list(damaged_cells.DAMAGES))
        workspace = setting.folder / str(number)
        shutil.copytree(whole, workspace)
        commands = [
            *rng.sample(_COMMANDS, 3),
            *([("doctor",)] if number % _DOCTOR_EVERY == _DOCTOR_EVERY - 1 else []),
        ]
        if damaged_cells.damage(workspace, table, column, damaged_cells.DAMAGES[what]):
            outcome, said = came_of(lambda: _asked(workspace, commands, table), _LIMIT_S)
        else:
            outcome, said = "refused", "by SQLite"
        shutil.rmtree(workspace)
        named = ", ".join(" ".join(command) for command in commands)
        return Finding("store", f"{table}.{column}: {what}; {named}", outcome, said, number)

    yield one


def _asked(workspace: Path, commands: list[tuple[str, ...]], table: str) -> Answer:
    refusals = list[str]()
    for command in commands:
        outcome, said = judged(*_run(workspace, command))
        if outcome not in ("answered", "refused"):
            return outcome, f"{' '.join(command)}: {said}"
        if outcome == "refused":
            refusals.append(said)
    with Store.open(workspace, "r") as store:
        store.check()
    code, text = _run(workspace, ("trials", "Digits"))
    if table not in _SHARED and (code != DONE or text.count("complete") != 3):
        return "wrong", f"of the other study: {code} {text}"
    return ("refused", refusals[0]) if refusals else ("answered", "")


def judged(code: int, text: str) -> Answer:
    """Return what came of a command, by its exit code and by what it printed."""
    if "Traceback" in text or "Something went wrong" in text:
        return "traceback", text
    if code not in (DONE, UNUSABLE) or (code == UNUSABLE and not text.strip()):
        return "wrong", f"exit code {code}: {text}"
    return ("answered", "") if code == DONE else ("refused", text.strip())


def _run(workspace: Path, command: tuple[str, ...]) -> tuple[int, str]:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main([*command, "--workspace", str(workspace)])
    return code, printed.getvalue()
