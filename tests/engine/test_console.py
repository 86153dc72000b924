"""What the terminal writes into a file or a pipe: whole lines."""

from __future__ import annotations

import subprocess
import sys


def _printed(code: str) -> list[str]:
    program = f"from rich.table import Table\nfrom cupel.engine.commands.console import plain_console\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_a_sentence_stays_one_line_in_a_pipe() -> None:
    sentence = "word " * 400 + "end"
    assert _printed(f"plain_console().print({sentence!r})") == [sentence]


def test_a_row_stays_one_line_in_a_pipe() -> None:
    code = "t = Table('name', 'params', box=None)\nt.add_row('a', 'x=1  ' * 300)\nplain_console().print(t)"
    assert len(_printed(code)) == 2
