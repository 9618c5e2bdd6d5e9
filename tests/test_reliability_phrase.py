import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from forecast_bench.reliability import phrase_meaning, phrase_table

LIKELY = {"band_low": 0.55, "band_high": 0.75, "prior_mean": 0.65}


def test_by_hand():
    # prior Beta(1, 1) (mean .5, weight 2), 2 of 2 came true: Beta(3, 1), whose distribution
    # function is x^3: below .5 1/8, above .9 1 - .729
    meaning = phrase_meaning(
        band_low=0.5, band_high=0.9, prior_mean=0.5, prior_weight=2, occurred=2, n=2
    )
    assert (meaning.a, meaning.b, meaning.mean) == (3.0, 1.0, 0.75)
    assert meaning.below == pytest.approx(0.125)
    assert meaning.inside == pytest.approx(0.604)
    assert meaning.above == pytest.approx(0.271)
    assert (meaning.low, meaning.high) == pytest.approx((0.05 ** (1 / 3), 0.95 ** (1 / 3)))
    assert meaning.verdict == "cannot tell yet"


@given(n=st.integers(0, 60), share=st.floats(0, 1), mean=st.floats(0.05, 0.95))
def test_it_equals_quadrature_of_the_posterior(n, share, mean):
    occurred = round(share * n)
    meaning = phrase_meaning(band_low=0.4, band_high=0.7, prior_mean=mean, occurred=occurred, n=n)
    if min(meaning.a, meaning.b) < 1:
        return  # quadrature does not take the pole
    x = np.linspace(0, 1, 4001)
    density = x ** (meaning.a - 1) * (1 - x) ** (meaning.b - 1)
    whole = integrate.simpson(density, x=x)
    inside = (x >= 0.4) & (x <= 0.7)
    assert meaning.inside == pytest.approx(
        integrate.simpson(density[inside], x=x[inside]) / whole, abs=2e-3
    )
    assert meaning.mean == pytest.approx(integrate.simpson(x * density, x=x) / whole, abs=2e-3)
    assert meaning.below + meaning.inside + meaning.above == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("occurred", "verdict"),
    [(20, "below"), (130, "inside"), (190, "above"), (149, "cannot tell yet")],
)
def test_verdicts(occurred, verdict):
    assert phrase_meaning(**LIKELY, occurred=occurred, n=200).verdict == verdict


@given(n=st.integers(0, 300), share=st.floats(0, 1), threshold=st.floats(0.51, 1))
def test_no_verdict_below_the_threshold(n, share, threshold):
    meaning = phrase_meaning(**LIKELY, occurred=round(share * n), n=n, threshold=threshold)
    chances = {"below": meaning.below, "inside": meaning.inside, "above": meaning.above}
    if meaning.verdict == "cannot tell yet":
        assert max(chances.values()) < threshold
    else:
        assert chances[meaning.verdict] >= threshold


def test_without_outcomes_nothing_can_be_told():
    meaning = phrase_meaning(**LIKELY, occurred=0, n=0)
    assert meaning.mean == pytest.approx(0.65)
    assert meaning.verdict == "cannot tell yet"


@given(n=st.integers(0, 80), share=st.floats(0, 1))
def test_the_complement_is_computed_not_named(n, share):
    occurred = round(share * n)
    meaning = phrase_meaning(**LIKELY, occurred=occurred, n=n)
    mirror = phrase_meaning(
        band_low=0.25, band_high=0.45, prior_mean=0.35, occurred=n - occurred, n=n
    )
    assert (mirror.below, mirror.inside, mirror.above) == pytest.approx(
        (meaning.above, meaning.inside, meaning.below), abs=1e-9
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"band_low": 0.8},
        {"band_high": 1.2},
        {"prior_mean": 1.0},
        {"prior_weight": 0.0},
        {"occurred": 3},
        {"occurred": -1},
        {"threshold": 0.5},
    ],
)
def test_arguments_outside_their_domain_are_refused(changed):
    with pytest.raises(ValueError, match="got"):
        phrase_meaning(**(LIKELY | {"occurred": 1, "n": 2} | changed))


LEXICON = pd.DataFrame(
    {
        "phrase": ["unlikely", "likely", "certain"],
        "low": [0.2, 0.55, 0.95],
        "high": [0.4, 0.75, 1.0],
        "mean": [0.3, 0.65, 0.97],
    }
)


def test_the_table_has_every_phrase_in_the_lexicons_order():
    record = pd.DataFrame(
        {
            "phrase": ["likely"] * 6 + ["unlikely", None],
            "probability": [0.65] * 6 + [0.3, 0.42],
            "outcome": [1, 1, 1, 0, 0, 0, 1, 1],
            "question": ["a", "a", "a", "b", "b", "b", "c", "d"],
        }
    )
    table = phrase_table(lexicon=LEXICON, record=record).set_index("phrase")
    assert table.index.tolist() == ["unlikely", "likely", "certain"]
    assert table["n"].tolist() == [1, 6, 0]
    assert table["occurred"].tolist() == [1, 3, 0]
    # six judgments of two questions that each came out one way are worth two
    assert table["effective_n"].tolist() == pytest.approx([1.0, 2.0, 0.0])
    assert table["questions"].tolist() == [1, 2, 0]
    alone = phrase_meaning(**LIKELY, occurred=3, n=6, effective_n=2.0)
    # one trial in two came true, of a prior of .65 with weight 10
    assert (alone.a, alone.b) == pytest.approx((6.5 + 1, 3.5 + 1))
    assert table.loc["likely", list(alone.model_dump())].to_dict() == alone.model_dump()


def test_saying_it_again_is_no_evidence():
    random = np.random.default_rng(3)
    record = pd.DataFrame({"phrase": "likely", "probability": 0.65, "question": range(40)})
    record["outcome"] = (random.random(40) < 0.4).astype(int)
    once = phrase_table(lexicon=LEXICON, record=record)
    often = phrase_table(lexicon=LEXICON, record=pd.concat([record] * 7))
    columns = ["effective_n", "mean", "low", "high", "below", "inside", "above"]
    np.testing.assert_allclose(once[columns], often[columns], rtol=1e-9)
    assert once["verdict"].tolist() == often["verdict"].tolist()


@pytest.mark.parametrize("effective_n", [-1.0, 6.1])
def test_an_effective_number_is_no_more_than_the_number(effective_n):
    with pytest.raises(ValueError, match=r"effective_n must lie in 0\.\.n, got"):
        phrase_meaning(**LIKELY, occurred=3, n=6, effective_n=effective_n)


def test_a_phrase_that_the_lexicon_lacks_is_not_dropped():
    record = pd.DataFrame({"phrase": ["maybe"], "probability": [0.5], "outcome": [1]})
    with pytest.raises(ValueError, match="'maybe'"):
        phrase_table(lexicon=LEXICON, record=record)


def test_a_phrase_twice_in_the_lexicon_is_refused():
    record = pd.DataFrame({"phrase": ["likely"], "probability": [0.65], "outcome": [1]})
    with pytest.raises(ValueError, match="twice"):
        phrase_table(lexicon=pd.concat([LEXICON, LEXICON]), record=record)
