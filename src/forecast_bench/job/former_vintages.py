"""What the vintage before the one that was counted would have made of settled questions."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecast_bench.incidents import Vintage, VintageChoice
from forecast_bench.job.counting import count_questions
from forecast_bench.job.looking import Look
from forecast_bench.resolving import Resolution
from forecast_bench.tracking import FollowedJudgment, outcome_of, questions_to_count


@dataclass(frozen=True, slots=True, eq=False)
class FormerOutcomes:
    """Outcomes under a former vintage, by judgment."""

    vintage: Vintage
    outcomes: Mapping[str, Resolution]


def outcomes_under_former(
    seen: Look,
    judged: Sequence[FollowedJudgment],
    known: Mapping[str, Sequence[Vintage]],
    *,
    as_of: datetime.date,
) -> dict[str, FormerOutcomes]:
    """Resolve what counts settled under the vintage before, all other sources as they are.

    Parameters
    ----------
    seen : Look
        The workspace as looked at.
    judged : sequence of FollowedJudgment
        Of these only those that counts settled are counted again.
    known : mapping of str to sequence of Vintage
        Vintages of each source retrieved by the day, the oldest first.
    as_of : date
        The day looked at.

    Returns
    -------
    dict
        By source; a source of which one vintage was known, or none in time, is left out.
    """
    found = {}
    for source, listed in known.items():
        settled = [one for one in judged if _settled_by(one, source)]
        names = [one.name for one in listed]
        chosen = seen.choices[source].vintage.name
        place = names.index(chosen) if chosen in names else 0
        if settled and place:
            former = listed[place - 1]
            found[source] = FormerOutcomes(
                former, _outcomes(seen, settled, source, former, as_of=as_of)
            )
    return found


def _settled_by(one: FollowedJudgment, source: str) -> bool:
    counted = one.counted
    return (
        counted is not None
        and counted.asked.source.source == source
        and one.resolution.is_final
        and one.resolution.by == "counts"
    )


def _outcomes(
    seen: Look,
    settled: Sequence[FollowedJudgment],
    source: str,
    former: Vintage,
    *,
    as_of: datetime.date,
) -> dict[str, Resolution]:
    workspace, recorded = seen.workspace, [one.recorded for one in settled]
    counted = count_questions(
        questions_to_count(workspace, recorded),
        {**seen.choices, source: VintageChoice(former, hindsight=False)},
        workspace.actors,
        as_of=as_of,
        settings=workspace.settings.counting,
    )
    return {one.id: outcome_of(workspace, one, counted, as_of=as_of) for one in recorded}
