"""A desk of many judgments over three years, with the incidents that settle them."""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

from subprocesses import ROOT

FIRST, LAST = date(2017, 1, 1), date(2019, 12, 31)
AS_OF = "2020-03-31"
JUDGMENTS_IN_A_FILE = 20
_PHRASES = ("highly likely", "likely", "unlikely", "realistic possibility", "almost certain")
_AREAS = ("Gao", "Kidal", "Menaka", "Mopti", "Segou", "Tombouctou")
_TYPES = {"battle": 0.5, "explosion": 0.3, "abduction": 0.2}
_WINDOWS = ("6 months", "12 months", "18 months", "24 months")

_SOURCE = """\
source: desk
title: Incidents as the desk counted them
kind: mapped
file: incidents.csv
mapping: desk
retrieved: 2020-02-28
settlement: 14 days
licence: internal
attribution: the desk
coverage:
  window: {from: 2017-01-01, to: 2019-12-31}
  countries: {Mali: [Gao, Kidal, Menaka, Mopti, Segou, Tombouctou]}
  types: [battle, explosion, abduction]
"""
_MAPPING = """\
id: number
date: day
date_format: "%Y-%m-%d"
country: {constant: Mali}
admin1: area
type: {column: what, values: {battle: battle, explosion: explosion, abduction: abduction}}
side_a: side
"""


def desk_of(folder: Path, judgments: int, *, tracking: str = "monthly", seed: int = 1) -> Path:
    """Write a workspace with so many judgments, issued over the first two years.

    Parameters
    ----------
    folder : Path
        Where; it is made.
    judgments : int
        How many, twenty to a file.
    tracking : str
        Whether judgments are followed by month or by day.
    seed : int
        Of the incidents.
    """
    (folder / "judgments").mkdir(parents=True)
    (folder / "incidents").mkdir()
    (folder / "models" / "mappings").mkdir(parents=True)
    for name in ("actors.yaml", "recalibration.yaml"):
        shutil.copy(ROOT / "models" / name, folder / "models")
    (folder / "models" / "mappings" / "desk.yaml").write_text(_MAPPING, encoding="utf-8")
    (folder / "incidents" / "desk.yaml").write_text(_SOURCE, encoding="utf-8")
    (folder / "incidents" / "incidents.csv").write_text(_incidents(seed), encoding="utf-8")
    settings = f'[tool.forecast-bench]\ntitle = "Desk"\ntracking = "{tracking}"\n'
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    for number, start in enumerate(range(0, judgments, JUDGMENTS_IN_A_FILE)):
        text = report(number, min(JUDGMENTS_IN_A_FILE, judgments - start))
        (folder / "judgments" / f"report-{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def report(number: int, judgments: int) -> str:
    """Write a file of judgments, with a question of its own for each."""
    issued = date(2018, 1, 1) + timedelta(days=30 * (number % 24))
    lines = [
        f"report: {{id: report-{number}, title: Report {number}}}",
        f"issued: {issued}",
        "lexicon: uk-phia@2018",
        "judgments:",
    ]
    for one in range(judgments):
        kind = list(_TYPES)[one % len(_TYPES)]
        area = _AREAS[(number + one) % len(_AREAS)]
        least = 1 + (7 * number + 3 * one) % 40
        phrase = _PHRASES[(number + one) % len(_PHRASES)]
        lines += [
            f"  - id: judgment-{number}-{one}",
            f"    analyst: analyst-{(number + 7 * one) % 20}",
            f"    statement: At least {least} incidents of the kind {kind} happen in {area}.",
            f"    probability: {phrase}",
            f"    topic: topic-{one % 3}",
            "    question:",
            "      count:",
            f"        of: {{actor: JNIM, type: {kind}, countries: [Mali], admin1: [{area}]}}",
            f"        at_least: {least}",
            f"      within: {_WINDOWS[(number + one) % len(_WINDOWS)]}",
        ]
    return "\n".join(lines) + "\n"


def _incidents(seed: int) -> str:
    generator = random.Random(seed)
    lines = ["number,day,area,what,side"]
    day, number = FIRST, 0
    while day <= LAST:
        for area in _AREAS:
            for kind, rate in _TYPES.items():
                if generator.random() < rate / 4:
                    number += 1
                    lines.append(f"{number},{day},{area},{kind},JNIM")
        day += timedelta(days=1)
    return "\n".join(lines) + "\n"
