"""The tables and stories of all judgments, those made with those that an earlier run lent."""

import datetime
from typing import Any

import pandas as pd

from forecast_bench.job.looking import Look
from forecast_bench.job.reuse import in_order, joined, places_of
from forecast_bench.job.stories import tell_stories
from forecast_bench.tracking import count_table, move_table, opinion_table, path_table


def judgment_tables(seen: Look, *, as_of: datetime.date) -> dict[str, pd.DataFrame]:
    """Give tracking, moves, counts and opinions, in the order of the judgments.

    Parameters
    ----------
    seen : Look
        A workspace as looked at.
    as_of : date
        The day looked at.

    Returns
    -------
    dict of str to DataFrame
        By name. Opinions stand in the order of the questions that they are on.
    """
    names = list(seen.judgments["id"])
    questions = list(seen.judgments["question"])
    places = places_of(names)
    made = {
        "tracking": path_table(seen.followed, as_of=as_of),
        "moves": move_table(seen.followed, as_of=as_of),
        "counts": count_table(seen.followed),
        "opinions": opinion_table(seen.followed, as_of=as_of),
    }
    first: dict[str, int] = {}
    for place, question in enumerate(questions):
        first.setdefault(question, place)
    by_question = {name: first[question] for name, question in zip(names, questions, strict=True)}
    return {
        name: joined(
            seen.reused.tables.get(name),
            table,
            order=by_question if name == "opinions" else places,
            by="judgment",
        )
        for name, table in made.items()
    }


def judgment_stories(seen: Look, *, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """Give the story of every judgment, in their order."""
    told = {**seen.reused.stories, **tell_stories(seen, as_of=as_of)}
    return in_order(told, list(seen.judgments["id"]))
