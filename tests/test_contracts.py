"""The directions of imports hold, and each contract can fail: it is broken once, in a copy of the code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("engine", "gui", "resources", "storage")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the code as the namespace ``cupel`` and the contracts."""
    folder = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        shutil.copytree(
            ROOT / part,
            folder / "cupel" / part,
            ignore=lambda _, names: [n for n in names if n == "__pycache__"],
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [*command, "--no-cache", "--no-logo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_code_keeps_every_contract(copied: Path) -> None:
    result = lint(copied)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("storage/workspace.py", "from ..engine import errors", "The window builds on the engine"),
        ("storage/records.py", "from ..gui import main", "The window builds on the engine"),
        ("engine/domain/spec.py", "from ...gui import main", "The window builds on the engine"),
        (
            "engine/domain/metrics.py",
            "if TYPE_CHECKING:\n    from ...gui import main",
            "The window builds on the engine",
        ),
        ("gui/app.py", "import pandas", "The window never reaches a heavy library"),
        ("gui/app.py", "def later():\n    from ..engine.training import trainer", "The window never reaches"),
        ("gui/charts/history.py", "import pyqtgraph", "What the window knows and says needs no Qt"),
        (
            "gui/states/new_study.py",
            "from ..jobs import JobWatcher",
            "What the window knows and says needs no Qt",
        ),
        ("gui/words.py", "from .theme import colour", "What the window knows and says needs no Qt"),
        ("engine/domain/errors.py", "import sklearn", "The light engine never reaches a heavy library"),
        ("engine/domain/metrics.py", "from ..training import trainer", "The light engine never reaches"),
        (
            "engine/domain/errors.py",
            "from ..statistics import verdict",
            "Each room builds on the rooms below it alone",
        ),
        (
            "engine/retrain.py",
            "from .search.preparing import prepare",
            "Each room builds on the rooms below it",
        ),
        (
            "engine/kinds/base.py",
            "from ..splits import dealing",
            "Each room builds on the rooms below it alone",
        ),
        ("engine/training/model.py", "import keras", "TensorFlow and Keras come in by engine.tf alone"),
        ("storage/codecs.py", "import pandas", "The store needs SQLAlchemy, Alembic and NumPy"),
        ("storage/trials.py", "import sqlite3", "SQLite is known to its backend alone"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copied: Path, module: str, line: str, contract: str) -> None:
    path = copied / "cupel" / module
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{before}\n{line}\n", encoding="utf-8")
        result = lint(copied)
    finally:
        path.write_text(before, encoding="utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [text for text in result.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), result.stdout


def test_the_store_imports_only_the_libraries_that_it_may() -> None:
    graph = grimp.build_graph("cupel.storage", include_external_packages=True, cache_dir=None)
    outside = {name.split(".")[0] for name in graph.modules if not name.startswith("cupel.")}
    assert outside - sys.stdlib_module_names == {"alembic", "numpy", "sqlalchemy"}
