"""The store's studies: what was asked and is wanted, and by which engine. Reached through `Store`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, case, delete, func, select, type_coerce
from sqlalchemy.orm import Session

from .base import StoreBase, bumped, get_study
from .cells import decode_failure, encode_failure, encode_tags, now_us
from .codecs import decode_object, encode_json, storable
from .errors import ConflictError, DamagedStudyError, NotFoundError
from .processes import is_alive, is_same, process_identity
from .ranking import Direction
from .records import (
    DamagedStudy,
    Failure,
    FailureKind,
    Json,
    Request,
    Stage,
    StudyList,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialState,
)
from .rows import put_measures, study_name, study_record
from .tables import CurvesRow, FoldScoresRow, LookRow, OutOfFoldRow, StudyRow, TrialRequestRow, TrialRow
from .trial_columns import MEASURES

STALE_AFTER_S = 30.0
_LIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)


class StudyStore(StoreBase):
    """Studies. The window writes drafts, requests, names, notes, tags; the study's engine writes the rest."""

    def create_study(
        self, *, name: str, dataset_id: int | None, spec: Json, metric: str, direction: str, task: str
    ) -> StudyRecord:
        """Record a new study in state DRAFT; a name that is taken gets " (2)", " (3)", … after it.

        Parameters
        ----------
        name : str
        dataset_id : int or None
            Of the data set in the store.
        spec : mapping
            As `StudySpec.to_json` gives it.
        metric : str
            A name of `domain.metrics.METRICS`.
        direction : str
            maximize or minimize.
        task : str
            binary, multiclass or regression.

        Returns
        -------
        StudyRecord

        Raises
        ------
        ConflictError
            If the name is empty or the direction is neither ``"maximize"`` nor ``"minimize"``.
        """
        if direction not in tuple(Direction):
            raise ConflictError(
                "The direction is {direction!r}; it must be maximize or minimize.", direction=direction
            )
        with self._write() as session:
            row = StudyRow(
                revision=bumped(session),
                name=_free_name(session, _clean_name(name)),
                dataset_id=dataset_id,
                spec=encode_json(spec),
                metric=metric,
                direction=direction,
                task=task,
                state=StudyState.DRAFT,
                request=Request.RUN,
                created_us=now_us(),
                elapsed_s=0.0,
                result="{}",
                notes="",
                tags="[]",
                pinned=False,
                archived=False,
            )
            session.add(row)
            session.flush()
            return study_record(row, {})

    def study(self, study_id: int) -> StudyRecord:
        """Return a study.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        StudyRecord

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._read() as session:
            return _record(session, get_study(session, study_id))

    def find_study(self, name_or_id: str) -> StudyRecord:
        """Return the study with this name, or else with this id, or else with this name in other case.

        Parameters
        ----------
        name_or_id : str
            As the user typed it.

        Returns
        -------
        StudyRecord

        Raises
        ------
        NotFoundError
            If there is none: the sentence lists the names most like it.
        """
        wanted = name_or_id.strip()
        with self._read() as session:
            names = {name: id_ for id_, name in session.execute(select(StudyRow.id, StudyRow.name))}
            study_id = names.get(wanted)
            if study_id is None:
                study_id = next((id_ for id_ in names.values() if str(id_) == wanted), None)
            if study_id is None:
                alike = [id_ for name, id_ in names.items() if name.casefold() == wanted.casefold()]
                study_id = alike[0] if len(alike) == 1 else None
            if study_id is None:
                raise _no_study(wanted, names)
            return _record(session, get_study(session, study_id))

    def studies(self, *, archived: bool | None = False) -> list[StudyRecord]:
        """Return the studies that can be read, pinned and newest first; see `study_list`.

        Parameters
        ----------
        archived : bool or None
            Whether to return those archived or the others; None for all.

        Returns
        -------
        list of StudyRecord
        """
        return list(self.study_list(archived=archived).studies)

    def study_list(self, *, archived: bool | None = False) -> StudyList[StudyRecord]:
        """Return the studies, and which of them are damaged.

        Parameters
        ----------
        archived : bool or None
            Whether to return those archived or the others; None for all.

        Returns
        -------
        StudyList
        """
        statement = select(StudyRow).order_by(StudyRow.pinned.desc(), StudyRow.id.desc())
        if archived is not None:
            statement = statement.where(StudyRow.archived == archived)
        with self._read() as session:
            return _listed(session, session.scalars(statement).all())

    def edit_study(
        self,
        study_id: int,
        *,
        name: str | None = None,
        notes: str | None = None,
        tags: Iterable[str] | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
    ) -> StudyRecord:
        """Change what the user owns; None leaves a value as it is.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        name : str or None
            None leaves it as it is.
        notes : str or None
            None leaves them as they are.
        tags : iterable of str or None
            None leaves them as they are.
        pinned : bool or None
            None leaves it as it is.
        archived : bool or None
            None leaves it as it is.

        Returns
        -------
        StudyRecord

        Raises
        ------
        NotFoundError
            If there is no such study.
        ConflictError
            If the name is empty or another study has it.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            if name is not None:
                wanted = _clean_name(name)
                taken = select(StudyRow.id).where(StudyRow.name == wanted, StudyRow.id != study_id)
                if session.scalars(taken).first() is not None:
                    raise ConflictError(
                        "Another study is called {name!r} already; choose another name.", name=wanted
                    )
                row.name = wanted
            row.notes = row.notes if notes is None else notes
            row.tags = row.tags if tags is None else encode_tags(list(tags))
            row.pinned = row.pinned if pinned is None else pinned
            row.archived = row.archived if archived is None else archived
            session.flush()
            return _record(session, row)

    # What the user wants: written by the window or the terminal, polled by the engine.

    def request(self, study_id: int, request: Request) -> None:
        """Ask the study's engine to run, pause or stop.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        request : Request
        """
        with self._write() as session:
            self._changing(session, study_id).request = Request(request)

    def request_workers(self, study_id: int, n_workers: int | None) -> None:
        """Ask the study's engine for this many workers; None is as the spec says.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        n_workers : int or None
            At least 1; None for as many as the settings say.

        Raises
        ------
        ConflictError
            Where it is less than 1.
        """
        if n_workers is not None and n_workers < 1:
            raise ConflictError("A study needs at least one worker, not {count}.", count=n_workers)
        with self._write() as session:
            self._changing(session, study_id).n_workers_requested = n_workers

    def extend_study(self, study_id: int, spec: Json) -> StudyRecord:
        """Let a study that no engine has go on with a larger budget: it waits for an engine, in state QUEUED.

        The baselines and the user's trials that its search had left out wait with it; those that the user skipped do
        not.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        spec : Json
            The study's own, with another budget.

        Returns
        -------
        StudyRecord

        Raises
        ------
        ConflictError
            If a live engine has the study.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            if is_held(row):
                raise ConflictError(
                    "The study {name!r} is running; stop it, or wait for its end, before it is given more.",
                    name=row.name,
                )
            row.spec, row.request = encode_json(spec), Request.RUN
            _set_state(row, StudyState.QUEUED, None)
            _requeue_left_out(session, row)
            session.flush()
            return _record(session, row)

    # The engine's own.

    def claim_study(self, study_id: int, pid: int) -> bool:
        """Make the process `pid` the one engine of a study; atomic among all processes.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        pid : int
            Of a process of this machine.

        Returns
        -------
        bool
            True if `pid` holds the study now. False if another live engine holds it: one whose process runs,
            or, if it runs on another machine, one whose heartbeat is younger than 30 s. A dead engine's claim
            is taken over.
        """
        with self._write() as session:
            row = get_study(session, study_id)
            if row.engine_pid is not None and not _is_of(row, pid) and _holds(row):
                return False
            row.revision = bumped(session)
            row.engine_pid, row.engine_identity, row.heartbeat_us = pid, process_identity(pid), now_us()
            row.stage = None
            return True

    def engine_is_alive(self, study_id: int) -> bool:
        """Whether a live engine holds the study; one RUNNING without was killed and can be resumed.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        bool
        """
        with self._read() as session:
            row = get_study(session, study_id)
            return is_held(row)

    def interrupted_studies(self) -> frozenset[int]:
        """Return the studies that ought to run but have no live engine: it was killed, and they can be resumed."""
        ought_to_run = select(StudyRow).where(StudyRow.state.in_(_LIVE))
        with self._read() as session:
            rows = session.scalars(ought_to_run)
            return frozenset(row.id for row in rows if not is_held(row))

    def release_study(self, study_id: int, state: StudyState, *, failure: Failure | None = None) -> None:
        """Give the claim up and set the state, in one transaction.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        state : StudyState
        failure : Failure or None
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            row.engine_pid, row.engine_identity, row.stage = None, None, None
            _set_state(row, state, failure)

    def set_study_state(self, study_id: int, state: StudyState, failure: Failure | None = None) -> None:
        """Set the state; the first RUNNING sets ``started_at``, an end sets ``finished_at``.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        state : StudyState
        failure : Failure or None
        """
        with self._write() as session:
            _set_state(self._changing(session, study_id), state, failure)

    def set_stage(self, study_id: int, stage: Stage) -> None:
        """Say what the engine is doing.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        stage : Stage
        """
        with self._write() as session:
            self._changing(session, study_id).stage = Stage(stage)

    def heartbeat(self, study_id: int, *, elapsed_s: float, pid: int | None = None) -> None:
        """Say that the engine lives and how long the study has been active.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        elapsed_s : float
            Active seconds so far.
        pid : int or None
            Of a process of this machine; None where it does not matter.

        Raises
        ------
        ConflictError
            If `pid` is given and no longer holds the study: the engine must end without writing more.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            if pid is not None and not _is_of(row, pid):
                raise ConflictError(
                    "Another engine (process {other}) has taken the study {name!r} over; this one ends.",
                    other=row.engine_pid,
                    name=row.name,
                )
            row.heartbeat_us, row.elapsed_s = now_us(), elapsed_s

    def set_split(self, study_id: int, sha256: str) -> None:
        """Record the artifact with the study's splits; drawn once, so another one is refused.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        sha256 : str
            Of the artifact, 64 hex digits.

        Raises
        ------
        ConflictError
            If the study has another split already.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            if row.split_sha256 not in (None, sha256):
                raise ConflictError(
                    "The study {name!r} has its split already; it is drawn only once.", name=row.name
                )
            row.split_sha256 = sha256

    def set_holdout(self, study_id: int, rows_digest: str) -> None:
        """Record what names the rows that a study holds out; empty for none.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        rows_digest : str
            sha256 of the data set's digest and the rows.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            row.holdout_digest = rows_digest

    def set_best_trial(self, study_id: int, number: int) -> None:
        """Say which complete trial is the best, with its value: further repeats of the folds may prefer another one.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        number : int
            Of the trial in its study, from 0; baselines are below 0.

        Raises
        ------
        ConflictError
            If the study has no complete trial of that number.
        """
        with self._write() as session:
            row = get_study(session, study_id)
            found = select(TrialRow.value).where(
                TrialRow.study_id == study_id,
                TrialRow.number == number,
                TrialRow.state == TrialState.COMPLETE,
                TrialRow.kind != TrialKind.BASELINE,
            )
            value = session.scalars(found).one_or_none()
            if value is None:
                raise ConflictError(
                    "The study {study!r} has no complete trial {number}.", study=row.name, number=number
                )
            if row.best_trial != number:
                row.revision = bumped(session)
                row.best_trial, row.best_value = number, value

    def set_result(
        self, study_id: int, result: Json, kept: Callable[[Json], Json] = lambda _before: {}
    ) -> None:
        """Record what the end of the search found, in place of what was there.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        result : mapping
            As `StudyResult.to_json` gives it.
        kept : callable
            Gets the result that is there, in the same transaction, and returns the parts of it that stay.
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            row.result = encode_json({**kept(decode_object(row.result)), **result})

    def add_to_result(self, study_id: int, part: str, key: str, value: Json) -> None:
        """Record a finding under a key of a part of the result, while an engine runs or later; see `set_result`.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        part : str
            The key of the part.
        key : str
        value : mapping
        """
        with self._write() as session:
            row = self._changing(session, study_id)
            result = decode_object(row.result)
            row.result = encode_json({**result, part: {**result.get(part, {}), key: value}})

    @staticmethod
    def _changing(session: Session, study_id: int) -> StudyRow:
        row = get_study(session, study_id)
        row.revision = bumped(session)
        return row


def _is_of(row: StudyRow, pid: int) -> bool:
    """Whether the claim is this machine's process `pid`: another machine or container may use the same number."""
    return row.engine_pid == pid and is_same(row.engine_identity, process_identity(pid))


def is_held(row: StudyRow) -> bool:
    """Whether a live engine has a study.

    Parameters
    ----------
    row : StudyRow

    Returns
    -------
    bool
    """
    return row.engine_pid is not None and _holds(row)


def _holds(row: StudyRow) -> bool:
    assert row.engine_pid is not None  # noqa: S101 (for the type checker)
    alive = is_alive(row.engine_pid, row.engine_identity)
    if alive is None:
        return row.heartbeat_us is not None and now_us() - row.heartbeat_us < STALE_AFTER_S * 1e6
    return alive


def _set_state(row: StudyRow, state: StudyState, failure: Failure | None) -> None:
    row.state = StudyState(state)
    row.failure = encode_failure(failure)
    if state == StudyState.RUNNING and row.started_us is None:
        row.started_us = now_us()
    row.finished_us = now_us() if state.is_ended else None


def _requeue_left_out(session: Session, study: StudyRow) -> None:
    """Set the baselines and the user's trials that a search left out to WAITING, as if never started."""
    statement = select(TrialRow).where(
        TrialRow.study_id == study.id,
        TrialRow.kind != TrialKind.SEARCH,
        TrialRow.state == TrialState.FAIL,
        TrialRow.requested.is_(None),
    )
    for row in session.scalars(statement):
        failure = decode_failure(row.failure)
        if failure is not None and failure.kind is FailureKind.SKIPPED:
            row.revision = study.revision
            row.state, row.failure, row.worker = TrialState.WAITING, None, None
            row.started_us, row.finished_us = None, None
            row.value, row.value_std, row.epoch = None, None, None
            put_measures(row, dict.fromkeys(MEASURES))
            for kept in (CurvesRow, FoldScoresRow):
                session.execute(delete(kept).where(kept.trial_id == row.id))
            predictions = session.get(OutOfFoldRow, row.id)
            if predictions is not None:
                # Loaded, so that `keep_refs` knows what it needed.
                session.delete(predictions)


def _clean_name(name: str) -> str:
    cleaned = " ".join(storable(name).split())
    if not cleaned:
        raise ConflictError("A study needs a name; type one.")
    return cleaned


def _free_name(session: Session, name: str) -> str:
    taken = set(session.scalars(select(StudyRow.name)))
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name} ({n})"
    return free


def _no_study(wanted: str, names: Mapping[str, int]) -> NotFoundError:
    folded = {name.casefold(): name for name in names}
    near = [folded[name] for name in difflib.get_close_matches(wanted.casefold(), folded, n=5, cutoff=0.4)]
    if near:
        return NotFoundError(
            "There is no study {name!r} in this workspace; similar names are {near}.",
            name=wanted,
            near=", ".join(repr(name) for name in near),
        )
    if names:
        return NotFoundError(
            "There is no study {name!r} in this workspace; it has {near}.",
            name=wanted,
            near=", ".join(repr(name) for name in list(names)[-5:]),
        )
    return NotFoundError("There is no study {name!r} in this workspace: it has none yet.", name=wanted)


def _record(session: Session, row: StudyRow) -> StudyRecord:
    """Return the record of one study, or raise `DamagedStudyError`."""
    return _Counts.of(session, [row]).record(row)


def _listed(session: Session, rows: Sequence[StudyRow]) -> StudyList[StudyRecord]:
    counts = _Counts.of(session, rows)
    studies: list[StudyRecord] = []
    damaged: list[DamagedStudy] = []
    for row in rows:
        try:
            studies.append(counts.record(row))
        except DamagedStudyError as error:
            problem = Failure.of(FailureKind.ERROR, error.sentence)
            damaged.append(DamagedStudy(row.id, study_name(row), row.archived, problem))
    return StudyList(tuple(studies), tuple(damaged))


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is counted of some studies, by their ids: trials in each state, those ruled out and asked for by the user;
    looks by holdout.
    """

    trials: Mapping[int, Mapping[str, int]]
    ruled_out: Mapping[int, int]
    requested: Mapping[int, int]
    looks: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, rows: Sequence[StudyRow]) -> _Counts:
        statement = (
            select(TrialRow.study_id, TrialRow.state, func.count())
            .where(TrialRow.kind != TrialKind.BASELINE)
            .group_by(TrialRow.study_id, TrialRow.state)
        )
        if len(rows) == 1:
            statement = statement.where(TrialRow.study_id == rows[0].id)
        trials: dict[int, dict[str, int]] = {}
        for study_id, state, count in session.execute(statement):
            trials.setdefault(study_id, {})[state] = count
        ruled_out = _ruled_out(session, [id_ for id_, n in trials.items() if n.get(TrialState.FAIL)])
        looks = _looks(session, {row.holdout_digest for row in rows if isinstance(row.holdout_digest, str)})
        asked = select(TrialRequestRow.study_id, func.count()).group_by(TrialRequestRow.study_id)
        requested = {study_id: int(n) for study_id, n in session.execute(asked)}
        return cls(trials, ruled_out, requested, looks)

    def record(self, row: StudyRow) -> StudyRecord:
        """Return the record of a study, or raise `DamagedStudyError`."""
        n_looks = self.looks.get(row.holdout_digest or "", 0)
        return study_record(
            row,
            self.trials.get(row.id, {}),
            self.ruled_out.get(row.id, 0),
            n_looks,
            self.requested.get(row.id, 0),
        )


def _looks(session: Session, digests: Collection[str]) -> dict[str, int]:
    """Return how often each of these holdouts was looked at."""
    if not digests:
        return {}
    statement = (
        select(LookRow.rows_digest, func.count())
        .where(LookRow.rows_digest.in_(digests))
        .group_by(LookRow.rows_digest)
    )
    return {digest: int(n) for digest, n in session.execute(statement)}


def _ruled_out(session: Session, study_ids: Sequence[int]) -> dict[int, int]:
    """Return how many trials of each of these studies were ruled out; the table is not asked where none failed."""
    if not study_ids:
        return {}
    # Damaged JSON would end the statement, and with it the list of all studies.
    kind = case(
        (func.json_valid(TrialRow.failure) == 1, type_coerce(TrialRow.failure, JSON)["kind"].as_string()),
        else_=None,
    )
    statement = (
        select(TrialRow.study_id, func.count())
        .where(
            TrialRow.study_id.in_(study_ids),
            TrialRow.kind != TrialKind.BASELINE,
            TrialRow.state == TrialState.FAIL,
            kind == FailureKind.RULED_OUT,
        )
        .group_by(TrialRow.study_id)
    )
    return {study_id: int(n) for study_id, n in session.execute(statement)}
