"""The dated events of a judgment, and its post-mortem."""

import datetime

import pytest

from first_case import first_case, small_case
from forecast_bench.job.looking import look
from forecast_bench.tracking import events_of, post_mortem

HEAD = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
"""
LATE = datetime.date(2019, 7, 31)


def followed(folder, text, as_of=LATE):
    found = look(small_case(folder, HEAD + text), as_of=as_of)
    assert not found.broken, found.problems or found.alarms
    return {one.recorded.id: one for one in found.followed}


def told(one, as_of=LATE):
    return [(str(event.on), event.kind, event.text) for event in events_of(one, as_of=as_of)]


CLASH = """\
judgments:
  - id: it
    statement: They clash.
    probability: likely
    question:
      count: {of: {between: [JNIM, ISGS], type: battle}, any: true}
      within: 18 months
    revisions: [{on: 2018-10-15, probability: unlikely, because: a truce}]
    assumptions:
      - {text: They want the same routes., lynchpin: true, basis: A reading.}
      - {text: Reports are complete.}
"""


@pytest.fixture(scope="module")
def clash(tmp_path_factory):
    return followed(tmp_path_factory.mktemp("clash"), CLASH)["it"]


def test_a_story_has_its_events_in_order(clash):
    assert told(clash) == [
        ("2018-04-30", "left its band", "live went below the band of likely"),
        ("2018-10-15", "revised", "restated as unlikely (30%): a truce"),
        ("2019-06-30", "window ended", "the window ended"),
        ("2019-07-14", "settled", "its counts were final enough: did not occur"),
    ]


def test_what_comes_later_is_not_told(clash):
    assert [on for on, _, _ in told(clash, datetime.date(2018, 12, 31))] == [
        "2018-04-30",
        "2018-10-15",
    ]


def test_counts_decide_early_before_they_are_final(tmp_path):
    text = """\
judgments:
  - id: it
    statement: They abduct more.
    probability: highly likely
    question: {count: {of: {actor: JNIM, type: abduction}, at_least: 5}, within: 18 months}
"""
    # Abductions by JNIM: January 1, February 3, March 1.
    found = followed(tmp_path, text, datetime.date(2018, 4, 10))["it"]
    day = datetime.date(2018, 4, 10)
    decided = ("2018-03-31", "decided early", "the counts decided it: it has happened")
    assert told(found, day)[-1] == decided
    assert post_mortem(found, as_of=day) is None
    later = followed(tmp_path / "later", text, datetime.date(2018, 4, 14))["it"]
    assert told(later, datetime.date(2018, 4, 14))[-1] == (
        "2018-04-14",
        "settled",
        "its counts were final enough: occurred",
    )


def test_a_condition_that_failed_and_a_finding_by_hand(tmp_path):
    text = """\
questions:
  held:
    by_hand: {asks: Does the truce hold?, settled_by: Reports.}
    within: 18 months
    resolution: {outcome: did not occur, on: 2018-09-01, evidence: Shots.}
judgments:
  - id: under-it
    statement: They fight although the truce holds.
    probability: likely
    question:
      count: {of: {actor: JNIM, type: battle}, at_least: 5}
      within: 18 months
      given: held
  - {id: the-truce, statement: It holds., probability: likely, question: held}
"""
    found = followed(tmp_path, text)
    assert ("2018-09-01", "condition failed", "its condition failed: it is void") in told(
        found["under-it"]
    )
    assert "settled" not in {kind for _, kind, _ in told(found["under-it"])}
    assert post_mortem(found["under-it"], as_of=LATE) is None
    assert told(found["the-truce"])[0] == (
        "2018-09-01",
        "settled",
        "a person settled it: did not occur",
    )
    known = post_mortem(found["the-truce"], as_of=LATE)
    # 0.646184 squared; no base rate, so nobody was nearer.
    assert [(one["of"], round(one["brier"], 5)) for one in known["scores"]] == [("stated", 0.41755)]
    assert known["nearer"] is None
    assert known["moves"] == []
    # Nothing moved it between: no counts bear on it.
    assert [(one["on"], one["when"]) for one in known["beliefs"]] == [
        ("2017-12-31", "at issue"),
        ("2018-09-01", "at the end"),
    ]
    assert known["beliefs"][-1]["live"] == 0
    assert known["before_the_outcome"] is None


def test_a_post_mortem_by_hand(clash):
    """It did not occur on 30 June 2019, 546 days after the issue; half-way is 30 September 2018.

    Stated 0.646184: Brier 0.417554; restated 0.301329: 0.090799. The base rate was 0.373 at issue:
    with no incident in 12 months and none after s of the 18, P(at least one in the 18 - s left) is
    1 - ((r + s) / (r + 18)) to the a, a = 0.5 shrunk by the drift.
    """
    found = post_mortem(clash, as_of=LATE)
    assert (found["outcome"], found["on"]) == ("did not occur", "2019-06-30")
    assert [(one["on"], one["when"]) for one in found["beliefs"]] == [
        ("2017-12-31", "at issue"),
        ("2018-09-30", "half-way"),
        ("2018-10-15", "revised"),
        ("2019-05-31", "last before the outcome"),
        ("2019-06-30", "at the end"),
    ]
    assert [round(one["stated"], 6) for one in found["beliefs"]] == [
        0.646184,
        0.646184,
        0.301329,
        0.301329,
        0.301329,
    ]
    scores = {(one["when"], one["of"]): one for one in found["scores"]}
    assert scores["at issue", "stated"]["brier"] == pytest.approx(0.646184**2, abs=2e-6)
    assert scores["last before the outcome", "stated"]["brier"] == pytest.approx(
        0.301329**2, abs=2e-6
    )
    law = clash.law.single
    chances = [
        1 - ((law.rate + months) / (law.rate + 18)) ** law.shape for months in (0, 9, 17, 18)
    ]
    at = {one["when"]: one for one in found["beliefs"]}
    whens = ("at issue", "half-way", "last before the outcome", "at the end")
    assert [at[when]["base_rate"] for when in whens] == pytest.approx(chances, abs=1e-9)
    assert scores["at issue", "base rate"]["brier"] == pytest.approx(chances[0] ** 2, abs=1e-9)
    assert scores["half-way", "base rate"]["brier"] == pytest.approx(chances[1] ** 2, abs=1e-9)
    odds = 0.646184 / 0.353816 * (chances[1] / (1 - chances[1])) / (chances[0] / (1 - chances[0]))
    live = odds / (1 + odds)
    assert at["half-way"]["live"] == pytest.approx(live, abs=1e-6)
    assert scores["half-way", "live"]["brier"] == pytest.approx(live**2, abs=1e-6)
    assert found["nearer"] == "base rate"
    assert at["at the end"]["live"] == 0
    assert found["lynchpins"] == [{"text": "They want the same routes.", "basis": "A reading."}]


def test_what_had_moved_before_the_outcome_is_the_totals_of_that_date(clash):
    found = post_mortem(clash, as_of=LATE)["before_the_outcome"]
    assert found["analyst"] == pytest.approx(clash.path.from_analyst[-2])
    assert found["counts"] == pytest.approx(clash.path.from_counts[-2])
    assert (found["live_before"], found["live_after"]) == (clash.path.live[0], clash.path.live[-2])


def test_scores_at_issue_are_those_of_the_table(tmp_path):
    """Of every judgment with an outcome: what a post-mortem says is what the review published."""
    found = look(first_case(tmp_path), as_of=LATE)
    rows = found.judgments.set_index("id")
    checked = 0
    for one in found.followed:
        known = post_mortem(one, as_of=LATE)
        row = rows.loc[one.recorded.id]
        assert (known is None) == (
            row["state"] not in ("occurred", "did not occur") or not one.made
        )
        if known is None:
            continue
        at_issue = {each["of"]: each for each in known["scores"] if each["when"] == "at issue"}
        assert at_issue["stated"]["brier"] == pytest.approx(row["brier"], abs=1e-12)
        if "base rate" in at_issue:
            assert at_issue["base rate"]["brier"] == pytest.approx(row["base_brier"], abs=1e-12)
        assert known["beliefs"][-1]["live"] == row["live"]
        checked += 1
    assert checked == 10
