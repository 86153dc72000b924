"""A document for people as types: sections of sentences, lists and tables, as Markdown and as HTML.

Texts may hold `` `code` `` and ``**strong**``, as in Markdown, and nothing else of it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8888}"
    "pre{overflow:auto}:root{color-scheme:light dark}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or some."""

    text: str

    def markdown(self) -> str:
        """Return it as Markdown."""
        return self.text

    def html(self) -> str:
        """Return it as HTML."""
        return f"<p>{_inline(self.text)}</p>"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "\n".join(f"- {text}" for text in self.texts)

    def html(self) -> str:
        """Return it as HTML."""
        return "<ul>" + "".join(f"<li>{_inline(text)}</li>" for text in self.texts) + "</ul>"


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """Cells in rows, all as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        lines = [self.header, ("---",) * len(self.header), *self.rows]
        return "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
        )

    def html(self) -> str:
        """Return it as HTML."""
        head = "".join(f"<th>{_inline(cell)}</th>" for cell in self.header)
        rows = ("".join(f"<td>{_inline(cell)}</td>" for cell in row) for row in self.rows)
        return f"<table><tr>{head}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


@dataclass(frozen=True, slots=True)
class Code:
    """Text of a language, such as JSON."""

    language: str
    text: str

    def markdown(self) -> str:
        """Return it as Markdown."""
        return f"```{self.language}\n{self.text}\n```"

    def html(self) -> str:
        """Return it as HTML."""
        return f"<pre>{html.escape(self.text)}</pre>"


Block = Paragraph | Items | DocumentTable | Code


@dataclass(frozen=True, slots=True)
class Section:
    """A title and what stands below it."""

    title: str
    blocks: tuple[Block, ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "\n\n".join([f"## {self.title}", *(block.markdown() for block in self.blocks)])

    def html(self) -> str:
        """Return it as HTML."""
        return "\n".join([f"<h2>{_inline(self.title)}</h2>", *(block.html() for block in self.blocks)])


@dataclass(frozen=True, slots=True)
class Document:
    """A title, a first sentence, and sections."""

    title: str
    lead: Paragraph
    sections: tuple[Section, ...]

    def markdown(self) -> str:
        """Return it as Markdown."""
        sections = (section.markdown() for section in self.sections)
        return "\n\n".join([f"# {self.title}", self.lead.markdown(), *sections]) + "\n"

    def html(self) -> str:
        """Return it as a page of HTML, which asks for nothing from elsewhere."""
        sections = (section.html() for section in self.sections)
        parts = [f"<h1>{_inline(self.title)}</h1>", self.lead.html(), *sections]
        return (
            f'<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv="Content-Security-Policy" '
            f'content="{_POLICY}"><title>{html.escape(self.title)}</title><style>{_STYLE}</style>\n'
            + "\n".join(parts)
            + "\n</html>\n"
        )


def _inline(text: str) -> str:
    """Return a text of sentences as HTML."""
    code = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text))
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", code)
