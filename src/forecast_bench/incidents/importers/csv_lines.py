"""Lines of a comma-separated file, with the column of every field."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from forecast_bench.problems import Location, Problem, problem

_FIELD = re.compile(r'[ \t]*"((?:[^"]|"")*)"[ \t]*(?=,|$)|([^",]*)(?=,|$)')


class Field(NamedTuple):
    """A field's text, without quotes and outer white space, and its columns in the line."""

    text: str
    column: int
    end_column: int


class Line(NamedTuple):
    """One line of the file; no fields where its quotes cannot be read."""

    number: int
    text: str
    fields: tuple[Field, ...]

    def problem(
        self,
        identifier: str,
        message: str,
        file: str,
        field: Field | None = None,
        *,
        notes: tuple[str, ...] = (),
    ) -> Problem:
        """Make a problem about a field, or about the whole line."""
        column, end = (1, len(self.text) + 1) if field is None else field[1:]
        location = Location(file, self.number, column, max(end, column + 1))
        return problem(identifier, message, location, excerpt=self.text, notes=notes)


def read_lines(path: Path, shown_as: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Read a file as lines of UTF-8 text; a file that cannot be read, or is empty, is a problem."""
    start = Location(shown_as)
    try:
        content = path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        return (), (problem("file-unreadable", f"the file cannot be opened: {reason}", start),)
    if not content.strip():
        return (), (problem("file-empty", "the file is empty", start),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        return (), (_not_utf8(content, failure.start, shown_as),)
    return tuple(line.removesuffix("\r") for line in text.split("\n")), ()


def data_lines(lines: tuple[str, ...]) -> Iterator[Line]:
    """Lines after the comment at the head of the file, split into fields; blank lines left out."""
    head = True
    for number, text in enumerate(lines, start=1):
        if not text.strip() or (head and text.startswith("#")):
            continue
        head = False
        yield Line(number, text, split_fields(text))


def split_fields(text: str) -> tuple[Field, ...]:
    """Split one line at its commas; a field may stand in double quotes.

    Returns
    -------
    tuple of Field
        Empty where a quote is not closed, or stands inside a field without quotes.

    Examples
    --------
    >>> for field in split_fields('2017-01, "Gao, north"'):
    ...     print(field)
    Field(text='2017-01', column=1, end_column=8)
    Field(text='Gao, north', column=10, end_column=22)
    >>> split_fields('a,"b')
    ()
    """
    fields: list[Field] = []
    at = 0
    while True:
        found = _FIELD.match(text, at)
        if found is None:
            return ()
        raw = found[0]
        start = at + len(raw) - len(raw.lstrip())
        value = (found[2] if found[1] is None else found[1].replace('""', '"')).strip()
        fields.append(Field(value, start + 1, start + len(raw.strip()) + 1))
        at = found.end() + 1
        if found.end() == len(text):
            return tuple(fields)


def _not_utf8(content: bytes, at: int, file: str) -> Problem:
    before = content[:at]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", errors="replace")) + 1
    location = Location(file, before.count(b"\n") + 1, column, column + 1)
    return problem("not-utf8", f"byte 0x{content[at]:02x} is not UTF-8 text", location)
