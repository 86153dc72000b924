"""The window on a study of 50,000 trials that goes on: opening, browsing, every chart, memory; optuna-dashboard beside it.

    python benchmarks/bench_workbench.py [--trials 50000] [--workspace FOLDER]

While it is looked at, another process adds four trials a second. Of what a user does the longest stop of the GUI thread
is printed, by the wall clock and by the thread's own processor time: where the second is small, other processes had the
processors. A chart's time is until it is drawn. optuna-dashboard gets the same trials in a database of Optuna's; its
time is until its server has answered what its page asks for: what a browser then needs to draw comes on top.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Its tests have the study that is shown.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from bench_window import Watched

from tests.gui import made_workspace

_ARRIVING = """
import sys, time
import numpy as np
from cupel.storage.store import Store
sys.path.insert(0, sys.argv[2])
from tests.gui import made_workspace
rng = np.random.default_rng(7)
recipe = made_workspace.Recipe("", "binary", "y", 1, 0.93, 0.02, (), "done")
with Store.open(sys.argv[1]) as store:
    study = store.studies()[0]
    number = sum(study.n_trials.values())
    while True:
        made_workspace.make_trial(store, study.id, number, recipe, rng)
        number += 1
        time.sleep(0.25)
"""
_OPTUNA = """
import sys
import optuna
from cupel.storage.store import Store
optuna.logging.set_verbosity(optuna.logging.ERROR)
D = optuna.distributions
with Store.open(sys.argv[1], "r") as store:
    trials = [t for t in store.trials(store.studies()[0].id) if t.state == "complete" and t.number >= 0]
def made(t):
    params = {k: v for k, v in t.params.items() if isinstance(v, (int, float, str)) and not isinstance(v, bool)}
    kinds = {k: D.CategoricalDistribution(sorted({str(u.params.get(k)) for u in trials[:200]} | {v})) if isinstance(v, str)
             else D.FloatDistribution(-1e12, 1e12) for k, v in params.items()}
    params = {k: v if isinstance(v, str) else float(v) for k, v in params.items()}
    return optuna.trial.create_trial(value=t.value, params=params, distributions=kinds)
study = optuna.create_study(storage="sqlite:///" + sys.argv[2], study_name="same", direction="maximize")
made_all = [made(t) for t in trials]
for first in range(0, len(made_all), 1000):
    study.add_trials(made_all[first:first + 1000])
print(len(made_all))
"""


def look(workspace: Path) -> None:
    """Print what the window takes for what a user does."""
    from cupel.gui import app
    from cupel.gui.charts.catalog import STUDY_CHARTS
    from cupel.gui.states.chart_layouts import ChartLayout, PlacedChart
    from cupel.gui.states.trial_selection import RangeBrush
    from PySide6.QtCore import Qt

    began = time.perf_counter()
    application = app.make_application()
    window = app.make_window(workspace, "en", "light")
    app.keep_collections_short(window)
    window.show()
    window.show_page("trials")
    trials: Any = window.pages["trials"]
    while not trials.model.rowCount():
        application.processEvents()
    rows = trials.model.rowCount()
    print(f"open until {rows:,} trials are listed    {time.perf_counter() - began:7.2f} s   (2 s)")
    watched = Watched()

    def told(name: str, act: Callable[[], object], settle_ms: int = 700) -> None:
        wall, used = watched.longest_stop(act, settle_ms)
        print(f"  {name:44} {wall:7.3f} s, of them {used:6.3f} s of processor time", flush=True)

    print("longest stops of the GUI thread   (0.05 s)")
    told("nothing, while trials arrive", lambda: None, 3000)
    for text in ("value > 0.9", 'value > 0.9 and optimizer == "adamw"', ""):
        told(f"filter {text!r}", lambda text=text: trials.filter_bar.filter.setText(text), 1200)
    for name in ("state", "value", "duration"):
        section = trials.model.sections()[name]
        told(f"sort by {name}", lambda s=section: trials.table.sortByColumn(s, Qt.SortOrder.AscendingOrder))
    told("select all", trials.table.selectAll, 1500)
    told("select one", lambda: trials.table.selectRow(12))
    charts: Any = window.pages["charts"]
    charts.take_layout(ChartLayout())
    told("page charts, empty", lambda: window.show_page("charts"))
    for described in STUDY_CHARTS:
        layout = ChartLayout((PlacedChart(described.name),), 1)
        begun, drawn = time.perf_counter(), [0.0]

        def ready(begun: float = begun, drawn: list[float] = drawn) -> bool:
            panel = charts.tiles[0].panel if charts.tiles else None
            done = panel is not None and (bool(panel.chart.marks) or bool(panel.nothing.text()))
            if done and not drawn[0]:
                drawn[0] = time.perf_counter() - begun
            return bool(drawn[0])

        wall, used = watched.longest_stop(lambda layout=layout: charts.take_layout(layout), 1500, ready)
        print(
            f"  chart {described.name:20} drawn after {drawn[0]:6.2f} s (1 s); longest stop {wall:6.3f} s, "
            f"of them {used:6.3f} s of processor time",
            flush=True,
        )
    usual = ChartLayout((PlacedChart("history"), PlacedChart("parallel"), PlacedChart("pareto")), 2)
    charts.take_layout(usual)
    watched.longest_stop(lambda: None, 2000)
    for step in range(4):
        brush = RangeBrush("value", 0.85 + 0.01 * step, 0.93)
        told(f"a brush over three charts, frame {step}", lambda b=brush: window.desk.selection.brush(b))
    memory = psutil.Process().memory_info()
    print(f"memory of the window {memory.rss / 1e6:.0f} MB   (400 MB)")
    window.close()


def while_trials_arrive(made: Path, workspace: Path) -> None:
    """Look at a copy of a workspace, to which another process adds trials meanwhile."""
    shutil.copytree(made, workspace)
    root = str(Path(__file__).resolve().parents[1])
    arriving = subprocess.Popen([sys.executable, "-c", _ARRIVING, str(workspace), root])
    try:
        look(workspace)
    finally:
        arriving.kill()
        arriving.wait()


def dashboard(workspace: Path, program: str, folder: Path) -> None:
    """Print how long optuna-dashboard takes to give its page the same trials."""
    database = folder / "optuna.sqlite"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    made = subprocess.run(
        [sys.executable, "-c", _OPTUNA, str(workspace), str(database)], capture_output=True, text=True, check=True
    )  # fmt: skip
    began = time.perf_counter()
    server = subprocess.Popen(
        [program, f"sqlite:///{database}", "--port", "8917"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    try:
        while True:
            try:
                with urllib.request.urlopen("http://127.0.0.1:8917/api/studies", timeout=600) as answer:
                    studies = json.load(answer)["study_summaries"]
                break
            except OSError:
                if server.poll() is not None:
                    sys.exit("optuna-dashboard did not start")
                time.sleep(0.05)
        listed = time.perf_counter() - began
        url = f"http://127.0.0.1:8917/api/studies/{studies[0]['study_id']}?after=0"
        with urllib.request.urlopen(url, timeout=1800) as answer:
            body = answer.read()
        print(
            f"optuna-dashboard, {int(made.stdout):,} trials: studies listed after {listed:.2f} s, the study's page has its "
            f"data ({len(body) / 1e6:.1f} MB) after {time.perf_counter() - began:.2f} s; server "
            f"{psutil.Process(server.pid).memory_info().rss / 1e6:.0f} MB"
        )
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=50_000)
    parser.add_argument("--workspace", type=Path, help="made there where it is not yet, and kept")
    parser.add_argument(
        "--dashboard", metavar="PROGRAM", help="optuna-dashboard, of an environment of its own"
    )
    parser.add_argument("--no-window", action="store_true", help="measure optuna-dashboard alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["CUPEL_SETTINGS_DIR"] = place
        made = options.workspace or Path(place) / "made"
        if not made.exists():
            made_workspace.fill(made, options.trials)
        if not options.no_window:
            while_trials_arrive(made, Path(place) / "workspace")
        if options.dashboard:
            dashboard(made, options.dashboard, Path(place))


if __name__ == "__main__":
    main()
