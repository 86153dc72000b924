"""Exceptions as typed failures, which cross from one process to another and are kept in the store."""

from __future__ import annotations

import traceback

from ...storage.errors import StoreError
from ...storage.records import Failure, FailureKind
from ..domain.errors import CupelError, Message, RuledOut


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
        if error.origin is not None:
            kind = error.origin.kind
        elif isinstance(error, RuledOut):
            kind = FailureKind.RULED_OUT
        else:
            kind = FailureKind.DIVERGED if isinstance(error, ArithmeticError) else FailureKind.BAD_INPUT
        return Failure.of(kind, error.sentence, text)
    if isinstance(error, StoreError):
        return Failure.of(FailureKind.ERROR, error.sentence, text)
    if isinstance(error, ArithmeticError):
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
