"""A run in a notebook: tables, charts and overviews, and no text of an analyst as markup."""

import datetime
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import sample_run
from first_case import small_case
from forecast_bench.job.looking import look
from forecast_bench.lexicons import Lexicon, load_shipped
from forecast_bench.markup import density_svg, gauge_svg, table_html, text_html
from forecast_bench.priors import Prior, encode
from forecast_bench.reliability import MEANINGS, isotonic_curve, reliability_points, summary
from forecast_bench.review import (
    Run,
    charts,
    read_run,
    reliability_figure,
    render,
    review_content,
    tables,
)
from forecast_bench.review.document import figures_of
from forecast_bench.review.figures import FIGURES

ALLOWED = {"caption", "circle", "p", "path", "polygon", "rect", "strong", "br", "svg", "ul", "li"}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td"}


class Elements(HTMLParser):
    """Elements and attributes of a piece, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)


def safe(piece: str) -> str:
    """The text of a piece of HTML that can do nothing."""
    found = Elements(piece)
    assert found.names <= ALLOWED
    assert not any(name.startswith("on") for name in found.attributes)
    assert found.attributes.isdisjoint({"href", "src", "xlink:href"})
    return " ".join(found.said)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("notebook")
    return read_run(sample_run.build(folder / "run", judgments=7, nasty=True, several=2))


@given(st.text(max_size=80))
def test_any_text_is_only_text(text):
    piece = table_html(text, [text], [[text]])
    assert Elements(piece).names == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert text_html(text) in piece


def test_a_table_by_hand():
    shown = safe(table_html("two", ["a", "n"], [["<b>", 1], [None, 2]], numeric=["n"], longest=1))
    assert shown.split() == ["two", "a", "n", "<b>", "1", "and", "1", "more", "rows"]


def test_a_gauge_and_a_density_by_hand():
    drawn = gauge_svg(low=0.5, high=0.75, stated=0.6, live=0.9).svg
    assert 'x="50" y="2" width="25"' in drawn
    assert "M60 1V13" in drawn
    assert 'cx="90"' in drawn
    assert 'aria-label="from 50.0%, to 75.0%, stated 60.0%, live 90.0%"' in drawn
    assert gauge_svg(low=None, high=None).svg == ""
    # Two points, at a quarter and three quarters of 160; the higher reaches the top.
    assert 'points="0,40 40,20 120,0 160,40"' in density_svg([1, 2], low=None, high=None).svg


def test_a_run_shows_its_verdict_and_every_judgment(nasty):
    shown = safe(nasty._repr_html_())
    assert review_content(nasty).verdict in shown
    for identifier in nasty.judgments["id"]:
        assert identifier in shown
    assert "<script>window.broken = 1</script>" in shown
    assert "\u202e" not in shown


def test_a_review_shows_its_sections(nasty):
    review = review_content(nasty)
    shown = safe(review._repr_html_())
    for section in review.sections:
        assert section.title in shown


def test_a_prior_shows_its_band_and_its_density():
    prior = encode(band=(0.8, 0.9), number=None, mass=0.8, weight_cap=40)
    piece = prior._repr_html_()
    assert "80% to 90%" in safe(piece)
    assert "0.8461" in piece
    assert "capped by analytic confidence" in piece
    points = piece.partition('points="0,40 ')[2].partition(" 160,40")[0].split()
    heights = [1 - float(one.split(",")[1]) / 40 for one in points]
    # The same curve by another road, at the middles of 80 cells.
    density = stats.beta(prior.a, prior.b).pdf([(at + 0.5) / 80 for at in range(80)])
    assert heights == pytest.approx(density / density.max(), abs=0.01)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1.0, 1.0), (1e-6, 1e3), (1e5, 1e5)])
def test_any_prior_can_be_shown(a, b):
    assert "a number" in safe(Prior(a=a, b=b)._repr_html_())


def test_a_lexicon_shows_its_phrases_escaped():
    for one in load_shipped().values():
        shown = safe(one._repr_html_())
        for phrase in one.phrases:
            assert " ".join(phrase.phrase.split()) in shown
    hostile = Lexicon.model_validate(
        {
            "id": "h",
            "version": "1",
            "title": "<script>x</script>",
            "source": "s",
            "structure": "gapped",
            "phrases": [{"phrase": "<img src=x onerror=y>", "low": "0.1", "high": "0.2"}],
        }
    )
    assert "<img src=x onerror=y>" in safe(hostile._repr_html_())


def test_a_look_shows_judgments_or_what_forbids_it(tmp_path):
    folder = small_case(tmp_path)
    seen = look(folder, as_of=datetime.date(2018, 4, 30))
    shown = safe(seen._repr_html_())
    assert "clash" in shown
    assert "2 judgments" in shown
    file = folder / "judgments" / "small.yaml"
    file.write_text(file.read_text().replace("highly likely", "<b>likley</b>"), encoding="utf-8")
    broken = safe(look(folder, as_of=datetime.date(2018, 4, 30))._repr_html_())
    assert "The look ended early: problems" in broken
    assert "<b>likley</b>" in broken


def test_a_summary_shows_measures_with_intervals():
    record = pd.DataFrame({"probability": [0.2, 0.4, 0.9, 0.9], "outcome": [0, 0, 0, 1]})
    found = summary(record)
    shown = safe(found._repr_html_())
    for name, _ in MEANINGS:
        assert name in shown
    assert f"{found.brier:.3f}" in shown
    assert f"{found.brier_low:.3f} to {found.brier_high:.3f}" in shown


@pytest.mark.parametrize("judgments", [7, 70])
def test_every_figure_has_its_numbers(tmp_path, judgments):
    run = read_run(sample_run.build(tmp_path / "run", judgments=judgments, nasty=True, several=2))
    found = tables(run)
    named = {name for one in found.values() if "figure" in one for name in one["figure"]}
    figures = figures_of(review_content(run))
    assert {one.name for one in figures} <= named
    # And every number of it: each row of each frame is in the table of its kind.
    for figure in figures:
        for name, frame in figure.frames.items():
            kind = "judgment" if figure.kind == "sparkline" else figure.kind
            table = found[kind if name == kind else f"{kind}-{name}"]
            own = table[table["figure"] == figure.name].drop(columns="figure")
            assert own.shape[0] == frame.shape[0]
            pd.testing.assert_frame_equal(
                own[list(frame.columns)].reset_index(drop=True).astype(str),
                frame.reset_index(drop=True).astype(str),
            )


def test_finished_pictures_say_where_their_numbers_are(nasty):
    pictures = tables(nasty)["pictures"]
    images = [one for one in figures_of(review_content(nasty)) if one.kind == "image"]
    assert list(pictures["figure"]) == [one.name for one in images]
    for place in pictures["numbers"]:
        assert place in tables(nasty) or place.startswith("the posterior draws")


def test_numbers_on_disk_are_the_tables(tmp_path):
    folder = sample_run.build(tmp_path / "run", judgments=1)
    render(folder, tmp_path / "review")
    found = tables(read_run(folder))
    written = sorted(path.stem for path in (tmp_path / "review" / "numbers").glob("*.csv"))
    assert written == sorted(found)
    for name, table in found.items():
        kept = pd.read_parquet(tmp_path / "review" / "numbers" / f"{name}.parquet")
        assert list(kept.columns) == list(table.columns)
        assert len(kept) == len(table)


def test_charts_are_those_of_the_review(nasty):
    found = charts(nasty)
    drawn = [one.name for one in figures_of(review_content(nasty)) if one.kind in FIGURES]
    assert list(found) == drawn
    specification = found["reliability"].to_dict()
    assert specification["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


def test_a_reliability_figure_of_any_record():
    record = pd.DataFrame({"probability": [0.1, 0.1, 0.6, 0.6, 0.8], "outcome": [0, 1, 0, 0, 1]})
    found = reliability_figure(record)
    # By hand: one of two at 0.1 and none of two at 0.6 are pooled, one of four; 0.8 stands alone.
    assert found.table["frequency"].tolist() == [0.5, 0.0, 1.0]
    assert found.table["recalibrated"].tolist() == [0.25, 0.25, 1.0]
    assert found.table["pooled_to"].tolist() == [0.6, 0.6, 0.8]
    assert found.title == "n = 5 judgments, effective n = 5"
    assert found.warning == "Too few to judge: effective n = 5 of the 30 needed."
    assert found._repr_html_().startswith("<svg")
    assert found.chart.to_dict()["vconcat"]
    again = reliability_figure(record)
    pd.testing.assert_frame_equal(found.table, again.table)


def test_a_reliability_figure_refuses_what_is_no_record():
    with pytest.raises(ValueError, match="the record lacks the columns outcome"):
        reliability_figure(pd.DataFrame({"probability": [0.1]}))
    with pytest.raises(ValueError, match="at least one resolved judgment is needed, got 0"):
        reliability_figure(pd.DataFrame({"probability": [], "outcome": []}))


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.integers(0, 1)),
        min_size=1,
        max_size=30,
    )
)
def test_points_are_the_curve_with_a_band(rows):
    record = pd.DataFrame(rows, columns=["probability", "outcome"])
    points = reliability_points(record, seed=7)
    curve = isotonic_curve(probability=record["probability"], outcome=record["outcome"])
    pd.testing.assert_frame_equal(points[list(curve.columns)], curve)
    assert ((points["band_low"] >= 0) & (points["band_high"] <= 1)).all()
    assert (points["band_low"] <= points["band_high"]).all()


def test_no_points_of_no_record():
    points = reliability_points(pd.DataFrame({"probability": [], "outcome": []}), seed=1)
    assert points.empty
    assert "band_low" in points
