"""Drift and dispersion integrated over: laws, and agreement with sums and integrals."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from forecast_bench.rates import (
    MixedLaw,
    RateLaw,
    RateParameters,
    ShareCounts,
    area_laws,
    count_path_log_odds,
    log_evidence,
    log_odds_at_least,
    log_odds_at_most,
    log_odds_between,
    log_odds_reach,
    log_odds_share,
    log_probability_at_least,
    log_probability_reach,
    log_weights_after,
    mixed_area_laws,
    mixed_law,
    parameter_ranges,
    predictive_log_pmf,
    rate_law,
    reach_path_log_odds,
    share_path_log_odds,
    threshold_log_odds,
)
from forecast_bench.updating import live_probability, log_odds


def believed(drift, dispersion, weight):
    values = (np.array(one, dtype=float) for one in (drift, dispersion, weight))
    return RateParameters(*values)


MIXED = believed([0.2, 0.5, 0.9, 0.4], [np.inf, np.inf, 0.8, 4.0], [0.2, 0.3, 0.1, 0.4])
POISSON = believed([0.1, 0.4, 0.7, 1.2], [np.inf] * 4, [0.1, 0.4, 0.3, 0.2])
EACH = [POISSON, MIXED]


@st.composite
def parameters(draw, *, poisson=False):
    points = draw(st.integers(1, 4))
    drift = draw(st.lists(st.floats(0, 1.5), min_size=points, max_size=points))
    scatter = st.just(np.inf) if poisson else st.sampled_from([0.4, 2.0, 30.0, np.inf])
    dispersion = draw(st.lists(scatter, min_size=points, max_size=points))
    weight = np.array(draw(st.lists(st.floats(0.01, 1), min_size=points, max_size=points)))
    return believed(drift, dispersion, weight / weight.sum())


months = st.lists(st.integers(0, 12), max_size=5)
questions = st.tuples(st.integers(0, 9), st.integers(0, 12)).map(
    lambda pair: (pair[0], None if pair[1] == 12 else pair[0] + pair[1])
)


def path(law, question, counts, *, window=6.0, elapsed=None):
    fewest, most = question
    return count_path_log_odds(
        law, fewest=fewest, most=most, exposure_months=window, period_counts=counts,
        elapsed_months=np.arange(1, len(counts) + 1) if elapsed is None else elapsed,
    )  # fmt: skip


# The law of one point is that of today


def old_odds(law, question, window):
    fewest, most = question
    if most is None:
        return log_odds_at_least(law, threshold=fewest, **window)
    if fewest == 0:
        return log_odds_at_most(law, threshold=most, **window)
    return log_odds_between(law, low=fewest, high=most, **window)


@pytest.mark.parametrize("dispersion", [None, 1.7])
@given(baseline=st.integers(0, 60), drift=st.floats(0, 2), question=questions, counts=months)
def test_one_point_is_the_plain_law_to_the_last_bit(dispersion, baseline, drift, question, counts):
    law = rate_law(incidents=baseline, exposure_months=13.37, drift=drift, dispersion=dispersion)
    one = RateParameters.known(drift=drift, dispersion=dispersion)
    mixed = mixed_law(incidents=baseline, exposure_months=13.37, parameters=one)
    window = {
        "exposure_months": 6.0,
        "incidents": np.concatenate([[0.0], np.cumsum(counts)]),
        "elapsed_months": np.arange(len(counts) + 1.0),
    }
    assert path(mixed, question, counts).tolist() == old_odds(law, question, window).tolist()


@pytest.mark.parametrize("dispersion", [None, 1.7])
def test_one_point_is_the_plain_law_of_reach_and_share_to_the_last_bit(dispersion):
    one = RateParameters.known(drift=0.5, dispersion=dispersion)
    before, monthly = [9, 2, 0, 0, 31], np.array([[0, 0, 1, 0, 2], [1, 0, 0, 0, 3]])
    laws = area_laws(incidents=before, exposure_months=12, drift=0.5, dispersion=dispersion)
    mixed = mixed_area_laws(incidents=before, exposure_months=12, parameters=one)
    found = reach_path_log_odds(
        mixed, areas=3, incidents_each=2, exposure_months=9.5, period_counts=monthly,
        elapsed_months=[1, 2],
    )  # fmt: skip
    totals = np.vstack([np.zeros(5), monthly.cumsum(axis=0)])
    assert found.tolist() == [
        log_odds_reach(
            laws, areas=3, incidents_each=2, exposure_months=9.5, incidents=total,
            elapsed_months=float(gone),
        )
        for gone, total in enumerate(totals)
    ]  # fmt: skip
    counted = ShareCounts(incidents=12, matches=5)
    shares = share_path_log_odds(
        mixed_law(incidents=12, exposure_months=12, parameters=one),
        share="1/3", baseline=counted, exposure_months=9.5, period_counts=[3, 1],
        period_matches=[0, 1], elapsed_months=[1, 2],
    )  # fmt: skip
    law = rate_law(incidents=12, exposure_months=12, dispersion=dispersion)
    windows = [ShareCounts(), ShareCounts(incidents=3), ShareCounts(incidents=4, matches=1)]
    assert shares.tolist() == [
        log_odds_share(
            law, share="1/3", baseline=counted, exposure_months=9.5, window=window,
            elapsed_months=float(gone),
        )
        for gone, window in enumerate(windows)
    ]  # fmt: skip


# The probability of the counts


def test_the_evidence_by_hand():
    # Gamma(1, 1): P(0) = 1/2, then Gamma(1, 2): P(1) = 2/3 * 1/3.
    found = log_evidence(RateLaw(1.0, 1.0), period_counts=[[0], [1]], elapsed_months=[[1.0], [2.0]])
    assert np.exp(found[:, 0]).tolist() == pytest.approx([1, 1 / 2, 1 / 9])
    # All but known rate 3, dispersion 2: a month of 0 has (2/5)^2, of 1 has 2 (2/5)^2 (3/5).
    known = RateLaw(3e6, 1e6, 2.0)
    found = log_evidence(known, period_counts=[[0], [1]], elapsed_months=[[1.0], [2.0]])
    assert np.exp(found[:, 0]).tolist() == pytest.approx([1, 0.16, 0.16 * 0.192], rel=1e-5)


@pytest.mark.parametrize("dispersion", [None, 0.7])
def test_the_evidence_is_a_product_of_what_is_foreseen_month_by_month(dispersion):
    law = rate_law(incidents=5, exposure_months=12, dispersion=dispersion)
    counts, ends = [2, 0, 7, 1], [0.5, 1.5, 2.0, 3.25]
    found = log_evidence(law, period_counts=np.array(counts)[:, None],
                         elapsed_months=np.array(ends)[:, None])  # fmt: skip
    expected, seen, start = [0.0], 0, 0.0
    for count, end in zip(counts, ends, strict=True):
        term = predictive_log_pmf(
            law, exposure_months=end - start, counts=count, incidents=seen, elapsed_months=start
        )
        expected.append(expected[-1] + float(term))
        seen, start = seen + count, end
    assert found[:, 0].tolist() == pytest.approx(expected, abs=1e-9)


def test_the_evidence_sums_to_one_over_two_months():
    law = RateLaw(2.0, 4.0, 1.5)
    pairs = np.array(list(itertools.product(range(80), repeat=2)))
    found = log_evidence(law, period_counts=pairs.T, elapsed_months=[[1.0], [2.0]])
    assert np.exp(found[2]).sum() == pytest.approx(1, abs=1e-9)


def test_uneven_months_speak_for_a_small_dispersion_though_the_sum_is_the_same():
    law = mixed_law(
        incidents=60, exposure_months=12, parameters=believed([0.2, 0.2], [0.5, np.inf], [0.5] * 2)
    )
    # Points with Poisson months come first.
    weights = [
        np.exp(log_weights_after(law, period_counts=[[a], [b]], elapsed_months=[1.0, 2.0])[1, 2])
        for a, b in ((5, 5), (10, 0))
    ]
    assert weights[0] < 0.4 < 0.9 < weights[1]


def test_bad_counts_are_refused():
    law = RateLaw(1.0, 1.0)
    with pytest.raises(ValueError, match=r"elapsed_months must not fall, got a step of -1\."):
        log_evidence(law, period_counts=[[1], [1]], elapsed_months=[[2], [1]])
    with pytest.raises(ValueError, match=r"incidents need elapsed_months to have happened in"):
        log_evidence(law, period_counts=[[1], [1]], elapsed_months=[[1], [1]])


# Laws


@given(believed=parameters(), baseline=st.integers(0, 40), question=questions)
def test_no_elapsed_exposure_changes_nothing(believed, baseline, question):
    law = mixed_law(incidents=baseline, exposure_months=12, parameters=believed)
    odds = path(law, question, [0, 0], elapsed=[0.0, 0.0])
    assert odds[0] == odds[1] == odds[2]


@given(
    believed=parameters(), baseline=st.integers(0, 40), counts=months.filter(len), data=st.data()
)
def test_two_updates_in_turn_equal_one_with_both(believed, baseline, counts, data):
    # Weights after some months are the parameters of a law that goes on from there.
    cut = data.draw(st.integers(0, len(counts)))
    law = mixed_law(incidents=baseline, exposure_months=12, parameters=believed)
    both = log_weights_after(
        law, period_counts=np.array(counts)[:, None], elapsed_months=np.arange(1, len(counts) + 1)
    )
    first, ends = both[:, cut], np.arange(1.0, len(counts) + 1)
    found = []
    for one, weight in zip(points_of(law), first, strict=True):
        later = log_evidence(one, period_counts=np.array(counts)[:, None],
                             elapsed_months=ends[:, None])[:, 0]  # fmt: skip
        found.append(weight + later[-1] - later[cut])
    total = special.logsumexp(found)
    assert np.allclose(np.exp(found - total), np.exp(both[:, -1]), atol=1e-9)


def points_of(law):
    for part in law.laws:
        for row in range(len(part.shape)):
            scatter = None if part.dispersion is None else float(part.dispersion[row, 0])
            yield RateLaw(float(part.shape[row, 0]), float(part.rate[row, 0]), scatter)


@pytest.mark.parametrize("believed", EACH)
@pytest.mark.parametrize("question", [(8, None), (0, 3), (3, 9)])
def test_averaging_live_over_what_is_foreseen_gives_back_what_was_stated(believed, question):
    stated, counts = 0.8, np.arange(110)
    law = mixed_law(incidents=5, exposure_months=12, parameters=believed)
    mass = np.exp(foreseen(law, counts, months=3.0))
    assert mass.sum() == pytest.approx(1, abs=1e-7)
    odds = np.array([path(law, question, [one], elapsed=[3.0]) for one in counts])
    base, after = special.expit(odds[:, 0]), special.expit(odds[:, 1])
    # The base rate is the average of what it becomes ...
    assert (mass * after).sum() == pytest.approx(base[0], abs=1e-7)
    # ... and the stated probability that of what it becomes, foreseen as it was stated.
    mass *= stated * after / base + (1 - stated) * (1 - after) / (1 - base)
    live = live_probability(
        stated_log_odds=log_odds(stated), base_log_odds=odds[:, 0], after_log_odds=odds[:, 1]
    )
    assert (mass * live).sum() == pytest.approx(stated, abs=1e-7)


def foreseen(law, counts, *, months):
    """Log probability of each count of a first period, all points together."""
    each = [
        weight + log_evidence(one, period_counts=[counts], elapsed_months=[[months]])[1]
        for weight, one in zip(law.log_weights, points_of(law), strict=True)
    ]
    return special.logsumexp(each, axis=0)


@given(
    believed=parameters(poisson=True), baseline=st.integers(0, 40), threshold=st.integers(1, 30),
    count=st.integers(0, 28), elapsed=st.floats(0.1, 5.9),
)  # fmt: skip
def test_more_incidents_never_lower_at_least(believed, baseline, threshold, count, elapsed):
    law = mixed_law(incidents=baseline, exposure_months=12, parameters=believed)
    fewer, more = (
        path(law, (threshold, None), [one], elapsed=[elapsed])[1] for one in (count, count + 1)
    )
    assert fewer <= more + 1e-9


def test_more_incidents_may_lower_at_least_where_they_speak_for_bursts():
    # One a month is all but known. Four in the first month: more than that is left to come for
    # eight to be reached in six months. Five: rather than a chance, it was a burst, after which
    # long silence is usual.
    law = mixed_law(
        incidents=1000, exposure_months=1000, parameters=believed([0, 0], [np.inf, 0.05], [0.5] * 2)
    )
    four, five = (special.expit(path(law, (8, None), [n], elapsed=[1.0])[1]) for n in (4, 5))
    assert (four, five) == pytest.approx((0.5714, 0.5081), abs=5e-5)
    weights = [log_weights_after(law, period_counts=[[n]], elapsed_months=[1.0]) for n in (4, 5)]
    bursts = [stats.nbinom.pmf(n, 0.05, 0.05 / 1.05) for n in (4, 5)]
    chance = [stats.poisson.pmf(n, 1) for n in (4, 5)]
    expected = [one / (one + other) for one, other in zip(bursts, chance, strict=True)]
    assert expected == pytest.approx([0.39, 0.71], abs=0.005)
    assert [np.exp(one[1, 1]) for one in weights] == pytest.approx(expected, rel=1e-2)


@given(believed=parameters(), baseline=st.integers(0, 200), question=questions, counts=months)
def test_at_most_is_not_more_than_it(believed, baseline, question, counts):
    law = mixed_law(incidents=baseline, exposure_months=12, parameters=believed)
    fewest, _ = question
    assume(fewest > 0)
    more = path(law, (fewest, None), counts)
    fewer = path(law, (0, fewest - 1), counts)
    assert np.array_equal(more, -fewer)
    assert not np.isnan(more).any()


@given(baseline=st.integers(0, 10_000), drift=st.floats(0, 3), dispersion=st.floats(0.05, 1e4))
def test_equal_points_are_one(baseline, drift, dispersion):
    one = RateParameters.known(drift=drift, dispersion=dispersion)
    three = believed([drift] * 3, [dispersion] * 3, [0.25, 0.25, 0.5])
    laws = [
        mixed_law(incidents=baseline, exposure_months=12, parameters=each) for each in (one, three)
    ]
    odds = [path(law, (4, None), [1, 0, 2]) for law in laws]
    assert np.allclose(*odds, rtol=1e-9, atol=1e-9)


def test_a_point_without_weight_says_nothing():
    law = mixed_law(
        incidents=5, exposure_months=12, parameters=believed([0.5, 4.0], [2.0, np.inf], [1.0, 0.0])
    )
    assert len(law.laws) == 1
    plain = rate_law(incidents=5, exposure_months=12, dispersion=2.0)
    odds = path(law, (8, None), [3], window=18.0, elapsed=[6.0])
    assert odds[1] == log_odds_at_least(
        plain, threshold=8, exposure_months=18, incidents=3, elapsed_months=6
    )


@pytest.mark.parametrize("believed", EACH)
def test_tails_beyond_floats_are_finite_and_settle_exactly(believed):
    law = mixed_law(incidents=500, exposure_months=1, parameters=believed)
    odds = path(law, (0, 3), [0, 0, 4], elapsed=[1.0, 2.0, 3.0])
    assert np.isfinite(odds[:3]).all()
    assert odds[3] == -np.inf
    quiet = mixed_law(incidents=0, exposure_months=1000, parameters=believed)
    far = path(quiet, (400, None), [0, 300, 100], elapsed=[1.0, 2.0, 3.0])
    assert np.isfinite(far[:3]).all()
    assert far[0] < -700
    assert far[3] == np.inf
    over = path(law, (3, 9), [5], window=1.0, elapsed=[1.0])
    assert over[1] == np.inf


# By other roads


def by_adaptive_quadrature(believed, baseline, question, months, window):
    """Integrate each point over the rate, months as told in words; mix the plain probabilities."""
    fewest, most = question
    top = bottom = 0.0
    for drift, phi, weight in zip(
        believed.drift, believed.dispersion, believed.weight, strict=True
    ):
        law = rate_law(incidents=baseline, exposure_months=12, drift=float(drift))
        left = window - len(months)

        def chance(count, time, rate, phi=phi):
            if np.isinf(phi):
                return stats.poisson.pmf(count, rate * time)
            return stats.nbinom.pmf(count, phi * time, phi / (phi + rate))

        def share(rate, left=left, chance=chance):
            seen = sum(months)
            last = 2000 if most is None else most
            to_come = np.arange(max(fewest - seen, 0), max(last - seen, -1) + 1)
            if most is None:
                short = np.arange(max(fewest - seen, 0))
                return 1.0 - chance(short, left, rate).sum()
            return chance(to_come, left, rate).sum()

        def density(rate, law=law, chance=chance):
            given = np.prod([chance(count, 1.0, rate) for count in months])
            return given * stats.gamma.pdf(rate, float(law.shape), scale=1 / float(law.rate))

        edges = [0.0, *(float(law.shape / law.rate) * np.geomspace(1e-5, 100, 30))]
        for low, high in itertools.pairwise(edges):
            with_event = integrate.quad(
                lambda rate: density(rate) * share(rate), low, high, epsabs=1e-13
            )
            top += weight * with_event[0]
            bottom += weight * integrate.quad(density, low, high, epsabs=1e-13)[0]
    return top / bottom


@pytest.mark.parametrize(
    ("baseline", "question", "months"),
    [(5, (8, None), []), (5, (8, None), [3, 0]), (2, (0, 2), [1]), (9, (3, 6), [0, 2, 0])],
)
def test_agrees_with_adaptive_quadrature(baseline, question, months):
    law = mixed_law(incidents=baseline, exposure_months=12, parameters=MIXED)
    found = special.expit(path(law, question, months)[-1])
    assert found == pytest.approx(
        by_adaptive_quadrature(MIXED, baseline, question, months, 6.0), abs=1e-6
    )


def test_poisson_points_agree_with_scipys_negative_binomial():
    months, window, threshold = [4, 1], 6.0, 8
    law = mixed_law(incidents=5, exposure_months=12, parameters=POISSON)
    top = bottom = 0.0
    for drift, weight in zip(POISSON.drift, POISSON.weight, strict=True):
        one = rate_law(incidents=5, exposure_months=12, drift=float(drift))
        a, b = float(one.shape), float(one.rate)
        # The sum of two months is sufficient: the split of five is the same at every point.
        given = weight * stats.nbinom.pmf(5, a, b / (b + 2))
        top += given * stats.nbinom.sf(threshold - 5 - 1, a + 5, (b + 2) / (b + 6))
        bottom += given
    assert special.expit(path(law, (threshold, None), months, window=window)[-1]) == pytest.approx(
        top / bottom, rel=1e-10
    )


@pytest.mark.parametrize("believed", EACH)
def test_areas_are_mixed_outside_of_their_joint_law(believed):
    before, monthly = [9, 2, 0], np.array([[1, 0, 0], [2, 0, 1]])
    mixed = mixed_area_laws(incidents=before, exposure_months=12, parameters=believed)
    found = reach_path_log_odds(
        mixed, areas=3, incidents_each=1, exposure_months=6, period_counts=monthly,
        elapsed_months=[1.0, 2.0],
    )  # fmt: skip
    top = np.zeros(3)
    bottom = np.zeros(3)
    for drift, phi, weight in zip(
        believed.drift, believed.dispersion, believed.weight, strict=True
    ):
        laws = area_laws(incidents=before, exposure_months=12, drift=drift,
                         dispersion=None if np.isinf(phi) else phi)  # fmt: skip
        given = np.ones(3)
        for area in range(3):
            one = RateLaw(float(laws.shape[area]), float(laws.rate[area]),
                          None if np.isinf(phi) else phi)  # fmt: skip
            given *= np.exp(
                log_evidence(one, period_counts=monthly[:, [area]], elapsed_months=[[1.0], [2.0]])
            )[:, 0]
        totals = np.vstack([np.zeros(3), monthly.cumsum(axis=0)])
        for period in range(3):
            reached = np.exp(
                log_probability_at_least(
                    laws, threshold=1, exposure_months=6, incidents=totals[period],
                    elapsed_months=float(period),
                )
            )  # fmt: skip
            top[period] += weight * given[period] * np.prod(reached)
            bottom[period] += weight * given[period]
    assert special.expit(found).tolist() == pytest.approx((top / bottom).tolist(), rel=1e-8)


def test_the_shared_drift_makes_areas_depend_on_each_other():
    # Two busy areas, silent under no drift: mixed before the areas are joined, both being silent
    # would be far rarer than one of them being so twice over.
    believed_far = believed([0.0, 1.5], [np.inf] * 2, [0.9, 0.1])
    laws = mixed_area_laws(incidents=[60, 60], exposure_months=12, parameters=believed_far)
    none_in_one = -reach_path_log_odds(
        mixed_area_laws(incidents=[60], exposure_months=12, parameters=believed_far),
        areas=1, incidents_each=1, exposure_months=1, period_counts=np.zeros((0, 1)),
        elapsed_months=[],
    )  # fmt: skip
    none_in_both = -reach_path_log_odds(
        laws,
        areas=1,
        incidents_each=1,
        exposure_months=1,
        period_counts=np.zeros((0, 2)),
        elapsed_months=[],
    )
    alone, both = special.expit(none_in_one[0]), special.expit(none_in_both[0])
    assert both > 2 * alone**2
    each = [np.exp(-0.0) * log_probability_reach(
        area_laws(incidents=[60, 60], exposure_months=12, drift=drift), areas=1, incidents_each=1,
        exposure_months=1) for drift in (0.0, 1.5)]  # fmt: skip
    assert both == pytest.approx(-(0.9 * np.expm1(each[0]) + 0.1 * np.expm1(each[1])), rel=1e-9)


@pytest.mark.parametrize("believed", EACH)
def test_shares_equal_the_plain_sum_over_counts(believed):
    baseline = ShareCounts(incidents=10, matches=4)
    law = mixed_law(incidents=10, exposure_months=12, parameters=believed)
    found = share_path_log_odds(
        law, share="1/2", baseline=baseline, exposure_months=6.0, period_counts=[0, 3],
        period_matches=[0, 2], elapsed_months=[1.0, 2.0],
    )  # fmt: skip
    to_come = np.arange(400)
    for period, (seen, matched, gone) in enumerate([(0, 0, 0.0), (0, 0, 1.0), (3, 2, 2.0)]):
        enough = np.array(
            [
                stats.betabinom.sf(
                    -(-(seen + n) // 2) - matched - 1, n, 4.5 + matched, 6.5 + seen - matched
                )
                for n in to_come
            ]
        )
        mass = np.zeros(len(to_come))
        counts = np.array([[0], [3]][:period]).reshape(period, 1)
        ends = np.array([[1.0], [2.0]][:period]).reshape(period, 1)
        for weight, one in zip(law.log_weights, points_of(law), strict=True):
            given = log_evidence(one, period_counts=counts, elapsed_months=ends)[-1, 0]
            mass += np.exp(weight + given + predictive_log_pmf(
                one, exposure_months=6.0 - gone, counts=to_come, incidents=seen,
                elapsed_months=gone))  # fmt: skip
        any_ = slice(1 if seen == 0 else 0, None)
        expected = (mass * enough)[any_].sum() / mass[any_].sum()
        assert special.expit(found[period]) == pytest.approx(expected, abs=1e-7)


def test_a_share_of_a_window_without_incidents_ends_before_it_is_void():
    law = mixed_law(incidents=10, exposure_months=12, parameters=MIXED)
    odds = share_path_log_odds(
        law, share="1/2", baseline=ShareCounts(incidents=10, matches=4), exposure_months=2.0,
        period_counts=[0, 0], period_matches=[0, 0], elapsed_months=[1.0, 2.0],
    )  # fmt: skip
    assert len(odds) == 2


# Many at once


@pytest.mark.parametrize("believed", EACH)
def test_questions_by_the_thousand_are_what_each_of_them_is(believed):
    generator = np.random.default_rng(3)
    rows = 300
    asked = {
        "baseline_incidents": generator.poisson(6, rows),
        "baseline_months": generator.choice([6.0, 12.0], rows),
        "threshold": generator.integers(0, 14, rows),
        "exposure_months": generator.choice([6.0, 12.0], rows),
        "elapsed_months": generator.choice([0.5, 3.0, 7.0], rows),
        "incidents": generator.poisson(2, rows),
    }
    found = threshold_log_odds(**asked, parameters=believed)
    for row in range(0, rows, 15):
        one = {name: values[row] for name, values in asked.items()}
        law = mixed_law(
            incidents=one["baseline_incidents"], exposure_months=one["baseline_months"],
            parameters=believed,
        )  # fmt: skip
        expected = path(
            law, (one["threshold"], None), [one["incidents"]], window=one["exposure_months"],
            elapsed=[one["elapsed_months"]],
        )  # fmt: skip
        assert [found.base[row], found.after[row]] == pytest.approx(expected.tolist(), rel=1e-9)
        alone = threshold_log_odds(**one, parameters=believed)
        assert [alone.base, alone.after] == pytest.approx(expected.tolist(), rel=1e-9)


def test_one_question_on_many_days_may_be_told_in_short():
    asked = {"baseline_incidents": 5, "baseline_months": 12, "threshold": 8, "exposure_months": 18}
    found = threshold_log_odds(
        **asked, incidents=3, elapsed_months=[6, 9, 12], parameters=POISSON
    )  # fmt: skip
    each = [
        threshold_log_odds(**asked, incidents=3, elapsed_months=months, parameters=POISSON).after
        for months in (6, 9, 12)
    ]
    assert found.after.tolist() == pytest.approx(each)
    one = RateParameters.known(drift=0.5, dispersion=None)
    plain = threshold_log_odds(**asked, incidents=3, elapsed_months=6)
    mixed = threshold_log_odds(**asked, incidents=3, elapsed_months=6, parameters=one)
    assert [float(part) for part in plain] == [float(part) for part in mixed]
    with pytest.raises(ValueError, match="parameters hold a dispersion; pass one or the other"):
        threshold_log_odds(**asked, dispersion=2.0, parameters=one)


def test_ranges_are_read_between_the_points():
    # Of 0.2, 0.4 and 0.6 with weights .1, .8, .1 the middles lie at .05, .5 and .95.
    found = parameter_ranges(believed([0.6, 0.2, 0.4], [np.inf] * 3, [0.1, 0.1, 0.8]))
    assert found.drift == pytest.approx((0.4, 0.2, 0.6))
    assert (found.dispersion, found.points) == (None, 3)
    one = parameter_ranges(RateParameters.known(drift=0.5, dispersion=0.3))
    assert (*one.drift, *one.dispersion) == (0.5, 0.5, 0.5, 0.3, 0.3, 0.3)
    # Dense points give the quantiles of the law that they stand for.
    levels = (np.arange(400) + 0.5) / 400
    lognormal = stats.lognorm(0.4, scale=0.5)
    many = believed(lognormal.ppf(levels), 1 / lognormal.ppf(levels), np.full(400, 1 / 400))
    found = parameter_ranges(many)
    assert found.drift == pytest.approx(lognormal.ppf([0.5, 0.05, 0.95]), rel=1e-3)
    assert found.dispersion == pytest.approx(1 / lognormal.ppf([0.5, 0.95, 0.05]), rel=1e-3)


def test_laws_and_weights_belong_together():
    with pytest.raises(ValueError, match=r"laws of \[1\] points do not fit weights of \(2,\)\."):
        MixedLaw((RateLaw(np.ones((1, 1)), np.ones((1, 1))),), np.zeros(2))
