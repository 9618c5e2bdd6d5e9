"""Several probabilities as one: by hand, by another road, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, special

from forecast_bench.pooling import pooled_log_odds, pooled_probability, probability_of

inside = st.floats(1e-9, 1 - 1e-9)
weights = st.floats(0.01, 100)
factors = st.floats(1, 5)
opinions = st.lists(st.tuples(inside, weights), min_size=1, max_size=8)


def test_by_hand():
    # Odds of 1.5 and 9: their geometric mean is the root of 13.5.
    odds = math.sqrt(1.5 * 9)
    assert pooled_probability([0.6, 0.9]) == pytest.approx(odds / (1 + odds))
    # A factor of 2 takes the root away again.
    assert pooled_probability([0.6, 0.9], factor=2) == pytest.approx(13.5 / 14.5)
    weighted = 1.5**0.75 * 9**0.25
    assert pooled_probability([0.6, 0.9], weight=[3, 1]) == pytest.approx(weighted / (1 + weighted))


@given(opinions)
def test_it_is_the_one_nearest_to_all_in_relative_entropy(said):
    # The logarithmic pool minimises the weighted sum of relative entropies from it to each.
    probability, weight = np.array(said).T
    share = weight / weight.sum()

    def far(odds):
        p, q = special.expit(odds), special.expit(-odds)
        own = special.logit(probability)
        apart = p * (special.log_expit(odds) - special.log_expit(own))
        apart = apart + q * (special.log_expit(-odds) - special.log_expit(-own))
        return float(share @ apart)

    found = optimize.minimize_scalar(far, bounds=(-25, 25), method="bounded")
    pooled = pooled_probability(probability, weight=weight)
    assert far(special.logit(pooled)) <= found.fun + 1e-9


@given(inside)
def test_one_analyst_keeps_his_number(probability):
    assert pooled_probability([probability]) == pytest.approx(probability, rel=1e-12)


@given(opinions, factors, st.randoms(use_true_random=False))
def test_the_order_of_analysts_does_not_matter(said, factor, shuffler):
    other = list(said)
    shuffler.shuffle(other)
    pooled = [
        pooled_probability([p for p, _ in each], weight=[w for _, w in each], factor=factor)
        for each in (said, other)
    ]
    assert pooled[0] == pytest.approx(pooled[1], rel=1e-9)


@given(inside, st.lists(weights, min_size=1, max_size=8))
def test_one_opinion_of_many_is_that_opinion(probability, weight):
    pooled = pooled_probability([probability] * len(weight), weight=weight)
    assert pooled == pytest.approx(probability, rel=1e-9)


@given(opinions, factors)
def test_a_factor_moves_away_from_one_half_and_never_across(said, factor):
    probability, weight = zip(*said, strict=True)
    plain = pooled_probability(probability, weight=weight)
    moved = pooled_probability(probability, weight=weight, factor=factor)
    if plain == 0.5:
        assert moved == 0.5
    else:
        assert abs(moved - 0.5) >= abs(plain - 0.5)
        assert (moved > 0.5) == (plain > 0.5)


@given(st.lists(st.tuples(st.integers(1, 999), weights), min_size=1, max_size=8), factors)
def test_mirrored_opinions_give_the_mirrored_pool(said, factor):
    weight = [w for _, w in said]
    one = pooled_probability([n / 1000 for n, _ in said], weight=weight, factor=factor)
    other = pooled_probability([1 - n / 1000 for n, _ in said], weight=weight, factor=factor)
    assert one + other == pytest.approx(1)


@given(opinions)
def test_it_lies_between_the_lowest_and_the_highest(said):
    probability, weight = zip(*said, strict=True)
    pooled = special.logit(pooled_probability(probability, weight=weight))
    low, high = special.logit(min(probability)), special.logit(max(probability))
    assert low - 1e-6 <= pooled <= high + 1e-6


@given(opinions, st.booleans())
def test_it_never_does_worse_than_analysts_on_average_in_log_score(said, happened):
    # Minus the logarithm of a logistic function is convex: Jensen's inequality, whatever happens.
    probability, weight = np.array(said).T
    share = weight / weight.sum()
    side = 1 if happened else -1
    costs = -special.log_expit(side * special.logit(probability))
    pooled = pooled_log_odds(probability, question=np.zeros(len(said), np.int64), weight=weight)
    assert -special.log_expit(side * pooled[0]) <= share @ costs + 1e-9


@given(st.lists(st.tuples(inside, weights, st.integers(0, 3)), min_size=4, max_size=20), factors)
def test_many_questions_at_once_are_each_pooled_alone(said, factor):
    asked = np.array([number for *_, number in said])
    assume(set(asked.tolist()) == set(range(asked.max() + 1)))
    probability, weight = (np.array([one[at] for one in said]) for at in (0, 1))
    together = pooled_log_odds(probability, question=asked, weight=weight, factor=factor)
    for number, odds in enumerate(together):
        own = asked == number
        alone = pooled_probability(probability[own], weight=weight[own], factor=factor)
        assert float(probability_of(odds)) == pytest.approx(alone, rel=1e-9)


def test_a_certainty_rules():
    assert pooled_probability([1.0, 0.7]) == 1.0
    assert pooled_probability([0.2, 0.0, 0.9], weight=[1, 2, 3], factor=3) == 0.0


def test_what_is_not_certain_never_becomes_so():
    assert pooled_probability([5e-324, 1e-300], factor=5) > 0
    assert pooled_probability([1 - 1e-16, 1 - 1e-16], factor=5) < 1


@pytest.mark.parametrize(
    ("probability", "more", "message"),
    [
        ([], {}, "one or more numbers"),
        ([[0.5]], {}, "one or more numbers"),
        ([0.5, 1.1], {}, r"probability must lie in 0..1, got 1.1"),
        ([0.5, math.nan], {}, "probability must lie in 0..1"),
        ([0.5, 0.6], {"weight": [1, 0]}, "weight must hold 2 finite numbers above 0"),
        ([0.5, 0.6], {"weight": [1]}, "weight must hold 2 finite numbers above 0"),
        ([0.5, 0.6], {"weight": [1, math.inf]}, "weight must hold 2 finite numbers above 0"),
        ([0.5, 0.6], {"factor": 0.9}, "factor must be a finite number of 1 or more, got 0.9"),
        ([0.5, 0.6], {"factor": math.nan}, "factor must be a finite number of 1 or more"),
        ([0.0, 1.0], {}, "one analyst is certain of the event and another of its opposite"),
    ],
)
def test_what_is_refused(probability, more, message):
    with pytest.raises(ValueError, match=message):
        pooled_probability(probability, **more)
