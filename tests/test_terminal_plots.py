"""Plots made of characters: every cell by hand, and laws for all probabilities."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.cli.board import print_board
from forecast_bench.cli.plots import (
    Shown,
    bar_key,
    count_sparkline,
    path_plot,
    probability_bar,
    wrapped,
)
from forecast_bench.cli.reliability_plot import points_of
from forecast_bench.cli.terminal import ASCII, BLUE, ORANGE, UNICODE
from forecast_bench.reliability import reliability_points

probability = st.floats(0, 1)


def test_a_bar_by_hand():
    # Ten cells of 10 %: the band 0.55 to 0.75 reaches into 5, 6 and 7; 0.65 lies in 6, 0.995 in 9.
    drawn = probability_bar(Shown(0.55, 0.75, 0.65, 0.995), width=10, signs=ASCII)
    assert drawn.plain == "-----=|=-o"
    drawn = probability_bar(Shown(0.55, 0.75, 0.65, 0.61), width=10, signs=UNICODE)
    assert drawn.plain == "─────▒◉▒──"


def test_ends_of_the_scale_are_in_the_first_and_the_last_cell():
    assert probability_bar(Shown(0.0, 0.1, 0.0, 1.0), width=10, signs=ASCII).plain == "|--------o"
    assert probability_bar(Shown(0.9, 1.0, 1.0, 0.0), width=10, signs=ASCII).plain == "o--------|"


def test_what_is_outside_has_another_colour_too():
    for outside, colour in ((True, ORANGE), (False, BLUE)):
        drawn = probability_bar(Shown(0.1, 0.2, 0.15, 0.9, outside), width=10, signs=ASCII)
        assert [str(one.style) for one in drawn.spans if drawn.plain[one.start] == "o"] == [
            f"bold {colour}"
        ]


@given(probability, probability, probability, probability, st.integers(1, 80))
def test_a_bar_has_its_width_and_shows_everything(one, other, stated, live, width):
    low, high = sorted((one, other))
    for signs in (ASCII, UNICODE):
        text = probability_bar(Shown(low, high, stated, live), width=width, signs=signs).plain
        assert len(text) == width
        place = min(width - 1, int(live * width + 1e-9))
        assert text[place] in (signs.live, signs.both)
        assert (signs.both in text) == (min(width - 1, int(stated * width + 1e-9)) == place)


@given(probability, st.integers(2, 80))
def test_a_bar_without_a_band_is_a_line_with_a_dot(live, width):
    text = probability_bar(Shown(None, None, None, live), width=width, signs=ASCII).plain
    assert sorted(text) == sorted("-" * (width - 1) + "o")


def test_the_key_names_every_sign():
    text = bar_key(UNICODE, stated="a", live="b", band="c").plain
    assert text == "0 to 100 %:  ▒ c  ┃ a  ● b  ◉ both"


PATH = [
    {"date": "2018-01-01", "live": 0.65, "band_low": 0.55, "band_high": 0.75},
    {"date": "2018-01-06", "live": 0.05, "band_low": 0.55, "band_high": 0.75},
    {"date": "2018-01-10", "live": 1.0, "band_low": None, "band_high": None},
]


def test_a_path_by_hand():
    # Ten columns, one a day; rows of 20 %. 0.65 lies low in 60 to 80, 0.05 low in 0 to 20, and 1
    # at the very top. The band 0.55 to 0.75 touches 40 to 60 and 60 to 80.
    drawn = [one.plain for one in path_plot(PATH, width=10, height=5, signs=ASCII)]
    assert drawn == [
        "100 % |         '",
        "      |_____:::: ",
        " 50 % |::::::::: ",
        "      |          ",
        "  0 % |     ____ ",
        "      +----------",
        "       2018-01-01 to 2018-01-10",
    ]


@given(
    st.lists(st.tuples(probability, st.booleans()), min_size=2, max_size=40),
    st.integers(20, 90),
    st.integers(3, 20),
)
def test_every_column_of_a_path_has_one_live_cell(steps, width, height):
    days = pd.date_range("2018-01-01", periods=len(steps), freq="7D").strftime("%Y-%m-%d")
    path = [
        {
            "date": day,
            "live": live,
            "band_low": 0.2 if banded else None,
            "band_high": 0.4 if banded else None,
        }
        for day, (live, banded) in zip(days, steps, strict=True)
    ]
    drawn = path_plot(path, width=width, height=height, signs=UNICODE)
    rows = [one.plain[7:] for one in drawn[:height]]
    assert {len(one) for one in rows} == {width}
    for column in range(width):
        assert sum(row[column] in UNICODE.levels for row in rows) == 1
    # The last column is the last date: the row of its probability, from above.
    last = min(height - 1, int(steps[-1][0] * height + 1e-9))
    assert rows[height - 1 - last][-1] in UNICODE.levels


def test_dates_stand_under_their_ends_where_there_is_room():
    line = path_plot(PATH, width=40, height=4, signs=ASCII)[-1].plain
    assert line.startswith(" " * 7 + "2018-01-01 ")
    assert line.endswith(" 2018-01-10")
    assert len(line) == 47
    assert "2018-01-05" in line


@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_a_sparkline_keeps_the_order_of_counts(counts):
    for signs in (ASCII, UNICODE):
        order = signs.dot + signs.heights if signs is UNICODE else None
        text = count_sparkline(counts, signs=signs).plain
        assert len(text) == len(counts)
        if order:
            heights = [order.index(one) for one in text]
            pairs = sorted(zip(counts, heights, strict=True))
            assert [height for _, height in pairs] == sorted(heights)
            assert all((number == 0) == (height == 0) for number, height in pairs)
        if any(counts):
            assert text[counts.index(max(counts))] == signs.heights[-1]


def test_facts_are_broken_between_them_only():
    from rich.text import Text

    facts = [Text("live 53.5%"), Text("days left 426"), Text("x" * 30)]
    lines = [one.plain for one in wrapped(facts, width=26, signs=ASCII)]
    assert lines == ["live 53.5% . days left 426", "x" * 30]


def test_few_stated_values_are_shown_as_they_are():
    record = pd.DataFrame({"probability": [0.2, 0.2, 0.9], "outcome": [0, 1, 1]})
    points = points_of(reliability_points(record, seed=1))
    assert [(one.stated, one.n, one.occurred, one.pooled) for one in points] == [
        (0.2, 2, 1, 0.5),
        (0.9, 1, 1, 1.0),
    ]


def board_row(identifier, text, live, state="open"):
    numbers = {"now_band_low": 0.55, "now_band_high": 0.75, "now_mean": 0.65, "prior_mean": 0.65}
    if live is None:
        numbers = dict.fromkeys(numbers)
    side = "none" if live is None else "below" if live < 0.55 else "inside"
    rest = {"base_rate": live, "days_left": 426, "state": state, "state_reason": None}
    return {"id": identifier, "text": text, "live": live, "band_state": side, **numbers, **rest}


BOARD = [
    board_row("jnim-isgs-fight", "likely (65%)", 0.345),
    board_row("b" * 60, "words of no yardstick (no number)", None, "not assessed"),
    board_row("c", "c" * 50, 0.987, "did not occur"),
]


@pytest.mark.parametrize("more", [(), ("live",)], ids=["plain", "recalibrated"])
def test_no_letter_of_a_board_is_lost_at_any_width(more, capsys, monkeypatch):
    for name, value in (("TTY_COMPATIBLE", "1"), ("TERM", "dumb"), ("LINES", "40")):
        monkeypatch.setenv(name, value)
    for width in range(50, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        print_board(
            BOARD,
            said=lambda row: row["text"],
            percent=lambda value: "" if value is None else f"{value:.1%}",
            more=more,
        )
        shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
        # The key is a sentence, which may be broken.
        board = shown[: shown.index("0 to 100 %:")]
        assert max(map(len, board.splitlines())) <= width, width
        assert board.count("b") >= 60, width
        assert board.count("c") >= 50, width
        for one in ("34.5%", "98.7%", "not assessed", "did not occur", "▼ below", "426"):
            assert one in board, width


def test_many_stated_values_are_grouped_by_five_per_cent():
    values = [place / 1000 for place in range(0, 1001, 4)]
    record = pd.DataFrame({"probability": values, "outcome": [int(one > 0.5) for one in values]})
    points = points_of(reliability_points(record, seed=1))
    assert len(points) == 20
    assert sum(one.n for one in points) == len(values)
    assert sum(one.occurred for one in points) == int(record["outcome"].sum())
    # The first group by hand: 0, 0.004, …, 0.048, thirteen values.
    assert points[0].n == 13
    assert points[0].stated == pytest.approx(0.024)
    # 0.95, 0.952, …: all of 0.952 to 1 in steps of 0.004.
    assert points[-1].stated == pytest.approx(0.976)
    for one in points:
        assert 0 <= one.low <= one.high <= 1
        assert one.side in ("above", "below", "inside")


@pytest.mark.parametrize(
    ("pooled", "side"), [(0.1, "below"), (0.3, "inside"), (0.5, "inside"), (0.7, "above")]
)
def test_the_side_of_the_band(pooled, side):
    table = pd.DataFrame(
        {
            "probability": [0.4],
            "n": [10],
            "occurred": [4],
            "recalibrated": [pooled],
            "band_low": [0.3],
            "band_high": [0.5],
        }
    )
    assert points_of(table)[0].side == side
