"""What pages know and decide, as types without Qt: tested without a window, and drawn by `pages`."""
