"""YAML text to a `Document`, refusing what would hide meaning.

The events of PyYAML's C parser are folded into values here, in one pass without recursion, so that
every key has a place, no scalar is guessed at and nesting cannot exhaust the stack.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.yaml_source.document import Document, KeyPath, Plain, excerpt

LARGEST_FILE_BYTES = 5_000_000
DEEPEST_NESTING = 50

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_file(path: Path, *, shown_as: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """Read a file of at most 5 MB as UTF-8 YAML.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        Its path in messages.

    Returns
    -------
    Document or None
        None where the text could not be read at all.
    tuple of Problem
        What is wrong with it as YAML; never raises for a mistake in the file.
    """
    start = Location(shown_as)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            limit = f"{size:,} bytes; a file of judgments has at most {LARGEST_FILE_BYTES:,}"
            return None, (problem("file-too-large", f"the file has {limit}", start),)
        content = path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        return None, (problem("file-unreadable", f"the file cannot be opened: {reason}", start),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        return None, (_not_utf8(content, failure, shown_as),)
    return read_text(text, file=shown_as)


def read_text(text: str, *, file: str) -> tuple[Document | None, tuple[Problem, ...]]:
    r"""Read a YAML text; see `read_file`.

    Examples
    --------
    >>> document, problems = read_text("version: 1.10\nat: 12:30\n", file="a.yaml")
    >>> document.values, problems
    ({'version': '1.10', 'at': '12:30'}, ())
    >>> document.place(("at",))
    Location(file='a.yaml', line=2, column=5, end_column=10)
    """
    lines = tuple(text.splitlines())
    if not text.strip():
        return None, (problem("file-empty", "the file is empty", Location(file)),)
    fold = _Fold(file=file, lines=lines)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            fold.take(event)
    except _StopReadingError:
        return None, tuple(fold.problems)
    except yaml.MarkedYAMLError as failure:
        return None, (*fold.problems, _syntax(failure, file, lines))
    except yaml.YAMLError as failure:
        return None, (*fold.problems, _bad_character(failure, text, file, lines))
    if not fold.has_content:
        return None, (problem("file-empty", "the file holds only comments", Location(file)),)
    return (
        Document(file, lines, fold.root, fold.places, fold.key_places),
        tuple(fold.problems),
    )


class _StopReadingError(Exception):
    """What follows cannot be read with certainty; the problem is recorded."""


@dataclass
class _Frame:
    """An open mapping or list."""

    values: dict[str, Plain] | list[Plain]
    path: KeyPath
    key: str | None = None
    # A value under a refused key is read for its own faults, and kept out of the result.
    dropped: bool = False
    drop_next: bool = False
    seen: dict[str, int] = field(default_factory=dict)


@dataclass
class _Fold:
    """The state of the one pass over the parser's events."""

    file: str
    lines: tuple[str, ...]
    root: Plain = None
    has_content: bool = False
    places: dict[KeyPath, Location] = field(default_factory=dict)
    key_places: dict[KeyPath, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _open: list[_Frame] = field(default_factory=list)
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._report("several-documents", "a second document begins here", event)
                raise _StopReadingError
            return
        if isinstance(event, yaml.AliasEvent):
            self._report("alias", f'"*{event.anchor}" refers to a value written elsewhere', event)
            self._place(None, event)
            return
        if isinstance(event, yaml.NodeEvent):
            self._refuse_properties(event)
        if isinstance(event, yaml.ScalarEvent):
            empty = event.value == "" and event.style not in ("'", '"', "|", ">")
            self._place(None if empty else event.value, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter([], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()

    def _refuse_properties(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self._report("anchor", f'"&{event.anchor}" names a value for use elsewhere', event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = str(tag).removeprefix("tag:yaml.org,2002:")
            self._report("tag", f'the tag "!{shown.lstrip("!")}" gives a value another type', event)

    def _enter(self, values: dict[str, Plain] | list[Plain], event: yaml.NodeEvent) -> None:
        if len(self._open) >= DEEPEST_NESTING:
            self._report("too-deep", f"nested more than {DEEPEST_NESTING} levels deep", event)
            raise _StopReadingError
        if self._expects_key():
            self._report("wrong-shape", "a key must be a text, not a list or a mapping", event)
            raise _StopReadingError
        path, dropped = self._place(values, event)
        self._open.append(_Frame(values, path, dropped=dropped))

    def _expects_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].values, dict)
            and self._open[-1].key is None
        )

    def _place(self, value: Plain, event: yaml.Event) -> tuple[KeyPath, bool]:
        """Put a value (or a key) where it belongs; give its path and whether it is dropped."""
        location = self._location(event)
        if not self._open:
            self.root, self.has_content = value, value is not None
            self.places[()] = location
            return (), False
        frame = self._open[-1]
        if isinstance(frame.values, dict) and frame.key is None:
            self._take_key(frame, "" if value is None else str(value), location)
            return frame.path, frame.dropped
        dropped = frame.dropped or frame.drop_next
        if isinstance(frame.values, list):
            path: KeyPath = (*frame.path, len(frame.values))
            frame.values.append(value)
        else:
            key = str(frame.key)
            path = (*frame.path, key)
            if not dropped:
                frame.values[key] = value
            frame.key, frame.drop_next = None, False
        if not dropped:
            self.places[path] = location
        return path, dropped

    def _take_key(self, frame: _Frame, key: str, location: Location) -> None:
        frame.key = key
        if key not in frame.seen:
            frame.seen[key] = location.line
            if not frame.dropped:
                self.key_places[(*frame.path, key)] = location
            return
        frame.drop_next = True
        self.problems.append(
            problem(
                "duplicate-key",
                f'"{key}" is given twice; the first is on line {frame.seen[key]}',
                location,
                excerpt=excerpt(self.lines, location),
            )
        )

    def _location(self, event: yaml.Event) -> Location:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Location(self.file)
        line = start.line + 1
        if isinstance(event, yaml.ScalarEvent) and end.line == start.line:
            end_column = end.column + 1
        else:
            width = len(self.lines[start.line]) if start.line < len(self.lines) else 0
            end_column = width + 1
        return Location(self.file, line, start.column + 1, max(end_column, start.column + 2))

    def _report(self, identifier: str, message: str, event: yaml.Event) -> None:
        location = self._location(event)
        self.problems.append(
            problem(identifier, message, location, excerpt=excerpt(self.lines, location))
        )


def _syntax(failure: yaml.MarkedYAMLError, file: str, lines: tuple[str, ...]) -> Problem:
    mark = failure.problem_mark or failure.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    location = Location(file, line, column, column + 1)
    said = " ".join(part for part in (failure.context, failure.problem) if part)
    # The C parser reports nesting that it will not follow as a fault of syntax.
    identifier = "too-deep" if "nesting" in said else "yaml-syntax"
    return problem(
        identifier, f"this is not YAML: {said}", location, excerpt=excerpt(lines, location)
    )


def _bad_character(
    failure: yaml.YAMLError, text: str, file: str, lines: tuple[str, ...]
) -> Problem:
    position = getattr(failure, "position", None)
    at = min(position, len(text)) if isinstance(position, int) and position >= 0 else 0
    before = text[:at]
    location = Location(file, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)
    location = location._replace(end_column=location.column + 1)
    reason = getattr(failure, "reason", None) or str(failure).splitlines()[0]
    return problem(
        "yaml-syntax", f"this is not YAML: {reason}", location, excerpt=excerpt(lines, location)
    )


def _not_utf8(content: bytes, failure: UnicodeDecodeError, file: str) -> Problem:
    before = content[: failure.start]
    line = before.count(b"\n") + 1
    line_start = before.rfind(b"\n") + 1
    column = len(content[line_start : failure.start].decode("utf-8", errors="replace")) + 1
    byte = content[failure.start]
    return problem(
        "not-utf8",
        f"byte 0x{byte:02x} is not UTF-8 text",
        Location(file, line, column, column + 1),
    )
