"""Search spaces: what may be varied, as plain data that TOML can carry.

A space is ``{family: {parameter: {...}, "start": [...]}}``; `spaces/mlp.toml` explains it.
"""

from __future__ import annotations

import copy
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from . import formatting
from .errors import SpecError
from .families import FAMILIES
from .space_files import part_entries, space_text
from .space_rules import FURTHER, check_entry, check_name, check_starts

ENCODED_KINDS = ("text", "image")
"""Kinds of data that may stand beside a table."""

_FIRST_VISITS = 250_000  # rows that a fold of a first trial sees: 12 epochs of 20,000 rows
_MOST_BINS, _MOST_BINNED = 1024, 40_000_000  # numbers of a row after binning, and of all rows of a fold
_FIRST_TEXTS = 60_000  # of texts: a network for them knows the training rows by heart after some epochs
_MOST_TEXTS = 4  # times so many the longest schedules of texts see


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a family's space.

    Attributes
    ----------
    name : str
        Unique in the family; what the sampler knows it by.
    target : str
        What the engine knows it by (``as``); parameters may share one where their conditions exclude each other.
    kind : {"int", "float", "choice", "fixed"}
    choices : tuple
        Of ``choice``; of ``fixed`` the one value.
    low, high, log, step
        Of ``int`` and ``float``.
    default : object
    when : mapping of str to tuple
        Earlier parameters and the values of theirs that bring this one in.
    """

    name: str
    target: str
    kind: str
    default: Any
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Whether the conditions hold for the values (by `name`) chosen so far."""
        return all(values.get(name) in allowed for name, allowed in self.when.items())

    def grid(self, points: int) -> tuple[Any, ...]:
        """Return all choices, or at most `points` values spread over the range."""
        if self.kind in ("choice", "fixed"):
            return self.choices
        if self.log:
            ratio = self.high / self.low
            values = [self.low * ratio ** (i / max(points - 1, 1)) for i in range(points)]
        else:
            values = [self.low + (self.high - self.low) * i / max(points - 1, 1) for i in range(points)]
        if self.kind == "int":
            return tuple(sorted({round(v) for v in values}))
        if self.step:
            return tuple(sorted({self.low + round((v - self.low) / self.step) * self.step for v in values}))
        return tuple(min(max(v, self.low), self.high) for v in values)  # a power may miss an end by a bit


def default_space_toml(family: str) -> str:
    """Return the text of a family's own space, with its comments.

    Raises
    ------
    SpecError
        For an unknown family.
    """
    if family not in FAMILIES:
        raise SpecError(
            "Unknown model family {family!r}; choose one of {choices}.",
            family=family,
            choices=", ".join(families()),
        )
    return space_text(family)


def families() -> tuple[str, ...]:
    """Return the names of the model families."""
    return tuple(FAMILIES)


def default_space(names: Iterable[str]) -> dict[str, Any]:
    """Return the families' own space."""
    space: dict[str, Any] = {}
    for name in names:
        space |= tomllib.loads(default_space_toml(name))
    return space


def with_encoders(space: Mapping[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """Return the space of rows that have inputs of further `kinds` beside a table: settings of an encoder for each.

    A space that has such a setting keeps it.

    Parameters
    ----------
    kinds : iterable of {"text", "image"}
    """
    further: dict[str, Any] = {}
    for kind in kinds:
        further |= part_entries(f"{kind}_vector")
    return {family: {**further, **entries} for family, entries in space.items()}


def space_to_toml(space: Mapping[str, Any]) -> str:
    """Return a space as TOML text."""
    return tomli_w.dumps(space)


def space_from_toml(text: str) -> dict[str, Any]:
    """Read and check a space.

    Raises
    ------
    SpecError
        Where the text is not TOML or does not describe a space; names the line or the parameter.
    """
    try:
        space = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError("The search space is not valid TOML: {error}.", error=str(error)) from None
    check_space(space)
    return space


def check_space(space: Mapping[str, Any]) -> None:
    """Raise `SpecError` where `space` does not describe a search space."""
    if not space:
        raise SpecError(
            "The search space is empty; it needs a table for each family, for instance [mlp.width]."
        )
    for family in space:
        if family not in families():
            raise SpecError(
                "Unknown model family {family!r}; choose one of {choices}.",
                family=family,
                choices=", ".join(families()),
            )
        if not isinstance(space[family], Mapping):
            raise SpecError("{family} must be a table of parameters.", family=family)
        own = with_encoders(default_space([family]), ENCODED_KINDS)
        known = FURTHER | {p.target for p in parameters(own, family, task=None, metric=None)}
        earlier: list[str] = []
        for name, entry in space[family].items():
            if name != "start":
                check_entry(f"{family}.{name}", entry, earlier)
                check_name(f"{family}.{name}", str(entry.get("as", name)), known)
                earlier.append(name)
        check_starts(family, space[family].get("start", []), earlier)


def completed_space(space: Mapping[str, Any]) -> dict[str, Any]:
    """Return the space with every setting that it leaves out fixed at the default of the family's own space."""
    whole: dict[str, Any] = {}
    for family, entries in space.items():
        whole[family] = dict(entries)
        have = {str(entry.get("as", name)) for name, entry in entries.items() if name != "start"}
        own = default_space([family])[family]
        for p in parameters({family: own}, family, task=None, metric=None):
            if p.target not in have and p.name not in whole[family]:
                kept = {key: own[p.name][key] for key in ("when", "only") if key in own[p.name]}
                whole[family][p.name] = {"fixed": p.default, "as": p.target, **kept}
    return whole


def parameters(
    space: Mapping[str, Any], family: str, *, task: str | None, metric: str | None
) -> tuple[Parameter, ...]:
    """Return the parameters of a family, in order.

    Parameters
    ----------
    space : mapping
        One that `check_space` has passed.
    task, metric : str or None
        Leaves out parameters whose ``only`` does not name them; None keeps all.
    """
    result: list[Parameter] = []
    for name, entry in space[family].items():
        if name == "start":
            continue
        only = entry.get("only", {})
        is_out = any(
            have is not None and key in only and have not in only[key]
            for key, have in (("task", task), ("metric", metric))
        )
        if not is_out:
            result.append(_parameter(name, entry))
    return tuple(result)


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    when = {key: tuple(values) for key, values in entry.get("when", {}).items()}
    target = str(entry.get("as", name))
    if "fixed" in entry:
        return Parameter(name, target, "fixed", entry["fixed"], (entry["fixed"],), when=when)
    kind = entry["type"]
    if kind == "choice":
        choices = tuple(entry["choices"])
        return Parameter(name, target, kind, entry.get("default", choices[0]), choices, when=when)
    low, high, log = entry["low"], entry["high"], bool(entry.get("log", False))
    middle = math.sqrt(low * high) if log else (low + high) / 2
    default = entry.get("default", round(middle) if kind == "int" else middle)
    return Parameter(
        name, target, kind, default, (), low, high, log, None if log else entry.get("step"), when
    )


def adapt_space(
    space: Mapping[str, Any], *, n_rows: int, max_epochs: int, n_numbers: int = 0
) -> dict[str, Any]:
    """Return the space for a table of `n_rows` training rows.

    Batches follow the rows: at least so large that an epoch has about 120 steps at most, and at most a quarter of the
    rows, so that an epoch has some steps; the default gives about ten. A fixed batch size stays.

    The first trials see about `_FIRST_VISITS` rows: where all epochs of `n_rows` are more, their schedules have fewer
    epochs, and the search may take a third of that or all. Where all epochs are less, every trial has them all. Of
    texts they see `_FIRST_TEXTS`, in two epochs at least, and no schedule is longer than `_MOST_TEXTS` times that.

    Each of `n_numbers` numeric columns becomes so many bins that a row stays short, and the rows fit into memory.
    """
    adapted = copy.deepcopy(dict(space))
    most_bins = min(_MOST_BINS, _MOST_BINNED // max(n_rows, 1)) // max(n_numbers, 1)
    for name, family in adapted.items():
        _lower(family.get("n_bins", {}), max(most_bins, 2))
        is_short = FAMILIES[name].learns_by_heart
        visits = max(_FIRST_TEXTS, 2 * n_rows) if is_short else _FIRST_VISITS
        first = min(visits / max(n_rows * max_epochs, 1), 1.0)
        epochs = family.get("epoch_fraction", {})
        if "low" in epochs and first < 1.0:
            epochs["high"] = min(epochs["high"], _MOST_TEXTS * first) if is_short else epochs["high"]
            epochs["low"], epochs["default"] = min(max(first / 3, 1.0 / max_epochs), epochs["high"]), first
        elif "low" in epochs:
            family["epoch_fraction"] = {"fixed": epochs["high"]}
        batch = family.get("batch_size", {})
        if "fixed" in batch or "low" not in batch:
            continue
        least = 2 ** max(0, math.ceil(math.log2(max(n_rows, 1) / 120)))
        low = min(max(batch["low"], least), max(n_rows // 8, 1))
        high = max(min(max(batch["high"], 4 * low), n_rows // 4), low)
        batch["low"], batch["high"] = low, high
        batch["default"] = min(max(min(batch.get("default", high), n_rows // 10), low), high)
    return adapted


def _lower(entry: dict[str, Any], most: int) -> None:
    """Make `most` the greatest value of a range; a fixed value stays."""
    if "high" in entry:
        for key in ("low", "high", "default"):
            if key in entry:
                entry[key] = min(entry[key], most)


def start_points(
    space: Mapping[str, Any], family: str, *, task: str, metric: str
) -> tuple[dict[str, Any], ...]:
    """Return known good settings by parameter name: the defaults first, then each ``start`` of the space."""
    starts: list[Mapping[str, Any]] = [{}, *space[family].get("start", ())]
    return tuple(point_from(space, family, given, task=task, metric=metric) for given in starts)


def quick_start(
    space: Mapping[str, Any], families: Iterable[str], *, task: str, metric: str
) -> tuple[str, dict[str, Any]] | None:
    """Return the family and the values of a trial that is scored soon, of a large table; None elsewhere.

    The start point whose rows cost least, on the shortest schedule: where the first trials do not see all
    epochs, the networks that are best in the end take minutes, and somebody waits for a first score.
    """
    quick: list[tuple[float, str, dict[str, Any]]] = []
    for family in families:
        named = {p.name: p for p in parameters(space, family, task=task, metric=metric)}
        epochs = named.get("epoch_fraction")
        if not FAMILIES[family].width or epochs is None or epochs.kind != "float" or epochs.default >= 1.0:
            continue
        for values in start_points(space, family, task=task, metric=metric):
            params = to_params(space, family, values, task=task, metric=metric)
            quick.append(
                (FAMILIES[family].n_products(params), family, {**values, "epoch_fraction": epochs.low})
            )
    return min(quick, key=lambda one: one[0])[1:] if quick else None


def smallest_start(
    space: Mapping[str, Any], families: Iterable[str], *, task: str, metric: str
) -> tuple[str, dict[str, Any]]:
    """Return the family and the values of the start point whose rows cost least.

    It is the very first of families that do not say what they cost: they are in the order of it already.
    """
    points = [
        (family, values)
        for family in families
        for values in start_points(space, family, task=task, metric=metric)
    ]

    def cost(point: tuple[str, Mapping[str, Any]]) -> float:
        family, values = point
        return FAMILIES[family].n_products(to_params(space, family, values, task=task, metric=metric))

    family, values = min(points, key=cost)
    return family, dict(values)


def point_from(
    space: Mapping[str, Any], family: str, given: Mapping[str, Any], *, task: str, metric: str
) -> dict[str, Any]:
    """Return a whole setting inside the space that is `given` as far as it can be, and the default elsewhere."""
    values: dict[str, Any] = {}
    for p in parameters(space, family, task=task, metric=metric):
        if p.applies(values):
            values[p.name] = _inside(p, given.get(p.name, p.default))
    return values


def _inside(p: Parameter, value: Any) -> Any:
    if p.kind in ("int", "float"):
        return type(value)(min(max(value, p.low), p.high))
    return value if value in p.choices else p.choices[0]


def to_params(
    space: Mapping[str, Any], family: str, values: Mapping[str, Any], *, task: str, metric: str
) -> dict[str, Any]:
    """Return the engine's parameters of values by parameter name."""
    named = {p.name: p for p in parameters(space, family, task=task, metric=metric)}
    return {named[name].target: value for name, value in values.items()}


def describe(
    space: Mapping[str, Any], log: str = "log", step: str = "step {step}"
) -> list[tuple[str, str, str, str]]:
    """Return (family, parameter, range, condition) of every parameter, for people to read.

    `log` and `step` are what logarithmic ranges and those of steps are called, in the reader's language.
    """
    rows: list[tuple[str, str, str, str]] = []
    for family in space:
        for p in parameters(space, family, task=None, metric=None):
            if p.kind in ("choice", "fixed"):
                text = ", ".join(str(c).lower() if isinstance(c, bool) else str(c) for c in p.choices)
            else:
                text = f"{_number(p.low)} – {_number(p.high)}"
                how = log if p.log else step.format(step=_number(p.step)) if p.step else ""
                text += f" ({how})" if how else ""
            when = "; ".join(
                f"{k} = {' | '.join(str(v).lower() if isinstance(v, bool) else str(v) for v in vs)}"
                for k, vs in p.when.items()
            )
            rows.append((family, p.name, text, when))
    return rows


def _number(value: float) -> str:
    return formatting.parameter(float(value))
