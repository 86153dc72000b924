"""The Predict page: a bundle and a file in, predictions and drift in view; a wrong file is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import msgspec
import pytest
from cupel.engine.deployment.export import export_final
from cupel.engine.domain.predictions import PredictedRows, PredictionPreview, PreviewRow, ScoredRows
from cupel.gui.models.predictions_model import PredictionsModel
from cupel.gui.pages.predict import PredictPage
from cupel.gui.shell import MainWindow
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ..engine.deployment.made import Made, make_study
from .seen import says

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="


@pytest.fixture
def made(tmp_path: Path) -> Made:
    found = make_study(tmp_path / "made", "binary", {}, n_networks=3, out_of_fold=True)
    record = export_final(found.store, found.study_id)
    assert record.failure is None, record.failure.traceback
    found.store.close()
    return found


def _page(qtbot: QtBot, window: MainWindow) -> PredictPage:
    window.show_page("predict")
    page = window.pages["predict"]
    assert isinstance(page, PredictPage)
    qtbot.waitUntil(lambda: window.desk.has_read)
    return page


def test_a_file_is_predicted_with_a_bundle_of_the_workspace(qtbot: QtBot, open_window, made: Made) -> None:
    page = _page(qtbot, open_window(made.store.workspace.path))
    qtbot.waitUntil(lambda: bool(page.bundle.value()))
    assert not page.start.isEnabled()
    page.data.set_value(str(made.file))
    page.data.changed.emit()
    assert page.out.value() == str(made.file.with_name("data-predictions.csv"))
    page.start.click()
    assert not page.start.isEnabled()
    qtbot.waitUntil(lambda: page.model.rowCount() > 0)
    assert page.drift.text() == "No drift"
    assert page.summary.text().startswith(f"{made.table.n_rows} rows predicted · ")
    assert page.table.isVisible()
    assert not page.pictures.isVisible()
    with Path(page.out.value()).open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    shown = [page.model.index(i, 1).data() for i in range(page.model.rowCount())]
    assert shown == [row["prediction"] for row in written[: len(shown)]]
    page.interval.set_value(0.9)
    page.interval.changed.emit()
    assert not page.table.isVisible()
    page.start.click()
    qtbot.waitUntil(lambda: page.notice.isVisible() or "within" in page.model.parts)
    assert not page.notice.isVisible(), page.notice.label.text()
    with Path(page.out.value()).open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    place = page.model.parts.index("within")
    assert page.model.heading(place) == "One of these"
    shown = [page.model.index(i, place).data() for i in range(page.model.rowCount())]
    assert shown == [", ".join(json.loads(row["set"])) for row in written[: len(shown)]]


def test_a_file_without_the_columns_is_told(qtbot: QtBot, open_window, made: Made, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    page = _page(qtbot, open_window(made.store.workspace.path))
    qtbot.waitUntil(lambda: bool(page.bundle.value()))
    page.take(str(tmp_path / "other.csv"))
    page.start.click()
    qtbot.waitUntil(page.notice.isVisible)
    assert "other.csv has no column 'income (k€)'" in page.notice.label.text()
    qtbot.waitUntil(page.start.isEnabled)


def test_images_are_shown_with_their_labels_and_wrong_ones_are_marked(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = _page(qtbot, window)
    page.offer(["/somewhere/bundle"])
    rows = [
        {"row": "cat/1.png", "truth": "cat", "cells": [], "prediction": label, "share": 0.8, "wrong": label != "cat",
         "picture": PICTURE}
        for label in ("cat", "dog")
    ]  # fmt: skip
    shown = tuple(msgspec.convert(row, PreviewRow) for row in rows)
    preview = PredictionPreview((), shown, has_truth=True)
    scored = ScoredRows("accuracy", 0.75, 8, 2, 0, "", is_training_file=False)
    page.show_result(PredictedRows(8, {}, (), None, scored, 0.1, out="", preview=preview))
    assert page.pictures.isVisible()
    assert page.table.isVisible()
    assert [page.table.model().index(1, place).data() for place in range(4)] == [
        "cat/1.png",
        "dog",
        "80.0%",
        "cat",
    ]
    assert [page.pictures.item(i).text() for i in range(2)] == ["cat 80%", "✗ dog 80%"]
    assert page.summary.text() == (
        "8 rows predicted · accuracy 0.750 on 8 rows whose target is known, of which 2 are predicted wrongly"
    )
    page.data.changed.emit()
    assert not page.pictures.isVisible()


def test_without_a_bundle_the_page_says_what_to_do(qtbot: QtBot, open_window, tmp_path: Path) -> None:
    page = _page(qtbot, open_window(tmp_path / "empty"))
    qtbot.waitUntil(lambda: says(page, "Nothing to predict with yet"))


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = PredictionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    row = PreviewRow(row="1", truth=None, cells=("5",), prediction="7.5", share=None, wrong=False)
    rows = (row, msgspec.structs.replace(row, cells=()))
    model.show_preview(PredictionPreview(("size",), rows, has_truth=False))
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(3)] == ["Row", "Prediction", "size"]
    assert model.index(0, 2).data() == "5"
    assert tester is not None


def test_rows_are_sorted_by_the_size_of_numbers_and_empty_cells_come_last(qtbot: QtBot) -> None:
    model = PredictionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rows = tuple(
        PreviewRow(row=str(i + 1), truth=None, cells=cells, prediction=said, share=None, wrong=False)
        for i, (said, cells) in enumerate([("9.5", ("b",)), ("", ()), ("-2e3", ("a",)), ("10", ("c",))])
    )
    model.show_preview(PredictionPreview(("size",), rows, has_truth=False))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert [model.index(i, 0).data() for i in range(4)] == ["4", "1", "3", "2"]
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Prediction ↓"
    model.sort(2, Qt.SortOrder.AscendingOrder)
    assert [model.index(i, 0).data() for i in range(4)] == ["3", "1", "4", "2"]
    model.sort(-1)
    assert [model.index(i, 0).data() for i in range(4)] == ["1", "2", "3", "4"]
    assert tester is not None
