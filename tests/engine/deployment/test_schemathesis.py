"""Requests made from the OpenAPI page by schemathesis: what the page allows is answered, what it forbids is refused."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.deployment.export import export_final

from .made import make_study
from .programs import CUPEL, served

# Too many rows are 413, as HTTP has it; which texts are dates no schema can say, so that these may be refused.
CONFIG = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 413, 415, 422, 428, 429, "5xx"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 422]
"""


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None,
    reason="schemathesis, of the development extra, is not installed",
)
def test_the_server_keeps_to_its_openapi_page(tmp_path: Path) -> None:
    made = make_study(tmp_path / "made", "binary", {})
    record = export_final(made.store, made.study_id)
    made.store.close()
    assert record.failure is None, record.failure.traceback
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG, encoding="utf-8")
    with served([*CUPEL, "serve", record.path, "--port", "0"]) as port:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"]
        command += [f"http://127.0.0.1:{port}/openapi.json", "--max-examples", "100", "--seed", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
