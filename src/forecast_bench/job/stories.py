"""The story of every judgment: its events, and a post-mortem where its question has an outcome."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from forecast_bench.incidents import Vintage, vintages
from forecast_bench.job.former_vintages import FormerOutcomes, outcomes_under_former
from forecast_bench.job.looking import Look
from forecast_bench.tracking import Event, FollowedJudgment, events_of, post_mortem
from forecast_bench.tracking.follow import settlement_of

type Row = dict[str, Any]
type Known = Mapping[str, tuple[Vintage, ...]]


def tell_stories(
    seen: Look, *, as_of: datetime.date, only: str | None = None
) -> dict[str, dict[str, Any]]:
    """Tell the story of every judgment, or of one.

    Parameters
    ----------
    seen : Look
        The workspace as looked at.
    as_of : date
        The day looked at.
    only : str, optional
        Id of the one judgment wanted.

    Returns
    -------
    dict
        By id of the judgment: `events` and `post_mortem`, which is None without an outcome or a
        stated probability.
    """
    told = [one for one in seen.followed if only in (None, one.recorded.id)]
    known = _known(seen, told, as_of)
    formers = outcomes_under_former(seen, told, known, as_of=as_of)
    return {
        one.recorded.id: {
            "events": [
                {**asdict(event), "on": event.on.isoformat()}
                for event in _events(one, known, as_of)
            ],
            "post_mortem": _post_mortem(seen, one, formers, as_of),
        }
        for one in told
    }


def _known(seen: Look, told: list[FollowedJudgment], as_of: datetime.date) -> Known:
    """Vintages of the sources counted that were retrieved by a day, the oldest first."""
    sources = {one.counted.asked.source.source for one in told if one.counted is not None}
    return {
        name: tuple(
            one
            for one in vintages(seen.choices[name].vintage.storage, name)
            if one.retrieved <= as_of
        )
        for name in sorted(sources)
    }


def _events(one: FollowedJudgment, known: Known, as_of: datetime.date) -> list[Event]:
    """Add the days on which a new vintage of its source came in while it ran."""
    found = list(events_of(one, as_of=as_of))
    issued = one.recorded.issued
    if one.counted is not None and issued is not None:
        source = one.counted.asked.source.source
        days = sorted({each.retrieved for each in known[source] if each.retrieved > issued})
        found += [Event(day, "new vintage", f"a new vintage of {source}") for day in days]
    return sorted(found, key=lambda event: event.on)


def _post_mortem(
    seen: Look, one: FollowedJudgment, formers: Mapping[str, FormerOutcomes], as_of: datetime.date
) -> Row | None:
    found = post_mortem(one, as_of=as_of)
    return None if found is None else {**found, "vintage": _vintage(seen, one, formers)}


def _vintage(
    seen: Look, one: FollowedJudgment, formers: Mapping[str, FormerOutcomes]
) -> Row | None:
    """Say which vintage settled it, whether its counts were final, and what the one before says."""
    outcome = one.resolution
    if one.counted is None or outcome.by != "counts" or outcome.on is None:
        return None
    source = one.counted.asked.source.source
    choice, former = seen.choices[source], formers.get(source)
    lag = settlement_of(one.counted.asked)
    days = (choice.vintage.retrieved - outcome.on).days
    return {
        "source": source,
        "retrieved": choice.vintage.retrieved.isoformat(),
        "hindsight": choice.hindsight,
        "days_after": days,
        "settlement_days": lag.days,
        "had_settled": days >= lag.days,
        "former": None
        if former is None
        else {
            "retrieved": former.vintage.retrieved.isoformat(),
            "outcome": former.outcomes[one.recorded.id].outcome,
        },
    }
