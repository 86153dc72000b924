"""Where the data of the New study page come from: in words, for the engine's jobs, and while they are being read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from ..models.inspection import Inspection
from ..speech import tr
from ..widgets.drop_zone import SAMPLE_PREFIX, sample_name
from ..widgets.parts import Button, Label, column, row

_NO_TEXT = (".parquet", ".zip", ".npz")


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


def waiting_box(cancel: Callable[[], object]) -> QWidget:
    """Return what stands in the page while data are read for the first time."""
    box = QWidget()
    text = Label(lambda: tr("Reading the data…"), "subtitle")
    text.setAlignment(Qt.AlignmentFlag.AlignCenter)
    hint = Label(lambda: tr("The first file takes a few seconds: the engine is being started."), tone="muted")
    hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
    button = Button(lambda: tr("Cancel"))
    button.clicked.connect(lambda: cancel())
    box.setLayout(column(1, text, hint, row(1, button, 1), 2, spacing=12))
    return box
