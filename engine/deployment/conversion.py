"""What a conversion is asked; the child process that does it. Light; used by `assembly`."""

from __future__ import annotations

from dataclasses import dataclass

from ...storage.records import Json
from ..data.table import TableFiles
from ..domain.bundles import Conversion
from ..domain.errors import ExportError, Message
from ..jobs.child import Child, Job


@dataclass(frozen=True, slots=True)
class FoldsRequest:
    """What the networks of the folds are to say.

    Attributes
    ----------
    model : str or None
        The file of the fold networks; None where they are those of the model itself.
    n_networks : int
        Of the folds.
    checked : tuple of tuple of int
        Of each network some of its validation rows.
    holdout : tuple of int
        Rows.
    out : str
        The ``.npz`` file that gets ``checked``, ``holdout``, ``samples`` and ``said``: what each network says of its
        rows, of the holdout and of the first sample rows, and what the model says of the holdout.
    """

    model: str | None
    n_networks: int
    checked: tuple[tuple[int, ...], ...]
    holdout: tuple[int, ...]
    out: str


@dataclass(frozen=True, slots=True)
class ConversionRequest:
    """What is converted into what.

    Attributes
    ----------
    model, folder : str
        Paths: of the networks, and the folder of the bundle.
    table : TableFiles
    schema : mapping
        JSON of the `TableSchema`.
    rows : tuple of int
        Sample rows of the table.
    network : int or None
        The place of the only network to convert; None for all.
    formats : tuple of str
    number_format : str
    float_layers : tuple of str
        Layers whose weights stay floats.
    threshold : float or None
        See `bundled.predictor.Predictor`.
    calibration : tuple of tuple of int
        For each network some of its training rows; empty where nothing is to be calibrated.
    folds : FoldsRequest or None
        None where there are to be no intervals.
    """

    model: str
    table: TableFiles
    folder: str
    schema: Json
    rows: tuple[int, ...]
    network: int | None
    formats: tuple[str, ...]
    number_format: str
    float_layers: tuple[str, ...]
    threshold: float | None
    calibration: tuple[tuple[int, ...], ...]
    folds: FoldsRequest | None


_CONVERT = Job(
    "cupel.engine.deployment.convert:convert",
    Conversion,
    failed=Message("The conversion failed: {reason}"),
    late=Message("The conversion took longer than {seconds} seconds and was ended."),
    error=ExportError,
    limit_s=900.0,
)


def converter() -> Child:
    """Start a process that imports what conversions need, and waits for the request of `converted`."""
    return Child.of(_CONVERT)


def converted(request: ConversionRequest, child: Child | None = None) -> Conversion:
    """Convert a model in a child process; return what `convert.convert` does.

    Parameters
    ----------
    child : Child, optional
        A `converter` that was started before; a new one where not given.

    Raises
    ------
    ExportError
        Where a format cannot hold the networks, the process dies, or it takes too long.
    """
    return (child or converter()).run(_CONVERT, request)
