"""What the gate lets through, over simulated teams, and calibration of the nested Laplace."""

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr
from scipy.stats import chi2

from forecast_bench.bayes import (
    RecalibrationSettings,
    cells,
    gain_over_identity,
    gate,
    laplace_recalibrate,
    nested_laplace,
    without_groups,
)
from recalibrated_teams import BOLD, EVEN, STATED, team
from simulated_ranks import histograms, ranks_of_the_truth

MODEL = RecalibrationSettings()
TEAMS = 200
LATER_TEAMS = 40


def share_that_passes(slope, words):
    """Share of teams that pass: the first share of the correction common to all decides it."""
    first = MODEL.gate.model_copy(update={"shares": MODEL.gate.shares[:1]})
    model = without_groups(MODEL).model_copy(update={"gate": first})
    passed = [
        gate(team(slope=slope, seed=seed, words=words), model, seed=seed).passed
        for seed in range(TEAMS)
    ]
    print(f"slope {slope}: {np.mean(passed):.1%} pass")  # noqa: T201
    return np.mean(passed)


@pytest.mark.long
@pytest.mark.parametrize("words", [EVEN, BOLD], ids=["even", "bold"])
def test_few_sound_teams_pass(words):
    assert share_that_passes(1.0, words) <= 0.05


@pytest.mark.long
@pytest.mark.parametrize(("words", "least"), [(EVEN, 0.78), (BOLD, 0.9)], ids=["even", "bold"])
def test_most_over_confident_teams_pass(words, least):
    assert share_that_passes(0.7, words) >= least


@pytest.mark.long
@pytest.mark.parametrize("words", [EVEN, BOLD], ids=["even", "bold"])
def test_what_is_put_forward_gains_later(words):
    chosen, gains = [], []
    for seed in range(LATER_TEAMS):
        frame = team(slope=0.7, seed=seed, words=words)
        verdict = gate(frame, MODEL, seed=seed)
        if not verdict.passed:
            continue
        correction, _ = verdict.best
        model = MODEL if correction.groups else without_groups(MODEL)
        later = team(slope=0.7, seed=seed + 10_000, outcomes=2000, words=words)
        mapped = laplace_recalibrate(
            nested_laplace(cells(frame), model), later, with_interval=False, share=correction.share
        )
        held = gain_over_identity(later.assign(recalibrated=mapped["median"]), MODEL, seed=seed)
        chosen.append(str(correction))
        gains.append(held.gain)
    gains = np.array(gains)
    shares = {one: chosen.count(one) for one in sorted(set(chosen))}
    print(f"{gains.mean():.4f}, {(gains > 0).mean():.1%} above zero; {shares}")  # noqa: T201
    assert gains.mean() > 0.005
    assert (gains > 0).mean() >= 0.9


def power(outcomes, *, words, share):
    """How often the gain of who knows the slope of 0.7 has an interval above zero."""
    moved = expit((1 + share * (0.7 - 1)) * logit(STATED))
    true = expit(0.7 * logit(STATED))
    if_so, if_not = np.log(moved / STATED), np.log((1 - moved) / (1 - STATED))
    mean = words @ (true * if_so + (1 - true) * if_not)
    square = words @ (true * if_so**2 + (1 - true) * if_not**2)
    return ndtr(np.sqrt(outcomes) * mean / np.sqrt(square - mean**2) - 1.645)


def test_what_whoever_knew_the_slope_would_pass():
    # Of 400 outcomes 350 follow the first fit. The whole correction is no use at these numbers; a
    # share near nothing is the score test of "sound" against "over-confident", about the most
    # powerful there is: a gate that lets one sound team in twenty pass can hardly do better than
    # the last of each row, and has to learn the slope first.
    shares = (1.0, 0.5, 0.25, 0.1, 1e-6)
    even = [power(350, words=EVEN, share=one) for one in shares]
    bold = [power(350, words=BOLD, share=one) for one in shares]
    assert even == pytest.approx([0.47, 0.74, 0.83, 0.86, 0.88], abs=0.01)
    assert bold == pytest.approx([0.58, 0.84, 0.92, 0.94, 0.95], abs=0.01)


@pytest.mark.long
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
