"""Nobody but a kind's own folder asks which kind data are of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cupel.engine.domain.kinds import KINDS

ROOT = Path(__file__).parents[1]
NAMES = "|".join(KINDS)
_ASKED, _NAMED = r"\w*(?:kind|role)\w*[\"\])]*", rf"\"(?:{NAMES})\""
ASKS = re.compile(rf"{_ASKED} *(?:==|!=|in) *[\[(]?{_NAMED}|{_NAMED} *(?:==|!=|in) *\w*(?:kind|role)")


def questions(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if ASKS.search(line)]


def test_no_module_outside_of_the_kinds_asks_which_kind_it_is() -> None:
    found = {
        str(path.relative_to(ROOT)): asked
        for room in ("engine", "gui", "storage")
        for path in (ROOT / room).rglob("*.py")
        if not path.is_relative_to(ROOT / "engine" / "kinds")
        and (asked := questions(path.read_text(encoding="utf-8")))
    }
    # Of a token of the filter's language.
    assert found.pop("engine/domain/filtering.py") == ['if token.kind == "text":']
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        'if schema.kind == "text":', 'if data_kind != "table":', 'x = 1 if "image" in roles else 2',
        'if spec["role"] == "image":', 'if column.role in ("text", "id"):',
    ],
)  # fmt: skip
def test_a_planted_question_is_found(planted: str) -> None:
    assert questions(f"def f():\n    {planted}\n        pass\n") == [planted]
