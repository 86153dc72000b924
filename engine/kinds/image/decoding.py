"""Image files as arrays of pixels; needs NumPy and Pillow only.

The one place where an image file becomes numbers: training reads through it, and every bundle for images has a copy of
this file beside its predict.py (bundles carry it), so that both see the same pixels. It imports nothing of Cupel.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp")
FORMATS = ("PNG", "JPEG", "BMP")
_GREY = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L")
# Of one file in an archive: a larger one is none of ours, or a trap.
_MOST_BYTES = 256 << 20
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    OverflowError,
    NotImplementedError,
    # Of an encrypted archive.
    RuntimeError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    Image.DecompressionBombError,
)


class BadImageError(ValueError):
    """A file that is no image, or a damaged one; says why."""


class ImageFiles:
    """The image files of a folder with all its sub-folders, or of a ZIP archive, or one image file.

    Nothing of an archive is written to disk, and no name in it reaches outside of it.

    Parameters
    ----------
    path : Path
    names : sequence of str, optional
        Where they are known: a folder is not searched for files then.

    Attributes
    ----------
    names : list of str
        With ``/`` between folders, in natural order.
    place : Path
        The folder or archive where names begin.
    """

    def __init__(self, path: Path, names: Sequence[str] | None = None) -> None:
        self.place, self._archive = path, None
        found: list[str] = []
        if path.is_dir():
            if names is None:
                found = [f.relative_to(path).as_posix() for f in path.rglob("*") if f.is_file()]
        elif zipfile.is_zipfile(path):
            self._archive = zipfile.ZipFile(path)
            found = [info.filename for info in self._archive.infolist() if not info.is_dir()]
        else:
            self.place, found = path.parent, [path.name]
        self.names: list[str] = (
            sorted((name for name in found if is_image_name(name)), key=_natural)
            if names is None
            else list(names)
        )

    def __enter__(self) -> ImageFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading its bytes."""
        if self._archive is None:
            return (self.place / name).open("rb")
        if name not in self._archive.NameToInfo:
            raise BadImageError("there is no such file")
        if self._archive.getinfo(name).file_size > _MOST_BYTES:
            raise BadImageError("it is too large")
        return self._archive.open(name)  # pyright: ignore[reportReturnType] - it reads and seeks

    def look(self, name: str) -> tuple[int, int, bool]:
        """Return height, width and whether it has colours, from the head of the file.

        Raises
        ------
        BadImageError
            Where it is no PNG, JPEG or BMP image.
        """
        try:
            with self.open(name) as stream, Image.open(stream, formats=FORMATS) as image:
                return image.height, image.width, image.mode not in _GREY
        except _BROKEN as error:
            raise BadImageError(_reason(error)) from error

    def pixels(self, name: str, height: int, width: int, channels: int) -> np.ndarray:
        """Return an image as uint8 (height, width, channels): resized, and made grey or coloured.

        Raises
        ------
        BadImageError
            Where it is no PNG, JPEG or BMP image, or a damaged one.
        """
        try:
            with self.open(name) as stream:
                return decoded(stream, height, width, channels)
        except BadImageError:
            raise
        except _BROKEN as error:
            raise BadImageError(_reason(error)) from error


def decoded(stream: BinaryIO, height: int, width: int, channels: int) -> np.ndarray:
    """Return the image in a stream of bytes, as `ImageFiles.pixels` does.

    Parameters
    ----------
    stream : BinaryIO
    height, width, channels : int

    Returns
    -------
    ndarray of shape (height, width, channels), uint8

    Raises
    ------
    BadImageError
        Where it is no PNG, JPEG or BMP image, or a damaged one.
    """
    try:
        with Image.open(stream, formats=FORMATS) as image:
            image.load()
            return as_pixels(ImageOps.exif_transpose(image), height, width, channels)
    except _BROKEN as error:
        raise BadImageError(_reason(error)) from error


def decoded_bytes(data: bytes, height: int, width: int, channels: int) -> np.ndarray:
    """Return the image whose file has these bytes; see `decoded`.

    Parameters
    ----------
    data : bytes
    height, width, channels : int

    Returns
    -------
    ndarray of shape (height, width, channels), uint8
    """
    return decoded(io.BytesIO(data), height, width, channels)


def as_pixels(image: Image.Image, height: int, width: int, channels: int) -> np.ndarray:
    """Return the pixels of an image; what is transparent shows white paper.

    Parameters
    ----------
    image : Image
    height, width, channels : int

    Returns
    -------
    ndarray of shape (height, width, channels), uint8
    """
    plain = image
    # 16 bits a pixel.
    if image.mode.startswith("I"):
        plain = Image.fromarray((np.asarray(image).astype(np.int32) >> 8).clip(0, 255).astype(np.uint8))
    elif "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        whole = image.convert("RGBA")
        plain = Image.alpha_composite(Image.new("RGBA", whole.size, (255, 255, 255, 255)), whole).convert(
            "RGB"
        )
    plain = plain.convert("L" if channels == 1 else "RGB")
    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(plain, np.uint8).reshape(height, width, channels)


def is_image_name(name: str) -> bool:
    """Whether a file is called like an image; hidden files and what systems put into archives are none.

    Parameters
    ----------
    name : str
        With ``/`` between folders.

    Returns
    -------
    bool
    """
    parts = name.split("/")
    return name.lower().endswith(SUFFIXES) and not any(p.startswith((".", "__MACOSX")) for p in parts)


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error).split(" <", 1)[0].strip().rstrip(".")
    if "cannot identify image file" in text:
        return "it is no PNG, JPEG or BMP image"
    return text or type(error).__name__
