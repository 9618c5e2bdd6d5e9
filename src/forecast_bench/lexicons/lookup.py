"""From a phrase to its band, and from a probability to the phrases for it."""

from dataclasses import dataclass
from typing import Literal

from forecast_bench.lexicons.lexicon import Lexicon, Phrase


@dataclass(frozen=True, slots=True)
class Wording:
    """What a lexicon calls a probability.

    Parameters
    ----------
    kind : {"term", "boundary", "nested", "gap", "outside"}
        One phrase; phrases that share an end; phrases one inside the other; none, between two
        bands; none, beyond the lowest or the highest.
    terms : tuple of str
        The phrases whose bands hold the probability, the narrowest first where nested, otherwise
        the lowest first; empty for a gap and outside. It is never moved to the nearest phrase.
    row : str
        The row of the lexicon that was asked.
    below, above : Phrase or None
        For a gap and outside, the neighbouring phrases, to be shown and not to be chosen.
    """

    kind: Literal["term", "boundary", "nested", "gap", "outside"]
    terms: tuple[str, ...]
    row: str
    below: Phrase | None = None
    above: Phrase | None = None


def normalised(phrase: str) -> str:
    """Phrase without differences of case and of space.

    Examples
    --------
    >>> normalised("  Highly   likely ")
    'highly likely'
    """
    return " ".join(phrase.split()).casefold()


def look_up(lexicon: Lexicon, phrase: str) -> Phrase | None:
    """Band of a phrase or of a synonym, under the lexicon's own phrase for it.

    Parameters
    ----------
    lexicon : Lexicon
        The pinned lexicon; the phrases of all its rows are known.
    phrase : str
        Case and spaces do not matter. Everything else does: no nearest phrase, no part of one.

    Returns
    -------
    Phrase or None
        None for a phrase that the lexicon does not have.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> yardstick = load_shipped()["uk-phia@2018"]
    >>> found = look_up(yardstick, "Probable")
    >>> found.phrase, found.low, found.high
    ('likely', 0.55, 0.75)
    >>> look_up(yardstick, "quite likely") is None
    True
    """
    wanted = normalised(phrase)
    for one in lexicon.phrases:
        if wanted in map(normalised, one.wordings):
            return one
    return None


def phrases_for(lexicon: Lexicon, probability: float, *, row: str | None = None) -> Wording:
    """Phrases of a lexicon for a probability, never the nearest one.

    Parameters
    ----------
    lexicon : Lexicon
        The lexicon to ask.
    probability : float
        Between 0 and 1. An approximate end of a band counts as its number.
    row : str or None
        Which row to ask; the first by default. Rows are never mixed in one answer.

    Raises
    ------
    ValueError
        If the probability is not between 0 and 1, or the lexicon has no such row.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> phrases_for(load_shipped()["us-icd203@2015"], 0.05).terms
    ('almost no chance', 'very unlikely')
    >>> between = phrases_for(load_shipped()["uk-phia@2018"], 0.38)
    >>> between.kind, between.terms, between.below.phrase, between.above.phrase
    ('gap', (), 'unlikely', 'realistic possibility')
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"a probability lies between 0 and 1, got {probability!r}")
    row = lexicon.rows[0] if row is None else row
    phrases = lexicon.phrases_of(row)
    holding = [one for one in phrases if one.contains(probability)]
    if len(holding) == 1:
        return Wording("term", (holding[0].phrase,), row)
    if holding:
        return _several(holding, row)
    below = max(
        (one for one in phrases if one.high <= probability), key=lambda one: one.high, default=None
    )
    above = min(
        (one for one in phrases if one.low >= probability), key=lambda one: one.low, default=None
    )
    kind: Literal["gap", "outside"] = "gap" if below and above else "outside"
    return Wording(kind, (), row, below, above)


def describe_bands(lexicon: Lexicon) -> str:
    """All phrases with their bands in one line, for a message.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> describe_bands(load_shipped()["uk-phia@2018"])[:62]
    'remote chance 0-5 %, highly unlikely 10-20 %, unlikely 25-35 %'
    """
    return "; or ".join(
        ", ".join(
            f"{' or '.join(one.wordings)} {one.low * 100:g}-{one.high * 100:g} %"
            for one in lexicon.phrases_of(row)
        )
        for row in lexicon.rows
    )


def _several(holding: list[Phrase], row: str) -> Wording:
    by_width = sorted(holding, key=lambda one: one.high - one.low)
    narrowest = by_width[0]
    inside = all(one.low <= narrowest.low and narrowest.high <= one.high for one in by_width)
    if inside:
        return Wording("nested", tuple(one.phrase for one in by_width), row)
    return Wording("boundary", tuple(one.phrase for one in holding), row)
