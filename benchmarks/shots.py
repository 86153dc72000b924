"""Takes pictures of every page in both themes, both languages and two sizes (`make shots`).

python benchmarks/shots.py FOLDER [--only PAGE] [--quick]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import tempfile
from pathlib import Path

# Its tests have the workspace that is shown.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from cupel.engine.domain.predictions import PredictedRows
from cupel.engine.domain.thresholds import Threshold
from cupel.storage.store import Store
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

from tests.gui import made_inspections, made_workspace

# Each picture: the page that is shown, and the study in view.
PAGES = {
    "studies": ("studies", ""),
    "empty": ("studies", ""),
    "new_study": ("new_study", ""),
    "columns": ("new_study", ""),
    "report": ("new_study", ""),
    "space": ("new_study", ""),
    "settings": ("new_study", ""),
    "images": ("new_study", ""),
    "images_settings": ("new_study", ""),
    "texts": ("new_study", ""),
    "unreadable": ("new_study", ""),
    "running": ("live", "Adult income"),
    "finished": ("live", "California housing prices, 2 repeats"),
    "by_size": ("live", "California housing prices, 2 repeats"),
    "ruled_out": ("live", "Penguins"),
    "empty_live": ("live", ""),
    "failed": ("live", "Telco churn, old columns"),
    "trials": ("trials", "California housing prices, 2 repeats"),
    "trial_failed": ("trials", "California housing prices, 2 repeats"),
    "trial_ruled_out": ("trials", "Penguins"),
    "pareto": ("trials", "California housing prices, 2 repeats"),
    "empty_trials": ("trials", ""),
    "compare": ("trials", "California housing prices, 2 repeats"),
    "groups": ("groups", "Titanic survival"),
    "groups_holdout": ("groups", "Titanic survival"),
    "groups_errors": ("groups", "California housing prices, 2 repeats"),
    "groups_before": ("groups", "Penguins"),
    "compress": ("compress", "California housing prices, 2 repeats"),
    "compress_failed": ("compress", "California housing prices, 2 repeats"),
    "compress_before": ("compress", "Titanic survival"),
    "export": ("export", "California housing prices, 2 repeats"),
    "export_threshold": ("export", "Titanic survival"),
    "export_formats": ("export", "California housing prices, 2 repeats"),
    "export_failed": ("export", "California housing prices, 2 repeats"),
    "export_before": ("export", "Titanic survival"),
    "predict": ("predict", ""),
    "predict_table": ("predict", ""),
    "predict_images": ("predict", ""),
    "predict_failed": ("predict", ""),
}
SIZES = ((1280, 800), (1024, 700))


def settle(milliseconds: int = 350) -> None:
    """Let the window read, lay out and paint."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shoot(folder: Path, only: str = "", *, quick: bool = False) -> list[Path]:
    """Write the pictures into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures: list[Path] = []
    with tempfile.TemporaryDirectory() as place:
        os.environ["CUPEL_SETTINGS_DIR"] = place
        full, empty = Path(place) / "cupel", Path(place) / "empty"
        made_workspace.fill(full)
        with Store.open(full) as store:  # so that the running study has a live engine
            store.claim_study(store.find_study("Adult income").id, os.getpid())
        from cupel.gui import app

        app.make_application()
        for language in ("en", "zh"):
            for theme in ("light", "dark"):
                if quick and (language, theme) not in (("en", "light"), ("zh", "dark")):
                    continue
                for page in PAGES:
                    if not only or page in only.split(","):
                        workspace = empty if page.startswith("empty") else full
                        pictures += _shoot_page(
                            folder, workspace, page, language, theme, SIZES[:1] if quick else SIZES
                        )
    return pictures


def _shoot_page(
    folder: Path, workspace: Path, page: str, language: str, theme: str, sizes: tuple[tuple[int, int], ...]
) -> list[Path]:
    from cupel.gui import app

    window = app.make_window(workspace, language, theme)
    pictures: list[Path] = []
    for width, height in sizes:
        window.resize(width, height)
        window.show()
        while not window.desk.has_read:
            settle()
        _prepare(window, page)
        settle(900)
        path = folder / f"{page}-{language}-{theme}-{width}.png"
        window.grab().save(str(path))
        pictures.append(path)
    window.close()
    window.deleteLater()
    settle(20)
    return pictures


def _prepare(window, picture: str) -> None:
    studies = {study.name: study.id for study in window.desk.studies}
    name, study = PAGES[picture]
    if study:
        window.desk.select(studies[study])
    window.show_page(name)
    settle(500)
    page = window.pages[name]
    if name == "new_study" and picture != "new_study":
        _prepare_new_study(page, picture)
    if picture == "by_size":
        page.charts.buttons["by_cost"].setChecked(True)
    if picture.startswith("predict_"):
        _prepare_predict(page, picture)
    if picture == "export_threshold":
        _prepare_threshold(window, page)
    elif picture.startswith("export_"):
        for chip in ("saved_model", "litert"):
            page.formats[chip].setChecked(picture == "export_formats")
        page.table.selectRow(1 if picture == "export_failed" else 0)
    if picture == "groups_holdout":
        page.card.choose_part("holdout")
        page.threshold.choice.set_value("given")
        page.threshold.show_model(window.desk.study, 0)
        page.threshold.number.set_value(0.35)
    if picture == "pareto":
        page.charted.setChecked(True)
    if picture == "trial_ruled_out":
        page.filter.setText('failure ~ "parameters"')
        page.apply_filter()
        page.table.selectRow(0)
    if picture == "trials":
        page.table.selectRow(3)
    if picture == "trial_failed":
        page.filter.setText("state == fail")
        page.apply_filter()
        page.table.selectRow(0)
    if picture in ("compress", "compress_failed"):
        page.variants.table.selectRow(6 if picture == "compress" else 10)
    if picture == "compare":
        for place in (2, 5, 9):
            page.select_also(place)


def _prepare_threshold(window, page) -> None:
    """Show a fitted threshold, as of a study that is judged by one, and a bundle that decides by it."""
    settle(900)  # what is read must not come after it
    study = window.desk.study
    gain = {"mean": 0.0042, "low": -0.0013, "high": 0.0097}
    told = {"value": 0.372, "chosen": "tuned", "metric": "balanced_accuracy", "gain": gain}
    page.threshold._known[study.id, study.best_trial] = msgspec.convert(told, Threshold)
    study = dataclasses.replace(study, metric=told["metric"])
    window.desk.studies = tuple(study if one.id == study.id else one for one in window.desk.studies)
    page._show_formats()
    page.threshold.choice.set_value("tuned")
    page._show_formats()
    with Store.open(window.feed.workspace) as store:
        export = next(export for export in store.exports() if export.failure is None)
    manifest = {**export.manifest, "threshold": {**told, "label": "1"}}
    page.certificate.show_export(dataclasses.replace(export, manifest=manifest))


def _prepare_new_study(page, picture: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        if picture == "unreadable":
            file = Path(place) / "broken.csv"
            file.write_bytes(b"\x00\x01\x02" * 50)
            page.open_source(str(file))
            while not page.notice.isVisible():
                settle()
            return
        source = Path(place) / "adult.csv"
        if picture in ("images", "images_settings"):
            source = Path(place) / "shapes"
            found = made_inspections.image_inspection(source)
        elif picture == "texts":
            source = Path(place) / "reviews"
            found = made_inspections.text_inspection(source)
        else:
            found = made_inspections.sample_inspection()
        page.state.open(str(source))
        page.show_inspection(found)
    tabs = {"report": 2, "space": 3, "images": 1, "images_settings": 3, "texts": 1}
    page.data.tabs.setCurrentIndex(tabs.get(picture, 0))
    is_open = picture in ("settings", "images_settings")
    page.form.more.setChecked(is_open)
    settle(50)
    if is_open:  # as one who has scrolled down to the end
        bar = page.form.area.verticalScrollBar()
        bar.setValue(bar.maximum())


def _prepare_predict(page, picture: str) -> None:
    page.offer(["/home/you/cupel/exports/adult-income"])
    page.data.set_value("/home/you/data/adult-2026.csv")
    page.data.changed.emit()
    if picture == "predict_failed":
        page.notice.tell(lambda: "No such file: /home/you/data/adult-2026.csv")
        return
    results = {
        "predict_table": made_inspections.table_predictions,
        "predict_images": made_inspections.image_predictions,
    }
    page.interval.set_value(0.9 if picture == "predict_table" else None)
    page.show_result(msgspec.convert(results[picture](), PredictedRows))


def main() -> None:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages, separated by commas")
    parser.add_argument("--quick", action="store_true", help="one size, two of the four dresses")
    options = parser.parse_args()
    for path in shoot(options.folder, options.only, quick=options.quick):
        print(path)


if __name__ == "__main__":
    main()
