"""The child processes of one export, which may be started long before it. Light; used by `assembly` and the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..domain.formats import DEFAULT
from ..jobs.child import Child
from .certificate import Checkers, checkers
from .conversion import converter


@dataclass(slots=True)
class Helpers:
    """A process that converts, and those that check what it wrote; `close` ends those that were not needed."""

    converter: Child
    checkers: Checkers
    _all: tuple[Child, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._all = (self.converter, *self.checkers.values())

    @classmethod
    def start(cls, formats: Sequence[str] = DEFAULT, *, packages: Sequence[str] = ()) -> Helpers:
        """Start the processes for an export in these formats, whose programs need packages beside NumPy."""
        return cls(converter(), checkers(formats, packages))

    @property
    def seconds(self) -> float | None:
        """How long it took until all were ready; None until then."""
        took = [process.ready_s for process in self._all]
        return max(s for s in took if s is not None) if None not in took else None

    def close(self) -> None:
        """End all that have not ended."""
        for process in self._all:
            process.close()
