"""`make torture`, data: small files of every format that is read, with damaged bytes; a child process inspects them."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import multiprocessing
import random
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from cupel.engine.inspection.inspect import inspect_file
from PIL import Image
from torture_findings import Answer, Finding, Setting, came_of

Files = dict[str, bytes]
"""By name; the first is the one that is read and damaged."""
# Of one input in the child, and until the child is given up.
_LIMIT_S, _PATIENCE_S = 60, 90


@contextmanager
def torture(setting: Setting) -> Iterator[Callable[[int], Finding]]:
    """Give the function that damages a file and tells what came of inspecting it."""
    reader = _Reader()

    def one(number: int) -> Finding:
        rng = random.Random(f"{setting.seed}/{number}")
        folder = setting.folder / str(number)
        path, what = write_damaged(rng, folder)
        outcome, said = reader.read(path)
        shutil.rmtree(folder)
        return Finding("data", what, outcome, said, number)

    try:
        yield one
    finally:
        reader.end()


def write_damaged(rng: random.Random, folder: Path) -> tuple[Path, str]:
    """Write one of the files, damaged, into a folder that is made; return its path and what was done."""
    name = rng.choice(list(MADE))
    files = MADE[name]()
    packing = rng.choice(list(PACKINGS)) if name in _PACKED else ""
    first, *others = files
    data, what = broken(files[first], rng)
    if packing and rng.random() < 0.5:
        # Whole outside, damaged within.
        data, what = PACKINGS[packing](data), f"{what}, then {packing}"
    elif packing:
        data, what = broken(PACKINGS[packing](files[first]), rng)
        what = f"{packing}, then {what}"
    folder.mkdir(parents=True)
    for other in others:
        (folder / other).write_bytes(files[other])
    path = folder / first
    path.write_bytes(data)
    return path, f"{name}: {what}"


def broken(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """Flip bits, swap two pieces, cut the end off, take a piece out, or put one in; a few times."""
    changed, said = bytearray(data), list[str]()
    for _ in range(rng.choice([1, 1, 2, 8])):
        at, other = (rng.randrange(len(changed) + 1) for _ in range(2))
        size = rng.choice([1, 4, 16])
        kind = rng.choice(["flip", "flip", "swap", "cut", "out", "in"])
        if kind == "flip" and at < len(changed):
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == "swap":
            piece = changed[at : at + size]
            changed[at : at + size] = changed[other : other + size]
            changed[other : other + size] = piece
        elif kind == "cut":
            del changed[at:]
        elif kind == "out":
            del changed[at : at + size]
        else:
            changed[at:at] = rng.choice([rng.randbytes(size), b"\x00" * size, b'"', b"\n", b"{", b"9" * 400])
        said.append(f"{kind} {at}")
    return bytes(changed), " ".join(said)


class _Reader:
    """A child process that inspects files: what ends it, or holds it up, does so to nobody else."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._child.start()
        theirs.close()

    def read(self, path: Path) -> Answer:
        """Return what came of inspecting a file."""
        self._pipe.send(path)
        answer: Answer = "hang", f"no answer in {_PATIENCE_S} s, outside Python"
        try:
            if self._pipe.poll(_PATIENCE_S):
                return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._child.join()
            answer = "traceback", f"the process ended with {self._child.exitcode}"
        self.end()
        self._begin()
        return answer

    def end(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.join()
        self._pipe.close()


def _serve(pipe: Connection) -> None:
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        pipe.send(came_of(lambda path=path: _inspected(path), _LIMIT_S))


def _inspected(path: Path) -> Answer:
    found = inspect_file(path)
    return "answered", f"{found.n_rows} rows, {found.n_columns} columns"


_ROWS = [
    {
        "age": 20 + i % 37 + (0.5 if i % 5 == 0 else 0),
        "job": ["clerk", "it's", "a, b", "工人"][i % 4],
        "born": f"19{60 + i % 40}-0{1 + i % 9}-1{i % 9}",
        "note": f"word {i % 7} and some more",
        "y": "no" if i * 7 % 5 < 2 else "yes",
    }
    for i in range(60)
]


def _csv(separator: str = ",", encoding: str = "utf-8") -> bytes:
    return pd.DataFrame(_ROWS).to_csv(index=False, sep=separator).encode(encoding)


def _arff() -> bytes:
    head = "@relation people\n@attribute age numeric\n@attribute y {no,yes}\n@attribute note string\n@data\n"
    return (head + "".join(f"{r['age']},{r['y']},'{r['note']}'\n" for r in _ROWS)).encode()


def _parquet(compression: Literal["snappy", "gzip", "brotli", "zstd"]) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(_ROWS).to_parquet(stream, compression=compression)
    return stream.getvalue()


def _pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 8, 8), np.uint8)


def _npz(is_packed: bool) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if is_packed else np.savez)(stream, x=_pixels(), y=np.array(["cat", "dog"] * 6))
    return stream.getvalue()


def _idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def _image(pixels: np.ndarray, form: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


def _zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _zipped_images() -> Files:
    forms = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
    return {
        "images.zip": _zipped(
            {
                f"{'cat' if i % 2 else 'dog'}/{i}.{forms[i % 6].lower()}": _image(pixels, forms[i % 6])
                for i, pixels in enumerate(_pixels())
            }
        )
    }


def _zipped_texts() -> Files:
    texts = {f"{r['y']}/{i}.txt": f"{r['note']} {r['job']}".encode() for i, r in enumerate(_ROWS)}
    return {"texts.zip": _zipped(texts)}


def _listed_images() -> Files:
    files = {f"{i}.png": _image(pixels, "PNG") for i, pixels in enumerate(_pixels())}
    listed = "file,y\n" + "".join(f"{name},{i % 2}\n" for i, name in enumerate(files))
    return {"list.csv": listed.encode(), **files}


def _zst(data: bytes) -> bytes:
    stream = pa.BufferOutputStream()
    with pa.CompressedOutputStream(stream, "zstd") as packed:
        packed.write(data)
    return stream.getvalue().to_pybytes()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": _zst,
    "zip": lambda data: _zipped({"table": data}),
}
MADE: dict[str, Callable[[], Files]] = {
    "csv": lambda: {"table": _csv()},
    "tsv": lambda: {"table": _csv("\t")},
    "gb18030": lambda: {"table": _csv(";", "gb18030")},
    "utf-16": lambda: {"table": _csv(",", "utf-16")},
    "json lines": lambda: {"table": "".join(json.dumps(r) + "\n" for r in _ROWS).encode()},
    "json list": lambda: {"table": json.dumps(_ROWS, indent=1).encode()},
    "json by column": lambda: {"table": json.dumps({n: [r[n] for r in _ROWS] for n in _ROWS[0]}).encode()},
    "arff": lambda: {"table": _arff()},
    "parquet": lambda: {"table.parquet": _parquet("snappy")},
    "parquet gzip": lambda: {"table.parquet": _parquet("gzip")},
    "npz": lambda: {"a.npz": _npz(is_packed=False)},
    "npz packed": lambda: {"a.npz": _npz(is_packed=True)},
    "images zip": _zipped_images,
    "texts zip": _zipped_texts,
    "image list": _listed_images,
    "idx images": lambda: {
        "train-images-idx3-ubyte": _idx(_pixels()),
        "train-labels-idx1-ubyte": _idx(np.arange(12, dtype=np.uint8) % 2),
    },
    "idx labels": lambda: {
        "train-labels-idx1-ubyte": _idx(np.arange(12, dtype=np.uint8) % 2),
        "train-images-idx3-ubyte": _idx(_pixels()),
    },
}
# What a table may be packed in.
_PACKED = ("csv", "tsv", "gb18030", "utf-16", "json lines", "json list", "json by column", "arff")
