"""What can be done to the selected trials of the study in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...engine.domain.errors import Message
from ...engine.manual_trials import Changes, further_seeds, request_like, take_up
from ...storage.records import StudyRecord, TrialKind, TrialRecord, TrialState
from ..speech import Text, counted, sentence, tr
from ..states.trial_texts import as_json, as_markdown, as_toml
from .action import Action, Subject

if TYPE_CHECKING:
    from ...storage.store import Store
    from ..desk import Desk

N_SEEDS = 5
LONGER = 2.0


def trial_actions(desk: Desk) -> tuple[Action, ...]:
    """Return the actions of the selected trials."""
    ways = _Trials(desk)
    return (
        ways.of_one("export", "export", lambda: tr("Export trial"), ways.export, ways.why_not_complete),
        ways.of_one(
            "compress", "compress", lambda: tr("Compress trial"), ways.compress, ways.why_not_complete
        ),
        ways.of_one(
            "change", "rename", lambda: tr("Change and run…"), ways.change, ways.why_not_network, keys="E"
        ),
        ways.of_one(
            "reseed",
            "undo",
            lambda: tr("Rerun with {n} other seeds", n=N_SEEDS),
            ways.reseed,
            ways.why_not_network,
        ),
        ways.of_one(
            "longer",
            "clock",
            lambda: tr("Train {times:g} times as long", times=LONGER),
            ways.longer,
            ways.why_not_network,
        ),
        ways.of_one("skip", "skip", lambda: tr("Skip trial"), ways.skip, ways.why_not_skip),
        ways.of_some("pin", "pin", ways.pin_text, ways.pin),
        ways.of_one("copy_json", "copy", lambda: tr("Copy as JSON"), ways.copy(as_json)),
        ways.of_one("copy_toml", "copy", lambda: tr("Copy as TOML"), ways.copy(as_toml)),
        ways.of_some("copy_markdown", "copy", lambda: tr("Copy as Markdown table"), ways.copy_table),
        Action(
            "trial.save",
            Subject.TRIALS,
            "export",
            lambda: tr("Save the table as CSV, JSON or Parquet…"),
            desk.table_wanted.emit,
            ways.why_not_save,
            "Ctrl+S",
        ),
        ways.of_some("archive", "archive", ways.archive_text, ways.archive, keys="Delete"),
    )


class _Trials:
    """The ways of these actions, each for the trials that are selected when it is done."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of_one(
        self,
        name: str,
        icon: str,
        text: Text,
        run: Callable[[StudyRecord, int], object],
        why_not: Callable[[int], str] = lambda _place: "",
        keys: str = "",
    ) -> Action:
        """Return an action that needs one selected trial; `run` gets its id, `why_not` its row in the table."""

        def why() -> str:
            one, data = self._desk.selection.one, self._desk.selection.data
            if one is None or data is None:
                return tr("Select one trial first.")
            return why_not(int(np.flatnonzero(data.table.ids == one)[0]))

        def do() -> None:
            study, one = self._desk.study, self._desk.selection.one
            if study is not None and one is not None:
                run(study, one)

        return Action(f"trial.{name}", Subject.TRIALS, icon, text, do, why, keys)

    def of_some(
        self, name: str, icon: str, text: Text, run: Callable[[list[int]], object], keys: str = ""
    ) -> Action:
        """Return an action that needs any number of selected trials; `run` gets their ids."""

        def why() -> str:
            return "" if len(self._desk.selection.selected) else tr("Select a trial first.")

        return Action(f"trial.{name}", Subject.TRIALS, icon, text, lambda: run(self._selected()), why, keys)

    def _selected(self) -> list[int]:
        return self._desk.selection.selected.tolist()

    # -- why not ----------------------------------------------------------------------------------------------------

    def why_not_complete(self, place: int) -> str:
        why = self.why_not_network(place)
        data = self._desk.selection.data
        if not why and data is not None and data.table.states[place] != TrialState.COMPLETE:
            why = tr("Trial {number} is not complete.", number=int(data.table.numbers[place]))
        return why

    def why_not_network(self, place: int) -> str:
        data = self._desk.selection.data
        if data is not None and data.table.kinds[place] == TrialKind.BASELINE:
            return tr("A baseline is no network; select a trial of the search.")
        return ""

    def why_not_skip(self, place: int) -> str:
        data = self._desk.selection.data
        if data is not None and data.table.states[place] in (TrialState.WAITING, TrialState.RUNNING):
            return ""
        return tr("It has ended.")

    def why_not_save(self) -> str:
        return "" if self._desk.selection.kept.any() else tr("There is no trial in the table.")

    # -- where it goes ----------------------------------------------------------------------------------------------

    def export(self, _study: StudyRecord, _trial_id: int) -> None:
        self._desk.export_trial(self._number())

    def compress(self, study: StudyRecord, _trial_id: int) -> None:
        self._desk.trial_to_compress = self._number()
        self._desk.show_page("compress", study.id)
        # So that the page takes the trial although nothing else is new.
        self._desk.studies_changed.emit()

    def _number(self) -> int | None:
        one, data = self._desk.selection.one, self._desk.selection.data
        return None if one is None or data is None else int(data.table.numbers[data.table.ids == one][0])

    # -- trials of one's own ----------------------------------------------------------------------------------------

    def change(self, study: StudyRecord, trial_id: int) -> None:
        self._desk.change_wanted.emit(study, trial_id)

    def reseed(self, study: StudyRecord, trial_id: int) -> None:
        ask_for_trials(self._desk, study, lambda store: store.trial(trial_id), other_seeds(study))

    def longer(self, study: StudyRecord, trial_id: int) -> None:
        ask_for_trials(
            self._desk,
            study,
            lambda store: store.trial(trial_id),
            lambda _store, _trial: [Changes(times=LONGER)],
        )

    def skip(self, _study: StudyRecord, trial_id: int) -> None:
        self._desk.feed.write(lambda store: store.request_skip(trial_id))

    # -- what the user owns -----------------------------------------------------------------------------------------

    def _all_have(self, column: str) -> bool:
        """Whether all selected trials have what a column of yes and no says."""
        data, selected = self._desk.selection.data, self._desk.selection.selected
        if data is None or not len(selected):
            return False
        return bool(getattr(data.table, column)[np.isin(data.table.ids, selected)].all())

    def pin_text(self) -> str:
        return tr("Unpin") if self._all_have("pinned") else tr("Pin")

    def pin(self, ids: list[int]) -> None:
        pinned = not self._all_have("pinned")
        self._desk.feed.write(lambda store: [store.edit_trial(trial_id, pinned=pinned) for trial_id in ids])

    def archive_text(self) -> str:
        return tr("Restore") if self._all_have("archived") else tr("Archive")

    def archive(self, ids: list[int]) -> None:
        """Archive trials, or restore them; the toast offers to take that back."""
        archived = not self._all_have("archived")

        def write(value: bool) -> Callable[[Store], object]:
            return lambda store: [store.edit_trial(trial_id, archived=value) for trial_id in ids]

        def told() -> str:
            if archived:
                return counted(len(ids), tr("Archived 1 trial"), tr("Archived {n} trials"))
            return counted(len(ids), tr("Restored 1 trial"), tr("Restored {n} trials"))

        self._desk.write_undoable(write(archived), write(not archived), told)

    # -- copies -----------------------------------------------------------------------------------------------------

    def copy(self, written: Callable[[TrialRecord], str]) -> Callable[[StudyRecord, int], None]:
        def run(_study: StudyRecord, trial_id: int) -> None:
            self._desk.feed.read(lambda store: written(store.trial(trial_id)), self._desk.copy)

        return run

    def copy_table(self, ids: list[int]) -> None:
        self._desk.feed.read(
            lambda store: as_markdown([store.trial(trial_id) for trial_id in ids]), self._desk.copy
        )


def other_seeds(study: StudyRecord) -> Callable[[Store, TrialRecord], list[Changes]]:
    """Return what gives `N_SEEDS` seeds that a trial was not trained with."""
    return lambda store, trial: [Changes(seed=seed) for seed in further_seeds(store, study, trial, N_SEEDS)]


def ask_for_trials(
    desk: Desk,
    study: StudyRecord,
    find: Callable[[Store], TrialRecord],
    changes: Callable[[Store, TrialRecord], list[Changes]],
    refused: Callable[[Message], object] | None = None,
    done: Callable[[], object] = lambda: None,
) -> None:
    """Have trials like another one trained, by the study's engine or by one that is started for it.

    Parameters
    ----------
    desk : Desk
    study : StudyRecord
    find : callable
        Gives, from the store, the trial that they are like.
    changes : callable
        Gives, from the store and that trial, what is other in each.
    refused : callable or None
        Is told where one cannot be asked for; None for a banner.
    done : callable
        Called once they were asked for.
    """

    def work(store: Store) -> tuple[int, bool]:
        trial = find(store)
        wanted = changes(store, trial)
        request_like(store, study, trial, *wanted)
        return len(wanted), take_up(store, study.id)

    def asked(answer: tuple[int, bool]) -> None:
        n_trials, starts = answer
        done()
        if starts:
            desk.launch(study.id)

        def told() -> str:
            return counted(n_trials, tr("1 trial was asked for"), tr("{n} trials were asked for"))

        desk.toast(told, lambda: tr("Overview"), lambda: desk.show_page("overview", study.id))

    desk.feed.write(work, asked, refused or (lambda message: desk.warn(lambda: sentence(message))))
