"""What New study asks of what the engine found in a data file."""

from __future__ import annotations

from ...engine.domain.errors import Message
from ...engine.domain.inspections import Finding, Inspection
from ...engine.domain.kinds import AUTO
from ...engine.domain.split_findings import SplitFinding


def forbids(finding: Finding, task: str) -> bool:
    """Return whether no search can be started with this; what is wrong with a target may hold for the task that
    was found only.
    """
    wrong_target = finding.code == "target" and task == AUTO
    return finding.severity == "serious" and (wrong_target or finding.code == "no_features")


def messages_for(found: Inspection, part: str) -> tuple[Message, ...]:
    """Return what there is to say where `part` is the holdout (empty: rows drawn at random): no more that the
    part is there.
    """
    return tuple(one for one in found.messages if not part or one.args.get("part") != part)


def split_kind(found: Inspection) -> str:
    """Return the kind of the folds that were looked at; empty where none were."""
    return found.split_audit.kind if found.split_audit is not None else ""


def to_be_answered(found: Inspection) -> tuple[SplitFinding, ...]:
    """Return what is serious about the folds, the gravest first."""
    return found.split_audit.serious if found.split_audit is not None else ()
