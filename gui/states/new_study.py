"""The New study page without Qt: what is asked of which data, and what follows from it.

The page's widgets show this state and tell it what the user does; problems, the question about the folds, and all that
the engine is asked for come from here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from ...engine.domain.errors import Message, SpecError
from ...engine.domain.families import default_families, families_of
from ...engine.domain.forecasts import ForecastRequest
from ...engine.domain.inspections import Finding, Inspection
from ...engine.domain.kinds import AUTO, DEFAULT_KIND, KINDS, kinds_of
from ...engine.domain.metrics import ONE_SIDED
from ...engine.domain.objectives import COSTS
from ...engine.domain.requests import CreateStudy, Inspect
from ...engine.domain.space import Space
from ...engine.domain.spec import ORDERED_SPLITS, ReadSpec, SplitSpec, StudySpec
from ...engine.domain.split_findings import SplitAudit, SplitFinding
from ..speech import sentence, tr
from .inspection import forbids, messages_for, split_kind, to_be_answered
from .new_study_choices import SPLIT, chosen_of, metrics_of, offered_kinds, task_of
from .new_study_memory import Memory
from .new_study_values import SETTINGS_OF_FORM, SEVERAL, is_value, usual_values


@dataclass(frozen=True, slots=True)
class Readiness:
    """What there is to do before the search can start.

    Attributes
    ----------
    problem : str
        What keeps it from starting, in words; empty for nothing.
    question : SplitFinding, Finding or None
        The gravest finding that waits for an answer: about the folds, or about a column that gives the target away.
    must_look : bool
        Whether the folds that are chosen have not been looked at.
    is_ready : bool
        Whether there are data to start with.
    spec : StudySpec or None
        What is asked; None where something keeps it from starting.
    """

    problem: str = ""
    question: SplitFinding | Finding | None = None
    must_look: bool = False
    is_ready: bool = False
    spec: StudySpec | None = None

    @property
    def can_start(self) -> bool:
        """Whether the search can start."""
        return self.spec is not None


@dataclass(slots=True)
class NewStudyState:
    """What is asked of which data.

    Attributes
    ----------
    source : str
        The data in view: a path, or a sample; empty for none.
    opening : str
        Data that are read for the first time; `source` stays until that is known to work.
    found : Inspection or None
        What is in the data.
    read : dict
        How the user wants the file read, only what differs from what was detected.
    roles : dict of str to str
        Roles that the user has given, but for the target's.
    values : dict
        What the form says, see `usual_values`.
    mistakes : dict of str to str
        Of fields whose text is no value, what is wrong with it, in words; their `values` are those before.
    space : mapping or None
        An edited search space; None for the families' own.
    space_mistake : SpecError or None
        Why what is written is no search space.
    independent : set of str
        Keys of findings about the folds that the user has answered: the rows are independent.
    known : set of str
        Columns that tell the target and are kept: the user says that they are known when predicting.
    warm_start : int or None
        The study whose best trials are tried first.
    """

    source: str = ""
    opening: str = ""
    found: Inspection | None = None
    read: dict[str, Any] = field(default_factory=dict[str, Any])
    roles: dict[str, str] = field(default_factory=dict[str, str])
    values: dict[str, Any] = field(default_factory=usual_values)
    mistakes: dict[str, str] = field(default_factory=dict[str, str])
    space: Space | None = None
    space_mistake: SpecError | None = None
    independent: set[str] = field(default_factory=set[str])
    known: set[str] = field(default_factory=set[str])
    warm_start: int | None = None
    # What is to be asked of `opening`.
    _memory: Memory | None = None
    # The file is to be read otherwise: target and roles may name no column.
    _names_may_change: bool = False
    # Other folds, as a finding advised: for this target only.
    _has_taken: bool = False
    # Of the split, by the inspection that is shown, and by the one that runs.
    _looked_at: dict[str, Any] = field(default_factory=dict[str, Any])
    _looking_at: dict[str, Any] = field(default_factory=dict[str, Any])

    # What is offered.

    @property
    def kind(self) -> str:
        """The kind of data, as far as it is known."""
        return self.found.kind if self.found is not None else DEFAULT_KIND

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that the data may be taken for, ``auto`` first."""
        columns = self.found.columns if self.found is not None else ()
        return offered_kinds({self.roles.get(one.name, one.role) for one in columns})

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that may be predicted."""
        columns = self.found.columns if self.found is not None else ()
        return tuple(one.name for one in columns if self.roles.get(one.name, one.role) != "ignored")

    @property
    def found_task(self) -> str:
        """The task that the target makes, ``auto`` where that is not known."""
        return (self.found.task if self.found is not None else None) or AUTO

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of the task, of all tasks where it is not known."""
        return metrics_of(self.task)

    @property
    def task(self) -> str:
        """The task, as it is asked for or found; ``auto`` where neither is known."""
        return task_of(self.values["task"], self.found_task)

    @property
    def two_classes(self) -> tuple[str, ...]:
        """The classes of the target where there are two; none for other targets."""
        labels = self.found.labels if self.found is not None and self.task == "binary" else ()
        return tuple(label for label, _ in labels) if len(labels) == 2 else ()

    @property
    def has_sides(self) -> bool:
        """Whether the metric is of one of two classes."""
        return bool(self.two_classes) and self.values["metric"] in ONE_SIDED

    @property
    def families(self) -> tuple[str, ...]:
        """The families for the kind of data."""
        return families_of(self.kind)

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """The official parts of the data with their rows, of which one may be the holdout."""
        return tuple(self.found.parts.items()) if self.found is not None else ()

    @property
    def has_gap(self) -> bool:
        """Whether the folds are in an order, so that rows between them may be left out."""
        return self.values["split.kind"] in ORDERED_SPLITS

    @property
    def has_name_part(self) -> bool:
        """Whether rows are grouped, and are files whose names may say by what."""
        has_files = any(KINDS[name].has_files for name in kinds_of(self.kind))
        return has_files and self.values["split.kind"] == "grouped"

    # What the user does.

    def open(self, source: str, memory: Memory | None = None) -> Inspect:
        """Begin to read other data, and return what is to be asked; `memory` is what was asked of them before."""
        self.opening, self._memory, self._looking_at = source, memory, {}
        if memory is None:
            return Inspect(source)
        return Inspect(
            source,
            ReadSpec(**memory.read),
            dict(memory.roles),
            memory.fields.get("target") or None,
            kind=str(memory.fields.get("kind") or AUTO),
        )

    def give_up_opening(self) -> None:
        """Stay with the former data, which may be none."""
        self.opening, self._memory = "", None

    def forget_data(self) -> None:
        """Have no data any more."""
        self.source, self.opening, self.found = "", "", None

    def take(self, found: Inspection) -> bool:
        """Take what an inspection found; return whether these are other data than before.

        What was asked stays where it fits; of other data nothing but what is remembered of them is.
        """
        memory, self._memory = self._memory, None
        self._looked_at = self._looking_at
        is_new = bool(self.opening)
        if is_new:
            self._begin_anew(memory)
        if self._names_may_change:
            self.roles, self._names_may_change = {}, False
        before, self.found = self.found if not is_new else None, found
        self._fit(before)
        if memory is not None:
            self._recall(memory.fields)
        return is_new

    def take_audit(self, audit: SplitAudit | None) -> None:
        """Take what was found of the folds when the study was to be made: of the task that is asked for."""
        if self.found is not None:
            self.found = msgspec.structs.replace(self.found, split_audit=audit)

    def fill(self, values: Mapping[str, Any], mistakes: Mapping[str, str]) -> None:
        """Take what the form says."""
        self.values |= values
        self.mistakes = dict(mistakes)
        self.values["metric"] = chosen_of(self.values["metric"], ("", *self.metrics))
        if not self.has_sides:
            self.values["positive"] = ""

    def read_otherwise(self, option: str, value: object) -> None:
        """Have the file read in another way."""
        self.read[option] = value
        self._names_may_change = self._names_may_change or option not in ("decimal", "thousands")

    def give_role(self, column: str, role: str) -> None:
        """Give a column a role; ``target`` makes it the target."""
        if role == "target":
            self.set_target(column)
        else:
            self.roles[column] = role

    def set_target(self, column: str) -> None:
        """Predict another column; answers to questions about the former one are forgotten."""
        self.values["target"] = column
        self.roles.pop(column, None)
        self.independent.clear()
        self.known.clear()
        if self._has_taken:
            self._has_taken = False
            self._choose_split("auto")

    def take_split(self, finding: SplitFinding) -> None:
        """Divide the rows as a finding suggests."""
        self._has_taken = True
        if finding.by == "duplicates":
            self.values["split.duplicates"] = "auto"
            return
        if finding.by in ("time", "group"):
            self.give_role(finding.column, finding.by)
        kind = {"time": "time", "order": "order"}.get(finding.by, "grouped")
        name_part = int(finding.column) if finding.by == "name_part" else 0
        self._choose_split(kind, finding.advised_gap if kind != "grouped" else 0, name_part)

    def keep(self, finding: SplitFinding | Finding) -> None:
        """Keep what is: the user says that the rows are independent, or that a column is known when predicting."""
        if isinstance(finding, SplitFinding):
            self.independent.add(finding.key)
        elif finding.column is not None:
            self.known.add(finding.column)

    # What follows.

    def split_values(self) -> dict[str, Any]:
        """Return what is chosen of the folds, as arguments of `SplitSpec`; only what means something."""
        values = {name.removeprefix("split."): self.values[name] for name in SPLIT}
        if not self.has_gap:
            del values["gap"]
        if not self.has_name_part:
            del values["name_part"]
        return values | {"independent": tuple(sorted(self.independent))}

    def spec(self) -> StudySpec:
        """Return what is asked.

        Raises
        ------
        SpecError
            Where a value is out of range, or no search space is written.
        ValueError
            Where something is missing or no value; the text is translated.
        """
        if not self.values["name"]:
            raise ValueError(tr("The study needs a name."))
        if not self.values["target"]:
            raise ValueError(tr("Choose the column to predict."))
        for mistake in self.mistakes.values():
            raise ValueError(mistake)
        if self.space_mistake is not None:
            raise self.space_mistake
        values = {name: self.values[name] for name in SETTINGS_OF_FORM if name not in SPLIT}
        values |= {f"split.{name}": value for name, value in self.split_values().items()}
        values |= {"objectives": ("score", *self.values["objectives"])}
        return StudySpec.of(self.values["target"], values, space=self.space, roles=dict(self.roles))

    def inspect_request(self) -> Inspect | None:
        """Return what is to be looked at again; None where there are no data to look at."""
        if not self.source or self.opening:
            return None
        roles, target = dict(self.roles), self.values["target"] or None
        if self._names_may_change:
            roles, target = {}, None
        self._looking_at = self._split_asked()
        return Inspect(
            self.source,
            ReadSpec(**self.read),
            roles,
            target,
            SplitSpec(**self._looking_at),
            self.values["kind"],
        )

    def forecast_request(self, spec: StudySpec) -> ForecastRequest:
        """Return what is to be measured; `spec` is that of `standing`."""
        return ForecastRequest(self.source, spec, ReadSpec(**self.read))

    def create_request(self, spec: StudySpec) -> CreateStudy:
        """Return the study that is to be made; `spec` is that of `standing`."""
        return CreateStudy(self.source, spec, ReadSpec(**self.read), self.values["name"], self.warm_start)

    def memory(self) -> Memory | None:
        """Return what is to be remembered; None while something is being typed."""
        if self.mistakes or self.space_mistake is not None:
            return None
        return Memory(self.source, dict(self.read), dict(self.roles), dict(self.values), self.space)

    def standing(self) -> Readiness:
        """Return what there is to do before the search can start."""
        found = self.found
        if found is None or self.opening:
            return Readiness()
        spec, problem = self._spec_or_problem()
        problem = problem or self._what_forbids(found)
        must_look = not self._is_looked_at(found)
        question = self._question(found, must_look=must_look)
        if question is None and must_look:
            problem = problem or tr("These folds are being looked at…")
        elif isinstance(question, Finding):
            problem = problem or tr(
                "Say first whether {column} is known when predicting.", column=question.column
            )
        elif question is not None:
            problem = problem or tr("Say first whether the rows are independent.")
        return Readiness(problem, question, must_look, is_ready=True, spec=None if problem else spec)

    def is_being_looked_at(self) -> bool:
        """Whether the inspection that runs looks at the folds that are chosen."""
        return self._looking_at == self._split_asked()

    def messages(self) -> tuple[Message, ...]:
        """Return what was found on reading the data, as far as the choices do not answer it."""
        return messages_for(self.found, self.values["split.holdout_part"]) if self.found is not None else ()

    def _begin_anew(self, memory: Memory | None) -> None:
        self.source, self.opening = self.opening, ""
        self.read = dict(memory.read) if memory is not None else {}
        given = memory.roles.items() if memory is not None else ()
        self.roles = {name: role for name, role in given if role != "target"}
        self.space = memory.space if memory is not None else None
        self.space_mistake = None
        self.values, self.mistakes = usual_values(), {}
        self.independent.clear()
        self.known.clear()
        self.warm_start = None
        self._names_may_change = self._has_taken = False

    def _fit(self, before: Inspection | None) -> None:
        """Let the values fit the data; `before` is what was known of the same data."""
        found = self.found
        if found is None:
            return
        values, names = self.values, self.targets
        if found.target is not None:
            self.roles = {name: role for name, role in self.roles.items() if role != "target"}
        values["target"] = chosen_of(found.target or values["target"] or "".join(names[-1:]), names)
        values["kind"] = chosen_of(values["kind"], self.kinds)
        if found.kind != (before.kind if before is not None else DEFAULT_KIND):
            values["families"] = default_families(found.kind)
        if not found.parts or before is None or before.parts != found.parts:
            values["split.holdout_part"] = "test" if "test" in found.parts else ""
        values["metric"] = chosen_of(values["metric"], ("", *self.metrics))
        values["positive"] = chosen_of(values["positive"], ("", *self.two_classes))
        values["name"] = values["name"] or found.name.rsplit(".", 1)[0]

    def _recall(self, fields: Mapping[str, Any]) -> None:
        """Take values of an earlier time over; those that do not fit the data stay as they are."""
        for name in ("task", *self.values):
            # The task says which metrics there are.
            if name in fields and self._fits(name, fields[name]):
                value: Any = fields[name]
                self.values[name] = tuple(value) if name in SEVERAL else value

    def _fits(self, name: str, value: Any) -> bool:
        """Whether a value is one of its field, and of the data."""
        offered: Mapping[str, Collection[str]] = {
            "target": self.targets,
            "kind": self.kinds,
            "metric": ("", *self.metrics),
            "positive": ("", *self.two_classes),
            "split.holdout_part": ("", *dict(self.parts)),
        }
        if name in offered:
            return value in offered[name]
        if name in SEVERAL:
            known = self.families if name == "families" else COSTS
            return isinstance(value, list | tuple) and set(cast("list[Any]", value)) <= set(known)
        if name == "name":
            return isinstance(value, str)
        return is_value(name, value)

    def _choose_split(self, kind: str, gap: int = 0, name_part: int = 0) -> None:
        self.values |= {"split.kind": kind, "split.gap": gap, "split.name_part": name_part}

    def _split_asked(self) -> dict[str, Any]:
        """Return what is to be looked at of the split; nothing while something of it is being typed."""
        if any(name in self.mistakes for name in SPLIT):
            return {}
        values = self.split_values()
        return {k: values[k] for k in ("kind", "duplicates", "name_part") if k in values}

    def _is_looked_at(self, found: Inspection) -> bool:
        """Whether the folds that are chosen are those that were looked at; folds in order need not be."""

        def plainly(split: dict[str, Any]) -> dict[str, Any]:
            kind = split.get("kind", "auto")
            is_same = kind in ("auto", split_kind(found))
            return {"duplicates": "auto", **split, "kind": "auto" if is_same else kind}

        asked = self._split_asked()
        return asked.get("kind") in ORDERED_SPLITS or plainly(asked) == plainly(self._looked_at)

    def _spec_or_problem(self) -> tuple[StudySpec | None, str]:
        """Return what is asked, or why it cannot be."""
        try:
            return self.spec(), ""
        except SpecError as error:
            return None, sentence(error.sentence)
        except ValueError as error:
            return None, str(error)

    def _question(self, found: Inspection, *, must_look: bool) -> SplitFinding | Finding | None:
        if not must_look and not self.has_gap:
            looks = (one for one in to_be_answered(found) if one.key not in self.independent)
            look = next(looks, None)
            if look is not None:
                return look
        left_out = {name for name, role in self.roles.items() if role == "ignored"}
        leaks = (one for one in found.findings if one.code == "leakage" and one.severity == "serious")
        return next((one for one in leaks if one.column not in self.known | left_out), None)

    def _what_forbids(self, found: Inspection) -> str:
        wrong = (one for one in found.findings if forbids(one, self.values["task"]))
        return next((sentence(one.message) for one in wrong), "")
