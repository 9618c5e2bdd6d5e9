"""The parts of which a review is made: plain, frozen values that any renderer can print."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Tone = Literal["plain", "lead", "alarm", "caveat", "quiet", "absent"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences; the tone says what they are, never how they look.

    Examples
    --------
    >>> Paragraph("No judgment moved.").tone
    'plain'
    """

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short statements of equal rank."""

    items: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a name and what is known under it."""

    items: tuple[tuple[str, str], ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its text, and an anchor it leads to."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A stated band and a live probability on the scale 0 to 1; each may be missing."""

    low: float | None
    high: float | None
    stated: float | None
    live: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; `numeric` names the columns that are aligned as numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listed:
    """One judgment in the list of all: what is printed of it, and what it is sorted by."""

    identifier: str
    anchor: str
    statement: str
    analyst: str
    topic: str
    stated: str
    live: str
    gauge: Gauge
    state: str
    mark: str
    note: str
    ends: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All judgments, each with its place in the review; a page lets its reader search and sort."""

    caption: str
    judgments: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure shows: the frames to draw and the words that say the same.

    Parameters
    ----------
    name : str
        The name of its files, unique in a review.
    kind : str
        A key of `forecast_bench.review.figures.FIGURES`, or ``"sparkline"``, or ``"image"`` for a
        finished picture of the run folder.
    frames : mapping of str to pandas.DataFrame
        Small tidy tables, as the figure's function takes them.
    options : mapping of str to str
        What the figure prints beside the data (a title, a note on it).
    alternative : str
        The picture in words, with its numbers.
    caption, source : str
        What to see in it; where the numbers come from.
    behind : Table, optional
        The numbers behind it.
    picture : str
        The SVG text of a finished picture, for the kind ``"image"`` only.
    """

    name: str
    kind: str
    alternative: str
    caption: str
    source: str = ""
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    behind: Table | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What is folded away until asked for, and printed in full on paper."""

    summary: str
    blocks: "tuple[Block, ...]"


Block = Paragraph | Bullets | Facts | Table | Listing | Figure | Details


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbers that stand side by side at the head of a card."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything a review says of one judgment.

    `report` names the page it stands on; a brief card leaves to that page what all cards share.
    """

    identifier: str
    anchor: str
    statement: str
    state: str
    mark: str
    byline: str
    numbers: tuple[Number, ...]
    notices: tuple[Paragraph, ...]
    figure: Figure | None
    facts: tuple[Facts, ...]
    results: tuple[Facts, ...]
    details: tuple[Details, ...]
    is_brief: bool = False
    report: str = ""
    report_title: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the review under a heading."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What a review says, in the order in which it says it."""

    title: str
    run: str
    as_of: str
    subtitle: str
    verdict: str
    sections: tuple[Section, ...]
    footer: str

    def _repr_html_(self) -> str:
        from forecast_bench.review.notebook import review_html

        return review_html(self)


def figures_of(review: Review) -> tuple[Figure, ...]:
    """Every figure of a review, in order.

    Examples
    --------
    >>> figures_of(Review("t", "r", "2019-07-31", "", "", (), ""))
    ()
    """
    found: list[Figure] = []
    for section in review.sections:
        found.extend(_figures(section.blocks))
        for card in section.cards:
            if card.figure is not None:
                found.append(card.figure)
            found.extend(_figures(card.details))
    return tuple(found)


def _figures(blocks: tuple[Block, ...]) -> list[Figure]:
    found: list[Figure] = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block)
        elif isinstance(block, Details):
            found.extend(_figures(block.blocks))
    return found


def table(
    caption: str,
    columns: tuple[str, ...],
    rows: "list[tuple[str | Cell, ...]]",
    *,
    numeric: tuple[str, ...] = (),
) -> Table:
    """Make a table from texts and cells.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are columns.

    Examples
    --------
    >>> table("Two numbers", ("a", "b"), [("1", "2")]).rows[0][1].text
    '2'
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(columns)} columns but a row of {len(row)}: {row!r}")
    cells = tuple(tuple(one if isinstance(one, Cell) else Cell(one) for one in row) for row in rows)
    return Table(caption, columns, cells, frozenset(numeric))
