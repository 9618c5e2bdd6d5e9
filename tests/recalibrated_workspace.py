"""A workspace of hand-settled judgments, over-confident at first and sound later on."""

import datetime

import numpy as np

from first_case import first_case

PHRASES = {"remote chance": 0.05, "unlikely": 0.3, "likely": 0.65, "almost certain": 0.97}
FIRST = datetime.date(2019, 1, 31)
LATER = datetime.date(2020, 1, 31)

_HEAD = """\
report: {id: desk, title: What the desk said}
lexicon: uk-phia@2018
judgments:
"""
_ONE = """\
  - id: {id}
    statement: The thing numbered {id} happens.
    analyst: {analyst}
    issued: {issued}
    probability: {phrase}
    question:
      by_hand: {{asks: Does the thing numbered {id} happen?, settled_by: The desk.}}
      within: 20 days
    resolution: {{outcome: {outcome}, on: {on}, evidence: The desk saw.}}
"""
MODEL = """\
name: recalibration
version: 1.0.0
topics: false
least_outcomes: 30
draws: 300
tune: 300
limits: {r_hat: 1.1, ess_bulk: 100, ess_tail: 50, divergences: 50, e_bfmi: 0.1}
gate: {growth: 1.5, least_judged: 30}
"""


def desk(folder, *, later=True):
    """Write the workspace: 160 judgments by the first day, 120 more by the later one."""
    first_case(folder)
    (folder / "judgments" / "mali-2017.yaml").unlink()
    (folder / "models" / "recalibration.yaml").write_text(MODEL, encoding="utf-8")
    parts = [("a", 160, datetime.date(2018, 1, 1), 0.2)]
    if later:
        parts.append(("b", 120, datetime.date(2019, 2, 1), 1.4))
    text = _HEAD + "".join(_judgments(*part) for part in parts)
    (folder / "judgments" / "desk.yaml").write_text(text, encoding="utf-8")
    return folder


def _judgments(letter, number, start, slope):
    generator = np.random.default_rng(number)
    found = []
    for at in range(number):
        phrase = list(PHRASES)[at % 4]
        odds = (PHRASES[phrase] / (1 - PHRASES[phrase])) ** slope
        issued = start + datetime.timedelta(days=2 * at)
        occurred = generator.random() < odds / (1 + odds)
        found.append(
            _ONE.format(
                id=f"{letter}{at:03d}",
                analyst=("one", "two")[at % 3 % 2],
                issued=issued,
                phrase=phrase,
                outcome="occurred" if occurred else "did not occur",
                on=issued + datetime.timedelta(days=20),
            )
        )
    return "".join(found)
