"""Reference pages of commands and checks, written from the commands and checks themselves."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

_OPENING = """\
# Commands

<!-- Written by forecast_bench.cli.reference_page from the commands; do not edit. -->

Results go to standard output; problems, alarms and progress go to standard error. With
`--format json` a command prints one JSON document and nothing else to standard output. What the
exit status means is in [exit codes](exit-codes.md).
"""

_CHECKS_OPENING = """\
# Checks

<!-- Written by forecast_bench.cli.reference_page from the checks; do not edit. -->

Reading comes first: a file's encoding and YAML, its keys, the form of every value, one thing
after another, each with its [problem](problems.md). `forecast-bench check` then holds what was
read to these rules, all of them in one go.

| check | rule |
|---|---|
"""

_FORMATS_OPENING = """\
# Formats

<!-- Written by forecast_bench.cli.reference_page from the list of formats; do not edit. -->

What the program writes and reads again. [Upgrading](../how-to/upgrade.md) tells what `migrate` does
with former versions. A newer version than the program's is refused before anything is written: the
message says which file, its version, the one that is read, and to upgrade forecast-bench. Whatever
is not listed (pages, figures, metrics, files of rejected rows, compiled code) is written and not
read again, or belongs to a library that tells its own versions.

| what | where | how the version is told | present | former versions | newer versions |
|---|---|---|---|---|---|
"""

_WIDTH = 88


def reference_page() -> str:
    """Return the text of docs/reference/cli.md.

    Examples
    --------
    >>> reference_page().splitlines()[0]
    '# Commands'
    """
    sections = [_section(name, text) for name, text in help_texts()]
    return "\n".join([_OPENING, *sections])


def checks_page() -> str:
    """Return the text of docs/reference/checks.md.

    Examples
    --------
    >>> checks_page().splitlines()[0]
    '# Checks'
    """
    from forecast_bench.checks import CHECKS

    rules = ((one.__name__, (one.__doc__ or "").splitlines()[0]) for one in CHECKS)
    return _CHECKS_OPENING + "".join(f"| `{name}` | {rule} |\n" for name, rule in rules)


def formats_page() -> str:
    """Return the text of docs/reference/formats.md.

    Examples
    --------
    >>> formats_page().splitlines()[0]
    '# Formats'
    """
    from forecast_bench.job.formats import FORMATS, format_row

    return _FORMATS_OPENING + "".join(f"{format_row(one)}\n" for one in FORMATS)


PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {"cli.md": reference_page, "checks.md": checks_page, "formats.md": formats_page}
)


def help_texts() -> Iterator[tuple[str, str]]:
    """Give every command by its full name, with the text of its help.

    Examples
    --------
    >>> [name for name, _ in help_texts()][:2]
    ['forecast-bench init', 'forecast-bench check']
    """
    import typer

    from forecast_bench.cli.application import application

    yield from _help_of(typer.main.get_command(application), "forecast-bench", None)


def _help_of(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    context = command.make_context(
        name,
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
    )
    inside = getattr(command, "commands", None)
    if not inside:
        yield context.command_path, command.get_help(context)
        return
    for own_name, one in inside.items():
        yield from _help_of(one, own_name, context)


def _section(name: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"## {name}\n\n```text\n{lines}\n```\n"


def main() -> None:
    """Write the pages into the folder named as the only argument."""
    for name, page in PAGES.items():
        (Path(sys.argv[1]) / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
