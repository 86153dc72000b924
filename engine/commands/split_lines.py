"""What the terminal says of an audit of a split."""

from __future__ import annotations

import shlex

from ..domain.split_findings import SplitAudit


def split_lines(audit: SplitAudit | None, *, with_remedy: bool) -> list[str]:
    """Return a line for each finding, the gravest first.

    Parameters
    ----------
    with_remedy : bool
        Whether to say which options answer it.
    """
    lines: list[str] = []
    for look in () if audit is None else audit.findings:
        line = f"{'SERIOUS' if look.severity == 'serious' else 'note'}: {look.message()}"
        if look.is_answered:
            line += f" The folds were kept all the same (--independent {shlex.quote(look.key)})."
        elif with_remedy:
            line += f" Then divide them otherwise: {look.remedy()}."
            line += f" If they are independent: --independent {shlex.quote(look.key)}."
        lines.append(line)
    return lines
