import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pytest

import measured_run
import sample_run
from forecast_bench.review import read_run, review_content
from forecast_bench.review.curves import thinned
from forecast_bench.review.document import Figure, figures_of
from forecast_bench.review.figures import (
    FIGURES,
    phrase_chart,
    reliability_chart,
    sparkline,
    specification,
    theme,
)
from forecast_bench.review.pictures import as_png, as_svg
from measured_run import judged


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    folder = sample_run.build(tmp_path_factory.mktemp("figures") / "run", several=1)
    found = {one.name: one for one in figures_of(review_content(read_run(folder)))}
    large = judged("sound", questions=120, seed=3, days=500)
    mapped = large[["judgment"]].assign(recalibrated=large["probability"])
    run = read_run(measured_run.write(folder.parent / "large", large, recalibrated=mapped))
    measured = {one.name: one for one in figures_of(review_content(run))}
    return {**measured, **found, "coverage": COVERAGE, "changes": CHANGES}


NO_BANDS = pd.DataFrame(columns=["phrase", "low", "high", "label_at", "shade"])


# Of two states, and of the store, and so in no review of a run.
CHANGES = Figure(
    "changes",
    "changes",
    "a: before 65 % stated, 60 % live, after 85 % stated, 70 % live.",
    "",
    frames={
        "changes": pd.DataFrame(
            {
                "label": ["a", "new one"],
                **{f"low_{when}": [0.55, 0.8] for when in ("before", "after")},
                **{f"high_{when}": [0.75, 0.9] for when in ("before", "after")},
                "live_before": [0.6, float("nan")],
                "live_after": [0.7, 0.95],
            }
        )
    },
)
COVERAGE = Figure(
    "coverage",
    "coverage",
    "Days covered: made from 2017-01-01 to 2017-12-31.",
    "",
    frames={
        "spans": pd.DataFrame(
            {"row": ["made: Mali"], "start": ["2017-01-01"], "end": ["2018-01-01"]}
        ),
        "vintages": pd.DataFrame({"row": ["made: Mali"], "date": ["2018-01-31"]}),
    },
)


def test_coverage_has_a_bar_and_a_tick() -> None:
    svg = as_svg(COVERAGE)
    assert theme.LIVE in svg
    assert theme.REFERENCE in svg
    assert ">made: Mali<" in svg


def test_changes_have_two_bars_a_ring_and_a_dot() -> None:
    svg = as_svg(CHANGES)
    for colour in (theme.BEFORE, theme.BAND, theme.LIVE):
        assert f'fill="{colour}"' in svg
    assert f'fill="{theme.PLATE}" stroke="{theme.INK}"' in svg
    assert ">new one<" in svg


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    # WCAG 2: (1 + 0.05) / (0 + 0.05) = 21.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", theme.TEXT_COLOURS)
def test_words_on_the_plate_have_contrast(colour: str) -> None:
    assert contrast(colour, theme.PLATE) >= 4.5


def test_words_on_the_page_have_contrast_in_light_dark_and_print() -> None:
    style = Path(sparkline.__file__).parents[1].joinpath("templates/style.css").read_text("utf-8")
    blocks = re.findall(r":root\{([^}]*)\}", style)
    assert len(blocks) == 3
    for block in blocks:
        found = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})", block))
        colours = {
            name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:])
            for name, value in found.items()
        }
        for words in ("ink", "quiet", "link"):
            assert contrast(colours[words], colours["page"]) >= 4.5
        for kind in ("alarm", "caveat"):
            assert contrast(colours["ink"], colours[f"{kind}-plate"]) >= 4.5


@pytest.mark.parametrize("kind", sorted(FIGURES))
def test_each_kind_is_drawn_the_same_each_time(figures: dict[str, Figure], kind: str) -> None:
    figure = next(one for one in figures.values() if one.kind == kind)
    first = as_svg(figure)
    assert first == as_svg(figure)
    assert ElementTree.fromstring(first).tag.endswith("svg")  # noqa: S314 -- our own text
    assert "<script" not in first


@pytest.mark.parametrize("counted", [True, False])
def test_a_judgment_is_specified_as_its_chart_is(
    figures: dict[str, Figure], *, counted: bool
) -> None:
    figure = figures["judgment-counted-000"]
    counts = figure.frames["counts"]
    frames = {**figure.frames, "counts": counts if counted else counts.iloc[:0]}
    chart = FIGURES["judgment"](frames, figure.options)
    drawn = specification("judgment", frames, figure.options)
    assert drawn == chart.to_dict(validate=False)


def test_a_png_is_a_png(figures: dict[str, Figure]) -> None:
    assert as_png(as_svg(figures["reliability"])).startswith(b"\x89PNG")


def test_probabilities_run_from_nought_to_one_hundred(figures: dict[str, Figure]) -> None:
    for name in ("judgment-counted-000", "reliability", "recalibration"):
        svg = as_svg(figures[name])
        assert ">0 %<" in svg
        assert ">100 %<" in svg


def test_the_curve_shows_window_end_revision_and_hollow_points(figures: dict[str, Figure]) -> None:
    revised = as_svg(figures["judgment-counted-000"])
    assert ">revised<" in revised
    assert ">window ends<" in revised
    open_one = as_svg(figures["judgment-counted-010"])
    assert ">as of<" in open_one
    hollow = f'fill="{theme.PLATE}"'
    assert hollow in open_one


def test_bands_are_one_piece_for_each_statement(figures: dict[str, Figure]) -> None:
    bands = figures["judgment-counted-000"].frames["bands"]
    assert bands[["start", "low"]].to_numpy().tolist() == [
        ["2017-12-31", 0.80],
        ["2018-06-30", 0.95],
    ]
    assert list(bands["end"]) == ["2018-06-30", "2019-06-30"]


def test_ambiguous_incidents_stand_on_the_clear_ones(figures: dict[str, Figure]) -> None:
    months = figures["judgment-counted-001"].frames["counts"]
    unclear = months[months["kind"] == "ambiguous labels"]
    assert len(unclear)
    clear = months[months["kind"] != "ambiguous labels"].set_index("start")["count"]
    assert list(unclear["below"]) == [clear[day] for day in unclear["start"]]


def test_a_phrase_without_outcomes_is_drawn_without_a_point() -> None:
    frame = pd.DataFrame(
        {
            "label": ["a", "b"],
            "band_low": [0.1, 0.5],
            "band_high": [0.2, 0.7],
            "posterior_mean": [0.15, 0.6],
            "low": [0.1, 0.4],
            "high": [0.3, 0.8],
            "n": [0, 4],
            "tally": ["n = 0", "2 of 4"],
            "heard": [0.5, None],
            "heard_low": [0.4, None],
            "heard_high": [0.6, None],
        }
    )
    layers = phrase_chart(frame).to_dict()
    datasets = layers["datasets"]
    points = next(one for one in layers["layer"] if one["mark"]["type"] == "point")
    assert [row["label"] for row in datasets[points["data"]["name"]]] == ["b"]


def test_nothing_joins_pooled_points_of_different_value() -> None:
    frame = pd.DataFrame(
        {
            "probability": [0.1, 0.5, 0.9],
            "n": [4, 4, 4],
            "frequency": [0.2, 0.6, 0.4],
            "recalibrated": [0.2, 0.5, 0.5],
            "band_low": [0.0] * 3,
            "band_high": [1.0] * 3,
            "pooled_to": [0.1, 0.9, 0.9],
        }
    )
    upper = reliability_chart(frame, NO_BANDS, title="n = 12", warning="").to_dict()["vconcat"][0]
    lines = [one for one in upper["layer"] if one["mark"]["type"] == "line"]
    # The only line is the diagonal.
    assert len(lines) == 1
    assert lines[0]["encoding"]["y"]["field"] == "value"


def test_the_warning_is_on_the_figure() -> None:
    frame = pd.DataFrame(
        {
            "probability": [0.5],
            "n": [1],
            "frequency": [1.0],
            "recalibrated": [1.0],
            "band_low": [0.0],
            "band_high": [1.0],
            "pooled_to": [0.5],
        }
    )
    made = Figure(
        "r",
        "reliability",
        "",
        "",
        frames={"reliability": frame, "bands": NO_BANDS},
        options={"title": "n = 1", "warning": "Too few to judge."},
    )
    assert ">Too few to judge.<" in as_svg(made)


def test_days_are_thinned_to_month_ends_and_revisions() -> None:
    days = pd.date_range("2018-01-10", "2018-03-05").strftime("%Y-%m-%d")
    stated = [0.8 if day < "2018-02-14" else 0.9 for day in days]
    kept = thinned(pd.DataFrame({"judgment": "j", "date": days, "stated": stated}))
    assert list(kept["date"]) == [
        "2018-01-10",
        "2018-01-31",
        "2018-02-14",
        "2018-02-28",
        "2018-03-05",
    ]


def test_a_sparkline_spans_its_frame() -> None:
    drawn = sparkline.sparkline([0.0, 0.5, 1.0], low=0.25, high=0.75)
    assert 'points="0,48 120,24 240,0"' in drawn
    # Band 25-75 % of a height of 48: from 12 down to 36.
    assert 'y="12" width="240" height="24"' in drawn


def test_a_gauge_without_numbers_is_an_empty_scale() -> None:
    drawn = sparkline.gauge(low=None, high=None, stated=None, live=None)
    assert "circle" not in drawn
    assert "rect" not in drawn
