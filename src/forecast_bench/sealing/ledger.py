"""The ledger of seals: JSON lines, each bound by hash to those before it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from forecast_bench.problems import Location, Problem, problem
from forecast_bench.sealing.canonical import SEAL_FORMAT, canonical_json, digest

LEDGER = "seals.jsonl"

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Kind = Literal["judgment", "revision", "commitment", "reveal"]

_KEYS = {
    "judgment": {"judgment", "file", "question", "fields"},
    "revision": {"judgment", "file", "question", "fields", "revision"},
    "commitment": {"round"},
    "reveal": {"judgment", "file", "question", "fields", "round", "commitment", "nonce"},
}


class Entry(BaseModel):
    """What a line says; see docs/reference/seals.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seal: Literal[1]
    kind: Kind
    number: int
    previous: list[Hash]
    sealed: Time
    digest: Hash
    hash: Hash
    judgment: str | None = None
    file: str | None = None
    question: str | None = None
    revision: int | None = None
    fields: dict[str, Hash] | None = None
    round: str | None = None
    commitment: Hash | None = None
    nonce: Hash | None = None

    @model_validator(mode="after")
    def _keys_of_kind(self) -> Self:
        optional = set().union(*_KEYS.values())
        if {name for name in optional if getattr(self, name) is not None} != _KEYS[self.kind]:
            raise ValueError(f"the keys are not those of a {self.kind}")
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line of the ledger, and which line of the file it is, from 1."""

    at: int
    entry: Entry

    def problem(self, identifier: str, message: str, *, notes: tuple[str, ...] = ()) -> Problem:
        """Make a problem about the line."""
        return problem(identifier, message, Location(LEDGER, self.at), notes=notes)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger holds.

    Parameters
    ----------
    lines : tuple of Line
        The lines that are whole.
    heads : tuple of str
        Hashes that no line follows: one, or more where branches that sealed were merged.
    problems : tuple of Problem
        What is wrong with it.
    torn : int or None
        Bytes of the whole lines, where the last line was not written to its end.
    hashes : frozenset of str
        Hashes of all whole lines.
    """

    lines: tuple[Line, ...] = ()
    heads: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    torn: int | None = None
    hashes: frozenset[str] = field(default_factory=frozenset)

    @property
    def number(self) -> int:
        """Number of the last line; 0 for none."""
        return max((one.entry.number for one in self.lines), default=0)


def chained(entry: dict[str, Any], *, previous: tuple[str, ...], number: int) -> dict[str, Any]:
    """Give an entry its number, the hashes of the lines it follows, and its own hash."""
    bound = {**entry, "seal": SEAL_FORMAT, "number": number, "previous": list(previous)}
    return {**bound, "hash": digest(bound)}


def read_ledger(folder: Path) -> Ledger:
    """Read the ledger of a workspace; without a file it is empty.

    Every line is held against its own hash and against the lines it says it follows.
    """
    path = folder / LEDGER
    if not path.exists() and not path.is_symlink():
        return Ledger()
    try:
        content = path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or type(failure).__name__
        message = f"the file cannot be opened: {reason}"
        return Ledger(problems=(problem("file-unreadable", message, Location(LEDGER)),))
    return parse_ledger(content)


def parse_ledger(content: bytes) -> Ledger:
    r"""Read the bytes of a ledger.

    Examples
    --------
    >>> entry = {"kind": "commitment", "round": "r", "digest": "0" * 64}
    >>> first = chained({**entry, "sealed": "2018-01-01T00:00:00Z"}, previous=(), number=1)
    >>> ledger = parse_ledger(canonical_json(first) + b"\n")
    >>> ledger.heads == (first["hash"],), ledger.problems
    (True, ())
    """
    whole, newline, rest = content.rpartition(b"\n")
    raw = whole.split(b"\n") if newline else []
    if rest and not _entry(rest, 0)[1]:
        # Some editors take the last newline away; the seal before it is whole all the same.
        raw, rest = [*raw, rest], b""
    lines: list[Line] = []
    problems: list[Problem] = []
    known: dict[str, int] = {}
    followed: set[str] = set()
    for at, text in enumerate(raw, start=1):
        entry, faults = _entry(text.removesuffix(b"\r"), at)
        problems.extend(faults)
        if any(one.identifier == "seal-format" for one in faults):
            break
        if entry is None:
            continue
        problems.extend(_misplaced(entry, known, at))
        # What is said to come before stands for what was there: one fault is told once.
        known |= {one: 0 for one in entry.previous if one not in known}
        known[entry.hash] = entry.number
        followed |= set(entry.previous)
        if not faults:
            lines.append(Line(at, entry))
    if rest:
        message = "the last line was not written to its end"
        note = "the next forecast-bench seal removes what is left of it"
        problems.append(
            problem("broken-ledger", message, Location(LEDGER, len(raw) + 1), notes=(note,))
        )
    hashes = [one.entry.hash for one in lines]
    return Ledger(
        lines=tuple(lines),
        heads=tuple(one for one in hashes if one not in followed),
        problems=tuple(problems),
        torn=len(whole) + len(newline) if rest else None,
        hashes=frozenset(hashes),
    )


def _entry(text: bytes, at: int) -> tuple[Entry | None, tuple[Problem, ...]]:
    def broken(message: str) -> tuple[Problem, ...]:
        return (problem("broken-ledger", message, Location(LEDGER, at)),)

    if text.startswith((b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||")):
        return None, broken("this is a mark of a merge; remove it and keep the lines of both sides")
    try:
        values = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError):
        return None, broken("this line is not JSON")
    if not isinstance(values, dict):
        return None, broken("this line is not a seal")
    version = values.get("seal")
    if isinstance(version, int) and version > SEAL_FORMAT:
        message = f"the line has format {version}; this program reads format {SEAL_FORMAT}"
        return None, (problem("seal-format", message, Location(LEDGER, at)),)
    try:
        entry = Entry.model_validate(values)
    except ValidationError:
        return None, broken("this line does not have the keys and values of a seal")
    rest = {name: value for name, value in values.items() if name != "hash"}
    if digest(rest) != entry.hash or canonical_json(values) != text:
        said = f"seal {entry.number} was edited: its hash is not that of what it says"
        return entry, broken(said)
    return entry, ()


def _misplaced(entry: Entry, known: dict[str, int], at: int) -> Iterator[Problem]:
    if entry.hash in known:
        message = f"seal {entry.number} stands here a second time or below what follows it"
        yield problem("broken-ledger", message, Location(LEDGER, at))
        return
    lacking = [one for one in entry.previous if one not in known]
    for one in lacking:
        message = f"seal {entry.number} follows {one[:12]}, which is not above it"
        yield problem("broken-ledger", message, Location(LEDGER, at))
    expected = 1 + max((known[one] for one in entry.previous if one in known), default=0)
    if not lacking and entry.number != expected and 0 not in map(known.get, entry.previous):
        message = f"the line has the number {entry.number}, and comes after {expected - 1}"
        yield problem("broken-ledger", message, Location(LEDGER, at))
