"""A run folder made from plain data, with the columns that the job writes.

The numbers follow the closed forms of the package (a Gamma rate, a negative binomial count, odds
moved by the Bayes factor of the counts), worked here on their own so that the review is tested
without the job.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sample_counted import judgment
from sample_judgments import AS_OF, NASTY, PHRASES, RUN, Made
from sample_moves import sample_moves, sample_story
from sample_several import GATES, SCORES, pooled_questions


def build(
    folder: Path,
    *,
    judgments: int = 14,
    nasty: bool = False,
    resolved: bool = True,
    counted: bool = True,
    nulls: bool = False,
    fitted: bool = True,
    daily: bool = False,
    several: int = 0,
) -> Path:
    """Write a run folder and return it.

    `nasty` puts hostile texts in, `resolved=False` leaves every window open, `counted=False` makes
    every judgment by hand, `nulls` empties every column that may be empty, `fitted=False` leaves
    the recalibration out, `daily` tracks by day, `several` is how many questions have two analysts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        judgment(number, nasty=nasty, resolved=resolved, counted=counted, daily=daily)
        for number in range(judgments)
    ]
    frame = pd.DataFrame([one.judgment for one in made])
    if nulls:
        kept = {"id", "state", "question_kind", "stated_kind", "statement"}
        frame = frame.assign(**{name: None for name in frame.columns if name not in kept})
    # Nullable types, as the job writes them: a missing value is not a NaN.
    frame.convert_dtypes().to_parquet(folder / "judgments.parquet", index=False)
    tracking = pd.DataFrame([row for one in made for row in one.tracking])
    tracking.convert_dtypes().to_parquet(folder / "tracking.parquet", index=False)
    told = {one.judgment["id"]: sample_story(one, nasty=nasty) for one in made}
    steps = [row for one in made for row in sample_moves(one.tracking)]
    pd.DataFrame(steps).convert_dtypes().to_parquet(folder / "moves.parquet", index=False)
    _write(folder / "stories.json", told)
    counts = pd.DataFrame(
        [row for one in made for row in one.counts],
        columns=["judgment", "period_start", "period_end", "part", "place", "count", "ambiguous"],
    )
    counts.convert_dtypes().to_parquet(folder / "counts.parquet", index=False)
    scored = [one.judgment for one in made if one.judgment["in_calibration"]]
    _phrases(scored).to_parquet(folder / "phrases.parquet", index=False)
    _reliability(scored).to_parquet(folder / "reliability.parquet", index=False)
    pooled = {"pooled": SCORES} if several else {}
    _write(folder / "calibration.json", _calibration(scored) | pooled)
    _write(folder / "problems.json", _problems(nasty=nasty))
    pooling = {"pooling": GATES} if several else {}
    _write(folder / "manifest.json", _manifest(made, nasty=nasty, fitted=fitted) | pooling)
    if several:
        pooled_questions(several, nasty=nasty).to_parquet(folder / "pooled.parquet", index=False)
    if fitted:
        _recalibration(folder / "recalibration")
    return folder


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _phrases(scored: list[dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for phrase, low, high, prior_a, prior_b in PHRASES:
        mine = [one for one in scored if one["stated_text"] == phrase]
        hits = sum(one["state"] == "occurred" for one in mine)
        mean = prior_a / (prior_a + prior_b)
        a, b = 10 * mean + hits, 10 * (1 - mean) + len(mine) - hits
        centre, spread = a / (a + b), 1.645 * math.sqrt(a * b / (a + b) ** 2 / (a + b + 1))
        rows.append(
            {
                "lexicon": "uk-phia@2018",
                "phrase": phrase,
                "band_low": low,
                "band_high": high,
                "n": len(mine),
                "occurred": hits,
                "effective_n": len(mine) * 0.8,
                "prior_a": 10 * mean,
                "prior_b": 10 * (1 - mean),
                "posterior_a": a,
                "posterior_b": b,
                "posterior_mean": centre,
                "low": max(0.0, centre - spread),
                "high": min(1.0, centre + spread),
                "below": 0.3,
                "inside": 0.4,
                "above": 0.3,
                "verdict": "above the band" if len(mine) > 30 else "cannot tell yet",
            }
        )
    return pd.DataFrame(rows)


def _reliability(scored: list[dict[str, Any]]) -> pd.DataFrame:
    rows = []
    best = 0.0
    for value in sorted({one["now_mean"] for one in scored}):
        mine = [one for one in scored if one["now_mean"] == value]
        hits = sum(one["state"] == "occurred" for one in mine)
        best = max(best, hits / len(mine) * 0.9)
        spread = min(0.5, 0.8 / math.sqrt(len(mine)))
        rows.append(
            {
                "probability": value,
                "n": len(mine),
                "occurred": hits,
                "frequency": hits / len(mine),
                "recalibrated": best,
                "band_low": max(0.0, value - spread),
                "band_high": min(1.0, value + spread),
            }
        )
    names = ["probability", "n", "occurred", "frequency", "recalibrated", "band_low", "band_high"]
    return pd.DataFrame(rows, columns=names)


def _calibration(scored: list[dict[str, Any]]) -> dict[str, Any]:
    n = len(scored)
    names = (
        "brier",
        "log_score",
        "mcb",
        "dsc",
        "unc",
        "ci",
        "di",
        "vi",
        "ndi",
        "andi",
        "in_the_large",
        "over_under",
        "skill",
    )
    values = (
        0.1755,
        0.517379,
        0.042167,
        0.115556,
        0.248889,
        0.0417,
        0.1151,
        0.2489,
        0.46,
        0.31,
        0.04,
        0.07,
        0.21,
    )
    scores = dict(zip(names, values if n else [None] * len(names), strict=True))
    groups: dict[str, dict[str, Any]] = {"phrase": {}, "analyst": {}, "topic": {}}
    for group, column in (("phrase", "stated_text"), ("analyst", "analyst"), ("topic", "topic")):
        for one in scored:
            entry = groups[group].setdefault(one[column], {"n": 0, "occurred": 0, "brier": 0.12})
            entry["n"] += 1
            entry["occurred"] += one["state"] == "occurred"
    return {
        "n": n,
        "effective_n": 0.8 * n,
        **scores,
        "skill_against": "base rate",
        "judgeable": n >= 30,
        "least": 30,
        "note": "" if n >= 30 else f"{n} judgments in calibration; 30 are needed.",
        "by": groups,
    }


def _problems(*, nasty: bool) -> list[dict[str, Any]]:
    return [
        {
            "file": "judgments/mali-2017.yaml",
            "line": 40,
            "column": 7,
            "end_column": 12,
            "id": "tests-little",
            "level": "warning",
            "message": NASTY[0] if nasty else "the base rate is 0.4 %",
            "notes": ["widen the window"],
        }
    ]


def _manifest(made: list[Made], *, nasty: bool, fitted: bool) -> dict[str, Any]:
    states = [one.judgment["state"] for one in made]
    first = made[0].judgment["id"] if made else ""
    return {
        "format": 1,
        "run": RUN,
        "as_of": AS_OF.isoformat(),
        "made_at": "2019-07-31T06:00:00Z",
        "fingerprint": "ab" * 32,
        "previous": "20190630T060000Z-99887766" if fitted else None,
        "workspace_name": NASTY[0] if nasty else "sahel",
        "version": "0.1.0",
        "versions": {"python": "3.13.0", "pymc": "6.4.0", "arviz": "1.3.0"},
        "inputs": [
            {"file": "judgments/mali-2017.yaml", "sha256": "0f" * 32},
            {"file": "models/actors.yaml", "sha256": "1e" * 32},
        ],
        "sources": [
            {
                "source": "acled",
                "title": "ACLED, Sahel",
                "vintage": "2024-02-01",
                "hindsight": True,
                "sha256": "2d" * 32,
                "rows": 12000,
                "incidents": 11321,
                "coverage_from": "1997-01-01",
                "coverage_to": "2023-12-31",
                "countries": ["Burkina Faso", "Mali", "Niger"],
                "settlement": "14 days",
                "coverage_note": "Only armed groups are in the file.",
                "licence": "ACLED terms of use",
                "attribution": "Armed Conflict Location & Event Data (ACLED); www.acleddata.com",
                "note": "Coverage of the sources grew over these years, which inflates trends.",
            }
        ],
        "seed": 20170101,
        "alarms": [
            {"id": "feed-shrunken", "text": "acled: 12 % fewer rows than the vintage before"}
        ]
        if nasty
        else [],
        "settings": {
            "band_mass": 0.8,
            "weights": {"low": 12, "moderate": 40, "high": 100},
            "tracking": "month ends",
        },
        "lexicons": ["uk-phia@2018"],
        "changed": [
            {"judgment": first, "what": "live", "before": "78 %", "after": "100 %"},
            {"judgment": first, "what": "state", "before": "open", "after": "occurred"},
            {
                "judgment": "gone-one",
                "what": "gone",
                "before": "highly likely (80\u201390 %)",
                "after": "",
            },
        ]
        if fitted and made
        else [],
        "recalibration": {
            "state": "candidate",
            "reason": "the gain's 90 % interval includes zero: the identity stays in force",
            "gain": 0.012,
            "low": -0.02,
            "high": 0.05,
            "questions": 9,
            "outcomes": 11,
            "slope": 0.91,
            "slope_low": 0.6,
            "slope_high": 1.3,
            "fitted": True,
            "data_hash": "3c" * 32,
            "seed": 7,
            "diagnostics": {
                "passed": True,
                "r_hat": 1.002,
                "r_hat_parameter": "b",
                "ess_bulk": 1520.0,
                "ess_tail": 1311.0,
                "divergences": 0,
                "e_bfmi": 0.93,
                "reasons": [],
            },
        }
        if fitted
        else {"state": "none", "reason": "no judgment has resolved yet"},
        "counts_of_states": {state: states.count(state) for state in dict.fromkeys(states)},
        "judgments": len(made),
        "stages": [
            {"stage": "read", "seconds": 0.21, "reused": False},
            {"stage": "fit", "seconds": 12.5, "reused": True},
        ],
    }


def _recalibration(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    probability = np.linspace(0.01, 0.99, 49)
    odds = np.log(probability / (1 - probability))
    pd.DataFrame(
        {
            "probability": probability,
            "median": 1 / (1 + np.exp(-0.91 * odds)),
            "low": 1 / (1 + np.exp(-0.91 * odds + 0.4)),
            "high": 1 / (1 + np.exp(-0.91 * odds - 0.4)),
        }
    ).to_parquet(folder / "map.parquet", index=False)
    pd.DataFrame(
        {
            "group": ["analyst", "analyst", "phrase"],
            "level": ["r.lee", "m.diallo", "likely"],
            "median": [0.05, -0.02, 0.11],
            "low": [-0.2, -0.3, -0.1],
            "high": [0.3, 0.2, 0.4],
            "quantity": ["shift", "slope", "shift"],
            "below": [0.4, 0.55, 0.3],
            "statement": ["", "cannot be told yet", ""],
        }
    ).to_parquet(folder / "effects.parquet", index=False)
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">'
        '<rect width="300" height="120" fill="#fff"/><script>window.broken=3</script>'
        '<text x="20" y="60">{}</text></svg>'
    )
    for name in ("rank", "energy", "forest"):
        (folder / f"{name}.svg").write_text(picture.format(name), encoding="utf-8")


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """The manifest as it stands."""
    loaded: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return loaded
