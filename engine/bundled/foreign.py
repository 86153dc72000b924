"""Files that are no tables of text, told by their first bytes in a sentence. Of what bundles carry along."""

from __future__ import annotations

import re

from .errors import InputError
from .input_column import Remark

_PICTURE = Remark(
    "{file} is a picture, not a table; give a folder with a folder of pictures for each class, or a table with a "
    "column of their paths."
)
_FEATHER = Remark("{file} is a Feather file; write it as Parquet or CSV and give that.")
_ARCHIVE = Remark("{file} is an archive, not a table; unpack it and give the table that is meant.")
_STATISTICS = Remark(
    "{file} is a file of a statistics program (SPSS, SAS, Stata or R), not a table of text; export it as CSV there "
    "and give that."
)
_OLD_OFFICE = Remark(
    "{file} is a document of an old office program, such as an Excel workbook (.xls): save its sheet as CSV "
    "(File > Save As) and give that."
)
_ARRAYS = Remark(
    "{file} holds arrays (HDF5, MATLAB or NumPy), not a table of text; write the table in it as CSV or Parquet and "
    "give that."
)

_FOREIGN_BYTES: tuple[tuple[bytes, Remark], ...] = (
    (b"ARROW1\x00", _FEATHER), (b"FEA1\x00", _FEATHER),
    (b"Obj\x01", Remark("{file} is an Avro file; write it as Parquet or CSV and give that.")),
    (b"SQLite format 3\x00", Remark("{file} is an SQLite database; export the table that is meant as CSV.")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE), (b"\x09\x08\x10\x00", _OLD_OFFICE),
    (b"\x09\x08\x08\x00", _OLD_OFFICE), (b"\x09\x04\x06\x00", _OLD_OFFICE), (b"\x09\x02\x06\x00", _OLD_OFFICE),
    (b"%PDF-", Remark("{file} is a PDF document, not a table; get the data that it shows as CSV.")),
    (b"{\\rtf", Remark("{file} is a document of a word processor, not a table; save it as plain text.")),
    (b"$FL2", _STATISTICS), (b"$FL3", _STATISTICS), (b"<stata_dta>", _STATISTICS),
    (b"RDX2\n", _STATISTICS), (b"RDX3\n", _STATISTICS), (b"RDA2\n", _STATISTICS), (b"X\n\x00\x00\x00", _STATISTICS),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", _STATISTICS), (b"HEADER RECORD*******LIB", _STATISTICS),
    (b"\x89HDF\r\n\x1a\n", _ARRAYS), (b"MATLAB 5.0 MAT", _ARRAYS), (b"\x93NUMPY", _ARRAYS), (b"CDF\x01", _ARRAYS),
    (b"\x89PNG\r\n", _PICTURE), (b"\xff\xd8\xff", _PICTURE), (b"GIF87a", _PICTURE), (b"GIF89a", _PICTURE),
    (b"II*\x00", _PICTURE), (b"MM\x00*", _PICTURE), (b"8BPS\x00", _PICTURE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE), (b"Rar!\x1a\x07", _ARCHIVE), (b"\x04\x22\x4d\x18", _ARCHIVE),
    (b"\x1f\x9d", _ARCHIVE), (b"\x1f\x8b", _ARCHIVE), (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE), (b"PK\x03\x04", _ARCHIVE),
)  # fmt: skip
_FOREIGN_WORDS: tuple[tuple[re.Pattern[str], Remark], ...] = (
    (re.compile(r"version https://git-lfs\.github\.com/spec/|version https://hawser"), Remark(
        "{file} is a pointer of Git LFS, not the data themselves; get them with `git lfs pull` in its repository."
    )),
    (re.compile(r"(?:\.\./)*/?(?:\.git/)?annex/objects/\S+\s*\Z"), Remark(
        "{file} is a pointer of git-annex, not the data themselves; get them with `git annex get` in its repository."
    )),
    (re.compile(r"outs:\s+- (?:md5|etag|hash|path|size):|md5: [0-9a-f]{32}\nouts:"), Remark(
        "{file} is a pointer of DVC, not the data themselves; get them with `dvc pull` in its repository."
    )),
    (re.compile(r"<\?xml[^>]*\?>\s*<\?mso-application progid=\"Excel|<\?xml[^>]*\?>\s*<(?:ss:)?Workbook\b"), Remark(
        "{file} is an Excel workbook in XML: save its sheet as CSV (File > Save As) and give that."
    )),
    (re.compile(
        r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|script)\b",
        re.IGNORECASE | re.DOTALL,
    ), Remark(
        "{file} is an HTML page, not a table, perhaps that of an error or a sign-in; download the data themselves, on "
        "GitHub by Raw."
    )),
    (re.compile(r"<\?xml\b"), Remark(
        "{file} is an XML document; write the table in it as CSV and give that."
    )),
    (re.compile(r"\[?\s*\{'[^'\n]*':"), Remark(
        "{file} holds dictionaries as Python prints them, which are no JSON; write them with json.dumps, one a line."
    )),
    (re.compile(r"HTTP/1\.[01] \d{3} |(?:4\d\d|5\d\d):? (?:Not Found|Forbidden|Internal Server Error)\s*\Z"), Remark(
        "{file} is the answer of a web server, not a table; download the data again."
    )),
    (re.compile(r"<{7} \S.*\n(?:.*\n)*={7}\n"), Remark(
        "{file} holds both sides of a merge that Git could not do (<<<<<<<); settle it first."
    )),
)  # fmt: skip


def check_is_table(head: bytes, file: str) -> None:
    """Refuse what is something else than a table of text, by its beginning.

    Parameters
    ----------
    head : bytes
        Unpacked.

    Raises
    ------
    InputError
        Where it is known to be something else.
    """
    told = next((remark for magic, remark in _FOREIGN_BYTES if head.startswith(magic)), None)
    if told is None:
        told = _by_structure(head) or _by_words(head)
    if told is not None:
        raise InputError(told.template, file=file)


def _by_structure(head: bytes) -> Remark | None:
    if head[257:262] == b"ustar" or re.match(rb"BZh\d1AY&SY", head):
        return _ARCHIVE
    if head.startswith(b"PAR1") and b"\x00" in head:
        return Remark("{file} is a Parquet file; write it as CSV, or predict it with `cupel predict`.")
    is_riff, is_box = head.startswith(b"RIFF") and head[8:12] == b"WEBP", head[4:8] == b"ftyp"
    if is_riff or is_box or (head.startswith(b"BM") and head[6:10] == b"\x00" * 4):
        return _PICTURE
    if re.match(rb"\x80[\x02-\x05](?:\x95|[c}\](])", head):
        return Remark(
            "{file} is a Python pickle, which may run anything when it is read; write it as CSV or Parquet."
        )
    if re.match(rb"ORC[^\x20-\x7e]", head) and b"\x00" in head:
        return Remark("{file} is an ORC file; write it as Parquet or CSV and give that.")
    if re.match(rb"[\x71-\x73][\x01\x02]\x01\x00", head):
        return _STATISTICS
    return None


def _by_words(head: bytes) -> Remark | None:
    text = head[:4096].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    return next((remark for pattern, remark in _FOREIGN_WORDS if pattern.match(text)), None)
