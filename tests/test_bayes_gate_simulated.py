"""What the gate lets through, over simulated teams, and calibration of the nested Laplace."""

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr
from scipy.stats import chi2

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    gain_over_identity,
    laplace_recalibrate,
    nested_laplace,
    rolling_origin,
)
from recalibrated_teams import STATED, team
from simulated_ranks import histograms, ranks_of_the_truth

MODEL = RecalibrationSettings()
TEAMS = 200


def through_the_gate(slope):
    """Share of teams whose map passes, mean gain at the gate, and gains of passed maps later."""
    passed, gains, fresh = [], [], []
    for seed in range(TEAMS):
        frame = team(slope=slope, seed=seed)
        found = rolling_origin(frame, MODEL, seed=seed)
        passed.append(found.passed)
        gains.append(found.gain)
        if found.passed:
            later = team(slope=slope, seed=seed + 10_000, outcomes=2000)
            mapped = laplace_recalibrate(
                nested_laplace(cells(frame), MODEL), later, with_interval=False
            )
            held = gain_over_identity(later.assign(recalibrated=mapped["median"]), MODEL, seed=seed)
            fresh.append(held.gain)
    return np.mean(passed), np.mean(gains), np.array(fresh)


@pytest.mark.slow
def test_few_sound_teams_pass():
    share, gain, _ = through_the_gate(1.0)
    print(f"sound: {share:.1%} pass, mean gain {gain:.4f}")  # noqa: T201
    assert share <= 0.05
    assert gain < 0


@pytest.mark.slow
def test_over_confident_teams_and_what_their_maps_gain_later():
    # The goal is 90 %. It is not reached, and cannot be: see the test that follows.
    share, gain, fresh = through_the_gate(0.7)
    print(  # noqa: T201
        f"over-confident: {share:.1%} pass, mean gain {gain:.4f}; later: mean {fresh.mean():.4f}, "
        f"{(fresh > 0).mean():.1%} above zero"
    )
    assert gain > 0
    assert 0.1 < share < 0.9
    assert fresh.mean() > 0
    assert (fresh > 0).mean() >= 0.95


def test_no_map_could_pass_nine_times_in_ten():
    # Whoever knew the true slope of 0.7 from the first day on would be held against 400 outcomes.
    # The interval of his mean gain is above zero when gain over its standard error exceeds 1.645.
    # Even with the one statement that tells most, that is three times in four at best.
    stated = np.linspace(0.501, 0.9999, 20_000)
    true = expit(0.7 * logit(stated))
    if_so, if_not = np.log(true / stated), np.log((1 - true) / (1 - stated))
    gain = true * if_so + (1 - true) * if_not
    deviation = np.abs(if_so - if_not) * np.sqrt(true * (1 - true))
    best = (gain / deviation).max()
    assert ndtr(np.sqrt(400) * best - 1.645) == pytest.approx(0.72, abs=0.01)
    # With the seven phrases of these teams, and the 350 outcomes that follow a first fit:
    at = np.searchsorted(stated, STATED[STATED > 0.5])
    mean = 2 * gain[at].sum() / 7
    square = 2 * (true[at] * if_so[at] ** 2 + (1 - true[at]) * if_not[at] ** 2).sum() / 7
    power = ndtr(np.sqrt(350) * mean / np.sqrt(square - mean**2) - 1.645)
    assert power == pytest.approx(0.45, abs=0.03)


@pytest.mark.slow
def test_ranks_of_the_truth_in_the_nested_laplace_are_uniform():
    ranks = ranks_of_the_truth(TEAMS)
    counts = histograms(ranks)
    statistic = ((counts - 20) ** 2 / 20).sum(axis=1)
    print("chi-square", statistic.round(1), counts[:2].tolist())  # noqa: T201
    # 25 effects at once: the upper 0.001/25 point with 9 degrees of freedom.
    assert statistic.max() < chi2.ppf(1 - 0.001 / len(statistic), 9)
    # Effects of one data set go together, but over data sets each interval holds at its level.
    inside = ((ranks > 0.05) & (ranks < 0.95)).mean()
    print("90 % intervals hold", inside)  # noqa: T201
    assert inside == pytest.approx(0.9, abs=0.015)
