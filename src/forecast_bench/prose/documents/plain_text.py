"""Plain text: paragraphs between blank lines, lists, tables, headings and footnotes."""

import re
from collections.abc import Iterator

from forecast_bench.prose.source_text import Block, Document, SourceText
from forecast_bench.prose.vocabulary import Vocabulary

_LINE = re.compile(r"[^\n]*\n?")
_BLANK = "[ \\t\N{NO-BREAK SPACE}]"
_MARKER = re.compile(
    rf"{_BLANK}*(?:[-*+•‣◦▪–—]|\(?\d{{1,3}}[.)]|\(?[a-z][.)]|\[\d{{1,3}}\]){_BLANK}+(?=\S)"  # noqa: RUF001
)
_RULE = re.compile(r"\s*[-=_+|:.*~]{3,}(?:\s+[-=_+|:.*~]{3,})*\s*")
_COLUMNS = re.compile(r"\S(?:[ \N{NO-BREAK SPACE}]{2,}|\t+)\S")
_ENDED = re.compile(r"[.!?…:;]['\"”’)\]]*(?:\[\d{1,3}\])*\s*\Z")  # noqa: RUF001
_SENTENCE_END = re.compile(r"[.!?…,;]['\"”’)\]]*(?:\[\d{1,3}\])*\s*\Z")  # noqa: RUF001
_LONGEST_HEADING = 14
_FEW_WORDS = 4


def read_plain_text(text: str, words: Vocabulary | None = None) -> Document:
    r"""Read plain text.

    Parameters
    ----------
    text : str
        The text.
    words : Vocabulary or None
        Of the text's language: how its captions begin.

    Examples
    --------
    >>> document = read_plain_text("Likely Routes\n\nIt is likely.\nIt ends.\n\n- one\n- two\n")
    >>> [one.kind for one in document.blocks]
    ['heading', 'prose', 'list item', 'list item']
    >>> document.blocks[1].words.text
    'It is likely.\nIt ends.\n'
    """
    return Document(text, tuple(blocks_of(SourceText.at(text, 0), words)))


def blocks_of(source: SourceText, words: Vocabulary | None) -> Iterator[Block]:
    """Blocks of a stretch of text."""
    captions = "|".join(words.captions) if words is not None and words.captions else "(?!)"
    caption = re.compile(rf"\s*(?:{captions})\.? [A-Z]?\d*(?:\.\d+)*[.:]? ", re.IGNORECASE)
    group: list[SourceText] = []
    for found in _LINE.finditer(source.text):
        line = source.part(found.start(), found.end())
        if line.text.strip():
            group.append(line)
        elif group:
            yield from _group(group, caption)
            group = []
    if group:
        yield from _group(group, caption)


def _group(lines: list[SourceText], caption: re.Pattern[str]) -> Iterator[Block]:
    if _is_table(lines):
        yield Block("table", _together(lines))
        return
    if len(lines) <= 2 and caption.match(lines[0].text) and not _ENDED.search(lines[-1].text):
        yield Block("caption", _together(lines))
        return
    if len(lines) == 2 and _RULE.fullmatch(lines[1].text):
        yield Block("heading", lines[0])
        return
    for item in _items(lines):
        alone = len(item) == 1
        marker = _MARKER.match(item[0].text)
        if marker:
            first = item[0].part(marker.end(), len(item[0].text))
            # An item of few words may well say something: "strikes unlikely".
            named = alone and _is_heading(first.text, few=0)
            yield Block("heading" if named else "list item", _together([first, *item[1:]]))
        elif alone and (_is_heading(item[0].text) or _RULE.fullmatch(item[0].text)):
            yield Block("heading", item[0])
        else:
            yield from _paragraph(item)


def _paragraph(lines: list[SourceText]) -> Iterator[Block]:
    """A paragraph, apart from a heading that stands on it with no blank line between."""
    longest = max(len(one.text) for one in lines)
    first = lines[0].text.strip()
    if (
        len(lines) > 1
        and len(first) < 0.6 * longest
        and _is_heading(first)
        and lines[1].text.lstrip()[:1].isupper()
    ):
        yield Block("heading", lines[0])
        lines = lines[1:]
    yield Block("prose", _together(lines))


def _items(lines: list[SourceText]) -> Iterator[list[SourceText]]:
    """Items of a list; what has no marker belongs to the item above it."""
    item: list[SourceText] = []
    listed = _MARKER.match(lines[0].text) is not None
    for line in lines:
        marked = _MARKER.match(line.text) is not None
        ended = bool(item) and _ENDED.search(item[-1].text) is not None
        if item and marked and (listed or ended):
            yield item
            item = []
            listed = True
        item.append(line)
    yield item


def _is_table(lines: list[SourceText]) -> bool:
    texts = [one.text.strip() for one in lines]
    if all(one.count("|") >= 2 for one in texts):
        return True
    columns = sum(1 for one in texts if _COLUMNS.search(one) or _RULE.fullmatch(one))
    return len(texts) > 1 and columns >= 0.6 * len(texts)


def _is_heading(line: str, *, few: int = _FEW_WORDS) -> bool:
    """Whether a line of its own is a heading: no end of a sentence, and capitals or few words."""
    text = line.strip().rstrip(":").strip()
    words = re.findall(r"[^\W\d_][\w'’-]*", text)  # noqa: RUF001
    if not words or _SENTENCE_END.search(line) or len(words) > _LONGEST_HEADING:
        return False
    if text.upper() == text or len(words) <= few:
        return True
    long = [one for one in words if len(one) > 3]
    return len([one for one in long if one[0].isupper()]) >= 0.6 * len(long) > 0


def _together(lines: list[SourceText]) -> SourceText:
    offsets = lines[0].offsets[:]
    for one in lines[1:]:
        offsets.extend(one.offsets)
    return SourceText("".join(one.text for one in lines), offsets)
