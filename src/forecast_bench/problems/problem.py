"""A mistake that a person can mend, as a value."""

from dataclasses import dataclass, replace
from typing import Literal

from forecast_bench.problems.catalogue import CATALOGUE
from forecast_bench.problems.location import Location

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what to do about it.

    Parameters
    ----------
    identifier : str
        A key of `CATALOGUE`; stable, so that people can search and suppress by it.
    message : str
        One sentence naming the fault with the words of the file.
    location : Location
        The place to mend.
    excerpt : str
        The line of the file, empty where there is none to show (a folder, a binary file).
    notes : tuple of str
        What helps to mend it: the legal values, the rule.
    level : {"error", "warning", "note"}
        Taken from the catalogue where `problem` makes the record.

    Raises
    ------
    ValueError
        If the identifier is not in the catalogue: a message without a page of reference.
    """

    identifier: str
    message: str
    location: Location
    excerpt: str = ""
    notes: tuple[str, ...] = ()
    level: Level = "error"

    def __post_init__(self) -> None:
        if self.identifier not in CATALOGUE:
            raise ValueError(f"no problem is catalogued as {self.identifier!r}")

    def at_words(self, words: str) -> "Problem":
        """The same problem at words of its line; as it is where they do not stand there once.

        Examples
        --------
        >>> one = problem("unknown-phrase", "m", Location("a", 1, 1, 9), excerpt="it may be")
        >>> one.at_words("may").location.column
        4
        """
        start = self.location.column - 1
        if self.excerpt[start:].count(words) != 1:
            return self
        column = self.excerpt.index(words, start) + 1
        place = self.location._replace(column=column, end_column=column + len(words))
        return replace(self, location=place)


def problem(
    identifier: str,
    message: str,
    location: Location,
    *,
    excerpt: str = "",
    notes: tuple[str, ...] = (),
) -> Problem:
    """Make a `Problem` with the level that the catalogue gives it.

    Examples
    --------
    >>> problem("file-empty", "the file is empty", Location("judgments/a.yaml")).level
    'error'
    """
    if identifier not in CATALOGUE:
        raise ValueError(f"no problem is catalogued as {identifier!r}")
    return Problem(identifier, message, location, excerpt, notes, CATALOGUE[identifier].level)


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Problems by file, line and column, each once: the order in which a person mends them."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.location, one.identifier)))
