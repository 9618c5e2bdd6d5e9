"""Lines of a text file of any size, with what the rows made of them need."""

from __future__ import annotations

import re
from collections import deque
from pathlib import Path
from typing import Final, Literal, TextIO

from forecast_bench.incidents.importers.rows import LONGEST_ROW

type Encoding = Literal["utf-8", "latin-1"]

_BUFFER: Final = 1 << 20
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")


class LongRowError(ValueError):
    """A row has more characters than any row of events."""


class TextLines:
    """An iterator over the lines of a file that can go back to where a row began.

    Bytes that are not UTF-8 stay in the text as lone surrogates; in a file declared as Latin-1 a
    line with such bytes is read as Latin-1, and only that line: many such files are mixed.

    Parameters
    ----------
    path : Path
        The file.
    encoding : {"utf-8", "latin-1"}
        How it is encoded.

    Raises
    ------
    OSError
        If it cannot be opened or read.
    """

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._file: TextIO = path.open(
            encoding="utf-8", errors="surrogateescape", newline="", buffering=_BUFFER
        )
        self._latin = encoding == "latin-1"
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self.number = 0
        self.size = 0
        self.doubtful = False

    def __iter__(self) -> TextLines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._next_line()
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if not line.isascii() and _NOT_UTF8.search(line):
            if self._latin:
                line = line.encode("utf-8", "surrogateescape").decode("latin-1")
            else:
                self.doubtful = True
        self._taken.append(line)
        if self.size > LONGEST_ROW:
            raise LongRowError
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(self) -> None:
        """Begin a row with the next line."""
        self._taken.clear()
        self.size = 0
        self.doubtful = False

    @property
    def began(self) -> int:
        """Line on which the current row began."""
        return self.number - len(self._taken) + 1

    @property
    def text(self) -> str:
        """The first line of the current row."""
        return self._taken[0] if self._taken else ""

    def go_back(self) -> bool:
        """Give the lines of the current row back but for its first; whether there were any."""
        following = self._taken[1:]
        self._waiting.extendleft(reversed(following))
        self.number -= len(following)
        return bool(following)

    def _next_line(self) -> str:
        line = self._file.readline(LONGEST_ROW + 1)
        if len(line) > LONGEST_ROW:
            self._pass_over_rest(line)
        return line if self.number else line.removeprefix("\ufeff")

    def _pass_over_rest(self, line: str) -> None:
        """Read on to the end of a line that is too long, keeping nothing of it."""
        while line and not line.endswith(("\n", "\r")):
            line = self._file.readline(LONGEST_ROW)
        if line.endswith("\r"):
            # A limit can fall between the two characters that end a line.
            following = self._file.readline(1)
            if following not in ("", "\n"):
                rest = "" if following == "\r" else self._file.readline(LONGEST_ROW)
                self._waiting.append(following + rest)


def as_excerpt(line: str) -> str:
    r"""Show a line in a message: without its end, and with ? for what is no text.

    Examples
    --------
    >>> as_excerpt(b"caf\xe9,1\r\n".decode("utf-8", "surrogateescape"))
    'caf?,1'
    """
    return line.rstrip("\r\n").encode("utf-8", "replace").decode()


def first_wrong_byte(text: str) -> int | None:
    r"""Value of the first byte that is not UTF-8, in a text read with surrogates for such bytes.

    Examples
    --------
    >>> first_wrong_byte(b"caf\xe9".decode("utf-8", "surrogateescape"))
    233
    """
    found = _NOT_UTF8.search(text)
    return None if found is None else ord(found[0]) - 0xDC00
