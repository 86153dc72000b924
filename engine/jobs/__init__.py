"""Work that child processes do: one way to start, follow, cancel and end them. Light: no heavy library."""
