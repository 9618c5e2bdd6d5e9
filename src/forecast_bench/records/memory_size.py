"""How much memory something may hold, as people write it: 4 GiB."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer

_WRITTEN = re.compile(r"(\d{1,6}) ?([MGT]i?B)", re.ASCII)
_BYTES: Final[Mapping[str, int]] = MappingProxyType(
    {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
)


class MemorySize(NamedTuple):
    """An amount of memory in the unit it was written in, such as 4 GiB.

    Examples
    --------
    >>> size = MemorySize(512, "MB")
    >>> str(size), size.bytes
    ('512 MB', 512000000)
    """

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"

    @property
    def bytes(self) -> int:
        """The same in bytes."""
        return self.number * _BYTES[self.unit]


def parse_memory_size(value: Any) -> Any:
    """Read "4 GiB"; other types pass through for the validator to refuse.

    Raises
    ------
    ValueError
        If the text is no size, or nothing.

    Examples
    --------
    >>> parse_memory_size("4GiB")
    MemorySize(number=4, unit='GiB')
    """
    if isinstance(value, list | dict):
        raise ValueError("write a size as one text, such as 4 GiB")
    if not isinstance(value, str):
        return value
    found = _WRITTEN.fullmatch(value.strip())
    if not found or int(found[1]) == 0:
        raise ValueError(
            f'"{value}" is not an amount of memory; write a number and MB, GB, TB, MiB, GiB or '
            "TiB, such as 4 GiB"
        )
    return MemorySize(int(found[1]), found[2])


_AsWritten = Annotated[
    str,
    Field(pattern=r"^\s*(?!0+ ?[A-Z])\d{1,6} ?[MGT]i?B\s*$", examples=["4 GiB", "512 MB"]),
]
MemorySizeText = Annotated[
    MemorySize,
    BeforeValidator(parse_memory_size, json_schema_input_type=_AsWritten),
    PlainSerializer(str),
]
"""A `MemorySize` read from text and written as text."""
