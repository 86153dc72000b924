"""What stands between a training and the engine, in the worker process: sends epochs, obeys, looks after memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..machine import private_bytes
from ..training.reports import EpochReport, TrainingStopped
from .messages import Control, EpochProgress

Send = Callable[[EpochProgress], None]
_SEND_EVERY_S = 0.15

_controls: dict[int, Control] = {}
_changed = threading.Condition()


def set_control(trial_id: int, control: str) -> None:
    """Tell the training of a trial in this process what to do after its epoch; thread-safe."""
    with _changed:
        _controls[trial_id] = Control(control)
        _changed.notify_all()


def forget_control(trial_id: int) -> None:
    """Forget what was said of a trial that has ended."""
    with _changed:
        _controls.pop(trial_id, None)


class TrainingReporter:
    """Watches a training: sends its epochs, obeys the engine, and looks after memory."""

    def __init__(self, trial_id: int, memory_limit_bytes: int, send: Send) -> None:
        self._trial_id, self._limit, self._send = trial_id, memory_limit_bytes, send
        self._started = time.monotonic()
        self._sent = -np.inf
        self._pending: list[tuple[int, NDArray[np.float32]]] = []
        self._paused_s = 0.0
        self._earlier_s = 0.0
        self.peak_bytes = private_bytes()
        self.is_truncated = False

    @property
    def elapsed_s(self) -> float:
        """Seconds of work on the trial: here, pauses left out, and before the checkpoint that it went on from."""
        return self._earlier_s + time.monotonic() - self._started - self._paused_s

    def __call__(self, report: EpochReport) -> bool:
        self._earlier_s = report.earlier_s
        self._pending.append((report.epoch, report.curves.copy()))
        if time.monotonic() - self._sent >= _SEND_EVERY_S:
            self._flush()
        control = self._obey()
        if control is Control.DROP:
            raise TrainingStopped
        if self.peak_bytes > self._limit:
            raise MemoryError
        self.is_truncated = control is Control.FINISH
        return not self.is_truncated

    def flush(self) -> None:
        """Send what has not been sent."""
        if self._pending:
            self._flush()

    def _flush(self) -> None:
        self._sent = time.monotonic()
        memory = private_bytes()
        self.peak_bytes = max(self.peak_bytes, memory)
        epochs, curves = zip(*self._pending, strict=True)
        self._pending = []
        self._send(EpochProgress(epochs[0], np.stack(curves), memory))

    def _obey(self) -> Control:
        with _changed:
            control = _controls.get(self._trial_id, Control.CONTINUE)
            while control is Control.PAUSE:
                self.flush()
                since = time.monotonic()
                _changed.wait()
                self._paused_s += time.monotonic() - since
                control = _controls.get(self._trial_id, Control.CONTINUE)
            return control
