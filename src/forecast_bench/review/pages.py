"""Which part of a review stands on which page, and where every link leads."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from forecast_bench.review.document import (
    Card,
    Cell,
    Listing,
    Paragraph,
    Review,
    Section,
    table,
)
from forecast_bench.review.stated import readers_asked

OVERVIEW: Final = "review.html"

# Title in the navigation, and anchors of the sections it holds.
_LAID_OUT: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (OVERVIEW, "Overview", ("overview",)),
    ("judgments.html", "Judgments", ("judgments",)),
    ("phrases.html", "Phrases", ("phrases",)),
    ("reliability.html", "Reliability", ("calibration",)),
    ("analysts.html", "Analysts", ("analysts", "several")),
    ("models.html", "Models", ("models",)),
    ("sources.html", "Sources", ("sources",)),
    ("problems.html", "Problems and inputs", ("inputs",)),
    ("method.html", "Method", ("method",)),
)
PAGES: Final = tuple(path for path, _, _ in _LAID_OUT)
"""Paths of the pages that a review can have, beside those of its reports."""

PRINTED: Final = "review.pdf"
"""The print of all pages, where one was asked for."""

REPORTS: Final = "judgments"
"""Folder of the pages that hold the cards, one for each report."""

# A page of more cards is slow to open and to print.
_CARDS = 60


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the site.

    Parameters
    ----------
    path : str
        From the folder of the review, with ``/``.
    title : str
        Its heading.
    sections : tuple of Section
        What it says.
    listed : bool
        Whether the navigation of every page leads to it.
    before, after : str
        Paths of the neighbours of a page of cards; empty where there is none.
    """

    path: str
    title: str
    sections: tuple[Section, ...]
    listed: bool = True
    before: str = ""
    after: str = ""


def pages_of(review: Review) -> tuple[Page, ...]:
    """Lay a review out on pages: one for each part, and one for the judgments of each report.

    Raises
    ------
    ValueError
        If a section has no page.

    Examples
    --------
    >>> overview = Section("overview", "What matters now", ())
    >>> [page.path for page in pages_of(Review("t", "r", "2019-07-31", "", "", (overview,), ""))]
    ['review.html']
    """
    sections = {one.anchor: one for one in review.sections}
    unknown = sections.keys() - {name for _, _, names in _LAID_OUT for name in names}
    if unknown:
        raise ValueError(f"no page holds the sections {sorted(unknown)}")
    made = []
    for path, title, names in _LAID_OUT:
        held = tuple(replace(sections[name], cards=()) for name in names if name in sections)
        if held:
            made.append(Page(path, title, held))
    made[0] = _with_contents(made)
    cards = tuple(card for section in review.sections for card in section.cards)
    return (*made, *_of_reports(cards))


def places(pages: tuple[Page, ...]) -> Mapping[str, str]:
    """Path of the page of every section and of every card, by its anchor."""
    found = {}
    for page in pages:
        for section in page.sections:
            if page.listed:
                found[section.anchor] = page.path
            found.update({card.anchor: page.path for card in section.cards})
    return found


def _with_contents(pages: list[Page]) -> Page:
    """Say on the first page what each of the others holds, by its first sentence."""
    lines: list[tuple[str | Cell, ...]] = [
        (Cell(page.title, f"#{page.sections[0].anchor}"), _first_words(page.sections[0]))
        for page in pages[1:]
    ]
    first = pages[0]
    if not lines or not first.sections:
        return first
    section = first.sections[0]
    contents = table("What the other pages say", ("Page", "In short"), lines)
    return replace(
        first, sections=(replace(section, blocks=(*section.blocks, contents)), *first.sections[1:])
    )


def _first_words(section: Section) -> str:
    for block in section.blocks:
        match block:
            case Paragraph(text, _):
                return text
            case Listing(_, judgments):
                return f"{len(judgments)} judgments, each with its story."
            case _:
                pass
    return section.title


def _of_reports(cards: tuple[Card, ...]) -> Iterator[Page]:
    by_report: dict[str, list[Card]] = {}
    for card in cards:
        by_report.setdefault(card.report, []).append(card)
    parts = [
        (report, number, tuple(held[start : start + _CARDS]), len(held) > _CARDS)
        for report, held in by_report.items()
        for number, start in enumerate(range(0, len(held), _CARDS), start=1)
    ]
    paths = [_path(report, number) for report, number, _, _ in parts]
    for place, (report, number, held, several) in enumerate(parts):
        title = held[0].report_title or report or "Judgments without a report"
        if several:
            title += f", part {number}"
        yield Page(
            paths[place],
            title,
            (Section("cards", title, _above(held), held),),
            listed=False,
            before=paths[place - 1] if place else "",
            after=paths[place + 1] if place + 1 < len(paths) else "",
        )


def _above(cards: tuple[Card, ...]) -> tuple[Paragraph, ...]:
    """Say once what would be the same on every brief card."""
    if not any(card.is_brief for card in cards):
        return ()
    return (
        Paragraph(
            "The small curves show the live probability over the stated band, from 0 to 100 %, at "
            "month ends and at revisions. What readers hear is the median, with the middle half "
            f"({readers_asked()}). Brier scores run from 0 to 1, log scores are in nats, both "
            "lower is better; skill is that against the base rate, 1 is best, 0 no gain.",
            "quiet",
        ),
    )


def _path(report: str, number: int) -> str:
    """Path that stays when other reports come and go; names of reports may be paths themselves."""
    legal = re.sub(r"[^a-z0-9_-]", "_", report)[:80] or "none"
    if legal != report:
        # Names that differ only in what was replaced, or in capitals, must not share a file.
        legal += f"-{hashlib.sha256(report.encode()).hexdigest()[:6]}"
    # No name has a dot, so that the second page of one is never the first of another.
    return f"{REPORTS}/{legal}{'' if number == 1 else f'.{number}'}.html"
