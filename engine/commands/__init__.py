"""The commands of the terminal, by subject; `engine.cli` parses their arguments."""
