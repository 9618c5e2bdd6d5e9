import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.reliability.distinct import distinct_forecasts, mean_score, recalibrated
from forecast_bench.scoring import SCORING_RULES

records = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.85, 1.0]), st.integers(0, 1)),
    min_size=1,
    max_size=40,
)


def test_ties_are_pooled_in_rising_order():
    pooled = distinct_forecasts(
        probability=[0.9, 0.2, 0.9, 0.2, 0.9], outcome=[1, 0, 0, 1, 1], weight=[1, 2, 3, 4, 5]
    )
    assert pooled.probability.tolist() == [0.2, 0.9]
    assert pooled.n.tolist() == [2, 3]
    assert pooled.occurred.tolist() == [1, 2]
    # .2: weights 2 and 4, the 4 occurred; .9: weights 1, 3, 5, the 1 and the 5 occurred
    assert pooled.weight.tolist() == [6.0, 9.0]
    assert pooled.weight_occurred.tolist() == [4.0, 6.0]
    assert pooled.base_frequency == pytest.approx(10 / 15)


@given(records)
def test_the_fit_is_the_max_min_of_block_means(rows):
    pooled = distinct_forecasts(probability=[p for p, _ in rows], outcome=[y for _, y in rows])
    size = pooled.n.size
    # the textbook formula: the highest, over starts up to here, of the lowest mean to an end
    expected = [
        max(
            min(
                pooled.occurred[i : j + 1].sum() / pooled.n[i : j + 1].sum() for j in range(k, size)
            )
            for i in range(k + 1)
        )
        for k in range(size)
    ]
    assert recalibrated(pooled) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rule", SCORING_RULES.values(), ids=SCORING_RULES)
@given(rows=records)
def test_the_pooled_mean_score_is_the_mean_score(rule, rows):
    probability, outcome = zip(*rows, strict=True)
    pooled = distinct_forecasts(probability=probability, outcome=outcome)
    each = rule.score(probability=probability, outcome=outcome)
    assert mean_score(pooled, rule=rule) == pytest.approx(float(each.mean()), abs=1e-12)


@pytest.mark.parametrize("weight", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, np.nan], [1.0, np.inf]])
def test_weights_that_are_none_are_refused(weight):
    with pytest.raises(ValueError, match="weight must"):
        distinct_forecasts(probability=[0.1, 0.2], outcome=[0, 1], weight=weight)
