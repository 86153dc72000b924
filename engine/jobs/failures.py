"""Exceptions as typed failures, which cross from one process to another and are kept in the store; the one such map."""

from __future__ import annotations

import traceback

from ...storage.errors import StoreError
from ...storage.records import Failure, FailureKind
from ..domain.errors import CupelError, Message


def failure_of(error: BaseException) -> Failure:
    """Return the typed failure of an exception.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    Failure
    """
    text = "".join(traceback.format_exception(error))
    name = type(error).__name__
    if isinstance(error, CupelError):
        kind = error.kind if error.origin is None else error.origin.kind
        return Failure.of(kind, error.sentence, text)
    if isinstance(error, StoreError):
        return Failure.of(FailureKind.ERROR, error.sentence, text)
    if isinstance(error, FloatingPointError):
        kind = FailureKind.DIVERGED
        message = Message(
            "Training diverged: {error} Lower learning rates or another scaling usually help.",
            {"error": str(error)},
        )
    elif isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        kind = FailureKind.OUT_OF_MEMORY
        message = Message(
            "The trial needed more memory than there is; choose smaller widths or batches, or fewer workers."
        )
    else:
        kind = FailureKind.ERROR
        message = Message("{name}: {error}", {"name": name, "error": str(error)[:500]})
    return Failure.of(kind, message, text)
