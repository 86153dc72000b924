"""Item models: what the tables of the window say, without painting."""
