"""How the command `cupel` ends: with its code, whatever threads of libraries are at work."""

from __future__ import annotations

import subprocess
import sys

# Arrow reads ahead in a thread of its own, from a file of Python's; it comes back while the interpreter ends.
READS_AHEAD = """
import atexit, io, threading
import pyarrow.csv as csv
from cupel.gui import main as entry

class Endless(io.RawIOBase):
    blocks = 0
    def readable(self):
        return True
    def read(self, size=-1):
        self.blocks += 1
        if self.blocks > 2:
            threading.Event().wait(1.0)
        return b"1,2\\n" * (size // 4)

def main():
    options = csv.ReadOptions(use_threads=False, block_size=4096, column_names=["a", "b"])
    kept.append(csv.open_csv(Endless(), read_options=options))
    kept[0].read_next_batch()
    print("all is said", end="")
    return 3

kept = []
entry.main = main
entry.run()
"""
FAILS = """
from cupel.gui import main as entry
def main():
    raise SystemExit("no")
entry.main = main
entry.run()
"""


def ended(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_a_command_ends_with_its_code_while_a_library_still_reads() -> None:
    done = ended(READS_AHEAD)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout == "all is said"


def test_what_a_command_registers_for_its_end_is_done() -> None:
    late = READS_AHEAD.replace(
        "    return 3", '    atexit.register(print, ", and left", end="")\n    return 3'
    )
    assert ended(late).stdout == "all is said, and left"


def test_an_ending_that_is_no_code_is_left_to_python() -> None:
    done = ended(FAILS)
    assert (done.returncode, done.stderr) == (1, "no\n")
