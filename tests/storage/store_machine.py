"""What the machines of `test_store_machine` share: a workspace, its model, and what holds after each step."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.storage.errors import ConflictError
from cupel.storage.records import TrialKind, TrialState
from cupel.storage.store import Store
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from store_model import Model, Trial


class WorkspaceMachine(RuleBasedStateMachine):
    """Two writers on one workspace, which take turns, and the model of it; sub-classes have the rules of changes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="cupel-machine-"))
        self.writers = [Store.open(self.folder / "workspace") for _ in range(2)]
        self.model = Model()
        self.seen = {0}

    def teardown(self) -> None:
        problems = self.store.check()
        for writer in self.writers:
            writer.close()
        shutil.rmtree(self.folder)
        assert problems == []

    @property
    def store(self) -> Store:
        return self.writers[0]

    # -- what holds of every step ---------------------------------------------------------------------------------

    def changed(self) -> int:
        """Note that a call has changed something: the revision has risen by one. The other writer is next."""
        self.model.revision += 1
        assert self.store.revision() == self.model.revision
        self.writers.reverse()
        return self.model.revision

    def refused(self, call: Callable[[], Any]) -> None:
        """Call what must be refused; that nothing has changed, the invariants say."""
        with pytest.raises(ConflictError):
            call()

    @invariant()
    def revisions_rise_only_with_changes(self) -> None:
        assert self.store.revision() == self.model.revision

    @invariant()
    def studies_are_told_with_their_counts_and_bests(self) -> None:
        told = {record.id: record for record in self.store.studies(archived=None)}
        assert told.keys() == self.model.studies.keys()
        for id_, study in self.model.studies.items():
            study.is_told(told[id_])
            counted = [t for t in self.model.of(id_).values() if t.kind is not TrialKind.BASELINE]
            assert told[id_].n_trials == {s: sum(t.state is s for t in counted) for s in TrialState}
            assert told[id_].n_ruled_out == sum(
                t.state is TrialState.FAIL and t.is_ruled_out for t in counted
            )

    @invariant()
    def trials_are_told_as_records_and_as_a_table(self) -> None:
        for study_id in self.model.studies:
            wanted, told = self.model.of(study_id), self.store.trials(study_id)
            assert [record.id for record in told] == list(wanted)
            for record in told:
                wanted[record.id].is_told(record)
            table = self.store.trial_table(study_id)
            assert table.revision == self.model.revision
            assert table.ids.tolist() == list(wanted)
            assert table.states.tolist() == [t.state.value for t in wanted.values()]
            assert table.tags == tuple(t.tags for t in wanted.values())
            assert table.failures == tuple(t.failure for t in wanted.values())
            known = [np.nan if t.value is None else t.value for t in wanted.values()]
            np.testing.assert_array_equal(table.values, known)
            asked = [i for i, t in wanted.items() if t.requested and not t.state.is_finished]
            assert sorted(self.store.skips_asked(study_id)) == asked
            self._arrays_are_told(wanted)

    def _arrays_are_told(self, wanted: dict[int, Trial]) -> None:
        ids = list(wanted)
        lengths = {i: t.n_curve_epochs for i, t in wanted.items() if t.n_curve_epochs is not None}
        assert {i: c.values.shape[1] for i, c in self.store.curves_of(ids).items()} == lengths
        assert set(self.store.fold_scores_of(ids)) == {i for i, t in wanted.items() if t.has_scores}

    @invariant()
    def jobs_and_variants_are_told(self) -> None:
        told = {record.id: record for record in self.store.jobs()}
        assert list(told) == sorted(self.model.jobs)
        for id_, job in self.model.jobs.items():
            job.is_told(told[id_])
        for trial_id in {variant.trial_id for variant in self.model.variants.values()}:
            of_trial = {i: v for i, v in self.model.variants.items() if v.trial_id == trial_id}
            records = self.store.variants(trial_id)
            assert [record.id for record in records] == sorted(of_trial)
            for record in records:
                of_trial[record.id].is_told(record)

    @invariant()
    def what_was_read_since_a_revision_is_what_has_changed(self) -> None:
        for since in self.seen:
            for study_id in self.model.studies:
                found = {record.id for record in self.store.trials(study_id, since_revision=since)}
                assert found == {i for i, t in self.model.of(study_id).items() if t.revision > since}
            found = {record.id for record in self.store.jobs(since_revision=since)}
            assert found == {i for i, job in self.model.jobs.items() if job.revision > since}

    # -- viewers, and a store that is opened again ------------------------------------------------------------------

    @rule()
    def look_away(self) -> None:
        """Remember the revision, as a viewer does that comes back later."""
        self.seen = {*sorted(self.seen)[-2:], self.model.revision}

    @rule()
    def open_again(self) -> None:
        self.writers.pop().close()
        self.writers.insert(0, Store.open(self.folder / "workspace"))

    @rule(archived=st.booleans())
    def studies_are_listed(self, archived: bool) -> None:
        wanted = {id_: study for id_, study in self.model.studies.items() if study.archived is archived}
        order = sorted(wanted, key=lambda id_: (not wanted[id_].pinned, -id_))
        told = self.store.studies(archived=archived)
        assert [record.id for record in told] == order
        assert [self.store.study(record.id) for record in told] == told
        for study in wanted.values():
            assert self.store.find_study(study.name).name == study.name

    @rule()
    def a_reader_tells_the_same(self) -> None:
        with Store.open(self.folder / "workspace", "r") as reader:
            assert reader.revision() == self.model.revision
            for study_id in self.model.studies:
                assert reader.study(study_id) == self.store.study(study_id)
                assert reader.trials(study_id) == self.store.trials(study_id)
            assert reader.jobs() == self.store.jobs()
