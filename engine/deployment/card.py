"""The model card of a bundle: what the model is, how it was judged, and what nobody tried. Light; used by `export`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...storage.records import DatasetRecord, StudyRecord, TrialRecord, TrialState, VariantRecord
from ..domain.bundles import BundleThreshold, Contents, Conversion
from ..domain.comparable import is_scored_the_old_way
from ..domain.evidence import Claims
from ..domain.formats import BUNDLE_FORMATS
from ..domain.formatting import baseline, count, counted, number, plain, score, shared_decimals
from ..domain.group_audits import GroupAudit
from ..domain.kinds import kind_of_role
from ..domain.results import StudyResult
from ..domain.spec import StudySpec
from ..domain.split_findings import SplitAudit
from ..domain.stored import encoded
from ..domain.variants import VariantMeasures, VariantMethod
from ..domain.verdict import (
    OLD_WAY,
    looks_sentence,
    sentences,
)
from ..kinds.base import DATA, BundlePart
from ..kinds.registry import bundle_part_of
from .card_groups import groups_section
from .card_intervals import intervals_section
from .document import Block, Code, Document, DocumentTable, Items, Paragraph, Section


def model_card(
    study: StudyRecord,
    trial: TrialRecord,
    dataset: DatasetRecord,
    contents: Contents,
    final: StudyResult | None,
    cupel_version: str,
    variant: VariantRecord | None = None,
    licence: str = "",
) -> Document:
    """Return the card.

    Parameters
    ----------
    contents : Contents
    final : StudyResult or None
        The study's where its final model is exported, None for another trial.
    variant : VariantRecord, optional
        What is exported, where it is a compressed form of the trial's networks.
    licence : str
        Of the model; empty where its owner has not chosen one.
    """
    made, threshold = contents.conversion, contents.threshold
    result = StudyResult.of(study)
    audits = [audit for audit in result.audits.values() if audit.trial == trial.number]
    target = StudySpec.of_study(study).target
    lead = f"A {_task(made)} for the column `{target}`, found and exported by Cupel {cupel_version}."
    own = licence or "The licence of this model is not set; it is for its owner to choose"
    sections = [
        _model(trial, made, final),
        _data(study, dataset, made),
        _scores(study, result, trial, final),
        *([] if variant is None else [_variant(study, variant)]),
        *([] if threshold is None else [_threshold(made, threshold, study)]),
        intervals_section(contents.intervals, made.task),
        *([] if not audits else [_groups(audits, threshold, variant)]),
        _limits(made, final, is_audited=bool(audits)),
        _use(made),
        _privacy(made),
        Section("Licence", (Paragraph(f"{own}. The data keep their own."),)),
    ]
    return Document(study.name, Paragraph(lead), tuple(sections))


def _groups(
    audits: Sequence[GroupAudit], threshold: BundleThreshold | None, variant: VariantRecord | None
) -> Section:
    value = None if threshold is None else threshold.value
    return groups_section(audits, value, is_variant=variant is not None)


def _task(made: Conversion) -> str:
    if made.task == "regression":
        return "regression"
    labels = [f"`{label}`" for label in made.labels]
    return f"classifier ({counted(len(labels), 'class', 'classes')}: {_listed(labels)})"


def _model(trial: TrialRecord, made: Conversion, final: StudyResult | None) -> Section:
    n, size = made.n_networks, counted(made.n_parameters, "parameter")
    shape = "one network" if n == 1 else f"{n} networks whose predictions are averaged"
    lines = [
        f"Family `{made.family}`, {shape}, {size} each; trial {trial.number}.",
    ]
    if final is not None and final.final is not None:
        chosen = final.final
        kind = (
            "the ensemble of the fold networks"
            if chosen.kind == "ensemble"
            else "one network trained on all rows of the search, those of the holdout left out"
        )
        lines.append(f"Final model: {kind}. {chosen.reason}")
        for way, scores in (("ensemble", chosen.evidence.ensemble), ("refit", chosen.evidence.refit)):
            if scores:
                shown = ", ".join(number(v) for v in scores)
                lines.append(f"Nested cross-validation of the {way}: {shown}.")
    else:
        lines.append("The networks of the trial's folds, averaged.")
    lines += ["Parameters: " + ", ".join(f"`{k}` {v}" for k, v in sorted(made.params.items())) + "."]
    return Section("Model", (Items(tuple(lines)),))


def _data(study: StudyRecord, dataset: DatasetRecord, made: Conversion) -> Section:
    shape = f"{counted(dataset.n_rows, 'row')} × {counted(dataset.n_columns, 'column')}"
    target = StudySpec.of_study(study).target
    lines = (
        f"`{dataset.name}`, {shape}, digest `{dataset.digest}`.",
        f"Target `{target}`. Inputs ({len(made.inputs)}): see `schema.json` for kinds and ranges.",
    )
    rows: list[tuple[str, ...]] = []
    for spec in made.inputs:
        low, high = (plain(x) if spec.kind == "number" else "" for x in (spec.minimum, spec.maximum))
        rows.append((spec.column, spec.kind, spec.role, low, high, count(spec.n_missing)))
    header = ("column", "kind", "role", "minimum", "maximum", "missing")
    return Section("Data", (Items(lines), DocumentTable(header, tuple(rows))))


def _scores(
    study: StudyRecord, result: StudyResult, trial: TrialRecord, final: StudyResult | None
) -> Section:
    spec = StudySpec.of_study(study)
    split, of_class = spec.split, f" of the class `{spec.positive}`" if spec.positive else ""
    folds = f"{counted(split.n_folds, 'fold')} × {counted(split.n_repeats, 'repeat')}"
    further: list[Block] = []
    lines = [
        f"Metric `{study.metric}`{of_class} ({study.direction}d), {folds}, preprocessing fitted inside each training "
        "part.",
        f"Cross-validation of the trial: {score(*_over_folds(trial, final))} over {_judged_on(study, trial, final)}.",
        *_split_audit(result.split_audit),
    ]
    if final is not None:
        decimals = shared_decimals([trial.value], [trial.value_std])
        best = final.best
        if best is not None and best.holdout:
            places = {study.metric: decimals}
            scores = ", ".join(f"{k} {number(v, places.get(k))}" for k, v in sorted(best.holdout.items()))
            lines += [
                f"Holdout, never seen by the search: {scores}.",
                looks_sentence(study.n_looks),
            ]
        else:
            lines.append(
                "There was no holdout: the score above is that of the best of many trials, and may flatter it."
            )
        for name, scored in sorted(final.baselines.items()):
            held = (scored.holdout or {}).get(study.metric)
            shown = "" if held is None else f", holdout {number(held, decimals)}"
            folds = score(scored.cv_mean, scored.cv_std)
            lines.append(f"Baseline `{baseline(name, study.task)}`: {folds} over the folds{shown}.")
        if final.is_judged_the_old_way:
            lines.append(str(OLD_WAY))
        evidence = final.evidence
        if evidence is not None:
            ours, theirs = final.holdout_scores(study.metric)
            said = sentences(
                evidence,
                ours=ours,
                baselines=theirs,
                decimals=decimals,
                label=lambda name: baseline(name, study.task),
            )
            lines += [str(message) for message in said]
            data = json.dumps(encoded(Claims.of(evidence, study.n_looks)), indent=1)
            further = [Paragraph("The same as data:"), Code("json", data)]
    else:
        lines += _picked_by_hand(study, result, trial)
    return Section("Scores", (Items(tuple(map(str, lines))), *further))


def _over_folds(trial: TrialRecord, final: StudyResult | None) -> tuple[float | None, float | None]:
    """Return mean and standard deviation over all folds that the trial was judged on."""
    best = final.best if final is not None else None
    if best is None or best.trial != trial.number:
        return trial.value, trial.value_std
    return best.cv_mean, best.cv_std


def _judged_on(study: StudyRecord, trial: TrialRecord, final: StudyResult | None) -> str:
    """Return the folds that `_over_folds` is of: a finalist has further repeats."""
    evidence, best = (final.evidence, final.best) if final is not None else (None, None)
    n_first = StudySpec.of_study(study).split.n_repeats
    if best is None or evidence is None or best.trial != trial.number or evidence.n_repeats <= n_first:
        return "the folds"
    return f"the folds of {counted(evidence.n_repeats, 'repeat')}, of which the search saw {n_first}"


def _picked_by_hand(study: StudyRecord, result: StudyResult, trial: TrialRecord) -> list[str]:
    """Return what is to be known of a trial that the search did not choose."""
    n_complete = study.n_trials.get(TrialState.COMPLETE, 0)
    lines = [
        f"The trial was picked by hand among {counted(n_complete, 'complete trial')}; the search chose trial "
        f"{study.best_trial}. A score by which something was picked flatters it; this one is not corrected for that."
    ]
    if is_scored_the_old_way(trial):
        lines.append(str(OLD_WAY))
    for name, scored in sorted(result.baselines.items()):
        folds = score(scored.cv_mean, scored.cv_std)
        lines.append(f"Baseline `{baseline(name, study.task)}`: {folds} over the folds.")
    return [*lines, *([str(looks_sentence(study.n_looks))] if study.n_looks else [])]


def _split_audit(audit: SplitAudit | None) -> list[str]:
    """Return what speaks against the folds; nothing where nothing does."""
    if audit is None:
        return []
    return [
        f"{'**In question**: ' if look.severity == 'serious' else ''}{look.message()}"
        f"{' The folds were kept all the same.' if look.is_answered else ''}"
        for look in audit.findings
    ]


def _variant(study: StudyRecord, variant: VariantRecord) -> Section:
    """Return what compressing the trial's networks did to them, on the same folds."""
    measures, number_format = VariantMeasures.of(variant), VariantMethod.of(variant).number_format
    drop = measures.drop
    lines = [
        f"These are not the trial's networks as they were trained, but their variant `{variant.name}`, with numbers "
        f"in {number_format}.",
        f"`{study.metric}` of the variant: {score(variant.value, variant.value_std)} over the folds, each scored on "
        "the network of that fold.",
    ]
    if drop is not None:
        low, mean, high = (number(x) for x in (drop.low, drop.mean, drop.high))
        lines.append(
            f"It loses {mean} (interval {low} to {high}) against `{measures.against or 'base'}` on the same folds."
        )
    if measures.sparsity:
        lines.append(f"{measures.sparsity:.0%} of its weights are zero.")
    if number_format == "int8":
        lines.append(
            "Numbers inside `model.onnx` are scaled by the rows that are predicted together, so a prediction may "
            "change a little with them."
        )
    return Section("Variant", (Items(tuple(lines)),))


def _threshold(made: Conversion, told: BundleThreshold, study: StudyRecord) -> Section:
    """Return from which probability on which class is said, and how that was chosen."""
    label, other, value = told.label, made.labels[0], f"{told.value:.4g}"
    lines = [
        f"`prediction` is `{label}` where `p_{label}` is above {value}, else `{other}`.",
    ]
    if told.chosen == "usual":
        lines.append("That is the more likely class; no other threshold was asked for.")
        return Section("Threshold", (Items(tuple(lines)),))
    if told.chosen == "given":
        lines.append("The threshold was set by hand; it was not fitted.")
    elif told.gain is not None:
        low, mean, high = (number(x) for x in (told.gain.low, told.gain.mean, told.gain.high))
        lines.append(
            f"The threshold was fitted for `{told.metric}` on predictions of rows that the networks had not seen. "
            f"Fitted anew without each fold, it changes the score there by {mean} on average (interval {low} to "
            f"{high}) against 0.5; positive is more."
        )
        if made.n_networks > 1:
            lines.append(
                "It was fitted on what single networks said; the mean of several, which is exported, is less extreme."
            )
    lines.append(f"The scores of `{study.metric}` above are those with 0.5.")
    return Section("Threshold", (Items(tuple(lines)),))


def _parts(made: Conversion) -> list[BundlePart]:
    """Return what bundles say of the kinds of the inputs."""
    return [bundle_part_of(kind) for kind in dict.fromkeys(kind_of_role(spec.role) for spec in made.inputs)]


def _privacy(made: Conversion) -> Section:
    """Return what of the data lies in the bundle."""
    roles, parts = [spec.role for spec in made.inputs], _parts(made)
    lines = [
        f"`{file}` holds {what}." for file, what in dict.fromkeys((p.samples, p.samples_hold) for p in parts)
    ]
    lines += [sentence for part in parts for sentence in part.private(roles)]
    lines.append(
        "Remove nothing from the folder before you share it: its files are proven as a whole. Where these rows "
        "must not be shared, share `model.onnx` alone."
    )
    return Section("Privacy", (Items(tuple(lines)),))


def _limits(made: Conversion, final: StudyResult | None, *, is_audited: bool) -> Section:
    lines = [
        "Inputs outside of the ranges above, and categories that were not in the data, are extrapolation.",
        "Not tried: predicting on a GPU, other hardware than that of the certificate, "
        "drift of the data over time" + ("." if is_audited else ", fairness between groups."),
    ]
    if made.task != "regression":
        lines.append("Probabilities are those of the network; they were not calibrated.")
    if final is None:
        lines.append("This is not the study's final model; it has no score on a holdout.")
    return Section("Limits", (Items(tuple(lines)),))


def _use(made: Conversion) -> Section:
    output = "`prediction`" if made.task == "regression" else "`prediction` and `p_<label>` of every label"
    versions = ", ".join(f"{name} {version}" for name, version in sorted(made.versions.items()))
    parts = _parts(made)
    data = parts[0].data if len(parts) == 1 else DATA
    lines = [
        f"`pip install -r requirements.txt`, then `python predict.py {data} -o OUT.csv`: one row for each, "
        f"with {output}. `python predict.py --check` proves the bundle on this machine.",
        *(f"`model.onnx` takes {part.takes}" for part in parts),
        *(_format_use(name, made) for name in made.formats if name != "onnx"),
        f"Made with {versions}.",
    ]
    return Section("Use", (Items(tuple(lines)),))


def _format_use(name: str, made: Conversion) -> str:
    """Return what a format other than ONNX is, and how it is run."""
    inputs = _listed(made.network_inputs)
    alone = f"is the network without its preprocessing (inputs {inputs})"
    what = {
        "keras": f"`network.keras` {alone}",
        "saved_model": f"`saved_model` has the signature `serving_default`, which takes what preprocess.py makes of "
        f"raw columns ({inputs})",
        "litert": "`network.tflite` (of an ensemble `network_0.tflite`, …) is the network without its preprocessing "
        "and without the softmax or scale after it; `preprocessing.json` describes both, and preprocess.py computes "
        "them with NumPy alone",
        "openvino": f"`network.xml` {alone}",
    }[name]
    run = f"`pip install -r requirements_{name}.txt`, then `python predict_{name}.py`"
    return f"{BUNDLE_FORMATS[name].title}: {what}. {run}."


def _listed(words: Sequence[str], most: int = 20) -> str:
    return ", ".join(words[:most]) + (", …" if len(words) > most else "")
