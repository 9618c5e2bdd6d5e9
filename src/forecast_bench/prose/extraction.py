"""Estimates of a report: every expression with its place, its band and what is said around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from forecast_bench.lexicons import Lexicon, Phrase, look_up
from forecast_bench.prose.expressions import Expression, find_expressions, wordings_of
from forecast_bench.prose.sentences import sentences
from forecast_bench.prose.source_text import Document, Place, SourceText, flowing, words_of
from forecast_bench.prose.surroundings import (
    Surroundings,
    claims_without_hedge,
    quotations,
    surroundings,
)
from forecast_bench.prose.vocabulary import Kind, Tense, Vocabulary, vocabulary_of

type Negation = Literal["none", "not", "double"]

_SAYING = ("prose", "list item", "quotation")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a lexicon takes a phrase for."""

    lexicon: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """One expression of a report.

    Parameters
    ----------
    place : Place
        Where its first character stands.
    text : str
        As written, on one line, with the negation that it has.
    sentence, clause : str
        The sentence it stands in; and the part of it that is about this expression alone, where
        there are several and they can be told apart.
    kind : Kind
        See `Expression`.
    phrase : str or None
        A yardstick's wording.
    lexicon : str
        The yardstick that the report is read under.
    reading : Reading or None
        Its band there, or the complement of it where it is negated.
    others : tuple of Reading
        What other lexicons take the phrase for.
    negation : {"none", "not", "double"}
        A plain negation, or one of a phrase that is negative itself.
    around : Surroundings
        Condition, horizon, tense, and whose estimate it is.
    """

    place: Place
    text: str
    sentence: str
    clause: str
    kind: Kind
    phrase: str | None
    lexicon: str
    reading: Reading | None
    others: tuple[Reading, ...]
    negation: Negation
    around: Surroundings

    @property
    def tense(self) -> Tense:
        """Whether the judged thing is past, present or to come."""
        return self.around.tense


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that says what will be, with no word of probability."""

    place: Place
    sentence: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a report holds, in its order."""

    estimates: tuple[Estimate, ...]
    claims: tuple[Claim, ...]


def extract(document: Document, *, lexicon: Lexicon, lexicons: Mapping[str, Lexicon]) -> Extracted:
    """Find the estimates of a report.

    Parameters
    ----------
    document : Document
        The report.
    lexicon : Lexicon
        The yardstick that it is read under; its language is taken for the report's.
    lexicons : mapping of str to Lexicon
        All that are known, for phrases of another yardstick.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> from forecast_bench.prose.documents import read_plain_text
    >>> report = read_plain_text("If it rains, the road is not likely to open by June 2026.")
    >>> known = load_shipped()
    >>> (one,) = extract(report, lexicon=known["uk-phia@2018"], lexicons=known).estimates
    >>> one.text, one.place.column, one.reading.low, one.around.condition, one.around.horizon
    ('not likely', 26, 0.25, 'If it rains', 'by June 2026')
    """
    reading = _Reading(lexicon, tuple(lexicons.values()))
    forms = " ".join((*reading.wordings, *reading.words.endings))
    known = words_of(document.source) | words_of(forms)
    estimates: list[Estimate] = []
    claims: list[Claim] = []
    for block in document.blocks:
        if block.kind not in _SAYING:
            continue
        words = flowing(block.words, known=known)
        quoted = quotations(words.plain)
        for start, end in sentences(words.text, reading.vocabulary):
            inside = [
                (max(left, start) - start, min(right, end) - start)
                for left, right in quoted
                if left < end and right > start
            ]
            part = words.part(start, end)
            found = reading.of_sentence(document, part, inside, told=block.kind == "quotation")
            estimates.extend(found)
            claimed = not found and not inside and claims_without_hedge(part.plain, reading.words)
            if claimed:
                claims.append(Claim(document.place(part.offsets[0]), part.text))
    return Extracted(tuple(estimates), tuple(claims))


class _Reading:
    """One lexicon and language to read under."""

    def __init__(self, lexicon: Lexicon, lexicons: Sequence[Lexicon]) -> None:
        self.lexicon = lexicon
        self.same_language = [one for one in lexicons if one.language == lexicon.language]
        self.wordings = wordings_of((lexicon, *self.same_language), language=lexicon.language)
        self.vocabulary = vocabulary_of(lexicon.language)
        self.words = self.vocabulary or Vocabulary(language="und")

    def of_sentence(
        self, document: Document, part: SourceText, quoted: Sequence[tuple[int, int]], *, told: bool
    ) -> list[Estimate]:
        sentence = part.plain
        found = find_expressions(sentence, wordings=self.wordings, language=self.lexicon.language)
        around = surroundings(sentence, found, self.words, quoted=quoted)
        made = []
        for index, near in enumerate(around):
            if near.mentioned:
                continue
            if told:
                near = Surroundings(near.tense, near.condition, near.horizon, attributed=True)
            made.append(self._estimate(document, part, found, index, near))
        return made

    def _estimate(
        self,
        document: Document,
        part: SourceText,
        found: Sequence[Expression],
        index: int,
        around: Surroundings,
    ) -> Estimate:
        one = found[index]
        phrase = look_up(self.lexicon, one.phrase) if one.kind == "phrase" else None
        negation = self._negation(one)
        start = _with_negation(part.plain, one) if one.negated else one.start
        others = []
        for other in self.same_language if one.kind == "phrase" else ():
            band = look_up(other, one.phrase)
            if band is not None and other.key != self.lexicon.key:
                others.append(_reading(other.key, band, negated=one.negated))
        return Estimate(
            place=document.place(part.offsets[start]),
            text=part.text[start : one.end],
            sentence=part.text,
            clause=_clause(part.text, found, index),
            kind=one.kind,
            phrase=phrase.phrase if phrase else one.phrase if one.kind == "phrase" else None,
            lexicon=self.lexicon.key,
            reading=_reading(self.lexicon.key, phrase, negated=one.negated) if phrase else None,
            others=tuple(others),
            negation=negation,
            around=around,
        )

    def _negation(self, one: Expression) -> Negation:
        if not one.negated:
            return "none"
        negative = any(word in one.phrase for word in self.words.negative)
        return "double" if negative else "not"


def _reading(key: str, phrase: Phrase, *, negated: bool) -> Reading:
    if negated:
        return Reading(key, round(1 - phrase.high, 6), round(1 - phrase.low, 6))
    return Reading(key, phrase.low, phrase.high)


def _with_negation(text: str, one: Expression) -> int:
    """Where the word of negation begins that stands directly before an expression."""
    before = text[: one.start].rstrip()
    return len(before) - len(before.split()[-1]) if before else one.start


def _clause(text: str, found: Sequence[Expression], index: int) -> str:
    """The part of a sentence between the borders that tell its expressions apart."""
    borders = [_border(text, left.end, right.start) for left, right in pairwise(found)]
    start = max((one for one in borders[:index] if one is not None), default=0)
    end = min((one for one in borders[index:] if one is not None), default=len(text))
    return text[start:end].strip(" ,;")


def _border(text: str, start: int, end: int) -> int | None:
    """Where a clause ends between two expressions: at the last semicolon, else comma."""
    for mark in (";", ","):
        at = text.rfind(mark, start, end)
        if at >= 0:
            return at + 1
    return None
