"""What bundles hold and say of texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ...data.columns import Rows
from ...data.table import Table
from ...domain.arrays import Cells
from ..base import BundlePart, Measure, Preprocessing, TokenRule, spread_out
from .preprocessing import TextPreprocessing
from .tokens import PATTERNS

_MOST_TEXTS = 20_000
"""Training texts that are looked at, and characters of each."""


class TextPart(BundlePart):
    """See `BundlePart`."""

    # They must not need to be quoted where the data are not.
    strange_cells = (
        "qwzx vbnmk plokij",
        "这个东西很好吃，下次还来！ OK",
        "😀👍🏽 :-) 100%",
        "Ünïcode ÀÉ ПРИВЕТ ñandú ＡＢＣ",
        "THE QUICK 12345678 o'clock\u2003#@!\u200bx",
        'line one\n\nline "two"\t, three; four | five',
        "word " * 3000 + "end",
        "a" * 5000,
    )
    about: Mapping[str, str] = {
        "text": "Letters A to Z are lower-cased; the matches of `pattern` are tokens; word i of `vocabulary` has the "
        "code 2 + i, an unknown one 1; after the end of a text come zeros.",
    }

    def counted(self, role: str) -> tuple[str, ...]:  # noqa: ARG002
        """See `BundlePart.counted`."""
        return ("length", "unknown")

    def tokens(self, model: Path) -> TokenRule | None:
        """See `BundlePart.tokens`; of an ensemble, the first network's."""
        import onnx

        load = cast("Callable[..., onnx.ModelProto]", onnx.load)  # pyright: ignore[reportUnknownMemberType]
        nodes = load(str(model), load_external_data=False).graph.node
        cutter = next((node for node in nodes if node.op_type == "Tokenizer"), None)
        if cutter is None:
            return None
        coder = next((node for node in nodes if cutter.output[0] in node.input), None)
        found = {
            attribute.name: onnx.helper.get_attribute_value(attribute)
            for node in (cutter, coder)
            if node is not None
            for attribute in node.attribute
        }
        return TokenRule(found["tokenexp"].decode(), tuple(word.decode() for word in found["keys_strings"]))

    def measures(self, tokens: TokenRule | None) -> dict[str, Measure]:
        """Return the length, and the share of tokens that the model does not know, where its tokens are known."""
        # Another expression could take without end on a text.
        if tokens is None or tokens.expression not in PATTERNS.values():
            return {"length": _length}
        known, pattern = frozenset(tokens.known), re.compile(tokens.expression)
        lower = {sign: sign + 32 for sign in range(ord("A"), ord("Z") + 1)}

        def share(text: str) -> float:
            found = pattern.findall(text[:_MOST_TEXTS].translate(lower))
            return sum(token not in known for token in found) / len(found) if found else np.nan

        def unknown(texts: Cells) -> NDArray[np.float64]:
            return np.array([share(text) for text in texts.reshape(-1).tolist()], np.float64)

        return {"length": _length, "unknown": unknown}

    def cells(self, table: Table, column: str, rows: Rows) -> Cells:
        """See `BundlePart.cells`."""
        words = table.words(column)
        assert words is not None  # noqa: S101 - texts are words
        thinned = spread_out(rows, _MOST_TEXTS)
        return np.array([*words.vocabulary, ""], object)[words.codes[thinned]]

    def preprocessing(self, fitted: Preprocessing) -> dict[str, object]:
        """See `BundlePart.preprocessing`."""
        assert isinstance(fitted, TextPreprocessing)  # noqa: S101 - a kind only sees its own
        return {**fitted.to_json(), "pattern": PATTERNS[fitted.tokens]}

    def private(self, roles: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002
        """See `BundlePart.private`."""
        return ("`model.onnx` holds the words that are frequent in the data.",)


def _length(texts: Cells) -> NDArray[np.float64]:
    return np.array([len(text) or np.nan for text in texts.reshape(-1).tolist()], np.float64)


PART = TextPart()
