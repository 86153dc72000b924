"""A real server in a child process: what it answers, what it refuses, and that its programs run elsewhere."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.deployment.serving import serve
from cupel.engine.deployment.snippets import filled
from cupel.engine.domain.errors import ExportError

from .made import Made, exported
from .programs import ask, served
from .stubs import compile_cpp, compile_java

LIMITS = ("--max-rows", "40", "--max-bytes", "20000")
EXPORTED = ("serve.py", "guarding.py", "requirements-serve.txt", "Dockerfile", "training_profile.json")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Made, Path]]:
    with exported(tmp_path_factory.mktemp("serving"), "multiclass") as found:
        yield found


@pytest.fixture(scope="module")
def port(case: tuple[Made, Path]) -> Iterator[int]:
    """The port of `cupel serve` for the bundle."""
    program = "from cupel.engine.cli import main; import sys; sys.exit(main())"
    with served([sys.executable, "-c", program, "serve", str(case[1]), "--port", "0", *LIMITS]) as number:
        yield number


def _raw_rows(made: Made, n: int) -> list[dict[str, Any]]:
    """Return the first rows of the data file as a client would send them."""
    with made.file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))[:n]
    numbers = ("income (k€)", "size", "grade")
    return [
        {name: None if row[name] in ("", "NA") else float(row[name]) for name in numbers}
        | {"colour": row["colour"] or None, "when": None if row["when"] == "NA" else row["when"]}
        for row in rows
    ]


def test_rows_that_are_sent_get_what_predict_py_gives(case: tuple[Made, Path], port: int) -> None:
    made, bundle = case
    rows = _raw_rows(made, 40)
    status, answer = ask(port, "/predict", rows)
    assert status == 200, answer
    assert answer["notes"] == []
    out = made.file.with_name("served.csv")
    command = [sys.executable, "-I", str(bundle / "predict.py"), str(made.file), "-o", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    with out.open(encoding="utf-8", newline="") as stream:
        expected = list(csv.DictReader(stream))[:40]
    assert [row["prediction"] for row in answer["predictions"]] == [row["prediction"] for row in expected]
    shares = [name for name in expected[0] if name.startswith("p_")]
    np.testing.assert_allclose(
        [[row[name] for name in shares] for row in answer["predictions"]],
        [[float(row[name]) for name in shares] for row in expected],
        atol=1e-6,
    )
    status, one = ask(port, "/predict", rows[0])
    assert status == 200
    np.testing.assert_allclose(
        [one["predictions"][0][name] for name in shares],
        [answer["predictions"][0][name] for name in shares],
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": "five"}, "Row 2, column 'size': 'five' is not a number."),
        ({"size": True}, "Row 2, column 'size': True is not a number."),
        ({"size": float("nan")}, "Row 2, column 'size': nan is not a number."),
        ({"colour": 3}, "Row 2, column 'colour': 3 is not text."),
        ({"colour": ["red"]}, "Row 2, column 'colour': list is not text."),
        ({"when": "soon"}, "Row 2, column 'when': 'soon' is not a date written as %d.%m.%Y."),
        (
            {"shape": 1},
            "Row 2, column 'shape' is unknown; the columns are income (k€), size, grade, colour, when.",
        ),
        ({"size": ...}, "Row 2, column 'size' is not there; give null where a value is missing."),
    ],
)
def test_a_wrong_row_is_refused_with_its_column(
    case: tuple[Made, Path], port: int, change: dict[str, Any], words: str
) -> None:
    rows = _raw_rows(case[0], 2)
    rows[1] = {name: value for name, value in {**rows[1], **change}.items() if value is not ...}
    status, answer = ask(port, "/predict", rows)
    assert (status, answer["error"]) == (422, words)
    assert answer["problems"][0]["row"] == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[", "The body is not JSON"),
        (b"[]", "The list has no rows."),
        (b"5", "Row 1 must be an object"),
        (b"[1]", "Row 1"),
    ],
)
def test_a_body_that_is_no_rows_is_refused(port: int, body: bytes, words: str) -> None:
    status, answer = ask(port, "/predict", body)
    assert status == 422
    assert words in answer["error"]


def test_what_is_too_large_or_not_json_or_for_another_host_is_refused(
    case: tuple[Made, Path], port: int
) -> None:
    status, answer = ask(port, "/predict", [{}] * 41)
    assert (status, answer["error"][:44]) == (413, "A request may have 40 rows at most; send the")
    status, answer = ask(port, "/predict", b" " * 20_001)
    assert (status, answer["error"][:38]) == (413, "A request may have 20,000 bytes at mos")
    assert ask(port, "/predict", _raw_rows(case[0], 1), kind="text/plain")[0] == 415
    assert ask(port, "/health", host="rebound.example")[0] == 400


def test_an_unseen_category_is_predicted_and_told(case: tuple[Made, Path], port: int) -> None:
    row = {**_raw_rows(case[0], 1)[0], "colour": "ultraviolet"}
    status, answer = ask(port, "/predict", row)
    assert status == 200
    assert answer["notes"] == ["Column 'colour': categories that the training data did not have: 1."]


def test_it_describes_itself(case: tuple[Made, Path], port: int) -> None:
    status, schema = ask(port, "/schema")
    assert status == 200
    columns = {one["column"]: one for one in schema["columns"]}
    assert list(columns) == ["income (k€)", "size", "grade", "colour", "when"]
    assert "red" in columns["colour"]["categories"]
    assert columns["size"]["minimum"] < columns["size"]["maximum"]
    assert schema["limits"] == {"max_rows": 40, "max_bytes": 20000}
    assert ask(port, "/predict", schema["sample"])[0] == 200
    status, health = ask(port, "/health")
    assert (status, health["status"]) == (200, "ok")
    paths = ask(port, "/openapi.json")[1]["paths"]
    assert set(paths) == {"/predict", "/health", "/schema"}
    assert "additionalProperties" in json.dumps(paths["/predict"]["post"]["requestBody"])
    page = ask(port, "/docs")[1]
    assert "income (k€)" in page
    assert "http" not in page.replace("http-equiv", "")  # nothing of it comes from elsewhere


def test_a_bundle_serves_itself_without_cupel(case: tuple[Made, Path]) -> None:
    made, bundle = case
    for name in EXPORTED:
        assert (bundle / name).is_file()
    program = (
        "import runpy, sys; sys.modules['cupel'] = None; sys.argv = ['serve.py', '--port', '0'];"
        f"sys.path.insert(0, {str(bundle)!r}); runpy.run_path({str(bundle / 'serve.py')!r}, run_name='__main__')"
    )
    with served([sys.executable, "-B", "-I", "-c", program]) as port:
        assert ask(port, "/predict", _raw_rows(made, 3))[0] == 200
    pins = (bundle / "requirements-serve.txt").read_text()
    for package in ("numpy==", "onnxruntime==", "fastapi==", "uvicorn==", "pydantic==", "starlette=="):
        assert package in pins
    docker = (bundle / "Dockerfile").read_text()
    assert "USER 10001" in docker
    for name in next(line for line in docker.splitlines() if line.startswith("COPY --chmod")).split()[2:-1]:
        assert (bundle / name).is_file()


def test_two_worker_processes_answer(case: tuple[Made, Path]) -> None:
    made, bundle = case
    program = "from cupel.engine.cli import main; import sys; sys.exit(main())"
    with served(
        [sys.executable, "-c", program, "serve", str(bundle), "--port", "0", "--workers", "2"]
    ) as port:
        assert ask(port, "/predict", _raw_rows(made, 3))[0] == 200


def test_a_taken_port_and_a_changed_bundle_are_told(
    case: tuple[Made, Path], port: int, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=f"Nothing can be served at 127.0.0.1:{port}: "):
        serve(case[1], port=port)
    with pytest.raises(ExportError, match="--max-rows is 0; it must be at least 1"):
        serve(case[1], port=0, max_rows=0)
    changed = shutil.copytree(case[1], tmp_path / "changed")
    (changed / "serve.py").write_text("print('mine')")
    with pytest.raises(ExportError, match=r"The file serve.py of the bundle .* has changed"):
        serve(changed, port=0)


def test_templates_keep_what_is_no_placeholder() -> None:
    text = filled("predict.mjs.txt", {"OUTPUT": "probabilities"})
    assert "const { 'probabilities': output }" in text
    assert "@EXPECTED@" in text


def test_programs_of_other_languages_show_the_model(case: tuple[Made, Path]) -> None:
    folder = case[1] / "snippets"
    assert sorted(f.name for f in folder.iterdir()) == [
        "Predict.java",
        "README.md",
        "predict.cpp",
        "predict.mjs",
    ]
    for name in ("Predict.java", "predict.cpp", "predict.mjs"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "probabilities" in text
        assert "class 1" in text
        assert not any(
            f"@{word}@" in text for word in ("INPUTS", "LABELS", "EXPECTED", "ALLOWED", "TYPE", "VALUE")
        )


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")
def test_the_javascript_program_is_javascript(case: tuple[Made, Path]) -> None:
    node = shutil.which("node") or "node"
    subprocess.run([node, "--check", str(case[1] / "snippets" / "predict.mjs")], check=True)


@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no C++ compiler here")
def test_the_cpp_program_compiles(case: tuple[Made, Path], tmp_path: Path) -> None:
    compile_cpp(case[1] / "snippets" / "predict.cpp", tmp_path)


@pytest.mark.skipif(shutil.which("javac") is None, reason="there is no Java compiler here")
def test_the_java_program_compiles(case: tuple[Made, Path], tmp_path: Path) -> None:
    compile_java(case[1] / "snippets" / "Predict.java", tmp_path)
