"""Many threshold questions in one call."""

import numpy as np
import pytest

from forecast_bench.rates import log_odds_at_least, rate_law, threshold_log_odds


def questions(size):
    generator = np.random.default_rng(3)
    months = generator.choice([3.0, 6.0, 18.0], size)
    elapsed = np.ceil(generator.random(size) * months * 30) / 30
    return {
        "baseline_incidents": generator.poisson(generator.gamma(0.5, 40.0, size)),
        "baseline_months": generator.choice([6.0, 12.0], size),
        "threshold": generator.integers(0, 200, size),
        "exposure_months": months,
        "incidents": generator.poisson(elapsed),
        "elapsed_months": elapsed,
    }


@pytest.mark.parametrize("dispersion", [None, 2.0])
def test_one_call_equals_one_by_one(dispersion):
    many = questions(300)
    odds = threshold_log_odds(**many, dispersion=dispersion)
    for row in range(0, 300, 7):
        one = {name: values[row] for name, values in many.items()}
        law = rate_law(
            incidents=one["baseline_incidents"],
            exposure_months=one["baseline_months"],
            dispersion=dispersion,
        )
        window = {"threshold": one["threshold"], "exposure_months": one["exposure_months"]}
        base = float(log_odds_at_least(law, **window))
        after = float(
            log_odds_at_least(
                law, **window, incidents=one["incidents"], elapsed_months=one["elapsed_months"]
            )
        )
        assert odds.base[row] == pytest.approx(base, rel=1e-11, abs=1e-12)
        assert odds.after[row] == pytest.approx(after, rel=1e-11, abs=1e-12)


def test_blocks_leave_no_seam():
    many = questions(70_000)
    whole = threshold_log_odds(**many)
    tail = threshold_log_odds(**{name: values[32_700:32_800] for name, values in many.items()})
    assert np.allclose(whole.base[32_700:32_800], tail.base, rtol=1e-12)
    assert not np.isnan(whole.base).any()
    assert not np.isnan(whole.after).any()


def test_shapes_follow_the_arguments():
    odds = threshold_log_odds(
        baseline_incidents=np.array([[5], [0]]),
        baseline_months=12,
        threshold=[1, 8, 900],
        exposure_months=18,
        drift=np.array([[0.5], [0.3]]),
    )
    assert odds.base.shape == odds.after.shape == (2, 3)
    assert np.array_equal(odds.base, odds.after)
    single = threshold_log_odds(
        baseline_incidents=5, baseline_months=12, threshold=8, exposure_months=18
    )
    # The odds of 0.526024.
    assert float(single.base) == pytest.approx(np.log(0.526024 / 0.473976), abs=3e-6)
