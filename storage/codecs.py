"""How arrays and JSON become bytes and text in the database, and back.

For modules of storage only. Arrays: a header of one version byte, the data type, the packing and the shape,
then the bytes, shuffled (all first bytes of the numbers, then all second bytes, …: Alted, "Why modern CPUs
are starving", 2010, and HDF5's shuffle filter) and compressed with zlib, or plain where that is not shorter.
JSON: sorted keys, strict, with ``{"$float": "nan"}`` for the floats that JSON lacks. Neither ever holds code.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .errors import UnusableStoreError
from .records import Curves, FoldScores, Json

_VERSION = 1
_DTYPES = {b"f": np.dtype("<f4"), b"d": np.dtype("<f8"), b"q": np.dtype("<i8")}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_PLAIN, _SHUFFLED = b"p", b"z"
_HEADER = struct.Struct("<BccB")
# Level 9 takes three times as long on learning curves and saves under 1 %.
_LEVEL = 6
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode_array(values: NDArray[Any]) -> bytes:
    """Return `values` (float32, float64 or int64, any shape) as self-describing bytes.

    Parameters
    ----------
    values : ndarray

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        On another data type.
    """
    dtype = values.dtype.newbyteorder("<")
    if dtype not in _CODES:
        raise TypeError(f"arrays of {values.dtype} are not stored")
    # The former makes 0-d arrays 1-d.
    little = np.ascontiguousarray(values, dtype=dtype).reshape(values.shape)
    plain = little.tobytes()
    packed = zlib.compress(np.frombuffer(plain, np.uint8).reshape(-1, dtype.itemsize).T.tobytes(), _LEVEL)
    shuffled = len(packed) < len(plain)
    header = _HEADER.pack(_VERSION, _CODES[dtype], _SHUFFLED if shuffled else _PLAIN, values.ndim)
    return header + struct.pack(f"<{values.ndim}I", *values.shape) + (packed if shuffled else plain)


def decode_array(data: bytes) -> NDArray[Any]:
    """Return the read-only array that `encode_array` was given.

    Parameters
    ----------
    data : bytes
        As they were stored.

    Returns
    -------
    ndarray

    Raises
    ------
    UnusableStoreError
        If the bytes are damaged or of a newer version.
    """
    try:
        version, code, packing, ndim = cast("tuple[int, bytes, bytes, int]", _HEADER.unpack_from(data))
        if version != _VERSION:
            raise ValueError(version)
        shape = struct.unpack_from(f"<{ndim}I", data, _HEADER.size)
        dtype = _DTYPES[code]
        body = data[_HEADER.size + 4 * ndim :]
        if packing == _SHUFFLED:
            body = np.frombuffer(zlib.decompress(body), np.uint8).reshape(dtype.itemsize, -1).T.tobytes()
        return np.frombuffer(body, dtype).reshape(shape)
    except (struct.error, KeyError, ValueError, zlib.error) as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> UnusableStoreError:
    return UnusableStoreError(
        "Stored numbers are damaged or were written by a newer version of Cupel ({reason}); "
        "restore the workspace from a backup or update Cupel.",
        reason=str(error),
    )


def _join(names: Sequence[str], *arrays: NDArray[Any]) -> bytes:
    parts = [json.dumps(list(names)).encode(), *(encode_array(a) for a in arrays)]
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def _split(data: bytes, n_arrays: int) -> tuple[tuple[str, ...], list[NDArray[Any]]]:
    """Return what `_join` was given, or raise `UnusableStoreError`."""
    parts: list[bytes] = []
    at = 0
    try:
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            parts.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        names: object = json.loads(parts[0])
        if len(parts) != 1 + n_arrays or not isinstance(names, list):
            raise ValueError("parts are missing")
    except (struct.error, IndexError, ValueError, RecursionError) as error:
        raise _unreadable(error) from error
    return tuple(map(str, cast("list[object]", names))), [decode_array(part) for part in parts[1:]]


def encode_scores(scores: FoldScores) -> bytes:
    """Return the scores of every metric on every replica as bytes; they come back bit for bit.

    Parameters
    ----------
    scores : FoldScores

    Returns
    -------
    bytes
    """
    return _join(scores.metrics, scores.values.astype(np.float64), scores.best_epochs.astype(np.int64))


def decode_scores(data: bytes) -> FoldScores:
    """Return what `encode_scores` was given.

    Parameters
    ----------
    data : bytes
        As they were stored.

    Returns
    -------
    FoldScores

    Raises
    ------
    UnusableStoreError
        If the bytes are damaged or of a newer version.
    """
    names, (values, epochs) = _split(data, 2)
    if values.shape != (len(epochs), len(names)):
        raise _unreadable(ValueError(f"{values.shape} scores of {len(names)} metrics"))
    return FoldScores(names, values, epochs)


def encode_curves(curves: Curves) -> bytes:
    """Return learning curves as bytes; they come back bit for bit.

    Epochs are put last: neighbours in time resemble each other, which the shuffled bytes then show to zlib.

    Parameters
    ----------
    curves : Curves

    Returns
    -------
    bytes
    """
    return _join(curves.names, curves.values.astype(np.float32).transpose(2, 0, 1))


def decode_curves(data: bytes) -> Curves:
    """Return what `encode_curves` was given.

    Parameters
    ----------
    data : bytes
        As they were stored.

    Returns
    -------
    Curves

    Raises
    ------
    UnusableStoreError
        If the bytes are damaged or of a newer version.
    """
    names, (epochs_last,) = _split(data, 1)
    if epochs_last.ndim != 3 or len(epochs_last) != len(names):
        raise _unreadable(ValueError(f"curves of shape {epochs_last.shape}"))
    curves = np.ascontiguousarray(epochs_last.transpose(1, 2, 0))
    curves.flags.writeable = False
    return Curves(names, curves)


def _plain(value: Any) -> Any:
    """Replace what JSON lacks: non-finite floats, NumPy values, keys that begin with our mark."""
    if isinstance(value, np.ndarray | np.generic):
        value = cast("Any", value).tolist()
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {("$" + str(k) if str(k).startswith("$") else str(k)): _plain(v) for k, v in items}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in cast("Sequence[Any]", value)]
    return value


def _restored(value: dict[str, Any]) -> Any:
    if len(value) == 1 and "$float" in value:
        return _SPECIAL[value["$float"]]
    return {key[1:] if key.startswith("$") else key: item for key, item in value.items()}


def encode_json(value: Any) -> str:
    """Return strict JSON with sorted keys; NumPy values, tuples, NaN and infinities are taken too.

    So are the lone surrogates by which Python spells file names that are not UTF-8.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Raises
    ------
    TypeError
        On a value that JSON has no form for.
    """
    plain = _plain(value)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if is_utf8(text):
        return text
    return json.dumps(plain, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def is_utf8(text: str) -> bool:
    """Whether a text can be kept as it is: SQLite takes no lone surrogates.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def storable(text: str) -> str:
    r"""Return a text that people read, such as a file's name, with ``\udc..`` spelled out for what is not UTF-8.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return text if is_utf8(text) else text.encode("utf-8", "backslashreplace").decode()


def decode_json(text: str) -> Any:
    """Return what `encode_json` was given, tuples as lists and NumPy values as Python's.

    Parameters
    ----------
    text : str

    Returns
    -------
    object

    Raises
    ------
    UnusableStoreError
        If the text is damaged.
    """
    if text == "{}":
        return {}
    try:
        return json.loads(text, object_hook=_restored) if '"$' in text else json.loads(text)
    except (json.JSONDecodeError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(str(error), text) from error


def decode_object(text: str) -> Json:
    """Return the JSON object that `encode_json` was given.

    Parameters
    ----------
    text : str

    Returns
    -------
    mapping

    Raises
    ------
    UnusableStoreError
        If the text is damaged, or says something else than an object.
    """
    value = decode_json(text)
    if not isinstance(value, dict):
        raise _damaged("it is no object", text)
    return cast("Json", value)


def _damaged(reason: str, text: str) -> UnusableStoreError:
    return UnusableStoreError(
        "A stored value is damaged ({reason}, in {text!r}); restore the workspace from a backup.",
        reason=reason,
        text=text[:80],
    )


def decode_json_objects(texts: Sequence[str]) -> list[Json]:
    """Decode many JSON objects at once, in a third of the time that one after the other takes.

    Parameters
    ----------
    texts : sequence of str
        One a row.

    Returns
    -------
    list of mapping
    """
    return decode_json("[" + ",".join(texts) + "]")
