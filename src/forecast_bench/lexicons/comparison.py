"""What the phrases of one lexicon would mean under another."""

from dataclasses import dataclass
from typing import Literal

from forecast_bench.lexicons.lexicon import Lexicon, Phrase
from forecast_bench.lexicons.lookup import look_up


@dataclass(frozen=True, slots=True)
class Reading:
    """A phrase of one lexicon, read under another.

    Parameters
    ----------
    phrase : Phrase
        As the first lexicon has it.
    kind : {"same", "moved", "absent"}
        Same band with the same edges, another band, or no such phrase.
    under : Phrase or None
        As the second lexicon has it.
    nearby : tuple of Phrase
        Phrases of the second lexicon whose bands share more than an end with the first's, lowest
        first: for a person to choose from, never chosen.
    """

    phrase: Phrase
    kind: Literal["same", "moved", "absent"]
    under: Phrase | None
    nearby: tuple[Phrase, ...]


def compare(first: Lexicon, second: Lexicon) -> tuple[Reading, ...]:
    """Read every phrase of a lexicon under another one.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> known = load_shipped()
    >>> for one in compare(known["nato-ajp-2.1@2016"], known["uk-phia@2025"])[2:4]:
    ...     print(one.phrase.phrase, one.kind, [other.phrase for other in one.nearby])
    even chance absent ['realistic possibility', 'likely']
    likely moved ['likely', 'highly likely']
    """
    return tuple(read_under(phrase, second) for phrase in first.phrases)


def read_under(phrase: Phrase, lexicon: Lexicon) -> Reading:
    """Read one phrase of another lexicon under this one."""
    under = look_up(lexicon, phrase.phrase)
    nearby = tuple(one for one in lexicon.phrases if _overlap(one, phrase))
    if under is None:
        return Reading(phrase, "absent", None, nearby)
    return Reading(phrase, "same" if _same_band(under, phrase) else "moved", under, nearby)


def version_step(old: Lexicon, new: Lexicon) -> Literal["none", "minor", "major"]:
    """How much a version changes: major where old judgments would be read differently.

    A phrase or a synonym that goes, or a band that moves, is major; one that is added is minor;
    titles, sources and notes are nothing.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> version_step(load_shipped()["uk-phia@2018"], load_shipped()["uk-phia@2025"])
    'major'
    """
    for phrase in old.phrases:
        for wording in phrase.wordings:
            found = look_up(new, wording)
            if found is None or found.row != phrase.row or not _same_band(found, phrase):
                return "major"
    before = sum(len(one.wordings) for one in old.phrases)
    return "none" if before == sum(len(one.wordings) for one in new.phrases) else "minor"


def _same_band(one: Phrase, other: Phrase) -> bool:
    return (one.low, one.high, one.edges) == (other.low, other.high, other.edges)


def _overlap(one: Phrase, other: Phrase) -> bool:
    return max(one.low, other.low) < min(one.high, other.high)
