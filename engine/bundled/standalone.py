"""Predicts the rows of a CSV file with the model of this folder; needs onnxruntime and NumPy only.

    python predict.py DATA.csv -o OUT.csv      one row of predictions for each row of DATA.csv, in order
    python predict.py DATA.csv --interval 0.9  with ``low`` and ``high`` of 90 %, or the ``set`` of classes
    python predict.py --check                  predicts the sample rows again and compares

From Python: ``predict([{"age": 39, "job": "clerk"}])`` returns one dict a row, and ``predict(rows, interval=0.9)`` the
interval of each, too. Columns are found by their names
(``schema.json`` lists them); other columns are ignored, and missing values are allowed. A model for images needs Pillow
too, takes folders, ZIP archives, image files and CSV files of paths, and ``predict([{"image": "cat.png"}])``. Exit
codes: 0 done, 1 the check failed, 2 unusable arguments or data.
"""
# Cupel copies this file into every bundle as predict.py, and uses it itself: it imports nothing of Cupel.

from __future__ import annotations

import argparse
import codecs
import csv
import gzip
import importlib.util
import io
import json
import math
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

try:
    import numpy as np
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.exit(f"predict.py needs {missing.name}: pip install -r requirements.txt")

CHUNK_ROWS = 8192
_TEXT_ROWS, _TEXT_SIGNS = 512, 4_000_000  # of texts that are predicted at once
FORMAT = 2  # 2: a threshold other than 0.5
_HEADER_LINES = 50
_CACHE = 100_000
_BYTES = 1 << 20
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SIMPLE = re.compile(r"[0-9.eE+\-\n]*")


class InputError(ValueError):
    """What the user can mend: one sentence, kept as a template and its values too."""

    def __init__(self, template: str, **values: Any) -> None:
        self.template, self.values = template, values
        super().__init__(template.format(**values))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is read; None means: as the training data, or as the file itself shows."""

    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None


class RawColumn:
    """One input: turns cells (text, numbers, dates, None) into what the model takes, and counts what did not fit."""

    def __init__(self, spec: Mapping[str, Any], schema: Mapping[str, Any], decimal: str) -> None:
        self.column: str = spec["column"]
        self.name: str = spec["name"]
        self.n_odd = self.n_unseen = 0
        self.first_odd: tuple[int, str] = (0, "")
        self.kind: str = spec["kind"]
        self._known = None if spec["categories"] is None else frozenset(spec["categories"])
        self._missing = frozenset(schema["missing"])
        self._quiet = self._missing | frozenset(schema["soft_missing"])
        self._decimal = decimal
        self._plain, self._grouped, self._groups = _number_patterns(decimal)
        gone = (self._parsed_number(text) for text in schema["user_missing"])
        self._missing_numbers = [value for value in gone if value == value]
        self._date = re.compile(spec["date_pattern"], re.ASCII)
        self._day_first: bool = spec["day_first"]
        self._cache: dict[str, float] = {}

    def convert(self, cells: Sequence[Any], lines: Sequence[int]) -> np.ndarray:
        """Return an array of shape (n, 1): float64, NaN where missing, or text, empty where missing."""
        if self.kind == "text":
            words = [self._word(cell) for cell in cells]
            if self._known is not None:
                self.n_unseen += sum(word not in self._known for word in words if word)
            return np.array(words, object).reshape(-1, 1)
        values = self._simple(cells) if self.kind == "number" else None
        if values is None:
            values = np.array(
                [self._value(cell, line) for cell, line in zip(cells, lines, strict=True)], np.float64
            )
        values[np.isinf(values)] = np.nan
        if self._known is not None:
            self.n_unseen += sum(value not in self._known for value in values[~np.isnan(values)].tolist())
        return values.reshape(-1, 1)

    def _simple(self, cells: Sequence[Any]) -> np.ndarray | None:
        """Read plain numbers quickly; None where a cell is something else."""
        if self._decimal != "." or not all(isinstance(cell, str) for cell in cells):
            return None
        if not _SIMPLE.fullmatch("\n".join(cells)):
            return None
        try:
            values = np.array([float(cell) if cell else math.nan for cell in cells])
        except ValueError:
            return None
        values[np.isin(values, self._missing_numbers)] = np.nan
        return values

    def _word(self, cell: Any) -> str:
        if cell is None or (isinstance(cell, float) and cell != cell):
            return ""
        if isinstance(cell, float | np.floating) and float(cell).is_integer() and abs(cell) < 2**53:
            cell = int(cell)
        word = str(cell).strip()
        return "" if word in self._missing else word

    def _value(self, cell: Any, line: int) -> float:
        if isinstance(cell, str):
            text = cell.strip()
            value = self._cache.get(text)
            if value is None:
                if len(self._cache) >= _CACHE:
                    self._cache.clear()
                parsed = self._parsed_number if self.kind == "number" else self._parsed_date
                value = math.nan if text in self._missing else parsed(text)
                value = math.nan if value in self._missing_numbers and self.kind == "number" else value
                self._cache[text] = value
            if value != value and text not in self._quiet:
                self.n_odd += 1
                self.first_odd = self.first_odd if self.n_odd > 1 else (line, text)
            return value
        if cell is None:
            return math.nan
        if isinstance(cell, datetime):
            return (cell if cell.tzinfo else cell.replace(tzinfo=UTC)).timestamp()
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day, tzinfo=UTC).timestamp()
        if isinstance(cell, np.datetime64):
            return (
                math.nan if np.isnat(cell) else float((cell - np.datetime64(0, "s")) / np.timedelta64(1, "s"))
            )
        return float(cell)

    def _parsed_number(self, text: str) -> float:
        text = text.strip()
        if self._grouped.fullmatch(text):
            text = self._groups.sub("", text)
        elif not self._plain.fullmatch(text):
            return math.nan
        return float(text.replace(",", ".") if self._decimal == "," else text)

    def _parsed_date(self, text: str) -> float:
        """Return seconds since 1970 UTC."""
        found = self._date.match(text)
        if found is None:
            return math.nan
        part = {key: value or "" for key, value in found.groupdict().items()}
        first, second = int(part.get("a") or 1), int(part.get("c") or 1)
        day, month = (first, second) if self._day_first else (second, first)
        if "a" not in part:
            day, month = int(part.get("d") or 1), int(part.get("m") or 1)
        if "b" in part:
            short = part["b"][:3].lower()
            month = _MONTHS.index(short) + 1 if short in _MONTHS else 0
        year = int(part["Y"])
        year += 2000 if year < 69 else 1900 if year < 100 else 0
        if (
            not 1 <= month <= 12
            or day < 1
            or _days(year, month, day) >= _days(year + month // 12, month % 12 + 1, 1)
        ):
            return math.nan
        return _days(year, month, day) * 86400.0 + _clock_seconds(part)


def _number_patterns(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    point, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    plain = rf"[+-]?([0-9]+{point}?[0-9]*|{point}[0-9]+)([eE][+-]?[0-9]+)?"
    groups = rf"(?:{other}[0-9]{{3}})+|(?:[ \xa0\u202f][0-9]{{3}})+|(?:'[0-9]{{3}})+"
    grouped = rf"[+-]?[0-9]{{1,3}}(?:{groups})(?:{point}[0-9]*)?"
    return re.compile(plain), re.compile(grouped), re.compile(rf"[ \xa0\u202f'{other}]")


def _clock_seconds(part: Mapping[str, str]) -> float:
    hour, minute = int(part.get("H") or 0), int(part.get("M") or 0)
    second, half = float((part.get("S") or "0").replace(",", ".")), part.get("p", "").lower()
    hour = hour % 12 + 12 if half == "pm" else hour % 12 if half == "am" else hour
    if hour >= 24 or minute >= 60 or second >= 61:
        return math.nan
    zone = part.get("z", "")
    digits = re.sub("[^0-9]", "", zone) or "0000"
    offset = int(digits[:2]) * 3600 + int(digits[2:4]) * 60
    return hour * 3600 + minute * 60 + second + (offset if zone.startswith("-") else -offset)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


class CsvFile:
    """A CSV file, plain or gzip, read in pieces: only the cells of the model's columns, and those of `also`.

    Attributes
    ----------
    names : list of str or None
        The columns of the file; None where it has no header.
    """

    def __init__(
        self, path: Path, schema: Mapping[str, Any], dialect: Dialect, also: str | None = None
    ) -> None:
        self.path, self._schema, self._dialect = path, schema, dialect
        self._also = None if also is None else " ".join(also.split())
        self.names: list[str] | None = None
        self.n_long, self.first_long = 0, 0
        self._open = self.opener(path)
        self.size = path.stat().st_size
        self._raw: BinaryIO | None = None
        self.encoding = dialect.encoding or self._found_encoding()
        csv.field_size_limit(2**31 - 1)
        self._delimiter, self._start, self._places = self._layout()

    @property
    def delimiter(self) -> str:
        """The delimiter that was given or found."""
        return self._delimiter

    @property
    def fraction(self) -> float:
        """How much of the file has been read, in [0, 1]."""
        return min(1.0, self._raw.tell() / max(self.size, 1)) if self._raw else 0.0

    def chunks(self, n_rows: int = CHUNK_ROWS) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Yield the lines at which rows begin, and the cells of each input, for `n_rows` rows at a time."""
        lines: list[int] = []
        rows: list[list[str]] = []
        highest = max(self._places) + 1
        for number, (line, record) in enumerate(self._records(self._delimiter)):
            if number < self._start:
                continue
            if len(record) > self._width and any(cell.strip() for cell in record[self._width :]):
                self.n_long += 1
                self.first_long = self.first_long or line
            record += [""] * (highest - len(record))
            lines.append(line)
            rows.append([record[place].strip() for place in self._places])
            if len(rows) == n_rows:
                yield lines, list(zip(*rows, strict=True))
                lines, rows = [], []
        if rows:
            yield lines, list(zip(*rows, strict=True))

    @staticmethod
    def opener(path: Path) -> Callable[[], BinaryIO]:
        """Return what opens the file as bytes, unzipped."""
        try:
            with path.open("rb") as stream:
                is_gzip = stream.read(2) == b"\x1f\x8b"
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError("{file} cannot be read: {reason}.", file=str(path), reason=reason) from error
        return lambda: cast("BinaryIO", gzip.open(path)) if is_gzip else path.open("rb")

    def _found_encoding(self) -> str:
        with self._open() as stream:
            head = stream.read(_BYTES)
            if not head.strip():
                raise InputError("{file} is empty; give a file with a header and rows.", file=self.path.name)
            for bom, encoding in _BOMS:
                if head.startswith(bom):
                    return encoding
            decoder = codecs.getincrementaldecoder("utf-8")()
            try:
                while head:
                    decoder.decode(head)
                    head = stream.read(_BYTES)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                trained = str(self._schema["read"]["encoding"] or "utf-8")
                if not trained.lower().startswith(("utf", "ascii")):
                    return trained
                raise InputError(
                    "{file} is not UTF-8 text; give its encoding, for instance latin-1 or gb18030.",
                    file=self.path.name,
                ) from None
        return "utf-8"

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield (first line, cells) of every record that is not an empty line."""
        quoting = csv.QUOTE_NONE if self._schema["read"]["quoting"] is False else csv.QUOTE_MINIMAL
        line = 1
        try:
            with self._open() as raw, io.TextIOWrapper(raw, encoding=self.encoding, newline="") as text:
                self._raw = (
                    raw if isinstance(raw, io.BufferedReader) else None
                )  # of a gzip file the place is unknown
                reader = csv.reader(text, delimiter=delimiter, quoting=quoting)
                for record in reader:
                    if record:
                        yield line, record
                    line = reader.line_num + 1
                self._raw = None
        except (UnicodeError, LookupError, csv.Error, EOFError, OSError) as error:
            raise InputError(
                "{file}, line {row}, cannot be read as {encoding} text: {reason}; check encoding and delimiter.",
                file=self.path.name, row=line, encoding=self.encoding, reason=str(error),
            ) from error  # fmt: skip

    def _layout(self) -> tuple[str, int, list[int]]:
        """Return the delimiter, the number of records before the first row, and the place of each input."""
        wanted = [" ".join(spec["column"].split()) for spec in self._schema["inputs"]]
        trained, asked = self._schema["read"], self._dialect
        usual = trained["delimiter"] or ","
        has_header = trained["header"] is not False if asked.header is None else asked.header
        delimiters = (
            [asked.delimiter] if asked.delimiter else list(dict.fromkeys([usual, ",", ";", "\t", "|"]))
        )
        nearest: tuple[int, list[str]] = (0, [])
        first: list[str] | None = None
        for delimiter in delimiters:
            for number, (_, record) in enumerate(self._records(delimiter)):
                if number == 0 and delimiter == delimiters[0]:
                    first = record
                if number >= _HEADER_LINES or asked.header is False:
                    break
                names = _column_names(record, fill=has_header)
                n_found = sum(column in names for column in wanted)
                if n_found == len(wanted):
                    self._width, self.names = len(record), names
                    further = [self._also] if self._also in names else []
                    return delimiter, number + 1, [names.index(column) for column in [*wanted, *further]]
                nearest = max(nearest, (n_found, names), key=lambda pair: pair[0])
        if first is None:
            raise InputError("{file} is empty; give a file with a header and rows.", file=self.path.name)
        if has_header:
            names = nearest[1] or _column_names(first, fill=True)
            raise InputError(
                "{file} has no column {column!r}; its columns are {columns}.", file=self.path.name,
                column=next(column for column in wanted if column not in names), columns=", ".join(names[:12]),
            )  # fmt: skip
        return delimiters[0], 0, self._positions(first)

    def _positions(self, first: list[str]) -> list[int]:
        """Return the places of the inputs in a file without a header, by the number of its cells."""
        places = [spec["position"] for spec in self._schema["inputs"]]
        target, n_columns = self._schema["target_position"], self._schema["n_columns"]
        n_cells = len(first)
        while n_cells > n_columns and not first[n_cells - 1].strip():
            n_cells -= 1
        self._width = n_cells
        if n_cells == n_columns:
            return places if self._also is None or target is None else [*places, target]
        if n_cells == n_columns - 1 and target is not None:
            return [place - (place > target) for place in places]
        if n_cells == len(places):
            return [sorted(places).index(place) for place in places]
        raise InputError(
            "{file} has {n_cells} cells a row, but the training data had {n_columns}; give the same columns in the "
            "same order, or a header with their names.", file=self.path.name, n_cells=n_cells, n_columns=n_columns,
        )  # fmt: skip


def _column_names(cells: Sequence[str], fill: bool) -> list[str]:
    """Return distinct names of a header's cells, as they were made for the training data."""
    names: list[str] = []
    for i, cell in enumerate(cells):
        name = " ".join(cell.split()) or (f"column_{i + 1}" if fill else "")
        base, suffix = name, 2
        while name and name in names:
            name, suffix = f"{base}_{suffix}", suffix + 1
        names.append(name)
    return names


class OnnxModel:
    """The bundle's ``model.onnx``: from raw columns to predictions. Other formats have such a class of their own.

    Attributes
    ----------
    name : str
        Of the format.
    versions : dict
        Of what runs it.
    """

    name = "onnx"

    def __init__(self, folder: Path, file: str = "model.onnx", further: Sequence[str] = ()) -> None:
        os.environ.setdefault(
            "ORT_DISABLE_TELEMETRY", "1"
        )  # on its import it would begin to tell its maker of us
        try:
            runtime = importlib.import_module("onnxruntime")
        except ModuleNotFoundError as error:
            raise InputError(
                "predict.py needs {name}: pip install -r requirements.txt", name=error.name
            ) from error
        self.versions = {"onnxruntime": str(runtime.__version__)}
        model: Any = str(folder / file)
        if further:
            model = intervals().with_outputs((folder / file).read_bytes(), further)
        self._session: Any = runtime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for arrays by the names of the raw inputs."""
        return self.outputs(feeds)[0]

    def outputs(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the same, followed by the `further` values of the graph that were named."""
        return [np.asarray(output) for output in self._session.run(None, dict(feeds))]


def decided(outputs: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be.

    With a threshold, which is for two classes, the second one where its probability is above it; else the likeliest.
    """
    if threshold is None:
        return outputs.argmax(axis=1)
    return (outputs[:, 1].astype(np.float64) > threshold).astype(np.int64)


class FoldNetworks:
    """What intervals are made of: the networks of the folds, each by itself, and how far off they were.

    Raises
    ------
    InputError
        Where the bundle has none.
    """

    def __init__(self, folder: Path, schema: Mapping[str, Any]) -> None:
        told: Mapping[str, Any] | None = schema.get("intervals")
        if told is None:
            raise InputError(
                "This bundle has no prediction intervals: it was made before there were any; export it again."
            )
        if told["reason"] is not None:
            raise InputError(told["reason"]["template"], **told["reason"]["args"])
        self.scores = intervals().FoldScores.load(folder / intervals().FILE)
        # Whether it is these networks that predict, too.
        self.is_own: bool = told["file"] == "model.onnx"
        self._model = OnnxModel(folder, told["file"], told["outputs"])

    def __call__(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean over the networks, and of each, (n_networks, n) or (n_networks, n, n_classes)."""
        mean, *folds = self._model.outputs(feeds)
        return mean, np.stack(folds).reshape(len(folds), *mean.shape)

    def check_level(self, level: float) -> None:
        """Raise `InputError` where there are no intervals of a level."""
        if not 0.0 < level < 1.0:
            raise InputError("The level {level} is not between 0 and 1; give 0.9 for 90 %.", level=level)
        if not self.scores.is_enough(level):
            raise InputError(
                "The level {level} needs more rows than the {n:,} that the model learnt from; the highest is {most}.",
                level=level, n=self.scores.n_rows, most=math.floor(self.scores.highest_level * 1e4) / 1e4,
            )  # fmt: skip


class Predictor:
    """The model of a bundle.

    Parameters
    ----------
    folder : Path
    model : OnnxModel or the like, optional
        The file that predicts; ``model.onnx`` where not given.

    Attributes
    ----------
    threshold : float or None
        Of two classes, the probability of the second one above which it is said; None for the most likely class.
    level : float or None
        Of the intervals that `header` and `rows` tell; see `use_interval`.
    """

    level: float | None = None

    def __init__(self, folder: Path, model: Any = None) -> None:
        self.folder = folder
        self.schema: dict[str, Any] = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
        if self.schema["format"] > FORMAT:
            raise InputError(
                "This bundle was made by a newer version of Cupel; use the predict.py that came with it."
            )
        self.labels: list[str] = self.schema["labels"]
        self._texts: list[str] = [spec["name"] for spec in self.schema["inputs"] if spec["role"] == "text"]
        told: Mapping[str, Any] = self.schema.get("threshold") or {"value": 0.5}
        self.threshold: float | None = None if told["value"] == 0.5 else float(told["value"])
        self.model: Any = OnnxModel(folder) if model is None else model
        self.image_size: list[int] | None = self.schema.get("images")
        self.columns = self._columns(None)

    @property
    def header(self) -> list[str]:
        """The columns of a file of predictions."""
        return [
            *(["image"] if self.image_size else []),
            *self.output_columns,
        ]

    @property
    def output_columns(self) -> list[str]:
        """The columns of what `rows` returns."""
        further = [] if self.level is None else ["set"] if self.labels else ["low", "high"]
        return ["prediction", *(f"p_{label}" for label in self.labels), *further]

    @cached_property
    def fold_networks(self) -> FoldNetworks:
        """The networks of the folds; `InputError` says why there are none."""
        return FoldNetworks(self.folder, self.schema)

    def use_interval(self, level: float) -> None:
        """Tell intervals or sets of classes of this level with rows from now on.

        Raises
        ------
        InputError
            Where the bundle has none, or none of this level.
        """
        self.fold_networks.check_level(level)
        self.level = level

    def use_decimal(self, decimal: str | None) -> None:
        """Read numbers with this decimal sign from now on, and count anew what does not fit."""
        self.columns = self._columns(decimal)

    def run(self, cells: Sequence[Sequence[Any]], lines: Sequence[int] | None = None) -> np.ndarray:
        """Return probabilities (n, n_classes) or values (n,) for the cells of each input, in their order."""
        return self.run_arrays(self.feeds(cells, lines))

    def feeds(
        self, cells: Sequence[Sequence[Any]], lines: Sequence[int] | None = None
    ) -> dict[str, np.ndarray]:
        """Return what the model takes, by input name, for the cells of each input, in their order."""
        lines = range(1, len(cells[0]) + 1) if lines is None else lines
        return {c.name: c.convert(values, lines) for c, values in zip(self.columns, cells, strict=True)}

    def run_arrays(self, feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the same for arrays of shape (n, 1)."""
        pieces: list[Any] = [self.model(piece) for piece in self._pieces(feeds)]
        return np.concatenate(pieces) if len(pieces) > 1 else np.asarray(pieces[0])

    def run_folds(self, feeds: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return what `run_arrays` does, and what each network of a fold says: (n_networks, n, …)."""
        outputs: list[np.ndarray] = []
        folds: list[np.ndarray] = []
        for piece in self._pieces(feeds):
            mean, each = self.fold_networks(piece)
            outputs.append(mean if self.fold_networks.is_own else self.model(piece))
            folds.append(each)
        return np.concatenate(outputs), np.concatenate(folds, axis=1)

    def _pieces(self, feeds: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        """Yield all rows at once; texts in pieces, as each is as wide as its longest."""
        n_rows = len(next(iter(feeds.values())))
        most = n_rows
        if self._texts:
            longest = max((len(str(cell)) for name in self._texts for cell in feeds[name].flat), default=0)
            most = max(1, min(_TEXT_ROWS, _TEXT_SIGNS // max(longest, 1)))
        for start in range(0, max(n_rows, 1), max(most, 1)):
            yield {name: x[start : start + most] for name, x in feeds.items()}

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """Return the places of the classes (n,) that probabilities (n, n_classes) are said to be."""
        return decided(outputs, self.threshold)

    def rows(self, feeds: Mapping[str, np.ndarray]) -> list[list[str]]:
        """Return the rows of a file of predictions for arrays of shape (n, 1), with the intervals that are told."""
        if self.level is None:
            return self.cells(self.run_arrays(feeds))
        outputs, folds = self.run_folds(feeds)
        ends = self.interval_of(outputs, folds, self.level)
        if not self.labels:
            more = [[repr(end) for end in pair] for pair in ends]
        else:
            more = [[json.dumps(held, ensure_ascii=False)] for held in ends]
        return [[*row, *cells] for row, cells in zip(self.cells(outputs), more, strict=True)]

    def interval_of(self, outputs: np.ndarray, folds: np.ndarray, level: float) -> list[list[Any]]:
        """Return of each row the two ends of its interval, or the labels of its set, in their order."""
        scores = self.fold_networks.scores
        if not self.labels:
            low, high = scores.bounds(folds, level)
            return [list(pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]
        held = scores.sets(folds, level, self.decided(outputs))
        return [[self.labels[place] for place in np.flatnonzero(row)] for row in held]

    def cells(self, outputs: np.ndarray) -> list[list[str]]:
        """Return the rows of a file of predictions without intervals."""
        if not self.labels:
            return [[repr(float(value))] for value in outputs]
        return [
            [self.labels[i], *(f"{p:.9g}" for p in row)]
            for i, row in zip(self.decided(outputs), outputs.tolist(), strict=True)
        ]

    def predict(
        self, rows: Sequence[Mapping[str, Any]], interval: float | None = None
    ) -> list[dict[str, Any]]:
        """Return ``prediction``, and of classes ``p_<label>``, of rows given as column name → value.

        With the level of an interval also ``low`` and ``high``, or the ``set`` of classes.
        """
        if not rows:
            return []
        if self.image_size:
            return self.named({"image": np.stack([self._pixels(row) for row in rows])}, interval)
        for column in (c.column for c in self.columns):
            if not all(column in row for row in rows):
                raise InputError(
                    "A row has no value {column!r}; give None where it is missing.", column=column
                )
        return self.named(self.feeds([[row[c.column] for row in rows] for c in self.columns]), interval)

    def named(self, feeds: Mapping[str, np.ndarray], interval: float | None = None) -> list[dict[str, Any]]:
        """Return what `predict` does, for arrays of shape (n, 1)."""
        if interval is None:
            return self._named(self.run_arrays(feeds))
        self.fold_networks.check_level(interval)
        outputs, folds = self.run_folds(feeds)
        ends = self.interval_of(outputs, folds, interval)
        more = [{"set": end} if self.labels else {"low": end[0], "high": end[1]} for end in ends]
        return [{**row, **one} for row, one in zip(self._named(outputs), more, strict=True)]

    def _named(self, outputs: np.ndarray) -> list[dict[str, Any]]:
        if not self.labels:
            return [{"prediction": float(value)} for value in outputs]
        shares = [f"p_{label}" for label in self.labels]
        named = [dict(zip(shares, row, strict=True)) for row in outputs.tolist()]
        return [
            {"prediction": self.labels[i], **row} for i, row in zip(self.decided(outputs), named, strict=True)
        ]

    def _pixels(self, row: Mapping[str, Any]) -> np.ndarray:
        """Return the image of a row: the path of a file, or an array of the right shape."""
        size = self.image_size or []
        value = row.get("image")
        if isinstance(value, np.ndarray) and value.dtype == np.uint8 and list(value.shape) == size:
            return value
        if not isinstance(value, str | Path):
            raise InputError(
                "A row has no value 'image'; give the path of a file, or bytes of shape {shape}.",
                shape=tuple(size),
            )
        path = Path(value)
        with decoding().ImageFiles(path) as files:
            try:
                return files.pixels(path.name, *size)
            except decoding().BadImageError as error:
                raise InputError(
                    "{file} cannot be read: {reason}.", file=str(path), reason=str(error)
                ) from error

    def predict_csv(self, file: CsvFile) -> Iterator[list[list[str]]]:
        """Yield rows of a file of predictions for the rows of a file, piece by piece."""
        for lines, cells in file.chunks():
            yield self.rows(self.feeds(cells, lines))

    def sample_cells(self, n_rows: int) -> list[list[str]]:
        """Return the cells of each input of the first rows of ``sample_rows.csv``, row by row."""
        dialect = Dialect(encoding="utf-8", delimiter=self.schema["read"]["delimiter"])
        _, cells = next(CsvFile(self.folder / "sample_rows.csv", self.schema, dialect).chunks(n_rows))
        return [list(row) for row in zip(*cells, strict=True)]

    def _columns(self, decimal: str | None) -> list[RawColumn]:
        sign: str = decimal or self.schema["read"]["decimal"] or "."
        return (
            [] if self.image_size else [RawColumn(spec, self.schema, sign) for spec in self.schema["inputs"]]
        )


@cache
def decoding() -> Any:
    """Return the module beside this one that reads images; a bundle for other data has none."""
    return _beside("decoding")


@cache
def intervals() -> Any:
    """Return the module beside this one that makes intervals; a bundle without them has none."""
    return _beside("intervals")


def _beside(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(
        f"cupel_{name}", Path(__file__).resolve().with_name(f"{name}.py")
    )
    assert spec is not None  # noqa: S101 - the name ends in .py
    assert spec.loader is not None  # noqa: S101 - likewise
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            "predict.py needs {name}: pip install -r requirements.txt", name=error.name
        ) from error
    return module


class ImageRows:
    """Images to predict: folders, ZIP archives, image files, and CSV files of paths; each image is a row."""

    def __init__(self, paths: Sequence[Path], schema: Mapping[str, Any]) -> None:
        self._size: list[int] = schema["images"]
        self._column: str = schema["inputs"][0]["column"]
        self.n_done = 0
        self.bad: list[tuple[str, str]] = []
        self._sources: list[tuple[Any, str, str]] = []  # files, name in them, name to print
        for path in paths:
            self._add(path)
        if not self._sources:
            raise InputError("{file} holds no images (PNG, JPEG or BMP).", file=str(paths[0]))

    @property
    def fraction(self) -> float:
        """How much has been read, in [0, 1]."""
        return self.n_done / len(self._sources)

    def _add(self, path: Path) -> None:
        kind = decoding()
        if not path.exists():
            raise InputError(
                "{file} cannot be read: {reason}.", file=str(path), reason="there is no such file"
            )
        if path.is_file() and path.suffix.lower() in (".csv", ".tsv", ".txt"):
            for name in self._listed(path):
                file = path.parent / name
                self._sources.append((kind.ImageFiles(file), file.name, name))
            return
        files = kind.ImageFiles(path)
        if path.is_file() and not files.names:
            raise InputError(
                "{file} is no image, and no folder, ZIP archive or CSV file of images.", file=str(path)
            )
        self._sources += [(files, name, name) for name in files.names]

    def _listed(self, path: Path) -> list[str]:
        """Return the paths that a CSV file names: of the column as in training, or the first that looks like it."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeError) as error:
            raise InputError("{file} cannot be read: {reason}.", file=str(path), reason=str(error)) from error
        head = text.partition("\n")[0]
        delimiter = max(",;\t|", key=head.count)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
        is_image = decoding().is_image_name
        has_header = bool(rows) and not any(is_image(cell.strip()) for cell in rows[0])
        names = [" ".join(cell.split()) for cell in rows[0]] if has_header else []
        body = rows[1:] if has_header else rows
        first = next((i for row in body for i, cell in enumerate(row) if is_image(cell.strip())), None)
        place = names.index(self._column) if self._column in names else first
        if place is None:
            raise InputError("{file} has no column of paths of images (PNG, JPEG or BMP).", file=path.name)
        return [row[place].strip() if place < len(row) else "" for row in body]

    def thin(self, most: int) -> None:
        """Keep no more than `most` images, spread over all."""
        self._sources = self._sources[:: max(1, -(-len(self._sources) // most))]

    def pixels(self, n_rows: int = 256) -> Iterator[tuple[list[str], list[np.ndarray | None]]]:
        """Yield the names and the pixels of images, some at a time; None of those that cannot be read."""
        for start in range(0, len(self._sources), n_rows):
            chosen = self._sources[start : start + n_rows]
            yield (
                [shown for _, _, shown in chosen],
                [self._read(files, name, shown) for files, name, shown in chosen],
            )

    def pieces(self, predictor: Predictor, n_rows: int = 256) -> Iterator[list[list[str]]]:
        """Yield rows of a file of predictions; an image that cannot be read has an empty one."""
        for names, pixels in self.pixels(n_rows):
            good = [x for x in pixels if x is not None]
            found = iter(predictor.rows({"image": np.stack(good)}) if good else [])
            empty = [""] * (len(predictor.header) - 1)
            yield [
                [shown, *(empty if x is None else next(found))]
                for shown, x in zip(names, pixels, strict=True)
            ]

    def _read(self, files: Any, name: str, shown: str) -> np.ndarray | None:
        self.n_done += 1
        try:
            return files.pixels(name, *self._size)
        except decoding().BadImageError as error:
            self.bad.append((shown, str(error)))
            return None


@cache
def _own() -> Predictor:
    return Predictor(Path(__file__).resolve().parent)


def predict(rows: Sequence[Mapping[str, Any]], interval: float | None = None) -> list[dict[str, Any]]:
    """Return one dict a row: ``prediction``, and for classes ``p_<label>`` of every label.

    With an interval (0.9 for 90 %) also ``low`` and ``high``, or for classes the ``set`` of labels.
    """
    return _own().predict(rows, interval)


def write_predictions(
    predictor: Predictor,
    pieces: Iterator[list[list[str]]],
    out: Path | None,
    progress: Callable[[], None] | None = None,
) -> int:
    """Write a CSV file (or standard output) of predictions and return the number of rows; all of it or nothing."""
    partial = None if out is None else place_beside(out)
    n_rows = 0
    try:
        stream = sys.stdout if partial is None else partial.open("w", encoding="utf-8", newline="")
        try:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(predictor.header)
            for rows in pieces:
                writer.writerows(rows)
                n_rows += len(rows)
                if progress is not None:
                    progress()
        finally:
            if partial is not None:
                stream.close()
        if partial is not None and out is not None and partial != out:
            partial.replace(out)
    except OSError as error:
        raise InputError(
            "{file} cannot be written: {reason}.", file=str(out), reason=error.strerror or str(error)
        ) from error
    finally:
        if partial is not None and partial != out:
            partial.unlink(missing_ok=True)
    return n_rows


def place_beside(out: Path) -> Path:
    """Return where a file is written until it is whole; `out` itself where that is a device, a pipe or a link.

    Those are written into as they are: a file that took the place of ``/dev/null`` would harm the whole machine.
    """
    is_special = out.is_symlink() or (out.exists() and not out.is_file())
    return out if is_special else out.with_name(f".{out.name}.partial")


def check(folder: Path, most_rows: int = 20, model: Any = None) -> dict[str, Any]:
    """Predict the sample rows from their raw cells and compare with the stored predictions.

    Parameters
    ----------
    model : OnnxModel or the like, optional
        See `Predictor`; what it must give is what ``schema.json`` says of its format.

    Returns
    -------
    dict
        The certificate: ``passed``, ``n_rows``, ``n_made_up``, ``max_abs_difference``, ``tolerance``, ``rows`` (the
        first that differ), ``environment``, ``seconds``; ``intervals``, how far the networks of the folds differ, where
        ONNX is checked and the bundle has them.
    """
    started = time.monotonic()
    predictor = Predictor(folder, model)
    schema = predictor.schema
    wanted = {
        "number_format": "float32", "tolerance": schema.get("tolerance"), "one_by_one": False,
        "predictions": "sample_predictions.csv", **schema.get("formats", {}).get(predictor.model.name, {}),
    }  # fmt: skip
    with (folder / Path(wanted["predictions"]).name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    stored = np.array([[float(cell) for cell in row[1 if predictor.labels else 0 :]] for row in rows])
    said = [row[0] for row in rows] if predictor.labels else []
    feeds = _sample_feeds(predictor, folder)
    found = _sample_outputs(predictor, feeds, wanted["one_by_one"]).astype(np.float64)
    result: dict[str, Any] = {
        "n_rows": len(stored), "n_made_up": schema["n_made_up"], "tolerance": wanted["tolerance"],
        "tolerance_kind": "absolute" if predictor.labels else "relative", "number_format": wanted["number_format"],
    }  # fmt: skip
    if len(found) != len(stored) + 1 or found.shape[1] != stored.shape[1]:
        result |= {
            "passed": False,
            "max_abs_difference": None,
            "rows": [{"expected": stored.shape, "found": found.shape}],
        }
    else:
        result |= _compared(predictor, stored, said, found, wanted["tolerance"], most_rows)
    if predictor.model.name == "onnx" and (schema.get("intervals") or {"file": None})["file"]:
        told = _compared_folds(predictor, feeds, wanted["tolerance"], most_rows)
        result["intervals"] = {key: told[key] for key in ("n_rows", "max_abs_difference")}
        if not told["passed"] and result["passed"]:
            result |= {"passed": False, "rows": told["rows"]}
    result["environment"] = {
        "python": platform.python_version(), "numpy": np.__version__, **predictor.model.versions,
        "system": platform.platform(),
    }  # fmt: skip
    return result | {"seconds": round(time.monotonic() - started, 3)}


def _compared(
    predictor: Predictor,
    stored: np.ndarray,
    said: Sequence[str],
    found: np.ndarray,
    tolerance: float,
    most_rows: int,
) -> dict[str, Any]:
    """Compare outputs (n + 1, k) with those that are stored (n, k), and the classes that are said with those stored."""
    stored = np.concatenate([stored, stored[:1]])  # the first row again by itself
    difference = np.abs(found - stored)
    wrong = ~(difference <= tolerance * _scale(predictor, stored)).all(axis=1)
    told: dict[str, Any] = {}
    labels: list[list[list[str]]] = [[[], []]] * len(stored)
    if predictor.labels:
        told["agreement"] = float((predictor.decided(found) == predictor.decided(stored)).mean())
        now = [predictor.labels[i] for i in predictor.decided(found)]
        pairs = list(zip([*said, *said[:1]], now, strict=True))
        odd = np.array([one != other for one, other in pairs]) & (_margin(predictor, stored) > 2 * tolerance)
        labels = [
            [[one], [other]] if is_odd else [[], []] for (one, other), is_odd in zip(pairs, odd, strict=True)
        ]
        wrong |= odd
    rows = [
        {
            "row": int(i) + 1,
            "expected": [*labels[i][0], *stored[i].tolist()],
            "found": [*labels[i][1], *(repr(v) for v in found[i].tolist())],
        }
        for i in np.flatnonzero(wrong)[:most_rows]
    ]
    most = float(difference.max()) if np.isfinite(difference).all() else None
    return {"passed": not bool(wrong.any()), "max_abs_difference": most, "rows": rows, **told}


def _compared_folds(
    predictor: Predictor, feeds: Mapping[str, np.ndarray], tolerance: float, most_rows: int
) -> dict[str, Any]:
    """Compare what the networks of the folds say of the first sample rows with what is stored of them."""
    with np.load(predictor.folder / intervals().FILE, allow_pickle=False) as file:
        stored = file["samples"]
    n_networks, n_rows = stored.shape[:2]
    found = predictor.run_folds({name: x[:n_rows] for name, x in feeds.items()})[1].astype(np.float64)
    difference = np.abs(found - stored)
    wrong = ~(difference <= tolerance * _scale(predictor, stored)).reshape(n_networks, n_rows, -1).all(
        axis=(0, 2)
    )
    rows = [
        {
            "row": int(i) + 1,
            "expected": stored[:, i].ravel().tolist(),
            "found": [repr(value) for value in found[:, i].ravel().tolist()],
        }
        for i in np.flatnonzero(wrong)[:most_rows]
    ]
    most = float(difference.max()) if np.isfinite(difference).all() else None
    return {"passed": not bool(wrong.any()), "n_rows": n_rows, "max_abs_difference": most, "rows": rows}


def _scale(predictor: Predictor, stored: np.ndarray) -> Any:
    """Return what differences are measured in: of a regression such that a large mean hides none."""
    center, spread = predictor.schema["target_center"], predictor.schema["target_scale"]
    return 1.0 if predictor.labels else np.maximum(np.abs(stored - center), spread)


def _margin(predictor: Predictor, stored: np.ndarray) -> np.ndarray:
    """Return how far probabilities are from another class being said."""
    if predictor.threshold is not None:
        return 2 * np.abs(stored[:, 1] - predictor.threshold)
    best = np.sort(stored, axis=1)
    return best[:, -1] - best[:, -2]


def _sample_feeds(predictor: Predictor, folder: Path) -> dict[str, np.ndarray]:
    """Return the sample rows as the model takes them."""
    if predictor.image_size:
        with decoding().ImageFiles(folder / "sample_images.zip") as files:
            pixels = np.stack([files.pixels(name, *predictor.image_size) for name in files.names])
        return {"image": pixels}
    dialect = Dialect(encoding="utf-8", delimiter=predictor.schema["read"]["delimiter"])
    file = CsvFile(folder / "sample_rows.csv", predictor.schema, dialect)
    lines, cells = next(file.chunks(1 << 20))
    return predictor.feeds(cells, lines)


def _sample_outputs(predictor: Predictor, feeds: Mapping[str, np.ndarray], one_by_one: bool) -> np.ndarray:
    """Return the outputs (n + 1, k) of all sample rows, and of the first one by itself."""
    n_rows = len(next(iter(feeds.values())))
    parts = [slice(i, i + 1) for i in range(n_rows)] if one_by_one else [slice(None)]
    found = [
        predictor.run_arrays({name: x[part] for name, x in feeds.items()}) for part in [*parts, slice(1)]
    ]
    return np.concatenate([x.reshape(len(x), -1) for x in found])


def remarks(predictor: Predictor, file: CsvFile | None) -> list[tuple[str, dict[str, Any]]]:
    """Return what the user should know of a file that was predicted, as templates and values."""
    said: list[tuple[str, dict[str, Any]]] = []
    for column in predictor.columns:
        if column.n_odd:
            line, text = column.first_odd
            said.append(
                _say(
                    "Column {column!r}: cells that are not a {kind} and count as missing: {n:,}, for instance "
                    "{value!r} in line {row}.",
                    column=column.column,
                    n=column.n_odd,
                    kind=column.kind,
                    value=text,
                    row=line,
                )
            )
        if column.n_unseen:
            said.append(
                _say(
                    "Column {column!r}: cells with a category that the training data did not have: {n:,}.",
                    column=column.column,
                    n=column.n_unseen,
                )
            )
    if file is not None and file.n_long:
        said.append(
            _say(
                "Rows with more cells than the header: {n:,} (the first in line {row}); what is beyond was ignored.",
                n=file.n_long,
                row=file.first_long,
            )
        )
    return said


def image_remarks(images: ImageRows) -> list[tuple[str, dict[str, Any]]]:
    """Return what the user should know of images that were predicted."""
    if not images.bad:
        return []
    shown = "; ".join(f"{name}: {reason}" for name, reason in images.bad[:5])
    return [
        _say(
            "Images that cannot be read, and have an empty row: {n:,} ({files}).",
            n=len(images.bad),
            files=shown + ("; …" if len(images.bad) > 5 else ""),
        )
    ]


def _say(template: str, **values: Any) -> tuple[str, dict[str, Any]]:
    return template, values


def main(arguments: Sequence[str] | None = None, model: Any = None) -> int:
    """Run the command line; `model` is another format's than ONNX."""
    parser = argparse.ArgumentParser(prog="predict.py", description="Predict the rows of a CSV file.")
    parser.add_argument(
        "data", nargs="*", type=Path,
        help="CSV file, plain or gzip; of images: folders, ZIP archives, image files, CSV files of paths",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, help="where to write the predictions (default: standard output)"
    )
    parser.add_argument(
        "--interval", type=float, metavar="LEVEL",
        help="tell of each row an interval, too, or the set of classes; 0.9 for 90 %%",
    )  # fmt: skip
    parser.add_argument("--delimiter", help="one character; tab as \\t")
    parser.add_argument("--encoding", help="for instance utf-8, gb18030, latin-1")
    parser.add_argument("--decimal", choices=[".", ","], help="decimal sign")
    parser.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row holds the names"
    )
    parser.add_argument(
        "--check", action="store_true", help="predict the sample rows and compare with the stored predictions"
    )
    asked = parser.parse_args(arguments)
    if asked.check:
        certificate = check(Path(__file__).resolve().parent, model=model)
        sys.stdout.write(json.dumps(certificate, indent=2) + "\n")
        return 0 if certificate["passed"] else 1
    if not asked.data:
        parser.error("the following arguments are required: data")
    try:
        predictor = _own() if model is None else Predictor(Path(__file__).resolve().parent, model)
        if asked.interval is not None:
            if model is not None:
                raise InputError("Intervals are told by predict.py alone, which needs requirements.txt.")
            predictor.use_interval(asked.interval)
        if predictor.image_size:
            return _predict_images(predictor, asked.data, asked.out)
        if len(asked.data) > 1:
            parser.error("give one file of rows")
        predictor.use_decimal(asked.decimal)
        delimiter = "\t" if asked.delimiter == "\\t" else asked.delimiter
        if delimiter is not None and len(delimiter) != 1:
            raise InputError("The delimiter {delimiter!r} must be one character.", delimiter=delimiter)
        file = CsvFile(
            asked.data[0], predictor.schema, Dialect(delimiter, asked.encoding, asked.decimal, asked.header)
        )
        write_predictions(predictor, predictor.predict_csv(file), asked.out)
    except InputError as error:
        sys.stderr.write(f"predict.py: {error}\n")
        return 2
    for template, values in remarks(predictor, file):
        sys.stderr.write(f"predict.py: {template.format(**values)}\n")
    return 0


def _predict_images(predictor: Predictor, paths: Sequence[Path], out: Path | None) -> int:
    images = ImageRows(paths, predictor.schema)
    write_predictions(predictor, images.pieces(predictor), out)
    for template, values in image_remarks(images):
        sys.stderr.write(f"predict.py: {template.format(**values)}\n")
    return 0


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
