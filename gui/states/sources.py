"""Where the data of a new study come from, in words."""

from __future__ import annotations

from pathlib import Path

from ...engine.domain import formatting
from ...engine.domain.inspections import Inspection
from ..speech import tr

SAMPLE_PREFIX = "sample:"
_NO_TEXT = (".parquet", ".zip", ".npz")


def sample_name(name: str) -> str:
    """Return the name of a sample as the window shows it."""
    return {
        "iris": tr("Iris"),
        "wine": tr("Wine"),
        "breast_cancer": tr("Breast cancer"),
        "digits": tr("Digits"),
        "diabetes": tr("Diabetes"),
    }[name]


def is_text_file(source: str) -> bool:
    """Return whether `source` is a file whose delimiter, encoding and so on can be chosen."""
    path = Path(source)
    is_sample = source.startswith(SAMPLE_PREFIX)
    return not is_sample and path.suffix.lower() not in _NO_TEXT and not path.is_dir()


def source_text(source: str, found: Inspection | None) -> str:
    """Return the name of the data and, where they have been read, their extent."""
    is_sample = source.startswith(SAMPLE_PREFIX)
    name = sample_name(source.removeprefix(SAMPLE_PREFIX)) if is_sample else Path(source).name
    if found is None:
        return name
    parts = [
        name or found.name,
        tr("{rows} rows × {columns} columns", rows=f"{found.n_rows:,}", columns=found.n_columns),
        formatting.size(found.size_bytes),
    ]
    if found.n_dropped:
        parts.append(tr("{n} rows without a target are left out", n=f"{found.n_dropped:,}"))
    return " · ".join(parts)
