"""The programs that bundles carry, made of the modules that Cupel itself predicts with (`engine.bundled`).

``predict.py`` and ``preprocess.py`` are one file each that imports nothing of ours: `joined_program` puts modules after
one another, those of `engine.bundled` and what the kinds of data have for them in their folders (`bundled.of_kinds`).
So there is no second reader: what a bundle does is what training, `cupel predict` and the window do.
"""

from __future__ import annotations

import ast
import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..bundled import FOLDER
from ..bundled.of_kinds import KINDS
from ..domain.kinds import KINDS as NAMES

PROGRAM, PREPROCESS = "program", "preprocess"
"""The modules that the others serve; the first has the command line."""

_ASKED = "of_kinds"
_HEAD = """# Made of the modules that Cupel predicts with itself, put after one another; nothing of Cupel is imported.

from __future__ import annotations

{imports}

try:
{packages}
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.exit(f"{file} needs {{missing.name}}: pip install -r requirements.txt")
"""


@cache
def predict_program() -> str:
    """Return the text of ``predict.py``."""
    return joined_program(FOLDER / f"{PROGRAM}.py", "predict.py")


@cache
def preprocess_program() -> str:
    """Return the text of ``preprocess.py``."""
    return joined_program(FOLDER / f"{PREPROCESS}.py", "preprocess.py")


def carried_files() -> tuple[Path, ...]:
    """Return the files that programs have beside them, of all kinds of data."""
    # Readers and pyarrow come with it, which whoever only looks at a bundle does not need.
    from ..kinds.registry import bundle_part_of

    return (FOLDER / "intervals.py", *(file for kind in NAMES for file in bundle_part_of(kind).files))


@cache
def own_programs() -> Path:
    """Return a folder with ``predict.py`` and what it needs beside it, of this version; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="cupel-programs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "predict.py").write_text(predict_program(), encoding="utf-8")
    (folder / "preprocess.py").write_text(preprocess_program(), encoding="utf-8")
    for file in carried_files():
        shutil.copyfile(file, folder / file.name)
    return folder


@dataclass(slots=True)
class _Module:
    """A module on its way into a program.

    Attributes
    ----------
    file : Path
    text : str
        With what kinds have in the place of the question for it.
    tree : ast.Module
        Of the text.
    """

    file: Path
    text: str
    tree: ast.Module = field(init=False)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)

    @property
    def title(self) -> str:
        return (ast.get_docstring(self.tree) or "").splitlines()[0]

    def body(self) -> str:
        """Return the text after its docstring and imports, comments included."""
        has_docstring = ast.get_docstring(self.tree) is not None
        head = [
            node
            for i, node in enumerate(self.tree.body)
            if isinstance(node, ast.Import | ast.ImportFrom) or (i == 0 and has_docstring)
        ]
        last = max((node.end_lineno or 0 for node in head), default=0)
        return "\n".join(self.text.splitlines()[last:]).strip("\n")


def joined_program(main: Path, name: str, kinds: Path = KINDS) -> str:
    """Return one program of a module and those that it imports.

    Parameters
    ----------
    main : Path
        The module that comes last, whose docstring is the program's. It and others import modules of its folder, and
        modules of kinds those beside them too, by ``from .name import …`` alone.
    name : str
        What the program is called.
    kinds : Path
        The folder of the folders of kinds.

    Raises
    ------
    ValueError
        Where two modules define the same name, or one imports in another way.
    """
    modules: dict[Path, _Module] = {}
    _collect(main, modules, (main.parent, kinds))
    _check_names(modules)
    imports, packages = _imports(modules)
    parts = [_HEAD.format(imports=imports, packages=packages, file=name)]
    for file, module in modules.items():
        called = file.stem if file.parent == main.parent else f"{file.parent.name}/{file.stem}"
        title = module.title if file != main else "What is called."
        text = module.body()
        if text:
            parts.append(f"\n# -- {called}: {title}\n\n{text}\n")
    docstring = ast.get_docstring(modules[main].tree, clean=False) or ""
    return f'"""{docstring}"""\n' + "\n".join(parts)


def _collect(file: Path, modules: dict[Path, _Module], folders: tuple[Path, Path], given: str = "") -> str:
    """Add a module after those that it imports, and return what it calls `given`, which is left out of it."""
    module = _Module(file, file.read_text(encoding="utf-8"))
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.level and node.module != _ASKED:
            imported = _imported(file, node, folders)
            if imported not in modules:
                _collect(imported, modules, folders)
    answered, own = _answered(module, modules, folders), ""
    if given:
        answered, own = _without(answered, given)
    modules[file] = answered
    return own


def _imported(file: Path, node: ast.ImportFrom, folders: tuple[Path, Path]) -> Path:
    """Return the file of a module that is imported from the folder of programs, or beside a module of a kind."""
    main, kinds = folders
    if node.module is not None and not any(alias.asname for alias in node.names):
        found = file.parents[node.level - 1].joinpath(*node.module.split(".")).with_suffix(".py")
        if found.parent in (main, file.parent) and file.parent in (main, kinds / file.parent.name):
            return found
    raise ValueError(f"{file.name} imports in a way that cannot be joined: line {node.lineno}.")


def _answered(module: _Module, modules: dict[Path, _Module], folders: tuple[Path, Path]) -> _Module:
    """Return a module with a table in the place of each question for what kinds have."""
    text = module.text
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == _ASKED:
            part, name = (str(ast.literal_eval(argument)) for argument in node.args)
            found = {
                file.parent.name: _collect(file, modules, folders, name)
                for file in sorted(folders[1].glob(f"*/{part}.py"))
            }
            table = ", ".join(f'"{kind}": {own}' for kind, own in found.items())
            text = text.replace(ast.get_source_segment(module.text, node) or "", f"{{{table}}}")
    return _Module(module.file, text)


def _without(module: _Module, given: str) -> tuple[_Module, str]:
    """Return a module of a kind without the line that gives a thing another name, and the thing's own."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and given in _defined(node):
            lines = module.text.splitlines()
            return _Module(
                module.file, "\n".join(lines[: node.lineno - 1] + lines[node.lineno :])
            ), node.value.id
    raise ValueError(f"{module.file.parent.name}/{module.file.name} has no line {given} = ….")


def _check_names(modules: dict[Path, _Module]) -> None:
    owners: dict[str, Path] = {}
    for file, module in modules.items():
        for node in module.tree.body:
            for name in _defined(node):
                if owners.setdefault(name, file) != file:
                    raise ValueError(f"Both {owners[name].name} and {file.name} define {name}.")


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        named = [part for target in node.targets for part in ast.walk(target)]
        return [part.id for part in named if isinstance(part, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _imports(modules: dict[Path, _Module]) -> tuple[str, str]:
    """Return the imports of all modules but for those among themselves: of Python, and of NumPy."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.Import):
                whole |= {alias.name for alias in node.names if alias.name != "numpy"}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
                parts.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    of_numpy = {module: names for module, names in parts.items() if module.partition(".")[0] == "numpy"}
    lines = [f"import {name}" for name in sorted(whole | {"sys"})]
    lines += [_line(module, names) for module, names in sorted(parts.items()) if module not in of_numpy]
    packages = ["import numpy as np", *(_line(module, names) for module, names in sorted(of_numpy.items()))]
    return "\n".join(lines), "\n".join(f"    {line}" for line in packages)


def _line(module: str, names: set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}"
