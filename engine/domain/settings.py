"""The settings of a search, each declared once: its names, its help, its range.

The options of the terminal, the fields of the window, the arguments of `find_network`, settings files, the checks of
`StudySpec` and docs/settings.md all follow `SETTINGS`. A new setting is a field of a spec and an entry here.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from .choices import DuplicatesName, ObjectiveName, PathName, PrunerName, SamplerName, SplitKind, Task
from .errors import Message, SpecError
from .families import FAMILY_KINDS
from .kinds import AUTO, kinds_of
from .metrics import METRICS

Group = Literal["data", "split", "limits", "method", "run", "reading"]
SettingValue = bool | int | float | str | tuple[str, ...] | None
SettingRange = tuple[float, float]

_AT_LEAST_1: SettingRange = (1, math.inf)
_AT_LEAST_0: SettingRange = (0, math.inf)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes
    ----------
    field : str
        Where it is in a `StudySpec`, such as ``split.n_folds``.
    option : str
        In the terminal (``--folds``) and in settings files.
    group : str
        Of the options.
    type : type
        Of one value: ``int``, ``float``, ``str`` or ``bool``.
    label, help : Message
        What the window calls it; one line on what it means and its unit.
    keyword : str
        In Python; the end of `field` where not given.
    choices : tuple of str
        All values that there are; empty where any is one.
    allowed : (float, float)
        The lowest and the highest value.
    is_open : bool
        Whether the ends of that range are no values themselves.
    wrong : Message or None
        What to say of a ``{value}`` out of range, with the ``{least}`` one; one for all where None.
    asked : object
        What is asked for where nobody says anything, where that is not the default of the spec.
    metavar : str
        What stands for a value in the help of the terminal.
    scale : float
        What one is in the window: 0.01 shows percents.
    empty : Message or None
        What the window shows where there is no value; None where there must be one.
    is_several : bool
        Whether it holds several values, in any order.
    are_files : bool
        Whether each choice has a file that makes it one: the terminal's help lists them, docs/settings.md does not.
    """

    field: str
    option: str
    group: Group
    type: type
    label: Message
    help: Message
    keyword: str = ""
    choices: tuple[str, ...] = ()
    allowed: SettingRange = (-math.inf, math.inf)
    is_open: bool = False
    wrong: Message | None = None
    asked: SettingValue = None
    metavar: str = ""
    scale: float = 1.0
    empty: Message | None = None
    is_several: bool = False
    are_files: bool = False

    @property
    def name(self) -> str:
        """What it is called in Python."""
        return self.keyword or self.field.rpartition(".")[2]

    def check(self, value: object) -> None:
        """Raise `SpecError` where a value is none of this setting.

        Parameters
        ----------
        value : object

        Raises
        ------
        SpecError
            Where it is none of the choices, or out of range.
        """
        for one in cast("Iterable[object]", value) if self.is_several else [value]:
            if one is None:
                continue
            if self.choices and one not in self.choices:
                raise SpecError(
                    "{name} is {value!r}; choose one of {choices}.",
                    name=self.option,
                    value=one,
                    choices=", ".join(self.choices),
                )
            if self.type in (int, float) and not self._is_inside(float(cast("float", one))):
                wrong = self.wrong or Message("{name} is {value}; it must be at least {least}.")
                raise SpecError(wrong.template, name=self.option, value=one, least=self.allowed[0])

    def _is_inside(self, number: float) -> bool:
        low, high = self.allowed
        if not math.isfinite(number):
            return False
        return low < number < high if self.is_open else low <= number <= high


_NONE, _AUTOMATIC = Message("none"), Message("automatic")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "task", "task", "data", str, Message("Task"), Message("What is predicted; auto is decided from the target"),
        choices=get_args(Task),
    ),
    Setting(
        "kind", "kind", "data", str, Message("Kind of data"),
        Message("Of the data: table, image, text, or several such as table+text; auto is decided from the columns"),
    ),
    Setting(
        "split.n_folds", "folds", "split", int, Message("Folds"),
        Message("Parts of the rows, each of which judges the networks trained on the others"),
        allowed=(2, math.inf), wrong=Message("The number of folds is {value}; it must be at least {least}."),
    ),
    Setting(
        "split.n_repeats", "repeats", "split", int, Message("Repeats"),
        Message("How often the rows are divided anew"),
        allowed=_AT_LEAST_1, wrong=Message("The number of repeats is {value}; it must be at least {least}."),
    ),
    Setting(
        "split.holdout", "holdout", "split", float, Message("Holdout, %"),
        Message("Fraction of the rows that the search never sees; scored at the end, and every look is counted"),
        allowed=(0, 0.9), metavar="FRACTION|PART", scale=0.01,
        wrong=Message("The holdout is {value}; it must be a fraction from 0 to 0.9."),
    ),
    Setting(
        "split.holdout_part", "holdout-part", "split", str, Message("Part"),
        Message("An official part of the data as the holdout, by its name in the column split: test"), metavar="PART",
    ),
    Setting(
        "split.kind", "split", "split", str, Message("Split"),
        Message("How rows are divided; time and order train on what comes first, order by the rows of the file"),
        keyword="split", choices=get_args(SplitKind),
    ),
    Setting(
        "split.gap", "gap", "split", int, Message("Gap, rows"),
        Message("With time and order: rows left out between training and validation, and before the holdout"),
        allowed=_AT_LEAST_0, wrong=Message("The gap is {value} rows; it must be at least {least}."), metavar="N",
    ),
    Setting(
        "split.name_part", "group-part", "split", int, Message("Part of name"),
        Message("Of images: the part of the file names, counted from 1, that says the group: patient7_2.png has 3"),
        allowed=_AT_LEAST_0, wrong=Message("The part of the file name is {value}; it must be at least {least}."),
        metavar="N",
    ),
    Setting(
        "split.duplicates", "duplicates", "split", str, Message("Near-duplicates"),
        Message("Near-duplicate rows: keep them on one side of every split (auto: where chance does not explain them)"),
        choices=get_args(DuplicatesName),
    ),
    Setting(
        "split.independent", "independent", "split", str, Message("Independent"),
        Message("Answer to a finding about the split, as its line names it: such rows are independent all the same"),
        metavar="FINDING", is_several=True,
    ),
    Setting(
        "split.seed", "split-seed", "split", int, Message("Split seed"),
        Message("Of the folds and the holdout, which another seed of training leaves as they are"),
        keyword="split_seed", allowed=_AT_LEAST_0, asked=0, metavar="N",
        wrong=Message("The seed of the split is {value}; it must be at least {least}."),
    ),
    Setting(
        "budget.n_trials", "trials", "limits", int, Message("Trials"),
        Message("Trials at most; 50 where no other limit is set"),
        allowed=_AT_LEAST_1, wrong=Message("The number of trials is {value}; it must be at least {least}."),
        metavar="N", empty=_NONE,
    ),
    Setting(
        "budget.timeout_s", "timeout", "limits", float, Message("Minutes"),
        Message("Wall clock, with final fit and export inside"),
        allowed=_AT_LEAST_0, is_open=True, metavar="SECONDS", scale=60.0, empty=_NONE,
        wrong=Message("The time budget is {value} seconds; it must be more than 0."),
    ),
    Setting(
        "budget.target_score", "target-score", "limits", float, Message("Stop at score"),
        Message("The search ends when a trial reaches this score"),
        metavar="X", empty=_NONE, wrong=Message("The target score is {value}; it must be a number."),
    ),
    Setting(
        "max_epochs", "epochs", "limits", int, Message("Epochs at most"), Message("Epochs of one trial at most"),
        allowed=_AT_LEAST_1, wrong=Message("The number of epochs is {value}; it must be at least {least}."),
    ),
    Setting(
        "limits.parameters", "max-parameters", "limits", int, Message("Parameters"),
        Message("Trainable parameters of a network; larger ones are ruled out before training"),
        allowed=_AT_LEAST_1, metavar="N", empty=_NONE,
        wrong=Message("The limit of the parameters is {value}; it must be at least {least}."),
    ),
    Setting(
        "limits.size_bytes", "max-bytes", "limits", int, Message("File, kB"),
        Message("Of a network's file in float32; larger ones are ruled out"),
        allowed=_AT_LEAST_1, metavar="BYTES", scale=1e3, empty=_NONE,
        wrong=Message("The limit of the file size is {value} bytes; it must be at least {least}."),
    ),
    Setting(
        "limits.latency_ms", "max-latency", "limits", float, Message("ms a row"),
        Message("Of a network for one row, on one thread of this machine; slower ones are ruled out"),
        allowed=_AT_LEAST_0, is_open=True, metavar="MS", empty=_NONE,
        wrong=Message("The limit of the latency is {value} ms; it must be more than 0."),
    ),
    Setting(
        "limits.memory_bytes", "max-memory", "limits", int, Message("RAM, MB"),
        Message("Of a training process, as estimated; trials that need more are ruled out"),
        allowed=_AT_LEAST_1, metavar="BYTES", scale=1e6, empty=_NONE,
        wrong=Message("The limit of the memory is {value} bytes; it must be at least {least}."),
    ),
    Setting(
        "metric", "metric", "method", str, Message("Metric"), Message("What trials are judged by"),
        choices=("", *METRICS), metavar="NAME",
    ),
    Setting(
        "positive", "positive", "method", str, Message("Positive class"),
        Message("Of two classes: the one that f1, precision, recall and average precision are of; else the rarer one"),
        metavar="CLASS",
    ),
    Setting(
        "families", "family", "method", str, Message("Families"),
        Message("Model families to search; the usual ones of the data where none is named"),
        choices=tuple(FAMILY_KINDS), is_several=True, are_files=True,
    ),
    Setting(
        "objectives", "objective", "method", str, Message("Also minimize"),
        Message("Further objectives beside the score; then no trial is given up early"),
        choices=get_args(ObjectiveName), is_several=True,
    ),
    Setting(
        "sampler", "sampler", "method", str, Message("Sampler"), Message("What chooses the next trial"),
        choices=get_args(SamplerName),
    ),
    Setting(
        "pruner", "pruner", "method", str, Message("Pruner"), Message("What gives up trials early"),
        choices=get_args(PrunerName),
    ),
    Setting(
        "n_finalists", "finalists", "method", int, Message("Finalists"),
        Message("Of the best trials, how many are judged on three repeats of the folds at the end; 0 for none"),
        allowed=_AT_LEAST_0, metavar="N",
        wrong=Message("The number of finalists is {value}; it must be at least {least}."),
    ),
    Setting(
        "equivalence", "equivalence", "method", float, Message("Same within, %"),
        Message("Smaller differences have no practical size: 0.005 of a score, or as a part of an error"),
        allowed=(0, 1 - 1e-12), metavar="X", scale=0.01,
        wrong=Message("The region of practical equivalence is {value}; it must be a number from 0 to below 1."),
    ),
    Setting(
        "seed", "seed", "method", int, Message("Seed"), Message("Of the search and the training"),
        allowed=_AT_LEAST_0, wrong=Message("The seed is {value}; it must be at least {least}."), metavar="N",
    ),
    Setting(
        "baselines", "baselines", "method", bool, Message("Score baselines first"),
        Message("Score simple predictors on the same folds"),
    ),
    Setting(
        "n_workers", "workers", "run", int, Message("Workers"),
        Message("Processes that train at once; as many as cores and memory allow where not given"),
        allowed=_AT_LEAST_1, wrong=Message("The number of workers is {value}; it must be at least {least}."),
        metavar="N", empty=_AUTOMATIC,
    ),
    Setting(
        "path", "path", "run", str, Message("Path"), Message("How folds are trained"),
        choices=get_args(PathName),
    ),
    Setting(
        "alongside", "alongside", "run", bool, Message("Run beside other studies"),
        Message("Run beside other studies instead of waiting for them"),
    ),
)  # fmt: skip
"""In the order in which help and documents name them."""

READING: tuple[Setting, ...] = (
    Setting(
        "format", "format", "reading", str, Message("Format"),
        Message("How rows are written: cells with a delimiter, JSON (a list of objects, or one a line), or ARFF"),
        choices=("delimited", "json", "arff"), empty=_AUTOMATIC,
    ),
    Setting(
        "delimiter", "delimiter", "reading", str, Message("Delimiter"),
        Message("Between the cells of a row: one character, tab, or blank for any number of blanks"), metavar="CHAR",
        empty=_AUTOMATIC,
    ),
    Setting(
        "encoding", "encoding", "reading", str, Message("Encoding"),
        Message("Of the file, for instance utf-8, gb18030, cp1252"), metavar="NAME", empty=_AUTOMATIC,
    ),
    Setting(
        "decimal", "decimal", "reading", str, Message("Decimals"), Message("Decimal sign"),
        choices=(".", ","), empty=_AUTOMATIC,
    ),
    Setting(
        "thousands", "thousands", "reading", str, Message("Thousands"),
        Message("What sets groups of three digits apart, beside blanks and apostrophes"),
        choices=(",", ".", "_"), empty=_AUTOMATIC,
    ),
    Setting(
        "header", "header", "reading", bool, Message("First row"),
        Message("Whether the first row holds the names of the columns"), empty=_AUTOMATIC,
    ),
    Setting(
        "quote", "quote", "reading", str, Message("Quotes"),
        Message("The sign around cells that hold the delimiter; none for none"),
        choices=('"', "'", "none"), empty=_AUTOMATIC,
    ),
    Setting(
        "escape", "escape", "reading", str, Message("Escapes"),
        Message("The sign before a quote within a quoted cell: a backslash; none where such a quote is doubled"),
        choices=("\\", "none"), empty=_AUTOMATIC,
    ),
    Setting(
        "skip_rows", "skip-rows", "reading", int, Message("Lines skipped"), Message("Lines before the table"),
        allowed=_AT_LEAST_0, metavar="N", empty=_AUTOMATIC,
        wrong=Message("The number of lines to skip is {value}; it must be at least {least}."),
    ),
)  # fmt: skip
"""How a text file is read: fields of a `ReadSpec`. What is not given is found in the file, and said."""

BY_FIELD: Mapping[str, Setting] = {setting.field: setting for setting in SETTINGS}


def value_of(spec: object, setting: Setting) -> Any:
    """Return the value of a setting in a `StudySpec`.

    Parameters
    ----------
    spec : object
    setting : Setting

    Returns
    -------
    object
    """
    for part in setting.field.split("."):
        spec = getattr(spec, part)
    return spec


def check_settings(spec: object) -> None:
    """Raise `SpecError` where a value of a `StudySpec` is out of range.

    Parameters
    ----------
    spec : object
    """
    for setting in SETTINGS:
        setting.check(value_of(spec, setting))
    kind = value_of(spec, BY_FIELD["kind"])
    if kind != AUTO:
        kinds_of(kind)


def nested(values: Mapping[str, object]) -> dict[str, Any]:
    """Return values by their fields (``split.gap``) as a tree: ``{"split": {"gap": …}}``.

    Parameters
    ----------
    values : mapping of str to object

    Returns
    -------
    dict of str to object
    """
    tree: dict[str, Any] = {}
    for field, value in values.items():
        group, _, name = field.rpartition(".")
        (tree.setdefault(group, {}) if group else tree)[name] = value
    return tree


def default_of(spec: type, setting: Setting) -> Any:
    """Return what is asked for where nobody says anything: of `StudySpec`, or of `Setting.asked`.

    Parameters
    ----------
    spec : type
    setting : Setting

    Returns
    -------
    object
    """
    if setting.asked is not None:
        return setting.asked
    group, _, name = setting.field.rpartition(".")
    fields = {f.name: f for f in dataclasses.fields(spec)}
    if group:
        return getattr(fields[group].default_factory(), name)  # type: ignore[misc]
    return fields[name].default


def as_markdown(spec: type) -> str:
    """Return docs/settings.md: all settings with their names in the terminal, in Python and in the window.

    Parameters
    ----------
    spec : type

    Returns
    -------
    str
    """
    lines = [
        "# Settings of a search",
        "",
        "Made from `engine/domain/settings.py`. An option of `cupel search` is also a line of a settings file "
        "(`--settings FILE`, TOML), without the dashes.",
        "",
        "| option | in Python | in the window | default | what it is |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(setting, default_of(spec, setting)) for setting in SETTINGS]
    lines += [
        "",
        "# How a file is read",
        "",
        "Of `cupel search`, `inspect` and `predict`; in Python fields of `ReadSpec`. What is not given is found in the "
        "file, and said.",
        "",
        "| option | in Python | in the window | default | what it is |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_row(setting, None) for setting in READING]
    return "\n".join(lines) + "\n"


def _row(setting: Setting, default: Any) -> str:
    shown = "" if default is None or setting.is_several else str(default)
    choices = (
        f" ({', '.join(filter(None, setting.choices))})" if setting.choices and not setting.are_files else ""
    )
    option = " ".join(filter(None, (f"--{setting.option}", setting.metavar)))
    cells = (f"`{option}`", f"`{setting.name}`", setting.label, shown, f"{setting.help}{choices}")
    return f"| {' | '.join(str(cell).replace('|', '¦') for cell in cells)} |"
