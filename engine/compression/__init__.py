"""Smaller and faster forms of a trial's networks, and what they cost: measured on the trial's own folds.

`ledger` is the door; `train`, `convert` and `latency` are child processes, and TensorFlow is imported there alone.
"""
