"""What public docstrings have to say, read from the source alone; `test_docstrings` asks it of every module.

A public function with parameters has a ``Parameters`` section that names each of them, one with parameters that
returns something a ``Returns`` (or ``Yields``) section, and one that raises something a ``Raises`` section. Exempt are

- dunder methods, which Python documents, and ``__init__``, whose class does;
- properties, and methods without parameters: one sentence says what they return;
- methods of the name of a documented one in a base class, which say what is their own alone;
- ``raise`` without an error of our own choice: a bare one, ``NotImplementedError``, ``AssertionError`` and
  ``SystemExit``.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

_PROPERTIES = {"property", "cached_property", "setter", "overload", "fixture"}
_UNSAID = {"NotImplementedError", "AssertionError", "SystemExit"}
_ALLOWED_AFTER_CODE = re.compile(r"#\s*(type:|noqa|pragma|pyright:|fmt:)")


@dataclass(frozen=True, slots=True)
class Class:
    """A class as its module has it: the names of its bases, and its methods."""

    bases: tuple[str, ...]
    methods: Mapping[str, Function]


Classes = Mapping[str, Sequence[Class]]


def parsed(paths: Sequence[Path]) -> dict[Path, ast.Module]:
    """Return the syntax trees of modules."""
    return {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in paths}


def classes_of(trees: Mapping[Path, ast.Module]) -> Classes:
    """Return the classes of modules by name; several may have one name."""
    found: dict[str, list[Class]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = {one.name: one for one in node.body if isinstance(one, Function)}
                found.setdefault(node.name, []).append(Class(tuple(map(_name, node.bases)), methods))
    return found


def problems(tree: ast.Module, where: str, classes: Classes) -> list[str]:
    """Return what the docstrings of a module leave out."""
    found: list[str] = []
    for function, owner in _public(tree):
        line = f"{where}:{function.lineno} {f'{owner}.' if owner else ''}{function.name}"
        found += [f"{line}: {problem}" for problem in _missing(function, owner, classes)]
    return found


def trailing_comments(source: str, where: str) -> list[str]:
    """Return the comments that stand after code on its line, but for those that tools read."""
    found: list[str] = []
    code_of_line = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] == code_of_line and not _ALLOWED_AFTER_CODE.match(token.string):
                found.append(f"{where}:{token.start[0]}: a comment after code: {token.string}")
        elif token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            code_of_line = token.end[0]
    return found


def _public(tree: ast.Module) -> Iterator[tuple[Function, str]]:
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node, ""
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for one in node.body:
                if isinstance(one, Function) and not one.name.startswith("_"):
                    yield one, node.name


def _missing(function: Function, owner: str, classes: Classes) -> Iterator[str]:
    if _decorators(function) & _PROPERTIES and "overload" in _decorators(function):
        return
    text = ast.get_docstring(function)
    if text is None:
        if not (owner and _overrides(function.name, owner, classes)):
            yield "no docstring"
        return
    sections = set(re.findall(r"^(\w+)\n-{3,}$", text, re.MULTILINE))
    if owner and _overrides(function.name, owner, classes):
        return
    if _raised(function) and "Raises" not in sections:
        yield "no Raises section"
    names = _parameters(function, is_method=bool(owner))
    if not names or _decorators(function) & _PROPERTIES:
        return
    if "Parameters" not in sections:
        yield "no Parameters section"
    else:
        said = _said(text)
        yield from (f"Parameters does not name {name}" for name in names if name not in said)
    if _returns(function) and not sections & {"Returns", "Yields"}:
        yield "no Returns section"


def _said(text: str) -> set[str]:
    """Return the names that the Parameters section has."""
    section = re.split(r"^Parameters\n-+\n", text, flags=re.MULTILINE)[1]
    section = re.split(r"^\w+\n-{3,}$", section, flags=re.MULTILINE)[0]
    heads = [line.split(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def _parameters(function: Function, *, is_method: bool) -> list[str]:
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [one.arg for one in (arguments.vararg, arguments.kwarg) if one is not None]
    if is_method and "staticmethod" not in _decorators(function):
        names = names[1:]
    return [name for name in names if not name.startswith("_")]


def _returns(function: Function) -> bool:
    returned = function.returns
    nothing = isinstance(returned, ast.Constant) and returned.value is None
    never = isinstance(returned, ast.Name) and returned.id in ("Never", "NoReturn")
    return returned is not None and not nothing and not never


def _raised(function: Function) -> bool:
    """Whether a function itself raises an error that its caller is to know of."""
    for node in _own(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if _name(error) not in _UNSAID:
                return True
    return False


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is inside a function, but not what is inside of functions in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def _overrides(name: str, owner: str, classes: Classes) -> bool:
    """Whether a base of a class has a method of this name with a docstring."""
    bases = {base for known in classes.get(owner, ()) for base in known.bases if base != owner}
    for base in bases:
        methods = (known.methods.get(name) for known in classes.get(base, ()))
        if any(method is not None and ast.get_docstring(method) for method in methods):
            return True
    return any(_overrides(name, base, classes) for base in bases)


def _decorators(function: Function) -> set[str]:
    return {_name(one.func if isinstance(one, ast.Call) else one) for one in function.decorator_list}


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
