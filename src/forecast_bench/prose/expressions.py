"""Words of probability in a text: phrases of yardsticks, hedges of none, claims, confidence."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from forecast_bench.lexicons import Lexicon, normalised
from forecast_bench.prose.vocabulary import Vocabulary, read_vocabulary

Kind = Literal["phrase", "stacked", "no number", "certainty", "confidence"]
_TEXT_OF_KIND: tuple[Kind, ...] = ("stacked", "no number", "certainty", "confidence")


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression of probability, or of confidence, in a text.

    Parameters
    ----------
    start, end : int
        Where it stands in the text, the end exclusive.
    text : str
        As written.
    kind : {"phrase", "stacked", "no number", "certainty", "confidence"}
        A phrase of a known lexicon; a modifier on a hedge that no lexicon has; a word that carries
        no number; an unhedged claim; a statement of analytic confidence.
    phrase : str
        In small letters and single blanks, without the ending of an adverb: what a lexicon is
        asked for.
    negated : bool
        Whether a negation stands directly before it.
    """

    start: int
    end: int
    text: str
    kind: Kind
    phrase: str
    negated: bool = False


def wordings_of(lexicons: Iterable[Lexicon]) -> tuple[str, ...]:
    """Give the English phrases and synonyms of lexicons, to look for in a text."""
    return tuple(
        sorted(
            {
                normalised(wording)
                for lexicon in lexicons
                if lexicon.language == "en"
                for phrase in lexicon.phrases
                for wording in phrase.wordings
            }
        )
    )


def find_expressions(text: str, *, wordings: tuple[str, ...]) -> tuple[Expression, ...]:
    """Find the expressions of a text, in its order; the longest where several begin.

    Parameters
    ----------
    text : str
        English prose.
    wordings : tuple of str
        The phrases of the known lexicons, as `wordings_of` gives them.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> known = wordings_of(load_shipped().values())
    >>> found = find_expressions("It may rain; snow is not unlikely.", wordings=known)
    >>> [(one.text, one.kind, one.negated) for one in found]
    [('may', 'no number', False), ('unlikely', 'phrase', True)]
    """
    pattern, negation = _patterns(wordings)
    return tuple(
        Expression(
            found.start(),
            found.end(),
            found[0],
            _kind(found),
            _base(found[0], wordings),
            negated=negation.search(text[max(0, found.start() - 24) : found.start()]) is not None,
        )
        for found in pattern.finditer(text)
    )


def _kind(found: re.Match[str]) -> Kind:
    name = str(found.lastgroup)
    return next((kind for kind in _TEXT_OF_KIND if kind.replace(" ", "_") == name), "phrase")


def _base(text: str, wordings: tuple[str, ...]) -> str:
    """The wording of a lexicon that an adverb comes from: probably from probable."""
    said = re.sub(r"[\s-]+", " ", text).casefold()
    if said in wordings or not said.endswith("ly"):
        return said
    adjectives = (said.removesuffix("ly"), f"{said.removesuffix('y')}e")
    return next((one for one in adjectives if one in wordings), said)


@functools.cache
def _patterns(wordings: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = _vocabulary()
    # "remote" alone is a place more often than a probability.
    phrases = sorted((one for one in wordings if one != "remote"), key=len, reverse=True)
    # Where there is no phrase at all, nothing is one.
    listed = "|".join(map(_with_adverb, phrases)) or "(?!)"
    modified = f"(?:{'|'.join(words.modifiers)}) (?:{'|'.join(words.heads)})"
    parts = {
        "confidence": "|".join(words.confidence),
        "certainty": "|".join(words.certainty),
        "phrase": listed,
        "stacked": "|".join((modified, *words.stacked)),
        "no_number": "|".join(words.no_number),
    }
    alternatives = "|".join(
        f"(?P<{name}>{part if name == 'phrase' else _spaced(part)})" for name, part in parts.items()
    )
    negation = rf"\b(?:{'|'.join(words.negations)}|\w+n't)\s+(?:at all |so |very )?\Z"
    return (
        re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE),
        re.compile(negation, re.IGNORECASE),
    )


def _with_adverb(phrase: str) -> str:
    pattern = _spaced(re.escape(phrase))
    if phrase.endswith("certain"):
        return f"{pattern}(?:ly)?"
    return f"{pattern.removesuffix('e')}[ey]" if phrase.endswith("probable") else pattern


def _spaced(pattern: str) -> str:
    return re.sub(r"\\? ", r"[\\s-]+", pattern)


@functools.cache
def _vocabulary() -> Vocabulary:
    file = resources.files("forecast_bench.prose") / "data" / "en.yaml"
    return read_vocabulary(file.read_text("utf-8"), name="en.yaml")
