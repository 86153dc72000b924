"""Takes pictures of every page in both themes, both languages and two sizes (`make shots`).

python benchmarks/shots.py FOLDER [--only PAGE] [--quick]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import make_workspace
from cupel.storage.store import Store
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

# Each picture: the page that is shown, and the study in view.
PAGES = {
    "studies": ("studies", ""),
    "empty": ("studies", ""),
    "new_study": ("new_study", ""),
    "columns": ("new_study", ""),
    "report": ("new_study", ""),
    "space": ("new_study", ""),
    "running": ("live", "Adult income"),
    "finished": ("live", "California housing prices, 2 repeats"),
    "failed": ("live", "Telco churn, old columns"),
    "trials": ("trials", "California housing prices, 2 repeats"),
    "trial_failed": ("trials", "California housing prices, 2 repeats"),
    "compare": ("trials", "California housing prices, 2 repeats"),
    "compress": ("compress", "California housing prices, 2 repeats"),
    "compress_failed": ("compress", "California housing prices, 2 repeats"),
    "compress_before": ("compress", "Titanic survival"),
    "export": ("export", "California housing prices, 2 repeats"),
    "export_before": ("export", "Titanic survival"),
}
SIZES = ((1280, 800), (1000, 640))


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
        make_workspace.fill(full)
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
                        workspace = empty if page == "empty" else full
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
    if picture in ("columns", "report", "space"):
        page.show_inspection(sample_inspection())
        page.data.tabs.setCurrentIndex({"columns": 0, "report": 2, "space": 3}[picture])
    if picture == "trials":
        page.table.selectRow(3)
    if picture == "trial_failed":
        page.filter.setText("state == fail")
        page.apply_filter()
        page.table.selectRow(0)
    if picture in ("compress", "compress_failed"):
        page.table.selectRow(6 if picture == "compress" else 10)
    if picture == "compare":
        for place in (2, 5, 9):
            page.select_also(place)


def sample_inspection() -> dict:
    """Return the result of an ``inspect`` job as the engine's service would give it."""
    numbers = {"edges": list(range(13)), "counts": [2, 5, 11, 18, 24, 22, 17, 11, 7, 4, 2, 1]}
    skewed = {"edges": list(range(13)), "counts": [90, 30, 12, 6, 3, 2, 1, 1, 0, 0, 0, 1]}

    def number(
        name: str, low: float, high: float, mean: float, missing: int = 0, shape: dict = numbers
    ) -> dict:
        return {
            "name": name,
            "kind": "number",
            "role": "numeric",
            "n_missing": missing,
            "n_unique": 72,
            "minimum": low,
            "maximum": high,
            "mean": mean,
            "examples": ["39", "50", "38"],
            "histogram": shape,
        }

    def words(name: str, top: list, unique: int, missing: int = 0, role: str = "categorical") -> dict:
        return {
            "name": name,
            "kind": "text",
            "role": role,
            "n_missing": missing,
            "n_unique": unique,
            "minimum": None,
            "maximum": None,
            "mean": None,
            "examples": [top[0][0]],
            "top": top,
        }

    columns = [
        number("age", 17, 90, 38.64),
        words("workclass", [["Private", 33906], ["Self-emp-not-inc", 3862], ["Local-gov", 3136]], 9, 2799),
        number("fnlwgt", 12285, 1490400, 189664.1, shape=skewed),
        words("education", [["HS-grad", 15784], ["Some-college", 10878], ["Bachelors", 8025]], 16),
        number("education-num", 1, 16, 10.08),
        words("marital-status", [["Married-civ-spouse", 22379], ["Never-married", 16117]], 7),
        words("occupation", [["Prof-specialty", 6172], ["Craft-repair", 6112]], 15, 2809),
        words("relationship", [["Husband", 19716], ["Not-in-family", 12583]], 6),
        number("capital-gain", 0, 99999, 1079.07, shape=skewed),
        number("hours-per-week", 1, 99, 40.42),
        words("native-country", [["United-States", 43832], ["Mexico", 951]], 42, 857),
        words("record_id", [["a81f", 1]], 48842, 0, "id"),
        words("income", [["<=50K", 37155], [">50K", 11687]], 2, 0, "target"),
    ]

    def message(template: str, **args: object) -> dict:
        return {"template": template, "args": args, "text": template.format(**args)}

    rows = [
        [
            "39",
            "State-gov",
            "77516",
            "Bachelors",
            "13",
            "Never-married",
            "Adm-clerical",
            "Not-in-family",
            "2174",
            "40",
            "United-States",
            "a81f",
            "<=50K",
        ]
    ] * 30
    return {
        "read": {
            "delimiter": ",",
            "encoding": "utf-8",
            "decimal": ".",
            "header": True,
            "quoting": True,
            "missing": [],
        },
        "name": "adult.csv",
        "n_rows": 48842,
        "n_columns": 13,
        "size_bytes": 5_326_368,
        "preview": {"columns": [c["name"] for c in columns], "rows": rows},
        "columns": columns,
        "findings": [
            {
                "severity": "serious",
                "code": "leakage",
                "column": "relationship",
                "message": message(
                    "Column {column!r} alone tells nearly all of the target (score {score} on {n} rows);"
                    " if it is known only afterwards, give it the role ignored.",
                    column="relationship",
                    score=0.97,
                    n="48,842",
                ),
            },
            {
                "severity": "warning",
                "code": "duplicates",
                "column": None,
                "message": message("{count} rows are exact duplicates of earlier rows.", count=52),
            },
            {
                "severity": "warning",
                "code": "missing",
                "column": "workclass",
                "message": message(
                    "Column {column!r} has no value in {count} rows ({percent:.1f} %).",
                    column="workclass",
                    count=2799,
                    percent=5.7,
                ),
            },
            {
                "severity": "info",
                "code": "id",
                "column": "record_id",
                "message": message(
                    "Column {column!r} looks like an identifier and is left out.", column="record_id"
                ),
            },
        ],
        "messages": [],
        "target": "income",
        "task": "binary",
        "labels": [["<=50K", 37155], [">50K", 11687]],
        "n_dropped": 0,
    }


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
