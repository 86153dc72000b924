"""What the New study page shows that no workspace holds, made up: a data file as the engine describes it."""

from __future__ import annotations

from cupel.engine.domain.errors import Message
from cupel.engine.domain.families import families_of
from cupel.engine.domain.inspections import ColumnFacts, DataPreview, Finding, Histogram, Inspection
from cupel.engine.domain.spec import ReadSpec


def sample_inspection() -> Inspection:
    """Return what is found in a table, as the answer to an ``inspect`` job."""
    columns = _sample_columns()
    row = (
        "39", "State-gov", "77516", "Bachelors", "13", "Never-married", "Adm-clerical", "Not-in-family", "2174", "40",
        "United-States", "a81f", "<=50K",
    )  # fmt: skip
    return Inspection(
        read=ReadSpec(delimiter=",", encoding="utf-8", decimal=".", header=True, quoting=True),
        name="adult.csv",
        kind="table",
        families=families_of("table"),
        n_rows=48842,
        n_columns=13,
        size_bytes=5_326_368,
        digest="",
        preview=DataPreview(tuple(one.name for one in columns), (row,) * 30),
        thumbnails=(),
        columns=columns,
        findings=_sample_findings(),
        split_audit=None,
        messages=(),
        target="income",
        task="binary",
        labels=(("<=50K", 37155), (">50K", 11687)),
        n_dropped=0,
        parts={},
    )


def _sample_columns() -> tuple[ColumnFacts, ...]:
    edges = tuple(map(float, range(13)))
    numbers = Histogram(edges, (2, 5, 11, 18, 24, 22, 17, 11, 7, 4, 2, 1))
    skewed = Histogram(edges, (90, 30, 12, 6, 3, 2, 1, 1, 0, 0, 0, 1))

    def number(name: str, low: float, high: float, mean: float, shape: Histogram = numbers) -> ColumnFacts:
        return ColumnFacts(
            name, "number", "numeric", 0, 72, low, high, mean, ("39", "50", "38"), "", histogram=shape
        )

    def words(
        name: str, top: dict[str, int], unique: int, missing: int = 0, role: str = "categorical"
    ) -> ColumnFacts:
        return ColumnFacts(
            name,
            "text",
            role,
            missing,
            unique,
            None,
            None,
            None,
            (next(iter(top)),),
            "",
            top=tuple(top.items()),
        )

    return (
        number("age", 17, 90, 38.64),
        words("workclass", {"Private": 33906, "Self-emp-not-inc": 3862, "Local-gov": 3136}, 9, 2799),
        number("fnlwgt", 12285, 1490400, 189664.1, skewed),
        words("education", {"HS-grad": 15784, "Some-college": 10878, "Bachelors": 8025}, 16),
        number("education-num", 1, 16, 10.08),
        words("marital-status", {"Married-civ-spouse": 22379, "Never-married": 16117}, 7),
        words("occupation", {"Prof-specialty": 6172, "Craft-repair": 6112}, 15, 2809),
        words("relationship", {"Husband": 19716, "Not-in-family": 12583}, 6),
        number("capital-gain", 0, 99999, 1079.07, skewed),
        number("hours-per-week", 1, 99, 40.42),
        words("native-country", {"United-States": 43832, "Mexico": 951}, 42, 857),
        words("record_id", {"a81f": 1}, 48842, 0, "id"),
        words("income", {"<=50K": 37155, ">50K": 11687}, 2, 0, "target"),
    )


def _sample_findings() -> tuple[Finding, ...]:
    leakage = Message(
        "Column {column!r} alone tells nearly all of the target (score {score} on {n:,} rows); if it is known only "
        "afterwards, give it the role ignored.",
        {"column": "relationship", "score": 0.97, "n": 48842},
    )
    duplicates = Message(
        "Rows that repeat another one (identifiers left aside): {n:,} of {n_rows:,}; a copy in another fold makes "
        "scores too good.",
        {"n": 52, "n_rows": 48842},
    )
    missing = Message(
        "Missing cells of {column!r}: {n:,} of {n_rows:,} ({percent}%).",
        {"column": "workclass", "n": 2799, "n_rows": 48842, "percent": 5.7},
    )
    identifier = Message(
        "Column {column!r} looks like an identifier and is left out.", {"column": "record_id"}
    )
    return (
        Finding("serious", "leakage", "relationship", leakage),
        Finding("warning", "duplicates", None, duplicates),
        Finding("warning", "missing", "workclass", missing),
        Finding("info", "id", "record_id", identifier),
    )
