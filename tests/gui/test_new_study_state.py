"""What New study makes of data and of what a user says, without a window."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.families import default_families, families_of
from cupel.engine.domain.inspections import ColumnFacts, DataPreview, Inspection
from cupel.engine.domain.requests import Inspect
from cupel.engine.domain.spec import LimitsSpec, ReadSpec
from cupel.engine.domain.split_findings import SplitAudit, SplitFinding
from cupel.gui.models.columns_model import values_text
from cupel.gui.states.new_study import NewStudyState
from cupel.gui.states.new_study_memory import Memory


def column(name: str, role: str) -> ColumnFacts:
    return ColumnFacts(name, "text", role, 0, 9, None, None, None, (), "", top=())


PLAIN = Inspection(
    read=ReadSpec(),
    name="adult.csv",
    kind="table",
    families=families_of("table"),
    n_rows=120,
    n_columns=4,
    size_bytes=1,
    digest="",
    preview=DataPreview((), ()),
    thumbnails=(),
    columns=(
        column("age", "numeric"), column("work", "categorical"), column("id", "id"), column("income", "target"),
    ),
    findings=(),
    split_audit=SplitAudit("stratified"),
    messages=(),
    target="income",
    task="binary",
    labels=(),
    n_dropped=0,
    parts={},
)  # fmt: skip
ORDER = SplitFinding("order", "", 7, 7, 12, 120, "accuracy", 0.9, 0.01, 0.6, 0.5, 0.75, 1e-9, "serious")
GROUP = dataclasses.replace(ORDER, by="group", column="work")


def inspection(**other: object) -> Inspection:
    return msgspec.structs.replace(PLAIN, **other)


def with_looks(*looks: SplitFinding) -> Inspection:
    return inspection(split_audit=SplitAudit("stratified", looks))


@pytest.fixture
def state() -> NewStudyState:
    """Data that were opened and read."""
    made = NewStudyState()
    assert made.open("adult.csv") == Inspect("adult.csv")
    assert made.take(inspection())
    return made


def test_nothing_can_be_started_without_data() -> None:
    state = NewStudyState()
    assert not state.standing().is_ready
    assert not state.standing().can_start
    assert state.inspect_request() is None
    assert state.messages() == ()


def test_data_that_were_read_can_be_searched_at_once(state: NewStudyState) -> None:
    assert state.source == "adult.csv"
    assert state.standing().can_start
    spec = state.spec()
    assert (spec.target, spec.split.n_folds, spec.budget.timeout_s) == ("income", 5, 600.0)
    assert spec.families == default_families("table")
    asked = state.standing().spec
    assert asked is not None
    assert asked == spec
    made = state.create_request(asked)
    assert made.spec is asked
    assert (made.source, made.name, made.warm_start) == ("adult.csv", "adult", None)
    assert state.forecast_request(asked).spec is asked


def test_what_is_wrong_is_said_the_mistake_of_a_field_before_a_value_out_of_range(
    state: NewStudyState,
) -> None:
    state.values["split.n_folds"] = 1
    assert "at least 2" in state.standing().problem
    state.fill({}, {"seed": "Seed is not a number: x"})
    assert state.standing().problem == "Seed is not a number: x"
    assert state.memory() is None
    state.fill({"split.n_folds": 5, "name": ""}, {})
    assert state.standing().problem == "The study needs a name."
    state.fill({"name": "n", "target": ""}, {})
    assert state.standing().problem == "Choose the column to predict."


def test_a_search_space_that_is_none_keeps_the_search_from_starting(state: NewStudyState) -> None:
    state.space_mistake = SpecError("The space {name} is none.", name="x")
    assert state.standing().problem == "The space x is none."
    assert state.standing().spec is None
    with pytest.raises(SpecError):
        state.spec()


def test_objectives_and_limits_become_part_of_the_spec(state: NewStudyState) -> None:
    assert (state.spec().objectives, state.spec().limits.is_set) == (("score",), False)
    state.values |= {
        "objectives": ("bytes", "latency"), "limits.parameters": 1000, "limits.size_bytes": 50_000,
        "limits.latency_ms": 0.5, "limits.memory_bytes": 2_000_000_000,
    }  # fmt: skip
    assert state.spec().objectives == ("score", "bytes", "latency")
    assert state.spec().limits == LimitsSpec(1000, 50_000, 0.5, 2_000_000_000)
    state.values["sampler"] = "gp"
    assert "one objective only" in state.standing().problem


def test_roles_go_into_the_spec_and_the_target_is_no_role(state: NewStudyState) -> None:
    state.give_role("age", "ignored")
    assert state.targets == ("work", "id", "income")
    state.give_role("work", "target")
    assert (state.spec().target, state.spec().roles) == ("work", {"age": "ignored"})


def test_a_kind_is_asked_for_and_families_follow_what_the_data_are_then(state: NewStudyState) -> None:
    # Images are found by a reader alone.
    assert state.kinds == ("auto", "table", "text", "table+text")
    state.fill({"kind": "table+text"}, {})
    asked = state.inspect_request()
    assert asked is not None
    assert asked.kind == "table+text"
    state.take(inspection(kind="table+text"))
    assert (state.spec().kind, state.spec().families) == ("table+text", default_families("table+text"))
    pictures = (column("image", "image"), column("label", "target"))
    state.open("sky")
    state.take(inspection(kind="image", columns=pictures, target="label"))
    assert "image" in state.kinds
    assert state.values["kind"] == "auto"
    assert state.spec().families == default_families("image")


def test_metrics_follow_the_task(state: NewStudyState) -> None:
    state.fill({"metric": "roc_auc"}, {})
    state.fill({"task": "regression"}, {})
    assert state.values["metric"] == ""
    assert "rmse" in state.metrics
    assert "roc_auc" not in state.metrics


def test_reading_otherwise_forgets_names_but_for_the_sign_of_decimals(state: NewStudyState) -> None:
    state.give_role("age", "ignored")
    state.read_otherwise("decimal", ",")
    asked = state.inspect_request()
    assert asked is not None
    assert (asked.read, asked.roles, asked.target) == (ReadSpec(decimal=","), {"age": "ignored"}, "income")
    state.read_otherwise("header", False)
    asked = state.inspect_request()
    assert asked is not None
    assert (asked.roles, asked.target) == ({}, None)
    state.take(inspection(columns=(column("0", "numeric"),), target=None, task=None))
    assert (state.roles, state.values["target"]) == ({}, "0")


def test_a_question_about_the_folds_waits_for_an_answer_of_this_target(state: NewStudyState) -> None:
    state.take(with_looks(ORDER))
    standing = state.standing()
    assert standing.question is not None
    assert not standing.can_start
    state.keep(standing.question)
    assert state.standing().can_start
    assert state.spec().split.independent == ("order",)
    state.set_target("age")
    assert state.independent == set()


def test_what_is_found_when_the_study_is_to_be_made_is_asked_too(state: NewStudyState) -> None:
    state.take(with_looks())
    assert state.standing().can_start
    state.take_audit(with_looks(ORDER).split_audit)
    assert state.standing().question == ORDER


def test_folds_that_are_taken_hold_for_this_target_only(state: NewStudyState) -> None:
    state.take(with_looks(ORDER))
    question = state.standing().question
    assert question is not None
    assert isinstance(question, SplitFinding)
    state.take_split(question)
    assert (state.spec().split.kind, state.spec().split.gap) == ("order", 7)
    assert state.standing().can_start
    state.set_target("age")
    assert state.spec().split.kind == "auto"


def test_a_group_that_is_taken_becomes_a_role_and_is_looked_at(state: NewStudyState) -> None:
    state.take(with_looks(GROUP))
    question = state.standing().question
    assert question is not None
    assert isinstance(question, SplitFinding)
    state.take_split(question)
    assert (state.roles, state.spec().split.kind) == ({"work": "group"}, "grouped")
    assert state.standing().must_look
    assert not state.is_being_looked_at()
    asked = state.inspect_request()
    assert asked is not None
    assert asked.split.kind == "grouped"
    assert state.is_being_looked_at()
    state.take(inspection(split_audit=SplitAudit("grouped")))
    assert state.standing().can_start


def test_gap_and_name_part_count_only_where_they_mean_something(state: NewStudyState) -> None:
    state.values |= {"split.kind": "plain", "split.gap": 4, "split.name_part": 2}
    assert (state.has_gap, state.has_name_part) == (False, False)
    assert (state.spec().split.gap, state.spec().split.name_part) == (0, 0)
    state.values["split.kind"] = "time"
    assert state.spec().split.gap == 4


def test_the_official_test_part_is_the_holdout_until_another_is_chosen(state: NewStudyState) -> None:
    state.take(inspection(parts={"train": 80, "test": 40}))
    assert state.spec().split.holdout_part == "test"
    state.fill({"split.holdout_part": ""}, {})
    state.take(inspection(parts={"train": 80, "test": 40}))
    assert state.spec().split.holdout_part == ""


def test_what_was_asked_is_remembered_and_asked_of_the_same_data_again(state: NewStudyState) -> None:
    state.give_role("age", "ignored")
    state.read_otherwise("decimal", ",")
    state.values |= {"split.n_folds": 7, "metric": "log_loss", "families": ("mlp",), "kind": "table"}
    memory = state.memory()
    assert memory is not None
    kept = msgspec.json.decode(msgspec.json.encode(dataclasses.asdict(memory)))
    again = NewStudyState()
    asked = again.open(memory.source, Memory(**kept))
    assert (asked.read, asked.roles, asked.kind) == (ReadSpec(decimal=","), {"age": "ignored"}, "table")
    again.take(inspection())
    assert again.spec() == state.spec()


@pytest.mark.parametrize(
    "damaged",
    [{"split.n_folds": "five"}, {"metric": 3}, {"families": 7}, {"seed": None}, {"sampler": "none"}],
)
def test_what_is_remembered_wrongly_is_left_as_it_is_by_default(damaged: dict[str, Any]) -> None:
    state = NewStudyState()
    state.open("adult.csv", Memory("adult.csv", fields={**damaged, "max_epochs": 33}))
    state.take(inspection())
    plain = NewStudyState()
    plain.open("adult.csv")
    plain.take(inspection())
    assert state.spec() == dataclasses.replace(plain.spec(), max_epochs=33)


def test_data_that_cannot_be_opened_lose_nothing_of_what_was_asked(state: NewStudyState) -> None:
    state.values["name"] = "typed by hand"
    state.open("other.csv")
    assert not state.standing().is_ready
    state.give_up_opening()
    assert (state.source, state.values["name"]) == ("adult.csv", "typed by hand")
    assert state.standing().can_start
    state.open("other.csv")
    assert state.take(inspection(name="other.csv"))
    assert state.values["name"] == "other"


def test_the_values_of_dates_are_told_as_dates() -> None:
    facts = ColumnFacts("when", "date", "date", 0, 9, 0.0, 1_717_160_700.0, 9e8, (), "%Y-%m-%d", top=())
    assert values_text(facts) == "1970-01-01 … 2024-05-31 13:05"


def test_a_positive_class_is_chosen_where_the_metric_is_of_one(state: NewStudyState) -> None:
    state.take(inspection(labels=(("no", 90), ("yes", 30))))
    assert state.two_classes == ("no", "yes")
    assert not state.has_sides
    state.fill({"metric": "f1"}, {})
    assert state.has_sides
    state.fill({"positive": "no"}, {})
    assert state.spec().positive == "no"
    state.fill({"metric": "accuracy"}, {})
    assert state.spec().positive == ""
    state.fill({"metric": "recall", "positive": "yes"}, {})
    state.take(inspection(labels=(("a", 60), ("b", 60))))
    assert state.spec().positive == ""
