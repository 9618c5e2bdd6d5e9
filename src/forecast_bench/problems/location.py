"""Where in a file something stands."""

from typing import NamedTuple


class Location(NamedTuple):
    """A stretch of one line of a file, for people: lines and columns count from 1.

    Parameters
    ----------
    file : str
        Path as it is to be shown, with forward slashes.
    line, column : int
        First character of the stretch.
    end_column : int
        One past its last character, on the same line.

    Examples
    --------
    >>> Location("judgments/border.yaml", 7, 18, 31)
    Location(file='judgments/border.yaml', line=7, column=18, end_column=31)
    """

    file: str
    line: int = 1
    column: int = 1
    end_column: int = 2
