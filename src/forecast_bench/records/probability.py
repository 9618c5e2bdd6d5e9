"""How likely, as an analyst says it: a phrase, a number or a range."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Number, Text

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PERCENT = re.compile(r"\d+(\.\d+)?\s*(%|percent|per cent)", re.ASCII)
_LETTER = re.compile(r"[^\W\d_]")

Confidence = Literal["low", "moderate", "high"]


class Stated(Record):
    """What an analyst stated in the field `probability`.

    Exactly one of `phrase`, `number` and `low` with `high` is set; probabilities lie in 0..1.
    """

    phrase: Text | None = None
    number: Number | None = Field(default=None, gt=0, lt=1)
    low: Number | None = Field(default=None, ge=0, le=1)
    high: Number | None = Field(default=None, ge=0, le=1)

    @property
    def kind(self) -> Literal["phrase", "number", "range"]:
        """Which of the three forms was used."""
        if self.phrase is not None:
            return "phrase"
        return "number" if self.number is not None else "range"

    def __str__(self) -> str:
        if self.phrase is not None:
            return self.phrase
        return f"{self.number:g}" if self.number is not None else f"{self.low:g}-{self.high:g}"


class OffYardstick(Record):
    """A wording that carries no number of the lexicon; it is kept as it is, and given none."""

    wording: Text = Field(description="The words used, such as most likely.")
    kind: Literal["other words", "no number", "unhedged"] = Field(
        description="Words of another yardstick, words that carry no number, or no hedge at all."
    )


def parse_stated(value: Any) -> Any:
    """Read a phrase, a number strictly between 0 and 1, or a list of two numbers.

    Raises
    ------
    ValueError
        If a number is 0, 1, outside, or a percentage; if a range is not low below high; if it is
        neither a phrase nor a number nor a range.

    Examples
    --------
    >>> [str(parse_stated(text)) for text in ("highly likely", "0.85", ["0.8", "0.9"])]
    ['highly likely', '0.85', '0.8-0.9']
    """
    if isinstance(value, str):
        return _one(value.strip())
    if isinstance(value, list):
        return _range(value)
    if isinstance(value, dict):
        raise ValueError("write a phrase, a number such as 0.85, or a range such as [0.8, 0.9]")
    return value


def _one(text: str) -> Stated:
    if _PERCENT.fullmatch(text):
        raise ValueError(f'"{text}": write a probability between 0 and 1, such as 0.85')
    if not _NUMBER.fullmatch(text):
        if not text:
            raise ValueError("the phrase is empty")
        if not _LETTER.search(text):
            raise ValueError(f'"{text}" is neither a phrase nor a number such as 0.85')
        return Stated(phrase=" ".join(text.split()))
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError(f"{text} is not between 0 and 1")
    if number in (0, 1):
        raise ValueError(
            f"{text} is certainty, which no count could change; say how nearly certain"
        )
    return Stated(number=number)


def _range(values: list[Any]) -> Stated:
    ends = [
        value for value in values if isinstance(value, str) and _NUMBER.fullmatch(value.strip())
    ]
    if len(values) != 2 or len(ends) != 2:
        raise ValueError("a range is two numbers, such as [0.8, 0.9]")
    low, high = (float(end) for end in ends)
    if not 0 <= low < high <= 1:
        raise ValueError(
            f"a range runs from low to high between 0 and 1, not from {low:g} to {high:g}"
        )
    if high - low == 1:
        raise ValueError("a range from 0 to 1 says nothing; use cannot_assess with a reason")
    return Stated(low=low, high=high)


_Inside = Annotated[float, Field(gt=0, lt=1)]
_End = Annotated[float, Field(ge=0, le=1)]
_Written = str | _Inside | tuple[_End, _End]
StatedProbability = Annotated[
    Stated, BeforeValidator(parse_stated, json_schema_input_type=_Written)
]
