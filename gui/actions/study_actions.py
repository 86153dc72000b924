"""What can be done to the study in view."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ...engine.domain.resuming import More
from ...storage.records import Request, StudyRecord, StudyState
from ..speech import Text, tr
from .action import Action, Subject
from .trial_actions import N_SEEDS, ask_for_trials, other_seeds

if TYPE_CHECKING:
    from ..desk import Desk

MINUTES_MORE, TRIALS_MORE = 5, 20
LIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)


def study_actions(desk: Desk) -> tuple[Action, ...]:
    """Return the actions of the study in view."""
    ways, action = _Studies(desk), partial(study_action, desk)
    return (
        action("open", "open", lambda: tr("Open"), ways.open, keys="Return"),
        action("resume", "play", lambda: tr("Resume"), ways.resume, ways.why_not_resume),
        action("pause", "pause", lambda: tr("Pause"), ways.ask(Request.PAUSE), ways.why_not_pause),
        action("stop", "stop", lambda: tr("Stop"), ways.ask(Request.STOP), ways.why_not_stop),
        action(
            "more_time",
            "clock",
            lambda: tr("{n} minutes more", n=MINUTES_MORE),
            ways.give(More(timeout_s=60.0 * MINUTES_MORE)),
            ways.why_not_more,
        ),
        action(
            "more_trials",
            "trials",
            lambda: tr("{n} trials more", n=TRIALS_MORE),
            ways.give(More(n_trials=TRIALS_MORE)),
            ways.why_not_more,
        ),
        action(
            "reseed",
            "undo",
            lambda: tr("Rerun the best with {n} other seeds", n=N_SEEDS),
            ways.reseed,
            ways.why_not_reseed,
        ),
        action("duplicate", "plus", lambda: tr("Duplicate as a new study"), ways.duplicate),
        action("pin", "pin", ways.pin_text, ways.pin),
        action("archive", "archive", ways.archive_text, ways.archive, keys="Delete"),
        action(
            "delete", "close", lambda: tr("Delete for good…"), desk.deletion_wanted.emit, ways.why_not_delete
        ),
    )


def study_action(
    desk: Desk,
    name: str,
    icon: str,
    text: Text,
    run: Callable[[StudyRecord], object],
    why_not: Callable[[StudyRecord], str] = lambda _study: "",
    keys: str = "",
) -> Action:
    """Return an action that needs a study; `run` and `why_not` get the one in view."""

    def why() -> str:
        study = desk.study
        return why_not(study) if study is not None else tr("There is no study in view; choose one first.")

    def do() -> None:
        study = desk.study
        if study is not None:
            run(study)

    return Action(f"study.{name}", Subject.STUDY, icon, text, do, why, keys)


class _Studies:
    """The ways of these actions, each for the study that is in view when it is done."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- open, run, pause, stop -------------------------------------------------------------------------------------

    def open(self, study: StudyRecord) -> None:
        self._desk.show_page("overview" if study.state in LIVE else "trials", study.id)

    def ask(self, request: Request) -> Callable[[StudyRecord], None]:
        return lambda study: self._desk.request(study.id, request)

    def resume(self, study: StudyRecord) -> None:
        """Let a study go on."""
        self._desk.request(study.id, Request.RUN)

    def why_not_resume(self, study: StudyRecord) -> str:
        if self._desk.is_starting(study.id):
            return tr("Its engine is being started.")
        if self._desk.is_lost(study):
            return ""
        if study.state in LIVE:
            return tr("It is running.")
        if study.state is StudyState.DONE:
            return tr("It is done; give it more time or trials.")
        return ""

    def why_not_pause(self, study: StudyRecord) -> str:
        if study.state in (StudyState.RUNNING, StudyState.QUEUED) and not self._desk.is_lost(study):
            return ""
        return tr("It is not running.")

    def why_not_stop(self, study: StudyRecord) -> str:
        return "" if study.state in (*LIVE, StudyState.PAUSED) else tr("It is not running.")

    # -- more -------------------------------------------------------------------------------------------------------

    def give(self, more: More) -> Callable[[StudyRecord], None]:
        return lambda study: self._desk.give_more(study.id, more)

    def why_not_more(self, study: StudyRecord) -> str:
        if self._desk.is_starting(study.id):
            return tr("Its engine is being started.")
        if study.state is not StudyState.DONE:
            return tr("It is not done; wait for its end, or resume it.")
        return ""

    def reseed(self, study: StudyRecord) -> None:
        """Train the best trial again with other seeds: whether its score was luck."""
        number = study.best_trial
        if number is not None:
            ask_for_trials(
                self._desk, study, lambda store: store.trial_by_number(study.id, number), other_seeds(study)
            )

    def why_not_reseed(self, study: StudyRecord) -> str:
        return "" if study.best_trial is not None else tr("It has no complete trial yet.")

    def duplicate(self, study: StudyRecord) -> None:
        self._desk.duplicate(study)

    def why_not_delete(self, study: StudyRecord) -> str:
        if not study.archived:
            return tr("Archive it first; what is archived can be deleted for good.")
        if study.state in LIVE and not self._desk.is_lost(study):
            return tr("It is running.")
        return ""

    # -- what the user owns -----------------------------------------------------------------------------------------

    def pin_text(self) -> str:
        study = self._desk.study
        return tr("Unpin") if study is not None and study.pinned else tr("Pin")

    def pin(self, study: StudyRecord) -> None:
        self._desk.feed.write(lambda store: store.edit_study(study.id, pinned=not study.pinned))

    def archive_text(self) -> str:
        study = self._desk.study
        return tr("Restore") if study is not None and study.archived else tr("Archive")

    def archive(self, study: StudyRecord) -> None:
        """Archive a study, or restore one; the toast offers to take that back."""

        def told() -> str:
            if study.archived:
                return tr("Restored {name}", name=study.name)
            return tr("Archived {name}", name=study.name)

        self._desk.write_undoable(
            lambda store: store.edit_study(study.id, archived=not study.archived),
            lambda store: store.edit_study(study.id, archived=study.archived),
            told,
        )
