"""The stage that pools the opinions of several analysts on one question."""

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from forecast_bench.job.looking import Look
from forecast_bench.job.maps import StateChange, in_force, state_changes
from forecast_bench.job.pooled_table import OUTCOMES, POOLED_COLUMNS, events_of, pooled_table
from forecast_bench.lexicons import Lexicon
from forecast_bench.pooling import probability_of, skill_weights
from forecast_bench.tracking import (
    ALL_HAD_SPOKEN,
    table,
)
from forecast_bench.updating import live_log_odds, log_odds

if TYPE_CHECKING:
    from forecast_bench.bayes import Comparison, LearnedPool

_LEVEL = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """What the stage found.

    Parameters
    ----------
    table : DataFrame
        A row for each question that several analysts judge, with the columns of
        `POOLED_COLUMNS`; empty where none is.
    record : dict
        Factor and weights, with what the gate says of each, for the manifest.
    scores : dict or None
        Scores of pooled probabilities beside those of the analysts; None where none is scored.
    """

    table: pd.DataFrame
    record: dict[str, Any]
    scores: dict[str, Any] | None = None


def pooling(
    seen: Look,
    opinions: pd.DataFrame,
    *,
    as_of: datetime.date,
    decided: StateChange | None = None,
) -> Pooled:
    """Pool what several analysts hold of one question, by what has been shown to help.

    Parameters
    ----------
    seen : Look
        A workspace as looked at. Gate, interval and least outcomes of its recalibration hold for
        weights and factor too.
    opinions : DataFrame
        As `opinion_table` gives them, of all of its judgments.
    as_of : date
        The day looked at.
    decided : StateChange, optional
        A change of state that holds already, and is not entered yet.

    Raises
    ------
    LineageError
        If a map in force cannot be read.
    """
    workspace, judgments = seen.workspace, seen.judgments
    folder, seed = workspace.folder, workspace.settings.seed
    if opinions.empty:
        return Pooled(table((), POOLED_COLUMNS), {"questions": 0})
    # What follows needs the models; where nobody shares a question nobody waits for them.
    from forecast_bench.bayes import learn_pool

    changes = (*state_changes(folder, as_of=as_of), *(() if decided is None else (decided,)))
    used = _recalibrated(folder, opinions, judgments, workspace.lexicons, changes)
    events = events_of(used, judgments)
    if events.empty:
        return Pooled(table((), POOLED_COLUMNS), {"questions": 0})
    learned = learn_pool(_resolved(used, events), workspace.recalibration, seed=seed)
    pooled = pooled_table(used, events, learned)
    active = in_force(changes)
    record = _record(learned, len(pooled), None if active is None else active.map)
    return Pooled(pooled, record, _scores(pooled, events, seed=seed))


def _recalibrated(
    workspace: Path,
    opinions: pd.DataFrame,
    judgments: pd.DataFrame,
    lexicons: Mapping[str, Lexicon],
    changes: Sequence[StateChange],
) -> pd.DataFrame:
    """Add what is pooled of each opinion: stated and live, by the map in force on its day."""
    by_day = {
        day: in_force([one for one in changes if one.on <= day]) for day in set(opinions["day"])
    }
    if not any(by_day.values()):
        return opinions.assign(used_stated=opinions["stated"], used=opinions["live"])
    from forecast_bench.job.applying import active_map, recalibrated_median, to_map

    said = judgments.set_index("id")[["lexicon", "topic", "confidence", "issued", "window_end"]]
    rows = opinions.join(said, on="judgment").assign(
        prior_mean=opinions["stated"], stated_text=opinions["text"]
    )
    # A number or a range is of no lexicon, whatever its file pins.
    known = rows["lexicon"].isin(list(lexicons))
    rows["stated_kind"] = known.map({True: "phrase", False: "number"})
    used = opinions["stated"].astype(float).copy()
    days_of: dict[str, list[str]] = {}
    for day, since in by_day.items():
        if since is not None:
            days_of.setdefault(since.map, []).append(day)
    for days in days_of.values():
        active = active_map(workspace, as_of=datetime.date.fromisoformat(days[0]))
        if active is None:
            raise AssertionError("a map was in force a moment ago")
        # A map put in force for days before it was made knows what came true after them.
        earlier = (rows["part"] == ALL_HAD_SPOKEN) & (rows["day"] < str(active.record["as_of"]))
        own = rows[rows["day"].isin(days) & ~earlier]
        if len(own):
            _, columns = to_map(own, lexicons)
            mapped = recalibrated_median(active, columns)
            used[own.index] = mapped.to_numpy()
    # The counts move what was recalibrated as far as what was stated.
    odds = live_log_odds(
        stated_log_odds=log_odds(used),
        base_log_odds=log_odds(opinions["stated"].astype(float)),
        after_log_odds=log_odds(opinions["live"].astype(float)),
    )
    return opinions.assign(used_stated=used, used=probability_of(odds))


def _resolved(opinions: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Opinions on resolved questions when all had spoken, as the gate reads them."""
    rows = opinions[opinions["part"] == ALL_HAD_SPOKEN].merge(
        events[events["in_calibration"].astype(bool)], on="event"
    )
    return pd.DataFrame(
        {
            "question": rows["event"],
            "analyst": rows["analyst"],
            "probability": rows["used"].astype(float),
            "outcome": (rows["state"] == OUTCOMES[0]).astype(int),
            "known_on": pd.to_datetime(rows["known_on"]),
            "situation": rows["situation"],
        }
    )


def _record(learned: "LearnedPool", questions: int, map_id: str | None) -> dict[str, Any]:
    found = learned.skills
    weights = skill_weights(found.analysts, found.log_weights())
    on_equal, on_weighted = learned.estimates
    return {
        "questions": questions,
        "resolved": learned.questions,
        "factor": learned.in_force.factor,
        "factor_estimate": on_weighted if learned.in_force.log_weights else on_equal,
        "factor_gate": _gate(learned.extremising),
        "weights": "by skill" if learned.in_force.log_weights else "equal",
        "weights_gate": _gate(learned.weights),
        "diversity": found.diversity,
        "credibility": found.credibility if math.isfinite(found.credibility) else None,
        "skill": [
            {
                "analyst": name,
                "questions": int(shared),
                "measured": float(measured),
                "shrunk": float(shrunk),
                "weight": float(weight),
            }
            for name, shared, measured, shrunk, weight in zip(
                found.analysts, found.questions, found.measured, found.skill, weights, strict=True
            )
        ],
        "map": map_id,
    }


def _gate(comparison: "Comparison") -> dict[str, Any]:
    return {**asdict(comparison), "passed": comparison.passed}


def _scores(pooled: pd.DataFrame, events: pd.DataFrame, *, seed: int) -> dict[str, Any] | None:
    """Scores over the questions that calibration may count, with the gain over the analysts."""
    from forecast_bench.reliability import cluster_codes, mean_interval

    counted = pooled["in_calibration"].fillna(value=False).astype(bool)
    rows = pooled[counted]
    if rows.empty:
        return None
    situation = events["situation"][counted.to_numpy()]
    fate: dict[str, Any] = {"question": list(rows["event"]), "situation": list(situation)}
    found: dict[str, Any] = {
        "n": len(rows),
        "clusters": int(cluster_codes(**fate).max()) + 1,
        "as_of": "the day on which all had spoken",
    }
    for name, prefix in (("pooled", ""), ("plain_mean", "plain_"), ("individuals", "individual_")):
        found[name] = {
            rule: float(rows[f"{prefix}{rule}"].mean()) for rule in ("brier", "log_score")
        }
    for rule in ("brier", "log_score"):
        gains = (rows[f"individual_{rule}"] - rows[rule]).astype(float)
        ends = mean_interval(gains, **fate, level=_LEVEL, seed=seed)
        shown = [one if math.isfinite(one) else None for one in ends]
        found[f"gain_{rule}"] = dict(zip(("mean", "low", "high"), shown, strict=True))
    return found
