"""One thing that can be done: what it is called, its key, and why it cannot be done now. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..speech import Text


class Subject(StrEnum):
    """What an action is done to."""

    STUDY = "study"
    TRIALS = "trials"
    WINDOW = "window"


def always() -> str:
    """Return why something that can always be done cannot: nothing."""
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done.

    Attributes
    ----------
    name : str
        Unique, such as ``study.pause``.
    subject : Subject
    icon : str
        One of the icons' names; empty for none.
    text : Text
        What it is called, now: a study that is pinned can be unpinned.
    run : callable
    why_not : callable
        Why it cannot be done now, in a sentence; empty where it can.
    keys : str
        As `QKeySequence` takes it; empty for none.
    """

    name: str
    subject: Subject
    icon: str
    text: Text
    run: Callable[[], object]
    why_not: Callable[[], str] = always
    keys: str = ""

    @property
    def can_run(self) -> bool:
        """Whether it can be done now."""
        return not self.why_not()

    def trigger(self) -> None:
        """Do it, where it can be done."""
        if self.can_run:
            self.run()


class ActionList:
    """All actions of a window, in the order in which they were added."""

    def __init__(self) -> None:
        self._by_name: dict[str, Action] = {}

    def add(self, *actions: Action) -> None:
        """Add actions.

        Raises
        ------
        ValueError
            Where there is one of that name.
        """
        for action in actions:
            if action.name in self._by_name:
                raise ValueError(f"there is an action {action.name} already")
            self._by_name[action.name] = action

    def __getitem__(self, name: str) -> Action:
        return self._by_name[name]

    def __iter__(self) -> Iterator[Action]:
        return iter(self._by_name.values())

    def named(self, *names: str) -> tuple[Action, ...]:
        """Return the actions of these names, in this order."""
        return tuple(self._by_name[name] for name in names)

    def of(self, subject: Subject) -> tuple[Action, ...]:
        """Return the actions that are done to something."""
        return tuple(action for action in self if action.subject is subject)
