"""Comments that allow a problem on their line, or alone on a line, on the next one."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from forecast_bench.problems import Location
from forecast_bench.yaml_source.lines import Lines

_MARK = "forecast-bench:"
_COMMENT = re.compile(r"(?:(?<=\s)|(?<![\s\S]))#[ \t]*forecast-bench:[ \t]*(?P<said>[^\r\n]*)")
_ALLOW = re.compile(r"allow[ \t]+(?P<id>[a-z0-9-]+)[ \t]*(?::[ \t]*(?P<reason>.*\S))?[ \t]*")


class Allowance(NamedTuple):
    """What a comment allows.

    Parameters
    ----------
    line : int
        The line whose problems it allows.
    identifier, reason : str
        Of the problem, and why it may stay; empty where the comment does not say.
    location : Location
        Of the comment.
    """

    line: int
    identifier: str
    reason: str
    location: Location


def find_allowances(
    text: str, lines: Lines, scalars: Sequence[tuple[int, int]], file: str
) -> tuple[Allowance, ...]:
    """Find the comments that allow something.

    Parameters
    ----------
    text : str
        The YAML text.
    lines : Lines
        Its lines.
    scalars : sequence of (int, int)
        Where its scalars begin and end: what looks like a comment in one is none.
    file : str
        Path for messages.
    """
    if _MARK not in text:
        return ()
    found = []
    for comment in _COMMENT.finditer(text):
        at = comment.start()
        if any(start <= at < end for start, end in scalars):
            continue
        line, column = lines.position(at)
        said = _ALLOW.fullmatch(comment["said"])
        place = Location(file, line, column, column + len(comment[0].rstrip()))
        alone = not lines.texts[line - 1][: column - 1].strip()
        found.append(
            Allowance(
                _next_content(lines, line) if alone else line,
                said["id"] if said else "",
                (said["reason"] or "") if said else "",
                place,
            )
        )
    return tuple(found)


def _next_content(lines: Lines, line: int) -> int:
    for number in range(line + 1, len(lines.texts) + 1):
        text = lines.texts[number - 1].strip()
        if text and not text.startswith("#"):
            return number
    return line
