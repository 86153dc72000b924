"""The Compress page: the table of variants, the charts with their front, the details, and the job."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import psutil
import pytest
from cupel.engine.domain.requests import CompressedTrial
from cupel.engine.domain.stored import encoded
from cupel.engine.domain.variants import LayerWeights
from cupel.engine.jobs.launch import ServiceProcess
from cupel.engine.service import run_job
from cupel.gui.charts.spec import Bars
from cupel.gui.charts.variants import Spot, VariantSpots
from cupel.gui.models.variants_model import VariantColumn, VariantsModel
from cupel.gui.pages.compress import CompressPage
from cupel.gui.pages.export import ExportPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.compressing import usual_limit
from cupel.gui.states.variants import newest, size_scale, time_scale
from cupel.gui.theme import colour
from cupel.gui.widgets.chart_view import ChartView
from cupel.gui.widgets.tables import ToneDelegate
from cupel.storage.records import JobState, TrialState
from cupel.storage.store import Store
from cupel.storage.workspace import SCRATCH
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from ..engine.deployment.made import make_study
from .seen import says

CALIFORNIA = "California"


def study_id_of(window: MainWindow, name: str) -> int:
    return next(study.id for study in window.desk.studies if study.name.startswith(name))


def cell(page: CompressPage, name: str, column: VariantColumn) -> str:
    return str(page.model.index(page.model.row_of(name), column).data())


def spots(chart: ChartView[VariantSpots]) -> tuple[Spot, ...]:
    return chart.data.spots if chart.data is not None else ()


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> CompressPage:
    window.desk.select(study_id_of(window, CALIFORNIA))
    window.show_page("compress")
    found = window.pages["compress"]
    assert isinstance(found, CompressPage)
    qtbot.waitUntil(lambda: found.model.rowCount() == 11)
    return found


@pytest.fixture
def made(tmp_path: Path) -> Path:
    study = make_study(tmp_path / "made", "binary", {}, n_networks=2)
    study.store.close()
    return study.store.workspace.path


def test_the_model_keeps_qts_rules(qtbot: QtBot, workspace: Path) -> None:
    model = VariantsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with Store.open(workspace) as store:
        study = next(study for study in store.studies() if study.name.startswith(CALIFORNIA))
        trial = store.trial_by_number(study.id, study.best_trial or 0)
        model.show_variants(newest(store.variants(trial.id)), study.metric)
    model.set_most_drop(1.0)
    model.show_variants([], "rmse")
    assert tester is not None


def test_figures_of_a_column_share_unit_and_decimals() -> None:
    scale = size_scale([214_000, 25_680, None])
    assert [scale.text(value) for value in (214_000, 25_680)] == ["214.0", "25.7"]
    assert scale.with_unit(None) == "–"
    scale = time_scale([0.0123, 0.3])
    assert [scale.with_unit(value) for value in (0.0123, 0.3)] == ["12.3 µs", "300.0 µs"]
    assert time_scale([150.0, 2.5]).with_unit(150.0) == "150.0 ms"


def test_only_the_newest_variant_of_a_name_is_shown_with_the_base_of_its_own_run(workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = next(study for study in store.studies() if study.name.startswith(CALIFORNIA))
        trial = store.trial_by_number(study.id, study.best_trial or 0)
        before = newest(store.variants(trial.id))
        again = store.add_variant(trial.id, name="base", method={})
        assert [one.record.id for one in newest(store.variants(trial.id))] == [
            one.record.id for one in before
        ]  # it has not ended
        store.finish_variant(again.id, state=TrialState.COMPLETE, value=1.0, size_bytes=7, measures={})
        after = {one.record.name: one for one in newest(store.variants(trial.id))}
    assert after["base"].record.id == again.id
    assert after["int8"].base is not None
    assert after["int8"].base.size_bytes == 214_000


def test_the_table_tells_score_loss_size_and_time(page: CompressPage) -> None:
    assert cell(page, "base", VariantColumn.LOSS) == "–"
    assert cell(page, "int8", VariantColumn.NAME) == "int8"
    assert " ± " in cell(page, "int8", VariantColumn.SCORE)
    assert " … " in cell(page, "int8", VariantColumn.LOSS)
    assert cell(page, "int8", VariantColumn.SIZE) == "64.2"
    assert cell(page, "structured 75 %", VariantColumn.NAME) == "Structured 75%"
    head = page.model.headerData(VariantColumn.ONE, Qt.Orientation.Horizontal)
    assert head == "1 row, µs"


def test_a_variant_that_failed_says_why_in_its_row_and_in_the_details(page: CompressPage) -> None:
    assert "Training diverged" in cell(page, "sparse 2:4", VariantColumn.SCORE)
    row = page.model.row_of("sparse 2:4")
    assert (
        page.variants.table.columnSpan(row, VariantColumn.SCORE) == len(VariantColumn) - VariantColumn.SCORE
    )
    page.variants.table.selectRow(row)
    assert page.details.failure.isVisible()
    assert "Training diverged" in page.details.failure.label.text()
    assert not page.details.verdict.isVisible()
    assert "sparse 2:4" not in {spot.name for spot in spots(page.charts.bytes_chart)}


def test_why_a_variant_failed_is_translated_as_well(page: CompressPage, window: MainWindow) -> None:
    window.set_language("zh")
    said = cell(page, "sparse 2:4", VariantColumn.SCORE)
    assert said.startswith("无法生成此变体")
    assert "loss" not in said.lower()


def test_a_chosen_row_keeps_the_tone_of_its_cells(page: CompressPage) -> None:
    row = page.model.row_of("sparse 2:4")
    page.variants.table.selectRow(row)
    index = page.model.index(row, VariantColumn.SCORE)
    option = QStyleOptionViewItem()
    delegate = page.variants.table.itemDelegateForIndex(index)
    assert isinstance(delegate, ToneDelegate)
    delegate.initStyleOption(option, index)
    assert option.palette.highlightedText().color() == colour("bad")  # type: ignore[attr-defined] - missing in its stubs


def test_verdicts_and_advice_follow_the_limit_at_once(page: CompressPage) -> None:
    assert page.choice.limit.value() == usual_limit(page.desk.study)  # type: ignore[arg-type]
    page.variants.select("structured 50 % + int8")
    assert page.details.verdict.text().startswith("Loses ")
    page.choice.limit.set_value(1e6)
    page.choice.limit.changed.emit()
    assert page.details.verdict.text().startswith("Costs ")
    assert "Structured 50% + int8" in page.variants.advice.text()
    page.choice.limit.set_value(0)
    page.choice.limit.changed.emit()
    assert page.variants.advice.text().endswith("int8, calibrated") or page.variants.advice.text().endswith(
        "float16"
    )


def test_the_verdict_of_a_sparse_network_says_that_no_runtime_uses_the_zeros(
    page: CompressPage, window: MainWindow
) -> None:
    page.choice.limit.set_value(1e6)
    page.choice.limit.changed.emit()
    page.variants.select("sparse 75 %")
    assert "No runtime here uses the zeros" in page.details.verdict.text()
    window.set_language("zh")
    assert "没有运行时能利用零值" in page.details.verdict.text()
    assert "75%" in page.details.verdict.text()


def test_details_tell_every_runtime_and_what_it_was_compared_with(page: CompressPage) -> None:
    page.variants.select("structured 50 %")
    assert "control" in page.details.against.text()
    grid = page.details.runtimes
    said = {
        grid.itemAtPosition(place, 0).widget().text(): grid.itemAtPosition(place, 2).widget().text()  # type: ignore[union-attr]
        for place in range(grid.rowCount())
        if grid.itemAtPosition(place, 0) is not None
    }
    assert said[""] == "LiteRT"
    assert " / " in said["1 row, p50 / p95"]
    page.variants.select("int8_static")
    assert "failed to calibrate" in page.details.problems.text()
    assert page.details.problems.isVisible()


def test_charts_mark_the_front_and_a_click_selects(qtbot: QtBot, page: CompressPage) -> None:
    assert page.charts.bytes_chart.data is not None
    assert page.charts.time_chart.data is not None
    assert {"control", "int8", "structured 50 % + int8"} <= page.charts.bytes_chart.data.on_front
    assert "structured 75 %" not in page.charts.bytes_chart.data.on_front
    assert "structured 75 %" in page.charts.time_chart.data.on_front
    bars = next(one for one in page.charts.bytes_chart.marks if one.key == "bars")
    assert isinstance(bars, Bars)
    assert len(bars.x) == len(spots(page.charts.bytes_chart))
    spot = next(spot for spot in spots(page.charts.bytes_chart) if spot.name == "structured 75 %")
    page.charts.bytes_chart.grab()  # the chart takes its range when it is painted
    box = page.charts.bytes_chart.getPlotItem().getViewBox()
    place = box.mapViewToScene(QPointF(page.charts.bytes_chart.data.x(spot), spot.score))
    tip = page.charts.bytes_chart.tip_at(place)
    assert tip.startswith("Structured 75%")
    assert "Not on the front" in tip
    at = page.charts.bytes_chart.mapFromScene(place)
    qtbot.mouseClick(page.charts.bytes_chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: page.variants.selected().record.name == "structured 75 %")  # type: ignore[union-attr]


def test_the_time_chart_can_tell_of_many_rows(page: CompressPage) -> None:
    one = [spot.cost for spot in spots(page.charts.time_chart)]
    page.charts.rows.set_value("batch_latency_ms")
    page.charts.rows.changed.emit()
    assert [spot.cost for spot in spots(page.charts.time_chart)] != one


def test_a_form_is_exported_from_where_it_was_judged(
    qtbot: QtBot, page: CompressPage, window: MainWindow
) -> None:
    page.variants.table.selectRow(page.model.row_of("int8"))
    page.details.export.click()
    assert window.page_name == "export"
    export = window.pages["export"]
    assert isinstance(export, ExportPage)
    qtbot.waitUntil(lambda: export.variant.value() == "int8")
    asked = export.request()
    assert asked is not None
    assert asked.variant == "int8"


def test_keys_walk_through_the_variants(qtbot: QtBot, page: CompressPage) -> None:
    page.take_focus()
    assert page.variants.table.hasFocus()
    page.variants.table.selectRow(0)
    qtbot.keyClick(page.variants.table, Qt.Key.Key_Down)
    assert page.details.name.text() == "Control"


def test_a_trial_without_variants_says_what_to_do(
    qtbot: QtBot, page: CompressPage, window: MainWindow
) -> None:
    window.desk.select(study_id_of(window, "Titanic"))
    qtbot.waitUntil(page.variants.nothing_yet.isVisible)
    assert not page.variants.table.isVisible()
    assert not page.results.isVisible()
    assert page.start.isEnabled()
    window.desk.select(study_id_of(window, "Phoneme"))  # has no trial
    qtbot.waitUntil(lambda: says(page, "Nothing to compress yet"))
    assert not page.start.isEnabled()


def test_a_limit_that_is_none_is_said(page: CompressPage, workspace: Path) -> None:
    page.choice.limit.widget.setText("-1")  # type: ignore[attr-defined]
    page.start.click()
    assert page.notice.isVisible()
    assert not page.progress_box.isVisible()
    with Store.open(workspace) as store:
        assert store.jobs() == []


def test_what_cannot_be_compressed_says_why(qtbot: QtBot, page: CompressPage, workspace: Path) -> None:
    page.choice.what.set_value(("quantize",))
    page.start.click()  # the made-up study has no networks
    assert page.progress_box.isVisible()
    assert not page.start.isEnabled()
    qtbot.waitUntil(page.notice.isVisible)
    assert page.notice.label.text()
    assert page.start.isEnabled()
    with Store.open(workspace) as store:
        job = store.jobs()[-1]
        assert (job.kind, job.state) == ("compress", JobState.FAILED)
        assert job.args["what"] == ["quantize"]
    assert list(workspace.glob(f"{SCRATCH}*")) == []


@pytest.mark.slow
def test_the_networks_of_a_real_study_are_quantized(qtbot: QtBot, open_window, made: Path) -> None:
    window = open_window(made)
    window.show_page("compress")
    page = window.pages["compress"]
    qtbot.waitUntil(page.variants.nothing_yet.isVisible)
    qtbot.waitUntil(page.start.isEnabled)
    page.choice.what.set_value(("quantize",))
    page.start.click()
    qtbot.waitUntil(lambda: page.model.row_of("int8") >= 0 or page.notice.isVisible())
    assert not page.notice.isVisible(), page.notice.label.text()
    qtbot.waitUntil(page.start.isEnabled)
    assert not page.progress_box.isVisible()
    qtbot.waitUntil(lambda: page.model.row_of("tuned int4") >= 0)
    assert [one.record.name for one in page.model.variants] == [
        "base", "control", "float16", "int8", "int8_static", "int16", "int4", "tuned int4",
    ]  # fmt: skip
    assert page.model.variants[3].said(0.01)
    assert list(made.glob(f"{SCRATCH}*")) == []


def test_a_cancelled_job_ends_soon_and_leaves_nothing(made: Path) -> None:
    with Store.open(made) as store:
        study = store.studies()[0]
        trial = store.trial_by_number(study.id, 0)
        store.add_job("compress", {"study_id": study.id, "trial": 0, "what": ["quantize"]})
        job = store.claim_job(1)
        assert job is not None
        doing = threading.Thread(target=run_job, args=(store, job))
        doing.start()
        while not store.job(job.id).message and doing.is_alive():
            doing.join(0.05)
        assert store.cancel_job(job.id)
        doing.join()
        assert store.job(job.id).state is JobState.CANCELLED
        assert store.variants(trial.id) == []
    assert list(made.glob(f"{SCRATCH}*")) == []
    assert trainings(psutil.Process().children(recursive=True)) == []


def test_a_service_that_is_ended_takes_its_work_with_it(made: Path) -> None:
    service = ServiceProcess(made)
    with Store.open(made) as store:
        store.add_job("compress", {"study_id": store.studies()[0].id, "trial": 0, "what": ["quantize"]})
        service.ensure()
        waited = threading.Event()
        while not (working := trainings(psutil.Process().children(recursive=True))):
            waited.wait(0.05)
        assert list(made.glob(f"{SCRATCH}*")) != []
        service.stop()
        psutil.wait_procs(working)
        assert list(made.glob(f"{SCRATCH}*")) == []
        assert [job.state for job in store.fail_dead_jobs()] == [JobState.FAILED]


def trainings(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that train networks on."""
    return [process for process in processes if "cupel.engine.compression.train:train" in process.cmdline()]


def test_choosing_and_blaming_ask_for_their_own_work_under_the_limits(
    qtbot: QtBot, page: CompressPage, workspace: Path
) -> None:
    page.choice.most_bytes.set_value(20_000)
    page.choice.most_ms.set_value(0.5)
    page.choose.click()
    assert not page.blame.isEnabled()
    qtbot.waitUntil(page.notice.isVisible)  # the made-up study has no networks
    page.blame.click()
    qtbot.waitUntil(lambda: not page.notice.isVisible())
    qtbot.waitUntil(page.notice.isVisible)
    with Store.open(workspace) as store:
        choose, blame = store.jobs()[-2:]
    assert choose.args["mode"] == "choose"
    assert (choose.args["most_bytes"], choose.args["most_ms"], choose.args["timeout_s"]) == (20_000, 0.5, 180)
    assert blame.args["mode"] == "blame"


def test_limits_of_bytes_and_time_rule_the_advice(page: CompressPage) -> None:
    page.choice.limit.set_value(1e6)
    page.choice.limit.changed.emit()
    assert page.variants.advice.text() != "No variant is within the limit."
    page.choice.most_bytes.set_value(1)
    page.choice.most_bytes.changed.emit()
    assert page.variants.advice.text() == "No variant is within the limit."
    page.choice.most_bytes.widget.setText("0")  # type: ignore[attr-defined]
    page.choose.click()
    assert "more than zero" in page.notice.label.text()


def test_a_job_that_goes_on_is_shown_when_the_window_is_opened_again(
    qtbot: QtBot, open_window, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        study = next(study for study in store.studies() if study.name.startswith(CALIFORNIA))
        store.add_job("compress", {"study_id": study.id, "trial": 0, "mode": "choose"})
        job = store.claim_job(psutil.Process().pid)
        assert job is not None
        store.update_job(job.id, progress=0.4, message="searching")
        window = open_window(workspace)
        window.desk.select(study.id)
        window.show_page("compress")
        page = window.pages["compress"]
        assert isinstance(page, CompressPage)
        qtbot.waitUntil(page.progress_box.isVisible)
        assert page.progress_box.line.value() == 400
        assert "Trying candidates" in page.progress_box.words.text()
        assert not page.start.isEnabled()
        answer = CompressedTrial(1, (1, 2), "int8", 9)
        store.finish_job(job.id, result=encoded(answer))
        qtbot.waitUntil(page.start.isEnabled)
        assert not page.progress_box.isVisible()


def test_layers_tell_zeros_histograms_and_blame(page: CompressPage) -> None:
    layers = page.details.layers
    one = LayerWeights("dense_0", 4, 0.5, 1.0, (2, 2), (3, 1))
    layers.show_layers([one, msgspec.structs.replace(one, layer="output")], {"dense_0": 0.0125}, ["output"])
    assert "50% zeros" in layers.words_of(one)
    assert "loss alone 0.0125" in layers.words_of(one)
    assert "stays as it is" in layers.accessibleDescription()
    assert layers.height() > 100
    layers.grab()
    layers.show_layers([], {}, [])
    assert layers.height() == 1


def test_a_chosen_form_says_among_how_many_and_what_such_a_choice_loses(
    page: CompressPage, window: MainWindow
) -> None:
    page.variants.select("structured 50 % + int8")
    said = page.details.choice.text()
    assert said.startswith("Chosen among 86 candidates")
    assert "12 were over a limit" in said
    assert "within the limit of 500 loses" in said
    page.choice.limit.set_value(1e6)
    page.choice.limit.changed.emit()
    assert "Structured 50% + int8 · chosen among 86 · such a choice loses" in page.variants.advice.text()
    page.variants.select("int8")
    assert not page.details.choice.isVisible()
    window.set_language("zh")
    page.variants.select("structured 50 % + int8")
    assert page.details.choice.text().startswith("它是按在这些折上的损失从 86 个候选中选出的")
