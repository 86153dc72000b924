"""How fast the window is: start to first paint, a workspace of 10,000 trials, 50,000 trials shown and
filtered.

    python benchmarks/bench_window.py [--trials 10000]

Prints one figure a line, and the targets of the design beside it.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Its tests have the workspace that is shown.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from tests.gui import made_workspace

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


class Watchdog(threading.Thread):
    """Samples where the main thread is while its event loop does not come round."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.main = threading.main_thread().ident
        self.beat_s = time.perf_counter()
        self.ended = threading.Event()
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        while not self.ended.wait(0.002):
            if time.perf_counter() - self.beat_s > 0.03:
                self._look()

    def _look(self) -> None:
        # Quickly and without input or output: a frame that is held keeps its painter alive, which crashes Qt.
        frame = sys._current_frames().get(self.main or 0)
        places = []
        while frame is not None and len(places) < 8:
            places.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        del frame
        self.seen[" < ".join(f"{Path(name).name}:{line}" for name, line in places)] += 1


class Watched:
    """Measures how long the GUI thread stops; `where` says whether to look where it was meanwhile."""

    def __init__(self, *, where: bool = False) -> None:
        self.dog = Watchdog()
        if where:
            self.dog.start()
        self._gaps: list[tuple[float, float]] = []
        self._last = (0.0, 0.0)

    def longest_stop(
        self, act: Callable[[], object], settle_ms: int, ready: Callable[[], bool] = lambda: True
    ) -> tuple[float, float]:
        """Do something, let the event loop run until that is `ready` and then so long; return the longest stop.

        Seconds of wall clock, and of the thread's own processor time.
        """
        from PySide6.QtCore import QEventLoop, Qt, QTimer

        self._gaps.clear()
        self.dog.seen.clear()
        self._last = time.perf_counter(), time.thread_time()
        self.dog.beat_s = self._last[0]
        pulse = QTimer()
        pulse.setTimerType(Qt.TimerType.PreciseTimer)
        pulse.timeout.connect(self._beat)
        pulse.start(1)
        QTimer.singleShot(0, act)
        limit = time.monotonic() + 60.0
        while True:
            loop = QEventLoop()
            QTimer.singleShot(settle_ms, loop.quit)
            poll = QTimer()
            poll.timeout.connect(ready)
            poll.start(1)
            loop.exec()
            poll.stop()
            if ready() or time.monotonic() > limit:
                break
        pulse.stop()
        return max(self._gaps)

    def _beat(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self._gaps.append((now - self._last[0], used - self._last[1]))
        self._last = now, used
        self.dog.beat_s = now


def stops(workspace: Path, *, where: bool) -> list[tuple[str, float, float]]:
    """Return for each thing that a user does how long the GUI thread's longest stop was.

    Seconds of wall clock, and of the thread's own processor time: where the second is small, other processes
    had the processors.
    """
    from cupel.gui import app
    from PySide6.QtCore import Qt

    application = app.make_application()
    window = app.make_window(workspace, "en", "light")
    app.keep_collections_short(window)
    window.show()
    while not gc.isenabled():
        application.processEvents()
    found: list[tuple[str, float, float]] = []
    watched = Watched(where=where)

    def step(name: str, act: Callable[[], object], settle_ms: int = 700) -> None:
        found.append((name, *watched.longest_stop(act, settle_ms)))
        for place, count in watched.dog.seen.most_common(8) if where else ():
            print(f"  {name}: {count} × {place}")

    trials: Any = window.pages["trials"]
    step("trials page, first time", lambda: window.show_page("trials"), 1500)
    for text in ("value > 0.9", 'value > 0.9 and optimizer == "adamw"', ""):
        step(f"filter {text!r}", lambda text=text: trials.filter_bar.filter.setText(text))
    for section in (2, 3, 6):
        step(
            f"sort by column {section}",
            lambda section=section: trials.table.sortByColumn(section, Qt.SortOrder.AscendingOrder),
        )
    step("select a trial", lambda: trials.table.selectRow(12))
    step("compare three", lambda: [trials.select_also(place) for place in (3, 7)])
    for name in ("overview", "studies", "export", "new_study", "trials", "overview"):
        step(f"page {name}", lambda name=name: window.show_page(name), 1000)
    for name in ("overview", "trials"):
        window.show_page(name)
        step(f"dark theme on {name}", lambda: window.set_theme("dark"))
        step(f"Chinese on {name}", lambda: window.set_language("zh"))
        step(f"light theme on {name}", lambda: window.set_theme("light"))
        step(f"English on {name}", lambda: window.set_language("en"))
    step("a trial changes", lambda: _touch(workspace), 1500)
    window.show_page("overview")
    step("a trial changes on live", lambda: _touch(workspace), 1500)
    watched.dog.ended.set()
    window.close()
    return found


def _touch(workspace: Path) -> None:
    """Have another process write to the last trial."""
    code = (
        "import sys; from cupel.storage.store import Store\n"
        "with Store.open(sys.argv[1]) as store:\n"
        "    trial = store.trials(store.studies()[0].id)[-1]\n"
        "    store.edit_trial(trial.id, pinned=not trial.pinned)"
    )
    subprocess.Popen([sys.executable, "-c", code, str(workspace)])


def model_times(workspace: Path, n_trials: int = 50_000) -> dict[str, float]:
    """Return seconds for showing, filtering and sorting a table grown to `n_trials`."""
    from cupel.engine.domain.filtering import parse_filter
    from cupel.gui import app
    from cupel.gui.models.trials_model import SCORE, TrialsModel
    from cupel.gui.states.trials_data import prepare
    from cupel.storage.store import Store
    from PySide6.QtCore import Qt

    app.make_application()
    with Store.open(workspace, "r") as store:
        study = store.studies()[0]
        begin = time.perf_counter()
        table = store.trial_table(study.id)
        read = time.perf_counter() - begin
    table = made_workspace.grown(table, n_trials)
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
        model.show_kept(parse_filter(text).mask(data.columns, len(table)))
        times[f"filter_{name}_s"] = time.perf_counter() - begin
    model.show_kept(None)
    begin = time.perf_counter()
    model.sort(SCORE, Qt.SortOrder.DescendingOrder)
    times["sort_s"] = time.perf_counter() - begin
    return times


def main() -> None:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--where", action="store_true", help="tell where the GUI thread stopped")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["CUPEL_SETTINGS_DIR"] = place
        workspace = Path(place) / "workspace"
        made_workspace.fill(workspace, options.trials)
        painted, listed = start_times(workspace)
        print(f"window start to first paint        {painted:7.3f} s   (about 1 s)")
        print(f"window start to listed studies     {listed:7.3f} s")
        print(f"longest stops of the GUI thread with {options.trials:,} trials   (0.050 s)")
        for name, wall, used in stops(workspace, where=options.where):
            print(f"  {name:40} {wall:7.3f} s, of them {used:6.3f} s of processor time")
        for name, seconds in model_times(workspace).items():
            target = "   (0.100 s)" if name.startswith("filter") else ""
            print(f"50,000 trials: {name:19} {seconds:7.3f} s{target}")


if __name__ == "__main__":
    main()
