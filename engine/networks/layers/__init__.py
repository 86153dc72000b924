"""The layers of networks, each with all its interpretations; see `base`."""
