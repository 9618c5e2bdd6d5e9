"""Ordinal scales: phrases in an order, with no numbers, as some services print them.

A judgment cannot be scored by one; it is kept so that its words can be looked up, and so that who
pins it is told why nothing can be computed.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from forecast_bench.lexicons.lexicon import InForce, Verified, several_words, words
from forecast_bench.lexicons.lookup import normalised
from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.problems import Problem
from forecast_bench.records import Record
from forecast_bench.records.scalars import Identifier, Text
from forecast_bench.yaml_source import Document, read_file, read_record

ORDINAL = "ordinal"


class OrdinalPhrase(Record):
    """A phrase of an order."""

    phrase: Annotated[Text, BeforeValidator(words)]
    synonyms: Annotated[tuple[Text, ...], BeforeValidator(several_words)] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        """The phrase and its synonyms."""
        return (self.phrase, *self.synonyms)


class OrdinalScale(Record):
    """Phrases from the least to the most likely, with no numbers."""

    id: Identifier
    version: Identifier
    title: Text
    source: Text
    structure: Literal["ordinal"]
    language: Text = "en"
    licence: Text | None = None
    in_force: InForce | None = None
    verified: Verified | None = None
    note: Text | None = None
    phrases: tuple[OrdinalPhrase, ...] = Field(min_length=2)

    @property
    def key(self) -> str:
        """Its name@version."""
        return f"{self.id}@{self.version}"

    def place_of(self, phrase: str) -> int | None:
        """Place of a phrase from 1, the least likely; None for one that the scale has not.

        Examples
        --------
        >>> phrases = ({"phrase": "unlikely"}, {"phrase": "likely", "synonyms": ["probable"]})
        >>> about = {"id": "a", "version": "1", "title": "T", "source": "S"}
        >>> scale = OrdinalScale(**about, structure="ordinal", phrases=phrases)
        >>> scale.place_of("Probable"), scale.place_of("certain")
        (2, None)
        """
        wanted = normalised(phrase)
        for place, one in enumerate(self.phrases, start=1):
            if wanted in map(normalised, one.wordings):
                return place
        return None


def is_ordinal(document: Document) -> bool:
    """Whether a file of a lexicon is one of an order."""
    return isinstance(document.values, dict) and document.values.get("structure") == ORDINAL


def read_scales(
    folder: Path, *, shown_as: str = "models/lexicons", taken: Collection[str] = ()
) -> tuple[Mapping[str, OrdinalScale], tuple[Problem, ...]]:
    """Read the ordinal scales of a workspace, by name@version.

    Parameters
    ----------
    folder : Path
        Where house lexicons stand. What cannot be read as YAML is reported by `read_lexicons`.
    shown_as : str
        Path of the folder in messages.
    taken : collection of str
        Lexicons with numbers, by name@version, beside those shipped.
    """
    found: dict[str, OrdinalScale] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.y*ml")):
        document, _ = read_file(path, shown_as=f"{shown_as}/{path.name}")
        if document is None or not is_ordinal(document):
            continue
        scale, faults = read_record(document, OrdinalScale)
        problems.extend(faults)
        if scale is None:
            continue
        problems.extend(_repeated(document, scale))
        if scale.key in found or scale.key in load_shipped() or scale.key in taken:
            message = f"{scale.key} is defined already"
            problems.append(document.problem("duplicate-lexicon", message, ("id",)))
        found.setdefault(scale.key, scale)
    return found, tuple(problems)


def _repeated(document: Document, scale: OrdinalScale) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for index, one in enumerate(scale.phrases):
        for wording in one.wordings:
            if normalised(wording) in seen:
                message = f'"{wording}" is given twice in this lexicon'
                problems.append(document.problem("duplicate-phrase", message, ("phrases", index)))
            seen.add(normalised(wording))
    return problems
