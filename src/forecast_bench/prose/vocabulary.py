"""Words around the phrases of yardsticks, for one language."""

import functools
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from forecast_bench.problems import as_text
from forecast_bench.records import Record
from forecast_bench.records.scalars import Text
from forecast_bench.yaml_source import read_record, read_text

Kind = Literal["phrase", "stacked", "other words", "no number", "certainty", "confidence"]
Tense = Literal["past", "present", "future"]


class Pattern(Record):
    """An expression of no yardstick."""

    kind: Kind
    pattern: Text


class Sense(Record):
    """In which surroundings a word is meant as an expression.

    `preceded` and `followed` are tried directly beside the word, `sentence` on all of the text;
    what begins with `not_` must not be found.
    """

    of: Text
    preceded: Text | None = None
    not_preceded: Text | None = None
    followed: Text | None = None
    not_followed: Text | None = None
    sentence: Text | None = None
    not_sentence: Text | None = None


class TenseRule(Record):
    """A pattern in which `<>` stands for the expression; `of` says of which expressions only."""

    tense: Tense
    pattern: Text
    of: Text | None = None


class Saying(Record):
    """Words with which a text tells what somebody else holds."""

    verbs: tuple[Text, ...] = ()
    own: tuple[Text, ...] = ()
    ends: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()
    mentions: tuple[Text, ...] = ()


class Period(Record):
    """How a horizon is written as a length or as a day."""

    numbers: dict[Text, Annotated[int, BeforeValidator(int)]] = Field(default_factory=dict)
    between: tuple[Text, ...] = ()
    units: dict[Text, Text] = Field(default_factory=dict)
    months: tuple[Text, ...] = ()
    end_of: Text | None = None


def _empty(value: Any) -> Any:
    return () if value is None else value


type Listed[T] = Annotated[tuple[T, ...], BeforeValidator(_empty)]


class Vocabulary(Record):
    """Words and patterns of one language; what each list is for is said in its file."""

    language: Text
    endings: Listed[Text] = ()
    modifiers: Listed[Text] = ()
    heads: Listed[Text] = ()
    expressions: Listed[Pattern] = ()
    idioms: Listed[Text] = ()
    name_endings: Listed[Text] = ()
    senses: Listed[Sense] = ()
    negations: Listed[Text] = ()
    between: Listed[Text] = ()
    negative: Listed[Text] = ()
    levels: dict[Text, Text] = Field(default_factory=dict)
    conditions: Listed[Text] = ()
    not_conditions: Listed[Text] = ()
    horizons: Listed[Text] = ()
    tenses: Listed[TenseRule] = ()
    vague_times: Listed[Text] = ()
    chances: Listed[Text] = ()
    claims: Listed[Text] = ()
    saying: Saying = Saying()
    period: Period = Period()
    abbreviations: Listed[Text] = ()
    captions: Listed[Text] = ()


@functools.cache
def vocabulary_of(language: str) -> Vocabulary | None:
    """Vocabulary of a language, by its tag (BCP 47); None where the package has none.

    A variety ("fr-CA") is read with the vocabulary of its language.

    Raises
    ------
    RuntimeError
        If its file is broken: a broken installation.

    Examples
    --------
    >>> vocabulary_of("en").language, vocabulary_of("fr-CA").language, vocabulary_of("tlh")
    ('en', 'fr', None)
    """
    main, *_ = language.split("-")
    if main not in languages():
        return None
    file = resources.files("forecast_bench.prose") / "data" / f"{main}.yaml"
    return read_vocabulary(file.read_text("utf-8"), name=file.name)


@functools.cache
def languages() -> tuple[str, ...]:
    """Languages that the package has a vocabulary of.

    Examples
    --------
    >>> languages()
    ('da', 'en', 'fr')
    """
    folder = resources.files("forecast_bench.prose") / "data"
    names = sorted(one.name for one in folder.iterdir())
    return tuple(one.removesuffix(".yaml") for one in names if one.endswith(".yaml"))


def read_vocabulary(text: str, *, name: str) -> Vocabulary:
    """Read a vocabulary of the package.

    Raises
    ------
    RuntimeError
        If its file is broken: a broken installation.
    """
    document, faults = read_text(text, file=name)
    if document is not None and not faults:
        record, faults = read_record(document, Vocabulary)
        if record is not None:
            return record
    raise RuntimeError("a vocabulary of the package is broken:\n" + "\n".join(map(as_text, faults)))
