"""Texts, dates and phrases of the sample run, and what all its judgments share."""

import json
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

AS_OF = date(2019, 7, 31)
RUN = "20190731T060000Z-1a2b3c4d"
ISSUED = date(2017, 12, 31)
WINDOW = (date(2018, 1, 1), date(2019, 6, 30))
PHRASES = (
    ("remote chance", 0.0, 0.05, 1.17, 36.17),
    ("highly unlikely", 0.10, 0.20, 6.1541, 33.8459),
    ("unlikely", 0.25, 0.35, 12.0532, 27.9468),
    ("realistic possibility", 0.40, 0.50, 18.0113, 21.9887),
    ("likely", 0.55, 0.75, 23.8558, 13.0622),
    ("highly likely", 0.80, 0.90, 33.8459, 6.1541),
    ("almost certain", 0.95, 1.0, 36.1695, 1.1718),
)
NASTY = (
    "<script>window.broken = 1</script> & <img src=x onerror='window.broken=2'>",
    "a | b || c `code` **bold** [link](javascript:alert(1)) # heading\n- item\n\n> quote",
    "very long " + "statement about the border and everything that happens along it " * 30,
    "سيزداد عدد الحوادث على الحدود خلال ثمانية عشر شهرًا \u202e reversed",
    "Averyverylongwordwithoutanyspace" * 12,
)
NASTY_REPORTS = ("../../etc/passwd", "<b>", "MALI-2017")


@dataclass(frozen=True)
class Made:
    """One judgment and what belongs to it."""

    judgment: dict[str, Any]
    tracking: list[dict[str, Any]]
    counts: list[dict[str, Any]]


def _report(number: int) -> str:
    """Twenty judgments in a report, the first of which has a plain name."""
    return "mali-2017" if number < 20 else f"mali-2017-{number // 20 + 1}"


def common(number: int, identifier: str, *, nasty: bool) -> dict[str, Any]:
    texts = (
        "JNIM will kidnap for ransom more often over the next 18 months.",
        "The armed groups will raise their operational tempo after the mergers.",
        "JNIM and ISGS will clash at least once.",
        "Areas of operation will grow if border security stays as it is.",
        "ISGS will reach out to ISWAP.",
        "Weapons are cached from northern Mali into Libya.",
        "The groups will seize territory.",
    )
    statement = NASTY[number % len(NASTY)] if nasty else texts[number % len(texts)]
    return {
        "id": identifier,
        "statement": statement,
        "file": "judgments/mali-2017.yaml",
        "line": 12 + 9 * number,
        "report": NASTY_REPORTS[number % 3] if nasty else _report(number),
        "report_title": NASTY[number % 3] if nasty else "Armed groups in Mali",
        "report_source": "javascript:alert(1)" if nasty else "https://example.org/report",
        "analyst": NASTY[1] if nasty else ("r.lee", "m.diallo", "r.lee, m.diallo")[number % 3],
        "issued": ISSUED.isoformat(),
        "topic": ("kidnapping", "tempo", "rivalry")[number % 3],
        "situation": "sahel-2018",
        "lexicon": "uk-phia@2018",
        "stated_reason": "",
        "assumptions": json.dumps(
            [
                {
                    "text": NASTY[0] if nasty else "ransoms go on being paid",
                    "basis": "precedent",
                    "lynchpin": True,
                }
            ]
        )
        if number % 2 == 0
        else "[]",
        "indicators": json.dumps([{"text": "a ransom of over 1 m EUR", "would": "raise"}])
        if number % 2 == 0
        else "[]",
        "sources": json.dumps([{"ref": NASTY[2] if nasty else "UN panel, 2017", "grade": "B2"}])
        if number % 3 == 0
        else "[]",
        "note": NASTY[3] if nasty else "",
    }


def by_hand(number: int, *, nasty: bool, resolved: bool) -> Made:
    identifier = f"by-hand-{number:03d}"
    stated = ("phrase", "off yardstick", "cannot assess", "number")[number // 4 % 4]
    has_number = stated in ("phrase", "number")
    phrase, low, high, prior_a, prior_b = PHRASES[5]
    mean = prior_a / (prior_a + prior_b)
    state = "open" if not resolved else ("occurred", "void", "cannot resolve")[number % 3]
    if not has_number:
        state = "not assessed"
    scored = state == "occurred" and has_number
    number_only = stated == "number"
    blank = dict.fromkeys(
        (
            "source",
            "threshold_text",
            "baseline_text",
            "baseline_count",
            "baseline_months",
            "law_shape",
            "law_rate",
            "drift",
            "dispersion",
            "base_rate",
            "count",
            "ambiguous",
            "after",
            "moved_by_counts",
            "base_brier",
            "base_log_score",
            "skill",
            "left_band_on",
            "days_left",
            "elapsed_months",
        )
    )
    values = (
        common(number, identifier, nasty=nasty)
        | blank
        | {
            "stated_kind": stated,
            "stated_text": {
                "phrase": phrase,
                "off yardstick": "most likely",
                "cannot assess": "cannot assess",
                "number": "0.85",
            }[stated],
            "stated_reason": {
                "cannot assess": "no source reports on it",
                "off yardstick": "the phrase is not on the yardstick",
            }.get(stated, ""),
            "band_low": low if stated == "phrase" else None,
            "band_high": high if stated == "phrase" else None,
            "confidence": "",
            "prior_a": prior_a if has_number else None,
            "prior_b": prior_b if has_number else None,
            "prior_mean": mean if has_number else None,
            "prior_weight": 40.0 if has_number else None,
            "prior_low": 0.74 if has_number else None,
            "prior_high": 0.93 if has_number else None,
            "now_text": phrase
            if stated == "phrase"
            else ("0.85" if number_only else "most likely"),
            "now_mean": mean if has_number else None,
            "now_band_low": low if stated == "phrase" else None,
            "now_band_high": high if stated == "phrase" else None,
            "revisions": "[]",
            "question": f"hand-{number}",
            "question_kind": "by_hand",
            "question_text": "ISGS is named as an ally in a statement of ISWAP (settled by hand).",
            "window_start": "2018-01-01",
            "window_end": "2019-06-30",
            "about": "past" if stated == "off yardstick" else "future",
            "given": "",
            "given_state": "",
            "tests_little": False,
            "window_months": 17.94,
            "provisional": False,
            "live": mean if has_number else None,
            "live_low": None,
            "live_high": None,
            "posterior_mean": mean if has_number else None,
            "moved_by_analyst": None,
            "moved_text": "",
            "band_state": "inside" if stated == "phrase" else "none",
            "state": state,
            "outcome_on": "2019-03-22" if state == "occurred" else None,
            "state_reason": {
                "void": "the condition failed",
                "cannot resolve": "no source covers it",
            }.get(state, ""),
            "evidence": "its name in the data changes in March 2019" if state == "occurred" else "",
            "resolved_by": "hand" if state in ("occurred", "void") else "",
            "nearness": "",
            "early": state == "occurred",
            "scored": scored,
            "in_calibration": scored,
            "calibration_note": "" if scored else "no outcome",
            "brier": (1 - mean) ** 2 if scored else None,
            "log_score": -math.log(mean) if scored else None,
            "time_weighted_brier": (1 - mean) ** 2 if scored else None,
            "time_weighted_coverage": 0.8 if scored else None,
            "recalibrated": None,
            "recalibrated_low": None,
            "recalibrated_high": None,
        }
    )
    rows = (
        [
            {
                "judgment": identifier,
                "date": when,
                "elapsed_months": 0.0,
                "count": None,
                "ambiguous": None,
                "stated": mean,
                "band_low": values["band_low"],
                "band_high": values["band_high"],
                "base_rate": None,
                "after": None,
                "live": mean,
                "from_analyst": 0.0,
                "from_counts": None,
                "provisional": False,
                "settled": True,
            }
            for when in ("2017-12-31", "2018-01-31")
        ]
        if has_number
        else []
    )
    return Made(values, rows, [])
