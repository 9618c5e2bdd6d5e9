"""Problems of two states, matched however far their lines moved."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

from forecast_bench.problems import Problem

type Key = Callable[[Problem], Hashable]


def unmatched(
    before: Sequence[Problem], after: Sequence[Problem]
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Give the problems that are gone, and those that are new.

    Two problems are one where they agree in their id, file, message and line of text, whatever
    the line's number; then, of those left, where they agree without the text; then without the
    file, which may have been moved. Each is matched once.

    Parameters
    ----------
    before, after : sequence of Problem
        Problems of the two states.

    Examples
    --------
    >>> from forecast_bench.problems import Location, problem
    >>> was = problem("file-empty", "the file is empty", Location("judgments/a.yaml", 3))
    >>> now = problem("file-empty", "the file is empty", Location("judgments/a.yaml", 9))
    >>> unmatched([was], [now])
    ((), ())
    """
    gone, new = tuple(before), tuple(after)
    for key in (_with_text, _in_file, _anywhere):
        gone, new = _left(gone, new, key), _left(new, gone, key)
    return gone, new


def _left(own: Sequence[Problem], other: Sequence[Problem], key: Key) -> tuple[Problem, ...]:
    """Give those of the one side that the other has not; of several alike, the last."""
    there = Counter(key(one) for one in other)
    left = []
    for one in own:
        if there[key(one)]:
            there[key(one)] -= 1
        else:
            left.append(one)
    return tuple(left)


def _with_text(one: Problem) -> Hashable:
    return (*_in_file(one), " ".join(one.excerpt.split()))


def _in_file(one: Problem) -> tuple[str, ...]:
    return (one.location.file, *_anywhere(one))


def _anywhere(one: Problem) -> tuple[str, ...]:
    return (one.identifier, one.level, re.sub(r"\bline \d+|:\d+\b", "line", one.message))
