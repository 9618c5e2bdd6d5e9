"""A workspace in which several analysts judge the same questions."""

import datetime

import numpy as np

from first_case import first_case
from pooling_teams import own_information

# Sampling is not what these tests are about.
MODEL = """\
name: recalibration
version: 1.0.0
analysts: false
analyst_slopes: false
phrases: false
topics: false
least_outcomes: 30
draws: 50
tune: 50
chains: 2
limits: {r_hat: 9, ess_bulk: 1, ess_tail: 1, divergences: 999, e_bfmi: 0.001}
gate: {growth: 1.5, least_judged: 30}
"""
ABDUCTIONS = """\
report: {id: abductions, title: Abductions of 2018}
lexicon: uk-phia@2018
issued: 2018-06-30
questions:
  ten:
    count:
      of: {actor: JNIM, type: abduction, countries: [Mali, Burkina Faso]}
      at_least: 10
    window: {from: 2018-07-01, to: 2018-12-31}
  ferry:
    by_hand: {asks: Has the ferry stopped?, settled_by: The river office}
    window: {from: 2018-07-01, to: 2018-12-31}
  bridge:
    by_hand: {asks: Is the bridge open?, settled_by: The river office}
    window: {from: 2018-07-01, to: 2018-12-31}
    resolution: {outcome: void, on: 2018-08-31, reason: The bridge was never built.}
judgments:
  - {id: ten-a, statement: Ten or more., analyst: a.name, probability: unlikely, question: ten}
  - id: ten-b
    statement: Ten or more.
    analyst: b.name
    probability: highly likely
    question: ten
  - id: ten-c
    statement: Ten or more.
    analyst: c.name
    issued: 2018-09-15
    probability: 0.4
    question: ten
    revisions:
      - {on: 2018-11-10, probability: 0.5, because: The autumn was louder.}
  - id: ferry-a
    statement: It stops.
    analyst: a.name
    probability: 0.3
    question: ferry
  - id: ferry-a-again
    statement: It stops.
    analyst: a.name
    issued: 2018-07-31
    probability: 0.6
    question: ferry
  - {id: ferry-b, statement: It stops., analyst: b.name, probability: 0.7, question: ferry}
  - {id: bridge-a, statement: It opens., analyst: a.name, probability: 0.2, question: bridge}
  - {id: bridge-b, statement: It opens., analyst: b.name, probability: 0.4, question: bridge}
"""
_HEAD = """\
report: {id: desk, title: What the desk said}
lexicon: uk-phia@2018
questions:
"""
_QUESTION = """\
  {question}:
    by_hand: {{asks: Does {question} happen?, settled_by: The desk.}}
    window: {{from: {issued}, to: {on}}}
    resolution: {{outcome: {outcome}, on: {on}, evidence: The desk saw.}}
"""
_ONE = """\
  - id: {question}-{analyst}
    statement: The thing of {question} happens.
    analyst: {analyst}
    issued: {issued}
    probability: {probability}
    question: {question}
"""
START = datetime.date(2018, 1, 1)


def few(folder):
    """Three questions of two and three analysts, on the incidents of the first case."""
    first_case(folder)
    (folder / "judgments" / "mali-2017.yaml").unlink()
    (folder / "judgments" / "abductions.yaml").write_text(ABDUCTIONS, encoding="utf-8")
    (folder / "models" / "recalibration.yaml").write_text(MODEL, encoding="utf-8")
    return folder


def many(folder, *, questions=90):
    """Three analysts who each know something of their own, on questions settled by hand."""
    few(folder)
    frame = own_information(5, questions=questions, analysts=3)
    asked, judged = [], []
    for question, own in frame.groupby("question"):
        issued = START + datetime.timedelta(days=int(question[1:]))
        row = {"question": question, "issued": issued, "on": issued + datetime.timedelta(days=20)}
        happened = "occurred" if own["outcome"].iloc[0] else "did not occur"
        asked.append(_QUESTION.format(**row, outcome=happened))
        judged += [
            _ONE.format(**row, analyst=f"{name}.name", probability=round(stated, 4))
            for name, stated in zip("abc", np.clip(own["probability"], 0.01, 0.99), strict=True)
        ]
    text = _HEAD + "".join(asked) + "judgments:\n" + "".join(judged)
    (folder / "judgments" / "desk.yaml").write_text(text, encoding="utf-8")
    return folder
