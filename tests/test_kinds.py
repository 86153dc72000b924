"""Nobody but a kind's own folder asks which kind data are of, or names what is a kind's own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import get_args

import pytest
from cupel.engine.data.columns import Storage
from cupel.engine.domain.kinds import KINDS, ROLES

ROOT = Path(__file__).parents[1]
NAMES = frozenset(chain(KINDS, *(kind.roles for kind in KINDS.values())))
"""Of kinds of data, and of the roles of their columns."""
STORAGES = frozenset(get_args(Storage))
"""How the cells of a column are kept, which is no question of kind though some are called alike."""
FOLDERS = tuple(ROOT / "engine" / "kinds" / kind for kind in KINDS)
MODULES = tuple(path for room in ("engine", "gui", "storage") for path in (ROOT / room).rglob("*.py"))


def is_own(path: Path) -> bool:
    """Whether a module lies in the folder of a kind."""
    return any(path.is_relative_to(folder) for folder in FOLDERS)


def classes(paths: Iterable[Path]) -> frozenset[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    return frozenset(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))


OWN = classes(filter(is_own, MODULES)) - classes(path for path in MODULES if not is_own(path))
"""Classes of the kinds' own folders."""

RIGHT = [
    # The home of the names: what data are while nothing is known of them.
    ("engine/domain/kinds.py", 'DEFAULT_KIND = "table"'),
    # Of a token of the filter's language.
    ("engine/domain/filtering.py", 'if token.kind == "text":'),
    # What the window calls each role and kind: texts that are translated stand as they are.
    ("gui/words.py", "return {"),
    ("gui/words.py", 'own = {"table": tr("Table"), "text": tr("Texts"), "image": tr("Images")}'),
    # Of the name of a loss.
    ("engine/training/teaching.py", 'if loss.startswith("categorical"):'),
]
"""Lines that name kinds rightly, each with its reason."""


def words(node: ast.expr | None) -> frozenset[str]:
    """Return the texts that an expression, or each of its elements, is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return frozenset({node.value})
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return frozenset(chain.from_iterable(map(words, node.elts)))
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        # Of frozenset({…}) and the like.
        return words(node.args[0])
    return frozenset()


def is_of_storage(node: ast.expr | None) -> bool:
    """Whether an expression is called a storage."""
    return (isinstance(node, ast.Attribute) and node.attr == "storage") or (
        isinstance(node, ast.Name) and node.id == "storage"
    )


def asks_by_key(table: ast.expr, key: ast.expr | None) -> bool:
    """Whether a dict that stands there is asked by a key and has a name of a kind."""
    if not isinstance(table, ast.Dict):
        return False
    keys = frozenset(chain.from_iterable(map(words, table.keys)))
    return bool(keys & NAMES) and not (is_of_storage(key) and keys <= STORAGES)


def names_only(found: frozenset[str]) -> bool:
    """Whether texts are names of kinds and roles and nothing else, and at least one is of a kind."""
    return bool(found & NAMES) and found <= NAMES | set(ROLES)


def compares(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    if any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
        # Of what schema.json says of a column, only images have a shape.
        return isinstance(node.left, ast.Attribute) and node.left.attr == "shape"
    found = frozenset(chain.from_iterable(map(words, sides)))
    return bool(found & NAMES) and not (any(map(is_of_storage, sides)) and found <= STORAGES)


def calls(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in ("with_role", "count", "index", "startswith", "endswith"):
        return any(words(arg) & NAMES for arg in node.args)
    return node.func.attr == "get" and bool(node.args) and asks_by_key(node.func.value, node.args[0])


def asks(node: ast.AST) -> bool:
    """Whether a node of a program asks which kind something is of, or lists the kinds to ask later."""
    match node:
        case ast.Compare():
            return compares(node)
        case ast.Call():
            return calls(node)
        case ast.Subscript():
            return asks_by_key(node.value, node.slice)
        case ast.MatchValue():
            return bool(words(node.value) & NAMES)
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_storage = any(map(is_of_storage, targets)) and words(node.value) <= STORAGES
            return lists(node.value) and not is_storage
        case ast.Return():
            # A name alone is an answer, not a question.
            return lists(node.value) and not isinstance(node.value, ast.Constant)
        case _:
            return False


def lists(value: ast.expr | None) -> bool:
    """Whether a value is a name of a kind by another name, a list of such, or a table by kind."""
    if isinstance(value, ast.Dict):
        return names_only(frozenset(chain.from_iterable(map(words, value.keys))))
    is_listed = isinstance(value, ast.Tuple | ast.List | ast.Set | ast.Call)
    is_named = isinstance(value, ast.Constant)
    return (is_listed or is_named) and names_only(words(value))


def is_of_a_kind(module: str) -> bool:
    """Whether a module lies in the folder of a kind."""
    parts = module.split(".")
    return any(before == "kinds" and kind in KINDS for before, kind in pairwise(parts))


def names_own(node: ast.AST) -> bool:
    """Whether a node names what is a kind's own: a class, or a module of its folder."""
    match node:
        case ast.Name():
            return node.id in OWN
        case ast.Attribute():
            return node.attr in OWN
        case ast.Import():
            return any(is_of_a_kind(alias.name) for alias in node.names)
        case ast.ImportFrom():
            module = node.module or ""
            return any(alias.name in OWN or is_of_a_kind(f"{module}.{alias.name}") for alias in node.names)
        case _:
            return False


def questions(text: str, *, may_name_own: bool = False) -> list[str]:
    """Return the lines of a program that ask which kind something is of, or name what is a kind's own."""
    lines = text.splitlines()
    found = {
        node.lineno
        for node in positioned(ast.parse(text))
        if asks(node) or (names_own(node) and not may_name_own)
    }
    return [lines[number - 1].strip() for number in sorted(found)]


def positioned(tree: ast.AST) -> Iterator[ast.expr | ast.stmt | ast.pattern]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt | ast.pattern))


def test_no_module_outside_of_the_kinds_asks_which_kind_it_is() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), line)
        for path in MODULES
        if not is_own(path)
        # A family of networks is written for the inputs of a kind.
        for line in questions(
            path.read_text(encoding="utf-8"), may_name_own=path.is_relative_to(ROOT / "engine" / "families")
        )
    ]
    assert sorted(found) == sorted(RIGHT)


@pytest.mark.parametrize(
    "planted",
    [
        'if schema.kind == "text":',
        'if data_kind != "table":',
        'x = 1 if "image" in roles else 2',
        'if spec["role"] == "image":',
        'if column.role in ("text", "id"):',
        'if "image" not in schema.kinds:',
        'if kind not in ("text",):',
        'if role in ("numeric", "text"):',
        'if role in {"numeric"}:',
        'if role in frozenset({"date"}):',
        'if role == "numeric":',
        'if "categorical" != role:',
        'if storage == "image":',
        'if column.storage in ("text", "image"):',
        'if (schema.inputs[0].kind, 1) == ("text", 1):',
        'if kinds == ("table", "text"):',
        'x = {"text": f}[kind]',
        'x = {"text": f, "number": g}[column.role]',
        'x = {"numeric": f}.get(role, g)',
        'x = {"text": f, "image": g}',
        'TEXT = "text"',
        'TEXT: Final = "text"',
        'IMAGES = ["image"]',
        'USED = frozenset(("numeric", "target"))',
        'return {"table": f, "text": g}',
        "if isinstance(one, TextInput):",
        "if isinstance(one, (inputs.TableInput, ImageInput)):",
        "if isinstance(one, TableInput | ImageInput):",
        "if isinstance(column, ImageColumn):",
        "x = TextInput(9, 40)",
        "x: TablePreprocessing",
        "x = files.ImageFiles(path)",
        "from ..kinds.image.files import path_column",
        "from ..kinds.text import folder",
        "from cupel.engine.kinds.table.input import TableInput",
        "import cupel.engine.kinds.text.tokens",
        "if spec.shape is not None:",
        "x = [one for one in inputs if one.shape is None]",
        'x = schema.with_role("date")',
        'if kind.startswith("text"):',
    ],
)
def test_a_planted_question_is_found(planted: str) -> None:
    body = "\n        pass" if planted.endswith(":") else ""
    assert questions(f"def f():\n    {planted}{body}\n") == [planted]


@pytest.mark.parametrize("case", ['"text"', '"image" | "text"', '("text", 1)', "TextInput(n)"])
def test_a_planted_case_is_found(case: str) -> None:
    text = f"match one:\n    case {case}:\n        pass\n"
    assert set(questions(text)) == {f"case {case}:"}


@pytest.mark.parametrize(
    "other",
    [
        'if role == "target":',
        'if role in ("group", "time", "ignored"):',
        'if column.storage == "text":',
        'if storage not in (None, "date"):',
        'x = {"number": f, "date": g, "text": h}[spec.storage]',
        'Storage = Literal["number", "text", "date"]',
        'storage: ClassVar[Storage] = "text"',
        'x = {"template": a, "text": b}',
        'x = fitted["numeric"]',
        'return "categorical"',
        "if isinstance(column, WordColumn):",
        "from ..kinds.registry import reader_of",
        "from ..kinds.base import Input",
        "if kind.has_files:",
        "if role in NUMBER_ROLES:",
    ],
)
def test_what_is_no_question_of_kind_is_let_be(other: str) -> None:
    body = "\n        pass" if other.endswith(":") else ""
    assert questions(f"def f():\n    {other}{body}\n") == []
