"""Words of probability in a text: phrases of yardsticks, hedges of none, claims, confidence."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from forecast_bench.lexicons import Lexicon, normalised
from forecast_bench.prose.senses import WORD_END, is_meant, spaced
from forecast_bench.prose.vocabulary import Kind, Vocabulary, vocabulary_of

_NONE = Vocabulary(language="und")
_NOTHING = "(?!)"
_REACH = 40


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression of probability, or of confidence, in a text.

    Parameters
    ----------
    start, end : int
        Where it stands in the text, the end exclusive.
    text : str
        As written.
    kind : {"phrase", "stacked", "other words", "no number", "certainty", "confidence"}
        A phrase of a known lexicon; a modifier on a hedge that no lexicon has; a likelihood in
        words of no lexicon; a word that carries no number; an unhedged claim; a statement of
        analytic confidence.
    phrase : str
        In small letters and single blanks, and in the form that a lexicon has: what a lexicon is
        asked for.
    negated : bool
        Whether a negation stands before it.
    """

    start: int
    end: int
    text: str
    kind: Kind
    phrase: str
    negated: bool = False


def wordings_of(lexicons: Iterable[Lexicon], *, language: str = "en") -> tuple[str, ...]:
    """Give the phrases and synonyms of the lexicons of a language, to look for in a text."""
    return tuple(
        sorted(
            {
                normalised(wording)
                for lexicon in lexicons
                if lexicon.language == language
                for phrase in lexicon.phrases
                for wording in phrase.wordings
            }
        )
    )


def find_expressions(
    text: str, *, wordings: tuple[str, ...], language: str = "en"
) -> tuple[Expression, ...]:
    """Find the expressions of a text, in its order; the longest where several begin.

    Parameters
    ----------
    text : str
        Prose, best of one sentence: a word is judged by its surroundings too.
    wordings : tuple of str
        The phrases of the known lexicons, as `wordings_of` gives them.
    language : str
        Language of the text, as a tag (BCP 47). Of one that has no vocabulary here only the
        phrases are found.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped
    >>> known = wordings_of(load_shipped().values())
    >>> found = find_expressions("It may rain; snow is not unlikely.", wordings=known)
    >>> [(one.text, one.kind, one.negated) for one in found]
    [('may', 'no number', False), ('unlikely', 'phrase', True)]
    """
    words = vocabulary_of(language) or _NONE
    pattern, kinds, negation = _patterns(wordings, language)
    expressions = []
    at = 0
    while found := pattern.search(text, at):
        kind = kinds[str(found.lastgroup)]
        # What a word does not mean here it may mean in a longer or a later one.
        at = found.end() if kind is None else found.start() + 1
        if kind is None or _is_name(text, found, words) or not is_meant(text, found, words):
            continue
        at = found.end()
        written = found[0].rstrip()
        before = negation.search(text, max(0, found.start() - _REACH), found.start())
        expressions.append(
            Expression(
                found.start(),
                found.start() + len(written),
                written,
                kind,
                _base(written, wordings, words),
                negated=before is not None,
            )
        )
    return tuple(expressions)


@functools.cache
def _patterns(
    wordings: tuple[str, ...], language: str
) -> tuple[re.Pattern[str], dict[str, Kind | None], re.Pattern[str]]:
    """Everything to look for in one pattern, what each of its groups is, and the negations."""
    words = vocabulary_of(language) or _NONE
    phrases = sorted(wordings, key=len, reverse=True)
    parts: list[tuple[Kind | None, str]] = [(None, "|".join(words.idioms))]
    parts += [(one.kind, one.pattern) for one in words.expressions if one.kind == "confidence"]
    parts += [(one.kind, one.pattern) for one in words.expressions if one.kind == "certainty"]
    parts.append(("phrase", "|".join(_with_endings(one, words) for one in phrases)))
    if words.modifiers and words.heads:
        modified = f"(?:{'|'.join(words.modifiers)}) (?:{'|'.join(words.heads)})"
        parts.append(("stacked", modified))
    others = ("confidence", "certainty")
    parts += [(one.kind, one.pattern) for one in words.expressions if one.kind not in others]
    named = {f"g{index}": part for index, part in enumerate(parts)}
    alternatives = "|".join(
        f"(?P<{name}>{spaced(part) or _NOTHING})" for name, (_, part) in named.items()
    )
    negations = "|".join((*words.negations, r"\w+n't", r"\w+n’t"))  # noqa: RUF001
    between = "|".join(words.between) or _NOTHING
    return (
        re.compile(rf"(?<!\w)(?:{alternatives}){WORD_END}", re.IGNORECASE),
        {name: kind for name, (kind, _) in named.items()},
        re.compile(spaced(rf"\b(?:{negations})\s+(?:(?:{between})\s+)*\Z"), re.IGNORECASE),
    )


def _with_endings(phrase: str, words: Vocabulary) -> str:
    escaped = re.escape(phrase).replace(r"\ ", " ")
    for group in words.endings:
        first, *_ = group.split()
        if phrase.endswith(first):
            return f"{escaped.removesuffix(first)}(?:{'|'.join(group.split())})"
    return escaped


def _base(text: str, wordings: tuple[str, ...], words: Vocabulary) -> str:
    """The wording of a lexicon that another form comes from: probable of probably."""
    said = re.sub(r"[\s-]+", " ", text).casefold()
    if said in wordings:
        return said
    forms = (
        f"{said.removesuffix(ending)}{group.split()[0]}"
        for group in words.endings
        for ending in group.split()[1:]
        if said.endswith(ending)
    )
    return next((one for one in forms if one in wordings), said)


def _is_name(text: str, found: re.Match[str], words: Vocabulary) -> bool:
    """Whether a single word with a capital stands beside another one: Likely Ltd, Mr Likely."""
    word = found[0].strip()
    if not word[:1].isupper() or not word[1:].islower() or " " in word:
        return False
    after = re.match(r"\s+(?:(?:and|of|&)\s+)?([A-Z]\w*)", text[found.end() :])
    if _begins_sentence(text, found.start()):
        return after is not None and after[1] in words.name_endings
    before = re.search(r"(\w+)\s+\Z", text[: found.start()])
    beside = before is not None and before[1][:1].isupper() and before.start() > 0
    return after is not None or beside


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\n\r\"'“‘([*_-–—•")  # noqa: RUF001
    return not before or before[-1] in ".!?:;…"
