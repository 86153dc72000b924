"""``cupel doctor``, ``delete``, ``backup``: whether all is sound, and keeping it so."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ...storage.errors import UnusableStoreError
from ...storage.leftovers import Leftover
from ...storage.store import Store
from ...storage.workspace import Workspace
from ..cli_codes import DONE, FAILED, UNUSABLE
from ..domain import formatting
from ..domain.errors import WorkspaceError
from ..outputs import output_file
from .opening import open_to_read

_PACKAGES = (
    "tensorflow",
    "keras",
    "optuna",
    "scikit-learn",
    "distributed",
    "SQLAlchemy",
    "PySide6-Essentials",
    "onnxruntime",
    "numpy",
)
_DEVICES = (
    "import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'\n"
    "import tensorflow as tf\n"
    "print(', '.join(d.name for d in tf.config.list_physical_devices()))"
)


def run_doctor(args: argparse.Namespace) -> int:
    """Say what is installed, what TensorFlow sees, and whether the workspace is sound; with ``--clean`` tidy it."""
    print(f"Python {platform.python_version()} on {platform.platform()}")
    for name in _PACKAGES:
        print(f"{name} {importlib.metadata.version(name)}")
    starts = _devices_are_seen()
    if not (args.workspace / "cupel.sqlite").exists():
        if args.workspace.exists() and not args.workspace.is_dir():
            print(f"  {args.workspace} is a file, so it cannot be a workspace; choose a folder.")
            return UNUSABLE if starts else FAILED
        print(f"There is no workspace at {args.workspace} yet; the first study makes one.")
        return DONE if starts else FAILED
    with Store.open(args.workspace) if args.clean else open_to_read(args.workspace) as store:
        problems = store.check()
        print(f"Workspace {args.workspace}: {_n_studies(store)}")
        for problem in problems:
            print(f"  {problem}")
        if any(isinstance(problem, UnusableStoreError) for problem in problems):
            _print_backups(store.workspace)
        if not problems:
            print("  database and artifacts are sound")
        if args.clean and (removed := store.remove_leftovers()):
            print(f"  removed {_size(removed)} that nothing needed")
        _print_leftovers(store.leftovers(), clean=args.clean)
    return DONE if starts and not problems else FAILED if not starts else UNUSABLE


def _print_backups(place: Workspace) -> None:
    """Say which copies of the database there are, and how to go back to one."""
    backups = place.backups()
    if not backups:
        print(f"  no backup lies beside {place.database}; `cupel backup` makes one of what can still be read")
        return
    print(f"  {formatting.counted(len(backups), 'backup')}, the newest: {backups[-1]}")
    print(f"  {_to_go_back(place)}")


def _to_go_back(place: Workspace) -> str:
    return (
        f"To go back: close Cupel, put the copy in the place of {place.database}, and delete "
        f"{place.database.name}-wal and -shm if they are there."
    )


def _n_studies(store: Store) -> str:
    try:
        found = store.study_list(archived=None)
    except UnusableStoreError:
        # A column is missing; `check` has told it.
        return "its studies cannot be read"
    return formatting.counted(len(found.studies) + len(found.damaged), "study", "studies")


def run_delete(args: argparse.Namespace) -> int:
    """Delete a study, once the user has said yes."""
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        frees = formatting.size(store.study_sizes().get(study.id, 0))
        of = f"{study.name!r} and its {formatting.counted(sum(study.n_trials.values()), 'trial')}"
        if not args.yes:
            if not sys.stdin.isatty():
                print(
                    f"Deleting {of} frees {frees} and cannot be undone; add --yes to do it.", file=sys.stderr
                )
                return UNUSABLE
            answer = input(f"Delete {of} for good? This frees {frees}, and cannot be undone. [y/N] ")
            if answer.strip().casefold() not in ("y", "yes"):
                print("Nothing was deleted.", file=sys.stderr)
                return DONE
        freed = formatting.size(store.delete_study(study.id))
    print(f"Deleted {of}: {freed} are free again. Exported bundles stay where they are.", file=sys.stderr)
    return DONE


def run_backup(args: argparse.Namespace) -> int:
    """Copy the database while others may go on writing."""
    with open_to_read(args.workspace) as store:
        place = store.workspace
        usual = place.backup(datetime.now().astimezone())
        with output_file(args.out or str(usual), usual.name) as named:
            file = named.absolute()
            _check_free(file)
            store.backup(file)
        n_studies = _n_studies(store)
    print(
        f"Copied the database ({n_studies}, {formatting.size(file.stat().st_size)}) to {file}.\n"
        f"Data and networks are files in {place.artifacts}, which never change: copy that folder too.\n"
        f"{_to_go_back(place)}"
    )
    return DONE


def _check_free(file: Path) -> None:
    """Raise `WorkspaceError` where a backup would replace something, or cannot have its name."""
    try:
        if not file.exists():
            return
    except OSError as error:
        # A name that is too long, a folder that may not be entered.
        raise WorkspaceError(
            "The backup {file} cannot be written ({reason}); choose another place.",
            file=str(file),
            reason=error.strerror or str(error),
        ) from error
    raise WorkspaceError("{file} is there already and is not replaced; choose another name.", file=str(file))


def _devices_are_seen() -> bool:
    """Say which devices TensorFlow sees; return whether it starts."""
    devices = subprocess.run(
        [sys.executable, "-c", _DEVICES], capture_output=True, text=True, timeout=300, check=False
    )
    if devices.returncode:
        print(f"TensorFlow does not start: {devices.stderr[-500:]}")
        return False
    print(f"TensorFlow sees: {devices.stdout.strip()}")
    if "GPU" not in devices.stdout:
        print("No GPU: networks train on the processor. GPU training has not been tried on this machine.")
    return True


def _print_leftovers(found: Sequence[Leftover], *, clean: bool) -> None:
    old, young = [one for one in found if one.is_old], [one for one in found if not one.is_old]
    if old and not clean:
        print(f"  {_size(old)} that nothing needs any more; `cupel doctor --clean` removes them")
    elif old:
        print(f"  {_size(old)} could not be removed, for instance {old[0].path}")
    if young:
        print(f"  {_size(young)} that nothing names, and that stay for a day: somebody may be about to")


def _size(found: Sequence[Leftover]) -> str:
    n_bytes = sum(one.size_bytes for one in found)
    return f"{formatting.counted(len(found), 'leftover')} of killed processes ({formatting.size(n_bytes)})"
