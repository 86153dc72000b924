"""Making bundles and proving them: `export` is the door; conversion and certificate run in child processes."""
