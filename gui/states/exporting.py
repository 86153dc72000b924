"""What the Export page knows: where bundles go, which forms of networks can be exported, what they are called."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.domain import formatting
from ...engine.domain.variants import VariantMeasures
from ...storage.records import StudyRecord, TrialState, VariantRecord
from .. import words
from ..speech import tr


def usable_variants(variants: Sequence[VariantRecord]) -> dict[str, VariantRecord]:
    """Return the forms that can be exported by name: those that were completed with networks, the last of each name."""
    return {
        one.name: one
        for one in variants
        if one.state is TrialState.COMPLETE and VariantMeasures.of(one).model_sha256
    }


def variant_text(variant: VariantRecord) -> str:
    """Return a form's name and size."""
    return tr("{name} · {size}", name=words.variant(variant.name), size=formatting.size(variant.size_bytes))


def final_text(study: StudyRecord | None) -> str:
    """Return what the final network of a study is called among its trials."""
    if study is None or study.best_trial is None:
        return tr("The final network of the study")
    return tr("The final network of the study (best: trial {number})", number=study.best_trial)


def folder_name(study: StudyRecord) -> str:
    """Return a study's name as the name of a folder."""
    kept = "".join(
        letter if letter.isalnum() or letter in "-_" else "-" for letter in study.name.strip().lower()
    )
    return "-".join(part for part in kept.split("-") if part) or f"study-{study.id}"
