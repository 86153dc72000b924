"""What every bundle carries along: programs that run alone, without Cupel.

Each is copied as it is, and imports no file of ours. What Cupel itself needs of them it imports from here, so that a
bundle and the window decode, predict and answer alike.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
