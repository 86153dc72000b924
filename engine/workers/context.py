"""What a worker process keeps between the tasks of a study: table, splits, and the stacked rows by preprocessing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..data.table import TableFiles
from ..data.target import encode_target
from ..domain.params import Params
from ..families.registry import build_network
from ..kinds.joined import SchemaPreprocessing
from ..splits.splitting import Splits
from ..training.problem import Problem, build_problem
from ..training.rows import WINDOW_BYTES
from .messages import StudyFiles

Ints = NDArray[np.int64]
# Of the worker's memory, for stacked rows.
_CACHE_FRACTION = 0.25
# Of the worker's memory: more stacked rows than this are trained fold by fold.
_FUSED_FRACTION = 0.35
# Of the worker's memory: more rows than this on the device are streamed instead.
_STREAM_FRACTION = 0.35


class StudyContext:
    """The data of one study in a worker.

    Attributes
    ----------
    places : ndarray of shape (n_rows,), int64
        By row of the table, its position in the rows of a problem; -1 where no problem has it.
    """

    def __init__(self, files: StudyFiles) -> None:
        self.files = files
        self.schema = files.schema
        self.table = files.table.load()
        self.preprocessing = SchemaPreprocessing(self.schema)
        self.target = encode_target(self.table, self.schema, files.task, files.positive)
        self.splits = Splits.from_npz_bytes(Path(files.splits).read_bytes())
        self.y_by_row: NDArray[np.generic] = np.full(self.table.n_rows, -1, dtype=self.target.values.dtype)
        self.y_by_row[self.target.rows] = self.target.values
        self._problems: OrderedDict[str, Problem] = OrderedDict()
        # Where all replicas see the same rows these are all, as they are mapped: nothing is copied for a part of them.
        is_whole = self.preprocessing.is_shared
        self._rows = np.arange(self.table.n_rows) if is_whole else self.splits.development
        self.places: Ints = np.full(self.table.n_rows, -1, np.int64)
        self.places[self._rows] = np.arange(len(self._rows))

    @property
    def n_classes(self) -> int:
        return len(self.target.labels)

    def is_fused(self, family: str, params: Params, problem: Problem) -> bool:
        """Whether a trial trains its replicas as one, or fold by fold: to save memory, or where that is faster."""
        if not build_network(family, params, problem.shape).fuses:
            return False
        if self.files.fused is not None:
            return self.files.fused
        return 3 * problem.size_bytes < _FUSED_FRACTION * self.files.memory_limit_bytes

    def window_bytes(self, problem: Problem) -> int | None:
        """Return how the rows reach the device while networks train: in windows, or None for all at once.

        Windows where the memory is too small for all; see `engine.training.rows`.
        """
        return WINDOW_BYTES if problem.size_bytes > self._most_bytes else None

    @property
    def _most_bytes(self) -> float:
        return _STREAM_FRACTION * self.files.memory_limit_bytes

    def problem(self, params: Params) -> Problem:
        """Return the folds of the study, preprocessed as `params` say; kept for the next trial that wants the same."""
        key = self.preprocessing.digest(params)
        if key in self._problems:
            self._problems.move_to_end(key)
            return self._problems[key]
        splits = self.splits
        problem = self.subproblem(params, splits.train, splits.valid, splits.voters)
        self._problems[key] = problem
        limit = _CACHE_FRACTION * self.files.memory_limit_bytes
        while len(self._problems) > 1 and sum(p.size_bytes for p in self._problems.values()) > limit:
            self._problems.popitem(last=False)
        return problem

    def subproblem(
        self,
        params: Params,
        train: Sequence[Ints],
        valid: Sequence[Ints],
        voters: Sequence[Ints] | None = None,
    ) -> Problem:
        """Return replicas that train and validate on parts of the development rows.

        Parameters
        ----------
        train, valid : int64 arrays of table rows
            Preprocessing is fitted on each of `train` alone.
        voters : int64 arrays of replicas, optional
            See `Problem`; all other replicas where not given.
        """
        preprocessings = self.preprocessing.fit(self.table, train, params)
        different = preprocessings[:1] if self.preprocessing.is_shared else preprocessings
        return build_problem(
            task=self.target.task,
            n_classes=self.n_classes,
            y=self.y_by_row[self._rows],
            inputs=(p.inputs(self.table, self._rows) for p in different),
            preprocessings=preprocessings,
            train=[self.places[t] for t in train],
            valid=[self.places[v] for v in valid],
            voters=voters,
            most_bytes=self._most_bytes,
            scratch=Path(self.files.checkpoints).parent,
        )


_contexts: OrderedDict[tuple[int, TableFiles, str], StudyContext] = OrderedDict()
# Of studies that run beside one another on one cluster.
_MOST_CONTEXTS = 2


def context_of(files: StudyFiles) -> StudyContext:
    """Return the context of a study, loaded at its first task in this process."""
    key = (files.study_id, files.table, files.splits)
    if key not in _contexts:
        _contexts[key] = StudyContext(files)
        if len(_contexts) > _MOST_CONTEXTS:
            _contexts.popitem(last=False)
    _contexts.move_to_end(key)
    return _contexts[key]
