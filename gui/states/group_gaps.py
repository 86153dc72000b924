"""What an audit by groups says in words: its measures, groups and gaps."""

from __future__ import annotations

from ...engine.domain import formatting
from ...engine.domain.group_audits import AuditPart, Figure, Gap
from ..speech import tr

MEASURES = (
    "base_rate", "selection_rate", "accuracy", "recall", "false_positive_rate", "precision", "mae", "bias", "r2",
)  # fmt: skip
_SHARES = MEASURES[:6]
# No doing of the model.
_OF_THE_DATA = "base_rate"
# As the engine names them.
_MISSING, _OTHER = "(missing)", "(other)"


def measure(name: str) -> str:
    """Return what a rate or an error is called."""
    return {
        "base_rate": tr("True share"),
        "selection_rate": tr("Said share"),
        "accuracy": tr("Accuracy"),
        "recall": tr("Recall"),
        "false_positive_rate": tr("False positives"),
        "precision": tr("Precision"),
        "mae": tr("Absolute error"),
        "bias": tr("Mean error"),
        "r2": "R²",
    }[name]


def meaning(name: str, positive: str) -> str:
    """Return what is counted, in one sentence."""
    said = {
        "base_rate": tr("Share of the rows that are {label} in truth: of the data, not of the model."),
        "selection_rate": tr("Share of the rows that the model calls {label}."),
        "accuracy": tr("Share of the rows where the model is right."),
        "recall": tr("Share of the true {label} rows that the model finds."),
        "false_positive_rate": tr("Share of the other rows that the model calls {label} all the same."),
        "precision": tr("Share of the rows called {label} that are."),
        "mae": tr("Mean distance between what is predicted and what is true."),
        "bias": tr("Mean of what is predicted less what is true: above zero it predicts too much."),
        "r2": tr("1 is perfect, 0 no better than the mean of the group."),
    }[name]
    return said.format(label=f'"{positive}"')


def group(name: str, *, is_binned: bool) -> str:
    """Return the name of a group; ranges and what stands for several cells in the language in use."""
    if is_binned:
        return name.replace(" to ", " … ", 1) if name != _MISSING else tr("(missing)")
    # A text may have several lines.
    return {_MISSING: tr("(missing)"), _OTHER: tr("(other)")}.get(name, " ".join(name.split()))


def too_few() -> str:
    """Return why a group is not compared."""
    return tr("Fewer than 30 rows: too few to compare.")


def headline(part: AuditPart) -> tuple[str, str]:
    """Return the widest gap between two groups in words, and the tone of these words."""
    if not part.gaps:
        return tr("No gap is given: fewer than two groups have 30 rows."), "muted"
    sure = [gap for gap in part.gaps if gap.low > 0 and gap.measure != _OF_THE_DATA]
    if not sure:
        return tr("No gap between two groups is told apart from chance."), ""
    # Shares can be compared with each other; of errors the first one that is apart is the one to tell.
    is_share = sure[0].measure in _SHARES
    widest = max(sure, key=lambda gap: gap.difference) if is_share else sure[0]
    return tr("Widest gap · {gap}", gap=gap_text(widest, part)), "warning"


def gap_text(gap: Gap, part: AuditPart) -> str:
    """Return the widest gap of one measure in words."""
    name = gap.measure
    difference, low, high = (_apart(name, x) for x in (gap.difference, gap.low, gap.high))
    most, least = (group(end, is_binned=part.is_binned) for end in (gap.most, gap.least))
    args = {
        "measure": measure(name), "most": most, "least": least,
        "difference": difference, "low": low, "high": high,
    }  # fmt: skip
    if name in _SHARES:
        return tr(
            '{measure}: {difference} points ({low} … {high}) more in "{most}" than in "{least}".', **args
        )
    return tr('{measure}: {difference} ({low} … {high}) more in "{most}" than in "{least}".', **args)


def gap_lines(part: AuditPart) -> list[str]:
    """Return the widest gap of each measure but the one of the headline in words; what may be chance is said to be."""
    widest, _ = headline(part)
    lines: list[str] = []
    for gap in part.gaps:
        said = gap_text(gap, part)
        if gap.low <= 0:
            lines.append(f"{said} {tr('That may be chance.')}")
        elif said not in widest:
            lines.append(said)
    return lines


def no_gap_lines(part: AuditPart) -> list[str]:
    """Return why measures have no gap in words; nothing where none has one, which is the headline."""
    told = {gap.measure for gap in part.gaps}
    missing = [name for name in MEASURES if name in part.whole and name not in told]
    if not told or not missing:
        return []
    lines: list[str] = []
    # The other errors are of the same rows: here nothing varies in them.
    if "r2" in missing:
        missing.remove("r2")
        lines.append(tr("No gap of R²: the target varies in fewer than two groups of 30 rows."))
    if missing:
        names = tr(", ").join(measure(name) for name in missing)
        lines.append(
            tr("No gap of {measures}: fewer than two groups have 30 rows to count it of.", measures=names)
        )
    return lines


def _apart(name: str, value: float) -> str:
    return formatting.number(100 * value, 1) if name in _SHARES else _error(name, value)


def _error(name: str, value: float) -> str:
    return formatting.number(value, 3) if name == "r2" or abs(value) < 10 else formatting.plain(value)


def figure_texts(name: str, figure: Figure) -> tuple[str, str, str]:
    """Return a figure, its interval with as many decimals, and with fewer; empty texts where it is not known."""
    value, low, high = figure.value, figure.low, figure.high
    if value is None or low is None or high is None:
        return formatting.NOTHING, "", ""
    if name in _SHARES:
        fine, rough = ([formatting.number(100 * end, n) for end in (low, high)] for n in (1, 0))
        return formatting.percent(value, 1 if value < 1 else 0), " … ".join(fine), " … ".join(rough)
    ends = f"{_error(name, low)} … {_error(name, high)}"
    return _error(name, value), ends, ends
