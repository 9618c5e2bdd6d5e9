"""The reference page of problems, made from the catalogue."""

import re
from collections.abc import Mapping

from forecast_bench.problems.catalogue import CATALOGUE, Entry

_HEAD = """\
# Problems

Everything an analyst can mend is reported in one form: the place, the line, what is wrong, and a
stable id. This page has an entry for every id, in the order of the catalogue, with an example of
what is printed. An error makes the exit status 1; a warning alone passes.

This page is made from the catalogue in `src/forecast_bench/problems/catalogue/` and from the
files in `tests/problems/`; a test holds them together.
"""
_WIDTH = 100
_BELOW = re.compile(r"[\d ]+ [=|] ")


def reference_page(examples: Mapping[str, str]) -> str:
    """Write the page, with an example for each problem.

    Parameters
    ----------
    examples : mapping of str to str
        What is printed for a file with the problem, by the problem's id.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    ValueError
        If a problem has no example, or an example no problem.

    Examples
    --------
    >>> page = reference_page({identifier: "a.yaml:1:1: ..." for identifier in CATALOGUE})
    >>> "## unknown-phrase" in page
    True
    """
    if examples.keys() != CATALOGUE.keys():
        differing = ", ".join(sorted(examples.keys() ^ CATALOGUE.keys()))
        raise ValueError(f"examples and problems differ in: {differing}")
    sections = (
        _section(identifier, entry, examples[identifier]) for identifier, entry in CATALOGUE.items()
    )
    return "\n".join((_HEAD, *sections))


def _section(identifier: str, entry: Entry, example: str) -> str:
    shown = "\n".join(_cut(line) for line in example.strip().splitlines())
    lowered = "" if entry.firm else "; may be allowed by a comment, or lowered by a setting"
    source = f" Source: {entry.source}." if entry.source else ""
    return (
        f"## {identifier}\n\n"
        f"**{entry.title}** ({entry.level}{lowered}). {entry.why}{source}\n\n"
        f"To mend it: {entry.mend}\n\n"
        f"```text\n{shown}\n```\n"
    )


def _cut(line: str) -> str:
    """Keep a long list of legal values, or a long line, from hiding the message above it."""
    if len(line) <= _WIDTH or not _BELOW.match(line):
        return line
    return line[: _WIDTH - 4].rstrip() + " ..."
