"""The reference page of commands, written from the commands themselves."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_OPENING = """\
# Commands

<!-- Written by forecast_bench.cli.reference_page from the commands; do not edit. -->

Results go to standard output; problems, alarms and progress go to standard error. With
`--format json` a command prints one JSON document and nothing else to standard output. What the
exit status means is in [exit codes](exit-codes.md).
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


def help_texts() -> Iterator[tuple[str, str]]:
    """Give every command by its full name, with the text of its help.

    Examples
    --------
    >>> [name for name, _ in help_texts()][:3]
    ['forecast-bench init', 'forecast-bench check', 'forecast-bench base-rate']
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
    """Write the page to the file named as the only argument."""
    Path(sys.argv[1]).write_text(reference_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
