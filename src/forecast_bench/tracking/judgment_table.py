"""One row for each judgment: all that a card shows of it."""

import datetime
import json
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from pydantic import BaseModel

from forecast_bench.priors import interval
from forecast_bench.records import OffYardstick, number_of
from forecast_bench.resolving import nearness
from forecast_bench.tracking.asked import AskedQuestion
from forecast_bench.tracking.follow import (
    CountedQuestion,
    FollowedJudgment,
    noun_of,
    progress_after,
    progress_of,
    settlement_of,
)
from forecast_bench.tracking.law_path import LawPath
from forecast_bench.tracking.parameter_columns import parameter_columns
from forecast_bench.tracking.path import probability_of
from forecast_bench.tracking.path_columns import path_columns
from forecast_bench.tracking.schema import JUDGMENT_COLUMNS, table
from forecast_bench.tracking.score_columns import score_columns
from forecast_bench.tracking.wording import (
    describe_bounds,
    describe_condition,
    describe_months,
    describe_move,
    describe_question,
)
from forecast_bench.updating import Mixture, mixture_interval, mixture_mean

type Row = dict[str, Any]

INTERVAL_LEVEL = 0.9
# A threshold whose base rate is nearer to certainty than this tests nothing.
_LITTLE = 0.02


def judgment_table(
    followed: Iterable[FollowedJudgment], *, as_of: datetime.date, default_lexicon: str | None
) -> pd.DataFrame:
    """One row for each judgment, with the columns of `JUDGMENT_COLUMNS`."""
    return table(
        (
            {
                **_written(one, default_lexicon),
                **_stated(one),
                **_question(one),
                **_law(one),
                **path_columns(one),
                **_counted(one, as_of),
                **_live(one),
                **_outcome(one),
                **score_columns(one),
            }
            for one in followed
        ),
        # Parts are made in the order of the story; the table has the order of the schema.
        JUDGMENT_COLUMNS,
    )


def _written(one: FollowedJudgment, default_lexicon: str | None) -> Row:
    recorded, judgment = one.recorded, one.recorded.judgment
    place = recorded.document.place((*recorded.path, "id"))
    return {
        "id": recorded.id,
        "statement": judgment.statement,
        "file": place.file,
        "line": place.line,
        "report": recorded.report.id,
        "report_title": recorded.report.title,
        "report_source": recorded.report.source,
        "analyst": ", ".join(recorded.analysts),
        "issued": str(recorded.issued),
        "topic": recorded.topic,
        "situation": judgment.situation,
        "lexicon": recorded.lexicon(default_lexicon),
        "confidence": judgment.confidence,
        "assumptions": _json(judgment.assumptions),
        "indicators": _json(judgment.indicators),
        "sources": _json(judgment.sources),
        "note": judgment.note,
    }


def _stated(one: FollowedJudgment) -> Row:
    answer = one.recorded.answer()
    off = answer if isinstance(answer, OffYardstick) else None
    row: Row = {
        "stated_kind": "off yardstick" if off else "cannot assess",
        "stated_text": off.wording if off else "cannot assess",
        "stated_reason": off.kind if off else str(answer),
        "revisions": json.dumps(
            [
                {
                    "on": str(made.on),
                    "text": made.text,
                    "mean": made.prior.mean,
                    "because": made.because,
                }
                for made in one.made[1:]
            ]
        ),
    }
    if not one.made:
        return {**row, **dict.fromkeys(_PRIOR_COLUMNS)}
    first, now = one.made[0], one.made[-1]
    low, high = interval(first.prior, level=INTERVAL_LEVEL)
    stated = one.recorded.judgment.probability
    return {
        **row,
        "stated_kind": stated.kind if stated else None,
        "stated_text": first.text,
        "stated_reason": None,
        "band_low": first.prior.low,
        "band_high": first.prior.high,
        "prior_a": first.prior.a,
        "prior_b": first.prior.b,
        "prior_mean": first.prior.mean,
        "prior_weight": first.prior.weight,
        "prior_low": low,
        "prior_high": high,
        "now_text": now.text,
        "now_mean": now.prior.mean,
        "now_band_low": now.prior.low,
        "now_band_high": now.prior.high,
    }


_PRIOR_COLUMNS = [
    "band_low",
    "band_high",
    "prior_a",
    "prior_b",
    "prior_mean",
    "prior_weight",
    "prior_low",
    "prior_high",
    "now_text",
    "now_mean",
    "now_band_low",
    "now_band_high",
]


def _question(one: FollowedJudgment) -> Row:
    question, issued = one.asked.question, one.recorded.issued
    window = None if issued is None else question.window_from(issued)
    return {
        "question": one.asked.name,
        "question_kind": question.kind,
        "question_text": describe_question(question, window),
        "window_start": str(window.start) if window else None,
        "window_end": str(window.end) if window else None,
        "about": question.about,
        "given": describe_condition(question.given),
        "given_state": one.condition.outcome if one.condition else None,
        "source": one.counted.asked.source.source if one.counted else None,
    }


def _law(one: FollowedJudgment) -> Row:
    row: Row = {
        **dict.fromkeys(
            [
                "threshold_text",
                "baseline_text",
                "baseline_count",
                "baseline_months",
                "law_shape",
                "law_rate",
                "rate_mean",
                "base_rate",
                "model",
                "model_fitted_to",
                "tests_little",
            ]
        ),
        **parameter_columns(None if one.counted is None else one.counted.asked),
    }
    if one.counted is None:
        return row
    asked, counts = one.counted.asked, one.counted.counts
    baseline = asked.baseline
    counted = int(counts.baseline.count.sum())
    row |= {
        "baseline_text": one.counted.baseline_gap
        or f"{number_of(counted, 'incidents')} in {float(asked.baseline_months):g} months "
        f"({baseline.start} to {baseline.end})"
        + (f"; {one.counted.model_gap}" if one.counted.model_gap else ""),
        "baseline_count": None if one.counted.baseline_gap else counted,
        "baseline_months": float(asked.baseline_months),
    }
    if one.law is None:
        return row
    law, mixed = one.law.single, one.law.law
    base_rate = float(probability_of(one.law.log_odds[:1])[0])
    if one.path is not None and one.path.base_rate is not None:
        base_rate = one.path.base_rate
    return row | {
        "threshold_text": _threshold_text(asked, one.law),
        # One pair of numbers describes neither the laws of several areas nor a mixture.
        "law_shape": None if law is None else float(law.shape),
        "law_rate": None if law is None else float(law.rate),
        "rate_mean": None if mixed is None or asked.question.reach else float(mixed.mean[0]),
        **_model(one),
        "base_rate": base_rate,
        "tests_little": not _LITTLE <= base_rate <= 1 - _LITTLE,
    }


def _model(one: FollowedJudgment) -> Row:
    """Which model of a team's own was asked, if any, and what its draws have seen."""
    model = None if one.law is None else one.law.model
    if model is None:
        return {}
    now = -1 if one.path is None else int(one.path.periods_known[-1])
    return {"model": model.model, "model_fitted_to": model.fitted_to[now]}


def _threshold_text(asked: AskedQuestion, law: LawPath) -> str:
    share, months = asked.question.share, asked.question.months
    if share is not None:
        return f"a share of at least {share.at_least:g}"
    if months is not None:
        return describe_months(months)
    return describe_bounds(law.fewest, law.most, noun_of(asked))


def _counted(one: FollowedJudgment, as_of: datetime.date) -> Row:
    issued = one.recorded.issued
    window = None if issued is None else one.asked.question.window_from(issued)
    row: Row = {
        "count": None,
        "ambiguous": None,
        "elapsed_months": None,
        "window_months": None,
        "days_left": max(0, (window.end - as_of).days) if window else None,
        "provisional": None,
    }
    if one.counted is None:
        return row
    asked, part = one.counted.asked, one.counted.counts.window
    progress = progress_of(asked, part)
    elapsed = part.elapsed_months
    return row | {
        "count": progress.totals[-1] if progress.totals else 0,
        "ambiguous": int(part.ambiguous.sum()),
        "elapsed_months": float(elapsed[-1]) if len(elapsed) else 0.0,
        "window_months": float(asked.window_months),
        "provisional": _is_provisional(one, as_of),
    }


def _is_provisional(one: FollowedJudgment, as_of: datetime.date) -> bool:
    """Whether the last counts are younger than the settlement lag of their source."""
    if one.counted is None:
        return False
    ends = one.counted.counts.window.ends
    return bool(ends) and ends[-1] + settlement_of(one.counted.asked) > as_of


def _live(one: FollowedJudgment) -> Row:
    if one.path is None:
        empty: Row = dict.fromkeys(
            [
                "after",
                "live",
                "live_low",
                "live_high",
                "posterior_mean",
                "moved_by_counts",
                "moved_by_analyst",
                "left_band_on",
            ]
        )
        # What history and counts say needs no statement.
        by_law = None if one.law is None else float(probability_of(one.law.log_odds[-1:])[0])
        return {**empty, "after": by_law, "moved_text": "", "band_state": "none"}
    path, prior = one.path, one.made[-1].prior
    by_hand = _settled_by_hand(one)
    live = live_now(one)
    mixture = Mixture(a=prior.a, b=prior.b, weight=live)
    low, high = mixture_interval(mixture, level=INTERVAL_LEVEL)
    by_counts, by_analyst = float(path.from_counts[-1]), float(path.from_analyst[-1])
    after = path.after
    return {
        "after": None if after is None else float(after[-1]),
        "live": live,
        "live_low": float(low),
        "live_high": float(high),
        "posterior_mean": float(mixture_mean(mixture)),
        "moved_by_counts": by_counts if math.isfinite(by_counts) else None,
        "moved_by_analyst": by_analyst,
        "moved_text": "it was settled by hand" if by_hand else describe_move(by_counts, by_analyst),
        "band_state": band_state(live, one.made[-1].band),
        "left_band_on": None if by_hand else _left_band_on(one),
    }


def live_now(one: FollowedJudgment) -> float:
    """Live probability on the day followed to: 0 or 1 where a person settled the question.

    Raises
    ------
    ValueError
        If no probability was stated.
    """
    if one.path is None:
        raise ValueError(f"judgment {one.recorded.id} states no probability")
    settled = _settled_by_hand(one)
    return float(one.resolution.outcome == "occurred") if settled else float(one.path.live[-1])


def _settled_by_hand(one: FollowedJudgment) -> bool:
    return one.resolution.by == "hand" and one.resolution.is_final


def band_state(live: float, band: tuple[float, float] | None) -> str:
    """Say where a live probability lies: below, inside or above the band; none without a band."""
    if band is None:
        return "none"
    return "below" if live < band[0] else "above" if live > band[1] else "inside"


def _left_band_on(one: FollowedJudgment) -> str | None:
    """First day of the present stay outside the band; None while inside."""
    if one.path is None:
        return None
    left = None
    for day, live, statement in zip(one.path.dates, one.path.live, one.path.in_force, strict=True):
        if band_state(live, statement.band) in ("inside", "none"):
            left = None
        elif left is None:
            left = str(day)
    return left


def _outcome(one: FollowedJudgment) -> Row:
    found = one.resolution
    assessed = bool(one.made)
    final = found.is_final
    near = _nearness(one.counted, one) if final else ""
    note = ""
    if assessed and final and not found.in_calibration:
        note = "settled early: counted in calibration from the scheduled end of its window"
    elif final and not assessed:
        note = "no probability was stated, so there is nothing to score"
    return {
        "state": found.outcome if assessed or found.outcome != "open" else "not assessed",
        "outcome_on": str(found.on) if found.on else None,
        "state_reason": found.reason,
        "evidence": found.evidence,
        "resolved_by": found.by,
        "nearness": near,
        "near_miss": "would have flipped" in near,
        "early": found.early,
        "scored": assessed and final,
        "in_calibration": assessed and final and found.in_calibration,
        "calibration_note": note,
    }


def _nearness(counted: CountedQuestion | None, one: FollowedJudgment) -> str:
    if counted is None or one.law is None or one.asked.question.share is not None:
        return ""
    return nearness(
        progress_of(counted.asked, counted.counts.window),
        progress_after(counted.asked, counted.counts),
        fewest=one.law.fewest,
        most=one.law.most,
        window=counted.asked.window,
        noun=noun_of(counted.asked),
    )


def _json(records: Iterable[BaseModel]) -> str:
    return json.dumps([one.model_dump(mode="json", exclude_none=True) for one in records])
