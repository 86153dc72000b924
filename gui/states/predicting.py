"""What the Predict page knows: where predictions go, and what is to be said of them."""

from __future__ import annotations

import base64
from pathlib import Path

from ...engine.domain import formatting
from ...engine.domain.predictions import PredictedRows, PreviewRow
from ..speech import counted, sentence, tr


def out_for(data: str) -> str:
    """Return where the predictions of some data go unless the user says otherwise: beside them."""
    path = Path(data).expanduser()
    return str(path.with_name(f"{path.stem}-predictions.csv"))


def bundle_text(path: str) -> str:
    """Return a bundle's name and where it is."""
    place = Path(path)
    return f"{place.name}  ({place.parent})"


def summary_text(result: PredictedRows | None) -> str:
    """Return how many rows were predicted, and what that is worth where the target is known."""
    if result is None:
        return ""
    text = counted(result.n_rows, tr("1 row predicted"), tr("{n} rows predicted"))
    return text if result.scored is None else f"{text} · {sentence(result.scored.message())}"


def messages_text(result: PredictedRows | None) -> str:
    """Return what is to be said of the data, a line each."""
    return "\n".join(sentence(message) for message in (result.messages if result is not None else ()))


def drift_text(word: str) -> str:
    """Return how far the data have drifted, in words."""
    return {"none": tr("No drift"), "some": tr("Some drift"), "strong": tr("Strong drift")}[word]


def picture(row: PreviewRow) -> tuple[bytes, str]:
    """Return the picture of a row as a PNG file, and what was predicted."""
    share = "" if row.share is None else f" {formatting.percent(row.share)}"
    mark = "✗ " if row.wrong else ""
    return base64.b64decode(row.picture or ""), f"{mark}{row.prediction}{share}"
