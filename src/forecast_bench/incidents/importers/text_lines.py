"""Lines of a text file of any size, with what the rows made of them need."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, TextIO

from forecast_bench.incidents.importers.rows import LONGEST_ROW

type Encoding = Literal["utf-8", "latin-1"]

_BUFFER: Final = 1 << 20
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")


class LongRowError(ValueError):
    """A row has more characters than any row of events."""


class TextLines:
    """The lines of a file, which can go back to where a row began.

    Bytes that are not UTF-8 stay in the text as lone surrogates; in a file declared as Latin-1 a
    line with such bytes is read as Latin-1, and only that line: many such files are mixed.

    Parameters
    ----------
    path : Path
        The file.
    encoding : {"utf-8", "latin-1"}
        How it is encoded.

    Attributes
    ----------
    read : int
        Characters read so far.
    doubtful : bool
        Whether the current row holds bytes that are not UTF-8.

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
        self._before = 0
        self._start = 0
        self.read = 0
        self.doubtful = False

    def __iter__(self) -> Iterator[str]:
        """Give the lines that follow; raises `LongRowError`, and can then be asked again."""
        # Done for every line of files with many millions: as little as can be.
        read_line, taken, waiting = self._file.readline, self._taken, self._waiting
        while True:
            if waiting:
                line = waiting.popleft()
            else:
                line = read_line(LONGEST_ROW + 1)
                if len(line) > LONGEST_ROW:
                    self._pass_over_rest(line)
                elif not line:
                    return
            if not line.isascii():
                line = self._checked(line)
            taken.append(line)
            self.read += len(line)
            if self.read - self._start > LONGEST_ROW:
                raise LongRowError
            yield line

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(self) -> None:
        """Begin a row with the next line."""
        self._before += len(self._taken)
        self._taken.clear()
        self._start = self.read
        self.doubtful = False

    @property
    def began(self) -> int:
        """Line on which the current row began, from 1."""
        return self._before + 1

    @property
    def taken(self) -> int:
        """How many lines the current row has taken."""
        return len(self._taken)

    @property
    def text(self) -> str:
        """The first line of the current row."""
        return self._taken[0] if self._taken else ""

    def go_back(self) -> None:
        """Give the lines of the current row back but for its first."""
        self._waiting.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    def _checked(self, line: str) -> str:
        if not self._before and not self._taken:
            line = line.removeprefix("\ufeff")
        if _NOT_UTF8.search(line):
            if self._latin:
                return line.encode("utf-8", "surrogateescape").decode("latin-1")
            self.doubtful = True
        return line

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
