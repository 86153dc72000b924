"""What the user asks of a study: frozen, validated, and the same as JSON."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import msgspec

from ...storage.ranking import Direction
from ...storage.records import Json, StudyRecord
from .choices import DuplicatesName, ObjectiveName, PathName, PrunerName, SamplerName, SplitKind, Task
from .errors import SpecError, WorkspaceError
from .evidence import EQUIVALENCE
from .families import FAMILY_KINDS, default_families, families_of
from .kinds import AUTO
from .metrics import METRICS, default_metric
from .settings import READING, SETTINGS, check_settings, default_of, nested
from .space import Space
from .space_points import Start
from .stored import encoded, from_builtins

ORDERED_SPLITS = ("time", "order")
"""Kinds of splits that train on what comes first and validate on what follows."""

SEVERAL_OBJECTIVES = ("tpe", "nsga2", "random", "qmc", "grid")
"""Samplers that can aim at several objectives at once."""

DEFAULT_TRIALS = 50
"""Trials of a search for which no limit was given."""


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """How a file is read; None means: detect.

    Attributes
    ----------
    delimiter : str or None
        One character, of CSV and TSV files.
    encoding : str or None
        A Python codec name, for instance ``"utf-8-sig"``, ``"gb18030"``, ``"latin-1"``.
    decimal : {".", ","} or None
    header : bool or None
        Whether the first row holds the column names.
    quoting : bool or None
        Whether a sign quotes cells.
    missing : tuple of str
        Further spellings of a missing value, beside the empty cell and the usual ones (``NA``, ``?``, …).
    image_size : int or None
        Height and width that images are resized to, in pixels; None is their median, at most 64.
    quote : str or None
        The sign that quotes cells, ``"`` or ``'``; ``none`` where none does, as `quoting` says too.
    escape : str or None
        The sign before a quote that is part of a quoted cell, a backslash; ``none`` where such a quote is doubled.
    thousands : str or None
        What sets groups of three digits apart, beside blanks and apostrophes.
    skip_rows : int or None
        Lines before the table.
    format : {"delimited", "json", "arff"} or None
        How rows are written: cells with a delimiter between them, JSON (lists of objects, or one a line), ARFF.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None
    quoting: bool | None = None
    missing: tuple[str, ...] = ()
    image_size: int | None = None
    quote: str | None = None
    escape: str | None = None
    thousands: str | None = None
    skip_rows: int | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        for setting in READING:
            setting.check(getattr(self, setting.field))
        if self.thousands is not None and self.thousands == self.decimal:
            raise SpecError(
                "{sign!r} cannot be the decimal sign and set thousands apart; give another one.",
                sign=self.decimal,
            )
        if self.image_size is not None and not 2 <= self.image_size <= 512:
            raise SpecError(
                "The image size is {value}; it must be from 2 to 512 pixels.", value=self.image_size
            )


@dataclass(frozen=True, slots=True)
class SplitSpec:
    """How rows are divided; drawn once per study and stored.

    Attributes
    ----------
    kind : str
        ``auto`` is ``grouped`` or ``time`` where a column has that role, else ``stratified`` for classes and
        ``plain`` for numbers. ``order`` takes the rows in the order of the file: folds train on what comes first and
        are validated on what follows, as those by ``time`` do.
    n_folds : int
        At least 2.
    n_repeats : int
        At least 1.
    holdout : float
        Fraction of the rows kept out of the search, in [0, 0.9]; 0 for none.
    holdout_part : str
        Where not empty, the holdout is instead the rows that have this in the column ``split``: an official test set.
    gap : int
        Of ``order`` and ``time``: rows left out between the training rows and the validation part that follows, and
        between the rows of the search and the holdout. Of ``order`` rows of the file are counted, of ``time`` rows in
        the order of time, and then on to where a moment begins.
    seed : int or None
        Of the folds and the holdout; None is the seed of the study. Another seed of training keeps the folds where
        this one is a number.
    duplicates : str
        Rows that are near-duplicates in their inputs: ``auto`` keeps them on one side of every split where there are
        more than chance makes, ``keep_together`` wherever there are any, ``ignore`` never.
    name_part : int
        Of images and folds by group without a column of groups: the part of the file name, counted from 1, whose equal
        words are a group, see `engine.splits.units.parts_of_names`; 0 for none.
    independent : tuple of str
        Answers to findings about the split, by their keys (see `split_findings.SplitFinding.key`): such rows are
        independent all the same, and the folds stay.
    """

    kind: SplitKind = "auto"
    n_folds: int = 5
    n_repeats: int = 1
    holdout: float = 0.2
    holdout_part: str = ""
    gap: int = 0
    seed: int | None = None
    duplicates: DuplicatesName = "auto"
    name_part: int = 0
    independent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """When the search ends: at the first limit reached; None is no limit, and one limit must be set."""

    n_trials: int | None = None
    # The user's wall clock, final fit and export inside.
    timeout_s: float | None = None
    target_score: float | None = None


@dataclass(frozen=True, slots=True)
class LimitsSpec:
    """What a network may cost: a trial that would need more is ruled out before it is trained. None is no limit.

    Attributes
    ----------
    parameters : int or None
        Trainable parameters of one network.
    size_bytes : int or None
        Of one network's ONNX file in float32.
    latency_ms : float or None
        Milliseconds of one network for one row, on one thread of the machine that searches.
    memory_bytes : int or None
        Of the process that trains all folds of a trial, as estimated.
    """

    parameters: int | None = None
    size_bytes: int | None = None
    latency_ms: float | None = None
    memory_bytes: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is any limit."""
        return self != LimitsSpec()


# What studies asked when they were read last, by their ids, with the JSON of it: rows that are painted and loops that
# wait ask again and again, and it hardly ever changes.
_LAST_READ: dict[int, tuple[Json, StudySpec]] = {}


@dataclass(frozen=True, slots=True)
class StudySpec:
    """One search, as asked.

    Attributes
    ----------
    target : str
        Name of the target column.
    task : str
        ``auto`` is decided from the target when the study is created.
    metric : str
        A name of `cupel.engine.domain.metrics.METRICS`; empty for the task's default.
    positive : str
        Of two classes, the one that the metric is of, and that comes second; empty for the order of their names, which
        is decided where the metric tells them apart when the study is created.
    families : tuple of str
        Model families the search may choose from; none for the usual ones of the kind of data.
    kind : str
        Of the data; ``auto`` is decided from the columns when the study is created.
    space : Space or None
        None for the families' own.
    starts : tuple of Start
        Values to try first, of an earlier study's best trials.
    objectives : tuple of str
        ``score``, and what is to be small beside it: ``parameters``, ``bytes``, ``latency``. With several, no trial
        is given up early.
    limits : LimitsSpec
    max_epochs : int
        Epochs at most for one trial.
    seed : int
        Of the search and the training, and of the split where that has none of its own.
    n_workers : int or None
        None: chosen by the engine from the machine.
    roles : mapping of str to str
        Column roles that override the inferred ones.
    path : str
        How folds are trained: ``auto`` chooses, ``fused``, ``fold_by_fold``.
    alongside : bool
        Run beside other studies of the workspace instead of waiting for them.
    n_finalists : int
        Of the best trials, how many are trained again on further repeats of the folds, which decide between them; 0 for
        none.
    equivalence : float
        Half width of the region in which two models are the same for practical purposes: in units of a score, but
        relative to an error; at least 0.
    export_dir : str or None
        Where to export the final model when the search ends; None for the workspace's ``exports`` folder, empty
        for no export.
    """

    target: str
    task: Task = "auto"
    metric: str = ""
    positive: str = ""
    families: tuple[str, ...] = ()
    kind: str = AUTO
    split: SplitSpec = field(default_factory=SplitSpec)
    budget: BudgetSpec = field(default_factory=BudgetSpec)
    sampler: SamplerName = "tpe"
    pruner: PrunerName = "hyperband"
    space: Space | None = None
    starts: tuple[Start, ...] = ()
    objectives: tuple[ObjectiveName, ...] = ("score",)
    limits: LimitsSpec = field(default_factory=LimitsSpec)
    max_epochs: int = 100
    seed: int = 0
    n_workers: int | None = None
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    baselines: bool = True
    path: PathName = "auto"
    alongside: bool = False
    n_finalists: int = 5
    equivalence: float = EQUIVALENCE
    export_dir: str | None = None

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def of(cls, target: str, values: Mapping[str, Any], **others: Any) -> StudySpec:
        """Return a spec of the values of settings by their fields (``split.gap``); the rest is by default.

        Parameters
        ----------
        target : str
        values : mapping
            See `engine.domain.settings`.
        **others
            Further fields, which are no settings: ``roles``, ``space``, ``starts``, ``export_dir``.

        Returns
        -------
        StudySpec

        Raises
        ------
        SpecError
            Where a value is out of range.
        """
        tree = nested(values)
        return cls(
            target=target,
            split=SplitSpec(**tree.pop("split", {})),
            budget=BudgetSpec(**tree.pop("budget", {})),
            limits=LimitsSpec(**tree.pop("limits", {})),
            **tree,
            **others,
        )

    @property
    def split_seed(self) -> int:
        """The seed of the folds and the holdout."""
        return self.seed if self.split.seed is None else self.split.seed

    @property
    def direction(self) -> Direction:
        """Whether a higher value of the metric is better."""
        return METRICS[self.metric].direction

    def resolved(self, task: Literal["binary", "multiclass", "regression"], kind: str) -> StudySpec:
        """Return this spec with the task, the metric, the kind of data and the families decided.

        Parameters
        ----------
        task : {"binary", "multiclass", "regression"}
            binary, multiclass or regression.
        kind : str

        Returns
        -------
        StudySpec

        Raises
        ------
        SpecError
            Where the metric does not fit the task, or a family not the kind of data.
        """
        metric = self.metric or default_metric(task)
        if task not in METRICS[metric].tasks:
            raise SpecError(
                "The metric {metric!r} does not fit a {task} target; choose one of {choices}.",
                metric=metric,
                task=task,
                choices=", ".join(sorted(m.name for m in METRICS.values() if task in m.tasks)),
            )
        families = self.families or tuple(self.space.families if self.space else ()) or default_families(kind)
        for name in families:
            if name not in families_of(kind):
                raise SpecError(
                    "The family {family!r} is for {its_kind} data, and these are {kind} data; choose from {choices}.",
                    family=name,
                    its_kind=FAMILY_KINDS[name],
                    kind=kind,
                    choices=", ".join(families_of(kind)),
                )
        return dataclasses.replace(self, task=task, metric=metric, kind=kind, families=families)

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict that `from_json` turns into an equal spec."""
        return encoded(self)

    @classmethod
    def of_study(cls, study: StudyRecord) -> StudySpec:
        """Return what a study asks.

        Parameters
        ----------
        study : StudyRecord

        Returns
        -------
        StudySpec

        Raises
        ------
        WorkspaceError
            Where what is stored is no such thing.
        """
        json, spec = _LAST_READ.get(study.id, (None, None))
        if spec is not None and json == study.spec:
            return spec
        try:
            spec = cls.from_json(study.spec)
        except SpecError as error:
            raise WorkspaceError(
                "The settings of the study {study!r} cannot be read: {reason}",
                study=study.name,
                reason=error.sentence.to_json(),
            ) from error
        _LAST_READ[study.id] = (study.spec, spec)
        return spec

    @classmethod
    def from_json(cls, data: Json) -> StudySpec:
        """Rebuild a spec.

        Parameters
        ----------
        data : mapping
            Of this version or an older one.

        Returns
        -------
        StudySpec

        Raises
        ------
        SpecError
            On an unknown key, a value of another type or one out of range.
        """
        values = _of_today(data)
        unknown = set(values) - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            raise SpecError(
                "Unknown study setting {name!r}; this study may come from a newer version of Cupel.",
                name=min(unknown),
            )
        try:
            return from_builtins(cls, values)
        except msgspec.ValidationError as error:
            raise SpecError(
                "A study setting cannot be read: {reason}; this study may come from a newer version of Cupel.",
                reason=str(error),
            ) from error


def spec_of(target: str, **given: Any) -> StudySpec:
    """Return a spec of settings by their names in Python (``n_folds``, ``split``, ``gap``), and of other fields.

    Parameters
    ----------
    target : str
    **given : object
        Values by those names.

    Returns
    -------
    StudySpec

    Raises
    ------
    SpecError
        Where there is no such setting, or a value is out of range.
    """
    by_name = {setting.name: setting for setting in SETTINGS}
    fields = {f.name for f in dataclasses.fields(StudySpec)}
    values = {s.field: default_of(StudySpec, s) for s in SETTINGS if s.asked is not None}
    others: dict[str, Any] = {}
    for name, value in given.items():
        if name in by_name:
            values[by_name[name].field] = tuple(value) if by_name[name].is_several else value
        elif name in fields:
            others[name] = (
                value if name != "space" or value is None or isinstance(value, Space) else Space.of(value)
            )
        else:
            near = difflib.get_close_matches(name, (*by_name, *fields), 1)
            raise SpecError(
                "There is no setting {name!r}; {hint}.",
                name=name,
                hint=f"write {near[0]!r}" if near else "docs/settings.md names all of them",
            )
    whole = {name: others.pop(name) for name in ("split", "budget", "limits") if name in others}
    return dataclasses.replace(StudySpec.of(target, values, **others), **whole)


def _of_today(data: Json) -> dict[str, object]:
    """Return the JSON of a spec as this version writes it.

    Older versions had one limit where the limits are now; and a split of before near-duplicates were looked for did not
    keep them together.
    """
    values = dict(data)
    if "most_parameters" in values:
        values.setdefault("limits", {"parameters": values.pop("most_parameters")})
    split = values.get("split")
    if isinstance(split, Mapping) and split:
        values["split"] = {"duplicates": "ignore", **cast("Json", split)}
    return values


def _check(spec: StudySpec) -> None:
    """Raise `SpecError` where a setting is out of range, or two of them do not go together."""
    check_settings(spec)
    budget, split = spec.budget, spec.split
    if budget.n_trials is None and budget.timeout_s is None and budget.target_score is None:
        raise SpecError("The search has no end; set a number of trials, a time budget or a target score.")
    if split.gap and split.kind not in ("auto", *ORDERED_SPLITS):
        raise SpecError(
            "A gap of rows belongs to folds by order or time, not to {split} ones; choose one of those, or no gap.",
            split=split.kind,
        )
    if "score" not in spec.objectives or len(set(spec.objectives)) < len(spec.objectives):
        raise SpecError(
            "The objectives are {objectives}; they must be different ones, and the score among them.",
            objectives=", ".join(spec.objectives) or "none",
        )
    if len(spec.objectives) > 1 and spec.sampler not in SEVERAL_OBJECTIVES:
        raise SpecError(
            "The sampler {sampler} can aim at one objective only; choose one of {choices}.",
            sampler=spec.sampler,
            choices=", ".join(SEVERAL_OBJECTIVES),
        )
