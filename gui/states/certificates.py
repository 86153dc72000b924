"""What the certificate of a bundle says, as pairs of name and value."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine.domain import formatting
from ...engine.domain.bundles import BundleFile, Certificate, FormatCheck, Manifest
from ...engine.domain.formats import BUNDLE_FORMATS
from ...storage.records import ExportRecord
from .. import words
from ..speech import sentence, tr


def decision_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return which probability a bundle for two classes decides by, and what a fitted one brings."""
    threshold = Manifest.of(export).threshold
    if threshold is None:
        return []
    how = {"tuned": tr("fitted"), "given": tr("set by hand")}.get(
        threshold.chosen, tr("the more likely class")
    )
    value = formatting.parameter(threshold.value)
    rows = [(tr("Threshold"), f"{value}, {how}"), (tr("Said above it"), threshold.label)]
    gain = threshold.gain
    if gain is not None:
        mean, low, high = (formatting.number(x, 4) for x in (gain.mean, gain.low, gain.high))
        rows.append((tr("Its gain (95%)"), f"{mean} ({low} … {high})"))
    return rows


def certificate_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return what the certificate says, as pairs of name and value."""
    certificate = Certificate.of(export)
    rows: list[tuple[str, str]] = []
    if certificate.n_rows is not None:
        rows.append((tr("Rows compared"), formatting.count(certificate.n_rows)))
    raw = certificate.raw
    if raw is not None:
        rows.append((tr("Rows of the training file, as bytes"), formatting.count(raw.n_rows)))
    elif certificate.raw_left_out is not None:
        rows.append((tr("Rows of the training file, as bytes"), sentence(certificate.raw_left_out)))
    checks = certificate.formats
    rows += [
        (form.title, _format_text(checks[name])) for name, form in BUNDLE_FORMATS.items() if name in checks
    ]
    for key, name in (("python", "Python"), ("onnxruntime", "onnxruntime"), ("numpy", "NumPy")):
        if key in certificate.environment:
            rows.append((name, certificate.environment[key]))
    rows.append((tr("Size"), formatting.size(export.size_bytes)))
    rows.append((tr("Written"), words.ago(export.created_at)))
    return rows


def _format_text(check: FormatCheck) -> str:
    """Return what the check of one format gave."""
    if not check.passed or check.max_abs_difference is None or check.tolerance is None:
        return tr("Failed, {number_format}", number_format=check.number_format)
    return tr(
        "{number_format}, {difference} off, {tolerance} allowed",
        number_format=check.number_format,
        difference=formatting.parameter(check.max_abs_difference),
        tolerance=formatting.parameter(check.tolerance),
    )


def file_rows(files: Mapping[str, BundleFile]) -> list[tuple[str, str]]:
    """Return the files of a bundle and their sizes."""
    return [(name, formatting.size(file.size_bytes)) for name, file in files.items()]
