"""What a sentence says around an expression: condition, horizon, time, and whose estimate it is."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from forecast_bench.prose.expressions import Expression
from forecast_bench.prose.senses import WORD_END, spaced
from forecast_bench.prose.vocabulary import Saying, Tense, Vocabulary

_QUOTED = re.compile(r"\"[^\"]*\"?")
_CLAUSE_END = re.compile(r"[,;:](?=\s)|[.!?]|\s(?=--|–)")  # noqa: RUF001
_NEVER = re.compile("(?!)")
_REACH = 40


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is said around one expression; None where nothing is.

    `condition` is the clause that it holds under, `horizon` the words for when, `attributed`
    whether the estimate is somebody else's, `mentioned` whether the words are only spoken of.
    """

    tense: Tense
    condition: str | None = None
    horizon: str | None = None
    attributed: bool = False
    mentioned: bool = False


def surroundings(
    sentence: str,
    found: Sequence[Expression],
    words: Vocabulary,
    *,
    quoted: Sequence[tuple[int, int]],
) -> tuple[Surroundings, ...]:
    """Read what stands around each expression of a sentence.

    Parameters
    ----------
    sentence : str
        On one line, with straight quotation marks.
    found : sequence of Expression
        In their order.
    words : Vocabulary
        Of the sentence's language.
    quoted : sequence of pairs of int
        Which parts of the sentence stand in quotation marks.
    """
    conditions = conditions_in(sentence, words)
    horizons = [_span(one) for one in _any(words.horizons).finditer(sentence)]
    spans = [(one.start, one.end) for one in found]
    given = [_of(spans, span, leading_for_all=True) for span in conditions]
    when = [_of(spans, span, leading_for_all=False) for span in horizons]
    told = []
    for index, one in enumerate(found):
        condition = next(
            (span for span, of in zip(conditions, given, strict=True) if index in of), None
        )
        horizon = next((span for span, of in zip(horizons, when, strict=True) if index in of), None)
        tense = _tense(sentence, found, index, words, dated=horizon is not None)
        told.append(
            Surroundings(
                tense,
                sentence[slice(*condition)] if condition else None,
                sentence[slice(*horizon)] if horizon and tense == "future" else None,
                attributed=_attributed(sentence, one, words.saying, quoted),
                mentioned=_mentioned(sentence, one, words.saying, quoted),
            )
        )
    return tuple(told)


def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Parts of a text in straight double quotation marks; an open one runs to the end."""
    return tuple(_span(one) for one in _QUOTED.finditer(text))


def claims_without_hedge(sentence: str, words: Vocabulary) -> bool:
    """Whether a sentence says what will be; to be asked where it holds no expression."""
    return _any(words.claims).search(sentence) is not None


def conditions_in(sentence: str, words: Vocabulary) -> list[tuple[int, int]]:
    """Clauses that say under what the rest of a sentence holds."""
    no_condition = [_span(one) for one in _any(words.not_conditions).finditer(sentence)]
    found = []
    for one in _any(words.conditions, ends=False).finditer(sentence):
        if any(start <= one.start() < end for start, end in no_condition):
            continue
        end = _CLAUSE_END.search(sentence, one.end())
        found.append((one.start(), end.start() if end else len(sentence)))
    return found


def _of(
    spans: Sequence[tuple[int, int]], span: tuple[int, int], *, leading_for_all: bool
) -> set[int]:
    """Which expressions a clause belongs to: the one it follows, or all that follow it.

    A leading horizon is of the first only where another one follows; so it is kept to it.
    """
    before = [index for index, (start, _) in enumerate(spans) if start < span[0]]
    if before:
        return {before[-1]}
    return set(range(len(spans))) if leading_for_all or len(spans) == 1 else {0}


def _tense(
    sentence: str, found: Sequence[Expression], index: int, words: Vocabulary, *, dated: bool
) -> Tense:
    one = found[index]
    # What lies between two expressions may belong to either: mostly to the one before.
    start = found[index - 1].end if index else 0
    end = found[index + 1].start if index + 1 < len(found) else len(sentence)
    clause = f"{sentence[start : one.start]}<>{sentence[one.end : end]}"
    if one.kind == "confidence":
        others = [other for other in range(len(found)) if found[other].kind != "confidence"]
        return _tense(sentence, found, others[0], words, dated=dated) if others else "present"
    for rule in words.tenses:
        if rule.of is not None and not _compiled(rule.of).fullmatch(one.text):
            continue
        if _compiled(rule.pattern).search(clause):
            return "future" if dated and rule.tense == "present" else rule.tense
    return "future"


def _attributed(
    sentence: str, one: Expression, saying: Saying, quoted: Sequence[tuple[int, int]]
) -> bool:
    quotation = next((start for start, end in quoted if start <= one.start < end), None)
    before = sentence[: one.start if quotation is None else quotation]
    said = list(_any(saying.verbs).finditer(before))
    own = rf"(?:{'|'.join(saying.own) or _NEVER.pattern})(?: \w+)?\s*\Z"
    ours = bool(said) and _compiled(own, ends=False).search(before[: said[-1].start()][-_REACH:])
    if quotation is not None or _any(saying.sources).search(sentence):
        return not ours
    # A semicolon, or a new clause, ends what somebody is said to hold.
    ended = said and re.search("|".join((";", *saying.ends)), before[said[-1].end() :])
    return bool(said) and not ours and not ended


def _mentioned(
    sentence: str, one: Expression, saying: Saying, quoted: Sequence[tuple[int, int]]
) -> bool:
    """Whether an expression fills its quotation marks and is called a word."""
    filled = any(
        start < one.start and sentence[start + 1 : end].strip('" ,.') == one.text
        for start, end in quoted
    )
    return filled and _any(saying.mentions).search(sentence) is not None


def _span(found: re.Match[str]) -> tuple[int, int]:
    return found.start(), found.end()


def _any(patterns: tuple[str, ...], *, ends: bool = True) -> re.Pattern[str]:
    return _compiled("|".join(patterns), ends=ends) if patterns else _NEVER


@functools.cache
def _compiled(pattern: str, *, ends: bool = True) -> re.Pattern[str]:
    if "<>" in pattern:
        return re.compile(pattern, re.IGNORECASE)
    border = WORD_END if ends else ""
    return re.compile(rf"(?<!\w)(?:{spaced(pattern)}){border}", re.IGNORECASE)
