"""Revisions: the factor counts from the last one, and a move splits into two parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.rates import log_odds_at_least, rate_law
from forecast_bench.updating import Statement, live_log_odds, log_odds, revised, split_move

finite = st.floats(-50, 50)
statements = st.lists(
    st.builds(Statement, stated_log_odds=finite, law_log_odds=finite), min_size=1, max_size=5
)


def test_worked_by_hand():
    # 1.0 stated when the law said 0.0; the law rises to 0.5, so 1.5; the analyst says 3.0; the law
    # falls to -0.5, so 2.0. In all +1.0: the analyst +1.5, the counts 0.5 - 1.0 = -0.5.
    first = Statement(stated_log_odds=1.0, law_log_odds=0.0)
    second = Statement(stated_log_odds=3.0, law_log_odds=0.5)
    assert float(revised([first, second], law_log_odds=-0.5)) == 2.0
    move = split_move([first, second], in_force_before=1, law_before=0.0, law_after=-0.5)
    assert float(move.before) == 1.0
    assert float(move.after) == 2.0
    assert float(move.analyst) == 1.5
    assert float(move.counts) == -0.5


def test_a_revision_starts_the_counts_afresh():
    law = rate_law(incidents=5, exposure_months=12)
    window = {"threshold": 8, "exposure_months": 18}

    def at(incidents, elapsed):
        return log_odds_at_least(law, **window, incidents=incidents, elapsed_months=elapsed)

    told = [
        Statement(stated_log_odds=log_odds(0.85), law_log_odds=at(0, 0)),
        Statement(stated_log_odds=log_odds(0.95), law_log_odds=at(3, 6)),
    ]
    # On its own date a revision is what it says.
    assert float(revised(told, law_log_odds=at(3, 6))) == pytest.approx(float(log_odds(0.95)))
    # Later only the counts since then bear on it.
    expected = live_log_odds(
        stated_log_odds=log_odds(0.95), base_log_odds=at(3, 6), after_log_odds=at(4, 12)
    )
    assert float(revised(told, law_log_odds=at(4, 12))) == float(expected)


@given(statements, finite, finite, st.data())
def test_the_parts_add_up(told, law_before, law_after, data):
    in_force = data.draw(st.integers(1, len(told)))
    move = split_move(told, in_force_before=in_force, law_before=law_before, law_after=law_after)
    assert float(move.after - move.before) == pytest.approx(
        float(move.analyst + move.counts), abs=1e-10
    )
    assert float(move.before) == pytest.approx(
        float(revised(told[:in_force], law_log_odds=law_before)), abs=1e-10
    )
    assert float(move.after) == pytest.approx(
        float(revised(told, law_log_odds=law_after)), abs=1e-10
    )
    # The stretches between revisions are one move of the law.
    assert float(move.counts) == pytest.approx(law_after - law_before, abs=1e-10)
    if in_force == len(told):
        assert float(move.analyst) == 0.0


def test_a_ruling_is_the_counts_doing_and_the_last_word():
    first = Statement(stated_log_odds=1.0, law_log_odds=0.0)
    ruled = split_move([first], in_force_before=1, law_before=0.5, law_after=np.inf)
    assert (float(ruled.analyst), float(ruled.counts)) == (0.0, np.inf)
    late = Statement(stated_log_odds=-2.0, law_log_odds=np.inf)
    still = split_move([first, late], in_force_before=1, law_before=np.inf, law_after=np.inf)
    assert (float(still.analyst), float(still.counts)) == (0.0, 0.0)
    assert float(still.after) == np.inf


def test_arrays_of_judgments_at_once():
    first = Statement(stated_log_odds=np.array([1.0, -1.0]), law_log_odds=np.array([0.0, 0.2]))
    move = split_move(
        [first], in_force_before=1, law_before=0.1, law_after=np.array([0.4, -np.inf])
    )
    assert move.counts.tolist() == pytest.approx([0.3, -np.inf])
    assert move.after.tolist() == pytest.approx([1.4, -np.inf])


def test_nonsense_is_refused():
    first = Statement(stated_log_odds=1.0, law_log_odds=0.0)
    with pytest.raises(ValueError, match="must not be empty"):
        revised([], law_log_odds=0.0)
    for in_force in (0, 2):
        with pytest.raises(ValueError, match="in_force_before"):
            split_move([first], in_force_before=in_force, law_before=0.0, law_after=0.0)
