"""One variant in full: what was done, what it means, what it was compared with, and every runtime's figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain import formatting
from ...engine.domain.variants import FittedThreshold, RuntimeFile, VariantMeasures, VariantMethod
from ...storage.records import TrialState
from .. import words
from ..models.variants_model import VariantsModel
from ..speech import tr
from ..states.choice_words import choice_text
from ..states.variants import BASE, FigureScale, JudgedVariant, size_scale, time_scale
from ..widgets.grids import fill_grid, fill_rows
from ..widgets.layers_view import LayersView
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, Label, Pill, Rule, column, row, scrolled

_RUNTIMES = {"onnx": "ONNX Runtime", "litert": "LiteRT", "tensorflow": "TensorFlow"}


class VariantDetails(Card):
    """The panel beside the charts.

    Signals
    -------
    export_wanted(str)
        A bundle of this form is wanted; its name.
    """

    export_wanted = Signal(str)

    def __init__(self) -> None:
        self._pill = Pill()
        super().__init__(lambda: tr("Details"), self._pill, margin=12)
        self._model: VariantsModel | None = None
        self._variant: JudgedVariant | None = None
        self._on_front = False
        self.name = Label(kind="subtitle", wrap=True)
        self._about = Label(kind="small", tone="muted", wrap=True)
        self.verdict = Label(kind="strong", wrap=True)
        self.failure = Notice("bad")
        self._facts, self.runtimes = QGridLayout(), QGridLayout()
        self.against = Label(kind="small", tone="muted", wrap=True)
        self.choice = Label(kind="small", wrap=True)
        self.problems = Label(kind="small", tone="muted", wrap=True, select=True)
        self.export = Button(lambda: tr("Export this form"), "", "export")
        self.export.clicked.connect(self._ask_for_export)
        self._rule = Rule()
        self._runtimes_title = Label(lambda: tr("Runtimes, one thread"), "strong")
        self.layers_title = Label(
            lambda: tr("Layers: weights before (line) and after (filled)"), "strong", wrap=True
        )
        self.layers = LayersView()
        for grid in (self._facts, self.runtimes):
            grid.setVerticalSpacing(6)
            grid.setHorizontalSpacing(12)
        self.runtimes.setColumnStretch(0, 1)
        content = QWidget()
        content.setLayout(
            column(
                self.name,
                self.verdict,
                self.choice,
                self.failure,
                self._about,
                self._facts,
                self.against,
                row(self.export, 1),
                self._rule,
                self._runtimes_title,
                self.runtimes,
                self.problems,
                self.layers_title,
                self.layers,
                1,
                spacing=8,
                margins=(0, 0, 8, 0),
            )
        )
        self.body.addWidget(scrolled(content), 1)
        self.name.say(self._show)

    def show_variant(
        self, model: VariantsModel, variant: JudgedVariant | None, *, on_front: bool = False
    ) -> None:
        """Show a variant of the model, or what the panel is for."""
        self._model, self._variant, self._on_front = model, variant, on_front
        self._show()

    def _ask_for_export(self) -> None:
        if self._variant is not None:
            self.export_wanted.emit(self._variant.record.name)

    def _show(self) -> None:
        variant, model = self._variant, self._model
        has_figures = variant is not None and variant.is_complete
        for widget in (self._rule, self._runtimes_title, self.against, self.verdict):
            widget.setVisible(has_figures)
        self.export.setVisible(variant is not None and has_figures and bool(variant.measures.model_sha256))
        self._pill.setVisible(variant is not None and (self._on_front or not variant.is_complete))
        self.failure.hide()
        self.problems.hide()
        self._show_choice(variant)
        self._show_layers(variant.measures if variant is not None and has_figures else VariantMeasures())
        if variant is None or model is None:
            self.name.hide()
            self._about.setText(tr("Select a variant to see what it costs and gains."))
            fill_grid(self._facts, [])
            fill_rows(self.runtimes, [])
            return
        record = variant.record
        self.name.show()
        self.name.setText(words.variant(record.name))
        self._about.setText(about(VariantMethod.of(record)))
        if not variant.is_complete:
            self._pill.show_word(words.trial_state(record.state), "bad")
            self.failure.tell(lambda: variant.said(model.most_drop))
            fill_grid(self._facts, [])
            fill_rows(self.runtimes, [])
            return
        self._pill.show_word(tr("On the front"), "accent")
        self.verdict.setText(variant.said(model.most_drop))
        fill_grid(self._facts, facts(model, variant))
        self.against.setText(against(variant))
        forms = variant.measures.forms
        self._show_runtimes({name: forms[name] for name in sorted(forms, key=_place)})

    def _show_choice(self, variant: JudgedVariant | None) -> None:
        found = variant.measures.choice if variant is not None and variant.is_complete else None
        self.choice.setVisible(found is not None)
        if found is not None:
            self.choice.setText(choice_text(found))

    def _show_layers(self, measures: VariantMeasures) -> None:
        blamed, variant = measures.blame, self._variant
        spared = () if variant is None else VariantMethod.of(variant.record).float_layers
        if blamed is not None and variant is not None and "mixed" in variant.record.name:
            spared = blamed.rescue.spared or spared
        blame = {} if blamed is None else {one.layer: one.drop for one in blamed.blame}
        self.layers.show_layers(measures.layers, blame, spared)
        for widget in (self.layers_title, self.layers):
            widget.setVisible(bool(measures.layers))

    def _show_runtimes(self, forms: Mapping[str, RuntimeFile]) -> None:
        fill_rows(self.runtimes, runtime_rows(forms))
        problems = [
            f"{_RUNTIMES.get(name, name)}: {file.problem}" for name, file in forms.items() if file.problem
        ]
        self.problems.setText("\n".join(problems))
        self.problems.setVisible(bool(problems))


def _place(runtime: str) -> int:
    """Return the place of a runtime: the one of the table comes first."""
    return list(_RUNTIMES).index(runtime) if runtime in _RUNTIMES else len(_RUNTIMES)


def about(method: VariantMethod) -> str:
    """Return what was done to the networks, in words."""
    said: list[str] = []
    if method.structured:
        said.append(
            tr(
                "{percent} of the units of every hidden layer were removed, then it was trained on.",
                percent=formatting.percent(method.structured),
            )
        )
    if method.sparsity:
        percent = formatting.percent(method.sparsity)
        if method.scope == "2:4":
            said.append(tr("Two of every four weights were set to zero while it was trained on."))
        elif method.scope == "layer":
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
    if method.distilled:
        said.append(tr("It learned from the trial's network of its own fold, beside the true values."))
    if method.trained_bits:
        said.append(tr("It was trained on with weights rounded to {n} bits.", n=method.trained_bits))
    if method.quantization:
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
        said.append(formats.get(method.quantization, method.quantization))
    if method.float_layers:
        said.append(tr("These layers stay floats: {layers}.", layers=", ".join(method.float_layers)))
    if not said:
        control = tr("Trained on for as many epochs as the others, and nothing else.")
        said.append(control if method.network == "control" else tr("The trial's networks as they are."))
    return " ".join(said)


def against(variant: JudgedVariant) -> str:
    """Return what a variant was compared with, and why."""
    if variant.record.name == BASE:
        return tr("All others are compared with it, or with the control where they were trained on.")
    if variant.measures.against == "control":
        return tr(
            "Compared with the control, which was trained on for as many epochs: more training alone may change the"
            " score."
        )
    return tr("Compared with the base on the same folds.")


def facts(model: VariantsModel, variant: JudgedVariant) -> list[tuple[str, str]]:
    """Return the figures of a variant, as pairs of name and value."""
    record, measures = variant.record, variant.measures
    rows = [(tr("Score"), model.score_text(variant))]
    if measures.holdout is not None:
        rows.append((tr("Holdout"), formatting.number(measures.holdout)))
        if model.n_looks:
            rows.append((tr("Looks at the holdout"), formatting.count(model.n_looks)))
    if variant.loss is not None:
        rows.append((tr("Loss (95%)"), model.loss_text(variant)))
    if measures.against == "control" and measures.drop_from_trial is not None:
        lost = measures.drop_from_trial.mean
        rows.append(
            (
                tr("Loss against the base"),
                formatting.number(lost, formatting.decimals_for(lost, record.value_std)),
            )
        )
    rows.append((tr("Parameters"), formatting.count(measures.n_parameters)))
    rows.append((tr("Zeros"), formatting.percent(measures.sparsity)))
    rows += _threshold_facts(measures.threshold)
    rows.append((tr("Measured"), words.ago(record.created_at)))
    return rows


def _threshold_facts(threshold: FittedThreshold | None) -> list[tuple[str, str]]:
    """Return the fitted threshold, and what fitting one brings on rows that the fit has not seen."""
    if threshold is None:
        return []
    gain = threshold.gain
    mean, low, high = (formatting.number(x, 3) for x in (gain.mean, gain.low, gain.high))
    return [
        (tr("Fitted threshold"), formatting.number(threshold.value, 3)),
        (tr("Its gain (95%)"), f"{mean} ({low} … {high})"),
    ]


def runtime_rows(forms: Mapping[str, RuntimeFile]) -> list[tuple[str, ...]]:
    """Return the figures of every runtime: a head, then one line a figure."""
    files = list(forms.values())
    rows: list[tuple[str, ...]] = [("", *(_RUNTIMES.get(name, name) for name in forms))]
    figures: tuple[
        tuple[str, list[tuple[float | None, ...]], Callable[[Iterable[float | None]], FigureScale]], ...
    ] = (
        (tr("File"), [(file.size_bytes,) for file in files], size_scale),
        (tr("Zipped"), [(file.zip_bytes,) for file in files], size_scale),
        (tr("1 row, p50 / p95"), [(file.p50_ms_1, file.p95_ms_1) for file in files], time_scale),
        (tr("256 rows, p50 / p95"), [(file.p50_ms_256, file.p95_ms_256) for file in files], time_scale),
    )
    for name, values, scale_of in figures:
        scale = scale_of([value for own in values for value in own])
        rows.append((name, *(_figures(file, own, scale) for file, own in zip(files, values, strict=True))))
    if any(file.most_difference is not None for file in files):
        rows.append((tr("Largest difference"), *(_small(file.most_difference) for file in files)))
    if any(file.holdout is not None for file in files):
        rows.append((tr("Holdout"), *(formatting.number(file.holdout) for file in files)))
    return rows


def _figures(file: RuntimeFile, values: Sequence[float | None], scale: FigureScale) -> str:
    if file.problem:
        return words.trial_state(TrialState.FAIL)
    if any(value is None for value in values):
        return formatting.NOTHING
    return " / ".join(map(scale.text, values)) + f" {scale.unit}"


def _small(value: float | None) -> str:
    return formatting.NOTHING if value is None else formatting.parameter(float(value))
