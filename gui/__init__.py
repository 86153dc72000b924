"""The window: the desk, pages, item models, charts and widgets; it reaches the engine's light rooms alone."""
