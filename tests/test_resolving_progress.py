import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.resolving import Progress
from strategies import progresses, windows

DAY = datetime.date


def test_nothing_is_known_before_the_first_period_ends():
    months = Progress((DAY(2018, 1, 31), DAY(2018, 2, 28)), (3, 5), (4, 9))
    assert months.until(DAY(2018, 1, 30)) == (0, 0)
    assert months.until(DAY(2018, 1, 31)) == (3, 4)
    assert months.until(DAY(2018, 2, 27)) == (3, 4)
    assert months.until(DAY(2030, 1, 1)) == (5, 9)
    assert [months.first_day_at(total) for total in (1, 3, 4, 5, 6)] == [
        DAY(2018, 1, 31), DAY(2018, 1, 31), DAY(2018, 2, 28), DAY(2018, 2, 28), None,
    ]  # fmt: skip


def test_columns_of_different_lengths_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="length"):
        Progress((DAY(2018, 1, 31),), (1, 2), (1, 2))


@given(st.data())
def test_the_first_day_at_a_total_is_the_first_on_which_it_is_known(data):
    window = data.draw(windows())
    progress = data.draw(progresses(window))
    total = data.draw(st.integers(1, 20))
    first = progress.first_day_at(total)
    if first is None:
        assert progress.until(window.end)[0] < total
    else:
        assert progress.until(first)[0] >= total
        assert progress.until(first - datetime.timedelta(days=1))[0] < total
