"""What is said of a comparison, the most pressing first, with every list cut where it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from forecast_bench.problems import Problem
from forecast_bench.review.comparison.bars import LEGEND, bar
from forecast_bench.review.comparison.difference import KINDS, Comparison, JudgmentChange, Kind
from forecast_bench.review.comparison.side import Side, Standing
from forecast_bench.review.document import Block, Bullets, Cell, Paragraph, table
from forecast_bench.review.wording import clean, counted, listed, number, percent

ARROW: Final = "\u2192"
NONE: Final = "\u2013"
_LONGEST: Final = 240
_LONGEST_STATEMENT: Final = 120
_LONGEST_NAME: Final = 80
_MINUS: Final = "\u2212"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is said, under a heading; a folded one is opened by who wants it."""

    title: str
    blocks: tuple[Block, ...]
    is_folded: bool = False


def comparison_parts(comparison: Comparison, *, most: int, full: str = "") -> tuple[Part, ...]:
    """Say what differs.

    Parameters
    ----------
    comparison : Comparison
        Two states and what differs.
    most : int
        Most rows of a list.
    full : str
        Name of the file that holds what is cut; empty where there is none.
    """
    say = _Cutter(most, full)
    makers: tuple[Callable[[Comparison, _Cutter], Part | None], ...] = (
        _unknown,
        _rewritten,
        _judgments,
        _scores,
        _problems,
        _reasons,
        _edited,
    )
    return tuple(part for make in makers if (part := make(comparison, say)) is not None)


def verdict_of(comparison: Comparison) -> str:
    """Say in one sentence what differs.

    Examples
    --------
    >>> from forecast_bench.review.comparison.difference import compare
    >>> verdict_of(compare(Side("a"), Side("b"), as_of="2019-07-31"))
    'Nothing differs: 0 judgments stand as they stood.'
    """
    if comparison.is_empty:
        stand = "stands as it stood" if comparison.same == 1 else "stand as they stood"
        return f"Nothing differs: {counted(comparison.same, 'judgment')} {stand}."
    numbers = {kind: len(comparison.of_kind(kind)) for kind in KINDS}
    said = [
        f"{counted(size, 'judgment') if first else size} {_DONE[kind]}"
        for first, (kind, size) in _firsts(numbers)
    ]
    if comparison.before.unreadable or comparison.after.unreadable:
        said = ["the two states cannot be held against each other"]
    elif not said:
        said = ["no judgment differs"]
    if comparison.same and not comparison.before.unreadable:
        said.append(f"{comparison.same} as before")
    told = "; ".join([", ".join(said), *_of_problems(comparison)])
    return f"{told[:1].upper()}{told[1:]}."


_DONE: Final = {
    "rewritten": "rewritten after the fact",
    "removed": "removed",
    "unreadable": "with errors that cannot be read now",
    "renamed": "renamed",
    "added": "added",
    "mended": "mended, which could not be read before",
    "revised": "revised",
    "resolved": "resolved",
    "edited": "edited where no number depends on it",
    "moved": "moved by what they rest on",
}


def _firsts(numbers: dict[Kind, int]) -> list[tuple[bool, tuple[Kind, int]]]:
    there = [(kind, size) for kind, size in numbers.items() if size]
    return [(place == 0, pair) for place, pair in enumerate(there)]


def _of_problems(comparison: Comparison) -> list[str]:
    new, gone = comparison.new_problems, comparison.gone_problems
    errors = sum(1 for one in new if one.level == "error")
    told = []
    if new:
        of_them = f" ({counted(errors, 'error')})" if errors else ""
        told.append(f"{counted(len(new), 'new problem')}{of_them}")
    if gone:
        told.append(f"{counted(len(gone), 'problem')} gone")
    return told


@dataclass(frozen=True, slots=True)
class _Cutter:
    most: int
    full: str

    def rows[Row](self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[: self.most]

    def rest(self, rows: Sequence[object]) -> tuple[Block, ...]:
        """The line that says how much is left out; none where nothing is."""
        left = len(rows) - self.most
        if left <= 0:
            return ()
        where = f", in the full report beside it: {self.full}" if self.full else ""
        return (Paragraph(f"\u2026 and {left} more{where}.", "quiet"),)


def _unknown(comparison: Comparison, _say: _Cutter) -> Part | None:
    blocks: list[Block] = []
    before, after = comparison.before, comparison.after
    for side, role in ((before, "base"), (after, "head")):
        blocks.extend(Paragraph(text, "alarm") for text in _unknown_of(side, role))
    for text in dict.fromkeys((*before.alarms, *after.alarms)):
        where = (
            "both states"
            if text in before.alarms and text in after.alarms
            else ("the base" if text in before.alarms else "the head")
        )
        said = f"In {where}: {clean(text, longest=_LONGEST)}."
        blocks.append(Paragraph(said, "alarm"))
    return Part("What is not known", tuple(blocks)) if blocks else None


def _unknown_of(side: Side, role: str) -> list[str]:
    if side.unreadable:
        return [f"The {role} cannot be read: {clean(side.unreadable, longest=_LONGEST)}."]
    if side.uncounted:
        return [f"The {role} has no numbers from counts: {side.uncounted}."]
    if side.errors:
        number = counted(len(side.errors), "error")
        said = "judgments that they concern are compared as they are written, without numbers"
        return [f"The {role} has {number}: {said}."]
    return []


def _rewritten(comparison: Comparison, say: _Cutter) -> Part | None:
    rows = [
        (
            f"{_name(one.id)}{' (sealed)' if one.was_sealed else ''}",
            clean(field.name, longest=_LONGEST_NAME),
            _value(field.before),
            _value(field.after),
        )
        for one in comparison.of_kind("rewritten")
        for field in one.fields
        if field.rewrites
    ]
    removed = comparison.of_kind("removed")
    rows += [
        (
            f"{_name(one.id)}{' (sealed)' if one.was_sealed else ''}",
            "judgment",
            clean(one.before.statement if one.before else "", longest=_LONGEST),
            NONE,
        )
        for one in removed
    ]
    if not rows:
        return None
    said = Paragraph(
        "What was said before stands differently now. A new view is a revision, which leaves the "
        "old one to be scored; put back what was not meant.",
        "alarm",
    )
    names = ("judgment", "what", "before", "after")
    shown = table("What was changed after the fact", names, [*say.rows(rows)])
    return Part("History that was changed", (said, shown, *say.rest(rows)))


def _judgments(comparison: Comparison, say: _Cutter) -> Part | None:
    changes = comparison.judgments
    if not changes:
        return None
    names = ("judgment", "change", "stated", "live", "now")
    rows: list[tuple[str | Cell, ...]] = [_row(one) for one in say.rows(changes)]
    shown = table(f"Judgments that differ. {LEGEND}", names, rows)
    return Part("Judgments", (shown, *say.rest(changes)))


def _scores(comparison: Comparison, say: _Cutter) -> Part | None:
    changes = [one for one in comparison.judgments if _has_score(one)]
    rows: list[tuple[str | Cell, ...]] = [
        (
            _name(one.id),
            _pair(one.stood, one.stands, _expected),
            _pair(one.stood, one.stands, lambda side: _or_none(side.unavoidable, number)),
            _pair(one.stood, one.stands, lambda side: _or_none(side.expected_skill, _signed)),
        )
        for one in say.rows(changes)
    ]
    if not rows:
        return None
    names = ("judgment", "expected Brier", "stating the live probability", "expected skill")
    shown = table("Scores to be expected if the live probability is right", names, rows)
    legend = Paragraph(
        "The Brier score (0 to 1, lower is better) of what is stated, that of somebody who states "
        "the live probability itself, below which no score is expected, and the skill against "
        "the base rate. What is settled has the score of its first statement.",
        "quiet",
    )
    blocks = (shown, *say.rest(changes), *_total(comparison), legend)
    return Part("Expected scores", blocks, is_folded=True)


def _has_score(one: JudgmentChange) -> bool:
    sides = [side for side in (one.stood, one.stands) if side is not None]
    return any(side.expected is not None or side.scored is not None for side in sides)


def _row(one: JudgmentChange) -> tuple[str, ...]:
    written = one.after or one.before
    statement = clean(written.statement, longest=_LONGEST_STATEMENT) if written else ""
    former = one.before.id if one.before is not None and one.before.id != one.id else ""
    kinds = ", ".join(one.kinds) + (f" from {_name(former)}" if former else "")
    old, new = one.stood, one.stands
    return (
        f"{_name(one.id)}: {statement}",
        kinds,
        _pair(old, new, _stated),
        _pair(old, new, lambda side: _or_none(side.live, percent)),
        bar(new),
    )


def _pair(old: Standing | None, new: Standing | None, said: Callable[[Standing], str]) -> str:
    """Before and after, once where they are the same."""
    before, after = (None if one is None else said(one) for one in (old, new))
    if before is None or after is None or before == after:
        return after or before or NONE
    return f"{before} {ARROW} {after}"


def _stated(one: Standing) -> str:
    text = clean(one.text, longest=_LONGEST_NAME)
    if one.stated is None:
        return text
    band = "" if one.low is None or one.high is None else f", {_band(one.low, one.high)}"
    return f"{text} ({percent(one.stated)}{band})"


def _band(low: float, high: float) -> str:
    return f"band {low * 100:.0f}\u2013{high * 100:.0f}"


def _expected(one: Standing) -> str:
    if one.expected is not None:
        return number(one.expected)
    return NONE if one.scored is None else f"scored {number(one.scored)}"


def _or_none(value: float | None, said: Callable[[float], str]) -> str:
    return NONE if value is None else said(value)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", _MINUS)


def _total(comparison: Comparison) -> tuple[Block, ...]:
    """Means over the judgments that are undecided on both sides, changed or not."""
    pairs = [
        (old, new)
        for name, new in comparison.after.standing.items()
        if (old := comparison.before.standing.get(name)) is not None
        and old.expected is not None
        and new.expected is not None
    ]
    if not pairs:
        return ()
    means = [
        sum(value or 0.0 for value in values) / len(pairs)
        for values in (
            [old.expected for old, _ in pairs],
            [new.expected for _, new in pairs],
            [old.unavoidable for old, _ in pairs],
            [new.unavoidable for _, new in pairs],
        )
    ]
    before, after, least_before, least_after = (number(one) for one in means)
    text = (
        f"Over all {counted(len(pairs), 'judgment')} that are unsettled on both sides: expected "
        f"Brier score {before} {ARROW} {after}; stating the live probabilities themselves: "
        f"{least_before} {ARROW} {least_after}."
    )
    return (Paragraph(text),)


def _problems(comparison: Comparison, say: _Cutter) -> Part | None:
    blocks: list[Block] = []
    for found, caption in (
        (comparison.new_problems, "New problems"),
        (comparison.gone_problems, "Problems that are gone"),
    ):
        if found:
            ranked = sorted(found, key=lambda one: ("error", "warning", "note").index(one.level))
            names = ("level", "where", "problem", "id")
            blocks.append(table(caption, names, [_problem(one) for one in say.rows(ranked)]))
            blocks.extend(say.rest(ranked))
    return Part("Problems", tuple(blocks)) if blocks else None


def _problem(one: Problem) -> tuple[str, ...]:
    place = f"{clean(one.location.file, longest=_LONGEST)}:{one.location.line}"
    return one.level, place, clean(one.message, longest=_LONGEST), one.identifier


def _reasons(comparison: Comparison, say: _Cutter) -> Part | None:
    """What numbers rest on and was changed, and which numbers that explains."""
    files = comparison.files
    blocks: list[Block] = []
    if files.names:
        items = [
            f"{group}: {_several([f'{name} {what}' for name, what in paths], say.most)}"
            for group, paths in files.grouped().items()
        ]
        blocks.append(Bullets(tuple(items)))
    if files.settings:
        rows = [(name, _value(old), _value(new)) for name, old, new in files.settings]
        names = ("setting", "before", "after")
        blocks += [table("Settings that differ", names, [*say.rows(rows)]), *say.rest(rows)]
    if files.sources:
        told = [
            (clean(source, longest=_LONGEST_NAME), what, _value(old), _value(new))
            for source, what, old, new in files.sources
        ]
        heads = ("source", "what", "before", "after")
        blocks += [table("Sources that differ", heads, [*say.rows(told)]), *say.rest(told)]
    explained: dict[str, list[str]] = {}
    for one in comparison.judgments:
        farther = [cause for cause in one.because if not cause.startswith("its ")]
        if farther or "moved" in one.kinds:
            reason = listed(farther) or "nothing that was changed here"
            explained.setdefault(reason, []).append(_name(one.id))
    if explained:
        items = [
            f"By {reason}: other numbers of {counted(len(names), 'judgment')}: "
            f"{_several(names, say.most)}"
            for reason, names in explained.items()
        ]
        blocks += [Bullets(tuple(say.rows(items))), *say.rest(items)]
    return Part("What the numbers rest on", tuple(blocks)) if blocks else None


def _edited(comparison: Comparison, say: _Cutter) -> Part | None:
    rows = [
        (_name(one.id), field.name, _value(field.before), _value(field.after))
        for one in comparison.judgments
        for field in one.fields
        if not field.rewrites
    ]
    if not rows:
        return None
    names = ("judgment", "what", "before", "after")
    shown = table("No number depends on these", names, [*say.rows(rows)])
    return Part("Changed otherwise", (shown, *say.rest(rows)), is_folded=True)


def _several(names: Sequence[str], most: int) -> str:
    shown = [clean(one, longest=_LONGEST_NAME) for one in names[:most]]
    left = len(names) - len(shown)
    return f"{', '.join(shown)}{f' and {left} more' if left > 0 else ''}"


def _name(identifier: str) -> str:
    return clean(identifier, longest=_LONGEST_NAME)


def _value(text: str) -> str:
    return clean(text, longest=_LONGEST) or NONE
