"""Search spaces as types: what may be varied of each family, from the TOML that people write and back to it.

A space is ``{family: {parameter: {...}, "start": [...]}}`` in TOML and in the store; `spaces/mlp.toml` explains it.
`space_fit` fits one to a table, `space_points` makes trials' values of it.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

import tomli_w

from . import formatting
from .errors import SpecError
from .families import FAMILIES
from .kinds import KINDS
from .params import Params, ParamValue
from .space_files import encoder_entries, space_text
from .space_rules import FURTHER, check_entry, check_name, check_starts

Choice: TypeAlias = bool | int | float | str
"""A value that can be chosen."""

ParameterKind: TypeAlias = Literal["int", "float", "choice", "fixed"]

Tree: TypeAlias = Mapping[str, object]
"""As TOML and JSON have it."""


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
    given : Choice or None
        The default as written; None where it follows from the rest.
    choices : tuple
        Of ``choice``; of ``fixed`` the one value.
    low, high, log, step
        Of ``int`` and ``float``.
    when : mapping of str to tuple
        Earlier parameters and the values of theirs that bring this one in.
    only : mapping of str to tuple of str
        The tasks, or metrics, that it is for; of those that are not named it is for all.
    """

    name: str
    target: str
    kind: ParameterKind
    given: Choice | None = None
    choices: tuple[Choice, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    step: float | None = None
    when: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict[str, tuple[Choice, ...]])
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def default(self) -> Choice:
        """The value that is tried first."""
        if self.given is not None:
            return self.given
        if not self.is_range:
            return self.choices[0]
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return round(middle) if self.kind == "int" else middle

    @property
    def is_range(self) -> bool:
        """Whether it goes from `low` to `high`."""
        return self.kind in ("int", "float")

    def applies(self, values: Params) -> bool:
        """Whether the conditions hold for the values (by `name`) chosen so far.

        Parameters
        ----------
        values : mapping of str to value

        Returns
        -------
        bool
        """
        return all(values.get(name) in allowed for name, allowed in self.when.items())

    def is_for(self, task: str | None, metric: str | None) -> bool:
        """Whether it belongs to a task and a metric; None is any.

        Parameters
        ----------
        task : str or None
            None for any.
        metric : str or None
            None for any.

        Returns
        -------
        bool
        """
        asked = (("task", task), ("metric", metric))
        return all(have is None or have in self.only.get(key, (have,)) for key, have in asked)

    def grid(self, points: int) -> tuple[Choice, ...]:
        """Return all choices, or at most `points` values spread over the range.

        Parameters
        ----------
        points : int
            At most so many.

        Returns
        -------
        tuple of value
        """
        if not self.is_range:
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
        # A power may miss an end by a bit.
        return tuple(min(max(v, self.low), self.high) for v in values)

    def clipped(self, value: ParamValue) -> ParamValue:
        """Return a value inside the range, or among the choices, that is as near to `value` as can be.

        Parameters
        ----------
        value : value

        Returns
        -------
        value
        """
        if not self.is_range:
            return value if value in self.choices else self.choices[0]
        if isinstance(value, str | list | dict):
            return self.default
        return type(value)(min(max(value, self.low), self.high))

    def checked(self, value: ParamValue) -> ParamValue:
        """Return a value that somebody wrote, of the parameter's type; it may lie outside the range.

        Parameters
        ----------
        value : value
            A number, a choice, or either as text.

        Returns
        -------
        value

        Raises
        ------
        SpecError
            Where it is no number, or none of the choices.
        """
        if not self.is_range:
            for choice in self.choices:
                if value == choice or str(value).casefold() == str(choice).casefold():
                    return choice
            raise SpecError(
                "{value!r} is no value of {name}; it takes {choices}.",
                value=value,
                name=self.name,
                choices=", ".join(str(choice) for choice in self.choices),
            )
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise SpecError(
                "{value!r} is no value of {name}; it takes a number such as {example}.",
                value=value,
                name=self.name,
                example=self.default,
            )
        if self.kind == "int" and number != round(number):
            raise SpecError(
                "{value!r} is no value of {name}; it takes a whole number such as {example}.",
                value=value,
                name=self.name,
                example=self.default,
            )
        return round(number) if self.kind == "int" else number

    def fixed_at(self, value: Choice) -> Parameter:
        """Return it with one value alone, under the same conditions.

        Parameters
        ----------
        value : value

        Returns
        -------
        Parameter
        """
        return Parameter(self.name, self.target, "fixed", choices=(value,), when=self.when, only=self.only)

    def to_json(self) -> dict[str, object]:
        """Return its table in TOML."""
        entry: dict[str, object] = {}
        if self.kind == "fixed":
            entry["fixed"] = self.choices[0]
        elif self.kind == "choice":
            entry |= {"type": self.kind, "choices": list(self.choices)}
        else:
            entry |= {"type": self.kind, "low": self.low, "high": self.high}
            entry |= {"log": True} if self.log else {}
            entry |= {"step": self.step} if self.step is not None else {}
        entry |= {"default": self.given} if self.given is not None and self.kind != "fixed" else {}
        entry |= {"as": self.target} if self.target != self.name else {}
        for key, conditions in (("when", self.when), ("only", self.only)):
            entry |= {key: {name: list(values) for name, values in conditions.items()}} if conditions else {}
        return entry


@dataclass(frozen=True, slots=True)
class FamilySpace:
    """What may be varied of one family.

    Attributes
    ----------
    parameters : tuple of Parameter
        Each after those that it depends on.
    starts : tuple of mapping
        Values by the names of parameters, that are known to be good.
    """

    parameters: tuple[Parameter, ...]
    starts: tuple[Params, ...] = ()

    def with_parameters(self, changed: Iterable[Parameter]) -> FamilySpace:
        """Return it with these in the place of those of the same names.

        Parameters
        ----------
        changed : iterable of Parameter

        Returns
        -------
        FamilySpace
        """
        by_name = {p.name: p for p in changed}
        return dataclasses.replace(self, parameters=tuple(by_name.get(p.name, p) for p in self.parameters))


class Space:
    """A search space; never changed once it is made. No dataclass, so that `stored` writes it as its tree.

    Attributes
    ----------
    families : mapping of str to FamilySpace
        By name, in the order in which they are tried.
    """

    def __init__(self, families: Mapping[str, FamilySpace]) -> None:
        self.families = families

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Space) and self.families == other.families

    __hash__ = None  # type: ignore[assignment] - its mappings have none

    def __repr__(self) -> str:
        return f"Space({self.to_json()})"

    @classmethod
    def of(cls, tree: object) -> Space:
        """Return the space that a tree of TOML or JSON describes.

        Parameters
        ----------
        tree : object
            In which order the parameters of a family stand means little: the store sorts them by name.

        Returns
        -------
        Space

        Raises
        ------
        SpecError
            Where it describes none; names the parameter.
        """
        families = _checked(tree)
        return cls({family: _family_space(entries) for family, entries in families.items()})

    def to_json(self) -> dict[str, dict[str, object]]:
        """Return the tree that `of` reads."""
        tree: dict[str, dict[str, object]] = {}
        for family, space in self.families.items():
            tree[family] = {p.name: p.to_json() for p in space.parameters}
            if space.starts:
                tree[family]["start"] = [dict(start) for start in space.starts]
        return tree


def default_space_toml(family: str) -> str:
    """Return the text of a family's own space, with its comments.

    Parameters
    ----------
    family : str

    Returns
    -------
    str
        TOML.

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


def default_space(names: Iterable[str]) -> Space:
    """Return the families' own space.

    Parameters
    ----------
    names : iterable of str
        Of families.

    Returns
    -------
    Space
    """
    return Space({name: _own_space(name) for name in names})


@functools.cache
def _own_space(family: str) -> FamilySpace:
    entries = cast("dict[str, Tree]", tomllib.loads(default_space_toml(family)))[family]
    return _family_space(entries)


def space_for(space: Space | None, families: Iterable[str], kinds: Sequence[str]) -> Space:
    """Return the space that a study searches: its own or the families', with the encoders of all its kinds of data.

    Parameters
    ----------
    space : Space or None
        What the user gave; None for the families' own.
    families : iterable of str
    kinds : sequence of str
        Of the inputs, see `TableSchema.kinds`.

    Returns
    -------
    Space
    """
    found = default_space(families) if space is None else completed_space(space)
    if len(kinds) < 2:
        return found
    return with_encoders(found, kinds)


def with_encoders(space: Space, kinds: Iterable[str]) -> Space:
    """Return the space of rows that have inputs of further `kinds` beside a table: settings of an encoder for each.

    A space that has such a setting keeps it.

    Parameters
    ----------
    space : Space
    kinds : iterable of str
        Of data; those whose encoder has settings say them in their ``space.toml``.

    Returns
    -------
    Space
    """
    further = [p for kind in kinds for p in _family_space(encoder_entries(kind)).parameters]

    def joined(own: FamilySpace) -> FamilySpace:
        named = {p.name: p for p in (*further, *own.parameters)}
        return dataclasses.replace(own, parameters=tuple(named.values()))

    return Space({family: joined(own) for family, own in space.families.items()})


def space_to_toml(space: Space) -> str:
    """Return a space as TOML text.

    Parameters
    ----------
    space : Space

    Returns
    -------
    str
    """
    return tomli_w.dumps(space.to_json())


def space_from_toml(text: str) -> Space:
    """Read and check a space.

    Parameters
    ----------
    text : str

    Returns
    -------
    Space

    Raises
    ------
    SpecError
        Where the text is not TOML or does not describe a space; names the line or the parameter.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError("The search space is not valid TOML: {error}.", error=str(error)) from None
    return Space.of(tree)


def completed_space(space: Space) -> Space:
    """Return the space with every setting that it leaves out fixed at the default of the family's own space.

    Parameters
    ----------
    space : Space

    Returns
    -------
    Space
    """

    def completed(family: str, own: FamilySpace) -> FamilySpace:
        have = {p.target for p in own.parameters} | {p.name for p in own.parameters}
        left_out = [p for p in _own_space(family).parameters if p.target not in have and p.name not in have]
        fixed = (p.fixed_at(p.default) for p in left_out)
        return dataclasses.replace(own, parameters=(*own.parameters, *fixed))

    return Space({family: completed(family, own) for family, own in space.families.items()})


def parameters(space: Space, family: str, *, task: str | None, metric: str | None) -> tuple[Parameter, ...]:
    """Return the parameters of a family, in order.

    Parameters
    ----------
    space : Space
    family : str
    task, metric : str or None
        Leaves out parameters whose ``only`` does not name them; None keeps all.

    Returns
    -------
    tuple of Parameter
    """
    return tuple(p for p in space.families[family].parameters if p.is_for(task, metric))


def describe(space: Space, log: str = "log", step: str = "step {step}") -> list[tuple[str, str, str, str]]:
    """Return what people read of every parameter.

    Parameters
    ----------
    space : Space
    log, step : str
        What logarithmic ranges and those of steps are called, in the reader's language.

    Returns
    -------
    list of tuple
        Family, parameter, range and condition.
    """
    rows: list[tuple[str, str, str, str]] = []
    for family, own in space.families.items():
        for p in own.parameters:
            text = ", ".join(map(_shown, p.choices))
            if p.is_range:
                text = f"{_number(p.low)} – {_number(p.high)}"
                how = log if p.log else step.format(step=_number(p.step)) if p.step else ""
                text += f" ({how})" if how else ""
            when = "; ".join(f"{k} = {' | '.join(map(_shown, values))}" for k, values in p.when.items())
            rows.append((family, p.name, text, when))
    return rows


def _shown(value: Choice) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: float) -> str:
    return formatting.parameter(float(value))


def _checked(tree: object) -> Mapping[str, Tree]:
    """Return a tree that describes a search space, or raise `SpecError`."""
    if not isinstance(tree, Mapping) or not tree:
        raise SpecError(
            "The search space is empty; it needs a table for each family, for instance [mlp.width]."
        )
    known_families = cast("Mapping[str, object]", tree)
    for family, entries in known_families.items():
        if family not in FAMILIES:
            raise SpecError(
                "Unknown model family {family!r}; choose one of {choices}.",
                family=family,
                choices=", ".join(families()),
            )
        if not isinstance(entries, Mapping):
            raise SpecError("{family} must be a table of parameters.", family=family)
        own = with_encoders(default_space([family]), KINDS).families[family]
        known = FURTHER | {p.target for p in own.parameters}
        table = cast("Tree", entries)
        names = [name for name in table if name != "start"]
        for name in names:
            entry = check_entry(f"{family}.{name}", table[name], names)
            check_name(f"{family}.{name}", str(entry.get("as", name)), known)
        check_starts(family, table.get("start", []), names)
    return cast("Mapping[str, Tree]", tree)


def _family_space(entries: Tree) -> FamilySpace:
    """Return the space of a family whose entries are known to be sound."""
    named = {name: _parameter(name, cast("Tree", e)) for name, e in entries.items() if name != "start"}
    starts = cast("Sequence[Params]", entries.get("start", ()))
    return FamilySpace(_in_order(named), tuple(dict(start) for start in starts))


def _in_order(named: Mapping[str, Parameter]) -> tuple[Parameter, ...]:
    """Return parameters as they stand, but for those that depend on later ones, which follow these."""
    ordered: dict[str, Parameter] = {}

    def put(name: str, waiting: tuple[str, ...]) -> None:
        if name in waiting:
            raise SpecError(
                "{where} depends on {name!r}, which is no parameter before it.", where=waiting[-1], name=name
            )
        if name in named and name not in ordered:
            for earlier in named[name].when:
                put(earlier, (*waiting, name))
            ordered[name] = named[name]

    for name in named:
        put(name, ())
    return tuple(ordered.values())


def _parameter(name: str, entry: Tree) -> Parameter:
    conditions = {
        key: {
            name: tuple(values) for name, values in cast("Mapping[str, Sequence[Choice]]", entry[key]).items()
        }
        for key in ("when", "only")
        if key in entry
    }
    shared = Parameter(
        name,
        str(entry.get("as", name)),
        "fixed" if "fixed" in entry else cast("ParameterKind", entry["type"]),
        given=cast("Choice | None", entry.get("default")),
        when=conditions.get("when", {}),
        only=cast("Mapping[str, tuple[str, ...]]", conditions.get("only", {})),
    )
    if shared.kind == "fixed":
        return shared.fixed_at(cast("Choice", entry["fixed"]))
    if shared.kind == "choice":
        return dataclasses.replace(shared, choices=tuple(cast("Sequence[Choice]", entry["choices"])))
    log = bool(entry.get("log", False))
    return dataclasses.replace(
        shared,
        low=cast("float", entry["low"]),
        high=cast("float", entry["high"]),
        log=log,
        step=None if log else cast("float | None", entry.get("step")),
    )
