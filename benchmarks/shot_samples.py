"""What the pages of `shots.py` show that no workspace holds: data files as the engine describes them, predictions."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.domain.errors import Message
from cupel.engine.domain.families import families_of
from cupel.engine.domain.inspections import ColumnFacts, DataPreview, Finding, Histogram, Inspection
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inspection.inspect import inspect_file
from PIL import Image, ImageDraw

_SHAPES = ("circle", "cross", "square", "triangle")
_REVIEWS = {
    "complaint": ("We waited an hour and the soup was cold, never again.", "送餐太慢，菜都凉了，不会再点。"),
    "praise": ("Friendly people and the best dumplings in town!", "味道很好，分量也足，下次还来。"),
}


def image_inspection(folder: Path) -> Inspection:
    """Return what the engine says of a folder of made pictures; it is written into `folder`."""
    rng = np.random.default_rng(0)
    for part, n in (("train", 10), ("test", 4)):
        for name in _SHAPES:
            place = folder / part / name
            place.mkdir(parents=True)
            for i in range(n):
                _drawn(name, rng).save(place / f"{i}.png")
    return inspect_file(folder)


def text_inspection(folder: Path) -> Inspection:
    """Return what the engine says of a folder of made texts; it is written into `folder`."""
    for label, lines in _REVIEWS.items():
        (folder / label).mkdir(parents=True)
        for i in range(20):
            text = f"{lines[i % 2]} ({i + 1})"
            (folder / label / f"{i}.txt").write_text(text, encoding="utf-8")
    return inspect_file(folder)


def image_predictions() -> dict[str, Any]:
    """Return the result of a ``predict`` job on pictures."""
    rng = np.random.default_rng(1)
    rows = []
    for i in range(48):
        truth = _SHAPES[i % 4]
        label = _SHAPES[(i + 1) % 4] if i % 11 == 5 else truth
        data = io.BytesIO()
        _drawn(truth, rng).save(data, "PNG")
        rows.append(
            {
                "row": f"{truth}/{i}.png",
                "truth": truth,
                "cells": [],
                "prediction": label,
                "share": float(rng.uniform(0.55, 0.999)),
                "wrong": label != truth,
                "picture": base64.b64encode(data.getvalue()).decode(),
            }
        )
    preview = {"columns": [], "rows": rows, "has_truth": True}
    return {
        "n_rows": 1200,
        "unseen": {},
        "seconds": 1.2,
        "messages": [],
        "drift": {"word": "none", "n_rows": 1200, "n_trained": 20_000, "columns": []},
        "out": "predictions.csv",
        "preview": preview,
    }


def table_predictions() -> dict[str, Any]:
    """Return the result of a ``predict`` job on a table."""
    rng = np.random.default_rng(2)
    columns = [
        "age",
        "workclass",
        "education",
        "marital-status",
        "occupation",
        "capital-gain",
        "hours-per-week",
    ]
    rows = []
    for i in range(100):
        truth = "<=50K" if rng.random() < 0.75 else ">50K"
        label = truth if i % 7 else ">50K"
        cells = [
            str(int(rng.integers(18, 80))), "Self-emp-not-inc", "Some-college", "Married-civ-spouse",
            "Machine-op-inspct", str(int(rng.integers(0, 9999))), "40",
        ]  # fmt: skip
        share = float(rng.uniform(0.5, 1))
        rows.append(
            {"row": str(i + 1), "truth": truth, "cells": cells, "prediction": label, "share": share,
             "wrong": label != truth, "within": label if share > 0.8 else "<=50K, >50K"}
        )  # fmt: skip
    message = {
        "template": "Column {column!r}: cells with a category that the training data did not have: {n:,}.",
        "args": {"column": "workclass", "n": 12},
        "text": "Column 'workclass': cells with a category that the training data did not have: 12.",
    }
    preview = {"columns": columns, "rows": rows, "has_truth": True}
    return {
        "n_rows": 16281,
        "unseen": {},
        "seconds": 1.2,
        "messages": [message],
        "drift": {"word": "some", "n_rows": 16281, "n_trained": 20_000, "columns": []},
        "out": "predictions.csv",
        "preview": preview,
    }


def _drawn(name: str, rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (32, 32), tuple(int(v) for v in rng.integers(0, 70, 3)))
    draw = ImageDraw.Draw(image)
    left, top = (int(v) for v in rng.integers(2, 8, 2))
    tone = tuple(int(v) for v in rng.integers(130, 255, 3))
    box = (left, top, left + 20, top + 20)
    if name == "circle":
        draw.ellipse(box, fill=tone)
    elif name == "square":
        draw.rectangle(box, fill=tone)
    elif name == "triangle":
        draw.polygon([(left + 10, top), (left, top + 20), (left + 20, top + 20)], fill=tone)
    else:
        draw.line((left, top, left + 20, top + 20), fill=tone, width=4)
        draw.line((left + 20, top, left, top + 20), fill=tone, width=4)
    return image


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
