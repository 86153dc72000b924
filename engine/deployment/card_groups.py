"""What audits of groups are called, and the model card's section about them. Light; used by `card` and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..domain import formatting
from ..domain.group_audits import LEAST_ROWS, AuditPart, Figure, Gap, GroupAudit
from .document import Block, DocumentTable, Items, Paragraph, Section

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
_FORMER = (
    "On the holdout, said by networks that the search has replaced since then (NOT those of this bundle)"
)


def groups_section(
    audits: Sequence[GroupAudit], exported_threshold: float | None, *, is_variant: bool = False
) -> Section:
    """Return the section of a card.

    Parameters
    ----------
    audits : sequence of GroupAudit
        Of the trial that is exported.
    exported_threshold : float or None
        Of the bundle; an audit with another one is told apart.
    is_variant : bool
        Whether the bundle has a compressed form of the networks that were audited.
    """
    blocks: list[Block] = []
    if is_variant:
        blocks.append(
            Paragraph("Counted with the networks before they were compressed, NOT with those of this bundle.")
        )
    for found in audits:
        what = f", rates of `{found.positive}`" if found.positive else ""
        if found.threshold is not None:
            what += f", threshold {found.threshold:.4g}"
            if found.threshold != exported_threshold:
                what += " (NOT the one of this bundle)"
        for part in found.parts:
            said_by = _FORMER if part.is_former else PARTS[part.part]
            lines = [f"{gap_line(gap)}." for gap in part.gaps]
            lines += [f"{line}." for line in no_gap_lines(part)]
            if any(group.is_small for group in part.groups):
                lines.append("(*) Fewer than 30 rows: too few to compare.")
            blocks += [Paragraph(f"{said_by}, by `{found.by}`{what}:"), _table(part)]
            blocks += [Items(tuple(lines))] if lines else []
    blocks.append(
        Paragraph(
            "Intervals are of 95 %, and not corrected for how many groups and rates were compared: the widest gap "
            "looks wider than it is. A gap is no proof of unfairness, and none is no proof of fairness: that depends "
            "on what the model is used for."
        )
    )
    return Section("Groups", tuple(blocks))


def _table(part: AuditPart) -> DocumentTable:
    names = counted_rates(part)
    rows = [("all", formatting.count(part.n_rows), *_cells(part.whole, names))]
    for group in part.groups:
        name = _in_line(group.group) + (" (*)" if group.is_small else "")
        rows.append((name, formatting.count(group.n_rows), *_cells(group.figures, names)))
    return DocumentTable(("group", "rows", *(TITLES[name] for name in names)), tuple(rows))


def _in_line(name: str) -> str:
    """Return the name of a group, which may be a text of several lines, on one."""
    return " ".join(name.split())


def counted_rates(part: AuditPart) -> list[str]:
    """Return what was counted, in the order of `TITLES`."""
    return [name for name in TITLES if name in part.whole]


def _cells(figures: Mapping[str, Figure], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell(figures[name]) for name in names)


def cell(figure: Figure) -> str:
    """Return a count with its interval; a dash where there is nothing to count."""
    if figure.value is None or figure.low is None or figure.high is None:
        return formatting.NOTHING
    value, low, high = (_short(x) for x in (figure.value, figure.low, figure.high))
    return f"{value} ({low} to {high})"


def _short(value: float) -> str:
    return formatting.number(value, 3) if abs(value) < 10 else formatting.plain(value)


def gap_line(gap: Gap) -> str:
    """Return the widest gap of a measure in words."""
    difference, low, high = (_short(x) for x in (gap.difference, gap.low, gap.high))
    ratio = "" if gap.ratio is None else f", ratio {formatting.number(gap.ratio, 2)}"
    return (
        f"{TITLES[gap.measure]}: most in {_in_line(gap.most)}, least in {_in_line(gap.least)}; {difference} "
        f"apart ({low} to {high}){ratio}"
    )


def no_gap_lines(part: AuditPart) -> list[str]:
    """Return why measures have no gap, in words."""
    told = {gap.measure for gap in part.gaps}
    missing = [name for name in counted_rates(part) if name not in told]
    lines: list[str] = []
    # Rows enough, and nothing to explain in them.
    if "r2" in missing and "mae" in told:
        missing.remove("r2")
        lines.append(
            f"No gap of {TITLES['r2']}: the target varies in fewer than two groups of {LEAST_ROWS} rows"
        )
    if missing:
        names = ", ".join(TITLES[name] for name in missing)
        lines.append(f"No gap of {names}: fewer than two groups have {LEAST_ROWS} rows to count it of")
    return lines
