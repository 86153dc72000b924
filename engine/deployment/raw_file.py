"""The file that a model was trained on, where its bytes can be predicted again. Used by `assembly`."""

from __future__ import annotations

from pathlib import Path

from ...storage.records import DatasetRecord
from ..bundled.packing import packing_of
from ..data.reading import starts_as_parquet
from ..data.schema import TableSchema
from ..domain.errors import Message
from ..domain.kinds import KINDS

# That programs of bundles unpack without any package.
_UNPACKED_ALONE = ("", "gzip", "bzip2", "xz", "ZIP")


def training_file(dataset: DatasetRecord, schema: TableSchema) -> Path | Message:
    """Return the text file whose rows are those of a data set, or why there is none.

    Parameters
    ----------
    dataset : DatasetRecord
    schema : TableSchema
        Of the data set.

    Returns
    -------
    Path or Message
    """
    path = Path(dataset.source)
    if len(schema.inputs) == 1 and KINDS[schema.inputs[0].kind].has_files:
        return Message("its rows are files")
    try:
        if not (path.is_absolute() and path.is_file()):
            return Message("the data are no single file, or it is no longer there")
        if path.stat().st_mtime > dataset.created_at.timestamp():
            return Message("the file was changed after it had been read")
        with path.open("rb") as stream:
            head = stream.read(5)
        packing = packing_of(path)
    except OSError as error:
        return Message("the file cannot be read: {reason}", {"reason": error.strerror or str(error)})
    if starts_as_parquet(head):
        return Message("it is Parquet, whose cells are no text")
    if packing not in _UNPACKED_ALONE:
        return Message("it is packed in a way that needs a package to unpack")
    return path
