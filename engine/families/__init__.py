"""One module for each model family, which describes its layers from params."""
