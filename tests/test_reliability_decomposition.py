import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.reliability import corp_decomposition, murphy_decomposition
from forecast_bench.scoring import SCORING_RULES

# p, n and hits small enough to work by hand
TOY = {
    "probability": np.repeat([0.1, 0.5, 0.9], [40, 20, 40]),
    "outcome": np.repeat([1, 0, 1, 0, 1, 0], [2, 38, 11, 9, 38, 2]),
}
FIFTEEN = {
    "probability": [
        *(0.70, 0.70, 0.70, 0.90, 0.90, 0.90, 0.20, 0.20),
        *(0.20, 0.55, 0.05, 0.95, 0.85, 0.85, 0.40),
    ],
    "outcome": [1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0],
}
records = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.85, 1.0]) | st.floats(0, 1), st.integers(0, 1)
    ),
    min_size=1,
    max_size=50,
)
rules = pytest.mark.parametrize("rule", SCORING_RULES)


def test_murphy_of_the_toy():
    # 51 of 100 came true, so VI is .51 * .49
    # frequencies .05, .55, .95: CI = (40 * .05^2 + 20 * .05^2 + 40 * .05^2) / 100 = .0025
    # DI = (40 * .46^2 + 20 * .04^2 + 40 * .44^2) / 100 = (8.464 + .032 + 7.744) / 100
    # NDI = .1624 / .2499; ANDI = (100 NDI - 2) / 98
    parts = murphy_decomposition(**TOY)
    assert (parts.n, parts.distinct_values) == (100, 3)
    assert parts.brier == pytest.approx(0.0900, abs=1e-12)
    assert parts.vi == pytest.approx(0.2499, abs=1e-12)
    assert parts.ci == pytest.approx(0.0025, abs=1e-12)
    assert parts.di == pytest.approx(0.1624, abs=1e-12)
    assert parts.ndi == pytest.approx(0.64986, abs=5e-6)
    assert parts.andi == pytest.approx(0.64271, abs=5e-6)


def test_corp_of_the_toy_is_murphys_since_its_frequencies_rise():
    parts = corp_decomposition(**TOY)
    assert parts.score == pytest.approx(0.0900, abs=1e-12)
    assert (parts.mcb, parts.dsc, parts.unc) == pytest.approx((0.0025, 0.1624, 0.2499), abs=1e-12)


def test_fifteen_forecasts_as_other_tools_have_them():
    # 8 of 15 came true, so the uncertainty is 56 of 225
    brier, log = corp_decomposition(**FIFTEEN), corp_decomposition(**FIFTEEN, rule="log")
    assert brier.score == pytest.approx(0.1755, abs=1e-12)
    assert brier.mcb == pytest.approx(0.042167, abs=5e-7)
    assert brier.dsc == pytest.approx(0.115556, abs=5e-7)
    assert brier.unc == pytest.approx(56 / 225, abs=1e-12)
    assert log.score == pytest.approx(0.517379, abs=5e-7)


def test_a_record_with_the_indices_of_a_published_one_has_its_brier_score():
    # Mandel & Barnes (2014) print VI .240, DI .182, CI .016 and Brier .074 for 1,514 forecasts.
    # Of 600 forecasts 30 came true (.05) and of 1,000, 930 (.93); obar = .6, so VI is .24 and
    # DI is .375 * .55^2 + .625 * .33^2 = .1815; all stated .1265 off, whose square is .016
    off = math.sqrt(0.016)
    parts = murphy_decomposition(
        probability=np.repeat([0.05 + off, 0.93 - off], [600, 1000]),
        outcome=np.repeat([1, 0, 1, 0], [30, 570, 930, 70]),
    )
    assert (parts.vi, parts.di, parts.ci) == pytest.approx((0.240, 0.1815, 0.016), abs=1e-12)
    assert parts.brier == pytest.approx(0.074, abs=0.001)
    assert parts.brier == pytest.approx(parts.vi - parts.di + parts.ci, abs=1e-12)


@rules
@given(rows=records)
def test_score_is_mcb_less_dsc_plus_unc(rule, rows):
    probability, outcome = zip(*rows, strict=True)
    parts = corp_decomposition(probability=probability, outcome=outcome, rule=rule)
    assert parts.score == pytest.approx(parts.mcb - parts.dsc + parts.unc, abs=1e-12)
    assert parts.mcb >= 0.0
    assert 0.0 <= parts.dsc <= parts.unc + 1e-12


@given(rows=records)
def test_brier_is_vi_less_di_plus_ci(rows):
    probability, outcome = zip(*rows, strict=True)
    parts = murphy_decomposition(probability=probability, outcome=outcome)
    assert parts.brier == pytest.approx(parts.vi - parts.di + parts.ci, abs=1e-12)
    assert parts.di <= parts.vi + 1e-12


@rules
@given(rows=records, random=st.randoms(use_true_random=False))
def test_shuffling_the_rows_changes_no_bit(rule, rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    first, second = (
        corp_decomposition(probability=[p for p, _ in x], outcome=[y for _, y in x], rule=rule)
        for x in (rows, shuffled)
    )
    assert first == second


@rules
def test_stating_the_recalibrated_leaves_no_miscalibration(rule):
    from forecast_bench.reliability import isotonic_curve

    curve = isotonic_curve(**FIFTEEN).set_index("probability")["recalibrated"]
    stated = curve.loc[FIFTEEN["probability"]].to_numpy()
    parts = corp_decomposition(probability=stated, outcome=FIFTEEN["outcome"], rule=rule)
    assert parts.mcb == pytest.approx(0.0, abs=1e-12)
    assert parts.dsc == pytest.approx(corp_decomposition(**FIFTEEN, rule=rule).dsc, abs=1e-12)


def test_always_the_base_frequency_has_neither_part():
    parts = corp_decomposition(probability=[0.25] * 4, outcome=[1, 0, 0, 0])
    assert (parts.score, parts.mcb, parts.dsc, parts.unc) == (0.1875, 0.0, 0.0, 0.1875)


def test_a_wrong_certainty_is_infinite_where_the_score_is_not_clamped():
    record = {"probability": [1.0, 0.2, 0.2], "outcome": [0, 1, 0]}
    free = corp_decomposition(**record, rule="log_unclamped")
    assert free.score == free.mcb == math.inf
    assert math.isfinite(free.dsc)
    assert math.isfinite(corp_decomposition(**record, rule="log").score)


@pytest.mark.parametrize("outcome", [[0, 0, 0], [1, 1, 1]])
def test_one_sided_outcomes_have_no_normalised_discrimination(outcome):
    parts = murphy_decomposition(probability=[0.1, 0.2, 0.2], outcome=outcome)
    assert (parts.vi, parts.di) == (0.0, 0.0)
    assert math.isnan(parts.ndi)
    assert math.isnan(parts.andi)


def test_as_many_values_as_forecasts_discriminate_perfectly_on_paper():
    # J = N: each frequency is 0 or 1, DI = VI, NDI = 1, ANDI = (N - N + 1) / 1
    parts = murphy_decomposition(probability=[0.1, 0.2, 0.3], outcome=[1, 0, 1])
    assert (parts.ndi, parts.andi) == pytest.approx((1.0, 1.0))


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="no scoring rule 'crps'"):
        corp_decomposition(probability=[0.5], outcome=[1], rule="crps")


@pytest.mark.parametrize("values", [7, None])
def test_it_equals_model_diagnostics(values):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from model_diagnostics.scoring import LogLoss, SquaredError, decompose
    random = np.random.default_rng(6)
    probability = random.uniform(0.01, 0.99, 2000)
    if values:
        probability = np.ceil(probability * values) / (values + 1)
    outcome = (random.random(2000) < probability**1.4).astype(float)
    weight = random.uniform(0.5, 2.0, 2000)
    for rule, function in (("brier", SquaredError()), ("log_unclamped", LogLoss())):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = decompose(
                outcome, probability, weights=weight, scoring_function=function, functional="mean"
            ).row(0, named=True)
        ours = corp_decomposition(
            probability=probability, outcome=outcome, rule=rule, weight=weight
        )
        assert ours.score == pytest.approx(theirs["score"], abs=1e-12)
        assert ours.mcb == pytest.approx(theirs["miscalibration"], abs=1e-12)
        assert ours.dsc == pytest.approx(theirs["discrimination"], abs=1e-12)
        assert ours.unc == pytest.approx(theirs["uncertainty"], abs=1e-12)
