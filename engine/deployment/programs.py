"""The programs that bundles carry, made of the modules that Cupel itself predicts with (`engine.bundled`).

``predict.py`` is one file that imports nothing of ours: `joined` puts the modules after one another. So there is no
second reader: what a bundle does is what training, `cupel predict` and the window do.
"""

from __future__ import annotations

import ast
import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ..bundled import FOLDER

PROGRAM = "program"
"""The module that the others serve; it has the command line."""

_BESIDE = ("decoding.py", "intervals.py", "preprocess.py")
_HEAD = """# Made of the modules that Cupel predicts with itself, put after one another; nothing of Cupel is imported.

from __future__ import annotations

{imports}

try:
    import numpy as np
except ModuleNotFoundError as missing:
    if __name__ != "__main__":
        raise
    sys.exit(f"predict.py needs {{missing.name}}: pip install -r requirements.txt")
"""


@cache
def predict_program() -> str:
    """Return the text of ``predict.py``."""
    return joined(FOLDER, PROGRAM)


@cache
def own_programs() -> Path:
    """Return a folder with ``predict.py`` and what it needs beside it, of this version; it goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="cupel-programs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "predict.py").write_text(predict_program(), encoding="utf-8")
    for name in _BESIDE:
        shutil.copyfile(FOLDER / name, folder / name)
    return folder


def joined(folder: Path, main: str) -> str:
    """Return one program of a module and those that it imports from the same folder.

    Parameters
    ----------
    folder : Path
        Of modules that import each other by ``from .name import …`` alone.
    main : str
        The module that comes last, whose docstring is the program's.

    Raises
    ------
    ValueError
        Where two modules define the same name, or one imports in another way.
    """
    trees: dict[str, ast.Module] = {}
    _collect(folder, main, trees)
    _check_names(trees)
    parts = [_HEAD.format(imports=_imports(trees))]
    for name, tree in trees.items():
        title = (ast.get_docstring(tree) or "").splitlines()[0] if name != main else "The command line."
        text = _body(folder / f"{name}.py", tree)
        if text:
            parts.append(f"\n# -- {name}: {title}\n\n{text}\n")
    docstring = ast.get_docstring(trees[main], clean=False) or ""
    return f'"""{docstring}"""\n' + "\n".join(parts)


def _collect(folder: Path, name: str, trees: dict[str, ast.Module]) -> None:
    """Add a module after those that it imports."""
    tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            if node.level != 1 or node.module is None or any(alias.asname for alias in node.names):
                raise ValueError(f"{name}.py imports in a way that cannot be joined: line {node.lineno}.")
            if node.module not in trees:
                _collect(folder, node.module, trees)
    trees[name] = tree


def _check_names(trees: dict[str, ast.Module]) -> None:
    owners: dict[str, str] = {}
    for module, tree in trees.items():
        for node in tree.body:
            for name in _defined(node):
                if owners.setdefault(name, module) != module:
                    raise ValueError(f"Both {owners[name]}.py and {module}.py define {name}.")


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        named = [part for target in node.targets for part in ast.walk(target)]
        return [part.id for part in named if isinstance(part, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _imports(trees: dict[str, ast.Module]) -> str:
    """Return the imports of all modules, but for NumPy's and those among themselves."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in tree.body:
            if isinstance(node, ast.Import):
                whole |= {alias.name for alias in node.names if alias.name != "numpy"}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
                parts.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    lines = [f"import {name}" for name in sorted(whole | {"sys"})]
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(parts.items())]
    return "\n".join(lines)


def _body(file: Path, tree: ast.Module) -> str:
    """Return the text of a module after its docstring and imports, comments included."""
    lines = file.read_text(encoding="utf-8").splitlines()
    has_docstring = ast.get_docstring(tree) is not None
    head = [
        node
        for i, node in enumerate(tree.body)
        if isinstance(node, ast.Import | ast.ImportFrom) or (i == 0 and has_docstring)
    ]
    last = max((node.end_lineno or 0 for node in head), default=0)
    return "\n".join(lines[last:]).strip("\n")
