"""Text that knows, for each of its characters, where it stands in its source."""

import bisect
import re
from array import array
from dataclasses import dataclass, field
from typing import Literal, Self

type BlockKind = Literal["prose", "heading", "table", "caption", "list item", "quotation", "code"]

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
# Ends a line inside a paragraph, and is not counted as a line of the source.
LINE_SEPARATOR = "\N{LINE SEPARATOR}"
_INVISIBLE = re.compile("[\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\ufeff]")
_LINE_END = f"(?:\\r?\\n|{LINE_SEPARATOR})"
_BROKEN = re.compile(
    # An invisible sign, with the line break that follows a hyphen of its kind.
    rf"(?P<invisible>{SOFT_HYPHEN}[ \t]*{_LINE_END}[ \t]*|{_INVISIBLE.pattern})"
    rf"|(?P<hyphen>(?<=[^\W\d_])[-\N{{HYPHEN}}][ \t]*{_LINE_END}[ \t]*(?=[^\W\d_]))"
    r"|(?P<blank>\s+)"
)
_WORD = re.compile(r"[^\W\d_]+")
_SAME_LENGTH = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "‐": "-", "‑": "-"}  # noqa: RUF001
)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text, and the offset in its source of each of its characters."""

    text: str
    offsets: array[int]

    @classmethod
    def at(cls, text: str, start: int) -> Self:
        """Text that stands in its source as it is, from an offset on."""
        return cls(text, array("Q", range(start, start + len(text))))

    def part(self, start: int, end: int) -> Self:
        """Part of the text."""
        return type(self)(self.text[start:end], self.offsets[start:end])

    @property
    def plain(self) -> str:
        """The text with straight quotation marks and plain hyphens, of the same length."""
        return self.text.translate(_SAME_LENGTH)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or what stands in place of one."""

    kind: BlockKind
    words: SourceText


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, from 1; `page` is None where the source has none."""

    line: int
    column: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A report as it was read.

    Parameters
    ----------
    source : str
        All its characters.
    blocks : tuple of Block
        In reading order.
    pages : tuple of int
        Offsets at which pages begin; empty where there are none.
    notes : tuple of str
        What a reader of the result should know of the reading.
    """

    source: str
    blocks: tuple[Block, ...]
    pages: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    _lines: list[int] = field(default_factory=list, repr=False, compare=False)

    def place(self, offset: int) -> Place:
        """Line and column of an offset; with pages, the line of the page."""
        if not self._lines:
            self._lines.extend([0, *(one.end() for one in re.finditer("\n", self.source))])
        line = bisect.bisect_right(self._lines, offset) - 1
        column = offset - self._lines[line] + 1
        if not self.pages:
            return Place(line + 1, column)
        page = bisect.bisect_right(self.pages, offset)
        first = bisect.bisect_right(self._lines, self.pages[page - 1]) - 1
        return Place(line - first + 1, column, page)


def words_of(text: str) -> frozenset[str]:
    """Words of a text, in small letters."""
    return frozenset(one.casefold() for one in _WORD.findall(text))


def flowing(words: SourceText, *, known: frozenset[str]) -> SourceText:
    r"""Undo what a page does to a text: line breaks, soft hyphens, words cut in two.

    A hyphen at the end of a line goes where the two parts make a word that is known, and stays
    where they do not, as in half-year.

    Examples
    --------
    >>> cut = SourceText.at("un-\nlikely in the\n  half-\nyear", 0)
    >>> flowing(cut, known=frozenset({"unlikely"})).text
    'unlikely in the half-year'
    """
    text, out, places = words.text, [], array("Q")
    at = 0
    for found in _BROKEN.finditer(text):
        out.append(text[at : found.start()])
        places.extend(words.offsets[at : found.start()])
        at = found.end()
        kept = {"invisible": "", "hyphen": "-", "blank": " "}[str(found.lastgroup)]
        if found.lastgroup == "hyphen" and _joined(text, found) in known:
            kept = ""
        if kept:
            out.append(kept)
            places.append(words.offsets[found.start()])
    out.append(text[at:])
    places.extend(words.offsets[at:])
    return _trimmed(SourceText("".join(out), places))


def _joined(text: str, found: re.Match[str]) -> str:
    before = re.search(r"[^\W\d_]+\Z", text[max(0, found.start() - 40) : found.start()])
    after = _WORD.match(text, found.end())
    return f"{before[0] if before else ''}{after[0] if after else ''}".casefold()


def _trimmed(words: SourceText) -> SourceText:
    lead = len(words.text) - len(words.text.lstrip())
    return words.part(lead, len(words.text.rstrip()))
