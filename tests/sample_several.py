"""Questions that two analysts judge, for the sample run."""

import json
import math
from typing import Any

import pandas as pd

from sample_judgments import NASTY

SCORES = {
    "n": 40,
    "clusters": 38,
    "pooled": {"brier": 0.151, "log_score": 0.462},
    "plain_mean": {"brier": 0.16, "log_score": 0.487},
    "individuals": {"brier": 0.181, "log_score": 0.551},
}
GATES = {
    "questions": 2,
    "resolved": 40,
    "factor": 1.6,
    "factor_estimate": 1.6,
    "factor_gate": {"passed": True, "reason": "On 60 questions a gain is shown."},
    "weights": "equal",
    "weights_gate": {"passed": False, "reason": "Neither gain nor loss is shown."},
    "credibility": None,
}
_STATES = ("open", "occurred", "void", "open")


def pooled_questions(number: int, *, nasty: bool) -> pd.DataFrame:
    """Questions of analysts at 0.2 and a little under 0.8: open, occurred, void, open in turn."""
    return pd.DataFrame([_row(place, nasty=nasty) for place in range(number)]).convert_dtypes()


def _row(place: int, *, nasty: bool) -> dict[str, Any]:
    names = (NASTY[1], NASTY[0]) if nasty else ("r.lee", "m.diallo")
    state = _STATES[place % 4]
    held = (0.2, 0.8 - place / 100)
    odds = math.sqrt(math.prod(p / (1 - p) for p in held)) ** 1.6
    pooled = odds / (1 + odds)
    opinions = [
        {
            "analyst": name,
            "judgment": f"counted-{at:03d}",
            "text": NASTY[2] if nasty else f"{p:g}",
            "on": "2017-12-31",
            **dict.fromkeys(("stated", "live", "used", "first"), p),
            **dict.fromkeys(("weight", "first_weight"), 0.5),
        }
        for at, (name, p) in enumerate(zip(names, held, strict=True))
    ]
    spread = abs(math.log(held[0] / (1 - held[0])) - math.log(held[1] / (1 - held[1])))
    apart = dict(zip(("lowest", "highest", "spread"), (*held, spread / math.sqrt(2)), strict=True))
    scored = state == "occurred"
    return {
        "event": f"{NASTY[0] if nasty else 'question'} {place}",
        "question": f"{NASTY[0] if nasty else 'question'} {place}",
        "question_text": NASTY[3] if nasty else "Does it happen?",
        "analysts": 2,
        "opinions": json.dumps(opinions),
        "pooled_stated": pooled,
        "pooled_live": 1.0 if scored else pooled,
        "factor": 1.6,
        **(dict.fromkeys(apart) if scored else apart),
        "far_apart": "r.lee states 0.2, and m.diallo states 0.8" if state == "open" else "",
        "all_spoken_on": "2017-12-31",
        "first_pooled": pooled,
        "first_factor": 1.6,
        **{f"first_{name}": value for name, value in apart.items()},
        "state": state,
        "scored": scored,
        "not_scored": "",
        "brier": (1 - pooled) ** 2 if scored else None,
        "individual_brier": sum((1 - p) ** 2 for p in held) / 2 if scored else None,
    }
