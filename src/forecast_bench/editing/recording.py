"""A new judgment: at the end of a file of judgments, or in a file of its own."""

import datetime
from collections.abc import Mapping
from pathlib import Path

from forecast_bench.editing.acts import StatedValue
from forecast_bench.editing.change import Addition, Written, write_addition, write_text
from forecast_bench.editing.snippets import Value, block
from forecast_bench.workspace import Workspace

_SCHEMA = "# yaml-language-server: $schema="
_SCHEMA_FILE = ".forecast-bench/judgments.schema.json"


def record(
    workspace: Workspace,
    path: Path,
    judgment: Mapping[str, Value],
    *,
    header: Mapping[str, Value],
) -> Written:
    """Record a judgment.

    Parameters
    ----------
    workspace : Workspace
        As read.
    path : Path
        A file of judgments; made where there is none.
    judgment : mapping
        Its keys and values, in the order to write them in.
    header : mapping
        What a new file says for all of its judgments, with its report; not used for one that is
        there.

    Raises
    ------
    EditError
        As for `change.write_addition`.
    """
    if path.exists():
        addition = Addition(("judgments",), dict(judgment), item=True)
        return write_addition(workspace.folder, path, addition)
    up = "../" * len(path.parent.resolve().relative_to(workspace.folder.resolve()).parts)
    lines = [
        f"{_SCHEMA}{up}{_SCHEMA_FILE}",
        block(dict(header), indent=0),
        "",
        "judgments:",
        block([dict(judgment)], indent=2),
    ]
    return write_text(workspace.folder, path, "\n".join(lines) + "\n", before=None)


def identifier_from(statement: str, taken: frozenset[str], *, words: int = 5) -> str:
    """Make an id from the first words of a statement, unlike those that are taken.

    Examples
    --------
    >>> identifier_from("The road to Gao opens in May.", frozenset({"the-road-to-gao-opens"}))
    'the-road-to-gao-opens-2'
    """
    import re
    import unicodedata

    plain = unicodedata.normalize("NFKD", statement).encode("ascii", "ignore").decode().casefold()
    name = "-".join(re.findall(r"[a-z0-9]+", plain)[:words]) or "judgment"
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name}-{number}"
    return made


def judgment_values(
    *,
    identifier: str,
    statement: str,
    probability: StatedValue,
    question: Value,
    more: Mapping[str, Value | None],
) -> dict[str, Value]:
    """Put the keys of a judgment into the order in which people read them."""
    stated: Value = list(probability) if isinstance(probability, tuple) else probability
    first: dict[str, Value] = {"id": identifier, "statement": statement, "probability": stated}
    given = {key: value for key, value in more.items() if value is not None and value != []}
    confidence = {"confidence": given.pop("confidence")} if "confidence" in given else {}
    return {**first, **confidence, "question": question, **given}


def days(first: datetime.date, last: datetime.date) -> dict[str, Value]:
    """Window between two days, both of them in it."""
    return {"from": first, "to": last}
