"""The wheel holds everything and works without the source folders."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("engine", "gui", "resources", "storage")
DATA = {".toml", ".qss", ".svg", ".ts", ".qm", ".mako", ".json", ".ini", ".md", ".txt"}
SMOKE = """
import importlib, sys
from pathlib import Path
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    assert Path(module.__file__).is_relative_to(sys.prefix), module.__file__
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    print(store.add_job("inspect", {}).id)
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy: setuptools would leave a build folder, and take old files from one
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (path,) = folder.glob("cupel-*.whl")
    return path


def test_the_wheel_holds_every_module_and_data_file_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = {
        f"cupel/{path.relative_to(ROOT).as_posix()}"
        for path in files
        if (path.suffix == ".py" and (path.parent / "__init__.py").exists())
        or path.suffix in DATA
        or path.name.endswith(".py.txt")
    }
    assert sorted(wanted - names) == []
    assert sorted(names - wanted) == []


def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-deps", str(wheel)], check=True)
    # The libraries are those of this environment (gigabytes). Its own link to the source folders is left out:
    # the .pth files of a folder that is merely added to the path are ignored.
    libraries = sysconfig.get_paths()["purelib"]
    inside = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (Path(inside.stdout.strip()) / "libraries.pth").write_text(libraries + "\n")
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    variables.pop("PYTHONPATH", None)

    def run(*command: object) -> str:
        result = subprocess.run(
            [str(word) for word in command],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["setuptools"]["packages"]
    assert run(python, "-c", SMOKE, tmp_path / "workspace", *packages).endswith("1")
    assert run(scripts / "cupel", "--version") == f"cupel {project['project']['version']}"
