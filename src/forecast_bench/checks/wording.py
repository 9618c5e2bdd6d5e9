"""Checks on what a statement says beside its event: numbers, times, conditions, rows of words."""

import functools
import re
from collections.abc import Iterator

from forecast_bench.checks.chances import chance_in
from forecast_bench.lexicons import Lexicon, look_up
from forecast_bench.problems import Problem
from forecast_bench.prose import Vocabulary, find_expressions, vocabulary_of, wordings_of
from forecast_bench.prose.senses import WORD_END, spaced
from forecast_bench.prose.surroundings import conditions_in
from forecast_bench.records import Stated
from forecast_bench.workspace import RecordedJudgment, Workspace

_NONE = Vocabulary(language="und")
_ROUNDING = 1e-9
# Before or after something that has a date of its own, or part of another expression.
_RELATIVE = r"(?!-|\s+(?:after|before|efter|før|après|avant)\b)"


def plain_wording(workspace: Workspace) -> Iterator[Problem]:
    """A statement gives no other number, no vague time and no assumption of its own."""
    for one in workspace.judgments:
        lexicon = workspace.lexicons.get(one.lexicon(workspace.settings.lexicon) or "")
        words = vocabulary_of(lexicon.language if lexicon is not None else "en") or _NONE
        yield from _other_number(one, words, lexicon)
        yield from _vague_time(one, words, workspace)
        yield from _assumption(one, words, workspace)
        yield from _assessed_anyway(one, lexicon, workspace)


def one_row(workspace: Workspace) -> Iterator[Problem]:
    """A report keeps to one row of a yardstick that has two."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    told: set[tuple[str, str, str]] = set()
    for one in workspace.judgments:
        lexicon = workspace.lexicons.get(one.lexicon(workspace.settings.lexicon) or "")
        if lexicon is None or len(lexicon.rows) < 2:
            continue
        for stated, path in _stated(one):
            phrase = look_up(lexicon, stated.phrase or "")
            if phrase is None:
                continue
            row = phrase.row or lexicon.rows[0]
            used, by = first.setdefault((one.document.file, lexicon.key), (row, phrase.phrase))
            mark = (one.document.file, lexicon.key, row)
            if row != used and mark not in told:
                told.add(mark)
                message = f'"{phrase.phrase}" is of the row {row}; "{by}" above is of {used}'
                yield one.problem("mixed-rows", message, *path)


def _stated(one: RecordedJudgment) -> Iterator[tuple[Stated, tuple[str | int, ...]]]:
    if one.judgment.probability is not None:
        yield one.judgment.probability, ("probability",)
    for index, revision in enumerate(one.judgment.revisions):
        yield revision.probability, ("revisions", index, "probability")


def _other_number(
    one: RecordedJudgment, words: Vocabulary, lexicon: Lexicon | None
) -> Iterator[Problem]:
    """A chance in percent is that of the record."""
    stated = one.judgment.probability
    found = chance_in(one.judgment.statement, named=words.chances)
    if stated is None or found is None:
        return
    held = look_up(lexicon, stated.phrase) if lexicon is not None and stated.phrase else stated
    low = held.low if held is not None and held.low is not None else stated.number
    high = held.high if held is not None and held.high is not None else stated.number
    if low is None or high is None:
        return
    # What is said may be a range too: the two disagree where no number lies in both.
    if found.high < low - _ROUNDING or high + _ROUNDING < found.low:
        message = f'the statement says "{_flat(found.words)}" and the record {stated}'
        yield _at(one, "statement-disagrees", message, found.words)


def _vague_time(
    one: RecordedJudgment, words: Vocabulary, workspace: Workspace
) -> Iterator[Problem]:
    """The window has dates; the statement says no time that has none."""
    asked = workspace.question_of(one)
    found = _vague(words.vague_times).search(one.judgment.statement)
    if found is None or asked is None or asked.question.about != "future":
        return
    message = f'"{_flat(found[0])}" has no dates, and the window of the question has'
    yield _at(one, "vague-horizon", message, found[0])


def _assumption(
    one: RecordedJudgment, words: Vocabulary, workspace: Workspace
) -> Iterator[Problem]:
    """What a statement presupposes is a condition of the question, or an assumption."""
    asked = workspace.question_of(one)
    found = conditions_in(one.judgment.statement, words)
    recorded = one.judgment.assumptions or (asked is not None and asked.question.given is not None)
    if not found or asked is None or recorded:
        return
    start, end = found[0]
    said = one.judgment.statement[start:end]
    message = f'"{_flat(said)}" is neither a condition of the question nor an assumption'
    yield _at(one, "unrecorded-condition", message, said)


def _assessed_anyway(
    one: RecordedJudgment, lexicon: Lexicon | None, workspace: Workspace
) -> Iterator[Problem]:
    """Who cannot assess does not estimate."""
    if one.judgment.cannot_assess is None:
        return
    language = lexicon.language if lexicon is not None else "en"
    wordings = wordings_of(workspace.lexicons.values(), language=language)
    for found in find_expressions(one.judgment.statement, wordings=wordings, language=language):
        if found.kind in ("phrase", "stacked", "other words"):
            message = f'the statement says "{_flat(found.text)}", and the record that it cannot be'
            yield _at(one, "assessed-anyway", f"{message} assessed", found.text)
            return


def _at(one: RecordedJudgment, identifier: str, message: str, words: str) -> Problem:
    made = one.problem(identifier, message, "statement")
    return made.at_words(words.split("\n")[0].strip() or words)


def _flat(text: str) -> str:
    return " ".join(text.split())


@functools.cache
def _vague(patterns: tuple[str, ...]) -> re.Pattern[str]:
    listed = spaced("|".join(patterns)) if patterns else "(?!)"
    return re.compile(rf"(?<![\w-])(?<!\bas )(?:{listed}){WORD_END}{_RELATIVE}", re.IGNORECASE)
