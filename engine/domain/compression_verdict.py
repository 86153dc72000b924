"""What the figures of a variant mean, in one sentence for people, and which variant to take. Needs nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...storage.records import TrialState, VariantRecord
from .errors import Message

_LITTLE = 0.10  # a change of size or time below it is none: latencies scatter as much


def verdict(measures: Mapping[str, Any], base: Mapping[str, Any], most_drop: float) -> Message:
    """Say what a variant costs and gains against the network as it is.

    Parameters
    ----------
    measures, base : mapping
        ``size_bytes``, ``zip_bytes``, ``latency_ms``, ``batch_latency_ms`` of the variant and of the base; of the
        variant also ``sparsity`` and ``drop`` (``mean``, ``low``, ``high``; positive is a loss of the metric).
    most_drop : float
        What the user is ready to lose.
    """
    change = {
        name: round(measures[name] / base[name] - 1.0, 2) + 0.0  # never a "-0%"
        for name in ("size_bytes", "zip_bytes", "latency_ms", "batch_latency_ms")
    }
    speed = min(change["latency_ms"], change["batch_latency_ms"])
    args: dict[str, Any] = {
        "drop": float(f"{measures['drop']['mean']:.3g}"),
        "size": change["size_bytes"],
        "zip": change["zip_bytes"],
        "one": change["latency_ms"],
        "batch": change["batch_latency_ms"],
        "sparsity": measures.get("sparsity", 0.0),
        "limit": most_drop,
    }
    if measures["drop"]["mean"] > most_drop:
        return Message(
            "Loses {drop:,g}, more than the limit of {limit:,g}: file {size:+.0%}, one row {one:+.0%}, "
            "256 rows {batch:+.0%}.",
            args,
        )
    if measures.get("sparsity", 0.0) > 0.2 and change["size_bytes"] > -_LITTLE and speed > -_LITTLE:
        return Message(
            "{sparsity:.0%} zeros: zipped {zip:+.0%}, file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}. "
            "No runtime here uses the zeros; take a structured variant instead.",
            args,
        )
    if change["size_bytes"] > -_LITTLE and speed > -_LITTLE:
        return Message(
            "Nothing is gained here: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.", args
        )
    if measures["drop"]["low"] > 0:
        return Message(
            "Costs {drop:,g}, and is worth it if size or time matter: file {size:+.0%}, one row {one:+.0%}, "
            "256 rows {batch:+.0%}.",
            args,
        )
    return Message(
        "No measurable loss on the folds: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.", args
    )


def chosen(
    variants: Iterable[VariantRecord],
    most_drop: float,
    most_bytes: int | None = None,
    most_ms: float | None = None,
    *,
    is_zipped: bool = False,
) -> VariantRecord | None:
    """Return the smallest variant within the limits: of loss, of the file's size, and of the time for one row.

    Parameters
    ----------
    is_zipped : bool
        Whether the size is that of the zipped file.
    """

    def size(variant: VariantRecord) -> int:
        return (variant.zip_bytes if is_zipped else variant.size_bytes) or 0

    fits = [
        v
        for v in variants
        if v.state is TrialState.COMPLETE
        and v.measures["drop"]["mean"] <= most_drop
        and (most_bytes is None or size(v) <= most_bytes)
        and (most_ms is None or (v.latency_ms or 0.0) <= most_ms)
    ]
    return min(fits, key=size, default=None)
