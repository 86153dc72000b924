"""Engines whose workers do a toy's work, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cupel.engine.search.policy import Policy
from cupel.engine.search.runner import Settings
from cupel.engine.workers.cluster import Cluster
from cupel.engine.workers.messages import Site

TOY = "tests.engine.search.toy:TOY"
ROOT = Path(__file__).parents[3]


def toy_workers(site: Site, n_workers: int) -> Cluster:
    """Return real worker processes that train nothing."""
    return Cluster(site, n_workers, work=TOY)


def toy_settings(clock: Callable[[], float] = time.monotonic, **numbers: float) -> Settings:
    """Return the settings of an engine with such workers, and with other numbers than `POLICY`'s."""
    return Settings(toy_workers, Policy(**numbers), clock)  # type: ignore[arg-type]
