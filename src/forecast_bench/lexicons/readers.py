"""What readers hear in a phrase, which need not be what a yardstick means by it."""

import functools
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from pydantic import Field

from forecast_bench.lexicons.lexicon import Band
from forecast_bench.lexicons.lookup import normalised
from forecast_bench.problems import as_text
from forecast_bench.records import Record
from forecast_bench.records.scalars import Number, Text, WholeNumber
from forecast_bench.yaml_source import read_record, read_text


class Heard(Record):
    """Answers of readers who were asked what a phrase means, in percent.

    The phrases of a yardstick's other wordings are not stood in for: nobody was asked for them.
    """

    phrase: Text
    mean: Number = Field(ge=0, le=100)
    sd: Number = Field(ge=0, le=100, description="Standard deviation between readers.")
    quartiles: tuple[Number, Number, Number] = Field(description="25, 50 and 75 % of the answers.")
    inside: dict[Text, Number] = Field(
        default_factory=dict, description="Share of answers inside the band, by country."
    )

    @property
    def median(self) -> float:
        """Middle answer, as a probability 0..1."""
        return self.quartiles[1] / 100


class Readers(Record):
    """A study of what readers hear."""

    source: Text
    people: WholeNumber
    phrases: tuple[Heard, ...]


@functools.cache
def load_readers() -> Readers:
    """Give the study that comes with the package: Kucharski (2026), CAPphrase.

    Raises
    ------
    RuntimeError
        If its file is broken: a broken installation.

    Examples
    --------
    >>> load_readers().people
    5174
    """
    text = (resources.files("forecast_bench.lexicons") / "readers.yaml").read_text("utf-8")
    document, faults = read_text(text, file="readers.yaml")
    if document is not None and not faults:
        record, faults = read_record(document, Readers)
        if record is not None:
            return record
    raise RuntimeError("the package's figures on readers are broken:\n" + as_text(faults[0]))


@functools.cache
def _by_phrase() -> Mapping[str, Heard]:
    return MappingProxyType({normalised(one.phrase): one for one in load_readers().phrases})


def readers_of(phrase: str) -> Heard | None:
    """What readers hear in a phrase; None where nobody was asked.

    Examples
    --------
    >>> readers_of("Realistic possibility").median
    0.6
    >>> readers_of("medium likelihood") is None
    True
    """
    return _by_phrase().get(normalised(phrase))


def parted(band: Band, heard: Heard) -> bool:
    """Whether the middle reader hears a number outside a band.

    Examples
    --------
    >>> from forecast_bench.lexicons import load_shipped, look_up
    >>> yardstick = load_shipped()["uk-phia@2025"]
    >>> [parted(look_up(yardstick, one), readers_of(one)) for one in ("unlikely", "likely")]
    [True, False]
    """
    return not band.contains(heard.median)
