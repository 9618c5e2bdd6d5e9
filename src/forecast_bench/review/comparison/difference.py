"""What differs between two states of a workspace, judgment by judgment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from forecast_bench.problems import Problem
from forecast_bench.review.comparison.causes import FilesChanged, causes_of, changed_files
from forecast_bench.review.comparison.matching import unmatched
from forecast_bench.review.comparison.side import UNDECIDED, Side, Standing, Written
from forecast_bench.sealing.altered import shown
from forecast_bench.sealing.canonical import Canonical
from forecast_bench.sealing.content import QUESTION, Fields

Kind = Literal[
    "rewritten",
    "removed",
    "unreadable",
    "renamed",
    "added",
    "mended",
    "revised",
    "resolved",
    "edited",
    "moved",
]

KINDS: Final[Mapping[Kind, str]] = {
    "rewritten": "what was said before was changed after the fact",
    "removed": "it is not there any more",
    "unreadable": "it has errors now, and cannot be read",
    "renamed": "it stands under another id",
    "added": "it is new",
    "mended": "it had errors before, and could not be read",
    "revised": "a later view was added",
    "resolved": "an outcome was written or reached",
    "edited": "what no number depends on was changed",
    "moved": "its numbers changed, by what they rest on",
}
"""Each kind of change in words, the most pressing first."""

# A move of less than this is not worth a reader's time, unless it is one to or from certainty.
NOTICEABLE: Final = 0.005


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs, in words; empty where there was none, or is none."""

    name: str
    before: str
    after: str
    rewrites: bool


@dataclass(frozen=True, slots=True)
class JudgmentChange:
    """All that differs of one judgment.

    Parameters
    ----------
    id : str
        Its id, the new one where it was renamed.
    kinds : tuple of str
        Keys of `KINDS` in their order.
    before, after : Written or None
        What was written; None where it was or is not there.
    stood, stands : Standing or None
        Where it stood, and stands.
    fields : tuple of FieldChange
        What was changed in what stood there.
    because : tuple of str
        What explains that its numbers changed.
    was_sealed : bool
        Whether it was in the ledger of seals before.
    """

    id: str
    kinds: tuple[Kind, ...]
    before: Written | None
    after: Written | None
    stood: Standing | None
    stands: Standing | None
    fields: tuple[FieldChange, ...] = ()
    because: tuple[str, ...] = ()
    was_sealed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two states of a workspace and what differs.

    Parameters
    ----------
    before, after : Side
        The states.
    as_of : str
        The day for which both were looked at.
    judgments : tuple of JudgmentChange
        Those that differ, the most pressing first.
    same : int
        Number of judgments in which nothing differs.
    new_problems, gone_problems : tuple of Problem
        Problems of the one state that the other has not.
    files : FilesChanged
        Files of settings, models and sources that differ.
    """

    before: Side
    after: Side
    as_of: str
    judgments: tuple[JudgmentChange, ...]
    same: int
    new_problems: tuple[Problem, ...]
    gone_problems: tuple[Problem, ...]
    files: FilesChanged

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs and nothing is unknown."""
        return not (
            self.judgments
            or self.new_problems
            or self.gone_problems
            or self.files.names
            or self.before.unreadable
            or self.after.unreadable
        )

    def of_kind(self, kind: Kind) -> tuple[JudgmentChange, ...]:
        """Judgments with a change of a kind."""
        return tuple(one for one in self.judgments if kind in one.kinds)


def compare(before: Side, after: Side, *, as_of: str) -> Comparison:
    """Say what differs between two states.

    Parameters
    ----------
    before, after : Side
        The states; judgments are the same where their ids are.
    as_of : str
        The day for which both were looked at.

    Examples
    --------
    >>> compare(Side("a"), Side("b"), as_of="2019-07-31").is_empty
    True
    """
    files = changed_files(before, after)
    known = not before.unreadable and not after.unreadable
    changes = tuple(_judgments(before, after, files)) if known else ()
    order = list(KINDS)
    found = sorted(changes, key=lambda one: (order.index(one.kinds[0]), -_weight(one)))
    gone, new = unmatched(before.problems, after.problems) if known else ((), ())
    return Comparison(
        before=before,
        after=after,
        as_of=as_of,
        judgments=tuple(found),
        same=len(after.written) - sum(1 for one in changes if one.after is not None),
        new_problems=new if known else after.problems,
        gone_problems=gone,
        files=files,
    )


def _weight(one: JudgmentChange) -> float:
    """How much the numbers of a judgment moved, to put the larger moves first."""
    pairs = ((one.stood, one.stands),)
    moves = [
        abs(new - old)
        for a, b in pairs
        if a is not None and b is not None
        for old, new in ((a.stated, b.stated), (a.live, b.live))
        if old is not None and new is not None
    ]
    return max(moves, default=0.0)


def _judgments(before: Side, after: Side, files: FilesChanged) -> Iterator[JudgmentChange]:
    renamed = _renamed(before.written, after.written)
    for name, now in after.written.items():
        was = before.written.get(renamed.get(name, name))
        if was is None:
            kind: Kind = "mended" if before.unread.has(now) else "added"
            yield JudgmentChange(name, (kind,), None, now, None, after.standing[name])
            continue
        found = _between(before, after, was, now, files)
        if found is not None:
            yield found
    there = after.written.keys() | set(renamed.values())
    for name, was in before.written.items():
        if name not in there:
            kind = "unreadable" if after.unread.has(was) else "removed"
            stood, sealed = before.standing[name], name in before.sealed
            yield JudgmentChange(name, (kind,), was, None, stood, None, was_sealed=sealed)


def _renamed(before: Mapping[str, Written], after: Mapping[str, Written]) -> dict[str, str]:
    """Give former ids by new ones: of what is new here and says word for word what is gone."""
    gone = [one for name, one in before.items() if name not in after]
    found: dict[str, str] = {}
    for name, now in after.items():
        if name in before:
            continue
        same = (one for one in gone if one.fields == now.fields and one.revisions == now.revisions)
        was = next(same, None)
        if was is not None:
            found[name] = was.id
            gone.remove(was)
    return found


def _between(
    before: Side, after: Side, was: Written, now: Written, files: FilesChanged
) -> JudgmentChange | None:
    stood, stands = before.standing[was.id], after.standing[now.id]
    fields = tuple(_fields(was, now))
    kinds: set[Kind] = {"rewritten" if one.rewrites else "edited" for one in fields}
    if was.id != now.id:
        kinds.add("renamed")
    kept = was.revisions == now.revisions[: len(was.revisions)]
    if kept and len(now.revisions) > len(was.revisions):
        kinds.add("revised")
    decided = stands.state not in ("", "not assessed", *UNDECIDED)
    if (was.resolution is None and now.resolution is not None) or (
        decided and stood.state in UNDECIDED
    ):
        kinds.add("resolved")
    moved = _moved(stood, stands)
    if moved and not kinds - {"edited"}:
        kinds.add("moved")
    if not kinds:
        return None
    return JudgmentChange(
        id=now.id,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        before=was,
        after=now,
        stood=stood,
        stands=stands,
        fields=fields,
        because=causes_of(was, now, stood, stands, files) if moved else (),
        was_sealed=was.id in before.sealed,
    )


def _moved(stood: Standing, stands: Standing) -> bool:
    pairs = [(stood.stated, stands.stated)]
    # Where one was not counted, its numbers are unknown and have not moved.
    if stood.state and stands.state:
        pairs += [(stood.live, stands.live), (stood.base_rate, stands.base_rate)]
        if stood.state != stands.state:
            return True
    return any(_differ(old, new) for old, new in pairs)


def _differ(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return (old is None) != (new is None)
    certain = {old, new} & {0.0, 1.0}
    return abs(new - old) >= NOTICEABLE or bool(certain and new != old)


def _fields(was: Written, now: Written) -> Iterator[FieldChange]:
    """Fields that differ; a band that follows the phrase is not named beside it."""
    for name in _names(was.fields, now.fields):
        follows = "probability" in _differing(was.fields, now.fields) and name == "band"
        if not follows:
            yield _change(name, was.fields.get(name), now.fields.get(name), rewrites=True)
    for number, old in enumerate(was.revisions, start=1):
        new = now.revisions[number - 1] if number <= len(now.revisions) else None
        if new is None:
            yield FieldChange(f"revision {number}", _line(old), "", rewrites=True)
            continue
        for name in _names(old, new):
            said = f"revision {number}: {name}"
            yield _change(said, old.get(name), new.get(name), rewrites=True)
    if was.resolution is not None and was.resolution != now.resolution:
        yield _change("resolution", was.resolution, now.resolution, rewrites=True)
    for old_end, new_end in zip(was.conditions, now.conditions, strict=False):
        if old_end is not None and old_end != new_end:
            yield _change("outcome of its condition", old_end, new_end, rewrites=True)
    for name in _names(was.notes, now.notes):
        yield _change(name, was.notes.get(name), now.notes.get(name), rewrites=False)


def _names(old: Fields, new: Fields) -> Sequence[str]:
    """Names of the fields that differ, the judgment's own before those of its question."""
    return sorted(_differing(old, new), key=lambda name: (name.startswith(QUESTION), name))


def _differing(old: Fields, new: Fields) -> set[str]:
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _change(
    name: str, old: Canonical | None, new: Canonical | None, *, rewrites: bool
) -> FieldChange:
    told = name.replace(QUESTION, "question: ")
    before, after = ("" if one is None else shown(one) for one in (old, new))
    return FieldChange(told, before, after, rewrites)


def _line(fields: Fields) -> str:
    said = fields.get("probability")
    return f"{fields.get('on', '')}: {'' if said is None else shown(said)}"
