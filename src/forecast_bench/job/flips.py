"""Outcomes that are not the same under two vintages of a source."""

import datetime
from dataclasses import dataclass
from pathlib import Path

from forecast_bench.incidents import Vintage, VintageChoice
from forecast_bench.job.looking import Look, look
from forecast_bench.problems import Problem


@dataclass(frozen=True, slots=True)
class Flip:
    """A judgment whose outcome depends on the vintage.

    Parameters
    ----------
    judgment : str
        Its id.
    former, later : str
        Its state under each.
    """

    judgment: str
    former: str
    later: str


@dataclass(frozen=True, slots=True)
class Flips:
    """All of them, and what kept them from being found."""

    flips: tuple[Flip, ...]
    problems: tuple[Problem, ...] = ()


def outcomes_under(
    folder: Path, source: str, former: Vintage, later: Vintage, *, as_of: datetime.date
) -> Flips:
    """Resolve every judgment under two vintages of a source, all others as known on a day.

    Parameters
    ----------
    folder : Path
        The workspace.
    source : str
        Whose vintages they are.
    former, later : Vintage
        The two.
    as_of : date
        The day on which the judgments are looked at.
    """
    seen = [
        look(folder, as_of=as_of, instead={source: VintageChoice(one, hindsight=False)})
        for one in (former, later)
    ]
    broken = next((one for one in seen if one.broken), None)
    if broken is not None:
        return Flips((), broken.problems)
    before, after = (_states(one) for one in seen)
    found = (
        Flip(name, state, after[name]) for name, state in before.items() if state != after[name]
    )
    return Flips(tuple(sorted(found, key=lambda one: one.judgment)))


def _states(seen: Look) -> dict[str, str]:
    return dict(zip(seen.judgments["id"], seen.judgments["state"], strict=True))
