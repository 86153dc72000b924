"""Image files that a bundle is proven on: images of the data, and made-up ones, as files of a ZIP archive.

Used by `bundle`. What the files must give is computed from the pixels that training's own reader makes of them.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from ...data.columns import ArrayColumn, WordColumn
from ..base import SampleCells
from .column import ImageColumn
from .decoding import ImageFiles, as_shown

# Equal samples give equal bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_image_samples(folder: Path, samples: SampleCells) -> ArrayColumn:
    """Write the files of a column of sample rows; see `BundlePart.sample_column`.

    Parameters
    ----------
    folder : Path
    samples : SampleCells

    Returns
    -------
    ArrayColumn
    """
    column, changes = samples.real, dict(samples.changes)
    assert isinstance(column, ArrayColumn)  # noqa: S101 - images are arrays
    real = _from(column.values[0])
    made = made_up(real, column.values.shape[1:])
    names: list[str] = []
    with zipfile.ZipFile(folder / ImageColumn.samples, "w", zipfile.ZIP_STORED) as archive:
        for place, pixels in enumerate(column.values):
            what = changes.get(place)
            if place >= samples.n_real and what not in made:
                # The first row again, of which another column has a changed cell.
                names.append(names[0])
                continue
            image, form = made[what] if what in made else (_from(pixels), "png")
            names.append(f"{place + 1:04}.{form}")
            data = io.BytesIO()
            image.save(data, form)
            archive.writestr(zipfile.ZipInfo(names[-1], _FIXED_DATE), data.getvalue())
    with ImageFiles(folder / ImageColumn.samples, names) as files:
        height, width, channels = column.values.shape[1:]
        dtype = column.values.dtype.name
        read = np.stack([files.pixels(name, height, width, channels, dtype) for name in names])
    return ArrayColumn(WordColumn.of_words(column.name, names), read, column.role)


def _from(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def made_up(real: Image.Image, shape: tuple[int, ...]) -> dict[str, tuple[Image.Image, str]]:
    """Return images that training never saw, and their forms: empty ones, noise, other sizes, other forms of pixels.

    Parameters
    ----------
    real : PIL.Image.Image
        One that training saw, of which some are made.
    shape : tuple of int
        Height, width and channels of what the networks take.

    Returns
    -------
    dict of str to (PIL.Image.Image, str)
        By what is strange about it, an image and the format that it is written in.
    """
    rng = np.random.default_rng(0)
    # Pillow cuts 16 bits off at 255 where it makes another form of them.
    shown = as_shown(np.asarray(real)[..., None]) if real.mode == "I;16" else real
    height, width, channels = shape
    size = (width, height)
    noise = rng.integers(0, 256, (height, width, 3), np.uint8)
    large = rng.integers(0, 256, (3 * height + 1, 2 * width + 5, 3), np.uint8)
    shades = rng.integers(0, 65536, (height + 3, width), np.uint16)
    clear = shown.convert("RGBA")
    clear.putalpha(Image.fromarray(noise[..., 0]))
    other = shown.convert("RGB" if channels == 1 else "L")
    return {
        "black": (Image.new(shown.mode, size, 0), "png"),
        "white": (Image.new(shown.mode, size, 255 if channels == 1 else (255, 255, 255)), "png"),
        "noise": (Image.fromarray(noise), "png"),
        "grey noise": (Image.fromarray(noise).convert("L"), "png"),
        "other colours": (other, "png"),
        "larger": (real.resize((2 * width + 3, height + 7)), "png"),
        "jpeg": (Image.fromarray(large), "jpeg"),
        "bmp": (Image.fromarray(large), "bmp"),
        "palette": (Image.fromarray(noise).quantize(16), "png"),
        "two colours": (shown.convert("1"), "png"),
        "transparent": (clear, "png"),
        "deep": (Image.fromarray(shades), "png"),
        "one pixel": (Image.new("L", (1, 1), 128), "png"),
    }


MADE_UP = tuple(made_up(Image.new("L", (1, 1)), (1, 1, 1)))
"""The names of what `made_up` gives."""
