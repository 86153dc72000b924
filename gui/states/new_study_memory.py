"""What the New study page was told last, as JSON: for the next time the window is opened, and of a study to be like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ...engine.domain.settings import SETTINGS, value_of
from ...engine.domain.space import Space
from ...engine.domain.spec import StudySpec
from ...storage.records import DatasetRecord, StudyRecord
from .sources import SAMPLE_PREFIX

_KEY = "new_study"


class PreferenceStore(Protocol):
    """What is kept from one time to the next."""

    def text(self, key: str, default: str, /) -> str:
        """Return a remembered text."""
        ...

    def set_text(self, key: str, value: str, /) -> None:
        """Remember a text."""
        ...


@dataclass(frozen=True, slots=True)
class Memory:
    """A source of data, and what was asked of it.

    Attributes
    ----------
    source : str
        A path, or `SAMPLE_PREFIX` and the name of a sample.
    read : mapping
        How the file is read, where that differs from what was detected.
    roles : mapping of str to str
    fields : mapping
        `NewStudyState.values`; those that are missing stay as they are.
    space : Space or None
        An edited search space.
    """

    source: str
    read: Mapping[str, Any] = field(default_factory=dict[str, Any])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])
    space: Space | None = None

    @property
    def is_there(self) -> bool:
        """Whether the source can still be read."""
        return self.source.startswith(SAMPLE_PREFIX) or Path(self.source).exists()

    def save(self, preferences: PreferenceStore) -> None:
        """Keep it for the next time."""
        preferences.set_text(_KEY, json.dumps(asdict(self)))

    @classmethod
    def load(cls, preferences: PreferenceStore) -> Memory | None:
        """Return what was kept; None where nothing was, or what is there is none."""
        try:
            data = json.loads(preferences.text(_KEY, "null"))
            memory: Any = None if data is None else cls(**data)
        except (ValueError, TypeError):
            return None
        if memory is None or not isinstance(memory.source, str) or not memory.source:
            return None
        parts = (memory.read, memory.roles, memory.fields)
        return memory if all(isinstance(part, dict) for part in parts) else None

    @classmethod
    def of_study(cls, study: StudyRecord, data: DatasetRecord) -> Memory:
        """Return what was asked in a study."""
        spec = StudySpec.of_study(study)
        fields = {s.field: value_of(spec, s) for s in SETTINGS}
        fields |= {
            "name": study.name,
            "target": spec.target,
            "split.seed": spec.split_seed,
            "objectives": [name for name in spec.objectives if name != "score"],
        }
        read = dict(data.schema.get("read") or {})
        return cls(data.source, read, dict(spec.roles), fields, spec.space)
