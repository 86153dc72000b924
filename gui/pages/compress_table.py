"""The middle card of the Compress page: the variants in a table, and which of them the limits advise."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from ...engine.domain.compression_verdict import chosen
from ...engine.domain.variants import VariantMeasures
from .. import words
from ..models.variants_model import VariantColumn, VariantsModel
from ..speech import tr
from ..states.choice_words import loss_texts
from ..states.variants import BASE, JudgedVariant
from ..widgets.parts import Card, Elided, Label, row
from ..widgets.tables import make_table
from .page import EmptyState

_WIDTHS = {
    VariantColumn.NAME: 182,
    VariantColumn.SCORE: 118,
    VariantColumn.LOSS: 178,
    VariantColumn.SIZE: 76,
    VariantColumn.ZIPPED: 86,
    VariantColumn.ONE: 76,
    VariantColumn.MANY: 106,
}
# With less room for them the table has no words; they are in the details.
_WORDS_PX = 160


class VariantsCard(Card):
    """A table, or what it will hold.

    Signals
    -------
    chosen
        Another variant was chosen.
    """

    chosen = Signal()

    def __init__(self, model: VariantsModel) -> None:
        super().__init__(margin=12)
        self.model = model
        self.advice = Elided("small", "muted")
        self.advice.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.table = make_table(model)
        head = self.table.horizontalHeader()
        head.setMinimumSectionSize(48)
        for section, width in _WIDTHS.items():
            head.resizeSection(section, width)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self.chosen.emit())
        self.nothing_yet = EmptyState(
            "compress",
            lambda: tr("No variants of this trial yet"),
            lambda: tr(
                '"Compress" makes its networks smaller in several ways, scores each on the trial\'s own folds, and'
                " measures bytes and time. It takes a few minutes."
            ),
        )
        title = Label(lambda: tr("Variants"), "strong")
        title.say(lambda: self.table.setAccessibleName(tr("Variants")))
        heading = row(title, self.advice, spacing=12)
        heading.setStretch(1, 1)
        self.body.addLayout(heading)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.nothing_yet, 1)

    def show_variants(self, variants: list[JudgedVariant], metric: str) -> None:
        """Show the variants of a trial; the one that was chosen stays so."""
        before = self.selected()
        self.model.show_variants(variants, metric)
        self._span_failures()
        self.table.setVisible(bool(variants))
        self.nothing_yet.setVisible(not variants)
        if variants:
            self.table.selectRow(max(self.model.row_of(before.record.name) if before is not None else -1, 0))

    def selected(self) -> JudgedVariant | None:
        """Return the variant that is chosen."""
        place = self.table.currentIndex().row()
        return self.model.variants[place] if 0 <= place < len(self.model.variants) else None

    def select(self, name: str) -> None:
        """Choose the variant of this name."""
        place = self.model.row_of(name)
        if place >= 0:
            self.table.selectRow(place)

    def fit(self, width_px: int) -> None:
        """Give the room that is left to the words, or where it is too little for them to the names."""
        head = self.table.horizontalHeader()
        has_words = width_px - sum(_WIDTHS.values()) >= _WORDS_PX
        self.table.setColumnHidden(VariantColumn.VERDICT, not has_words)
        stretched = VariantColumn.VERDICT if has_words else VariantColumn.NAME
        for section in (VariantColumn.VERDICT, VariantColumn.NAME):
            head.setSectionResizeMode(
                section, head.ResizeMode.Stretch if section is stretched else head.ResizeMode.Interactive
            )
        if has_words:
            head.resizeSection(VariantColumn.NAME, _WIDTHS[VariantColumn.NAME])
        self.table.scrollTo(self.table.currentIndex())

    def show_advice(self, most_bytes: float | None, most_ms: float | None) -> None:
        """Say which variant is the smallest within the limits."""
        records = [one.record for one in self.model.variants if one.is_complete and one.record.name != BASE]
        best = chosen(records, self.model.most_drop, None if most_bytes is None else int(most_bytes), most_ms)
        if not records:
            self.advice.setText("")
        elif best is None:
            self.advice.setText(tr("No variant is within the limit."))
        else:
            said = [tr("The smallest within the limit: {variant}", variant=words.variant(best.name))]
            found = VariantMeasures.of(best).choice
            if found is not None:
                said.append(tr("chosen among {n}", n=found.n_tried))
            if found is not None and found.nested is not None:
                mean = loss_texts(found.nested)[0]
                said.append(tr("such a choice loses {mean} on folds it has not looked at", mean=mean))
            self.advice.setText(" · ".join(said))

    def _span_failures(self) -> None:
        """Give the sentence of a variant that failed the whole row."""
        self.table.clearSpans()
        for place, one in enumerate(self.model.variants):
            if not one.is_complete:
                self.table.setSpan(place, VariantColumn.SCORE, 1, len(VariantColumn) - VariantColumn.SCORE)
