"""Programs in C++, JavaScript and Java that run a bundle's model: written with its own names and a real row.

Each has the same parts in ``templates/``; here its lines for the inputs are made. Used by `serving`.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from ..bundled import FOLDER as BUNDLED
from ..bundled.predictor import Predictor
from ..bundled.schema import FormatSpec

TEMPLATES = BUNDLED / "templates"
FOLDER = "snippets"
SAMPLE = "sample_image.bin"
"""The bytes of the sample's input that is too long to be written in a program."""
# Characters of a cell that is shown in a program.
_LONG_TEXT = 2000


@dataclass(frozen=True, slots=True)
class _Language:
    """How one language spells a row.

    Attributes
    ----------
    template, program : str
    number, text : callable
        The line for an input; take its name in quotes and the value in the language's signs.
    numbers : callable
        The line for an input that is an array of numbers; takes its name in quotes, the numbers and the shape of a row.
    file : callable
        The line for an input that is read from `SAMPLE`; takes its name in quotes and the shape of one row.
    quoted : callable
        A text as a literal.
    likeliest, positive : str
        The lines that print the most likely class, or of two the second one above a threshold, ``@THRESHOLD@``.
    takes_16_bits : bool
        Whether ONNX Runtime takes pixels of 16 bits there.
    """

    template: str
    program: str
    number: Callable[[str, str], str]
    numbers: Callable[[str, str, Sequence[int]], str]
    text: Callable[[str, str], str]
    file: Callable[[str, Sequence[int]], str]
    quoted: Callable[[str], str]
    labels: Callable[[Sequence[str]], str]
    likeliest: str
    positive: str
    takes_16_bits: bool = True


def _c_quoted(text: str) -> str:
    signs = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "?": "\\?"}
    return '"' + "".join(signs.get(s) or (f"\\{ord(s):03o}" if ord(s) < 32 else s) for s in text) + '"'


def _java_quoted(text: str) -> str:
    signs = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    parts: list[str] = []
    for sign in text:
        if sign in signs:
            parts.append(signs[sign])
        elif ord(sign) < 32:
            parts.append(f"\\{ord(sign):03o}")
        elif ord(sign) < 127:
            parts.append(sign)
        else:
            units = sign.encode("utf-16-be")
            parts += [f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
    return '"' + "".join(parts) + '"'


def _javascript_quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _c_file(name: str, shape: Sequence[int]) -> str:
    sides = ", ".join(map(str, shape))
    return (
        f'  std::ifstream file("{SAMPLE}", std::ios::binary);\n'
        "  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};\n"
        f"  row.image({name}, bytes, {{1, {sides}}});"
    )


_LANGUAGES = (
    _Language(
        "predict.cpp.txt", "predict.cpp",
        lambda name, value: f"  row.number({name}, {value});",
        lambda name, values, shape: f"  row.numbers({name}, {{{values}}}, {{1, {', '.join(map(str, shape))}}});",
        lambda name, value: f"  row.text({name}, {value});",
        _c_file,
        _c_quoted,
        lambda labels: f"const char* const LABELS[] = {{{', '.join(map(_c_quoted, labels))}}};",
        '  std::printf("prediction: %s\\n", LABELS[std::max_element(values, values + expected.size()) - values]);\n',
        '  std::printf("prediction: %s\\n", LABELS[values[1] > @THRESHOLD@ ? 1 : 0]);\n',
    ),
    _Language(
        "predict.mjs.txt", "predict.mjs",
        lambda name, value: f"  {name}: number({value}),",
        lambda name, values, shape: f"  {name}: numbers([{values}], [1, {', '.join(map(str, shape))}]),",
        lambda name, value: f"  {name}: text({value}),",
        lambda name, shape: f"  {name}: image(readFileSync('{SAMPLE}'), [1, {', '.join(map(str, shape))}]),",
        _javascript_quoted,
        lambda labels: f"[{', '.join(map(_javascript_quoted, labels))}]",
        "console.log(`prediction: ${LABELS[values.indexOf(Math.max(...values))]}`);\n",
        "console.log(`prediction: ${LABELS[values[1] > @THRESHOLD@ ? 1 : 0]}`);\n",
    ),
    _Language(
        "Predict.java.txt", "Predict.java",
        lambda name, value: f"    number({name}, {value});",
        lambda name, values, shape:
            f"    numbers({name}, new double[] {{{values}}}, {', '.join(map(str, (1, *shape)))});",
        lambda name, value: f"    text({name}, {value});",
        lambda name, shape:
            f'    image({name}, Files.readAllBytes(Path.of("{SAMPLE}")), 1, {", ".join(map(str, shape))});',
        _java_quoted,
        lambda labels: ", ".join(map(_java_quoted, labels)),
        "      int best = 0;\n"
        "      for (int i = 1; i < shares.length; i++) {\n"
        "        best = shares[i] > shares[best] ? i : best;\n"
        "      }\n"
        '      System.out.println("prediction: " + LABELS[best]);\n',
        '      System.out.println("prediction: " + LABELS[shares[1] > @THRESHOLD@ ? 1 : 0]);\n',
        takes_16_bits=False,
    ),
)  # fmt: skip


def write_snippets(folder: Path) -> None:
    """Write ``snippets/`` of a bundle: a program a language, a page about them and, of images, the bytes of one."""
    predictor = Predictor(folder)
    target = folder / FOLDER
    target.mkdir()
    feeds, expected = _sample(predictor, folder)
    for values in feeds.values():
        if _is_bytes(values):
            (target / SAMPLE).write_bytes(values.tobytes())
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    output = session.get_outputs()[0]
    common = {
        "VERSION": onnxruntime.__version__.partition("+")[0],
        "MISSING": _missing(predictor),
        "OUTPUT": output.name,
        "TYPE": {"tensor(double)": "double", "tensor(float)": "float"}[output.type],
        "VALUE": _java_value(output.type, bool(predictor.labels)),
        "EXPECTED": ", ".join(repr(value) for value in expected),
        "ALLOWED": repr(_allowed(predictor, expected)),
        "ABOUT": _about(
            predictor, {value.name: f"{value.type} {value.shape}" for value in session.get_inputs()}
        ),
    }
    is_deep = any(values.dtype == np.uint16 for values in feeds.values())
    common["PIXEL"] = "uint16" if is_deep else "uint8"
    common["PIXELS"] = "new Uint16Array(new Uint8Array(bytes).buffer)" if is_deep else "new Uint8Array(bytes)"
    for language in _LANGUAGES:
        if is_deep and not language.takes_16_bits:
            continue
        labels = predictor.labels or ["prediction"]
        parts = common | {"LABELS": language.labels(labels), "INPUTS": _inputs(language, predictor, feeds)}
        parts["DECISION"] = _decision(language, predictor)
        (target / language.program).write_text(filled(language.template, parts), encoding="utf-8")
    (target / "README.md").write_text(filled("snippets.md.txt", common), encoding="utf-8")


def _decision(language: _Language, predictor: Predictor) -> str:
    """Return the lines that print the class that is said; none of a regression."""
    if not predictor.labels:
        return ""
    if predictor.threshold is None:
        return language.likeliest
    return language.positive.replace("@THRESHOLD@", repr(predictor.threshold))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a file of ``templates/`` with its ``@NAME@`` replaced."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    pieces = text.split("@")
    known = [i for i, piece in enumerate(pieces) if piece in values and 0 < i < len(pieces) - 1]
    done: list[str] = [pieces[0]]
    for i, piece in enumerate(pieces[1:], start=1):
        if i in known:
            done.append(values[piece])
        else:
            done.append(piece if i - 1 in known else "@" + piece)
    return "".join(done)


def _sample(predictor: Predictor, folder: Path) -> tuple[dict[str, np.ndarray], list[float]]:
    """Return the first sample that a program can show, as the model takes it, and what it must give."""
    with (folder / _of_onnx(predictor).predictions).open(encoding="utf-8", newline="") as stream:
        outputs = [
            [float(cell) for cell in row[1 if predictor.labels else 0 :]]
            for row in list(csv.reader(stream))[1:]
        ]
    cells = predictor.sample_cells(max(1, len(outputs) - predictor.schema.n_made_up))
    row = next((i for i, row in enumerate(cells) if max(map(len, row)) <= _LONG_TEXT), 0)
    return predictor.sample_feeds([[cell] for cell in cells[row]]), outputs[row]


def _inputs(language: _Language, predictor: Predictor, feeds: Mapping[str, np.ndarray]) -> str:
    lines: list[str] = []
    for column in predictor.columns:
        quoted, values = language.quoted(column.name), feeds[column.name]
        if _is_bytes(values):
            lines.append(language.file(quoted, values.shape[1:]))
        elif values.dtype.kind in "OU":
            lines.append(language.text(quoted, language.quoted(values[0, 0])))
        elif values.shape[1:] != (1,):
            numbers = ", ".join("MISSING" if math.isnan(x) else repr(x) for x in values[0].ravel().tolist())
            lines.append(language.numbers(quoted, numbers, values.shape[1:]))
        else:
            value = float(values[0, 0])
            lines.append(language.number(quoted, "MISSING" if math.isnan(value) else repr(value)))
    return "\n".join(lines)


def _is_bytes(values: np.ndarray) -> bool:
    """Return whether an input is of whole numbers of pixels, as files are; others are numbers or texts."""
    return values.dtype.kind == "u"


def _missing(predictor: Predictor) -> str:
    """Return what is to be known of cells that are missing, and of files."""
    columns = sorted(predictor.columns, key=lambda column: column.reads_files)
    return " ".join(dict.fromkeys(column.preparation for column in columns))


def _about(predictor: Predictor, types: Mapping[str, str]) -> str:
    lines = ["| column | input | holds |", "| --- | --- | --- |"]
    lines += [
        f"| {_cell(spec.column)} | `{_cell(spec.name)}` | {_cell(types[spec.name])} |"
        for spec in predictor.schema.inputs
    ]
    said = [] if predictor.threshold is None else [
        f"Two classes: {_cell(predictor.labels[1])!r} is said where its probability is above {predictor.threshold!r}."
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n" + "\n\n".join([_missing(predictor), *said])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _java_value(kind: str, has_labels: bool) -> str:
    if has_labels:
        return "((float[][]) values)[0][i]" if kind == "tensor(float)" else "((double[][]) values)[0][i]"
    return "((double[]) values)[i]" if kind == "tensor(double)" else "((float[]) values)[i]"


def _allowed(predictor: Predictor, expected: Sequence[float]) -> float:
    tolerance, schema = _of_onnx(predictor).tolerance, predictor.schema
    if schema.labels:
        return tolerance
    scale = max(abs(expected[0] - schema.target_center), schema.target_scale)
    return float(f"{tolerance * scale:.3g}")


def _of_onnx(predictor: Predictor) -> FormatSpec:
    """Return what the ONNX file must give."""
    return predictor.schema.formats.get("onnx", FormatSpec())
