"""Lines and columns as an editor counts them."""

import re
from bisect import bisect_right

from forecast_bench.problems import Location

_END_OF_LINE = re.compile(r"\r\n|\r|\n")


class Lines:
    r"""The lines of a text, and the line and column of every character.

    Only the ends of line of editors count: the YAML parser also breaks lines at three rarer
    characters, and Python at more, which would move every later line number.

    Parameters
    ----------
    text : str
        The whole text.

    Examples
    --------
    >>> Lines("one\r\ntwo").position(6)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.texts: tuple[str, ...] = tuple(_END_OF_LINE.split(text))
        self._starts = [0, *(found.end() for found in _END_OF_LINE.finditer(text))]
        self._length = len(text)

    def position(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at an index from 0."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def location(self, file: str, index: int) -> Location:
        """Place of one character; what lies behind the last line is shown at its end."""
        line, column = self.position(min(index, self._length))
        if line > 1 and not self.texts[line - 1].strip() and line == len(self.texts):
            while line > 1 and not self.texts[line - 1].strip():
                line -= 1
            column = len(self.texts[line - 1]) + 1
        return Location(file, line, column, column + 1)
