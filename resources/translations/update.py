"""Brings the Qt Linguist files up to date with the sources, and compiles them.

    python resources/translations/update.py [--check]

Two contexts are collected: ``window``, the literals of ``tr("…")`` in `gui/` and the titles of model families; and
``engine``, the literal templates of the sentences in `engine/` and `storage/` (first argument of an ``…Error(…)``,
``Message(…)``, ``RuledOut(…)``, ``Diverged(…)``, ``StudyFailed(…)``, ``Remark(…)`` or
``_say(…)`` call, and what is passed as ``template=``). Translations that exist are kept; those whose source is gone are
dropped. ``--check`` changes nothing and fails if the file is out of date or a translation is missing.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TS = Path(__file__).with_name("cupel_zh_CN.ts")
QM = TS.with_suffix(".qm")
_WINDOW, _ENGINE = "window", "engine"
_TELLING = ("Message", "RuledOut", "Diverged", "StudyFailed", "Remark", "_say")


def sources() -> dict[str, set[str]]:
    """Return the texts to translate, by context."""
    window = {text for path in _python("gui") for text in _calls(path, {"tr"})} | set(_titles())
    engine = {
        text for folder in ("engine", "storage") for path in _python(folder) for text in _sentences(path)
    }
    return {_WINDOW: window, _ENGINE: engine | {"{kind}: {text}"}}


def translations() -> dict[tuple[str, str], str]:
    """Return the translations of the committed file by context and source."""
    if not TS.exists():
        return {}
    return {
        (context.findtext("name", ""), message.findtext("source", "")): message.findtext("translation", "")
        for context in ET.parse(TS).getroot().iter("context")  # noqa: S314 - our own file
        for message in context.iter("message")
    }


def problems() -> list[str]:
    """Return what is wrong with the committed file: texts without translation, translations without text."""
    known = translations()
    wanted = {(context, text) for context, texts in sources().items() for text in texts}
    missing = [
        f"not translated ({context}): {text}"
        for context, text in sorted(wanted)
        if not known.get((context, text))
    ]
    stale = [f"no longer used ({context}): {text}" for context, text in sorted(set(known) - wanted)]
    return missing + stale


def write(known: dict[tuple[str, str], str]) -> None:
    """Write the Linguist file."""
    root = ET.Element("TS", version="2.1", language="zh_CN", sourcelanguage="en")
    for context, texts in sources().items():
        node = ET.SubElement(root, "context")
        ET.SubElement(node, "name").text = context
        for text in sorted(texts):
            message = ET.SubElement(node, "message")
            ET.SubElement(message, "source").text = text
            translation = ET.SubElement(message, "translation")
            translation.text = known.get((context, text), "")
            if not translation.text:
                translation.set("type", "unfinished")
    ET.indent(root, "  ")
    body = ET.tostring(root, encoding="unicode")
    TS.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def compile_file() -> None:
    """Make the binary file that the window loads."""
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([str(tool), "-silent", "-nounfinished", str(TS), "-qm", str(QM)], check=True)


def _python(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _titles() -> Iterator[str]:
    """Yield the titles of model families, which their search spaces say."""
    for path in sorted((ROOT / "engine" / "domain" / "spaces").glob("*.toml")):
        yield tomllib.loads(path.read_text(encoding="utf-8"))[path.stem]["about"]["title"]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _literal(node: ast.expr) -> Iterator[str]:
    """Yield the text of a literal, or of both branches of a conditional expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literal(node.body)
        yield from _literal(node.orelse)


def _calls(path: Path, names: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node) in names and node.args:
            yield from _literal(node.args[0])


def _sentences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if (_name(node).endswith("Error") or _name(node) in _TELLING) and node.args:
            # Of errors a single word is no sentence: the name of an encoding, say.
            yield from (
                t
                for t in _literal(node.args[0])
                if " " in t or (_name(node) == "Message" and t.replace("-", "").isalpha())
            )
        if _name(node) == "finding" and len(node.args) > 3:
            yield from _literal(node.args[3])
        for keyword in node.keywords:
            if keyword.arg == "template":
                yield from _literal(keyword.value)


def main() -> int:
    """Run from a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing, fail where the file is out of date"
    )
    if not parser.parse_args().check:
        write(translations())
        compile_file()
    found = problems()
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
