"""What every kind of split promises, on made-up tables: gaps in the target, few groups, equal times, several repeats.

A kind joins with one entry in `KINDS`: what a table of it needs. The properties below are tried on all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from cupel.engine.audit.study_audit import _mean_by_row
from cupel.engine.data.columns import Column, NumberColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import Target, encode_target
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import SplitSpec
from cupel.engine.splits.splitting import Splits, draw_splits, split_units
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A table and what is asked of its split.

    Attributes
    ----------
    spec : SplitSpec
    table : Table
    roles : dict
        Of columns, by name.
    seed : int
    groups : ndarray of shape (n_rows,), optional
        Of which none may stand on two sides; negative where a row has none.
    moments : ndarray of shape (n_rows,), optional
        Of which those of training come first, then those of validation, then those of the holdout; between them a gap,
        if one is asked for.
    """

    spec: SplitSpec
    table: Table
    roles: dict[str, str]
    seed: int
    groups: Ints | None = None
    moments: Floats | None = None

    def draw(self, seed: int | None = None) -> tuple[Splits, Target]:
        """Return the splits, anew with each call; a case that is refused (too few rows or groups) is none."""
        schema = infer_schema(self.table, "y", self.roles)
        try:
            target = encode_target(self.table, schema)
            return draw_splits(
                self.spec, target, self.table, schema, self.seed if seed is None else seed
            ), target
        except DataError:
            assume(False)
            raise


def texts(name: str, codes: Ints) -> Column:
    """Return a column of words; a negative code is a missing cell."""
    words = [f"{name} {i}" for i in range(int(codes.max(initial=0)) + 1)]
    return WordColumn.of_codes(name, codes.astype(np.int32), words)


@st.composite
def targets(draw: st.DrawFn, n: int, *, classes: bool | None = None) -> Column:
    """Draw classes or numbers, some of them missing."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    missing = rng.random(n) < draw(st.sampled_from([0.0, 0.15]))
    if draw(st.booleans()) if classes is None else classes:
        weights = rng.dirichlet(np.ones(draw(st.integers(2, 4))))
        return texts("y", np.where(missing, -1, rng.choice(len(weights), n, p=weights)))
    return NumberColumn("y", np.where(missing, np.nan, rng.normal(size=n)))


@st.composite
def specs(draw: st.DrawFn, kind: str, *, holdouts: tuple[float, ...] = (0.0, 0.1, 0.3, 0.6)) -> SplitSpec:
    return SplitSpec(
        kind=kind,  # type: ignore[arg-type]
        n_folds=draw(st.integers(2, 6)),
        n_repeats=draw(st.integers(1, 3)),
        holdout=draw(st.sampled_from(holdouts)),
    )


N_ROWS = st.integers(20, 150)
SEEDS = st.integers(0, 2**32 - 1)


def number(name: str, seed: int, n: int) -> Column:
    """Return a column that tells rows apart."""
    return NumberColumn(name, np.random.default_rng(seed).normal(size=n))


@st.composite
def of_rows(draw: st.DrawFn, kind: str, *, classes: bool | None = None) -> Case:
    n, seed = draw(N_ROWS), draw(SEEDS)
    table = Table((number("x", seed, n), draw(targets(n, classes=classes))), n)
    return Case(draw(specs(kind)), table, {}, seed)


@st.composite
def of_groups(draw: st.DrawFn, kind: str) -> Case:
    n, seed = draw(N_ROWS), draw(SEEDS)
    rng = np.random.default_rng(seed)
    sizes = rng.dirichlet(np.full(draw(st.integers(3, 60)), draw(st.sampled_from([0.3, 5.0]))))
    groups = rng.choice(len(sizes), n, p=sizes)
    groups[rng.random(n) < draw(st.sampled_from([0.0, 0.1]))] = -1
    table = Table((number("x", seed, n), texts("g", groups), draw(targets(n))), n)
    return Case(draw(specs(kind)), table, {"g": "group"}, seed, groups=groups)


@st.composite
def of_times(draw: st.DrawFn, kind: str) -> Case:
    n, seed = draw(N_ROWS), draw(SEEDS)
    # Many rows share a moment, and the rows are in no order.
    moments = np.random.default_rng(seed).integers(0, draw(st.integers(8, 200)), n).astype(float)
    table = Table((number("x", seed, n), NumberColumn("t", moments), draw(targets(n))), n)
    return Case(draw(specs(kind)), table, {"t": "time"}, seed, moments=moments)


@st.composite
def of_an_order(draw: st.DrawFn) -> Case:
    n, seed = draw(N_ROWS), draw(SEEDS)
    table = Table((number("x", seed, n), draw(targets(n))), n)
    return Case(with_gap(draw, draw(specs("order"))), table, {}, seed, moments=np.arange(float(n)))


@st.composite
def of_times_with_a_gap(draw: st.DrawFn) -> Case:
    case = draw(of_times("time"))
    return dataclasses.replace(case, spec=with_gap(draw, case.spec))


def with_gap(draw: st.DrawFn, spec: SplitSpec) -> SplitSpec:
    return dataclasses.replace(spec, gap=draw(st.integers(0, 5)))


@st.composite
def of_copies(draw: st.DrawFn, kind: str) -> Case:
    """Sets of up to three rows that are equal but for the target."""
    n, seed = draw(st.integers(60, 150)), draw(SEEDS)
    rng = np.random.default_rng(seed)
    sets = rng.permutation(n) // draw(st.integers(1, 3))
    x, z = rng.normal(size=(2, n))
    columns = (
        NumberColumn("x", x[sets]),
        NumberColumn("z", z[sets]),
        draw(targets(n)),
    )
    spec = dataclasses.replace(draw(specs(kind)), duplicates="keep_together")
    moments = np.arange(float(n)) if kind == "order" else None
    return Case(spec, Table(columns, n), {}, seed, groups=sets, moments=moments)


@st.composite
def of_an_official_holdout(draw: st.DrawFn, kind: str) -> Case:
    case = draw(of_rows(kind))
    n = case.table.n_rows
    part = (np.random.default_rng(case.seed).random(n) < 0.3).astype(np.int64)
    column = WordColumn.of_codes("split", part.astype(np.int32), ["train", "test"])
    spec = SplitSpec(kind=case.spec.kind, n_folds=case.spec.n_folds, n_repeats=2, holdout_part="test")
    return Case(spec, Table((*case.table.columns, column), n), {}, case.seed)


KINDS: dict[str, Callable[[], st.SearchStrategy[Case]]] = {
    "auto": lambda: of_rows("auto"),
    "plain": lambda: of_rows("plain"),
    "stratified": lambda: of_rows("stratified", classes=True),
    "grouped": lambda: of_groups("grouped"),
    "groups by a role": lambda: of_groups("auto"),
    "time": lambda: of_times("time"),
    "times by a role": lambda: of_times("auto"),
    "order": of_an_order,
    "time with a gap": of_times_with_a_gap,
    "near-duplicates": lambda: of_copies("plain"),
    "near-duplicates in order": lambda: of_copies("order"),
    "an official holdout": lambda: of_an_official_holdout("auto"),
}
ORDERED = ["time", "times by a role", "order", "time with a gap", "near-duplicates in order"]
of_every_kind = pytest.mark.parametrize("kind", KINDS)
some = settings(max_examples=25, deadline=None, database=None)


def cases(kind: str) -> st.SearchStrategy[Case]:
    return KINDS[kind]()


@of_every_kind
@some
@given(data=st.data())
def test_every_part_is_rows_with_a_target_in_order_and_no_row_is_on_two_sides(
    kind: str, data: st.DataObject
) -> None:
    splits, target = data.draw(cases(kind)).draw()
    assert splits.n_replicas == len(splits.train) == len(splits.valid)
    for part in (splits.development, splits.holdout, *splits.train, *splits.valid):
        assert (np.diff(part) > 0).all()
        assert np.isin(part, target.rows).all()
    assert not np.isin(splits.development, splits.holdout).any()
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert len(train) > 0
        assert len(valid) > 0
        assert not np.isin(train, valid).any()
        assert np.isin([*train, *valid], splits.development).all()


@of_every_kind
@some
@given(data=st.data())
def test_validation_parts_cover_the_development_rows_once_a_repeat(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    splits, target = case.draw()
    for repeat in range(splits.n_repeats):
        parts = splits.valid[repeat * splits.n_folds : (repeat + 1) * splits.n_folds]
        rows = np.sort(np.concatenate(parts))
        if case.moments is None:
            np.testing.assert_array_equal(rows, splits.development)
            continue
        assert (np.diff(rows) > 0).all()
        first = np.setdiff1d(splits.development, rows)  # these only train
        assert case.moments[first].max() < case.moments[rows].min()
    if case.moments is None:
        np.testing.assert_array_equal(np.union1d(splits.development, splits.holdout), target.rows)


@of_every_kind
@some
@given(data=st.data())
def test_out_of_fold_rows_are_the_rows_of_the_data_in_their_order(kind: str, data: st.DataObject) -> None:
    """Predictions are stored by replica; put together by row, those of perfect networks are the targets."""
    splits, target = data.draw(cases(kind)).draw()
    said = [target.at(valid).astype(float) for valid in splits.valid]
    rows, means = _mean_by_row(splits.valid, said)
    assert np.isin(rows, splits.development).all()
    assert (np.diff(rows) > 0).all()
    np.testing.assert_allclose(means, target.at(rows).astype(float), rtol=1e-12)


@pytest.mark.parametrize(
    "kind", ["grouped", "groups by a role", "near-duplicates", "near-duplicates in order"]
)
@some
@given(data=st.data())
def test_no_group_is_on_two_sides(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    assert case.groups is not None
    splits, _ = case.draw()
    sides = [(splits.development, splits.holdout), *zip(splits.train, splits.valid, strict=True)]
    for one, other in sides:
        shared = np.intersect1d(case.groups[one], case.groups[other])
        assert (shared < 0).all()


@pytest.mark.parametrize("kind", ORDERED)
@some
@given(data=st.data())
def test_training_is_before_validation_and_the_search_before_the_holdout(
    kind: str, data: st.DataObject
) -> None:
    case = data.draw(cases(kind))
    assert case.moments is not None
    splits, target = case.draw()
    assert (len(splits.holdout) > 0) == (case.spec.holdout > 0)
    sides = [*zip(splits.train, splits.valid, strict=True)]
    for before, after in [*sides, *([(splits.development, splits.holdout)] if len(splits.holdout) else [])]:
        assert case.moments[before].max() < case.moments[after].min()
        apart = np.sort(case.moments[target.rows] if case.spec.kind != "order" else case.moments)
        skipped = apart[(apart > case.moments[before].max()) & (apart < case.moments[after].min())]
        assert len(skipped) >= case.spec.gap


@of_every_kind
@some
@given(data=st.data())
def test_the_holdout_is_about_as_large_as_asked(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    splits, target = case.draw()
    if case.spec.holdout_part:
        column = case.table["split"]
        official = np.flatnonzero(column.codes == column.vocabulary.index("test"))
        np.testing.assert_array_equal(splits.holdout, np.intersect1d(official, target.rows))
        return
    wanted = case.spec.holdout * len(target.rows)
    if case.groups is None and case.moments is None:
        units = split_units(case.spec, target, case.table, infer_schema(case.table, "y", case.roles))[0]
        # Rows that are nearly equal by chance are drawn together, and the last of a class is not held out.
        n_beside = len(units) - len(np.unique(units))
        assert abs(len(splits.holdout) - wanted) <= 1 + len(target.labels) + n_beside
    if wanted == 0:
        assert len(splits.holdout) == 0
    else:
        assert len(splits.holdout) > 0


@of_every_kind
@some
@given(data=st.data())
def test_equal_seeds_give_equal_splits_and_stored_ones_come_back(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    splits, _ = case.draw()
    again, _ = case.draw()
    assert splits.to_npz_bytes() == again.to_npz_bytes()
    assert splits.digest() == again.digest()
    stored = Splits.from_npz_bytes(splits.to_npz_bytes())
    assert stored.digest() == splits.digest()
    assert (stored.kind, stored.n_folds, stored.n_repeats) == (splits.kind, splits.n_folds, splits.n_repeats)
    parts = [(s.development, s.holdout, *s.train, *s.valid) for s in (stored, splits)]
    for one, other in zip(*parts, strict=True):
        assert one.dtype == other.dtype == np.int64
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["auto", "plain", "stratified", "an official holdout"])
@some
@given(data=st.data())
def test_another_seed_gives_another_split(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    one, other = (case.draw(case.seed + more)[0].digest() for more in (0, 1))
    assert one != other
