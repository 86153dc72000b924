"""Bundles of texts and images in use: served over real HTTP, and the drift of texts."""

from __future__ import annotations

import base64
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.bundled.errors import InputError
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.deployment.export import export_model
from cupel.engine.inference.predicting import predict_file
from PIL import Image

from .programs import CUPEL, ask, served
from .studies import Study, make_variants

WORDS = ("the", "meal", "我", "们", "12", "here", "friend")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """Return a bundle for texts or images, made when it is first asked for."""
    made: dict[str, tuple[Study, Path]] = {}

    def bundle(kind: str) -> Path:
        if kind not in made:
            study = make_variants(tmp_path_factory.mktemp(kind), kind)
            record = export_model(study.store, study.id, 0, formats=["onnx"])
            assert record.failure is None, record.failure.traceback
            made[kind] = study, Path(record.path)
        return made[kind][1]

    yield bundle
    for study, _ in made.values():
        study.store.close()


@pytest.fixture(scope="module")
def text_port(bundles: Callable[[str], Path]) -> Iterator[int]:
    with served([*CUPEL, "serve", str(bundles("text")), "--port", "0"]) as port:
        yield port


@pytest.fixture(scope="module")
def image_port(bundles: Callable[[str], Path]) -> Iterator[int]:
    with served([*CUPEL, "serve", str(bundles("image")), "--port", "0"]) as port:
        yield port


def _texts(n: int, words: tuple[str, ...], length: int = 8) -> list[str]:
    rng = np.random.default_rng(5)
    return [
        " ".join([*rng.choice(words, length).tolist(), "good" if i % 2 else "bad", str(i)]) for i in range(n)
    ]


def _file(path: Path, texts: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["text"], *([text] for text in texts)])
    return path


def _png(value: int, size: int = 10) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(value).integers(0, 60, (size, size), np.uint8) + np.uint8(value)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_texts_that_are_sent_get_what_predict_py_gives(
    bundles: Callable[[str], Path], text_port: int
) -> None:
    rows = [{"text": text} for text in [*_texts(20, WORDS), "", '紫色 "quoted", and a comma\nsecond line']]
    expected = Predictor(bundles("text")).predict(rows)
    status, answer = ask(text_port, "/predict", rows)
    assert (status, answer["notes"]) == (200, [])
    for found, wanted in zip(answer["predictions"], expected, strict=True):
        assert found["prediction"] == wanted["prediction"]
        assert found["p_yes"] == pytest.approx(wanted["p_yes"], abs=1e-6)
    status, one = ask(text_port, "/predict", rows[0])
    assert one["predictions"][0]["p_yes"] == pytest.approx(expected[0]["p_yes"], abs=1e-5)
    status, missing = ask(text_port, "/predict", {"text": None})
    assert status == 200
    assert missing["predictions"][0]["prediction"] in ("yes", "no")


def test_texts_that_are_none_are_refused(text_port: int) -> None:
    status, told = ask(text_port, "/predict", {"text": 12})
    assert (status, told["error"]) == (422, "Row 1, column 'text': 12 is not text.")
    status, told = ask(text_port, "/predict", {"words": "good"})
    assert status == 422
    assert "'text'" in told["error"]
    status, about = ask(text_port, "/schema")
    assert (status, about["columns"][0]["type"], about["columns"][0]["role"]) == (200, "text", "text")
    assert ask(text_port, "/predict", about["sample"])[0] == 200, "the sample is a row that it takes"


def test_images_that_are_sent_get_what_predict_py_gives(
    bundles: Callable[[str], Path], image_port: int, tmp_path: Path
) -> None:
    files = [_png(value) for value in (10, 60, 120, 190)] + [_png(90, size=31)]
    for i, data in enumerate(files):
        (tmp_path / f"{i}.png").write_bytes(data)
    expected = Predictor(bundles("image")).predict([{"image": tmp_path / f"{i}.png"} for i in range(5)])
    rows = [{"image": base64.b64encode(data).decode()} for data in files]
    status, answer = ask(image_port, "/predict", rows)
    assert status == 200
    for found, wanted in zip(answer["predictions"], expected, strict=True):
        assert found["prediction"] == wanted["prediction"]
        assert found["p_b"] == pytest.approx(wanted["p_b"], abs=1e-6)
    status, alone = ask(image_port, "/predict", files[0], kind="image/png")
    assert status == 200
    assert alone["predictions"][0]["p_b"] == pytest.approx(expected[0]["p_b"], abs=1e-6)
    status, about = ask(image_port, "/schema")
    assert (status, about["columns"][0]["height"], about["columns"][0]["width"]) == (200, 10, 10)
    assert ask(image_port, "/predict", about["sample"])[0] == 200


def test_images_that_are_none_are_refused(image_port: int) -> None:
    status, told = ask(image_port, "/predict", {"image": "not base64!"})
    assert (status, told["error"]) == (422, "Row 1, column 'image': the text is not base64.")
    good = base64.b64encode(_png(10)).decode()
    bad = base64.b64encode(b"no picture at all").decode()
    status, told = ask(image_port, "/predict", [{"image": good}, {"image": bad}])
    assert status == 422
    assert told["error"].startswith("Row 2, column 'image': ")
    status, told = ask(image_port, "/predict", b"no picture", kind="image/png")
    assert status == 422
    assert told["error"].startswith("Row 1, column 'image': ")
    assert ask(image_port, "/predict", _png(10), kind="image/gif")[0] == 415
    assert ask(image_port, "/predict", {"picture": good})[0] == 422
    assert ask(image_port, "/health")[1]["status"] == "ok", "it goes on"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "images",
            [8, 8],
            r"schema.json is damaged \(the shape \[8, 8\] of .* is not height, width, channels",
        ),
        ("dtype", "float64", r"schema.json is damaged \(float64 are no pixels of"),
    ],
)
def test_a_bundle_whose_images_are_none_is_refused(
    bundles: Callable[[str], Path], tmp_path: Path, name: str, value: object, words: str
) -> None:
    copy = shutil.copytree(bundles("image"), tmp_path / "copy")
    schema = json.loads((copy / "schema.json").read_text(encoding="utf-8"))
    (schema if name in schema else schema["inputs"][0])[name] = value
    (copy / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        Predictor(copy)


def test_texts_like_those_of_the_training_do_not_drift(
    bundles: Callable[[str], Path], tmp_path: Path
) -> None:
    summary = predict_file(
        bundles("text"), _file(tmp_path / "same.csv", _texts(120, WORDS)), tmp_path / "out.csv"
    )
    assert summary.drift is not None
    assert {(c.column, c.word) for c in summary.drift.columns} == {("text", "none")}
    assert len(summary.drift.columns) == 2, "their length, and the share of words that nobody knows"


def test_texts_of_unknown_words_and_longer_texts_drift(
    bundles: Callable[[str], Path], tmp_path: Path
) -> None:
    strange = _file(tmp_path / "strange.csv", _texts(120, ("xylophone", "quartz", "瑪瑙", "vex")))
    summary = predict_file(bundles("text"), strange, tmp_path / "out.csv")
    assert summary.drift is not None
    words = {c.measure: c.word for c in summary.drift.columns}
    assert words["unknown"] == "strong"
    assert any("Strong drift" in str(message) for message in summary.messages)
    longer = _file(tmp_path / "longer.csv", _texts(120, WORDS, length=40))
    summary = predict_file(bundles("text"), longer, tmp_path / "out.csv")
    assert summary.drift is not None
    assert {c.measure: c.word for c in summary.drift.columns}["length"] == "strong"
