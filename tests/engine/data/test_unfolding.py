"""Packed files with flipped, swapped and cut bytes, and such as unfold to far more than they are."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cupel.engine.data.unfolding import damage_told, unfolded
from cupel.engine.domain.errors import DataError
from cupel.engine.kinds.sources import load
from PIL import Image


def npz(packed: bool) -> bytes:
    stream = io.BytesIO()
    save = np.savez_compressed if packed else np.savez
    pixels = np.arange(6 * 12 * 12, dtype=np.uint8).reshape(6, 12, 12)
    save(stream, x=pixels, y=np.array(["cat", "dog"] * 3))
    return stream.getvalue()


def zipped_images() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(4):
            image = io.BytesIO()
            Image.fromarray(np.full((12, 12), 40 * i, np.uint8)).save(image, "PNG")
            archive.writestr(f"{'cat' if i % 2 else 'dog'}/{i}.png", image.getvalue())
    return stream.getvalue()


def zipped_table() -> bytes:
    return gzip.compress(b"a,b\n" + b"".join(b"%d,word %d\n" % (i, i % 7) for i in range(300)))


MADE: dict[str, Callable[[], bytes]] = {
    "a.npz": lambda: npz(packed=True),
    "plain.npz": lambda: npz(packed=False),
    "images.zip": zipped_images,
    "table.csv.gz": zipped_table,
}


def broken(data: bytes, chance: random.Random) -> bytes:
    """Flip a bit, swap two pieces, cut the end off, or take a piece out."""
    at, other = sorted(chance.randrange(1, len(data) - 8) for _ in range(2))
    match chance.randrange(4):
        case 0:
            return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        case 1:
            return (
                data[:at]
                + data[other : other + 8]
                + data[at + 8 : other]
                + data[at : at + 8]
                + data[other + 8 :]
            )
        case 2:
            return data[:at]
        case _:
            return data[:at] + data[at + 8 :]


@pytest.mark.parametrize("name", MADE)
def test_broken_bytes_are_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    whole, chance, file = MADE[name](), random.Random(11), tmp_path / name  # noqa: S311 (which bytes are broken)
    file.write_bytes(whole)
    assert load(file).table.n_rows > 0
    told = 0
    for _ in range(60):
        file.write_bytes(broken(whole, chance))
        with contextlib.suppress(DataError):
            load(file)
            continue
        told += 1
    # What an archive says of a file twice may be wrong once and be read all the same.
    assert told > 10


def test_an_error_with_a_sentence_of_its_own_passes() -> None:
    with pytest.raises(DataError, match=r"^Mine\.$"), damage_told("a.npz"):
        raise DataError("Mine.")
    with (
        pytest.raises(DataError, match=r"a.npz is damaged \(odd\); copy or download it again.$"),
        damage_told("a.npz"),
    ):
        raise zipfile.BadZipFile("odd.")


def test_damage_that_pyarrow_tells_on_several_lines_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pd.DataFrame({"a": range(60), "y": ["no", "yes"] * 30}).to_parquet(file)
    whole = bytearray(file.read_bytes())
    whole[60:68] = b"\xff" * 8
    file.write_bytes(whole)
    with pytest.raises(DataError, match=r"^[^\n]*a\.parquet is damaged [^\n]*[^\s]\.$"):
        load(file)


def test_a_packed_file_that_unfolds_to_far_more_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "zeros.csv.gz"
    with gzip.open(file, "wb", compresslevel=1) as stream:
        for _ in range(300):
            stream.write(b"0,0\n" * (1 << 18))
    with pytest.raises(
        DataError, match=r"unfolds to more than \d+ MB, which is too much for a packed file; unpack it"
    ):
        load(file)


def test_a_packed_file_is_read_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "some.gz"
    data = bytes(range(256)) * 5000
    file.write_bytes(gzip.compress(data))
    with unfolded(file)() as stream:
        assert stream.read(10) == data[:10]
        assert stream.read() == data[10:]
