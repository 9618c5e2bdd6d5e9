"""Problems as text for a person and as JSON for a program."""

import unicodedata
from collections.abc import Sequence

from forecast_bench.problems.catalogue import CATALOGUE
from forecast_bench.problems.problem import Problem

# An excerpt is there to find the place, not to reproduce a line of a million characters.
_EXCERPT_WIDTH = 120
# A value quoted in a message can be as long as a file.
_LONGEST_MESSAGE = 400


def as_text(problem: Problem) -> str:
    """One problem in the form that every command prints.

    Examples
    --------
    >>> from forecast_bench.problems import Location, problem
    >>> print(
    ...     as_text(
    ...         problem(
    ...             "unknown-phrase",
    ...             '"highly likley" is not a phrase',
    ...             Location("judgments/border.yaml", 7, 18, 31),
    ...             excerpt="    probability: highly likley",
    ...             notes=("us-icd203@2015 has: ...",),
    ...         )
    ...     )
    ... )
    judgments/border.yaml:7:18: error: "highly likley" is not a phrase [unknown-phrase]
    7 |     probability: highly likley
      |                  ^^^^^^^^^^^^^
      = us-icd203@2015 has: ...
    """
    place = problem.location
    lines = [
        f"{_on_one_line(place.file)}:{place.line}:{place.column}: {problem.level}: "
        f"{_short(_on_one_line(problem.message))} [{problem.identifier}]"
    ]
    gutter = " " * len(str(place.line))
    if problem.excerpt.strip():
        shown, caret_at, caret_width = _window(problem)
        lines.append(f"{place.line} | {shown}")
        lines.append(f"{gutter} | {' ' * caret_at}{'^' * caret_width}")
    # The remedy: what the message names, else what the catalogue says.
    mend = CATALOGUE[problem.identifier].mend
    remedies = problem.notes or ((mend,) if "the message names" not in mend else ())
    lines.extend(f"{gutter} = {_on_one_line(note)}" for note in remedies)
    return "\n".join(lines)


def as_record(problem: Problem) -> dict[str, str | int | list[str]]:
    """One problem with the keys of the JSON format.

    Examples
    --------
    >>> from forecast_bench.problems import Location, problem
    >>> as_record(problem("file-empty", "the file is empty", Location("a.yaml")))["id"]
    'file-empty'
    """
    place = problem.location
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_column": place.end_column,
        "id": problem.identifier,
        "level": problem.level,
        "message": problem.message,
        "notes": list(problem.notes),
        "mend": CATALOGUE[problem.identifier].mend,
    }


def count_line(problems: Sequence[Problem]) -> str:
    """Say in words how many there are of each level.

    Examples
    --------
    >>> count_line(())
    'no problems'
    """
    if not problems:
        return "no problems"
    parts = []
    for level in ("error", "warning", "note"):
        number = sum(1 for one in problems if one.level == level)
        if number:
            parts.append(f"{number} {level}{'s' if number > 1 else ''}")
    return ", ".join(parts)


def _window(problem: Problem) -> tuple[str, int, int]:
    """Cut a long line around the fault; give the text, the caret's offset and its width."""
    line, place = problem.excerpt, problem.location
    first = max(0, place.column - 1)
    start = 0 if len(line) <= _EXCERPT_WIDTH else max(0, first - _EXCERPT_WIDTH // 2)
    shown = "".join(
        character if character.isprintable() else " "
        for character in line[start : start + _EXCERPT_WIDTH]
    )
    offset = min(first - start, len(shown))
    width = max(1, min(place.end_column - place.column, len(shown) - offset))
    return shown, _cells(shown[:offset]), max(1, _cells(shown[offset : offset + width]))


def _on_one_line(text: str) -> str:
    """Write out what would break the line, turn the text around or command a terminal."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text
    )


def _short(text: str) -> str:
    if len(text) <= _LONGEST_MESSAGE:
        return text
    half = _LONGEST_MESSAGE // 2
    return f"{text[:half]} ... {text[-half:]}"


def _cells(text: str) -> int:
    """Terminal cells: wide characters take two, combining marks none."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )
