"""Several analysts on one question, as a review says it."""

import pytest

import sample_run
from forecast_bench.review import read_run, review_content
from forecast_bench.review.document import Details, figures_of
from forecast_bench.review.figures.opinions import SHOWN
from forecast_bench.review.pictures import as_svg
from forecast_bench.review.several import DRAWN
from test_review_content import section, texts


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = sample_run.build(tmp_path_factory.mktemp("several") / "run", several=4)
    return review_content(read_run(folder))


def test_without_two_analysts_there_is_no_section(tmp_path):
    found = review_content(read_run(sample_run.build(tmp_path / "run", judgments=1)))
    assert "several" not in [one.anchor for one in found.sections]
    assert not any("pooled.parquet" in text for one in found.sections for text in texts(one.blocks))


def test_it_stands_after_the_judgments(review):
    anchors = [one.anchor for one in review.sections]
    assert anchors.index("several") == anchors.index("judgments") + 1


def test_it_says_how_opinions_are_pooled_and_why(review):
    said = texts(section(review, "several").blocks)
    assert "4 questions with two analysts or more." in said
    assert "weights equal for all, times 1.60." in said
    assert "Extremising factor: In force. Outcomes ask for 1.60. On 60 questions a gain" in said
    assert (
        "Weights by skill: Not in force, so all are equal. No difference between analysts is "
        "larger than chance. Neither gain nor loss is shown." in said
    )
    assert "Pooled | 0.151 | 0.462" in said
    assert "cannot do worse than the average analyst" in said
    assert "Far apart: r.lee states 0.2, and m.diallo states 0.8, on question 0." in said


def test_undecided_ones_come_first_each_with_its_analysts_side_by_side(review):
    folded = [one for one in section(review, "several").blocks if isinstance(one, Details)]
    assert [one.summary.split(":")[0] for one in folded] == [
        "question 0",
        "question 3",
        "question 1",
        "question 2",
    ]
    said = texts(folded[0].blocks)
    assert "r.lee | counted-000 | 0.2 (20 %) | 20 % | 20 % | 50 % | 20 %" in said
    assert "Pooled |" in said


def test_a_dot_for_each_analyst_and_a_marked_pooled_one(review):
    figure = next(one for one in figures_of(review) if one.kind == "opinions")
    assert figure.alternative.replace("\u00a0", " ") == (
        "Probabilities of question 0 now: r.lee 20 %, m.diallo 80 %; pooled 50 %."
    )
    frame = figure.frames["opinions"]
    assert list(frame["shown"]) == [SHOWN[0], SHOWN[0], SHOWN[1]]
    svg = as_svg(figure)
    for words in ("r.lee", "m.diallo", "pooled", SHOWN[1]):
        assert f">{words}<" in svg
    # Of a decided one the opinions of the day when all had spoken are drawn, not the outcome.
    decided = [one for one in figures_of(review) if one.kind == "opinions"][-1]
    assert "on 2017-12-31, when all had spoken" in decided.alternative


def test_of_very_many_only_some_are_drawn(tmp_path):
    folder = sample_run.build(tmp_path / "run", judgments=1, several=40)
    found = review_content(read_run(folder))
    figures = [one for one in figures_of(found) if one.kind == "opinions"]
    assert len(figures) == DRAWN
    said = texts(section(found, "several").blocks)
    assert "All 40" in said
    assert "question 39 | 2 |" in said
    assert f"Drawn are the {DRAWN} that are undecided and furthest apart" in said
