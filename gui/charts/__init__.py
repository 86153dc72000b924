"""Charts, and what they show."""
