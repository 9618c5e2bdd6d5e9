"""Every move of a live probability in two parts: by hand, from the tables, and as laws."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from first_case import first_case, small_case
from forecast_bench.job.looking import look
from forecast_bench.priors import encode
from forecast_bench.rates import log_odds_at_least, rate_law
from forecast_bench.tracking import (
    MOVE_COLUMNS,
    judgment_table,
    move_table,
    moves_of,
    path_table,
)
from forecast_bench.tracking.law_path import LawPath
from forecast_bench.tracking.moves import biggest_moves
from forecast_bench.tracking.path import JudgmentPath, judgment_path
from forecast_bench.tracking.periods import PartCounts, Period
from forecast_bench.tracking.statements import DatedStatement
from forecast_bench.updating import Statement, split_move

LATE = datetime.date(2019, 7, 31)
REVISED = """\
    revisions:
      - {on: 2018-02-28, probability: likely, because: ransoms were refused}
"""


@pytest.fixture(scope="module")
def revised(tmp_path_factory):
    """The first case, with its first judgment revised after two months."""
    folder = first_case(tmp_path_factory.mktemp("revised"))
    file = folder / "judgments" / "mali-2017.yaml"
    before = "    question: jnim-abductions-up\n"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, before + REVISED), encoding="utf-8")
    found = look(folder, as_of=LATE)
    assert not found.broken
    return found.followed


@pytest.fixture(scope="module")
def moves(revised):
    return move_table(revised, as_of=LATE)


def test_the_first_judgment_of_the_first_case_by_hand(moves):
    """5 incidents in 12 months; 1, 3, 1, 2 and 4 in the first five of 18, where 8 are needed.

    Log odds of the law: 0.104190 at issue, then 0.739068, 4.017058, 4.949687, 8.905257, decided.
    Stated 1.704707 (84.6 %), from 28 February on 0.602308 (64.6 %).
    January: 0.739068 - 0.104190 = +0.634878, to 2.339585.
    February: 4.017058 - 0.739068 = +3.277990, to 5.617575; then the analyst, 0.602308 - 5.617575 =
    -5.015267. March +0.932629, to 1.534937; April +3.955570, to 5.490507; in May it is decided.
    """
    own = moves[moves["judgment"] == "jnim-kidnap-more"]
    assert own["date"].head(5).tolist() == [
        "2018-01-31",
        "2018-02-28",
        "2018-03-31",
        "2018-04-30",
        "2018-05-31",
    ]
    assert own["analyst"].head(5).tolist() == pytest.approx([0, -5.015267, 0, 0, 0], abs=2e-6)
    assert own["counts"].head(4).tolist() == pytest.approx(
        [0.634878, 3.277990, 0.932629, 3.955570], abs=2e-6
    )
    assert own["log_odds_after"].head(4).tolist() == pytest.approx(
        [2.339585, 0.602308, 1.534937, 5.490507], abs=3e-6
    )
    assert own["added"].head(5).tolist() == [1, 3, 1, 2, 4]
    assert own["decided"].tolist() == [False] * 4 + [True] + [False] * 13
    assert own[["counts", "log_odds_after"]].iloc[4].isna().all()
    assert (own["live_before"].iloc[4], own["live_after"].iloc[4]) == pytest.approx(
        (0.995891, 1), abs=1e-5
    )
    # Once it is decided nothing moves it, whatever is counted.
    assert (own[["analyst", "counts"]].iloc[5:] == 0).all(axis=None)
    assert own["what"].head(5).tolist() == [
        "1 incident; live went above the band of highly likely",
        "3 incidents (4 in all); restated as likely (65%): ransoms were refused",
        "1 incident (5 in all)",
        "2 incidents (7 in all)",
        "4 incidents (11 in all); the counts decided it: it has happened",
    ]


def test_the_log_odds_of_the_law_by_hand_are_those_of_its_closed_form():
    law = rate_law(incidents=5, exposure_months=12, drift=0.5)
    odds = [
        float(
            log_odds_at_least(
                law, threshold=8, exposure_months=18, incidents=total, elapsed_months=months
            )
        )
        for months, total in enumerate([0, 1, 4, 5, 7])
    ]
    assert odds == pytest.approx([0.104190, 0.739068, 4.017058, 4.949687, 8.905257], abs=3e-6)


def test_every_move_again_from_the_tracked_dates(revised, moves):
    """Log odds of live and of the law after the counts, and the two statements, tell it all."""
    tracking = path_table(revised, as_of=LATE)
    told = dict(iter(moves.groupby("judgment", sort=False)))
    checked = 0
    for name, rows in tracking.groupby("judgment", sort=False):
        assert len(told.get(name, ())) == len(rows) - 1
        if rows["after"].isna().any():
            continue
        kept = rows["live"].between(1e-9, 1 - 1e-9) & rows["after"].between(1e-9, 1 - 1e-9)
        numbers = rows[["live", "after", "stated"]].astype(float).where(kept.astype(bool))
        live, after, stated = np.log(numbers / (1 - numbers)).to_numpy().T
        by_counts = np.diff(after)
        restated = np.abs(np.diff(stated)) > 0
        by_analyst = np.where(restated, stated[1:] - live[:-1] - by_counts, 0.0)
        usable = np.isfinite(by_counts)
        own = told[name]
        for column, expected in (
            ("counts", by_counts),
            ("analyst", by_analyst),
            ("log_odds_before", live[:-1]),
            ("log_odds_after", live[1:]),
        ):
            found = own[column].to_numpy(float, na_value=np.nan)[usable]
            assert found == pytest.approx(expected[usable], abs=1e-6)
        checked += int(usable.sum())
    assert checked > 40


def test_the_parts_add_up_to_each_move_and_to_the_totals_of_the_judgment(revised, moves):
    judgments = judgment_table(revised, as_of=LATE, default_lexicon=None).set_index("id")
    undecided = moves[moves["log_odds_after"].notna()]
    gap = undecided["log_odds_after"] - undecided["log_odds_before"]
    assert (gap - undecided["analyst"] - undecided["counts"]).abs().max() < 1e-12
    for name, own in moves.groupby("judgment", sort=False):
        total = judgments.loc[name]
        assert own["analyst"].sum() == pytest.approx(total["moved_by_analyst"], abs=1e-12)
        if own["decided"].any():
            assert pd.isna(total["moved_by_counts"])
        else:
            assert own["counts"].sum() == pytest.approx(total["moved_by_counts"], abs=1e-12)


def test_the_order_of_the_judgments_changes_no_row(revised, moves):
    again = move_table(revised[::-1], as_of=LATE)
    pd.testing.assert_frame_equal(
        again.sort_values(["judgment", "date"], ignore_index=True),
        moves.sort_values(["judgment", "date"], ignore_index=True),
    )
    assert list(moves.columns) == list(MOVE_COLUMNS)


def test_without_judgments_there_is_an_empty_table_with_its_columns():
    empty = move_table([], as_of=LATE)
    assert (len(empty), list(empty.columns)) == (0, list(MOVE_COLUMNS))
    assert [str(one) for one in empty.dtypes[["judgment", "analyst", "decided", "added"]]] == [
        "string",
        "Float64",
        "boolean",
        "Int64",
    ]


def test_the_biggest_moves_come_first_and_small_ones_are_left_out(revised):
    one = next(each for each in revised if each.recorded.id == "jnim-kidnap-more")
    found = biggest_moves(one, as_of=LATE)
    assert [each["date"] for each in found] == ["2018-02-28", "2018-03-31", "2018-04-30"]
    sizes = [abs(each["live_after"] - each["live_before"]) for each in found]
    assert sizes == sorted(sizes, reverse=True)
    everything = biggest_moves(one, as_of=LATE, most=100)
    assert len(everything) == 5
    assert [each["date"] for each in everything if each["decided"]] == ["2018-05-31"]


def test_areas_are_reached_once(moves):
    """Of 13 that are needed 7 in January, 2 more in February, none in June."""
    own = moves[moves["judgment"] == "reach-if-border-unchanged"].set_index("date")
    days = ["2018-01-31", "2018-02-28", "2018-06-30"]
    assert own.loc[days, "added"].tolist() == [7, 2, 0]
    assert own.loc[days, "what"].tolist() == [
        "7 areas",
        "2 further areas (9 in all)",
        "no further areas",
    ]


def test_a_judgment_settled_by_hand_moves_only_by_its_analyst(tmp_path):
    text = """\
report: {id: small, title: A test}
analyst: a.name
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: it
    statement: It happens.
    probability: likely
    question: {by_hand: {asks: Does it?, settled_by: Reports.}, within: 18 months}
    revisions: [{on: 2018-03-10, probability: unlikely, because: a truce}]
"""
    found = look(small_case(tmp_path, text), as_of=datetime.date(2018, 4, 30))
    rows = move_table(found.followed, as_of=datetime.date(2018, 4, 30))
    # logit(0.301329) - logit(0.646184) = -0.840976 - 0.602308
    assert rows["analyst"].sum() == pytest.approx(-1.443284, abs=2e-6)
    assert (rows["analyst"] != 0).sum() == 1
    assert (rows["counts"] == 0).all()
    assert rows["added"].isna().all()
    assert rows.loc[rows["analyst"] != 0, "what"].tolist() == [
        "restated as unlikely (30%): a truce"
    ]


# Laws of any path: log odds of the law by month, statements made on some of the days.

finite = st.floats(-30, 30)
inside = st.floats(0.001, 0.999)


@st.composite
def paths(draw, *, revisions=True, counts=True, ruled=True):
    months = draw(st.integers(1, 8))
    odds = draw(st.lists(finite, min_size=months + 1, max_size=months + 1))
    if not counts:
        odds = [odds[0]] * (months + 1)
    if ruled and counts and draw(st.booleans()):
        at = draw(st.integers(1, months))
        odds[at:] = [draw(st.sampled_from([-math.inf, math.inf]))] * (months + 1 - at)
    on = [datetime.date(2018, 1, 1)]
    if revisions:
        more = draw(st.lists(st.integers(1, 30 * months), max_size=4, unique=True))
        on += [on[0] + datetime.timedelta(days=one) for one in sorted(more)]
    made = [
        DatedStatement(
            day, "a number", encode(band=None, number=draw(inside), mass=0.8, weight_cap=20)
        )
        for day in on
    ]
    ends = [on[0] + datetime.timedelta(days=30 * (month + 1)) for month in range(months)]
    zeros = np.zeros((months, 1), dtype=np.int64)
    part = PartCounts(tuple(Period(on[0], end) for end in ends), zeros, zeros, zeros)
    totals = np.zeros(months, dtype=np.int64)
    law = LawPath(1, None, None, totals, totals, np.array(odds))
    dates = sorted({*on, *ends})
    return judgment_path(made, dates, law=law, window_counts=part)


def near(total: float) -> object:
    return pytest.approx(total, abs=1e-11)


@given(paths())
def test_the_parts_of_any_step_add_up(path):
    steps = moves_of(path)
    for before, after, analyst, counts in zip(
        steps.before, steps.after, steps.analyst, steps.counts, strict=True
    ):
        if math.isinf(before):
            assert (after, analyst, counts) == (before, 0, 0)
        elif math.isinf(after):
            assert counts == after
            assert math.isfinite(analyst)
        else:
            assert analyst + counts == near(after - before)


@given(paths())
def test_the_parts_of_all_steps_come_to_the_totals_since_the_issue(path):
    steps = moves_of(path)
    assert np.cumsum(steps.analyst).tolist() == near(path.from_analyst[1:].tolist())
    assert np.cumsum(steps.counts).tolist() == near(path.from_counts[1:].tolist())
    assert steps.decided.sum() <= 1


@given(paths())
def test_each_step_is_the_move_between_its_two_days(path):
    """The same by the function that splits a move between any two dates."""
    said = _said(path)
    steps = moves_of(path)
    odds = path.law.log_odds[path.periods_known]
    for at, (day, later) in enumerate(zip(steps.since, steps.on, strict=True)):
        by = [one for on, one in said if on <= later]
        move = split_move(
            by,
            in_force_before=sum(1 for on, _ in said if on <= day),
            law_before=odds[at],
            law_after=odds[at + 1],
        )
        if math.isfinite(steps.after[at]):
            assert float(move.analyst) == near(steps.analyst[at])
            assert float(move.counts) == near(steps.counts[at])
            assert float(move.after) == near(steps.after[at])


def _said(path: JudgmentPath) -> list[tuple[datetime.date, Statement]]:
    found = {}
    for at, one in enumerate(path.in_force):
        if one.on not in found:
            odds = math.log(one.prior.mean / (1 - one.prior.mean))
            law = path.law.log_odds[path.periods_known[at]]
            found[one.on] = Statement(stated_log_odds=odds, law_log_odds=law)
    return list(found.items())


@given(paths(counts=False))
def test_without_counts_only_the_analyst_moves(path):
    steps = moves_of(path)
    assert (steps.counts == 0).all()
    assert steps.analyst.tolist() == near((steps.after - steps.before).tolist())


@given(paths(revisions=False))
def test_without_revisions_only_the_counts_move(path):
    assert (moves_of(path).analyst == 0).all()


@given(paths(ruled=False))
def test_a_day_of_a_revision_ends_at_what_was_stated(path):
    """On one day the counts move first, so the revision has the last word."""
    steps = moves_of(path)
    for at, (day, statement) in enumerate(zip(path.dates[1:], path.in_force[1:], strict=True)):
        if statement.on == day:
            mean = statement.prior.mean
            assert steps.after[at] == near(math.log(mean / (1 - mean)))
            law = path.law.log_odds[path.periods_known]
            assert steps.counts[at] == near(law[at + 1] - law[at])
