"""The processes of a study's export: most of its time are their imports, which go on beside other work."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..deployment.helpers import Helpers
from .budget import Budget

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class ExportProcesses:
    """Starts the processes of an export in time, and tells the budget how long they took.

    Attributes
    ----------
    packages : tuple of str
        What the bundle's programs need beside NumPy.
    helpers : Helpers or None
        Once they are started.
    """

    budget: Budget
    packages: tuple[str, ...]
    helpers: Helpers | None = None

    def start(self) -> None:
        """Start them, unless they are."""
        if self.helpers is None:
            self.helpers = Helpers.start(packages=self.packages)

    def follow(self) -> None:
        """Start them when the budget says so; called several times a second."""
        if self.budget.prepares_export:
            self.start()
            self.budget.note_preparing()
            _log.info("the export's processes are started after %.1f s", self.budget.elapsed)
        self.note_ready()

    def note_ready(self) -> None:
        """Tell the budget how long they took, once they are ready."""
        if self.helpers is not None and self.helpers.seconds is not None:
            self.budget.note_prepared(self.helpers.seconds)

    def close(self) -> None:
        """End those that were started and not needed."""
        if self.helpers is not None:
            self.helpers.close()
