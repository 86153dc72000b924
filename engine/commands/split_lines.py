"""What the terminal says of an audit of a split."""

from __future__ import annotations

import shlex

from ...storage.records import StudyRecord
from ..domain.split_findings import KEY, SplitAudit


def split_audit_of(study: StudyRecord) -> SplitAudit | None:
    """Return the audit of a study's split; None where the study is older than audits."""
    return SplitAudit.from_json(study.result[KEY]) if KEY in study.result else None


def split_lines(audit: SplitAudit | None, *, with_remedy: bool) -> list[str]:
    """Return a line for each finding, the gravest first.

    Parameters
    ----------
    with_remedy : bool
        Whether to say which options answer it.
    """
    lines: list[str] = []
    for look in () if audit is None else audit.told:
        line = f"{'SERIOUS' if look.severity == 'serious' else 'note'}: {look.message()}"
        if look.is_answered:
            line += f" The folds were kept all the same (--independent {shlex.quote(look.key)})."
        elif with_remedy:
            line += f" Then divide them otherwise: {look.remedy()}."
            line += f" If they are independent: --independent {shlex.quote(look.key)}."
        lines.append(line)
    return lines
