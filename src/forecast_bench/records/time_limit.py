"""How long a computation may take, as people write it: 10 minutes."""

import re
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer

_WRITTEN = re.compile(r"(\d{1,4}) (second|minute|hour)s?", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


class TimeLimit(NamedTuple):
    """A length of time in the unit it was written in, such as 10 minutes.

    Examples
    --------
    >>> limit = TimeLimit(10, "minute")
    >>> str(limit), limit.seconds
    ('10 minutes', 600)
    """

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}"

    @property
    def seconds(self) -> int:
        """The same in seconds."""
        return self.number * _SECONDS[self.unit]


def parse_time_limit(value: Any) -> Any:
    """Read "10 minutes"; other types pass through for the validator to refuse.

    Raises
    ------
    ValueError
        If the text is no time limit, or one of no length.

    Examples
    --------
    >>> parse_time_limit("90 seconds")
    TimeLimit(number=90, unit='second')
    """
    if isinstance(value, list | dict):
        raise ValueError("write a time limit as one text, such as 10 minutes")
    if not isinstance(value, str):
        return value
    found = _WRITTEN.fullmatch(value.strip())
    if not found or int(found[1]) == 0:
        raise ValueError(
            f'"{value}" is not a time limit; write a number and seconds, minutes or hours, '
            "such as 10 minutes"
        )
    return TimeLimit(int(found[1]), found[2])


_AsWritten = Annotated[
    str,
    Field(
        pattern=r"^\s*(?!0+ )\d{1,4} (second|minute|hour)s?\s*$",
        examples=["10 minutes", "1 hour"],
    ),
]
TimeLimitText = Annotated[
    TimeLimit,
    BeforeValidator(parse_time_limit, json_schema_input_type=_AsWritten),
    PlainSerializer(str),
]
"""A `TimeLimit` read from text and written as text."""
