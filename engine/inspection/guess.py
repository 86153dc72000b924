"""Which column is most likely the target, for a table of which the user has not said it yet. Used by `inspect`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..data.schema import ColumnSchema, infer_schema
from ..data.table import Table
from ..domain.kinds import CATEGORY_ROLES, NUMBER_ROLES

_TARGET_NAMES = (
    "target",
    "label",
    "labels",
    "class",
    "y",
    "outcome",
    "response",
    "species",
    "survived",
    "churn",
    "diagnosis",
    "income",
    "price",
    "saleprice",
    "median_house_value",
    "mpg",
    "quality",
)
_TRUTH = re.compile(r"(?:^|[\W_])(?:gt|ground[\W_]?truth)(?:$|[\W_])", re.IGNORECASE)
# Who, where and when: asked beside what is to be learned.
_CIRCUMSTANCE = re.compile(
    r"(?:^|[\W_])(?:age|sex|gender|education|household|country|county|city|state|region|location|address|zip|"
    r"latitude|longitude|date|day|month|year|time|note|notes|comment|comments)(?:$|[\W_])",
    re.IGNORECASE,
)
_MOST_MISSING = 0.3
_YEARS = (1900, 2100)


def suggest_target(table: Table, roles: Mapping[str, str]) -> str | None:
    """Return the column that is most likely the target, None where no column could be.

    That is the one that the user gave the role; else one with a usual name; else the first that is called the ground
    truth; else the last one that has cells enough and tells neither years nor who, where and when; else the last one.
    """
    given = [name for name, role in roles.items() if role == "target"]
    if given:
        return given[0]
    by_name = {name.lower().replace(" ", ""): name for name in reversed(table.names)}
    for name in _TARGET_NAMES:
        if name in by_name:
            return by_name[name]
    usable = [
        c
        for c in infer_schema(table).columns
        if c.role in (*NUMBER_ROLES, *CATEGORY_ROLES) and c.n_unique > 1
    ]
    truths = [c.name for c in usable if _TRUTH.search(c.name)]
    if truths:
        return truths[0]
    likely = [c for c in usable if _is_likely(c, table.n_rows)] or usable
    return likely[-1].name if likely else None


def _is_likely(column: ColumnSchema, n_rows: int) -> bool:
    commonest = (
        column.examples if column.storage == "number" and column.n_unique <= _YEARS[1] - _YEARS[0] else ()
    )
    is_year = bool(commonest) and all(x.isdigit() and _YEARS[0] <= int(x) <= _YEARS[1] for x in commonest)
    return (
        not is_year
        and column.n_missing <= _MOST_MISSING * n_rows
        and _CIRCUMSTANCE.search(column.name) is None
    )
