"""One folder for each kind of data; `base` says what a kind has to be, `registry` which there are."""
