"""Hypothesis strategies that several test files share."""

import datetime

from hypothesis import strategies as st

from forecast_bench.records import Duration, Window
from forecast_bench.resolving import Progress

# Far enough from the ends of the calendar that durations of some years stay inside.
days = st.dates(datetime.date(1000, 1, 1), datetime.date(8000, 12, 31))

durations = st.builds(
    Duration,
    number=st.integers(1, 1000),
    unit=st.sampled_from(("day", "week", "month", "year")),
).filter(lambda one: one.unit != "year" or one.number <= 900)

identifiers = st.from_regex(r"[a-z][a-z0-9._-]{0,10}", fullmatch=True)

# Texts that YAML must keep as they are when written in double quotes.
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)

plain_values = st.recursive(
    texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(identifiers, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Windows of a day up to some years."""
    start = draw(days)
    return Window(start=start, end=start + datetime.timedelta(days=draw(st.integers(0, 3000))))


@st.composite
def progresses(draw: st.DrawFn, window: Window) -> Progress:
    """Totals that never fall, with the possible ones never below, at days inside a window."""
    length = (window.end - window.start).days
    offsets = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    totals, possible = [0], [0]
    for _ in offsets:
        totals.append(totals[-1] + draw(st.integers(0, 5)))
        more = possible[-1] - totals[-2] + draw(st.integers(0, 2))
        possible.append(totals[-1] + more)
    return Progress(
        tuple(window.start + datetime.timedelta(days=one) for one in offsets),
        tuple(totals[1:]),
        tuple(possible[1:]),
    )
