"""The states of a judgment, in the order in which a reviewer meets them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "open": "\u25d4",
        "settling": "\u25d1",
        "occurred": "\u25cf",
        "did not occur": "\u25cb",
        "void": "\u2013",
        "cannot resolve": "?",
        "not assessed": "\u2205",
    }
)
"""Each state with the mark that stands before its name: never a colour alone."""

UNDECIDED: Final = frozenset({"open", "settling"})


def mark_of(state: str) -> str:
    """Give the mark of a state; an unknown state has a mark of its own.

    Examples
    --------
    >>> mark_of("occurred")
    '●'
    """
    return STATES.get(state, "\u00b7")
