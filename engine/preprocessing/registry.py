"""Preprocessing by the kind of data; each kind is a module of its own, imported when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from ..domain.kinds import KINDS
from .base import Preprocessing, PreprocessingKind


def preprocessing_kind(kind: str) -> PreprocessingKind:
    """Return how a kind of data is preprocessed.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    found: PreprocessingKind = importlib.import_module(f".{kind}", __package__).KIND
    return found


def preprocessing_from_json(data: Mapping[str, Any]) -> Preprocessing:
    """Rebuild what `Preprocessing.to_json` gave."""
    return preprocessing_kind(str(data["kind"])).from_json(data)
