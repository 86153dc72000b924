"""Honest numbers: which epoch counts, who is better, and what the best of many is worth. NumPy alone."""
