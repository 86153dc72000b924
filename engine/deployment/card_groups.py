"""What audits of groups are called, and the model card's section about them. Light; used by `card` and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import formatting

TITLES = {
    "base_rate": "true rate", "selection_rate": "said rate", "accuracy": "accuracy", "recall": "recall",
    "false_positive_rate": "false positives", "precision": "precision", "mae": "absolute error", "bias": "mean error",
    "r2": "R²",
}  # fmt: skip
PARTS = {
    "out_of_fold": "On the folds, each row said by a network that had not seen it",
    "holdout": "On the holdout",
    "file": "On the file",
}


def groups_section(audits: Sequence[Mapping[str, Any]], exported_threshold: float | None) -> str:
    """Return the section of a card.

    Parameters
    ----------
    audits : sequence of mapping
        What `audit.StudyAudit.by` found of the trial that is exported.
    exported_threshold : float or None
        Of the bundle; an audit with another one is told apart.
    """
    lines = ["## Groups", ""]
    for found in audits:
        what = f", rates of `{found['positive']}`" if found["positive"] else ""
        if found["threshold"] is not None:
            what += f", threshold {found['threshold']:.4g}"
            if found["threshold"] != exported_threshold:
                what += " (NOT the one of this bundle)"
        for part in found["parts"]:
            lines += [f"{PARTS[part['part']]}, by `{found['by']}`{what}:", "", *_table(part), ""]
            lines += [f"- {gap_line(gap)}." for gap in part["gaps"]]
            if any(group["is_small"] for group in part["groups"]):
                lines.append("- (*) Fewer than 30 rows: too few to compare.")
            lines.append("")
    lines.append(
        "Intervals are of 95 %, and not corrected for how many groups and rates were compared: the widest gap looks "
        "wider than it is. A gap is no proof of unfairness, and none is no proof of fairness: that depends on what the "
        "model is used for."
    )
    return "\n".join(lines)


def _table(part: Mapping[str, Any]) -> list[str]:
    names = counted(part)
    lines = [
        "| group | rows | " + " | ".join(TITLES[name] for name in names) + " |",
        "| --- " * (len(names) + 2) + "|",
        f"| all | {formatting.count(part['n_rows'])} | " + _cells(part["whole"], names),
    ]
    for group in part["groups"]:
        name = _in_line(group["group"]).replace("|", "\\|") + (" (*)" if group["is_small"] else "")
        lines.append(f"| {name} | {formatting.count(group['n_rows'])} | " + _cells(group["figures"], names))
    return lines


def _in_line(name: str) -> str:
    """Return the name of a group, which may be a text of several lines, on one."""
    return " ".join(name.split())


def counted(part: Mapping[str, Any]) -> list[str]:
    """Return what was counted, in the order of `TITLES`."""
    return [name for name in TITLES if name in part["whole"]]


def _cells(figures: Mapping[str, Any], names: Sequence[str]) -> str:
    return " | ".join(cell(figures[name]) for name in names) + " |"


def cell(figure: Mapping[str, Any]) -> str:
    """Return a count with its interval; a dash where there is nothing to count."""
    if figure["value"] is None:
        return formatting.NOTHING
    value, low, high = (_short(figure[key]) for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _short(value: float) -> str:
    return formatting.number(value, 3) if abs(value) < 10 else formatting.plain(value)


def gap_line(gap: Mapping[str, Any]) -> str:
    """Return the widest gap of a measure in words."""
    difference, low, high = (_short(gap[key]) for key in ("difference", "low", "high"))
    ratio = "" if gap["ratio"] is None else f", ratio {formatting.number(gap['ratio'], 2)}"
    return (
        f"{TITLES[gap['measure']]}: most in {_in_line(gap['most'])}, least in {_in_line(gap['least'])}; {difference} "
        f"apart ({low} to {high}){ratio}"
    )
