"""What the Compress page says of a form that "Choose for me" found: among how many, and how honest that choice is."""

from __future__ import annotations

from ...engine.domain import formatting
from ...engine.domain.variants import ChoiceFacts, Difference
from ..speech import tr


def choice_text(found: ChoiceFacts) -> str:
    """Return how a form was chosen among others, and what that way of choosing loses where it did not look."""
    said = [
        tr(
            "Chosen among {n} candidates by what they lose on these folds, which flatters it.",
            n=found.n_tried,
        )
    ]
    if found.n_ruled_out:
        said.append(tr("{n} were over a limit and not trained.", n=found.n_ruled_out))
    if found.n_failed:
        said.append(tr("{n} could not be trained.", n=found.n_failed))
    if found.nested is not None:
        said.append(nested_text(found.nested, found.limits.most_drop))
    return " ".join(said)


def loss_texts(nested: Difference) -> list[str]:
    """Return mean, low and high with as many decimals as the interval deserves."""
    decimals = formatting.decimals_for(nested.mean, (nested.high - nested.low) / 4)
    return [formatting.number(x, decimals) for x in (nested.mean, nested.low, nested.high)]


def nested_text(nested: Difference, most_drop: float) -> str:
    """Return what is lost on folds that the choice had not looked at."""
    mean, low, high = loss_texts(nested)
    return tr(
        "Chosen anew without each fold, the smallest within the limit of {limit} loses {mean} there ({low} … {high}).",
        limit=formatting.parameter(most_drop),
        mean=mean,
        low=low,
        high=high,
    )
