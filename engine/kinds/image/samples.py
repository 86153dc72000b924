"""Image files that a bundle is proven on: images of the data, and made-up ones, as files of a ZIP archive.

Used by `convert`. What the files must give is computed from the pixels that training's own reader makes of them.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from ...bundled.decoding import ImageFiles
from ...data.columns import ArrayColumn, NumberColumn, Rows
from ...data.table import Table

SAMPLE_IMAGES = "sample_images.zip"
_MOST = 100
# Equal samples give equal bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_image_samples(folder: Path, table: Table, column: str, rows: Rows) -> tuple[Table, int]:
    """Write the files, and return them as training reads them, and how many were made up.

    Parameters
    ----------
    folder : Path
    table : Table
    column : str
    rows : ndarray of shape (n,), int64
        Positions in the table.

    Returns
    -------
    tuple of (Table, int)
    """
    images = table[column]
    assert isinstance(images, ArrayColumn)  # noqa: S101 - a table of images has them
    real = [_from(images.values[row]) for row in rows[:_MOST].tolist()]
    made = _made_up(real[0], images.values.shape[1:])
    path = folder / SAMPLE_IMAGES
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, (image, form) in enumerate([*((image, "png") for image in real), *made], start=1):
            data = io.BytesIO()
            image.save(data, form)
            archive.writestr(zipfile.ZipInfo(f"{number:04}.{form}", _FIXED_DATE), data.getvalue())
    with ImageFiles(path) as files:
        pixels = np.stack([files.pixels(name, *images.values.shape[1:]) for name in files.names])
    numbers = NumberColumn(column, np.arange(1.0, len(pixels) + 1.0))
    return Table((ArrayColumn(numbers, pixels, images.role),), len(pixels)), len(made)


def _from(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def _made_up(real: Image.Image, shape: tuple[int, ...]) -> list[tuple[Image.Image, str]]:
    """Return images that training never saw: empty ones, noise, other sizes, other forms of pixels."""
    rng = np.random.default_rng(0)
    height, width, channels = shape
    size = (width, height)
    noise = rng.integers(0, 256, (height, width, 3), np.uint8)
    large = rng.integers(0, 256, (3 * height + 1, 2 * width + 5, 3), np.uint8)
    shades = rng.integers(0, 65536, (height + 3, width), np.uint16)
    clear = real.convert("RGBA")
    clear.putalpha(Image.fromarray(noise[..., 0]))
    other = real.convert("RGB" if channels == 1 else "L")
    return [
        (Image.new(real.mode, size, 0), "png"),
        (Image.new(real.mode, size, 255 if channels == 1 else (255, 255, 255)), "png"),
        (Image.fromarray(noise), "png"),
        (Image.fromarray(noise).convert("L"), "png"),
        (other, "png"),
        (real.resize((2 * width + 3, height + 7)), "png"),
        (Image.fromarray(large), "jpeg"),
        (Image.fromarray(large), "bmp"),
        (Image.fromarray(noise).quantize(16), "png"),
        (real.convert("1"), "png"),
        (clear, "png"),
        (Image.fromarray(shades), "png"),
        (Image.new("L", (1, 1), 128), "png"),
    ]
