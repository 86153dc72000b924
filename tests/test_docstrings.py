"""Docstrings say what their functions take, give and raise, and comments stand above the code; see `docstrings`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .docstrings import classes_of, parsed, problems, trailing_comments

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "gui", "resources", "storage")
DESCRIBED = ("engine/domain", "engine/families", "engine/jobs", "engine/kinds", "engine/networks", "storage")
"""Rooms whose public functions have sections; migrations are no functions that anybody calls."""

_LEAST_WORDS = 3

_PLANTED = '''
"""What a module is about."""

class Base:
    """A base."""

    def documented(self, value: int) -> int:
        """Return it.

        Parameters
        ----------
        value : int

        Returns
        -------
        int
        """
        return value


class Derived(Base):
    """Says what is its own."""

    def documented(self, value: int) -> int:
        """See `Base.documented`."""
        return value

    def silent(self, value: int) -> int:
        return value

    @property
    def size(self) -> int:
        """How large it is."""
        return 1

    def short(self) -> int:
        """Return a number."""
        return 1


def without(path: str) -> int:
    """Return a number."""
    raise ValueError(path)


def other_names(path: str, *, size: int) -> None:
    """Do it.

    Parameters
    ----------
    path : str
    """
'''


def modules(*folders: str) -> list[Path]:
    """Return the modules in folders, but for the migrations themselves."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if path.parent.name != "versions")


def is_carried(path: Path, tree: ast.Module) -> bool:
    """Whether bundles carry a module of a kind, as it says itself: their programs are to be short."""
    return path.parents[1].name == "kinds" and "bundles carry it" in (ast.get_docstring(tree) or "").lower()


def is_of_a_method(problem: str) -> bool:
    return "." in problem.split(" ", 1)[1].partition(":")[0]


def test_every_public_function_says_what_it_takes_gives_and_raises() -> None:
    trees = parsed(modules(*DESCRIBED))
    classes = classes_of(trees)
    found = [
        one
        for path, tree in trees.items()
        for one in problems(tree, str(path.relative_to(ROOT)), classes)
        if not (is_carried(path, tree) and is_of_a_method(one))
    ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_lives_there(package: str) -> None:
    said = {path: ast.get_docstring(tree) or "" for path, tree in parsed(modules(package)).items()}
    assert [str(path) for path, text in said.items() if len(text.split()) < _LEAST_WORDS] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_comment_stands_after_code(package: str) -> None:
    found = [
        one
        for path in modules(package)
        for one in trailing_comments(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    ]
    assert found == []


def test_the_check_finds_what_is_missing() -> None:
    tree = ast.parse(_PLANTED)
    classes = classes_of({Path("planted.py"): tree})
    found = {one.split(" ", 1)[1] for one in problems(tree, "planted.py", classes)}
    assert found == {
        "Derived.silent: no docstring",
        "without: no Raises section",
        "without: no Parameters section",
        "without: no Returns section",
        "other_names: Parameters does not name size",
    }


def test_the_check_finds_comments_after_code() -> None:
    source = 'x = 1  # one\n# above\ny = "#"  # noqa: F401\nz = [\n    1,\n    2,  # two\n]\n'
    assert trailing_comments(source, "m.py") == [
        "m.py:1: a comment after code: # one",
        "m.py:6: a comment after code: # two",
    ]
