"""What every bundle carries along: programs that run alone, without Cupel.

They import each other and nothing else of ours. `deployment.programs` makes one file of those behind
`program`, and of those behind `preprocess`, with what the kinds of data have for them (`of_kinds`); `intervals` and
`serve` (as serve.py) are copied as they are. Cupel itself reads, predicts and answers with them, so that a bundle and
the window do alike.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
