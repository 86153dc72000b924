"""Takes pictures of every page in both themes, both languages and two sizes (`make shots`), of studies that were searched.

python benchmarks/shots.py FOLDER [--only PICTURE,…] [--quick] [--studies FOLDER]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import shot_studies
from cupel.gui import app
from cupel.gui.shell import MainWindow
from cupel.gui.states.trial_selection import RangeBrush
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

SIZES = ((1280, 720), (3840, 2160))
_PATIENCE_S = 240


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that is shown, in its window, and the folder of the data."""

    window: MainWindow
    page: Any
    data: Path


Prepare = Callable[[Shown], None]


def settle(milliseconds: int = 350) -> None:
    """Let the window read, lay out and paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait_for(what: Callable[[], object]) -> None:
    """Let the window work until something holds.

    Raises
    ------
    TimeoutError
        Where it does not within minutes.
    """
    for _ in range(_PATIENCE_S * 10):
        if what():
            return
        settle(100)
    raise TimeoutError


def _new_study(file: str, target: str = "", tab: int = 0, *, more: bool = False) -> Prepare:
    def prepare(at: Shown) -> None:
        at.page.open_source(str(at.data / file))
        wait_for(lambda: at.page.notice.isVisible() or at.page.inspection is not None)
        if target:
            at.page.form.fields["target"].set_value(target)
            at.page.form.fields["target"].changed.emit()
            wait_for(lambda: not at.page._inspecting.is_busy and at.page.state.standing().is_ready)
        at.page.data.tabs.setCurrentIndex(tab)
        at.page.form.more.setChecked(more)
        if more:
            settle()
            # As one who has scrolled down to the end.
            bar = at.page.form.area.verticalScrollBar()
            bar.setValue(bar.maximum())

    return prepare


def _unreadable(at: Shown) -> None:
    (at.data / "broken.csv").write_bytes(b"\x00\x01\x02" * 50)
    at.page.open_source(str(at.data / "broken.csv"))
    wait_for(at.page.notice.isVisible)


def _by_size(at: Shown) -> None:
    at.page.charts.buttons["by_cost"].setChecked(True)


def _filtered(text: str, *rows: int) -> Prepare:
    def prepare(at: Shown) -> None:
        wait_for(lambda: at.page.table.model().rowCount())
        at.page.filter_bar.filter.setText(text)
        at.page.filter_bar.apply()
        settle()
        for i, place in enumerate(rows):
            at.page.table.selectRow(place) if i == 0 else at.page.select_also(place)

    return prepare


def _pareto(at: Shown) -> None:
    at.page.charted.setChecked(True)


def _brushed(at: Shown) -> None:
    wait_for(lambda: at.window.desk.selection.data is not None)
    settle()
    at.window.desk.selection.brush(RangeBrush("value", 0.97, 1.0))


def _holdout(at: Shown) -> None:
    at.page.card.choose_part("holdout")
    at.page.threshold.choice.set_value("tuned")


def _variant(at: Shown) -> None:
    wait_for(lambda: at.page.variants.table.model().rowCount())
    at.page.variants.table.selectRow(2)


def _bundle(at: Shown) -> None:
    wait_for(lambda: at.page.table.model().rowCount())
    at.page.table.selectRow(0)


def _formats(at: Shown) -> None:
    _bundle(at)
    for chip in ("saved_model", "litert"):
        at.page.formats[chip].setChecked(True)


def _predicted(bundle: str, file: str, interval: float | None = None) -> Prepare:
    def prepare(at: Shown) -> None:
        wait_for(at.page.bundle.value)
        place = next(path for path in at.page._bundles if bundle.lower() in Path(path).name.lower())
        at.page.bundle.set_value(place)
        at.page.take(str(at.data / file))
        at.page.interval.set_value(interval)
        at.page.start.click()
        wait_for(lambda: at.page.notice.isVisible() or at.page._result is not None)

    return prepare


def _shortcuts(at: Shown) -> None:
    at.window.show_shortcuts()


def _nothing(_: Shown) -> None:
    """Leave the page as it comes."""


# Each picture: the page that is shown, the study in view, and what is done there.
PICTURES: dict[str, tuple[str, str, Prepare]] = {
    "studies": ("studies", "Tumours", _nothing),
    "shortcuts": ("studies", "Tumours", _shortcuts),
    "empty": ("studies", "", _nothing),
    "new_study": ("new_study", "", _nothing),
    "columns": ("new_study", "", _new_study("tumours.csv", "diagnosis")),
    "report": ("new_study", "", _new_study("tumours.csv", "diagnosis", 2)),
    "space": ("new_study", "", _new_study("tumours.csv", "diagnosis", 3)),
    "settings": ("new_study", "", _new_study("diabetes.csv", "progression", more=True)),
    "images": ("new_study", "", _new_study("digits", "", 1)),
    "unreadable": ("new_study", "", _unreadable),
    "running": ("overview", "Wines", _nothing),
    "finished": ("overview", "Tumours", _nothing),
    "by_size": ("overview", "Tumours", _by_size),
    "regression": ("overview", "Diabetes", _nothing),
    "pictures": ("overview", "Digits", _nothing),
    "ruled_out": ("overview", "Small networks", _nothing),
    "no_time": ("overview", "No time", _nothing),
    "interrupted": ("overview", "Wines, interrupted", _nothing),
    "empty_overview": ("overview", "", _nothing),
    "trials": ("trials", "Tumours", _filtered("", 3)),
    "trial_ruled_out": ("trials", "Small networks", _filtered('failure ~ "parameters"', 0)),
    "pareto": ("trials", "Tumours", _pareto),
    "empty_trials": ("trials", "", _nothing),
    "compare": ("trials", "Tumours", _filtered("state == complete", 0, 1, 3)),
    "charts": ("charts", "Tumours", _nothing),
    "charts_brushed": ("charts", "Tumours", _brushed),
    "groups": ("understand", "Tumours", _nothing),
    "groups_holdout": ("understand", "Tumours", _holdout),
    "groups_errors": ("understand", "Diabetes", _nothing),
    "groups_before": ("understand", "Digits", _nothing),
    "compress": ("compress", "Tumours", _variant),
    "compress_before": ("compress", "Digits", _nothing),
    "export": ("export", "Tumours", _bundle),
    "export_formats": ("export", "Diabetes", _formats),
    "predict": ("predict", "", _nothing),
    "predict_table": ("predict", "", _predicted("tumours", "new-tumours.csv")),
    "predict_interval": ("predict", "", _predicted("diabetes", "diabetes.csv", 0.9)),
    "predict_images": ("predict", "", _predicted("digits", "digits")),
    "predict_failed": ("predict", "", _predicted("tumours", "wine.csv")),
}  # fmt: skip


def shoot(folder: Path, studies: Path, only: str = "", *, quick: bool = False) -> list[Path]:
    """Write the pictures into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures: list[Path] = []
    wanted = [name for name in PICTURES if not only or name in only.split(",")]
    workspace = shot_studies.make(studies)
    with tempfile.TemporaryDirectory() as place:
        os.environ["CUPEL_SETTINGS_DIR"] = place
        app.make_application()
        for language, theme in (("en", "light"), ("zh", "dark"), ("en", "dark"), ("zh", "light"))[
            : 2 if quick else 4
        ]:
            for name in wanted:
                shown = Path(place) / "empty" if name.startswith("empty") else workspace
                searching = shot_studies.running(studies) if name == "running" else nullcontext()
                with searching:
                    dress = f"{name}-{language}-{theme}"
                    pictures += _shoot(
                        folder / dress, shown, studies / "data", name, language, theme, quick=quick
                    )
    return pictures


def _shoot(
    path: Path, workspace: Path, data: Path, name: str, language: str, theme: str, *, quick: bool
) -> list[Path]:
    window = app.make_window(workspace, language, theme)
    page_name, study, prepare = PICTURES[name]
    window.resize(*SIZES[0])
    window.show()
    wait_for(lambda: window.desk.has_read)
    if study:
        window.desk.select(next(one.id for one in window.desk.studies if one.name == study))
    window.show_page(page_name)
    settle(500)
    prepare(Shown(window, window.pages[page_name], data))
    pictures: list[Path] = []
    for size in SIZES[: 1 if quick else None]:
        window.resize(*size)
        settle(900)
        pictures.append(path.with_name(f"{path.name}-{size[0]}.png"))
        window.grab().save(str(pictures[-1]))
    window.close()
    window.deleteLater()
    settle(20)
    return pictures


def main() -> None:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pictures, separated by commas")
    parser.add_argument("--quick", action="store_true", help="one size, two of the four dresses")
    parser.add_argument(
        "--studies", type=Path, help="where the searched studies are kept, so that another run starts at once"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        studies = options.studies or Path(place)
        for path in shoot(options.folder, studies, options.only, quick=options.quick):
            print(path)


if __name__ == "__main__":
    main()
