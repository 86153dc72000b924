"""Everything that can be done to a study, to trials, or with the window: one list for bars, menus, palette and help."""
