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
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
IMAGE_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
NAMES_OF_FORMATS = "PNG, JPEG, WebP, TIFF or BMP"
_GREY = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "F")
_DEEP = ("I", "I;16", "I;16B", "I;16L")
# Of 8 bits what 16 are: 255 becomes 65535.
_DEEPER = 257
_MOST_SHADE = 65535
# Of a flag of a file in an archive.
_SAYS_UTF8 = 0x800
# The first bytes of common letters, and a script of its own.
_ENCODINGS = {
    "gb18030": ((0xB0, 0xD7), r"[，。、（）【】]"),
    "cp932": ((0x88, 0x97), "[ぁ-んァ-ヶー]"),
    "big5": ((0xA4, 0xC6), r"[，。、（）]"),
    "cp949": ((0xFF, 0xFF), "[가-힣]"),
    "cp866": ((0xFF, 0xFF), "[А-Яа-яЁё]"),
    "cp437": ((0xFF, 0xFF), "[À-ÿ]"),
}
_OF_UTF8 = re.compile(
    "[^\x00-\u07ff]|[a-zA-Z][\x80-\u024f\u0300-\u036f]|[\x80-\u024f][a-zA-Z]|[А-я]{2}|[ά-ώ]{2}|[א-ת]{2}|[ء-ي]{2}"
)
_LEAST_COMMON = 0.7
_MANY_LETTERS = 5
_OF_SYSTEMS = ("thumbs.db", "desktop.ini", "icon\r")
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


class Look(NamedTuple):
    """What the head of an image file says.

    Attributes
    ----------
    height, width : int
        In pixels.
    has_colours, is_deep : bool
        Whether it has colours; whether its greys have 16 bits.
    n_pictures : int
        In the file, of which the first is read.
    """

    height: int
    width: int
    has_colours: bool
    is_deep: bool
    n_pictures: int


class ImageFiles:
    """The image files of a folder with all its sub-folders, or of a ZIP archive, or one image file.

    Nothing of an archive is written to disk, and no name in it reaches outside of it.

    Parameters
    ----------
    path : Path
    names : sequence of str, optional
        Where they are known: a folder is not searched for files then.
    encoding : str, optional
        Of the names in an archive that do not say that they are UTF-8; found by them where not given.

    Attributes
    ----------
    names : list of str
        With ``/`` between folders, in natural order.
    others : list of str
        Files that are not called like images.
    place : Path
        The folder or archive where names begin.
    encoding : str
        Of the names in an archive; empty where they say it, or are ASCII.
    """

    def __init__(self, path: Path, names: Sequence[str] | None = None, encoding: str | None = None) -> None:
        self.place, self._archive, self.encoding = path, None, ""
        self._beside: dict[str, Path] | None = None
        found: list[str] = []
        if path.is_dir():
            if names is None:
                found = [f.relative_to(path).as_posix() for f in path.rglob("*") if f.is_file()]
        elif zipfile.is_zipfile(path):
            self._archive = zipfile.ZipFile(path)
            infos = [info for info in self._archive.infolist() if not info.is_dir()]
            self.encoding, found = member_names(infos, encoding)
            self._members = dict(zip(found, infos, strict=True))
        else:
            self.place, found = path.parent, [path.name]
        shown = [name for name in found if not _is_hidden(name)]
        self.names: list[str] = (
            sorted((name for name in shown if is_image_name(name)), key=_natural)
            if names is None
            else list(names)
        )
        self.others = sorted((name for name in shown if not is_image_name(name)), key=_natural)

    def __enter__(self) -> ImageFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading its bytes."""
        if self._archive is None:
            return (self.found(name) or self.place / name).open("rb")
        info = self._members.get(name)
        if info is None:
            raise BadImageError("there is no such file")
        if info.file_size > _MOST_BYTES:
            raise BadImageError("it is too large")
        return self._archive.open(info)  # pyright: ignore[reportReturnType] - it reads and seeks

    def found(self, name: str) -> Path | None:
        """Return the file of a name in a folder, None where there is none.

        The ending may be left out, as lists of identifiers do, and the file may lie in a folder of that folder.
        """
        for ending in ("",) if is_image_name(name) else ("", *SUFFIXES):
            if name and _is_file(self.place / f"{name}{ending}"):
                return self.place / f"{name}{ending}"
        if self._beside is None:
            self._beside = _files_beside(self.place)
        return self._beside.get(name)

    def look(self, name: str) -> Look:
        """Return what the head of a file says.

        Raises
        ------
        BadImageError
            Where it is no image of `IMAGE_FORMATS`.
        """
        try:
            with self.open(name) as stream, Image.open(stream, formats=IMAGE_FORMATS) as image:
                _check_mode(image)
                n_pictures = getattr(image, "n_frames", 1)
                return Look(
                    image.height, image.width, image.mode not in _GREY, image.mode in _DEEP, n_pictures
                )
        except BadImageError:
            raise
        except _BROKEN as error:
            raise BadImageError(_reason(error)) from error

    def pixels(self, name: str, height: int, width: int, channels: int, dtype: str = "uint8") -> np.ndarray:
        """Return an image of shape (height, width, channels): resized, and made grey or coloured.

        Raises
        ------
        BadImageError
            Where it is no image of `IMAGE_FORMATS`, or a damaged one.
        """
        try:
            with self.open(name) as stream:
                return decoded(stream, height, width, channels, dtype)
        except BadImageError:
            raise
        except _BROKEN as error:
            raise BadImageError(_reason(error)) from error


def decoded(stream: BinaryIO, height: int, width: int, channels: int, dtype: str = "uint8") -> np.ndarray:
    """Return the image in a stream of bytes, as `ImageFiles.pixels` does.

    Parameters
    ----------
    stream : BinaryIO
    height, width, channels : int
    dtype : {"uint8", "uint16"}

    Returns
    -------
    ndarray of shape (height, width, channels)

    Raises
    ------
    BadImageError
        Where it is no image of `IMAGE_FORMATS`, or a damaged one.
    """
    try:
        with Image.open(stream, formats=IMAGE_FORMATS) as image:
            image.load()
            return as_pixels(ImageOps.exif_transpose(image), height, width, channels, dtype)
    except BadImageError:
        raise
    except _BROKEN as error:
        raise BadImageError(_reason(error)) from error


def decoded_bytes(data: bytes, height: int, width: int, channels: int, dtype: str = "uint8") -> np.ndarray:
    """Return the image whose file has these bytes; see `decoded`.

    Parameters
    ----------
    data : bytes
    height, width, channels : int
    dtype : {"uint8", "uint16"}

    Returns
    -------
    ndarray of shape (height, width, channels)
    """
    return decoded(io.BytesIO(data), height, width, channels, dtype)


def as_pixels(image: Image.Image, height: int, width: int, channels: int, dtype: str = "uint8") -> np.ndarray:
    """Return the pixels of an image; what is transparent shows white paper.

    Parameters
    ----------
    image : Image
    height, width, channels : int
        Of 16 bits there is one channel.
    dtype : {"uint8", "uint16"}
        Of 16 bits the greys go to 65535, and those of 8 bits are spread over them.

    Returns
    -------
    ndarray of shape (height, width, channels)

    Raises
    ------
    BadImageError
        Where its pixels are fractions, or beyond 16 bits.
    """
    _check_mode(image)
    if dtype == "uint16":
        return _deep_pixels(image, height, width)
    plain = image
    if image.mode in _DEEP:
        plain = Image.fromarray((_shades(image) >> 8).astype(np.uint8))
    plain = _on_paper(plain).convert("L" if channels == 1 else "RGB")
    if plain.size != (width, height):
        plain = plain.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(plain, np.uint8).reshape(height, width, channels)


def _deep_pixels(image: Image.Image, height: int, width: int) -> np.ndarray:
    if image.mode in _DEEP:
        shades = _shades(image)
    else:
        shades = np.asarray(_on_paper(image).convert("L")).astype(np.uint16) * _DEEPER
    if image.size != (width, height):
        # Pillow cuts off what it resizes to 8 bits, except numbers.
        numbers = Image.fromarray(shades.astype(np.float32))
        resized = np.asarray(numbers.resize((width, height), Image.Resampling.BILINEAR))
        shades = np.rint(resized).clip(0, _MOST_SHADE).astype(np.uint16)
    return shades.reshape(height, width, 1)


def as_shown(pixels: np.ndarray) -> Image.Image:
    """Return pixels as an image of 8 bits.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, channels), uint8 or uint16

    Returns
    -------
    Image
    """
    shown = (pixels // _DEEPER).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    return Image.fromarray(shown[..., 0] if shown.shape[2] == 1 else shown)


def _on_paper(image: Image.Image) -> Image.Image:
    """Return an image before white paper, where it is transparent."""
    if not ("A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info):
        return image
    whole = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", whole.size, (255, 255, 255, 255)), whole).convert("RGB")


def _shades(image: Image.Image) -> np.ndarray:
    """Return the greys of an image with 16 bits, uint16."""
    values = np.asarray(image)
    # Of 32 bits, as some programs keep 16.
    if image.mode == "I" and (values.min(initial=0) < 0 or values.max(initial=0) > _MOST_SHADE):
        raise BadImageError("its pixels go beyond 16 bits")
    return values.astype(np.uint16)


def _check_mode(image: Image.Image) -> None:
    if image.mode == "F":
        raise BadImageError("its pixels are fractions; save it with 8 or 16 bits")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A cell that no file can be called like.
        return False


def _files_beside(folder: Path) -> dict[str, Path]:
    """Return the images in the folders of a folder by their names, with and without ending."""
    found: dict[str, Path] = {}
    for inner in sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith(".")):
        for file in sorted(f for f in inner.iterdir() if is_image_name(f.name)):
            found.setdefault(file.name, file)
            found.setdefault(file.stem, file)
    return found


def member_names(infos: Sequence[zipfile.ZipInfo], encoding: str | None = None) -> tuple[str, list[str]]:
    """Return the names of the files of a ZIP archive, and their encoding: empty where they say it, or are ASCII.

    Python takes names that do not say to be UTF-8 for those of the first IBM PC. Most are in the encoding of the
    computer that packed them, one for the whole archive.

    Parameters
    ----------
    infos : sequence of ZipInfo
    encoding : str, optional
        Of names that do not say it.

    Returns
    -------
    tuple of (str, list of str)
    """
    unsaid = [not info.flag_bits & _SAYS_UTF8 and not info.filename.isascii() for info in infos]
    raw = [info.filename.encode("cp437") for info, is_unsaid in zip(infos, unsaid, strict=True) if is_unsaid]
    if not raw:
        return "", [info.filename for info in infos]
    chosen = encoding or _encoding_of(raw)
    names = [
        info.filename.encode("cp437").decode(chosen, "replace") if is_unsaid else info.filename
        for info, is_unsaid in zip(infos, unsaid, strict=True)
    ]
    return chosen, names if len(set(names)) == len(names) else [info.filename for info in infos]


def _encoding_of(raw: Sequence[bytes]) -> str:
    """Return the likeliest encoding of names: the one in which most of their letters are common ones."""
    whole = b"/".join(raw)
    scores = {encoding: _common(whole, encoding) for encoding in _ENCODINGS}
    try:
        letters = whole.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Two bytes of a Chinese letter may be one of another script, seldom with others of it beside it.
        if scores["gb18030"] < 1.0 or _OF_UTF8.search(letters):
            return "utf-8"
    runs = re.findall(rb"[\x80-\xff]+", whole)
    n_alone = sum(len(run) == 1 for run in runs)
    n_beside = len(re.findall(rb"[a-zA-Z][\x80-\xff]+|[\x80-\xff]+[a-zA-Z]", whole))
    if n_alone >= _LEAST_COMMON * len(runs) or (scores["cp437"] == 1.0 and n_beside == len(runs)):
        # Letters that stand alone among ASCII ones are of Latin scripts.
        return "cp437" if scores["cp437"] == 1.0 else "cp850"
    if scores["cp949"] == 1.0 and len(set(re.findall("[가-힣]", whole.decode("cp949")))) >= _MANY_LETTERS:
        # Half of the common Chinese letters have bytes of Hangul, but not all of several.
        return "cp949"
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] >= _LEAST_COMMON else "cp437"


def _common(whole: bytes, encoding: str) -> float:
    """Return which part of the letters beyond ASCII are common ones in an encoding; 0 where it is not that."""
    try:
        letters = [letter for letter in whole.decode(encoding) if not letter.isascii()]
    except UnicodeDecodeError:
        return 0.0
    lead, script = _ENCODINGS[encoding]
    n_common = 0
    for letter in letters:
        code = letter.encode(encoding)
        n_common += re.fullmatch(script, letter) is not None or (
            len(code) == 2 and lead[0] <= code[0] <= lead[1]
        )
    return n_common / max(1, len(letters))


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
    return name.lower().endswith(SUFFIXES) and not _is_hidden(name)


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return any(p.startswith((".", "__MACOSX")) for p in parts) or parts[-1].lower() in _OF_SYSTEMS


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts]


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error).split(" <", 1)[0].strip().rstrip(".")
    if "cannot identify image file" in text:
        return f"it is no {NAMES_OF_FORMATS} image"
    return text or type(error).__name__
