"""Sentences of a text that flows."""

import functools
import re
from collections.abc import Iterator

from forecast_bench.prose.vocabulary import Vocabulary

_END = re.compile(
    r"(?P<stop>[.!?…])(?:['\"”’)\]]|\s?»)*(?:\[\^?\w{1,8}\])*(?P<gap>\s+)(?=(?:['\"“‘(\[]|«\s?)*[^\W_a-zà-öø-ÿ])"  # noqa: RUF001
)
_WORD_BEFORE = re.compile(r"([\w.]+)\Z")


def sentences(text: str, words: Vocabulary | None = None) -> Iterator[tuple[int, int]]:
    """Give start and end of each sentence.

    Parameters
    ----------
    text : str
        On one line; see `source_text.flowing`.
    words : Vocabulary or None
        Of the text's language: which abbreviations a point belongs to.

    Examples
    --------
    >>> from forecast_bench.prose.vocabulary import vocabulary_of
    >>> text = 'Mr. Lee spoke at 3.30 p.m. in Gao. "It ends."[2] It does!'
    >>> [text[start:end] for start, end in sentences(text, vocabulary_of("en"))]
    ['Mr. Lee spoke at 3.30 p.m. in Gao.', '"It ends."[2]', 'It does!']
    """
    start = 0
    for found in _END.finditer(text):
        if found["stop"] == "." and _abbreviated(text[: found.start()], words):
            continue
        yield start, found.start("gap")
        start = found.end()
    if start < len(text):
        yield start, len(text)


def _abbreviated(before: str, words: Vocabulary | None) -> bool:
    found = _WORD_BEFORE.search(before)
    if found is None:
        return False
    word = found[1]
    initial = len(word) == 1 and word.isupper()
    known = _small(words.abbreviations) if words is not None else frozenset()
    return initial or word.casefold() in known


@functools.cache
def _small(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one.casefold() for one in words)
