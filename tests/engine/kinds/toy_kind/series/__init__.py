"""Sequences of numbers."""
