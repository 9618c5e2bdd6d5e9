"""Checks on the words of statements, against what the record says."""

import re
from collections.abc import Iterator, Mapping

from forecast_bench.lexicons import Lexicon, Phrase, look_up, phrases_for
from forecast_bench.problems import Problem
from forecast_bench.prose import Expression, find_expressions, wordings_of
from forecast_bench.records import Stated
from forecast_bench.workspace import RecordedJudgment, Workspace

_IDS = {
    "stacked": "stacked-hedge",
    "other words": "stacked-hedge",
    "no number": "no-number-word",
    "certainty": "unhedged-claim",
    "confidence": "confidence-in-statement",
}


def plain_statements(workspace: Workspace) -> Iterator[Problem]:
    """A statement says the event; its words of probability are the record's, of one yardstick."""
    known = workspace.lexicons
    wordings = {
        language: wordings_of(known.values(), language=language)
        for language in {"en", *(one.language for one in known.values())}
    }
    for one in workspace.judgments:
        lexicon = known.get(one.lexicon(workspace.settings.lexicon) or "")
        # A statement is in the language of its yardstick.
        language = lexicon.language if lexicon is not None else "en"
        for found in find_expressions(
            one.judgment.statement, wordings=wordings[language], language=language
        ):
            if found.kind == "phrase":
                yield from _phrase(one, found, lexicon, workspace.lexicons)
            elif not _kept_as_it_is(one, found):
                yield from _hedge(one, found)


def _kept_as_it_is(one: RecordedJudgment, found: Expression) -> bool:
    """Whether the record says itself that these words carry no number."""
    kept = one.judgment.off_yardstick
    return kept is not None and found.text.casefold() in kept.wording.casefold()


def _hedge(one: RecordedJudgment, found: Expression) -> Iterator[Problem]:
    said = {
        "stacked": f'no yardstick has "{found.text}"',
        "other words": f'no yardstick has "{found.text}"',
        "no number": f'"{found.text}" carries no number',
        "certainty": f'"{found.text}" claims certainty',
        "confidence": f'"{found.text}" is confidence, in a statement of what will happen',
    }[found.kind]
    yield _at(one, found, _IDS[found.kind], said)


def _phrase(
    one: RecordedJudgment,
    found: Expression,
    lexicon: Lexicon | None,
    known: Mapping[str, Lexicon],
) -> Iterator[Problem]:
    if lexicon is None or _kept_as_it_is(one, found):
        return
    phrase = look_up(lexicon, found.phrase)
    if phrase is None:
        owners = ", ".join(key for key, other in known.items() if look_up(other, found.phrase))
        message = f'"{found.text}" is not a phrase of {lexicon.key}'
        yield _at(one, found, "foreign-phrase", message, f"it is one of {owners}")
        return
    if found.negated:
        yield _negated(one, found, phrase, lexicon)
        return
    stated = one.judgment.probability
    if stated is not None and not _agrees(stated, phrase, lexicon):
        message = f'the statement says "{found.text}" and the record {stated}'
        yield _at(one, found, "statement-disagrees", message, _band(phrase))


def _negated(one: RecordedJudgment, found: Expression, phrase: Phrase, lexicon: Lexicon) -> Problem:
    low, high = round(1 - phrase.high, 6), round(1 - phrase.low, 6)
    names = [phrases_for(lexicon, end, row=phrase.row) for end in (low, high)]
    said = [" or ".join(each.terms) if each.terms else f"a {each.kind}" for each in names]
    named = said[0] if said[0] == said[1] else f"{said[0]} at its low end, {said[1]} at its high"
    message = f'"not {found.text}" is {low * 100:g} to {high * 100:g} %, the complement'
    return _at(one, found, "double-negative", message, f"in {lexicon.key} that is {named}")


def _agrees(stated: Stated, phrase: Phrase, lexicon: Lexicon) -> bool:
    if stated.phrase is not None:
        recorded = look_up(lexicon, stated.phrase)
        # A phrase that nobody knows is reported as that.
        return recorded is None or (recorded.low, recorded.high) == (phrase.low, phrase.high)
    if stated.number is not None:
        return phrase.contains(stated.number)
    # A range may be narrower than the word, or spill over an end of it, but not miss it.
    return max(stated.low or 0, phrase.low) < min(stated.high or 1, phrase.high)


def _band(phrase: Phrase) -> str:
    return f'"{phrase.phrase}" is {phrase.low * 100:g} to {phrase.high * 100:g} %'


def _at(
    one: RecordedJudgment, found: Expression, identifier: str, message: str, *notes: str
) -> Problem:
    made = one.problem(identifier, message, "statement", notes=notes)
    return made.at_words(re.split(r"\s+", found.text)[0] if "\n" in found.text else found.text)
