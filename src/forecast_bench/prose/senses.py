"""Whether a word is meant as an expression where it stands."""

import functools
import re

from forecast_bench.prose.vocabulary import Sense, Vocabulary

_REACH = 80
# Behind an apostrophe a word has ended, whatever stands there: d'|ici.
WORD_END = r"(?:(?!\w)|(?<=[\x27\u2019]))"


def spaced(pattern: str) -> str:
    """Let a blank of a pattern stand for any run of blanks, or a hyphen; an apostrophe for both."""
    return pattern.replace(" ", r"[\s-]+").replace("'", "['’]")  # noqa: RUF001


def is_meant(text: str, found: re.Match[str], words: Vocabulary) -> bool:
    """Hold a word against every sense of its vocabulary that is about it."""
    return all(
        _holds(one, text, found)
        for one in words.senses
        if _compiled(rf"(?:{one.of})\s*").fullmatch(found[0])
    )


def _holds(sense: Sense, text: str, found: re.Match[str]) -> bool:
    start, end = found.start(), found.end()
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)

    def before(pattern: str) -> bool:
        return _compiled(rf"(?<!\w)(?:{pattern})\s*\Z").search(text, first, start) is not None

    def after(pattern: str) -> bool:
        return _compiled(rf"\s*(?:{pattern}){WORD_END}").match(text, end, last) is not None

    def anywhere(pattern: str) -> bool:
        return _compiled(rf"(?<!\w)(?:{pattern}){WORD_END}").search(text) is not None

    asked = (
        (sense.preceded, before, True),
        (sense.not_preceded, before, False),
        (sense.followed, after, True),
        (sense.not_followed, after, False),
        (sense.sentence, anywhere, True),
        (sense.not_sentence, anywhere, False),
    )
    return all(pattern is None or holds(pattern) is wanted for pattern, holds, wanted in asked)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(spaced(pattern), re.IGNORECASE)
