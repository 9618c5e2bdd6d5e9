import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.scoring import brier_score, time_weighted_score, time_weighted_table

segments = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 400)), min_size=1, max_size=8)


def test_by_hand():
    # stated .5 for 10 days, .9 for 30, nothing for 10; it occurred:
    # (10 * .25 + 30 * .01) / 40 = .07, 40 of 50 days
    score = [*brier_score(probability=[0.5, 0.9], outcome=1), np.nan]
    result = time_weighted_score(score=score, days=[10, 30, 10], days_open=50)
    assert result.score == pytest.approx(0.07)
    assert (result.days_scored, result.days_open, result.coverage) == (40.0, 50.0, 0.8)


@given(segments)
def test_it_is_the_mean_of_the_daily_scores(rows):
    score, days = zip(*rows, strict=True)
    daily = np.repeat(score, days)
    result = time_weighted_score(score=score, days=days, days_open=len(daily) + 5)
    assert result.score == pytest.approx(daily.mean(), abs=1e-12)
    assert result.coverage == pytest.approx(len(daily) / (len(daily) + 5))


@given(segments, st.floats(0.1, 0.9))
def test_cutting_a_segment_in_two_changes_nothing(rows, share):
    score, days = (list(column) for column in zip(*rows, strict=True))
    whole = time_weighted_score(score=score, days=days, days_open=5000)
    cut = time_weighted_score(
        score=[score[0], *score],
        days=[days[0] * share, days[0] * (1 - share), *days[1:]],
        days_open=5000,
    )
    assert cut.score == pytest.approx(whole.score, abs=1e-12)


@pytest.mark.parametrize(("score", "days"), [([], []), ([np.nan], [3]), ([0.2], [0])])
def test_no_scored_day_has_no_score(score, days):
    result = time_weighted_score(score=score, days=days, days_open=10)
    assert np.isnan(result.score)
    assert result.coverage == 0.0


def test_a_judgment_never_open_has_no_coverage():
    assert np.isnan(time_weighted_score(score=[], days=[], days_open=0).coverage)


def test_an_infinite_score_shows():
    assert time_weighted_score(score=[np.inf, 0], days=[1, 1], days_open=2).score == np.inf


def test_the_table_equals_one_judgment_at_a_time():
    random = np.random.default_rng(3)
    judgment, score = random.integers(0, 20, 300), random.random(300)
    score[::7] = np.nan
    days = random.integers(0, 30, 300)
    table = time_weighted_table(
        judgment=judgment, score=score, days=days, days_open=np.full(300, 900)
    )
    for name, row in table.iterrows():
        mine = judgment == name
        alone = time_weighted_score(score=score[mine], days=days[mine], days_open=900)
        assert row.to_dict() == pytest.approx(alone.model_dump())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"days": [1]}, "one length"),
        ({"days": [-1, 1]}, "days must be 0 or more"),
        ({"days": [8, 8]}, "longer than its days_open"),
        ({"days_open": [10, 11]}, "one number per judgment"),
        ({"judgment": ["a"]}, "judgment must have shape"),
    ],
)
def test_misuse_is_refused(changed, message):
    arguments = {"judgment": ["a", "a"], "score": [0.1, 0.2], "days": [5, 5], "days_open": [10, 10]}
    with pytest.raises(ValueError, match=message):
        time_weighted_table(**(arguments | changed))
