"""YAML text to a `Document`, refusing what would hide meaning.

The events of PyYAML's C parser are folded into values here, in one pass without recursion, so that
every key has a place, no scalar is guessed at and nesting cannot exhaust the stack.
"""

import stat
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.yaml_source.allowances import find_allowances
from forecast_bench.yaml_source.document import Document, KeyPath, Plain, excerpt
from forecast_bench.yaml_source.faults import forbidden_character, not_utf8, syntax_problem
from forecast_bench.yaml_source.lines import Lines
from forecast_bench.yaml_source.links import LEADS_OUT, leads_out

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
        if leads_out(path, shown_as=shown_as):
            return None, (problem("file-unreadable", LEADS_OUT, start),)
        status = path.stat()
        # A pipe or a device would be waited for, or read without end.
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
            return None, (problem("file-unreadable", f"this is {kind}, not a file", start),)
        if status.st_size > LARGEST_FILE_BYTES:
            message = (
                f"the file has {status.st_size:,} bytes; one written by hand has at most "
                f"{LARGEST_FILE_BYTES:,}"
            )
            return None, (problem("file-too-large", message, start),)
        content = path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        return None, (problem("file-unreadable", f"the file cannot be opened: {reason}", start),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        return None, (not_utf8(content, failure, shown_as),)
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
    text = text.removeprefix("\ufeff")
    lines = Lines(text)
    if not text.strip():
        return None, (problem("file-empty", "the file is empty", Location(file)),)
    forbidden = forbidden_character(text, file, lines)
    if forbidden is not None:
        return None, (forbidden,)
    fold = _Fold(file=file, lines=lines)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            fold.take(event)
    except _StopReadingError:
        return None, tuple(fold.problems)
    except yaml.MarkedYAMLError as failure:
        return None, (*fold.problems, syntax_problem(failure, file, lines))
    if not fold.has_content:
        message = "the file holds no values, only comments or marks"
        return None, (*fold.problems, problem("file-empty", message, Location(file)))
    allowances = find_allowances(text, lines, fold.scalars, file)
    return (
        Document(file, lines.texts, fold.root, fold.places, fold.key_places, allowances),
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
    lines: Lines
    root: Plain = None
    has_content: bool = False
    places: dict[KeyPath, Location] = field(default_factory=dict)
    key_places: dict[KeyPath, Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    scalars: list[tuple[int, int]] = field(default_factory=list)
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
            if event.start_mark is not None and event.end_mark is not None:
                self.scalars.append((event.start_mark.index, event.end_mark.index))
            empty = event.value == "" and event.style not in ("'", '"', "|", ">")
            self._place(None if empty else event.value, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter([], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._leave(event)

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

    def _leave(self, event: yaml.Event) -> None:
        """Close a mapping or list; one that ends where it starts has an end of its own."""
        frame = self._open.pop()
        place = self.places.get(frame.path)
        if place is None or frame.dropped or event.end_mark is None:
            return
        line, column = self.lines.position(event.end_mark.index)
        if line == place.line:
            self.places[frame.path] = place._replace(end_column=max(column, place.column + 1))

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
                excerpt=excerpt(self.lines.texts, location),
            )
        )

    def _location(self, event: yaml.Event) -> Location:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Location(self.file)
        line, column = self.lines.position(start.index)
        end_line, end_column = self.lines.position(end.index)
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) or end_line > line:
            end_column = len(self.lines.texts[line - 1]) + 1
        return Location(self.file, line, column, max(end_column, column + 1))

    def _report(self, identifier: str, message: str, event: yaml.Event) -> None:
        location = self._location(event)
        self.problems.append(
            problem(identifier, message, location, excerpt=excerpt(self.lines.texts, location))
        )
