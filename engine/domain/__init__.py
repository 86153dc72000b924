"""What the field is made of, for window and engine alike: words, settings, scores, spaces. Light: no heavy library."""
