"""What a data report is made of, and the search for numbers far from the others. Used by `report`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.columns import canonical_text
from ..data.schema import TableSchema
from ..data.table import Table
from ..domain.errors import Message
from ..domain.inspections import Finding, Severity
from ..domain.kinds import NUMBER_ROLES


def finding(severity: Severity, code: str, column: str | None, template: str, **args: object) -> Finding:
    """Return a finding; the column is a value of its sentence too."""
    return Finding(
        severity, code, column, Message(template, {**({"column": column} if column else {}), **args})
    )


def far_values(table: Table, schema: TableSchema) -> list[Finding]:
    """Find numbers far from all others: one repeated value (often a code for missing), or a few outliers."""
    found: list[Finding] = []
    codes: set[float] = set()
    rest: list[tuple[str, NDArray[np.float64], NDArray[np.int64]]] = []
    numbers = [c for c in schema.columns if c.storage == "number" and c.role in (*NUMBER_ROLES, "target")]
    for c in numbers:
        known = table.numbers(c.name).numbers
        values, counts = np.unique(known[~np.isnan(known)], return_counts=True)
        if len(values) < 10:
            continue
        code = _repeated_end(values, counts)
        if code is None:
            rest.append((c.name, values, counts))
        else:
            codes.add(float(values[code]))
            found.append(_code_finding(c.name, values, counts, code))
    for name, values, counts in rest:
        end = next((i for i in (0, len(values) - 1) if float(values[i]) in codes and counts[i] >= 5), None)
        if end is not None and abs(values[end]) > 1:
            found.append(_code_finding(name, values, counts, end))
        else:
            found += _outliers(name, values, counts)
    return found


def _repeated_end(values: NDArray[np.float64], counts: NDArray[np.int64]) -> int | None:
    """Return the index of a smallest or largest value that recurs, at a distance from the rest."""
    if counts[0] >= 5 and values[0] != 0 and values[1] - values[0] >= 0.5 * (values[-1] - values[1]):
        return 0
    if counts[-1] >= 5 and values[-1] != 0 and values[-1] - values[-2] >= 0.5 * (values[-2] - values[0]):
        return len(values) - 1
    return None


def _code_finding(name: str, values: NDArray[np.float64], counts: NDArray[np.int64], i: int) -> Finding:
    return finding(
        "warning",
        "sentinel",
        name,
        "{n:,} cells of {column!r} are {value}, far from all others; if that means missing, add it to the "
        "spellings of missing values.",
        n=int(counts[i]),
        value=canonical_text(values[i]),
    )


def _outliers(name: str, values: NDArray[np.float64], counts: NDArray[np.int64]) -> list[Finding]:
    share = np.cumsum(counts) / counts.sum()
    low, high = (float(values[np.searchsorted(share, q)]) for q in (0.25, 0.75))
    spread = high - low
    if spread <= 0:
        return []
    far = (values < low - 10 * spread) | (values > high + 10 * spread)
    n_far = int(counts[far].sum())
    if n_far == 0 or n_far > 0.01 * counts.sum():
        return []
    farthest = values[far][np.argmax(np.abs(values[far] - (low + high) / 2))]
    return [
        finding(
            "info",
            "outliers",
            name,
            "Values of {column!r} that lie far from the others: {n:,}, for instance {value}; robust or quantile "
            "scaling bears them.",
            n=n_far,
            value=canonical_text(farthest),
        )
    ]
