"""The package list of pyproject.toml is the folders, and every module imports."""

import importlib
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("engine", "gui", "resources", "storage")


def packages() -> list[str]:
    found = [
        init.parent.relative_to(ROOT) for folder in FOLDERS for init in (ROOT / folder).rglob("__init__.py")
    ]
    return sorted(".".join(("cupel", *path.parts)) for path in found)


def test_the_package_list_equals_the_folders() -> None:
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == packages()


def test_every_folder_with_modules_is_a_package() -> None:
    modules = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    modules.discard(ROOT / "resources" / "translations")  # holds a tool for developers beside its data
    assert [str(folder) for folder in sorted(modules) if not (folder / "__init__.py").exists()] == []


def test_the_namespace_has_no_init() -> None:
    assert not (ROOT / "__init__.py").exists()
    assert not (ROOT / "cupel").exists()


@pytest.mark.parametrize("name", packages())
def test_every_package_imports(name: str) -> None:
    importlib.import_module(name)


def test_every_module_that_our_files_import_is_a_declared_dependency() -> None:
    known = importlib.metadata.packages_distributions()
    declared = {re.split(r"[<>=\[ ]", line)[0] for line in PROJECT["project"]["dependencies"]}
    declared = {re.sub(r"[-_.]+", "-", name).lower() for name in declared} | {"cupel", "shiboken6"}
    missing: set[str] = set()
    pattern = re.compile(r"^\s*(?:import|from) ([a-zA-Z_]\w*)", re.MULTILINE)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for top in pattern.findall(path.read_text(encoding="utf-8")):
                names = {re.sub(r"[-_.]+", "-", name).lower() for name in known.get(top, [])}
                if names and not names & declared:
                    missing.add(f"{path.relative_to(ROOT)}: {top}")
    assert sorted(missing) == []


def test_every_dependency_is_pinned() -> None:
    pins = [
        line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    ]
    pinned = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[ ]", line)[0]).lower() for line in wanted}
    assert sorted(names - pinned) == []
