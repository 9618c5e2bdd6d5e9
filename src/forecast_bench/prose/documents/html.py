"""HTML, read by the standard library's parser, which knows where every character stands."""

from array import array
from html import unescape
from html.parser import HTMLParser
from typing import override

from forecast_bench.prose.source_text import Block, BlockKind, Document, SourceText

_SILENT = {"script", "style", "template", "noscript", "nav", "head", "title", "svg", "math", "form"}
_CODE = {"code", "pre", "kbd", "samp"}
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("th", "td"), "table"),
    **dict.fromkeys(("caption", "figcaption"), "caption"),
    **dict.fromkeys(("li", "dd", "dt"), "list item"),
    "blockquote": "quotation",
}
_BLOCKS = {
    *_KINDS,
    *("p", "div", "section", "article", "main", "aside", "header", "footer", "address", "body"),
    *("ul", "ol", "dl", "table", "thead", "tbody", "tr", "figure", "details", "summary", "hr"),
}
_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "wbr",
}


def read_html(text: str) -> Document:
    r"""Read HTML, also where its tags are not closed; scripts, forms and navigation say nothing.

    Examples
    --------
    >>> document = read_html("<h1>Likely</h1><p>It is <b>very</b>&nbsp;likely<p>It ends")
    >>> [(one.kind, one.words.text) for one in document.blocks]
    [('heading', 'Likely'), ('prose', 'It is very\xa0likely'), ('prose', 'It ends')]
    """
    parser = _Reader(text)
    parser.feed(text)
    parser.close()
    parser.end_block()
    return Document(text, tuple(parser.blocks))


class _Reader(HTMLParser):
    """Collects blocks; `inside` are the open elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.blocks: list[Block] = []
        self.inside: list[str] = []
        self.out: list[str] = []
        self.places: array[int] = array("Q")
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; a new block ends the one before it."""
        del attrs
        if tag in _BLOCKS:
            self.end_block()
            # A paragraph or an item that was not closed ends where the next one begins.
            if self.inside and self.inside[-1] == tag and tag in ("p", "li", "td", "th", "tr"):
                self.inside.pop()
        if tag == "br":
            self._take("\n", self._here())
        if tag not in _VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and what was left open inside it."""
        if tag in _BLOCKS:
            self.end_block()
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take text."""
        start = self._here()
        for index, one in enumerate(data):
            self._take(one, start + index)

    def handle_entityref(self, name: str) -> None:
        """Take a character written by its name."""
        for one in unescape(f"&{name};"):
            self._take(one, self._here())

    def handle_charref(self, name: str) -> None:
        """Take a character written by its number."""
        for one in unescape(f"&#{name};"):
            self._take(one, self._here())

    @override
    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over ``<![…>`` as browsers do; the library's own reading raises on some of it."""
        return self.parse_bogus_comment(i, report)

    def end_block(self) -> None:
        """End what is being read."""
        if "".join(self.out).strip():
            self.blocks.append(Block(self._kind(), SourceText("".join(self.out), self.places)))
        self.out, self.places = [], array("Q")

    def _take(self, one: str, at: int) -> None:
        if not _SILENT.intersection(self.inside) and not _CODE.intersection(self.inside):
            self.out.append(one)
            self.places.append(at)

    def _kind(self) -> BlockKind:
        kinds = [_KINDS[one] for one in self.inside if one in _KINDS]
        for one in ("table", "heading", "caption", "quotation"):
            if one in kinds:
                return one
        return kinds[-1] if kinds else "prose"

    def _here(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column
