"""What a phrase means when one analyst says it: by hand, by integration, and its laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta, betabinom

from forecast_bench.reliability import phrase_table, phrases_by_analyst, prior_of_one

LIKELY = pd.DataFrame({"phrase": ["likely"], "low": [0.55], "high": [0.75], "mean": [0.65]})


def said(analyst, hits, misses, **more):
    outcome = [1] * hits + [0] * misses
    return pd.DataFrame(
        {"phrase": "likely", "forecaster": analyst, "probability": 0.65, "outcome": outcome, **more}
    )


def table(*records, **more):
    found = phrases_by_analyst(lexicon=LIKELY, record=pd.concat(records), **more)
    return found.set_index("forecaster")


def test_by_hand():
    found = table(said("a", 3, 1), said("b", 10, 20))
    # of the others: 10 at .65 and 30 of which 10 came true: 16.5 of 40, weight 40 * 20 / 61
    assert found.loc["a", "others_n"] == pytest.approx(30)
    assert found.loc["a", "prior_mean"] == pytest.approx(16.5 / 40)
    weight = 40 * 20 / 61
    assert found.loc["a", "prior_weight"] == pytest.approx(weight)
    # four of its own, worth four
    assert found.loc["a", "mean"] == pytest.approx((weight * 16.5 / 40 + 3) / (weight + 4))
    assert found.loc["a", ["n", "occurred", "questions"]].tolist() == [4, 3, 4]


def test_the_posterior_beside_scipy():
    found = table(said("a", 3, 1), said("b", 10, 20)).loc["a"]
    law = beta(found["a"], found["b"])
    assert (found["low"], found["high"]) == pytest.approx(law.interval(0.9))
    assert found["below"] == pytest.approx(law.cdf(0.55))
    assert found["above"] == pytest.approx(law.sf(0.75))


@pytest.mark.parametrize(("mean", "weight", "alike"), [(0.65, 10, 20), (0.05, 40, 20), (0.9, 5, 3)])
def test_the_prior_has_the_moments_of_the_mixture(mean, weight, alike):
    """Mean and variance of an analyst's share, integrated over the share of the others."""
    team = beta(weight * mean, weight * (1 - mean))
    first = quad(lambda x: x * team.pdf(x), 0, 1)[0]
    second = quad(lambda x: (x * (1 - x) / (alike + 1) + x * x) * team.pdf(x), 0, 1, epsabs=1e-12)[
        0
    ]
    whole = prior_of_one(weight=weight, alike=alike)
    law = beta(whole * mean, whole * (1 - mean))
    assert law.mean() == pytest.approx(first, abs=1e-7)
    assert law.var() == pytest.approx(second - first**2, abs=1e-7)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (3, 4), (2, 10), (30, 40)])
def test_the_whole_hierarchy_integrated_says_nearly_the_same(hits, n):
    """The share of the others integrated out by quadrature, in place of matched moments."""
    others_hits, others_n, alike = 12, 30, 20.0
    weight = 10.0 + others_n
    mean = (6.5 + others_hits) / weight
    grid = (np.arange(4000) + 0.5) / 4000
    team = beta(weight * mean, weight * (1 - mean)).pdf(grid)
    evidence = betabinom(n, alike * grid, alike * (1 - grid)).pmf(hits) * team
    expected = float((evidence * (alike * grid + hits) / (alike + n)).sum() / evidence.sum())
    whole = prior_of_one(weight=weight, alike=alike)
    ours = (whole * mean + hits) / (whole + n)
    # what is lost by matching moments: less than one percentage point
    assert ours == pytest.approx(expected, abs=0.01)


def test_one_analyst_alone_begins_at_the_band():
    found = table(said("a", 6, 4)).loc["a"]
    assert (found["others_n"], found["prior_mean"]) == (0.0, pytest.approx(0.65))
    assert found["prior_weight"] == pytest.approx(10 * 20 / 31)


def test_who_says_little_stays_with_the_others_and_who_says_much_does_not():
    others = said("b", 200, 300)
    little, much = table(said("a", 2, 0), others), table(said("a", 400, 0), others)
    assert little.loc["a", "mean"] < 0.5
    assert much.loc["a", "mean"] > 0.9
    assert much.loc["a", "verdict"] == "above"
    assert little.loc["a", "verdict"] == "cannot tell yet"


def test_an_outcome_enters_once():
    """What others said of the same questions or situations tells nothing new."""
    same = [f"q{at}" for at in range(20)]
    one, other = said("a", 15, 5, question=same), said("b", 15, 5, question=same)
    assert table(one, other).loc["a", "others_n"] == 0.0
    apart = said("b", 15, 5, question=[f"r{at}" for at in range(20)])
    assert table(one, apart).loc["a", "others_n"] == pytest.approx(20.0)
    tied = table(one.assign(situation="s"), apart.assign(situation="s"))
    assert tied.loc["a", "others_n"] == 0.0


def test_alike_without_limit_is_the_phrase_of_all():
    record = pd.concat([said("a", 7, 3), said("b", 30, 30)])
    found = phrases_by_analyst(lexicon=LIKELY, record=record, alike=1e12).set_index("forecaster")
    whole = phrase_table(lexicon=LIKELY, record=record.drop(columns="forecaster")).iloc[0]
    for name in ("mean", "low", "high"):
        assert found.loc["a", name] == pytest.approx(whole[name], abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 9)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_laws(rows, random):
    names, outcome, question = zip(*rows, strict=True)
    # one question has one outcome
    settled = dict(zip(question, outcome, strict=True))
    record = pd.DataFrame(
        {
            "phrase": "likely",
            "forecaster": names,
            "probability": 0.65,
            "outcome": [settled[one] for one in question],
            "question": question,
        }
    )
    found = phrases_by_analyst(lexicon=LIKELY, record=record)
    assert found["n"].sum() == len(rows)
    assert (found["low"] < found["mean"]).all()
    assert (found["mean"] < found["high"]).all()
    assert found[["below", "inside", "above"]].sum(axis=1).to_numpy() == pytest.approx(1.0)
    order = random.sample(range(len(rows)), len(rows))
    again = phrases_by_analyst(lexicon=LIKELY, record=record.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(found, again)


@pytest.mark.parametrize("weights", [{"weight": 0.0}, {"weight": 5.0, "alike": 0.0}])
def test_weights_outside_their_domain_are_refused(weights):
    with pytest.raises(ValueError, match="must be positive"):
        prior_of_one(**weights)


def test_of_alike_analysts_few_are_wronged():
    """Analysts who mean what the phrase says: at most one verdict in ten is against the band."""
    random = np.random.default_rng(5)
    wronged = []
    for _ in range(40):
        records = [said(name, *split(random, 15)) for name in "abcdef"]
        wronged += list(table(*records)["verdict"].isin(["below", "above"]))
    assert np.mean(wronged) <= 0.1


def split(random, n):
    hits = int(random.binomial(n, 0.65))
    return hits, n - hits
