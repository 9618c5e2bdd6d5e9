"""A CSV of resolved forecasts, from any source, to a table that can be scored."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from forecast_bench.problems import Location, Problem, problem

if TYPE_CHECKING:
    import pandas as pd

REQUIRED_COLUMNS: Final = ("probability", "outcome")
OPTIONAL_COLUMNS: Final = (
    "phrase",
    "forecaster",
    "question",
    "situation",
    "date",
    "topic",
    "team",
    "confidence",
    "source_grade",
    "horizon_days",
    "base_rate",
)

# Python's float() also takes nan, inf, underscores and digits of other scripts
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class _Row(NamedTuple):
    """One record of the file: its fields, and the lines they were read from."""

    fields: Sequence[str]
    file: str
    line: int
    text: Sequence[str]
    fault: str = ""

    def problem(
        self, identifier: str, message: str, *, field: int = 0, notes: tuple[str, ...] = ()
    ) -> Problem:
        """Make a problem at a field of this record."""
        line, column, end = _spans(self.text)[field]
        place = Location(self.file, self.line + line, column, end)
        excerpt = self.text[line].rstrip("\r\n")
        return problem(identifier, message, place, excerpt=excerpt, notes=notes)


def read_scored_record(path: Path) -> tuple["pd.DataFrame", list[Problem]]:
    r"""Read a CSV of resolved forecasts; what cannot be scored is reported and left out.

    The first row names the columns, in any order: `probability` and `outcome`, and optionally
    those of `OPTIONAL_COLUMNS`. The text is UTF-8, with or without a byte order mark; fields are
    separated by commas and may be quoted.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of DataFrame and list of Problem
        The rows that can be scored, in the order of the file: `probability` (float, 0..1),
        `outcome` (0 or 1), `question` (a name of its own for a row that gives none), and of the
        other columns those that the file has (text, missing where empty; `date` as a
        timestamp, `horizon_days` and `base_rate` as numbers). The problems, each with the line of
        the file and the column of the field; the table is empty where the file or its header
        cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "record.csv")
    ...     _ = path.write_text("probability,outcome\n0.7,1\n70 %,1\n0.6,0.5\n")
    ...     frame, problems = read_scored_record(path)
    >>> frame
       probability  outcome question
    0          0.7        1   line 2
    >>> [(one.location.line, one.identifier) for one in problems]
    [(3, 'score-bad-probability'), (4, 'score-outcome-not-binary')]
    """
    file = path.as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be opened"
        return _table([], ()), [problem("file-unreadable", f"{file}: {reason}", Location(file))]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _table([], ()), [
            problem("not-utf8", f"line {line} is not UTF-8 text", Location(file, line))
        ]
    rows = _rows(text, file)
    header = next((row for row in rows if row.fault or any(map(str.strip, row.fields))), None)
    if header is None:
        return _table([], ()), [problem("file-empty", "the file is empty", Location(file))]
    names = tuple(name.strip() for name in header.fields)
    problems, readable = _check_header(header, names)
    if not readable:
        return _table([], ()), problems
    kept = []
    for row in rows:
        values, faults = _read_row(row, names)
        problems.extend(faults)
        if values is not None:
            kept.append((row, values))
    problems.extend(_two_outcomes(kept, names))
    if not kept:
        problems.append(header.problem("score-no-rows", "no row of the record can be scored"))
    problems.sort(key=lambda one: one.location)
    return _table([(row.line, values) for row, values in kept], names), problems


def _rows(text: str, file: str) -> Iterator[_Row]:
    """Yield records with the line each starts on; a fault stands in for spoilt fields."""
    # only the ends of line that csv knows count, so that line numbers are an editor's
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    while True:
        start = reader.line_num
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row((), file, start + 1, lines[start : reader.line_num], str(error))
        else:
            yield _Row(fields, file, start + 1, lines[start : reader.line_num])


def _spans(lines: Sequence[str]) -> list[tuple[int, int, int]]:
    """Find each field of a record: line from 0, column from 1, and its end on that line."""
    spans: list[tuple[int, int, int]] = []
    line, column, end = 0, 1, 1
    at_start, opened, quoted = True, False, False
    for number, text in enumerate(lines):
        for place, character in enumerate(text.rstrip("\r\n"), start=1):
            if at_start:
                opened, at_start = character == '"', False
            if opened and character == '"':
                quoted = not quoted
            if character == "," and not quoted:
                spans.append((line, column, max(end, column + 1)))
                line, column, end, at_start = number, place + 1, place + 1, True
            elif number == line:
                end = place + 1
    return [*spans, (line, column, max(end, column + 1))]


def _check_header(header: _Row, names: tuple[str, ...]) -> tuple[list[Problem], bool]:
    """Report what is wrong with the header, and whether rows can be read in spite of it."""
    if header.fault:
        return [_bad_row(header)], False
    known = f"known columns: {', '.join(REQUIRED_COLUMNS + OPTIONAL_COLUMNS)}"
    problems, readable = [], True
    for position, name in enumerate(names):
        if name in names[:position]:
            message = f'column "{name}" is given twice'
            problems.append(header.problem("score-duplicate-column", message, field=position))
            readable = False
        elif name not in REQUIRED_COLUMNS + OPTIONAL_COLUMNS:
            message = f'"{name}" is not a column of a scored record; it is not read'
            problems.append(
                header.problem("score-unknown-column", message, field=position, notes=(known,))
            )
    notes = (known, "fields are separated by commas")
    for name in REQUIRED_COLUMNS:
        if name not in names:
            message = f'the record has no column "{name}"'
            problems.append(header.problem("score-missing-column", message, notes=notes))
            readable = False
    return problems, readable


def _bad_row(row: _Row) -> Problem:
    # csv says this only at the end of the file: a quote swallowed what follows it
    if "unexpected end of data" in row.fault:
        field = len(_spans(row.text)) - 1
        message = "a double quote is not closed, and nothing after it can be read"
        return row.problem("score-bad-row", message, field=field)
    return row.problem("score-bad-row", f"the row is not CSV: {row.fault}")


def _read_row(row: _Row, names: tuple[str, ...]) -> tuple[dict[str, object] | None, list[Problem]]:
    if row.fault:
        return None, [_bad_row(row)]
    if not any(map(str.strip, row.fields)):
        return None, [row.problem("score-empty-row", "the row is empty and left out")]
    if len(row.fields) != len(names):
        message = f"the row has {len(row.fields)} fields, the header {len(names)}"
        place = min(len(names), len(row.fields) - 1)
        return None, [row.problem("score-bad-row", message, field=place)]
    values: dict[str, object] = {}
    faults = []
    for position, (name, field) in enumerate(zip(names, row.fields, strict=True)):
        if name not in _READERS:
            continue
        value, fault = _READERS[name](field.strip())
        if fault:
            identifier, message = fault
            faults.append(row.problem(identifier, message, field=position))
        values[name] = value
    return (None if faults else values), faults


_Fault = tuple[str, str] | None


def _probability(text: str) -> tuple[object, _Fault]:
    if _NUMBER.fullmatch(text) and 0.0 <= float(text) <= 1.0:
        return float(text), None
    said = f'"{text}" is not' if text else "an empty field is not"
    return None, ("score-bad-probability", f"{said} a probability from 0 to 1")


def _base_rate(text: str) -> tuple[object, _Fault]:
    if not text or (_NUMBER.fullmatch(text) and 0.0 <= float(text) <= 1.0):
        return float(text) if text else None, None
    return None, ("score-bad-probability", f'"{text}" is not a base rate from 0 to 1')


def _days(text: str) -> tuple[object, _Fault]:
    if not text or (_NUMBER.fullmatch(text) and 0.0 <= float(text) < math.inf):
        return float(text) if text else None, None
    return None, ("score-bad-horizon", f'"{text}" is not a number of days, 0 or more')


def _outcome(text: str) -> tuple[object, _Fault]:
    number = float(text) if _NUMBER.fullmatch(text) else None
    if number is not None and number in (0.0, 1.0):
        return int(number), None
    if number is not None and 0.0 < number < 1.0:
        return None, (
            "score-outcome-not-binary",
            f'outcome "{text}" is neither 0 nor 1; the row is left out',
        )
    said = f'outcome "{text}"' if text else "an empty outcome"
    return None, ("score-bad-outcome", f"{said} is neither 0 nor 1")


def _date(text: str) -> tuple[object, _Fault]:
    if not text:
        return None, None
    fault = ("score-bad-date", f'"{text}" is not a date written as year-month-day')
    if not _DATE.fullmatch(text):
        return None, fault
    try:
        return date.fromisoformat(text), None
    except ValueError:
        return None, fault


def _text(text: str) -> tuple[object, _Fault]:
    return text or None, None


_READERS: Final[dict[str, Callable[[str], tuple[object, _Fault]]]] = {
    "probability": _probability,
    "outcome": _outcome,
    "date": _date,
    "horizon_days": _days,
    "base_rate": _base_rate,
    **dict.fromkeys(
        (
            "phrase",
            "forecaster",
            "question",
            "situation",
            "topic",
            "team",
            "confidence",
            "source_grade",
        ),
        _text,
    ),
}
_KINDS: Final = {"date": "datetime64[s]", "horizon_days": "float64", "base_rate": "float64"}


def _two_outcomes(
    kept: Sequence[tuple[_Row, dict[str, object]]], names: tuple[str, ...]
) -> list[Problem]:
    """Report rows whose question came out otherwise in the row that named it first."""
    first: dict[object, tuple[object, int]] = {}
    problems = []
    for row, values in kept:
        question = values.get("question")
        if question is None:
            continue
        outcome, line = first.setdefault(question, (values["outcome"], row.line))
        if values["outcome"] != outcome:
            message = (
                f'question "{question}" has outcome {values["outcome"]} here '
                f"and {outcome} in line {line}"
            )
            field = names.index("outcome")
            problems.append(row.problem("score-two-outcomes", message, field=field))
    return problems


def _table(kept: Sequence[tuple[int, dict[str, object]]], names: tuple[str, ...]) -> "pd.DataFrame":
    import pandas as pd

    given = {values.get("question") for _, values in kept}
    questions = [values.get("question") or _own(line, given) for line, values in kept]
    columns = {
        "probability": pd.Series([values["probability"] for _, values in kept], dtype="float64"),
        "outcome": pd.Series([values["outcome"] for _, values in kept], dtype="int64"),
        "question": pd.Series(questions, dtype="str"),
    }
    for name in OPTIONAL_COLUMNS:
        if name in names and name != "question":
            given_values = [values[name] for _, values in kept]
            columns[name] = pd.Series(given_values, dtype=_KINDS.get(name, "str"))
    return pd.DataFrame(columns)


def _own(line: int, given: set[object]) -> str:
    """Name a question that the file does not name, unlike any that it does."""
    name = f"line {line}"
    while name in given:
        name += "'"
    return name
