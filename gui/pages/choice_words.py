"""What the Compress page says of a form that "Choose for me" found: among how many, and how honest that choice is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine.domain import formatting
from ..language import tr


def choice_text(found: Mapping[str, Any]) -> str:
    """Return how a form was chosen among others, and what that way of choosing loses where it did not look."""
    said = [
        tr(
            "Chosen among {n} candidates by what they lose on these folds, which flatters it.",
            n=found["n_tried"],
        )
    ]
    if found.get("n_ruled_out"):
        said.append(tr("{n} were over a limit and not trained.", n=found["n_ruled_out"]))
    if found.get("n_failed"):
        said.append(tr("{n} could not be trained.", n=found["n_failed"]))
    nested = found.get("nested")
    if nested:
        said.append(nested_text(nested, float(found["limits"]["most_drop"])))
    return " ".join(said)


def loss_texts(nested: Mapping[str, float]) -> list[str]:
    """Return mean, low and high with as many decimals as the interval deserves."""
    decimals = formatting.decimals_for(
        float(nested["mean"]), (float(nested["high"]) - float(nested["low"])) / 4
    )
    return [formatting.number(float(nested[end]), decimals) for end in ("mean", "low", "high")]


def nested_text(nested: Mapping[str, float], most_drop: float) -> str:
    """Return what is lost on folds that the choice had not looked at."""
    mean, low, high = loss_texts(nested)
    return tr(
        "Chosen anew without each fold, the smallest within the limit of {limit} loses {mean} there ({low} … {high}).",
        limit=formatting.parameter(most_drop),
        mean=mean,
        low=low,
        high=high,
    )
