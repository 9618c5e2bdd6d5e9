"""Moves and post-mortems on cards: what is shown, what is summed, what reads how."""

import json
from pathlib import Path

import pandas as pd
import pytest

import sample_run
from forecast_bench.review import read_run, review_content
from forecast_bench.review.curves import Judged, curve_figure
from forecast_bench.review.document import Card, Details, Facts, Paragraph, Table
from forecast_bench.review.post_mortem import (
    findings,
    flips,
    nearer,
    other_vintage,
    post_mortem_details,
    settled_from,
)
from forecast_bench.review.row import Row
from forecast_bench.review.story import FEW_MOVES, ToldMoves, moves_details, told_moves


def move(date, before, after, *, analyst=0.0, counts=0.5, decided=False, judgment="it", what=""):
    return {
        "judgment": judgment,
        "date": date,
        "live_before": before,
        "live_after": after,
        "analyst": analyst,
        "counts": None if decided else counts,
        "decided": decided,
        "what": what,
    }


MOVES = pd.DataFrame(
    [
        move("2018-01-31", 0.80, 0.84, counts=0.27, what="1 incident"),
        move("2018-02-28", 0.84, 0.842, counts=0.0150, what="no incidents"),
        move("2018-03-31", 0.842, 0.60, analyst=-1.5, counts=0.23, what="restated as likely"),
        move("2018-04-30", 0.60, 0.604, counts=0.0167, what="no incidents"),
        move("2018-05-31", 0.604, 1.0, decided=True, what="4 incidents (5 in all); decided"),
        move("2018-06-30", 1.0, 1.0, counts=0.0, what="2 incidents (7 in all)"),
        move("2018-01-31", 0.3, 0.5, counts=0.85, judgment="other"),
    ]
).convert_dtypes()


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2192", "->")


def test_small_moves_are_summed_and_the_others_have_a_row() -> None:
    told = told_moves(MOVES, most=None)
    assert [one.text("date") for one in told["it"].shown] == [
        "2018-01-31",
        "2018-03-31",
        "2018-05-31",
    ]
    # 0.0150 + 0.0167
    assert told["it"].rest == (
        "2 other steps: analyst 0, counts +0.03, together. "
        "Decided on 2018-05-31: nothing moved it any more."
    )
    assert [one.text("date") for one in told["other"].shown] == ["2018-01-31"]
    assert told["other"].rest == ""


def test_of_many_the_deciding_one_and_the_largest_are_shown_in_order_of_date() -> None:
    assert told_moves(MOVES, most=3)["it"].every
    told = told_moves(MOVES, most=2)["it"]
    assert not told.every
    assert [one.text("date") for one in told.shown] == ["2018-03-31", "2018-05-31"]
    # 0.0150 + 0.0167 + 0.27
    assert plain(told.rest).startswith("3 other steps: analyst 0, counts +0.30, together.")


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_says_nothing(seed: int) -> None:
    shuffled = MOVES.sample(frac=1, random_state=seed)
    for most in (None, 1, 2):
        assert told_moves(shuffled, most=most) == told_moves(MOVES, most=most)


def test_no_moves_are_no_details() -> None:
    assert told_moves(MOVES.iloc[:0], most=None) == {}
    assert moves_details(ToldMoves(), (), brief=False) is None


def test_a_card_folds_its_moves_and_the_dates_that_moved_nothing() -> None:
    events = (
        Row({"on": "2018-03-31", "kind": "revised", "text": "restated as likely"}),
        Row({"on": "2019-06-30", "kind": "window ended", "text": "the window ended"}),
    )
    told = told_moves(MOVES, most=None)["it"]
    found = moves_details(told, events, brief=False)
    assert found is not None
    table, rest, dates = found.blocks
    assert isinstance(table, Table)
    assert [[plain(cell.text) for cell in row] for row in table.rows] == [
        ["2018-01-31", "80 % -> 84 %", "0", "+0.27", "1 incident"],
        ["2018-03-31", "84 % -> 60 %", "-1.50", "+0.23", "restated as likely"],
        ["2018-05-31", "60 % -> 100 %", "0", "decided", "4 incidents (5 in all); decided"],
    ]
    assert isinstance(rest, Paragraph)
    assert dates == Facts((("2019-06-30", "the window ended"),), title="Other dates")
    brief = moves_details(told, events, brief=True)
    assert brief is not None
    lines = brief.blocks[0]
    assert isinstance(lines, Facts)
    assert [plain(text) for _, text in lines.items] == [
        "80 % -> 84 % (counts +0.27), 1 incident",
        "84 % -> 60 % (analyst -1.50, counts +0.23), restated as likely",
        "60 % -> 100 % (the counts decided it), 4 incidents (5 in all), decided",
    ]


FOUND = {
    "outcome": "did not occur",
    "on": "2019-06-30",
    "beliefs": [
        {"on": "2017-12-31", "when": "at issue", "stated": 0.65, "base_rate": 0.37, "live": 0.65},
        {"on": "2019-06-30", "when": "at the end", "stated": 0.3, "base_rate": None, "live": 0.0},
    ],
    "scores": [
        {"when": "at issue", "of": "stated", "probability": 0.65, "brier": 0.4225},
        {"when": "at issue", "of": "base rate", "probability": 0.37, "brier": 0.1369},
        {"when": "last before the outcome", "of": "stated", "probability": 0.3, "brier": 0.09},
        {"when": "half-way", "of": "live", "probability": 0.38, "brier": 0.1444},
        {"when": "half-way", "of": "base rate", "probability": 0.01, "brier": 0.0001},
    ],
    "nearer": "base rate",
    "before_the_outcome": {
        "live_before": 0.65,
        "live_after": 0.05,
        "analyst": -1.2,
        "counts": -2.36,
    },
    "moves": [MOVES.iloc[4].to_dict(), MOVES.iloc[2].to_dict(), MOVES.iloc[0].to_dict()],
    "lynchpins": [{"text": "They want the same routes.", "basis": None}],
    "vintage": {
        "source": "acled",
        "retrieved": "2019-07-05",
        "hindsight": False,
        "days_after": 5,
        "settlement_days": 14,
        "had_settled": False,
        "former": {"retrieved": "2019-06-01", "outcome": "occurred"},
    },
}


def test_a_post_mortem_reads_as_sentences() -> None:
    row = Row({"nearness": "1 short of 1"})
    told = {name: plain(text) for name, text in findings(Row(FOUND), row, brief=False)}
    assert told == {
        "Nearer at issue": "the base rate (Brier 0.137), not the words (0.422)",
        "Stated last": "30 % (Brier 0.090)",
        "Half-way": "live 38 % (Brier 0.144), base rate 1 % (under 0.001)",
        "Before it was decided": "65 % -> 5 % (analyst -1.20, counts -2.36)",
        "Moved most by": "2018-05-31: 60 % -> 100 % (the counts decided it), "
        "4 incidents (5 in all), decided; "
        "2018-03-31: 84 % -> 60 % (analyst -1.50, counts +0.23), restated as likely",
        "How near it was": "1 short of 1",
        "Settled from": "acled, vintage 2019-07-05: 5 days after the outcome, while counts settle "
        "in 14; a later vintage may say otherwise",
        "Another vintage": "under that of 2019-06-01 it flips: it occurred",
    }
    brief = dict(findings(Row(FOUND), row, brief=True))
    assert list(brief) == [
        "Nearer at issue",
        "Stated last",
        "Half-way",
        "Before it was decided",
        "Another vintage",
    ]


def changed(**values: object) -> Row:
    return Row({**FOUND, "vintage": {**FOUND["vintage"], **values}})


def test_what_a_vintage_says() -> None:
    same = changed(former={"retrieved": "2019-06-01", "outcome": "did not occur"})
    assert other_vintage(same) == "the same under that of 2019-06-01"
    short = changed(former={"retrieved": "2019-06-01", "outcome": "cannot resolve"})
    assert other_vintage(short) == "under that of 2019-06-01 it cannot be resolved"
    assert [flips(one) for one in (Row(FOUND), same, short)] == [True, False, False]
    assert other_vintage(changed(former=None)) == "no earlier one was known by that day"
    late = changed(had_settled=True, hindsight=True, retrieved="2022-03-31")
    assert settled_from(late) == "acled, vintage 2022-03-31, in hindsight"
    assert settled_from(changed(days_after=-3)).startswith(
        "acled, vintage 2019-07-05: 3 days before the outcome, while"
    )
    by_hand = Row({**FOUND, "vintage": None})
    assert settled_from(by_hand) == other_vintage(by_hand) == ""


def test_who_was_nearer() -> None:
    assert nearer(Row({**FOUND, "nearer": "stated"})) == (
        "the words (Brier 0.422), not the base rate (0.137)"
    )
    assert nearer(Row({**FOUND, "nearer": "equal"})) == (
        "the words and the base rate alike (Brier 0.422)"
    )
    alone = Row({**FOUND, "scores": FOUND["scores"][:1], "nearer": None})
    assert nearer(alone) == "no base rate to compare with; the words had Brier 0.422"


def test_lynchpins_are_listed_to_be_marked_and_nothing_is_made_of_no_outcome() -> None:
    found = post_mortem_details(Row(FOUND), Row({}), brief=False)
    assert found is not None
    assert found.blocks[-1].items == ("\u2610 They want the same routes.",)
    assert post_mortem_details(Row({}), Row({}), brief=False) is None


def folded(card: Card, summary: str) -> Details | None:
    return next((one for one in card.details if one.summary == summary), None)


def test_every_decided_card_has_a_post_mortem_and_no_open_one(tmp_path: Path) -> None:
    run = read_run(sample_run.build(tmp_path / "run"))
    made = review_content(run)
    cards = [card for part in made.sections for card in part.cards]
    decided = {name for name, story in run.stories.items() if story["post_mortem"] is not None}
    assert decided
    assert {one.identifier for one in cards if folded(one, "Post-mortem")} == decided
    assert any(folded(one, "Every move, and who made it") for one in cards)


def test_a_large_review_shows_few_moves(tmp_path: Path) -> None:
    run = read_run(sample_run.build(tmp_path / "run", judgments=80))
    cards = [card for part in review_content(run).sections for card in part.cards]
    titles = ("Every move, and who made it", "The largest moves, and who made them")
    shown = [folded(one, title) for one in cards for title in titles]
    assert any(folded(one, titles[1]) for one in cards)
    sizes = []
    for one in shown:
        if one is not None:
            block = one.blocks[0]
            sizes.append(len(block.rows if isinstance(block, Table) else block.items))
    assert max(sizes) == FEW_MOVES


def test_a_run_without_moves_and_stories_has_cards_without_them(tmp_path: Path) -> None:
    folder = sample_run.build(tmp_path / "run")
    (folder / "moves.parquet").unlink()
    (folder / "stories.json").unlink()
    cards = [card for part in review_content(read_run(folder)).sections for card in part.cards]
    assert not any(folded(one, "Post-mortem") for one in cards)
    assert not any(folded(one, "Every move, and who made it") for one in cards)


def test_the_figure_marks_when_it_leaves_its_band_and_a_condition_fails(tmp_path: Path) -> None:
    run = read_run(sample_run.build(tmp_path / "run"))
    row = Row(run.judgments.to_dict("records")[0])
    tracking, counts = (
        frame[frame["judgment"] == row.text("id")] for frame in (run.tracking, run.counts)
    )
    events = (
        Row({"on": "2017-12-31", "kind": "left its band"}),
        Row({"on": "2018-03-31", "kind": "left its band"}),
        Row({"on": "2018-09-01", "kind": "condition failed"}),
        Row({"on": "2018-10-01", "kind": "new vintage"}),
    )
    figure = curve_figure(
        Judged(row, tracking, counts, events=events), as_of="2019-07-31", source="", full=True
    )
    assert figure is not None
    marks = figure.frames["marks"]
    marked = dict(zip(marks["label"], marks["date"], strict=True))
    assert marked["leaves band"] == "2018-03-31"
    assert marked["condition fails"] == "2018-09-01"
    assert "2018-10-01" not in set(marks["date"])


def test_a_hostile_text_stays_text(tmp_path: Path) -> None:
    run = read_run(sample_run.build(tmp_path / "run", nasty=True))
    cards = [card for part in review_content(run).sections for card in part.cards]
    listed = json.dumps([str(one.details) for one in cards])
    assert "\\u202e" not in listed
