"""Markdown (CommonMark, with tables), read by markdown-it-py."""

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from forecast_bench.prose.source_text import Block, BlockKind, Document, SourceText

if TYPE_CHECKING:
    from markdown_it.token import Token

_FOOTNOTE = re.compile(r"(?<=\n)\[\^[^\]\s]{1,20}\]:")
_OPEN: dict[str, BlockKind] = {
    "heading_open": "heading",
    "list_item_open": "list item",
    "blockquote_open": "quotation",
    "th_open": "table",
    "td_open": "table",
}


def read_markdown(text: str) -> Document:
    r"""Read Markdown; code and raw HTML say nothing.

    Examples
    --------
    >>> document = read_markdown("# Likely\n\nIt is *very*\n**likely** [now](http://x.test).\n")
    >>> [(one.kind, one.words.text) for one in document.blocks]
    [('heading', 'Likely'), ('prose', 'It is very\nlikely now.')]
    >>> document.place(document.blocks[1].words.offsets[11])
    Place(line=4, column=3, page=None)
    """
    from markdown_it import MarkdownIt

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    # Unjoined, characters that are written by a name or escaped keep what they were written as.
    tokens = MarkdownIt("commonmark").enable("table").disable("text_join").parse(text)
    return Document(text, tuple(_blocks(tokens, text, starts)))


def _blocks(tokens: "Sequence[Token]", text: str, starts: Sequence[int]) -> Iterator[Block]:
    inside: list[BlockKind] = []
    rows: dict[int, int] = {}
    for token in tokens:
        if token.type in _OPEN:
            inside.append(_OPEN[token.type])
        elif token.type.endswith("_close") and f"{token.type[:-6]}_open" in _OPEN:
            inside.pop()
        elif token.type == "inline" and token.map is not None:
            # Cells of a row share its lines: each is looked for after the one before it.
            first = token.map[0]
            start = max(starts[first], rows.get(first, 0))
            end = min(starts[min(token.map[1], len(starts) - 1)], len(text))
            words, after = _inline(token, text, start, end)
            rows[first] = after
            yield from (Block(_kind(inside), part) for part in _footnotes(words))


def _footnotes(words: SourceText) -> Iterator[SourceText]:
    """Footnotes in a row, each for itself: CommonMark has none and makes a paragraph of them."""
    starts = [0, *(one.start() for one in _FOOTNOTE.finditer(words.text)), len(words.text)]
    for start, end in pairwise(starts):
        if words.text[start:end].strip():
            yield words.part(start, end)


def _kind(inside: Sequence[BlockKind]) -> BlockKind:
    for one in ("table", "heading", "quotation"):
        if one in inside:
            return one
    return inside[-1] if inside else "prose"


def _inline(token: "Token", text: str, start: int, end: int) -> tuple[SourceText, int]:
    """Characters of a paragraph without its markup, each found where it stands."""
    out: list[str] = []
    places: array[int] = array("Q")
    at = start
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            found = text.find("\n", at, end)
            at = found if found >= 0 else at
            out.append("\n")
            places.append(min(at, max(0, len(text) - 1)))
            at += 1
        elif child.type == "text_special":
            found = text.find(child.markup, at, end)
            at = found if found >= 0 else at
            out.append(child.content)
            places.extend([at] * len(child.content))
            at += len(child.markup)
        elif child.type == "text" and child.content:
            found = text.find(child.content, at, end)
            at = found if found >= 0 else at
            out.append(child.content)
            last = max(at, end - 1)
            places.extend(min(at + index, last) for index in range(len(child.content)))
            at += len(child.content)
        elif child.type == "code_inline":
            found = text.find(child.content, at, end)
            at = found + len(child.content) if found >= 0 else at
    return SourceText("".join(out), places), at
