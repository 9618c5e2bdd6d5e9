"""What is said of simulated analysts whose faults are known, at stated rates."""

import numpy as np
import pytest

from simulated_analysts import inside_the_band, rates

ANALYSTS = 300


def slack(rate, number=ANALYSTS):
    """Three standard deviations of a share seen among so many analysts."""
    return 3 * np.sqrt(rate * (1 - rate) / number)


def found(fault, questions, each=1):
    return rates(fault, questions=questions, analysts=ANALYSTS, seed=11, each=each)


@pytest.mark.long
@pytest.mark.parametrize(("questions", "each"), [(40, 1), (60, 5), (200, 1), (200, 3)])
def test_of_a_sound_analyst_nothing_is_said_nine_times_in_ten(questions, each):
    said = found("sound", questions, each)
    assert said["no fault found"] >= 0.9 - slack(0.9)
    # a phrase is wronged at most one time in ten; there are seven of them
    assert said["phrases wrong"] / 7 <= 0.1
    # and saying the same of a question several times makes no difference
    assert said["another phrase"] <= 0.1 + slack(0.1) + 0.05


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "name", "at_60", "at_200", "seldom"),
    [
        ("over-confident", "over-confident", 0.25, 0.85, ("under-confident",)),
        ("under-confident", "under-confident", 0.3, 0.9, ("over-confident",)),
        ("base-rate blind", "too far from base rates", 0.8, 0.98, ("too near to base rates",)),
        ("one phrase misread", "the misread phrase", 0.02, 0.55, ("under-confident",)),
    ],
)
def test_a_fault_is_named_and_its_opposite_is_not(fault, name, at_60, at_200, seldom):
    for questions, rate in ((60, at_60), (200, at_200)):
        said = found(fault, questions)
        assert said[name] >= rate - slack(rate)
        for other in seldom:
            assert said[other] <= 0.02 + slack(0.02)


@pytest.mark.long
@pytest.mark.parametrize(("revisions", "as_trials"), [(5, 0.80), (20, 0.58)])
def test_revisions_are_not_trials(revisions, as_trials):
    """1,000 calibrated analysts with 30 questions: points of their curves inside the 90 % band."""
    shares = inside_the_band(revisions=revisions, analysts=1000, seed=3, draws=200)
    # few outcomes make steps, so the band holds a little more than it says
    assert 0.89 <= shares["clustered"].mean() <= 0.97
    assert shares["as trials"].mean() <= as_trials


def test_a_faulty_analyst_is_told_from_a_sound_one_in_little():
    sound = rates("sound", questions=150, analysts=10, seed=4)
    blind = rates("base-rate blind", questions=150, analysts=10, seed=4)
    assert sound["no fault found"] >= 0.7
    assert blind["too far from base rates"] >= 0.9
