"""What the Groups page knows: which columns make groups, which audits were kept, what an audit does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.domain.group_audits import GroupAudit
from ...engine.domain.kinds import CATEGORY_ROLES, DATE_ROLES, KINDS, NUMBER_ROLES
from ...engine.domain.results import StudyResult
from ...storage.records import StudyRecord
from ..speech import tr

_NO_GROUPS = ("target", "id", "constant", *(r for k in KINDS.values() if not k.makes_groups for r in k.roles))
"""Roles of columns that make no groups."""

# The likeliest first.
_ROLES = (*CATEGORY_ROLES, "group", "ignored", *NUMBER_ROLES, *DATE_ROLES, "time")


def kept_audits(study: StudyRecord) -> list[GroupAudit]:
    """Return the audits in the result of a study, the newest first."""
    audits = StudyResult.of(study).audits.values()
    return sorted(audits, key=lambda audit: audit.created_at, reverse=True)


def audit_step(doing: str) -> str:
    """Return what an audit does now, in words."""
    return {
        "reading": tr("Reading the rows…"),
        "fitting": tr("Fitting the threshold…"),
        "holdout": tr("Predicting the holdout…"),
    }.get(doing) or tr("Counting in each group…")


def groupable(columns: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the columns of a schema that groups can be made of, and the classes of its target where all are known."""
    order = {role: place for place, role in enumerate(_ROLES)}
    found = [column for column in columns if column["role"] not in _NO_GROUPS]
    found.sort(key=lambda column: order.get(column["role"], len(order)))
    target = next((column for column in columns if column["role"] == "target"), None)
    has_all = target is not None and target["n_unique"] <= len(target["examples"])
    labels: list[str] = [str(label) for label in target["examples"]] if target is not None and has_all else []
    return [str(column["name"]) for column in found], sorted(labels)
