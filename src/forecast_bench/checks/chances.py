"""Chances that a statement gives in percent, told from other numbers in it."""

import functools
import re
from typing import NamedTuple

_NUMBER = r"\d{1,3}(?:[.,]\d+)?"
_PERCENT = r"(?:%|per cent\b|percent\b|pct\b\.?|procent\b|pour cent\b|p\. 100\b)"
_UNDER = ("no more than", "not more than", "at most", "less than", "lower than", "up to", "under")
_UNDER_TOO = ("below", "højst", "mindre end", "op til", "au plus", "moins de", "jusqu'à")
_OVER = ("no less than", "not less than", "at least", "more than", "better than", "greater than")
_OVER_TOO = (
    "higher than",
    "over",
    "above",
    "mindst",
    "mere end",
    "større end",
    "au moins",
    "plus de",
)
_ABOUT = ("about", "around", "roughly", "approximately", "some", "ca.", "circa", "omkring", "cirka")
_ABOUT_TOO = ("environ", "près de")
_IS = ("is", "are", "stands at", "stand at", "er", "est de", "est d'")
_OF = ("at", "of", "på", "de", "d'", "à")
# Words that say how likely it is that something is so: what is 20 % then is that.
_OF_A_VERB = ("likely", "unlikely", "certain", "sandsynligt", "probable")
# What may follow a chance. In "a chance of 20 % growth" the number is that of the growth.
_THEN = r"(?=\s*(?:[.,;:!?)\]]|$|(?:that|or|for|at|in|by|over|within|inden|que|pour|d'ici)\b))"


class Chance(NamedTuple):
    """A chance in percent: the words of it, and from where to where it may lie, 0..1."""

    words: str
    low: float
    high: float


def chance_in(statement: str, *, named: tuple[str, ...]) -> Chance | None:
    """Find the first chance that a statement gives in percent.

    Parameters
    ----------
    statement : str
        A sentence.
    named : tuple of str
        Words of its language for what a number in percent is the chance of.

    Examples
    --------
    >>> chance_in("A 60-70 % chance of rain.", named=("chance", "likely"))
    Chance(words='60-70 % chance', low=0.6, high=0.7)
    >>> chance_in("It is likely that 20 % stay.", named=("chance", "likely")) is None
    True
    """
    found = [one for one in (each.search(statement) for each in _patterns(named)) if one]
    if not found:
        return None
    first = min(found, key=lambda one: one.start())
    low, high = _share(first["low"]), _share(first["high"] or first["low"])
    if first["under"]:
        low = 0.0
    elif first["over"]:
        high = 1.0
    return Chance(first[0], low, high)


def _share(number: str) -> float:
    return float(number.replace(",", ".")) / 100


def _any(words: tuple[str, ...]) -> str:
    escaped = (re.escape(one).replace(r"\ ", r"\s+").replace("'", "['’]") for one in words)  # noqa: RUF001
    return "|".join(escaped)


@functools.cache
def _patterns(named: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    if not named:
        return ()
    chance = rf"\b(?:{'|'.join(named)})\b"
    limit = rf"(?:(?P<under>{_any(_UNDER + _UNDER_TOO)})|(?P<over>{_any(_OVER + _OVER_TOO)}))\s+"
    number = (
        rf"(?:\b{limit}|(?:{_any(_ABOUT + _ABOUT_TOO)})\s+|(?:between|mellem|entre)\s+|~)?"
        rf"(?<![\d.,])(?P<low>{_NUMBER})"
        rf"(?:\s*{_PERCENT})?(?:\s*(?:-|–|to|and|til|og|à|et)\s*(?P<high>{_NUMBER}))?\s*{_PERCENT}"  # noqa: RUF001
    )
    noun = rf"(?!\b(?:{_any(_OF_A_VERB)})\b){chance}"
    forms = (
        # A cut of 20 % is likely, and so may a cut by 20 % likely be.
        rf"(?<!\bof )(?<!\bby ){number}\s+(?:de\s+)?{chance}",
        rf"{chance}\s*(?:\(|:|=|,)\s*{number}{_THEN}",
        rf"{noun}\s+(?:{_any(_IS + _OF)})\s*{number}{_THEN}",
        # The chance is what the sentence is about, and its verb comes last.
        rf"^\W*(?:\w+\s+)?{noun}[^.;]{{0,80}}?\s(?:{_any(_IS)})\s*{number}(?=\W*$)",
    )
    return tuple(re.compile(one, re.IGNORECASE) for one in forms)
