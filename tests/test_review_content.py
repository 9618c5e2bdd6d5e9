import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sample_run
from forecast_bench.review import Review, read_run, review_content
from forecast_bench.review.card_facts import progress, words
from forecast_bench.review.document import (
    Block,
    Bullets,
    Card,
    Details,
    Facts,
    Listing,
    Paragraph,
    Section,
    Table,
    figures_of,
    table,
)
from forecast_bench.review.row import Row
from forecast_bench.review.stated import first_stated, now_stated


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    folder = sample_run.build(tmp_path_factory.mktemp("content") / "run")
    return review_content(read_run(folder))


def texts(blocks: tuple[Block, ...]) -> str:
    found: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(text, _):
                found.append(text)
            case Bullets(items, _):
                found.extend(items)
            case Facts(items, title):
                found.extend([title, *(f"{name}: {text}" for name, text in items)])
            case Table():
                found.append(block.caption)
                found.extend(" | ".join(cell.text for cell in row) for row in block.rows)
            case Listing(caption, judgments):
                found.append(caption)
                found.extend(
                    " | ".join([one.identifier, one.statement, one.stated, one.live, one.state])
                    for one in judgments
                )
            case Details(summary, inner):
                found.extend([summary, texts(inner)])
            case _:
                found.extend([block.alternative, block.caption, block.source])
    return "\n".join(found).replace("\u00a0", " ")


def section(review: Review, anchor: str) -> Section:
    return next(one for one in review.sections if one.anchor == anchor)


def card(review: Review, identifier: str) -> Card:
    return next(one for one in section(review, "judgments").cards if one.identifier == identifier)


def of(folder: Path, **changes: object) -> Review:
    return review_content(read_run(sample_run.build(folder, **changes)))  # type: ignore[arg-type]


def test_the_parts_come_in_the_order_of_need(review: Review) -> None:
    assert [one.anchor for one in review.sections] == [
        "overview",
        "judgments",
        "phrases",
        "calibration",
        "analysts",
        "models",
        "sources",
        "inputs",
        "method",
    ]


def test_the_verdict_counts_every_state_once(review: Review) -> None:
    # Of the 14 made: numbers 3 and 10 have a longer window (open); 13 settles; 4, 5 and 11 carry
    # no number (not assessed); the other 8 are decided.
    assert review.verdict.startswith("Of 14 judgments, 2 open, 1 settling, 6 occurred, ")
    assert "2 did not occur and 3 not assessed" in review.verdict
    assert "2 judgments changed since the last run" in review.verdict


def test_states_add_up_to_the_judgments(review: Review) -> None:
    states = next(one for one in section(review, "overview").blocks if isinstance(one, Facts))
    assert sum(int(number) for _, number in states.items) == 14


def test_what_moved_has_before_and_after_and_leads_to_the_card(review: Review) -> None:
    said = texts(section(review, "overview").blocks)
    assert "counted-000 | live probability | 78 % | 100 %" in said
    moved = next(one for one in section(review, "overview").blocks if isinstance(one, Table))
    assert moved.rows[0][0].link == "#judgment-counted-000"
    assert moved.rows[2][0].link == "", "a judgment that is gone has no card to lead to"


def test_a_first_run_says_so(tmp_path: Path) -> None:
    said = texts(section(of(tmp_path, fitted=False), "overview").blocks)
    assert "this is the first run" in said


def test_hindsight_and_coverage_are_standing_caveats(review: Review) -> None:
    said = texts(section(review, "overview").blocks)
    assert "retrieved after 2019-07-31 and cut at it" in said
    assert "Coverage of the sources grew" in said


def test_alarms_stand_before_everything(tmp_path: Path) -> None:
    first = section(of(tmp_path, nasty=True), "overview").blocks[0]
    assert isinstance(first, Paragraph)
    assert first.tone == "alarm"
    assert first.text.startswith("1 alarm")


def test_only_undecided_judgments_are_listed_as_out_of_band(review: Review) -> None:
    tables = [one for one in section(review, "overview").blocks if isinstance(one, Table)]
    left = next(one for one in tables if "outside the band" in one.caption)
    assert {row[0].text for row in left.rows} == {"counted-003", "counted-010", "counted-013"}


def test_a_judgment_without_a_number_gets_none(review: Review) -> None:
    for identifier in ("by-hand-004", "by-hand-011"):
        one = card(review, identifier)
        assert one.numbers == ()
        assert one.figure is None
        assert "none is invented" in texts(one.notices)
    assert "not on uk-phia@2018, so no number is read into it" in texts(
        card(review, "by-hand-004").facts
    )
    assert "cannot assess: no source reports on it" in texts(card(review, "by-hand-011").facts)


def test_a_judgment_by_hand_has_no_empty_figure(review: Review) -> None:
    one = card(review, "by-hand-012")
    assert one.figure is None
    assert "settled by hand" in texts(one.notices)
    assert [number.value.replace("\u00a0", " ") for number in one.numbers][:2] == ["85 %", "85 %"]


def test_word_and_number_stand_together(review: Review) -> None:
    said = texts(card(review, "counted-000").facts)
    # Maximum entropy on 80-90 % capped at weight 40: Beta(33.8459, 6.1541), mean 0.846.
    assert "highly likely (80\u201390 %, prior mean 85 %, weight 40)" in said
    assert "2018-06-30: almost certain (97 %), because three seizures in May" in said


def test_scores_print_their_convention(review: Review) -> None:
    # Stated 0.96862 at the end, did not occur: 0.96862 ** 2 = 0.93822; -ln(0.03138) = 3.4616.
    said = texts(card(review, "counted-000").results)
    assert "Brier (0 to 1, lower is better): 0.938" in said
    assert "Log score (nats, lower is better): 3.462" in said


def test_a_judgment_that_is_not_scored_says_why(review: Review) -> None:
    one = card(review, "counted-010")
    assert "In calibration: not counted: the window is still open" in texts(one.results)
    assert all(group.title != "Scores" for group in one.results)


def test_every_counts_figure_names_its_source(review: Review) -> None:
    curves = [one for one in figures_of(review) if one.kind in ("judgment", "sparkline")]
    assert curves
    assert all("Armed Conflict Location" in one.source for one in curves)
    assert all("2024-02-01" in one.source for one in curves)


def test_every_figure_says_its_numbers_in_words(review: Review) -> None:
    assert all(any(c.isdigit() for c in one.alternative) for one in figures_of(review))


def test_too_few_to_judge_is_on_the_figure_and_in_the_text(review: Review) -> None:
    figure = next(one for one in figures_of(review) if one.kind == "reliability")
    assert figure.options["warning"] == "Too few to judge: effective n = 6.4 of the 30 needed."
    assert figure.options["title"] == "n = 8 judgments, effective n = 6.4"
    assert figure.options["warning"] in texts(section(review, "calibration").blocks)


def test_a_phrase_without_outcomes_has_no_posterior(review: Review) -> None:
    said = texts(section(review, "phrases").blocks)
    line = "realistic possibility (40\u201350 %) | no outcome yet | 0 | 0 | 0 | prior only | "
    line += "\u2013 | 60 % (40\u201375 %) | \u2013"
    assert line in said


def test_a_map_that_is_not_in_force_says_so(review: Review) -> None:
    figure = next(one for one in figures_of(review) if one.kind == "recalibration")
    assert figure.options["title"] == "Recalibration map: candidate, not in force"
    assert "not in force" in card(review, "counted-000").numbers[2].note


@pytest.mark.parametrize(
    "changes",
    [
        {"resolved": False, "fitted": False},
        {"counted": False, "fitted": False},
        {"nulls": True, "fitted": False},
        {"judgments": 1},
    ],
    ids=["nothing resolved", "nothing counted", "nulls everywhere", "one judgment"],
)
def test_missing_parts_are_named_not_left_out(tmp_path: Path, changes: dict[str, object]) -> None:
    made = of(tmp_path, **changes)
    assert made.sections[0].anchor == "overview"
    assert len(made.sections) == 9
    said = texts(section(made, "calibration").blocks) + texts(section(made, "models").blocks)
    assert "ot available, because" in said or "Too few to judge" in said
    assert "nan" not in said.lower().replace("finan", "").split()


def test_a_run_with_nothing_but_a_manifest_is_reviewed(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"run": "r", "as_of": "2019-07-31"}))
    made = review_content(read_run(tmp_path))
    assert made.verdict == "This run holds no judgments."
    assert "tracking.parquet" in texts(section(made, "overview").blocks)


def test_numbers_and_ranges_are_not_printed_as_phrases() -> None:
    number = Row(
        {
            "stated_kind": "number",
            "stated_text": "0.85",
            "now_text": "0.85",
            "prior_mean": 0.85,
            "now_mean": 0.85,
            "prior_weight": 12.0,
        }
    )
    assert first_stated(number).replace("\u00a0", " ") == (
        "0.85, given as a number (prior mean 85 %, weight 12)"
    )
    assert now_stated(number).replace("\u00a0", " ") == "85 % (as a number)"
    values = {
        "stated_kind": "range",
        "stated_text": "0.8 to 0.9",
        "now_text": "0.8-0.9",
        "band_low": 0.8,
        "band_high": 0.9,
        "now_band_low": 0.8,
        "now_band_high": 0.9,
        "prior_mean": 0.846,
        "now_mean": 0.846,
        "prior_weight": 40.0,
    }
    assert first_stated(Row(values)).startswith("80\u201390")
    assert "as a range" in now_stated(Row(values))


def test_a_phrase_that_was_revised_gets_its_band_in_the_list_of_changes(tmp_path: Path) -> None:
    folder = sample_run.build(tmp_path)
    manifest = dict(sample_run.manifest_of(folder))
    manifest["changed"] = [
        {
            "judgment": "counted-000",
            "what": "revised",
            "before": "highly likely",
            "after": "almost certain",
        }
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    said = texts(section(review_content(read_run(folder)), "overview").blocks)
    assert "highly likely (80\u201390 %) | almost certain (95\u2013100 %)" in said


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns but a row of 1"):
        table("caption", ("a", "b"), [("1",)])


def test_no_number_in_a_review_was_computed_anew(review: Review, tmp_path: Path) -> None:
    # The live value at the head of each card is the run's own, to the digit that is printed.
    frame = pd.read_parquet(sample_run.build(tmp_path) / "judgments.parquet").set_index("id")
    for one in section(review, "judgments").cards:
        live = frame.loc[one.identifier, "live"]
        if one.numbers and 0.01 < live < 0.99:
            shown = one.numbers[1].value.replace("\u00a0", " ")
            assert shown == f"{100 * live:.0f} %"


def test_a_large_review_draws_only_what_moved_or_left_its_band(tmp_path: Path) -> None:
    made = of(tmp_path, judgments=300)
    judgments = section(made, "judgments")
    assert len(judgments.cards) == 300
    kinds = [one.figure.kind for one in judgments.cards if one.figure is not None]
    assert 0 < kinds.count("judgment") <= 12
    assert kinds.count("sparkline") > 150
    assert "only those that moved or left their band" in texts(judgments.blocks)


def test_counts_that_settle_a_judgment_are_not_printed_as_missing() -> None:
    row = Row(
        {"count": 8.0, "moved_by_analyst": 0.2, "moved_by_counts": None, "moved_text": "settled"}
    )
    found = progress(row)
    assert found is not None
    assert dict(found.items)["In parts"] == (
        "analyst 0.20, counts without limit (log odds): decided"
    )


def test_what_is_allowed_or_turned_off_is_listed(tmp_path: Path) -> None:
    run = read_run(sample_run.build(tmp_path))
    allowed = {"file": "judgments/a.yaml", "line": 6, "id": "outside-coverage"}
    said = {**allowed, "message": "the window begins early", "reason": "the desk knows"}
    manifest = {**run.manifest, "suppressed": [said], "turned_off": ["cut-month"]}
    content = review_content(replace(run, manifest=manifest))
    found = texts(section(content, "inputs").blocks)
    assert "judgments/a.yaml, line 6: the window begins early [outside-coverage]" in found
    assert "Allowed: the desk knows" in found
    assert "Checks that the settings turn off: cut-month." in found


def test_cards_say_what_readers_hear() -> None:
    row = Row({"stated_kind": "phrase", "now_text": "realistic possibility", "now_mean": 0.45,
               "now_band_low": 0.4, "now_band_high": 0.5})  # fmt: skip
    heard = dict(words(row).items)["Readers hear"]
    assert "outside the band" in heard
    assert "5,174 readers" in heard
    number = Row({"stated_kind": "number", "stated_text": "0.7", "now_mean": 0.7})
    assert "Readers hear" not in dict(words(number).items)
