"""One variant in full: what was done, what it means, what it was compared with, and every runtime's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain import formatting
from ...storage.records import TrialState
from .. import words
from ..charts.layers import LayersView
from ..language import tr
from ..models.variants_model import BASE, Measured, VariantsModel, size_scale, time_scale
from ..widgets.grids import fill_grid, fill_rows
from ..widgets.notices import Notice
from ..widgets.parts import Card, Label, Pill, Rule, column, scrolled
from .choice_words import choice_text

_RUNTIMES = {"onnx": "ONNX Runtime", "litert": "LiteRT", "tensorflow": "TensorFlow"}


class VariantDetails(Card):
    """The panel beside the charts."""

    def __init__(self) -> None:
        self._pill = Pill()
        super().__init__(lambda: tr("Details"), self._pill, margin=12)
        self._model: VariantsModel | None = None
        self._variant: Measured | None = None
        self._on_front = False
        self._name = Label(kind="subtitle", wrap=True)
        self._about = Label(kind="small", tone="muted", wrap=True)
        self.verdict = Label(kind="strong", wrap=True)
        self._failure = Notice("bad")
        self._facts, self._runtimes = QGridLayout(), QGridLayout()
        self._against = Label(kind="small", tone="muted", wrap=True)
        self._choice = Label(kind="small", wrap=True)
        self._problems = Label(kind="small", tone="muted", wrap=True, select=True)
        self._rule = Rule()
        self._runtimes_title = Label(lambda: tr("Runtimes, one thread"), "strong")
        self.layers_title = Label(
            lambda: tr("Layers: weights before (line) and after (filled)"), "strong", wrap=True
        )
        self.layers = LayersView()
        for grid in (self._facts, self._runtimes):
            grid.setVerticalSpacing(6)
            grid.setHorizontalSpacing(12)
        self._runtimes.setColumnStretch(0, 1)
        content = QWidget()
        content.setLayout(
            column(
                self._name,
                self.verdict,
                self._choice,
                self._failure,
                self._about,
                self._facts,
                self._against,
                self._rule,
                self._runtimes_title,
                self._runtimes,
                self._problems,
                self.layers_title,
                self.layers,
                1,
                spacing=8,
                margins=(0, 0, 8, 0),
            )
        )
        self.body.addWidget(scrolled(content), 1)
        self._name.say(self._show)

    def show_variant(self, model: VariantsModel, variant: Measured | None, *, on_front: bool = False) -> None:
        """Show a variant of the model, or what the panel is for."""
        self._model, self._variant, self._on_front = model, variant, on_front
        self._show()

    def _show(self) -> None:
        variant, model = self._variant, self._model
        has_figures = variant is not None and variant.is_complete
        for widget in (self._rule, self._runtimes_title, self._against, self.verdict):
            widget.setVisible(has_figures)
        self._pill.setVisible(variant is not None and (self._on_front or not variant.is_complete))
        self._failure.hide()
        self._problems.hide()
        self._show_choice(variant)
        self._show_layers(variant.record.measures if variant is not None and has_figures else {})
        if variant is None or model is None:
            self._name.hide()
            self._about.setText(tr("Select a variant to see what it costs and gains."))
            fill_grid(self._facts, [])
            fill_rows(self._runtimes, [])
            return
        record = variant.record
        self._name.show()
        self._name.setText(words.variant(record.name))
        self._about.setText(about(record.method))
        if not variant.is_complete:
            self._pill.show_word(words.trial_state(record.state), "bad")
            self._failure.tell(lambda: variant.said(model.most_drop))
            fill_grid(self._facts, [])
            fill_rows(self._runtimes, [])
            return
        self._pill.show_word(tr("On the front"), "accent")
        self.verdict.setText(variant.said(model.most_drop))
        fill_grid(self._facts, facts(model, variant))
        self._against.setText(against(variant))
        forms = record.measures.get("forms") or {}
        self._show_runtimes({name: forms[name] for name in sorted(forms, key=_place)})

    def _show_choice(self, variant: Measured | None) -> None:
        found = variant.record.measures.get("choice") if variant is not None and variant.is_complete else None
        self._choice.setVisible(bool(found))
        if found:
            self._choice.setText(choice_text(found))

    def _show_layers(self, measures: Mapping[str, Any]) -> None:
        layers = measures.get("layers") or []
        blamed = measures.get("blame") or {}
        is_rescue = bool((blamed.get("rescue") or {}).get("spared")) and (
            self._variant is not None and "mixed" in self._variant.record.name
        )
        self.layers.show_layers(
            layers,
            {one["layer"]: float(one["drop"]) for one in blamed.get("blame") or ()},
            blamed["rescue"]["spared"] if is_rescue else self._float_layers(),
        )
        for widget in (self.layers_title, self.layers):
            widget.setVisible(bool(layers))

    def _float_layers(self) -> Sequence[str]:
        return () if self._variant is None else self._variant.record.method.get("float_layers") or ()

    def _show_runtimes(self, forms: Mapping[str, Mapping[str, Any]]) -> None:
        fill_rows(self._runtimes, runtime_rows(forms))
        problems = [
            f"{_RUNTIMES.get(name, name)}: {told['problem']}"
            for name, told in forms.items()
            if "problem" in told
        ]
        self._problems.setText("\n".join(problems))
        self._problems.setVisible(bool(problems))


def _place(runtime: str) -> int:
    """Return the place of a runtime: the one of the table comes first."""
    return list(_RUNTIMES).index(runtime) if runtime in _RUNTIMES else len(_RUNTIMES)


def about(method: Mapping[str, Any]) -> str:
    """Return what was done to the networks, in words."""
    said: list[str] = []
    if method.get("structured"):
        said.append(
            tr(
                "{percent} of the units of every hidden layer were removed, then it was trained on.",
                percent=formatting.percent(float(method["structured"])),
            )
        )
    if method.get("sparsity"):
        percent = formatting.percent(float(method["sparsity"]))
        if method.get("scope") == "2:4":
            said.append(tr("Two of every four weights were set to zero while it was trained on."))
        elif method.get("scope") == "layer":
            said.append(
                tr(
                    "{percent} of the weights of every layer were set to zero while it was trained on.",
                    percent=percent,
                )
            )
        else:
            said.append(
                tr(
                    "{percent} of all weights, the smallest, were set to zero while it was trained on.",
                    percent=percent,
                )
            )
    if method.get("distilled"):
        said.append(tr("It learned from the trial's network of its own fold, beside the true values."))
    if method.get("trained_bits"):
        said.append(tr("It was trained on with weights rounded to {n} bits.", n=int(method["trained_bits"])))
    number_format = str(method.get("quantization") or "")
    if number_format:
        formats = {
            "float16": tr("Weights are floats of 16 bits."),
            "int4": tr("Weights have 4 bits in the file, and are floats while it runs."),
            "int8": tr("Weights have 8 bits; activations are quantized while it runs."),
            "int8_static": tr(
                "Weights and activations have 8 bits, by the ranges seen on rows of the training data."
            ),
            "int16": tr(
                "Weights have 8 bits and activations 16, by the ranges seen on rows of the training data."
            ),
        }
        said.append(formats.get(number_format, number_format))
    if method.get("float_layers"):
        layers = ", ".join(method["float_layers"])
        said.append(tr("These layers stay floats: {layers}.", layers=layers))
    if not said:
        control = tr("Trained on for as many epochs as the others, and nothing else.")
        said.append(
            control if method.get("network") == "control" else tr("The trial's networks as they are.")
        )
    return " ".join(said)


def against(variant: Measured) -> str:
    """Return what a variant was compared with, and why."""
    if variant.record.name == BASE:
        return tr("All others are compared with it, or with the control where they were trained on.")
    if variant.record.measures.get("against") == "control":
        return tr(
            "Compared with the control, which was trained on for as many epochs: more training alone may change the"
            " score."
        )
    return tr("Compared with the base on the same folds.")


def facts(model: VariantsModel, variant: Measured) -> list[tuple[str, str]]:
    """Return the figures of a variant, as pairs of name and value."""
    record, measures = variant.record, variant.record.measures
    rows = [(tr("Score"), model.score_text(variant))]
    if measures.get("holdout") is not None:
        rows.append((tr("Holdout"), formatting.number(float(measures["holdout"]))))
        if model.n_looks:
            rows.append((tr("Looks at the holdout"), formatting.count(model.n_looks)))
    if variant.loss is not None:
        rows.append((tr("Loss (95%)"), model.loss_text(variant)))
    if measures.get("against") == "control" and measures.get("drop_from_trial"):
        lost = float(measures["drop_from_trial"]["mean"])
        rows.append(
            (
                tr("Loss against the base"),
                formatting.number(lost, formatting.decimals_for(lost, record.value_std)),
            )
        )
    rows.append((tr("Weights"), formatting.count(measures.get("n_parameters"))))
    rows.append((tr("Zeros"), formatting.percent(measures.get("sparsity"))))
    rows += _threshold_facts(measures.get("threshold"))
    rows.append((tr("Measured"), words.ago(record.created_at)))
    return rows


def _threshold_facts(threshold: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return the fitted threshold, and what fitting one brings on rows that the fit has not seen."""
    if threshold is None:
        return []
    gain = threshold["gain"]
    mean, low, high = (formatting.number(float(gain[end]), 3) for end in ("mean", "low", "high"))
    return [
        (tr("Fitted threshold"), formatting.number(float(threshold["value"]), 3)),
        (tr("Its gain (95%)"), f"{mean} ({low} … {high})"),
    ]


def runtime_rows(forms: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the figures of every runtime: a head, then one line a figure."""
    told = list(forms.values())
    rows: list[tuple[str, ...]] = [("", *(_RUNTIMES.get(name, name) for name in forms))]
    for name, keys, scale in (
        (tr("File"), ("size_bytes",), size_scale),
        (tr("Zipped"), ("zip_bytes",), size_scale),
        (tr("1 row, p50 / p95"), ("p50_ms_1", "p95_ms_1"), time_scale),
        (tr("256 rows, p50 / p95"), ("p50_ms_256", "p95_ms_256"), time_scale),
    ):
        one = scale([form.get(key) for form in told for key in keys])
        rows.append((name, *(_figures(form, keys, one) for form in told)))
    differences = [form.get("most_difference") for form in told]
    if any(value is not None for value in differences):
        rows.append((tr("Largest difference"), *(_small(value) for value in differences)))
    if any(form.get("holdout") is not None for form in told):
        rows.append((tr("Holdout"), *(formatting.number(form.get("holdout")) for form in told)))
    return rows


def _figures(form: Mapping[str, Any], keys: Sequence[str], scale: Any) -> str:
    if "problem" in form:
        return words.trial_state(TrialState.FAIL)
    if any(form.get(key) is None for key in keys):
        return formatting.NOTHING
    return " / ".join(scale.text(form[key]) for key in keys) + f" {scale.unit}"


def _small(value: float | None) -> str:
    return formatting.NOTHING if value is None else formatting.parameter(float(value))
