"""The engine process of one study: ``python -m cupel.engine.run WORKSPACE STUDY_ID``. Started by `launch`."""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import signal
import sys
import time
from pathlib import Path

import psutil

from ..storage.records import StudyState
from ..storage.store import Store
from ..storage.workspace import Workspace


def main(argv: list[str] | None = None) -> int:
    """Run a study to its end; 0 where it is done or was stopped, 1 where it failed."""
    parser = argparse.ArgumentParser(prog="cupel.engine.run")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("study", type=int)
    parser.add_argument("--elapsed", type=float, default=0.0, help="seconds that the user has waited already")
    args = parser.parse_args(argv)
    # Ctrl-C is for the terminal that follows; it asks through the store.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    workspace = Workspace(args.workspace)
    _log_to(workspace.study_log(args.study))
    # Before it is imported.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "critical")
    from .search.runner import StudyRunner

    with Store.open(workspace, patient=True) as store:
        waited_s = args.elapsed + time.time() - psutil.Process().create_time()
        state = StudyRunner(store, args.study, elapsed_s=waited_s).run()
    return 1 if state is StudyState.FAILED else 0


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = path.open("a", encoding="utf-8")
    faulthandler.enable(stream)
    logging.basicConfig(
        stream=stream,
        level=logging.INFO,
        format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    for name in ("asyncio", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
