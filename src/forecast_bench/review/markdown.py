"""A review as Markdown that says the same as the page, for pull requests and plain reading."""

import re
from collections.abc import Mapping

from forecast_bench.review.document import (
    Block,
    Bullets,
    Card,
    Cell,
    Details,
    Facts,
    Figure,
    Listing,
    Paragraph,
    Review,
    Table,
    table,
)

_PREFIX = {"alarm": "**Alarm:** ", "caveat": "**Caveat:** "}


def escaped(text: str) -> str:
    r"""Text that Markdown prints as it is: no markup, no HTML, no table, no mathematics.

    Examples
    --------
    >>> print(escaped("a | `b` <script> *c*"))
    a \| \`b\` &lt;script&gt; \*c\*
    """
    shown = " ".join(text.split("\n")).replace("&", "&amp;")
    shown = shown.replace("<", "&lt;").replace(">", "&gt;")
    shown = re.sub(r"([\\`*_\[\]|~$#])", r"\\\1", shown)
    # A list, a heading rule or a number with a dot are markup only where a line begins.
    return re.sub(r"^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))", _guarded, shown)


def _guarded(found: re.Match[str]) -> str:
    lead, mark = found[1], found[2]
    return f"{lead}\\{mark}" if not mark.isdigit() else f"{lead}{mark[:-1]}&#{ord(mark[-1])};"


def as_markdown(review: Review, written: Mapping[str, str]) -> str:
    r"""Print a review as Markdown.

    Parameters
    ----------
    review : Review
        What to say.
    written : mapping of str to str
        Path of each figure's file beside the Markdown, by name.

    Examples
    --------
    >>> as_markdown(Review("sahel", "r", "2019-07-31", "As of.", "All open.", (), "End."), {})
    '# sahel\n\nAs of.\n\n**All open.**\n\n---\n\nEnd.\n'
    """
    parts = [
        f"# {escaped(review.title)}",
        escaped(review.subtitle),
        f"**{escaped(review.verdict)}**",
    ]
    for section in review.sections:
        parts += [f'<a id="{section.anchor}"></a>', f"## {escaped(section.title)}"]
        parts += [text for one in section.blocks for text in _block(one, written, level=3)]
        for card in section.cards:
            parts += _card(card, written)
    parts += ["---", escaped(review.footer)]
    return "\n\n".join(part for part in parts if part) + "\n"


def block_as_markdown(block: Block, written: Mapping[str, str], *, level: int = 3) -> list[str]:
    """Print one block as paragraphs of Markdown, its headings from a level on.

    Examples
    --------
    >>> block_as_markdown(Paragraph("All open."), {})
    ['All open.']
    """
    return _block(block, written, level=level)


def _block(block: Block, written: Mapping[str, str], *, level: int) -> list[str]:
    match block:
        case Paragraph(text, tone):
            shown = escaped(text)
            if tone == "absent":
                return [f"*{shown}*"]
            sentence = shown.endswith((".", ":"))
            return [(_PREFIX.get(tone, "") if sentence else "") + shown]
        case Bullets(items, _):
            return ["\n".join(f"- {escaped(item)}" for item in items)]
        case Facts(items, title):
            heading = [f"{'#' * level} {escaped(title)}"] if title else []
            lines = "\n".join(f"- {escaped(name)}: {escaped(text)}" for name, text in items)
            return [*heading, lines]
        case Table():
            return _table(block)
        case Listing():
            return _listing(block)
        case Figure():
            return _figure(block, written)
        case Details(summary, blocks):
            inner = [text for one in blocks for text in _block(one, written, level=level + 1)]
            return [f"{'#' * level} {escaped(summary)}", *inner]


def _table(shown: Table) -> list[str]:
    rule = ["---:" if name in shown.numeric else "---" for name in shown.columns]
    lines = [[escaped(name) for name in shown.columns], rule]
    for row in shown.rows:
        lines.append(
            [f"[{escaped(one.text)}]({one.link})" if one.link else escaped(one.text) for one in row]
        )
    return [escaped(shown.caption), "\n".join(f"| {' | '.join(line)} |" for line in lines)]


def _listing(listing: Listing) -> list[str]:
    rows: list[tuple[str | Cell, ...]] = [
        (
            Cell(one.identifier, f"#{one.anchor}"),
            one.statement,
            one.analyst,
            one.stated,
            one.live,
            one.ends,
            f"{one.mark} {one.state}{f', {one.note}' if one.note else ''}",
        )
        for one in listing.judgments
    ]
    names = ("Judgment", "Statement", "Analyst", "Stated", "Live", "Ends", "State")
    return _table(table("All judgments", names, rows, numeric=("Live",)))


def _figure(figure: Figure, written: Mapping[str, str]) -> list[str]:
    alternative = escaped(figure.alternative)
    path = written.get(figure.name)
    shown = [f"![{alternative}]({path})" if path else f"Curve in words: {alternative}"]
    shown.append(f"{escaped(figure.caption)} {escaped(figure.source)}".strip())
    return [one for one in shown if one]


def _card(card: Card, written: Mapping[str, str]) -> list[str]:
    parts = [
        f'<a id="{card.anchor}"></a>',
        f"### {escaped(card.statement)}",
        f"{escaped(card.identifier)}: {card.mark} **{escaped(card.state)}**. "
        f"{escaped(card.byline)}",
        "\n".join(
            f"- {escaped(one.name)}: **{escaped(one.value)}** ({escaped(one.note)})"
            for one in card.numbers
        ),
    ]
    parts += [text for one in card.notices for text in _block(one, written, level=4)]
    for group in card.facts:
        parts += _block(group, written, level=4)
    if card.figure is not None:
        parts += _figure(card.figure, written)
    folded: tuple[Block, ...] = (*card.results, *card.details)
    for block in folded:
        parts += _block(block, written, level=4)
    return parts
