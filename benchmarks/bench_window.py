"""How fast the window is: start to first paint, a workspace of 10,000 trials, 50,000 trials shown and
filtered.

    python benchmarks/bench_window.py [--trials 10000]

Prints one figure a line, and the targets of the design beside it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import make_workspace
import numpy as np

_START = """
import sys, time
begin = float(sys.argv[2])
from pathlib import Path
from PySide6.QtCore import QEvent, QEventLoop, QObject
from cupel.gui import app
application = app.make_application()
window = app.make_window(Path(sys.argv[1]), "en", "light")
loop = QEventLoop()
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            window.centralWidget().removeEventFilter(self)
            loop.quit()
        return False
watcher = FirstPaint()
window.centralWidget().installEventFilter(watcher)
listed = []
window.desk.studies_changed.connect(lambda: listed.append(time.time()))
window.show()
loop.exec()
painted = time.time() - begin
while not listed:
    application.processEvents()
print(painted, listed[0] - begin)
window.close()
"""


def start_times(workspace: Path, n_runs: int = 5) -> tuple[float, float]:
    """Return the medians of seconds from starting the process to the first paint, and to the listed studies."""
    runs = []
    for _ in range(n_runs + 1):
        begin = time.time()
        command = [sys.executable, "-c", _START, str(workspace), str(begin)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        runs.append([float(word) for word in said.split()])
    painted, listed = np.median(np.array(runs[1:]), axis=0)  # the first one warms the disk
    return float(painted), float(listed)


def open_times(workspace: Path) -> dict[str, float]:
    """Return seconds for opening the Trials page on a workspace, and the longest stop of the GUI thread."""
    from cupel.gui import app
    from PySide6.QtCore import QEventLoop, QTimer

    application = app.make_application()
    window = app.make_window(workspace, "en", "light")
    window.show()
    while not window.desk.studies:
        application.processEvents()
    stops: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        stops.append(now - last[0])
        last[0] = now

    window.page("trials")
    pulse = QTimer()
    pulse.timeout.connect(beat)
    begin = last[0] = time.perf_counter()
    pulse.start(1)
    window.show_page("trials")
    page: Any = window.pages["trials"]
    while page.model.rowCount() == 0:
        application.processEvents()
    opened = time.perf_counter() - begin
    loop = QEventLoop()
    QTimer.singleShot(300, loop.quit)
    loop.exec()
    pulse.stop()
    window.close()
    return {"opened_s": opened, "longest_stop_s": max(stops)}


def model_times(workspace: Path, n_trials: int = 50_000) -> dict[str, float]:
    """Return seconds for showing, filtering and sorting a table grown to `n_trials`."""
    from cupel.engine.search.filtering import parse_filter
    from cupel.gui import app
    from cupel.gui.models.trials_data import prepare
    from cupel.gui.models.trials_model import Column, TrialsModel
    from cupel.storage.store import Store
    from PySide6.QtCore import Qt

    app.make_application()
    with Store.open(workspace, "r") as store:
        study = store.studies()[0]
        begin = time.perf_counter()
        table = store.trial_table(study.id)
        read = time.perf_counter() - begin
    table = make_workspace.grown(table, n_trials)
    times = {"read_s": read * n_trials / max(study.n_trials.get("complete", 1) * 1.3, 1)}  # type: ignore[call-overload]
    begin = time.perf_counter()
    data = prepare(table)
    times["prepare_s"] = time.perf_counter() - begin
    model = TrialsModel()
    begin = time.perf_counter()
    model.show_trials(data)
    times["show_s"] = time.perf_counter() - begin
    for name, text in (
        ("number", "value > 0.9 and epoch < 40"),
        ("text", 'value > 0.9 and optimizer == "adamw"'),
    ):
        begin = time.perf_counter()
        model.set_filter(parse_filter(text))
        times[f"filter_{name}_s"] = time.perf_counter() - begin
    model.set_filter(None)
    begin = time.perf_counter()
    model.sort(Column.SCORE, Qt.SortOrder.DescendingOrder)
    times["sort_s"] = time.perf_counter() - begin
    return times


def main() -> None:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["CUPEL_SETTINGS_DIR"] = place
        workspace = Path(place) / "workspace"
        make_workspace.fill(workspace, options.trials)
        painted, listed = start_times(workspace)
        print(f"window start to first paint        {painted:7.3f} s   (about 1 s)")
        print(f"window start to listed studies     {listed:7.3f} s")
        opened = open_times(workspace)
        print(
            f"trials page, {options.trials:6,} trials         {opened['opened_s']:7.3f} s   (2 s for 50,000)"
        )
        print(f"longest stop of the GUI thread     {opened['longest_stop_s']:7.3f} s   (0.050 s)")
        for name, seconds in model_times(workspace).items():
            target = "   (0.100 s)" if name.startswith("filter") else ""
            print(f"50,000 trials: {name:19} {seconds:7.3f} s{target}")


if __name__ == "__main__":
    main()
