"""The store: records, the one door to them, the backend, migrations, artifacts, the workspace folder."""
