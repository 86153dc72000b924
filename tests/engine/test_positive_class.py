"""Which of two classes a metric is of: the one that is named, else the rarer one; of old studies the second by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.commands.summary import summary
from cupel.engine.data.columns import NumberColumn, WordColumn
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target, positive_class, positive_message
from cupel.engine.domain.data_read import DataRead
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.metrics import METRICS, ONE_SIDED
from cupel.engine.domain.spec import StudySpec, spec_of
from cupel.engine.studies import create_study
from cupel.engine.study_rows import StudyRows
from cupel.storage.store import Store


def table_of(cells: list[object]) -> tuple[Table, TableSchema]:
    words = all(isinstance(cell, str) for cell in cells)
    y = WordColumn.of_words("y", cells) if words else NumberColumn("y", np.array(cells, float))  # type: ignore[arg-type]
    table = Table((NumberColumn("x", np.arange(len(cells), dtype=float)), y), len(cells))
    return table, infer_schema(table, "y")


def test_the_metrics_that_change_with_the_order_of_two_classes_are_known() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(200) < 0.2).astype(np.int64)
    share = np.clip(0.3 * y + 0.6 * rng.random(200), 0, 1)
    p = np.stack([1 - share, share], axis=1)
    binary = {name: metric for name, metric in METRICS.items() if "binary" in metric.tasks}
    differ = {
        name for name, metric in binary.items() if not np.isclose(metric(y, p), metric(1 - y, p[:, ::-1]))
    }
    assert differ == ONE_SIDED


@pytest.mark.parametrize(
    ("cells", "asked", "metric", "positive"),
    [
        (["alarm"] * 3 + ["ok"] * 9, "", "f1", "alarm"), (["alarm"] * 9 + ["ok"] * 3, "", "f1", "ok"),
        (["alarm"] * 5 + ["ok"] * 5, "", "recall", "ok"), ([1.0] * 3 + [0.0] * 9, "", "precision", "1"),
        ([1.0] * 9 + [0.0] * 3, "", "average_precision", "0"), (["alarm"] * 3 + ["ok"] * 9, "", "roc_auc", ""),
        (["alarm"] * 3 + ["ok"] * 9, "", "accuracy", ""), (["alarm"] * 3 + ["ok"] * 9, "ok", "f1", "ok"),
        (["alarm"] * 3 + ["ok"] * 9, " OK. ", "f1", "ok"), (["alarm"] * 3 + ["ok"] * 9, "alarm", "roc_auc", "alarm"),
        ([1.0] * 9 + [0.0] * 3, "1", "f1", "1"), (["是"] * 2 + ["否"] * 7, "", "f1", "是"),
        (["a"] * 4 + ["b"] * 4 + ["c"] * 4, "", "f1_macro", ""), ([x / 7 for x in range(30)], "", "rmse", ""),
        (["2", "10"] * 2 + ["10"] * 5, "", "f1", "2"),
    ],
)  # fmt: skip
def test_the_positive_class_is_the_one_that_is_named_or_the_rarer_one(
    cells: list[object], asked: str, metric: str, positive: str
) -> None:
    table, schema = table_of(cells)
    natural = encode_target(table, schema)
    assert positive_class(natural, asked, metric) == positive
    target = encode_target(table, schema, positive=positive)
    message = positive_message(target, positive, metric)
    if not positive:
        assert target.labels == natural.labels
        assert message is None
        return
    assert target.labels[1] == positive
    assert [target.labels[i] for i in target.values] == [natural.labels[i] for i in natural.values]
    assert str(message).startswith(
        f"The positive class is '{positive}', with {dict(target.counts())[positive]} of "
    )


@pytest.mark.parametrize(
    ("cells", "asked", "said"),
    [
        (["a"] * 4 + ["b"] * 4, "c", "'c' is no class of the target; choose one of a, b"),
        (["a"] * 4 + ["b"] * 4 + ["c"] * 4, "c", "is for a target of two classes"),
        ([x / 7 for x in range(30)], "1", "is for a target of two classes"),
    ],
)
def test_what_is_no_class_of_two_is_told(cells: list[object], asked: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        positive_class(encode_target(*table_of(cells)), asked, "f1")


@pytest.mark.parametrize(("positive", "labels"), [("", ("ok", "alarm")), ("ok", ("alarm", "ok"))])
def test_a_study_keeps_and_tells_it(tmp_path: Path, positive: str, labels: tuple[str, ...]) -> None:
    file = tmp_path / "alarms.csv"
    file.write_text(
        "a,b,y\n" + "".join(f"{i},{i * 37 % 11},{'ok' if i % 5 else 'alarm'}\n" for i in range(80))
    )
    with Store.open(tmp_path / "workspace") as store:
        study, messages = create_study(
            store, file, spec_of("y", metric="f1", positive=positive, n_trials=1, n_folds=2)
        )
        assert StudySpec.of_study(study).positive == labels[1]
        assert StudyRows(store, study).target.labels == labels
        told = f"The positive class is {labels[1]!r}"
        assert any(str(message).startswith(told) for message in messages)
        read = DataRead.of(store.dataset(study.dataset_id or 0))
        assert any(str(message).startswith(told) for message in read.messages)
        assert summary(store, study)["positive"] == labels[1]


def test_studies_from_before_have_the_order_of_their_names() -> None:
    told = spec_of("y", metric="f1", n_trials=1).to_json()
    del told["positive"]
    assert StudySpec.from_json(told).positive == ""
