"""Counted judgments of the sample run, with their paths worked from closed forms."""

import json
import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.special import betainc

from sample_judgments import AS_OF, ISSUED, NASTY, PHRASES, WINDOW, Made, by_hand, common


def logit(probability: float) -> float:
    if probability in (0.0, 1.0):
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1 - probability))


def _at_least(k: int, *, shape: float, rate: float, months: float) -> float:
    if k <= 0:
        return 1.0
    if months <= 0:
        return 0.0
    return float(betainc(k, shape, months / (rate + months)))


def _month_ends(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        yield min(following - timedelta(days=1), last)
        month = following


def _months(first: date, last: date) -> float:
    return (last - first).days / 30.4375


def judgment(number: int, *, nasty: bool, resolved: bool, counted: bool, daily: bool) -> Made:
    kind = number % 7
    if not counted or kind in (4, 5):
        return by_hand(number, nasty=nasty, resolved=resolved)
    rng = np.random.default_rng(number)
    end = WINDOW[1] if resolved and kind != 3 else date(2020, 6, 30)
    phrase, low, high, prior_a, prior_b = PHRASES[(5, 4, 2, 4, 0, 0, 1)[kind]]
    if number >= 7:
        phrase, low, high, prior_a, prior_b = PHRASES[number % 7]
    identifier = f"counted-{number:03d}"
    baseline_count, months = 5 + 3 * (number % 4), 12.0
    window_months = round(_months(WINDOW[0], end + timedelta(days=1)), 2)
    threshold = math.floor(baseline_count * window_months / months) + 1
    shape, rate = (baseline_count + 0.5) * 0.49, months * 0.44
    mean = prior_a / (prior_a + prior_b)
    base_rate = _at_least(threshold, shape=shape, rate=rate, months=window_months)
    counts: list[dict[str, Any]] = []
    for last in _month_ends(date(2017, 1, 1), min(AS_OF, date(2019, 7, 31))):
        first = last.replace(day=1)
        part = "baseline" if last.year == 2017 else "window" if last <= end else "after window"
        expected = baseline_count / 12 * (1 if part == "baseline" else 0.5 + 0.5 * (number % 4))
        counts.append(
            {
                "judgment": identifier,
                "period_start": first.isoformat(),
                "period_end": last.isoformat(),
                "part": part,
                "place": "",
                "count": int(rng.poisson(expected)),
                "ambiguous": int(rng.poisson(0.2)) if number % 2 else 0,
            }
        )
    revisions = (
        [
            {
                "on": "2018-06-30",
                "text": "almost certain",
                "mean": 0.96862,
                "because": NASTY[1] if nasty else "three seizures in May",
            }
        ]
        if number % 7 == 0
        else []
    )
    tracking = _tracking(
        identifier,
        counts,
        end=end,
        band=(low, high),
        mean=mean,
        threshold=threshold,
        shape=shape,
        rate=rate,
        window_months=window_months,
        base_rate=base_rate,
        revisions=revisions,
        daily=daily,
    )
    last_row = tracking[-1]
    so_far, live = int(last_row["count"]), float(last_row["live"])
    closed = end <= AS_OF - timedelta(days=14)
    state = ("occurred" if so_far >= threshold else "did not occur") if closed else "open"
    if resolved and kind == 6 and number > 6:
        state = "settling"
    scored = state in ("occurred", "did not occur")
    outcome = 1.0 if state == "occurred" else 0.0
    now = 0.96862 if revisions else mean
    counts_moved = last_row["from_counts"]
    values: dict[str, Any] = common(number, identifier, nasty=nasty) | {
        "stated_kind": "phrase",
        "stated_text": phrase,
        "band_low": low,
        "band_high": high,
        "confidence": ("moderate", "", "high", "low")[number % 4],
        "prior_a": prior_a,
        "prior_b": prior_b,
        "prior_mean": mean,
        "prior_weight": prior_a + prior_b,
        "prior_low": max(0.0, mean - 0.09),
        "prior_high": min(1.0, mean + 0.09),
        "now_text": "almost certain" if revisions else phrase,
        "now_mean": now,
        "now_band_low": 0.95 if revisions else low,
        "now_band_high": 1.0 if revisions else high,
        "revisions": json.dumps(revisions),
        "question": f"incidents-up-{number}",
        "question_kind": "change",
        "question_text": "More abductions by JNIM in Burkina Faso and Mali, per month, between "
        f"2018-01-01 and {end} than in the 12 months before.",
        "window_start": "2018-01-01",
        "window_end": end.isoformat(),
        "about": "future",
        "given": "border security stays as it is" if number % 5 == 2 else "",
        "given_state": "holds" if number % 5 == 2 else "",
        "source": "acled",
        "threshold_text": f"at least {threshold} incidents",
        "baseline_text": f"{baseline_count} incidents in 12 months (2017-01-01 to 2017-12-31)",
        "baseline_count": float(baseline_count),
        "baseline_months": months,
        "law_shape": shape,
        "law_rate": rate,
        "drift": 0.5,
        "dispersion": None,
        "base_rate": base_rate,
        "tests_little": not 0.02 <= base_rate <= 0.98,
        "count": float(so_far),
        "ambiguous": float(sum(row["ambiguous"] for row in counts)),
        "elapsed_months": min(_months(WINDOW[0], AS_OF), window_months),
        "window_months": window_months,
        "days_left": float(max(0, (end - AS_OF).days)),
        "provisional": not closed,
        "after": float(last_row["after"]),
        "live": live,
        "live_low": max(0.0, live - 0.08),
        "live_high": min(1.0, live + 0.05),
        "posterior_mean": (prior_a + live) / (prior_a + prior_b + 1),
        "moved_by_counts": counts_moved,
        "moved_by_analyst": last_row["from_analyst"],
        "moved_text": f"The counts moved it from {mean:.0%} to {live:.0%}.",
        "band_state": "above"
        if live > (1.0 if revisions else high)
        else "below"
        if live < (0.95 if revisions else low)
        else "inside",
        "left_band_on": "2018-09-30" if number % 3 == 0 else None,
        "state": state,
        "outcome_on": end.isoformat() if scored else None,
        "state_reason": f"{so_far} incidents by {min(end, AS_OF)}; the threshold is {threshold}.",
        "evidence": "counts of vintage 2019-08-05" if scored else "",
        "resolved_by": "counts" if scored else "",
        "nearness": f"{abs(threshold - so_far)} incidents from the other answer." if scored else "",
        "early": False,
        "scored": scored,
        "in_calibration": scored,
        "calibration_note": "" if scored else "the window is still open",
        "brier": (now - outcome) ** 2 if scored else None,
        "log_score": -math.log(now if outcome else 1 - now) if scored else None,
        "base_brier": (base_rate - outcome) ** 2 if scored else None,
        "base_log_score": -math.log(base_rate if outcome else 1 - base_rate) if scored else None,
        "skill": 1 - (now - outcome) ** 2 / (base_rate - outcome) ** 2 if scored else None,
        "time_weighted_brier": 0.9 * (now - outcome) ** 2 if scored else None,
        "time_weighted_coverage": 1.0 if scored else None,
        "recalibrated": 1 / (1 + math.exp(-0.8 * logit(now))),
        "recalibrated_low": 1 / (1 + math.exp(-0.5 * logit(now))),
        "recalibrated_high": 1 / (1 + math.exp(-1.1 * logit(now))),
    }
    return Made(values, tracking, counts)


def _tracking(
    identifier: str,
    counts: list[dict[str, Any]],
    *,
    end: date,
    band: tuple[float, float],
    mean: float,
    threshold: int,
    shape: float,
    rate: float,
    window_months: float,
    base_rate: float,
    revisions: list[dict[str, Any]],
    daily: bool,
) -> list[dict[str, Any]]:
    last = min(AS_OF, end)
    dates = (
        [ISSUED + timedelta(days=n) for n in range((last - ISSUED).days + 1)]
        if daily
        else [ISSUED, *_month_ends(WINDOW[0], last)]
    )
    rows: list[dict[str, Any]] = []
    anchor_stated, anchor_after, from_analyst = mean, base_rate, 0.0
    before = mean
    for when in dates:
        seen = [
            row
            for row in counts
            if row["part"] == "window" and date.fromisoformat(row["period_end"]) <= when
        ]
        so_far, unclear = sum(r["count"] for r in seen), sum(r["ambiguous"] for r in seen)
        elapsed = max(0.0, _months(WINDOW[0], when + timedelta(days=1)))
        after = _at_least(
            threshold - so_far,
            shape=shape + so_far,
            rate=rate + elapsed,
            months=max(0.0, window_months - elapsed) if when < end else 0.0,
        )
        revised = [r for r in revisions if r["on"] <= when.isoformat()]
        if revised and anchor_stated == mean:
            anchor_stated, anchor_after = revised[-1]["mean"], after
            from_analyst = logit(anchor_stated) - logit(before)
        odds = (
            logit(anchor_stated) + logit(after) - logit(anchor_after)
            if anchor_after not in (0.0, 1.0)
            else logit(after)
        )
        live = 1 / (1 + math.exp(-odds)) if abs(odds) < 700 else float(odds > 0)
        before = live if 0 < live < 1 else before
        finite = 0 < live < 1
        standing = anchor_stated
        rows.append(
            {
                "judgment": identifier,
                "date": when.isoformat(),
                "elapsed_months": elapsed,
                "count": float(so_far),
                "ambiguous": float(unclear),
                "stated": standing,
                "band_low": 0.95 if revised else band[0],
                "band_high": 1.0 if revised else band[1],
                "base_rate": base_rate,
                "after": after,
                "live": live,
                "from_analyst": from_analyst if finite else None,
                "from_counts": logit(live) - logit(mean) - from_analyst if finite else None,
                "provisional": (AS_OF - when).days < 14,
                "settled": (AS_OF - when).days >= 14,
            }
        )
    return rows
