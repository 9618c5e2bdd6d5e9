"""Field types that read a value from text, strictly.

YAML gives every scalar as text. Pydantic's own conversions accept more than a person means (a date
from 1514678400, 1_000 for 1000, "on" for true), so each type here names the one form it reads.
"""

import datetime
import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_DIGITS = 12


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError(f'"{value}" is not a date; write year-month-day, such as 2018-06-30')
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value} is not a day of the calendar") from None


def _whole(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _WHOLE.fullmatch(value):
        raise ValueError(f'"{value}" is not a whole number; write digits only, such as 1000')
    if len(value.lstrip("+-")) > _MOST_DIGITS:
        raise ValueError(f"the number has more than {_MOST_DIGITS} digits")
    return int(value)


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not _NUMBER.fullmatch(value):
        raise ValueError(f'"{value}" is not a number; write one such as 0.5')
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is too large")
    return number


def _flag(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in ("true", "false"):
        raise ValueError(f'"{value}" is neither true nor false')
    return value == "true"


def _identifier(value: Any) -> Any:
    if isinstance(value, str) and not _IDENTIFIER.fullmatch(value.strip()):
        raise ValueError(
            f'"{value}" is not an id; write letters, digits, ".", "_" and "-", '
            "beginning with a letter or a digit"
        )
    return value


def _as_list(value: Any) -> Any:
    """One text stands for a list of one."""
    return [value] if isinstance(value, str) else value


Day = Annotated[datetime.date, BeforeValidator(_day)]
WholeNumber = Annotated[int, BeforeValidator(_whole)]
WholeNumbers = Annotated[
    tuple[WholeNumber, ...],
    BeforeValidator(_as_list, json_schema_input_type=WholeNumber | tuple[WholeNumber, ...]),
]
Number = Annotated[float, BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Texts = Annotated[
    tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=Text | tuple[Text, ...])
]
Identifier = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100
    ),
    BeforeValidator(_identifier),
]
