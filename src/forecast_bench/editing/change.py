"""A change of one file: worked out, held against the checks, and written whole or not at all."""

import copy
import os
import re
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from forecast_bench.checks import judge
from forecast_bench.editing.insertion import PlaceError, added
from forecast_bench.editing.snippets import Value, flow
from forecast_bench.problems import Problem
from forecast_bench.workspace import DERIVED, load_workspace, shown
from forecast_bench.workspace.replacing import replace_file
from forecast_bench.yaml_source import Document, KeyPath, read_text
from forecast_bench.yaml_source.lines import Lines

LOCK = "edit.lock"
_WAIT_SECONDS = 10
# Where a message says that something else stands.
_LINE = re.compile(r"(?<=:)\d+|(?<=line )\d+")

type Kind = Literal["refused", "busy", "failed"]


class EditError(Exception):
    """Nothing was written; the message says why.

    Parameters
    ----------
    message : str
        Why, and what to do.
    problems : sequence of Problem
        What the checks find wrong with the change.
    kind : {"refused", "busy", "failed"}
        Whether the change is wrong, another process is writing, or the disk refuses.
    """

    def __init__(
        self, message: str, problems: Sequence[Problem] = (), *, kind: Kind = "refused"
    ) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
        self.kind: Kind = kind


@dataclass(frozen=True, slots=True)
class Addition:
    """One value to add at a path of a file; see `insertion.added`."""

    path: KeyPath
    value: Value
    item: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Parameters
    ----------
    file : str
        The file, as messages show it.
    line : int
        The first line that is new.
    warnings : tuple of Problem
        What the checks say of it that they did not say before.
    """

    file: str
    line: int
    warnings: tuple[Problem, ...] = ()


def write_addition(
    folder: Path, path: Path, addition: Addition, *, as_read: Document | None = None
) -> Written:
    """Add a value to a file of judgments.

    The new text is read again before it is written: everything else in it must say what it said,
    and the checks must find no error that was not there.

    Parameters
    ----------
    folder, path : Path
        The workspace, and the file in it.
    addition : Addition
        What to add.
    as_read : Document or None
        The file as it was when its path was found out; None where any list will do.

    Raises
    ------
    EditError
        If the file has no place for it, the checks find an error, somebody changed the file
        meanwhile, or it cannot be written.
    """
    before = _content(path) or b""
    text = before.decode("utf-8")
    if as_read is not None and _values(text) != as_read.values:
        raise _changed(shown(path, folder))
    try:
        new = added(text, addition.path, addition.value, item=addition.item)
    except PlaceError as failure:
        message = f"{failure}; write it by hand: {flow(addition.value)}"
        raise EditError(f"{shown(path, folder)}: {message}") from None
    if _values(new) != _expected(_values(text), addition):
        message = f"the file cannot be added to as it is written; add: {flow(addition.value)}"
        raise EditError(f"{shown(path, folder)}: {message}")
    return write_text(folder, path, new, before=before)


def write_text(folder: Path, path: Path, text: str, *, before: bytes | None) -> Written:
    """Write the text of a file of judgments, once the checks have seen it.

    Parameters
    ----------
    folder, path : Path
        The workspace, and the file in it.
    text : str
        All of the file.
    before : bytes or None
        What it held when the change was worked out; None for a file that is not there yet.

    Raises
    ------
    EditError
        As for `write_addition`.
    """
    from filelock import FileLock, Timeout

    content = text.encode("utf-8")
    name = shown(path, folder)
    warnings = _judged(folder, path, text, before=before)
    try:
        (folder / DERIVED).mkdir(exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / DERIVED / LOCK, timeout=_WAIT_SECONDS):
            if _content(path, missing=True) != before:
                raise _changed(name)
            if not _may_be_written(path.resolve()):
                raise OSError(None, "it is read-only")
            replace_file(path.resolve(), content)
    except Timeout:
        message = "another process edits this workspace; nothing was written"
        raise EditError(message, kind="busy") from None
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"{name} cannot be written: {reason}; it stays as it was"
        raise EditError(message, kind="failed") from None
    return Written(name, _new_lines(before, text).start, warnings)


def _changed(name: str) -> EditError:
    return EditError(f"{name} was changed meanwhile; nothing was written")


def _new_lines(before: bytes | None, text: str) -> range:
    """Lines of a text that were not there before, from 1."""
    old = Lines((before or b"").decode("utf-8", "replace")).texts if before else ()
    new = Lines(text).texts
    first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return range(first + 1, first + 1 + max(1, len(new) - len(old)))


def _judged(
    folder: Path, path: Path, text: str, *, before: bytes | None = None
) -> tuple[Problem, ...]:
    """Hold the workspace against the checks as it would be; give what is new and no error."""
    import tempfile

    name = shown(path, folder)
    with tempfile.TemporaryDirectory() as aside:
        draft = Path(aside) / path.name
        draft.write_text(text, encoding="utf-8", newline="")
        known = Counter(map(_said, judge(load_workspace(folder)).problems))
        found = judge(load_workspace(folder, instead={name: draft})).problems
    lines = _new_lines(before, text)
    new = []
    # What stood there before and is said of the new lines too is theirs the second time.
    for one in sorted(found, key=lambda one: (one.location.file, one.location.line in lines)):
        if known[_said(one)] <= 0:
            new.append(one)
        known[_said(one)] -= 1
    errors = [one for one in new if one.level == "error"]
    if errors:
        raise EditError("nothing was written", errors)
    return tuple(new)


def _said(one: Problem) -> tuple[str, str, str]:
    return one.identifier, one.location.file, _LINE.sub("", one.message)


def _content(path: Path, *, missing: bool = False) -> bytes | None:
    if missing and not path.exists():
        return None
    try:
        content = path.read_bytes()
        content.decode("utf-8")
    except OSError as failure:
        raise EditError(f"{path} cannot be read: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise EditError(f"{path} is not UTF-8") from None
    return content


def _may_be_written(path: Path) -> bool:
    """Whether a file is not kept from being written: it is replaced, which would get round that."""
    writers = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return not path.exists() or (bool(path.stat().st_mode & writers) and os.access(path, os.W_OK))


def _values(text: str) -> Any:
    document, _ = read_text(text, file="")
    return document.values if document is not None else None


def _expected(values: Any, addition: Addition) -> Any:
    expected = copy.deepcopy(values)
    wanted = _values(flow(addition.value) + "\n")
    *way, last = list[Any](addition.path)
    place: Any = expected
    for part in way:
        place = place[part]
    if addition.item:
        place[last] = [*(place.get(last) or ()), wanted]
    else:
        place[last] = wanted
    return expected
