"""Whether the process that holds a claim is still alive. For modules of storage only.

A process id alone is not enough: after a restart of the machine another process may have it. So a claim also
keeps an identity: the machine and the moment at which the process began.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


def process_identity(pid: int) -> str | None:
    """Return a text that no other process ever has, or None if no process has this id.

    Parameters
    ----------
    pid : int
        Of a process of this machine.

    Returns
    -------
    str or None
    """
    start = _start_time(pid)
    return None if start is None else f"{socket.gethostname()}/{start}"


def is_alive(pid: int, identity: str | None) -> bool | None:
    """Whether the process with this id and identity is running; None if it ran on another machine.

    Parameters
    ----------
    pid : int
        Of a process of this machine.
    identity : str or None
        As `process_identity` gave it; None where it is not known.

    Returns
    -------
    bool or None
    """
    if identity is not None and identity.rpartition("/")[0] != socket.gethostname():
        return None
    now = process_identity(pid)
    return now is not None and (identity is None or now == identity)


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two identities are of one process; the machine's name may have changed meanwhile, as on a laptop.

    Parameters
    ----------
    one, other : str or None

    Returns
    -------
    bool
    """
    return one is not None and other is not None and one.rpartition("/")[2] == other.rpartition("/")[2]


if sys.platform == "win32":

    def _start_time(pid: int) -> str | None:
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        # PROCESS_QUERY_LIMITED_INFORMATION.
        handle = kernel.OpenProcess(0x1000, False, pid)
        if not handle:
            # 5: it exists, and is another user's.
            return "unknown" if ctypes.get_last_error() == 5 else None
        try:
            times = [wintypes.FILETIME() for _ in range(4)]
            code = wintypes.DWORD()
            kernel.GetExitCodeProcess(wintypes.HANDLE(handle), ctypes.byref(code))
            kernel.GetProcessTimes(wintypes.HANDLE(handle), *(ctypes.byref(t) for t in times))
            # STILL_ACTIVE.
            if code.value != 259:
                return None
            return f"{times[0].dwHighDateTime}-{times[0].dwLowDateTime}"
        finally:
            kernel.CloseHandle(wintypes.HANDLE(handle))

else:

    def _start_time(pid: int) -> str | None:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            # It exists, and is another user's.
            pass
        # macOS.
        if not Path("/proc/self/stat").exists():
            found = subprocess.run(
                ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
                capture_output=True,
                text=True,
                check=False,
                # Whoever asks must be told the same words.
                env={"LC_ALL": "C", "TZ": "UTC"},
            )
            return found.stdout.strip() or None
        try:
            # The command's name, in parentheses, may hold anything; what follows it does not. See proc(5).
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # A zombie (its parent has not asked for its end yet) does nothing any more.
        return None if fields[0] == "Z" else f"{boot}-{fields[19]}"
