"""Writers of formats, and what bundles carry along to run each."""
