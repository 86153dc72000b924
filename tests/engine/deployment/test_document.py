"""Documents for people: the same sentences as Markdown and as HTML, whatever signs they hold."""

from __future__ import annotations

from html.parser import HTMLParser

from cupel.engine.deployment.document import Code, Document, DocumentTable, Items, Paragraph, Section

MADE = Document(
    "Wine & <cheese>",
    Paragraph("A classifier for `a<b`."),
    (
        Section(
            "First",
            (
                Items(("**Careful**: one.", "Two.")),
                DocumentTable(("name", "n"), (("a|b", "1"), ("<i>", "2"))),
            ),
        ),
        Section("Second", (Paragraph("As data:"), Code("json", '{"a": "<b>"}'))),
    ),
)


class Texts(HTMLParser):
    """Gathers the texts of each tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tag = tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append((self._tag, data))


def test_it_is_markdown() -> None:
    assert MADE.markdown() == (
        "# Wine & <cheese>\n\nA classifier for `a<b`.\n\n## First\n\n- **Careful**: one.\n- Two.\n\n"
        "| name | n |\n| --- | --- |\n| a\\|b | 1 |\n| <i> | 2 |\n\n"
        '## Second\n\nAs data:\n\n```json\n{"a": "<b>"}\n```\n'
    )


def test_it_is_html_whose_texts_are_never_tags() -> None:
    page = Texts()
    page.feed(MADE.html())
    assert [text for tag, text in page.found if tag in ("h1", "h2")] == ["Wine & <cheese>", "First", "Second"]
    for one in (
        ("code", "a<b"),
        ("strong", "Careful"),
        ("td", "a|b"),
        ("td", "<i>"),
        ("pre", '{"a": "<b>"}'),
    ):
        assert one in page.found
