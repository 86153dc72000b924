"""Exit codes of the terminal."""

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
