"""What the figures of a variant mean, in one sentence for people, and which variant to take. Needs nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable

from ...storage.records import TrialState, VariantRecord
from .errors import Message
from .variants import Difference, Sizes, VariantMeasures

# A change of size or time below it is none: latencies scatter as much.
_LITTLE = 0.10


def verdict(sizes: Sizes, base: Sizes, drop: Difference, sparsity: float, most_drop: float) -> Message:
    """Say what a variant costs and gains against the network as it is.

    Parameters
    ----------
    sizes, base : Sizes
        Of the variant and of the network as it is.
    drop : Difference
        Of the metric; positive is a loss.
    sparsity : float
        Fraction of zeros.
    most_drop : float
        What the user is ready to lose.

    Returns
    -------
    Message
    """
    size, one = _change(sizes.size_bytes, base.size_bytes), _change(sizes.latency_ms, base.latency_ms)
    batch = _change(sizes.batch_latency_ms, base.batch_latency_ms)
    speed = min(one, batch)
    args = {
        "drop": float(f"{drop.mean:.3g}"),
        "size": size,
        "zip": _change(sizes.zip_bytes, base.zip_bytes),
        "one": one,
        "batch": batch,
        "sparsity": sparsity,
        "limit": most_drop,
    }
    if drop.mean > most_drop:
        return Message(
            "Loses {drop:,g}, more than the limit of {limit:,g}: file {size:+.0%}, one row {one:+.0%}, "
            "256 rows {batch:+.0%}.",
            args,
        )
    if sparsity > 0.2 and size > -_LITTLE and speed > -_LITTLE:
        return Message(
            "{sparsity:.0%} zeros: zipped {zip:+.0%}, file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}. "
            "No runtime here uses the zeros; take a structured variant instead.",
            args,
        )
    if size > -_LITTLE and speed > -_LITTLE:
        return Message(
            "Nothing is gained here: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.", args
        )
    if drop.low > 0:
        return Message(
            "Costs {drop:,g}, and is worth it if size or time matter: file {size:+.0%}, one row {one:+.0%}, "
            "256 rows {batch:+.0%}.",
            args,
        )
    return Message(
        "No measurable loss on the folds: file {size:+.0%}, one row {one:+.0%}, 256 rows {batch:+.0%}.", args
    )


def _change(now: float, before: float) -> float:
    """Return how much larger a figure became, as a fraction of what it was; never a "-0%"."""
    return round(now / before - 1.0, 2) + 0.0


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
    variants : iterable of VariantRecord
    most_drop : float
        Of the score, in its own units.
    most_bytes : int or None
        Of one file; None for no limit.
    most_ms : float or None
        For one row; None for no limit.
    is_zipped : bool
        Whether the size is that of the zipped file.

    Returns
    -------
    VariantRecord or None
    """

    def size(variant: VariantRecord) -> int:
        return (variant.zip_bytes if is_zipped else variant.size_bytes) or 0

    fits = [
        v
        for v in variants
        if v.state is TrialState.COMPLETE
        and (drop := VariantMeasures.of(v).drop) is not None
        and drop.mean <= most_drop
        and (most_bytes is None or size(v) <= most_bytes)
        and (most_ms is None or (v.latency_ms or 0.0) <= most_ms)
    ]
    return min(fits, key=size, default=None)
