import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.records import HandResolution, Window
from forecast_bench.resolving import (
    Progress,
    Resolution,
    nearness,
    resolve_by_hand,
    resolve_counted,
    resolve_share,
    under_condition,
)
from strategies import progresses, windows

DAY = datetime.date
WINDOW = Window(start=DAY(2018, 1, 1), end=DAY(2018, 6, 30))
FORTNIGHT = datetime.timedelta(days=14)
SETTLED = DAY(2018, 7, 14)
ENDS = (DAY(2018, 1, 31), DAY(2018, 2, 28), DAY(2018, 3, 31), DAY(2018, 6, 30))


def _settle(totals, as_of, *, fewest=1, most=None, possible=None, gap=None) -> Resolution:
    return resolve_counted(
        Progress(ENDS, tuple(totals), tuple(possible or totals)),
        fewest=fewest,
        most=most,
        window=WINDOW,
        as_of=as_of,
        settlement=FORTNIGHT,
        gap=gap,
    )


def _said(found: Resolution) -> tuple:
    return found.outcome, found.on, found.reason, found.early, found.in_calibration


# 3 by January, 5 by February, 5 by March, 9 by June. January settles on 14 February.
TOTALS = (3, 5, 5, 9)


@pytest.mark.parametrize(
    ("as_of", "fewest", "expected"),
    [
        # February's counts settle on 14 March: a day before, five are not known to be final.
        (DAY(2018, 3, 13), 4, ("open", None, "the window runs to 2018-06-30", False, False)),
        (
            DAY(2018, 3, 14),
            4,
            ("occurred", DAY(2018, 2, 28), "5 incidents by 2018-02-28", True, False),
        ),
        (
            DAY(2018, 2, 14),
            3,
            ("occurred", DAY(2018, 1, 31), "3 incidents by 2018-01-31", True, False),
        ),
        (DAY(2018, 6, 30), 9, ("open", None, "the window runs to 2018-06-30", False, False)),
        (DAY(2018, 7, 1), 9, ("settling", None, "the counts settle in 13 days", False, False)),
        (DAY(2018, 7, 13), 9, ("settling", None, "the counts settle in 1 day", False, False)),
        (
            DAY(2018, 7, 14),
            9,
            ("occurred", DAY(2018, 6, 30), "9 incidents by 2018-06-30", False, True),
        ),
        (
            DAY(2018, 7, 14),
            10,
            (
                "did not occur",
                DAY(2018, 6, 30),
                "9 incidents by the end of the window",
                False,
                True,
            ),
        ),
        # Decided early, it still enters calibration only when the window is over.
        (
            DAY(2018, 7, 13),
            4,
            ("occurred", DAY(2018, 2, 28), "5 incidents by 2018-02-28", True, False),
        ),
        (
            DAY(2018, 7, 14),
            4,
            ("occurred", DAY(2018, 2, 28), "5 incidents by 2018-02-28", True, True),
        ),
    ],
)
def test_at_least_so_many_day_by_day(as_of, fewest, expected):
    assert _said(_settle(TOTALS, as_of, fewest=fewest)) == expected


@pytest.mark.parametrize(
    ("as_of", "fewest", "expected"),
    [
        # After February at most five can be had: six are out of reach once that has settled.
        (DAY(2018, 3, 13), 6, ("open", None, "the window runs to 2018-06-30", False, False)),
        (
            DAY(2018, 3, 14),
            6,
            (
                "did not occur",
                DAY(2018, 2, 28),
                "1 area by 2018-02-28, and 6 cannot be reached any more",
                True,
                False,
            ),
        ),
        (
            DAY(2018, 7, 14),
            6,
            (
                "did not occur",
                DAY(2018, 2, 28),
                "1 area by 2018-02-28, and 6 cannot be reached any more",
                True,
                True,
            ),
        ),
        # What has been reached is not lost again, and what is still within reach is open.
        (DAY(2018, 4, 14), 1, ("occurred", DAY(2018, 2, 28), "1 area by 2018-02-28", True, False)),
        (DAY(2018, 4, 14), 4, ("open", None, "the window runs to 2018-06-30", False, False)),
    ],
)
def test_totals_with_an_end_are_settled_early_as_no(as_of, fewest, expected):
    totals = (0, 1, 1, 4)
    found = resolve_counted(
        Progress(ENDS, totals, totals, (6, 5, 4, 4)),
        fewest=fewest,
        most=None,
        window=WINDOW,
        as_of=as_of,
        settlement=FORTNIGHT,
        gap=None,
        noun="areas",
    )
    assert _said(found) == expected


@pytest.mark.parametrize(
    ("as_of", "most", "outcome", "on", "early"),
    [
        (DAY(2018, 3, 14), 4, "did not occur", DAY(2018, 2, 28), True),  # the fifth broke it
        (DAY(2018, 3, 14), 5, "open", None, False),
        (DAY(2018, 7, 14), 8, "did not occur", DAY(2018, 6, 30), False),
        (DAY(2018, 7, 14), 9, "occurred", DAY(2018, 6, 30), False),
        (DAY(2018, 2, 14), 0, "did not occur", DAY(2018, 1, 31), True),
    ],
)
def test_at_most_so_many_can_only_be_broken_early(as_of, most, outcome, on, early):
    found = _settle(TOTALS, as_of, fewest=0, most=most)
    assert (found.outcome, found.on, found.early) == (outcome, on, early)


def test_between_is_not_reached_early_but_is_passed_early():
    assert _settle(TOTALS, DAY(2018, 3, 14), fewest=3, most=8).outcome == "open"
    assert _settle(TOTALS, DAY(2018, 3, 14), fewest=1, most=4).outcome == "did not occur"
    assert _settle(TOTALS, DAY(2018, 7, 14), fewest=3, most=9).outcome == "occurred"


def test_a_gap_in_coverage_is_never_a_zero():
    found = _settle((0, 0, 0, 0), DAY(2019, 1, 1), fewest=0, most=0, gap="May was not coded")
    assert (found.outcome, found.reason, found.by) == ("cannot resolve", "May was not coded", "")
    assert not found.is_final


@pytest.mark.parametrize(
    ("fewest", "most", "outcome"),
    [
        (9, None, "occurred"),  # nine to twelve are all at least nine
        (10, None, "cannot resolve"),
        (13, None, "did not occur"),
        (0, 8, "did not occur"),
        (0, 11, "cannot resolve"),
        (0, 12, "occurred"),
        (10, 11, "cannot resolve"),  # neither nine nor twelve is inside, but ten would be
        (13, 15, "did not occur"),
    ],
)
def test_ambiguous_counts_settle_only_what_they_cannot_change(fewest, most, outcome):
    possible = (6, 8, 8, 12)
    found = _settle(TOTALS, DAY(2018, 7, 14), fewest=fewest, most=most, possible=possible)
    assert found.outcome == outcome
    if outcome == "cannot resolve":
        assert "between 9 and 12 incidents" in found.reason


@st.composite
def _asked(draw):
    window = draw(windows())
    progress = draw(progresses(window))
    fewest = draw(st.integers(0, 12))
    most = draw(st.none() | st.integers(fewest, 20))
    return window, progress, fewest, most


def _at(asked, as_of, settlement=FORTNIGHT) -> Resolution:
    window, progress, fewest, most = asked
    return resolve_counted(
        progress,
        fewest=fewest,
        most=most,
        window=window,
        as_of=as_of,
        settlement=settlement,
        gap=None,
    )


@given(_asked())
def test_a_settled_window_is_settled_by_trying_every_possible_count(asked):
    window, progress, fewest, most = asked
    low, high = progress.until(window.end)
    verdicts = {fewest <= one and (most is None or one <= most) for one in range(low, high + 1)}
    expected = {(True,): "occurred", (False,): "did not occur"}.get(
        tuple(verdicts), "cannot resolve"
    )
    found = _at(asked, window.end + FORTNIGHT)
    assert found.outcome == expected
    assert found.in_calibration == (expected != "cannot resolve")


@given(_asked(), st.integers(0, 4000))
def test_an_early_answer_is_never_taken_back(asked, after):
    window = asked[0]
    as_of = window.start + datetime.timedelta(days=after)
    found = _at(asked, as_of)
    if found.is_final:
        later = _at(asked, max(as_of, window.end) + datetime.timedelta(days=4000))
        assert later.outcome == found.outcome
        assert later.on == found.on
        assert found.on <= as_of - FORTNIGHT


@given(_asked())
def test_complementary_questions_have_complementary_outcomes(asked):
    window, progress, fewest, _ = asked
    if fewest == 0:
        return
    opposite = {"occurred": "did not occur", "did not occur": "occurred"}
    for wait in (0, 13, 14, 400):
        day = window.end + datetime.timedelta(days=wait)
        up = _at((window, progress, fewest, None), day).outcome
        down = _at((window, progress, 0, fewest - 1), day).outcome
        assert down == opposite.get(up, up)


def test_a_share_is_compared_exactly_and_only_at_the_end():
    def share(matching, total, at_least, as_of=SETTLED, gap=None):
        return resolve_share(
            matching=matching,
            total=total,
            at_least=at_least,
            window=WINDOW,
            as_of=as_of,
            settlement=FORTNIGHT,
            gap=gap,
        )

    third = Fraction(1, 3)
    assert share(1, 3, third).outcome == "occurred"
    assert share(333, 1000, third).outcome == "did not occur"
    # In floating point 0.07 * 100 is above 7, so that seven of a hundred would fall short.
    assert 0.07 * 100 > 7
    found = share(7, 100, Fraction("0.07"))
    assert (found.outcome, found.reason) == ("occurred", "7 of 100 incidents match")
    assert share(9, 9, third, as_of=DAY(2018, 6, 30)).outcome == "open"
    assert share(9, 9, third, as_of=DAY(2018, 7, 13)).outcome == "settling"
    assert share(0, 0, third).outcome == "void"
    assert share(0, 0, third, gap="not covered").outcome == "cannot resolve"


def _hand(outcome="occurred", on="2018-03-01", **more) -> HandResolution:
    grounds = {"evidence": "a report"} if "occur" in outcome else {"reason": "no report"}
    return HandResolution.model_validate({"outcome": outcome, "on": on, **grounds, **more})


def test_a_finding_counts_from_its_day_on():
    before = resolve_by_hand(_hand(), window=WINDOW, as_of=DAY(2018, 2, 28))
    found = resolve_by_hand(_hand(), window=WINDOW, as_of=DAY(2018, 3, 1))
    assert (before.outcome, before.reason) == ("open", "the window runs to 2018-06-30")
    assert (found.outcome, found.on, found.by, found.early) == (
        "occurred",
        DAY(2018, 3, 1),
        "hand",
        True,
    )
    assert (found.evidence, found.in_calibration) == ("a report", False)
    assert resolve_by_hand(_hand(), window=WINDOW, as_of=WINDOW.end).in_calibration


def test_a_finding_after_the_window_is_not_early_and_one_about_the_past_has_no_window():
    late = resolve_by_hand(_hand(on="2018-07-31"), window=WINDOW, as_of=DAY(2018, 8, 1))
    past = resolve_by_hand(_hand("void"), window=None, as_of=DAY(2018, 3, 1))
    assert not late.early
    assert (past.outcome, past.reason, past.in_calibration) == ("void", "no report", True)


def test_nobody_has_looked_yet_and_then_it_is_overdue():
    assert (
        resolve_by_hand(None, window=WINDOW, as_of=WINDOW.end).reason
        == "the window runs to 2018-06-30"
    )
    overdue = resolve_by_hand(None, window=WINDOW, as_of=DAY(2018, 7, 1))
    assert overdue.outcome == "open"
    assert overdue.reason == "overdue: the window ended on 2018-06-30; resolve it by hand"
    assert (
        resolve_by_hand(None, window=None, as_of=DAY(2018, 7, 1)).reason
        == "nobody has settled it yet"
    )


YES, NO = Resolution("occurred", by="counts"), Resolution("did not occur", on=DAY(2018, 2, 1))


@pytest.mark.parametrize(
    ("own", "condition", "outcome"),
    [
        (YES, None, "occurred"),
        (YES, YES, "occurred"),
        (NO, YES, "did not occur"),
        (YES, NO, "void"),
        (Resolution("open"), NO, "void"),
        (YES, Resolution("void"), "void"),
        (YES, Resolution("cannot resolve"), "cannot resolve"),
        (YES, Resolution("open"), "settling"),
        (YES, Resolution("settling"), "settling"),
        (Resolution("open"), Resolution("open"), "open"),
        (Resolution("void"), Resolution("open"), "void"),
    ],
)
def test_a_condition_decides_first(own, condition, outcome):
    assert under_condition(own, condition).outcome == outcome


def test_a_failed_condition_says_so_on_its_own_day():
    found = under_condition(YES, NO)
    assert (found.on, found.reason) == (DAY(2018, 2, 1), "its condition failed")


AFTER = Progress((DAY(2018, 7, 31), DAY(2018, 8, 31)), (1, 4), (1, 4))
NOTHING = Progress((), (), ())


@pytest.mark.parametrize(
    ("fewest", "most", "after", "said"),
    [
        (9, None, AFTER, "just reached: 9 incidents"),
        (7, None, AFTER, "9 incidents, 2 more than the 7 needed"),
        # July has 31 days: its one incident fell 1 to 31 days after the end of June.
        (
            10,
            None,
            AFTER,
            "1 short of 10; reached in 2018-07, 1 to 31 days after the window: "
            "had it run on, the outcome would have flipped",
        ),
        # Four more by the end of August, so in August: 32 to 62 days after.
        (
            12,
            None,
            AFTER,
            "3 short of 12; reached in 2018-08, 32 to 62 days after the window: "
            "had it run on, the outcome would have flipped",
        ),
        (14, None, AFTER, "5 short of 14; not reached by 2018-08-31 either"),
        (14, None, NOTHING, "5 short of 14"),
        (0, 5, AFTER, "9 incidents; the event was at most 5"),
        (2, 5, AFTER, "9 incidents; the event was 2 to 5"),
        (5, 5, AFTER, "9 incidents; the event was exactly 5"),
        (0, 0, AFTER, "9 incidents; the event was exactly 0"),
    ],
)
def test_how_near_the_other_outcome_was(fewest, most, after, said):
    progress = Progress(ENDS, TOTALS, TOTALS)
    assert nearness(progress, after, fewest=fewest, most=most, window=WINDOW) == said


def test_days_of_the_window_are_not_days_after_it():
    window = Window(start=DAY(2018, 1, 1), end=DAY(2018, 6, 15))
    after = Progress((DAY(2018, 6, 16), DAY(2018, 6, 30)), (0, 1), (0, 1))
    said = nearness(NOTHING, after, fewest=1, most=None, window=window, noun="areas")
    assert said.startswith("1 short of 1; reached in 2018-06, 1 to 15 days after the window")
    first = Progress((DAY(2018, 6, 16),), (1,), (1,))
    assert "2018-06, 1 day after" in nearness(NOTHING, first, fewest=1, most=None, window=window)
