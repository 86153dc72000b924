"""The Export page: choose a trial, its form, formats and a folder, write the bundle, see its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QTableView, QWidget

from ...engine.domain.requests import ExportedTrial, ExportTrial
from ...engine.domain.variants import VariantMethod
from ...storage.records import ExportRecord, JobRecord, VariantRecord
from ..desk import Desk
from ..jobs import job_going
from ..models.exports_model import RECORD_ROLE, ExportColumn, ExportsModel
from ..speech import tr
from ..states.exporting import final_text, folder_name, usable_variants, variant_text
from ..widgets.fields import ChoiceField, TextField
from ..widgets.parts import Button, Card, Label, column, row
from ..widgets.tables import make_table
from ..widgets.trial_field import Complete, TrialField, complete_trials
from .certificate import CertificateCard, open_folder
from .export_formats import FormatChips
from .job_page import JobPage
from .page import EmptyState, new_study_button
from .threshold_choice import ThresholdChoice

if TYPE_CHECKING:
    from ...storage.store import Store

_SIDE_WIDTH = 368
_Found = tuple[int, list[ExportRecord], dict[int, int], Complete, list[VariantRecord], JobRecord | None]


class ExportPage(JobPage[ExportTrial, ExportedTrial]):
    """At the left what is written and where, and what was written before; at the right the certificate."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            lambda: tr("Export"),
            Button(lambda: tr("Write bundle"), "primary", "export"),
            ExportTrial,
            ExportedTrial,
            of_study=True,
        )
        self.tool_row.addWidget(self.start)
        self._wanted_export: int | None = None
        self._folder_typed = False
        self._variants: dict[str, VariantRecord] = {}
        self.model = ExportsModel(self)
        self.certificate = CertificateCard()
        self.table = self._make_table()
        left = QWidget()
        past = Card(lambda: tr("Bundles written"), margin=12)
        self.nothing = Label(lambda: tr("No bundle of this study was written yet."), tone="muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        past.body.addWidget(self.table, 1)
        past.body.addWidget(self.nothing, 1)
        layout = column(self._choice_card(), past, spacing=12)
        layout.setStretch(1, 1)
        left.setLayout(layout)
        self.certificate.setFixedWidth(_SIDE_WIDTH)
        content = QWidget()
        both = row(left, self.certificate, spacing=12)
        both.setStretch(0, 1)
        content.setLayout(both)
        empty = EmptyState(
            "export",
            lambda: tr("Nothing to export yet"),
            lambda: tr("A bundle holds the best network with its preprocessing, ready to run without Cupel."),
            new_study_button(desk),
        )
        self.place(content, empty)
        self.say(self.model.reword)
        self.say(self._show_choice)
        self.say(self._show_formats)

    def refresh(self) -> None:
        self.show_place(1 if self.desk.study is None else 0)
        self.show_study_state()
        self._show_choice()
        study_id = self.desk.study_id
        if study_id is None:
            return

        number = self._trial_number()

        def work(store: Store) -> _Found:
            table = store.trial_table(study_id)
            numbers = dict(zip(table.ids.tolist(), table.numbers.tolist(), strict=True))
            ids = [id_ for id_, its_number in numbers.items() if its_number == number]
            variants = store.variants(ids[0]) if ids else []
            going = job_going(store, ExportTrial, study_id)
            return study_id, store.exports(study_id), numbers, complete_trials(table), variants, going

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self._wanted_export, self._folder_typed = None, False
        super().study_changed()

    def _choice_card(self) -> Card:
        self.trial = TrialField(lambda: final_text(self.desk.study))
        self.trial.changed.connect(self._show_formats)
        self.trial.changed.connect(self.refresh)
        self.variant = ChoiceField(
            lambda: tr("Form"),
            tip=lambda: tr("The networks as they were trained, or one of their compressed forms."),
        )
        self.variant.changed.connect(self._show_formats)
        self._formats = FormatChips()
        self.formats = self._formats.chips
        self.threshold = ThresholdChoice(self.desk)
        self.licence = TextField(
            lambda: tr("Licence"), lambda: tr("Of the model, for its card; may stay empty")
        )
        self.folder = TextField(lambda: tr("Folder"))
        self.folder.changed.connect(self._folder_edited)
        browse = Button(lambda: tr("Browse…"), "", "folder")
        browse.clicked.connect(self._browse)
        where = QWidget()
        layout = row(self.folder.label, self.folder.widget, browse, spacing=8)
        layout.setStretch(1, 1)
        where.setLayout(layout)
        hint = Label(
            lambda: tr(
                "Each format comes with a program that predicts raw data, and is proven in a clean process; a server, "
                "a model card and the certificate are added."
            ),
            "small",
            "muted",
            wrap=True,
        )
        self.why_not = Label(
            lambda: tr("This study has no network yet that could be exported; give it more time or trials."),
            "small",
            "warning",
            wrap=True,
        )
        card = Card(lambda: tr("New bundle"), margin=12)
        for widget in (
            self.why_not, self.trial.line(), self.variant.line(), self.threshold, self._formats, self.licence.line(),
            where, hint, self.progress_box,
        ):  # fmt: skip
            card.body.addWidget(widget)
        return card

    def _make_table(self) -> QTableView:
        table = make_table(self.model)
        head = table.horizontalHeader()
        head.setSectionResizeMode(ExportColumn.PATH, head.ResizeMode.Stretch)
        for section, width in {
            ExportColumn.TRIAL: 60,
            ExportColumn.FORM: 120,
            ExportColumn.STATE: 80,
            ExportColumn.SIZE: 76,
            ExportColumn.WHEN: 108,
        }.items():
            head.resizeSection(section, width)
        table.selectionModel().currentRowChanged.connect(self._show_certificate)
        self.say(lambda: table.setAccessibleName(tr("Bundles written")))
        return table

    def _took(self, result: _Found) -> None:
        study_id, exports, numbers, complete, variants, going = result
        if study_id != self.desk.study_id:
            return
        self.follow(going)
        chosen = self.chosen()
        self.model.show_exports(exports, numbers)
        self.table.setVisible(bool(exports))
        self.nothing.setVisible(not exports)
        wanted = self._wanted_export or (chosen.id if chosen is not None else None)
        place = next((i for i, export in enumerate(exports) if export.id == wanted), 0)
        if exports:
            self.table.selectRow(place)
        self._show_certificate()
        before = self._trial_number()
        self._offer_trials(complete)
        if self._trial_number() != before:
            self.refresh()
            return
        self._offer_variants(variants)

    def _offer_trials(self, complete: Complete) -> None:
        study = self.desk.study
        if study is None:
            return
        asked, self.desk.trial_to_export = self.desk.trial_to_export, None
        self.trial.offer(complete, study, asked)

    def _trial_number(self) -> int | None:
        chosen = self.trial.value()
        study = self.desk.study
        return chosen if isinstance(chosen, int) else study.best_trial if study is not None else None

    def _offer_variants(self, variants: list[VariantRecord]) -> None:
        """Offer the forms of the chosen trial that can be exported, the last of each name."""
        self._variants = usable_variants(variants)
        self.variant.set_options([
            ("", lambda: tr("As trained, float32")),
            *((name, lambda v=v: variant_text(v)) for name, v in self._variants.items()),
        ])  # fmt: skip
        wanted, self.desk.variant_to_export = self.desk.variant_to_export, ""
        if wanted in self._variants:
            self.variant.set_value(wanted)
        self._show_formats()

    def _show_formats(self) -> None:
        """Let only those formats be chosen that can hold the chosen form, and that something here can run."""
        variant = self._variants.get(self.variant.value() or "")
        method = VariantMethod() if variant is None else VariantMethod.of(variant)
        self._formats.show_number_format(method.number_format)
        self.threshold.show_model(self.desk.study, self._trial_number(), variant)

    def can_start(self) -> bool:
        study = self.desk.study
        return study is not None and study.best_trial is not None

    def _show_choice(self) -> None:
        study = self.desk.study
        has_network = study is not None and study.best_trial is not None
        self.show_start()
        self.why_not.setVisible(not has_network)
        if study is not None and not self._folder_typed:
            self.folder.set_value(str(self.desk.feed.workspace / "exports" / folder_name(study)))

    def _folder_edited(self) -> None:
        self._folder_typed = True

    def _browse(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self, tr("Folder for the bundle"), str(Path(self.folder.value()).parent)
        )
        if path:
            self._folder_typed = True
            study = self.desk.study
            self.folder.set_value(str(Path(path) / (folder_name(study) if study is not None else "bundle")))

    def request(self) -> ExportTrial | None:
        study = self.desk.study
        if study is None:
            return None
        if not self.folder.value():
            raise ValueError(tr("Choose the folder for the bundle."))
        return ExportTrial(
            study_id=study.id,
            trial=self.trial.value() or "best",
            variant=self.variant.value() or "",
            formats=tuple(self._formats.value()),
            licence=self.licence.value(),
            threshold=self.threshold.value(),
            out=self.folder.value(),
        )

    def doing_text(self, asked: ExportTrial, doing: str) -> str:  # noqa: ARG002 - of all jobs
        return doing or tr("Writing and checking the bundle…")

    def render(self, asked: ExportTrial, answer: ExportedTrial) -> None:
        if asked.study_id == self.desk.study_id:
            self._wanted_export = answer.export_id
        self.desk.toast(
            lambda: tr("The bundle is written."),
            lambda: tr("Open folder"),
            lambda: open_folder(answer.path),
        )
        self.grow_stale()

    def chosen(self) -> ExportRecord | None:
        """Return the bundle whose certificate is shown; None for none."""
        index = self.table.currentIndex()
        return index.data(RECORD_ROLE) if index.isValid() else None

    def _show_certificate(self, *_: object) -> None:
        self.certificate.show_export(self.chosen())
