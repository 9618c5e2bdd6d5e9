"""Text that a forge leaves alone: nobody is notified, nothing is linked, nothing is done."""

import re
from dataclasses import replace

from forecast_bench.review.document import (
    Block,
    Bullets,
    Cell,
    Details,
    Facts,
    Figure,
    Listed,
    Listing,
    Paragraph,
    Table,
)

# It joins two letters, is not seen, and parts a name from the sign that would make it live.
_JOINER = "\u2060"
# Forges read these signs before a name or a number as a person, an issue, a label, and the like.
_SIGN = re.compile(r"([@#!$~%&^])(?=[\w\"'\[{@#(])")
_ADDRESS = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_TICKET = re.compile(r"(?<=\b[A-Z]{2}-)(?=\d)|(?<=[A-Z]{3}-)(?=\d)")
# Seven letters of its name are enough for a commit to be found.
_COMMIT = re.compile(r"\b[0-9a-fA-F]{7,}\b")
_PICTURE = re.compile(r":(?=[\w+-]+:)")
_ACTION = re.compile(r"^(\s*)(?=/)")


def inert(text: str) -> str:
    """Part every name from the sign before it, by a character that is not seen.

    A mention, a number of an issue, an address, a commit, a label or a command of GitHub or GitLab
    stays the text that it is. A backslash before the sign would not do: forges look for them in
    the text that Markdown has become.

    Examples
    --------
    >>> inert("ask @desk of #12").replace(chr(0x2060), "|")
    'ask @|desk of #|12'
    """
    parted = _SIGN.sub(rf"\1{_JOINER}", text)
    parted = _ADDRESS.sub(lambda found: f"{found[0]}{_JOINER}", parted)
    parted = _TICKET.sub(_JOINER, parted)
    parted = _COMMIT.sub(lambda found: _JOINER.join(re.findall(r".{1,6}", found[0])), parted)
    parted = _PICTURE.sub(f":{_JOINER}", parted)
    return _ACTION.sub(rf"\1{_JOINER}", parted)


def inert_block(block: Block) -> Block:
    """Give a block in which every text is inert.

    Examples
    --------
    >>> inert_block(Paragraph("see #1")) == Paragraph("see #1")
    False
    """
    match block:
        case Paragraph(text, tone):
            return Paragraph(inert(text), tone)
        case Bullets(items, tone):
            return Bullets(tuple(inert(one) for one in items), tone)
        case Facts(items, title):
            pairs = tuple((inert(name), inert(text)) for name, text in items)
            return Facts(pairs, inert(title))
        case Table():
            rows = tuple(tuple(_cell(one) for one in row) for row in block.rows)
            return replace(block, caption=inert(block.caption), rows=rows)
        case Listing():
            return replace(block, judgments=tuple(_listed(one) for one in block.judgments))
        case Figure():
            alternative, caption = inert(block.alternative), inert(block.caption)
            return replace(block, alternative=alternative, caption=caption)
        case Details(summary, blocks):
            return Details(inert(summary), tuple(inert_block(one) for one in blocks))


def _listed(one: Listed) -> Listed:
    return replace(
        one,
        identifier=inert(one.identifier),
        statement=inert(one.statement),
        analyst=inert(one.analyst),
        topic=inert(one.topic),
    )


def _cell(cell: Cell) -> Cell:
    return replace(cell, text=inert(cell.text))
