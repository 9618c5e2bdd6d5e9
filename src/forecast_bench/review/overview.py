"""What a reviewer needs first: the verdict, alarms, what moved, what left its band, caveats."""

from forecast_bench.review.document import (
    Block,
    Bullets,
    Cell,
    Details,
    Facts,
    Paragraph,
    Section,
    table,
)
from forecast_bench.review.row import Row
from forecast_bench.review.run import Run
from forecast_bench.review.sources import sources_of
from forecast_bench.review.stated import now_stated
from forecast_bench.review.states import STATES, UNDECIDED
from forecast_bench.review.wording import anchor, clean, counted, interval, listed, percent

_WHAT = {
    "new": "new judgment",
    "live": "live probability",
    "state": "state",
    "revised": "revised",
    "gone": "no longer there",
}
# A longer list is folded away, so that the caveats stay in sight.
_LISTED = 12


def verdict(run: Run, rows: tuple[Row, ...]) -> str:
    """One sentence: how many judgments, in which states, what moved, what left its band."""
    if not rows:
        return "This run holds no judgments."
    states = [one.text("state") for one in rows]
    names = [*STATES, *sorted(set(states) - set(STATES))]
    parts = [
        f"{states.count(name)} {name or 'without a state'}" for name in names if name in states
    ]
    whole = "The one judgment is" if len(rows) == 1 else f"Of {len(rows)} judgments,"
    listing = listed(parts)
    if len(rows) == 1:
        listing = listing.removeprefix("1 ")
    moved = {str(one.get("judgment")) for one in run.manifest.get("changed") or ()}
    since = (
        f"{counted(len(moved), 'judgment')} changed since the last run"
        if run.manifest.get("previous")
        else "this is the first run"
    )
    left = len(left_band(rows))
    return (
        f"{whole} {listing}; {since}; {left or 'none'} of the undecided "
        f"{'has' if left <= 1 else 'have'} left the stated band."
    )


def left_band(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Undecided judgments whose live probability lies outside the band of their words."""
    return tuple(
        one
        for one in rows
        if one.text("state") in UNDECIDED and one.text("band_state") in ("above", "below")
    )


def overview(run: Run, rows: tuple[Row, ...]) -> Section:
    """Put the section together that stands before all judgments."""
    blocks: list[Block] = [*_alarms(run), _states(rows)]
    blocks += [*_waiting(rows), *_moved(run, rows), *_left(rows), *_near(rows)]
    blocks += _caveats(run, rows)
    return Section("overview", "What matters now", tuple(blocks))


def _alarms(run: Run) -> list[Block]:
    alarms = [Row(one) for one in run.manifest.get("alarms") or ()]
    if not alarms:
        return [Paragraph("No alarms.", "quiet")]
    shown = tuple(f"{clean(one.text('text'))} [{clean(one.text('id'))}]" for one in alarms)
    return [
        Paragraph(f"{counted(len(alarms), 'alarm')}: read this before any number.", "alarm"),
        Bullets(shown, "alarm"),
    ]


def _states(rows: tuple[Row, ...]) -> Facts:
    states = [one.text("state") for one in rows]
    return Facts(
        tuple((f"{mark} {name}", str(states.count(name))) for name, mark in STATES.items()),
        title="Judgments by state",
    )


def _waiting(rows: tuple[Row, ...]) -> list[Block]:
    """What stays open only because nobody has settled it."""
    overdue = [one for one in rows if one.text("state_reason").startswith("overdue")]
    if not overdue:
        return []
    names = listed(clean(one.text("id")) for one in overdue)
    return [Paragraph(f"Overdue, waiting for somebody to resolve them: {names}.", "alarm")]


def _near(rows: tuple[Row, ...]) -> list[Block]:
    """What a little more time would have turned."""
    near = [one for one in rows if one.flag("near_miss")]
    lines = tuple(f"{clean(one.text('id'))}: {clean(one.text('nearness'))}" for one in near)
    return [Paragraph("What nearly went the other way:"), Bullets(lines)] if lines else []


def _moved(run: Run, rows: tuple[Row, ...]) -> list[Block]:
    if not run.manifest.get("previous"):
        return [Paragraph("What moved: this is the first run, there is nothing to compare with.")]
    changed = [Row(one) for one in run.manifest.get("changed") or ()]
    if not changed:
        return [Paragraph(f"What moved: nothing since run {run.manifest['previous']}.")]
    lexicons = {one.text("id"): one.text("lexicon") for one in rows}
    lines: list[tuple[str | Cell, ...]] = []
    for one in changed:
        name, what = one.text("judgment"), one.text("what")
        link = f"#{anchor(name)}" if name in lexicons else ""
        after, before = (
            _numbered(run, lexicons.get(name, ""), clean(one.text(key))) or "\u2013"
            for key in ("after", "before")
        )
        because = f" ({clean(one.text('because'))})" if one.text("because") else ""
        said = f"{_WHAT.get(what, clean(what))}{because}"
        lines.append((Cell(clean(name), link), said, before, after))
    shown = table(
        f"What moved since run {clean(str(run.manifest['previous']))}",
        ("Judgment", "What", "Before", "After"),
        lines,
    )
    if len(lines) <= _LISTED:
        return [shown]
    kinds = [one.text("what") for one in changed]
    summary = listed(
        f"{_WHAT.get(kind, kind)} of {kinds.count(kind)}" for kind in dict.fromkeys(kinds)
    )
    return [
        Paragraph(f"What moved since the last run: {summary}."),
        Details(f"All {len(lines)} changes, before and after", (shown,)),
    ]


def _numbered(run: Run, lexicon: str, text: str) -> str:
    """Put its band beside a phrase of the lexicon; other texts stay as they are."""
    phrases = run.phrases
    found = phrases[(phrases["lexicon"] == lexicon) & (phrases["phrase"] == text)]
    if found.empty:
        return text
    low, high = float(found["band_low"].iloc[0]), float(found["band_high"].iloc[0])
    return f"{text} ({interval(low, high)})"


def _left(rows: tuple[Row, ...]) -> list[Block]:
    left = left_band(rows)
    if not left:
        return [Paragraph("What left its band: no undecided judgment.")]
    shown = table(
        "Undecided judgments whose live probability lies outside the band of their words",
        ("Judgment", "Stated", "Live", "Side", "Since"),
        [
            (
                Cell(clean(one.text("id")), f"#{anchor(one.text('id'))}"),
                now_stated(one),
                percent(one.number("live")),
                f"{one.text('band_state')} the band",
                one.text("left_band_on") or "not available",
            )
            for one in left
        ],
        numeric=("Live",),
    )
    if len(left) <= _LISTED:
        return [shown]
    above = sum(one.text("band_state") == "above" for one in left)
    return [
        Paragraph(
            f"What left its band: {len(left)} undecided judgments, {above} above "
            f"and {len(left) - above} below it."
        ),
        Details(f"All {len(left)} that left their band", (shown,)),
    ]


def _caveats(run: Run, rows: tuple[Row, ...]) -> list[Block]:
    lines: list[str] = []
    as_of = run.manifest.get("as_of", "the as-of date")
    for one in sources_of(run):
        name = clean(one.text("source"))
        if one.flag("hindsight"):
            lines.append(
                f"Hindsight: the counts of {name} come from an export of {one.text('vintage')}, "
                f"retrieved after {as_of} and cut at it. Nobody had them in this form on {as_of}."
            )
        unnamed = one.texts("unnamed_labels")
        if unnamed:
            lines.append(
                f"Labels of {name} that models/actors.yaml does not name: "
                f"{listed(clean(label) for label in unnamed)}. No actor gets their incidents."
            )
        lines += [
            f"{what} {name}: {clean(one.text(key))}"
            for what, key in (("Coverage of", "coverage_note"), ("Note on", "note"))
            if one.text(key)
        ]
    provisional = sum(one.flag("provisional") for one in rows)
    if provisional:
        lines.append(
            f"Provisional: {counted(provisional, 'judgment')} include counts younger than the "
            "settlement lag of their source; these are drawn as hollow points."
        )
    poisson = sum(
        one.number("base_rate") is not None
        and one.number("dispersion") is None
        and not one.text("model")
        for one in rows
    )
    if poisson:
        lines.append(
            f"Over-sure: {counted(poisson, 'judgment')} take the counts of months as Poisson. "
            "Incidents cluster, so their live probabilities move faster than they should; a rate "
            "law with a dispersion slows them."
        )
    if not run.calibration.get("judgeable"):
        n = run.calibration.get("n") or 0
        lines.append(f"Calibration cannot be judged yet: n = {n}. No verdict rests on it.")
    if run.missing:
        lines.append(f"Not available, because the run lacks them: {listed(run.missing)}.")
    if not lines:
        return []
    return [Paragraph("Standing caveats", "caveat"), Bullets(tuple(lines), "caveat")]
