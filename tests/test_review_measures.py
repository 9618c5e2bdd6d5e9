"""What a review says of simulated records whose faults are known.

How often each thing is said of how many analysts is measured in `test_known_faults.py`.
"""

from dataclasses import replace

import pandas as pd
import pytest

from forecast_bench.job.calibration import teams_of
from forecast_bench.review import read_run, review_content
from forecast_bench.review.analysts import analysts_section
from forecast_bench.review.calibration import calibration_section
from forecast_bench.review.document import Bullets, Details, Figure, Paragraph, Table
from forecast_bench.review.html import as_pages
from forecast_bench.review.phrases import phrase_section
from measured_run import judged, write
from sample_judgments import NASTY
from simulated_analysts import FAULTS, MISREAD
from test_review_content import texts


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One run of each kind of analyst, of 500 judgments with a fixed seed."""
    folder = tmp_path_factory.mktemp("faults")
    return {
        fault: read_run(write(folder / str(at), judged(fault, questions=500, seed=2)))
        for at, fault in enumerate(FAULTS)
    }


def wrong(run):
    """The sentences under "What is wrong"."""
    blocks = calibration_section(run).blocks
    at = [one.text for one in blocks[:6] if isinstance(one, Paragraph)]
    if "What is wrong:" not in at:
        return ()
    place = next(n for n, one in enumerate(blocks) if one == Paragraph("What is wrong:", "caveat"))
    found = blocks[place + 1]
    assert isinstance(found, Bullets)
    return tuple(one.replace("\u00a0", " ") for one in found.items)


def lead(run):
    return calibration_section(run).blocks[0].text


def found(run, *names):
    """Tables and figures of the calibration section, also folded ones, by the start of a name."""
    blocks = list(calibration_section(run).blocks)
    for one in calibration_section(run).blocks:
        if isinstance(one, Details):
            blocks += one.blocks
    tables = [one for one in blocks if isinstance(one, Table)]
    return [one for one in tables if one.caption.startswith(names)]


@pytest.mark.parametrize(
    ("fault", "begins", "says"),
    [
        ("over-confident", "Over-confident", "sure on average of the side it leans to, and right"),
        ("under-confident", "Under-confident", "sure on average of the side it leans to"),
        ("base-rate blind", "Too far from base rates", "not as far from the base rates as what"),
        (
            "one phrase misread",
            "\u201clikely\u201d (55\u201375 %)",
            "less often than its band says",
        ),
    ],
)
def test_the_fault_is_said_in_words_and_first(runs, fault, begins, says):
    sentences = wrong(runs[fault])
    assert any(one.startswith(begins) and says in one for one in sentences), sentences
    assert lead(runs[fault]).endswith("at least the 30 needed.")


def test_the_opposite_is_not_said(runs):
    assert not any("nder-confident:" in one for one in wrong(runs["over-confident"]))
    assert not any("ver-confident:" in one for one in wrong(runs["under-confident"]))


def test_over_confidence_comes_with_an_example(runs):
    (said,) = (one for one in wrong(runs["over-confident"]) if one.startswith("Over-confident"))
    record = runs["over-confident"].reliability
    (worst,) = (one for _, one in record.iterrows() if round(one["probability"], 2) == 0.85)
    share = f"{worst['occurred']:.0f} of {worst['n']:.0f}"
    assert f"It says 85 %, and {100 * worst['frequency']:.0f} % come true ({share})." in said


def test_of_a_sound_record_nothing_is_said_to_be_wrong(runs):
    run = runs["sound"]
    assert lead(run).startswith("No fault found: n = 500 judgments")
    assert wrong(run) == ()
    said = texts(calibration_section(run).blocks)
    assert "Neither over- nor under-confident" in said
    assert "no proof that there is none" in said


def test_of_the_misread_phrase_alone_something_is_said(runs):
    named = [one for one in wrong(runs["one phrase misread"]) if one.startswith("\u201c")]
    assert [one.split("\u201d")[0].strip("\u201c") for one in named] == [MISREAD]
    said = texts(phrase_section(runs["one phrase misread"]).blocks)
    assert "Likely comes true less often than its band says." in said


def test_too_few_are_judged_in_no_sentence(tmp_path):
    run = read_run(write(tmp_path / "few", judged("over-confident", questions=29, seed=1)))
    assert lead(run) == "Too few to judge: effective n = 29 of the 30 needed."
    assert wrong(run) == ()
    (measures,) = found(run, "Measures (")
    findings = {row[0].text: row[3].text for row in measures.rows}
    assert findings["Over- or under-confident"] == "too few to judge"
    said = texts(calibration_section(run).blocks) + texts(analysts_section(run).blocks)
    assert "| over-confident" not in said
    assert "so nothing is drawn." in said
    assert "No two can be compared yet." in said


def test_every_measure_has_its_interval_and_how_to_read_it(runs):
    (measures,) = found(runs["over-confident"], "Measures (")
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in measures.rows}
    kept = runs["over-confident"].calibration
    assert rows["Brier score"][0] == f"{kept['brier']:.3f}"
    assert rows["Brier score"][1] == f"{kept['brier_low']:.3f} to {kept['brier_high']:.3f}"
    assert all(" to " in row[1] for row in rows.values())
    assert all(row[3] for row in rows.values())
    (parts,) = found(runs["over-confident"], "Decompositions")
    ends = {(row[0].text, row[1].text): row[3].text for row in parts.rows}
    assert ends["Brier, CORP", "MCB"] == f"{kept['mcb_low']:.3f} to {kept['mcb_high']:.3f}"
    assert ends["Log score, CORP", "DSC"].count(" to ") == 1
    assert ends["Brier, Murphy", "NDI"] == "\u2013"


def test_cells_are_sorted_and_small_ones_say_so(runs):
    run = runs["over-confident"]
    (by_phrase,) = found(run, "By phrase")
    order = [row[0].text for row in by_phrase.rows]
    assert order == [one for one in run.phrases["phrase"] if one in order]
    (by_analyst,) = found(run, "By analyst")
    names = [row[0].text for row in by_analyst.rows]
    assert names == sorted(names)
    (by_horizon,) = found(run, "By horizon")
    assert [row[0].text for row in by_horizon.rows] == [
        "up to a month",
        "up to 3 months",
        "up to a year",
    ]
    few = read_run(run.folder)
    cut = {**few.calibration, "by": {"topic": {"one": {"n": 3, "judgeable": False}}}}
    (by_topic,) = found(replace(few, calibration=cut), "By topic")
    assert by_topic.rows[0][1].text == "too few to judge"


def test_teams_are_a_part_of_the_record(tmp_path):
    record = judged("sound", questions=120, seed=4)
    teams = {"north": ["a.kim", "r.lee"], "south": ["m.diallo"]}
    record = record.assign(team=teams_of(record["forecaster"], teams))
    run = read_run(write(tmp_path / "teams", record))
    (by_team,) = found(run, "By team")
    counts = {row[0].text: int(row[2].text) for row in by_team.rows}
    own = record["forecaster"].value_counts()
    assert counts == {"north": own["a.kim"] + own["r.lee"], "south": own["m.diallo"]}


def test_several_of_one_team_are_of_it_and_of_two_are_of_none():
    names = pd.Series(["a", "a, b", "a, c", "d", "x, y"])
    of = teams_of(names, {"north": ["a", "b", "x, y"], "south": ["c"]})
    assert of.tolist() == ["north", "north", None, None, "north"]


def figure(run, name):
    blocks = calibration_section(run).blocks
    return next(one for one in blocks if isinstance(one, Figure) and one.name == name)


def test_months_with_too_few_are_hollow_and_said_so(runs):
    run = runs["sound"]
    months = run.over_time[run.over_time["span"] == "rolling"]
    few = int((~months["judgeable"]).sum())
    assert few > 0
    drawn = figure(run, "over-time")
    assert f"{few} months with too few to judge: hollow" in drawn.caption
    frame = drawn.frames["over-time"]
    hollow = frame[frame["shown"] == "too few to judge (hollow)"]
    assert len(hollow) == 3 * few
    assert hollow["low"].isna().all()
    solid = frame[
        frame["shown"].str.startswith("last 12") & (frame["panel"].str.startswith("Brier"))
    ]
    assert solid["value"].tolist() == months.loc[months["judgeable"], "brier"].tolist()


def test_what_lies_on_both_sides_of_a_gap_is_not_joined(runs):
    run = runs["sound"]
    table = run.over_time.copy()
    rolling = table.index[table["span"] == "rolling"]
    table.loc[rolling[20], "judgeable"] = False
    frame = figure(replace(run, over_time=table), "over-time").frames["over-time"]
    solid = frame[frame["shown"].str.startswith("last 12")]
    assert solid["stretch"].nunique() == 2


def test_the_roc_area_is_in_words(runs):
    run = runs["over-confident"]
    area = run.calibration["roc_area"]
    said = texts(calibration_section(run).blocks)
    assert f"ROC area {area:.2f} (90 % interval" in said
    assert f"in {100 * area:.0f} % of pairs" in said


def test_a_record_in_which_all_occurred_has_no_roc_area(tmp_path):
    record = judged("sound", questions=40, seed=1).assign(outcome=1)
    said = texts(calibration_section(read_run(write(tmp_path / "all", record))).blocks)
    assert "Discrimination: cannot be told, because all of the events occurred." in said


def test_the_murphy_diagram_says_for_whom(runs):
    run = runs["over-confident"]
    rows = run.murphy[run.murphy["forecast"] == "stated"].set_index("threshold")
    assert (rows.loc[0.5, "low"] > 0) == ("Clearly better" in figure(run, "murphy").alternative)
    said = figure(run, "murphy").alternative.replace("\u00a0", " ")
    clear = rows.index[rows["high"] < 0]
    assert len(clear)
    assert "Clearly worse than the base rates for users who act from" in said
    # stretches, not the widest span
    assert f"{100 * clear.min():.0f}\u2013{100 * clear.max():.0f} %" not in said


def test_a_record_without_base_rates_says_so(tmp_path):
    record = judged("sound", questions=60, seed=1).assign(reference=float("nan"))
    said = texts(calibration_section(read_run(write(tmp_path / "none", record))).blocks)
    assert "Gain over base rates: not available" in said
    assert "Not measured, neither too far from base rates nor too near" in said


def test_names_of_phrases_do_not_cover_one_another(runs):
    bands = figure(runs["sound"], "reliability").frames["bands"]
    assert list(bands["phrase"]) == list(runs["sound"].phrases.query("n > 0")["phrase"])
    assert (bands["label_at"].diff().dropna() >= 0.04 - 1e-9).all()
    assert bands["label_at"].between(0, 1).all()


def test_analysts_are_in_the_order_of_names_and_not_ranked(runs):
    blocks = analysts_section(runs["over-confident"]).blocks
    scores = next(one for one in blocks if isinstance(one, Table))
    assert [row[0].text for row in scores.rows] == ["a.kim", "m.diallo", "r.lee"]
    said = texts(blocks)
    assert "This is no ranking" in said
    assert "Of 3 pairs who can be judged" in said


def test_each_analyst_and_year_of_a_phrase_is_there(runs):
    run = runs["one phrase misread"]
    said = texts(phrase_section(run).blocks)
    one = run.analyst_phrases.query("phrase == 'likely' and analyst == 'a.kim'").iloc[0]
    numbers = f"{one['n']} | {one['n']} | {one['occurred']}"
    assert f"likely (55\u201375 %) | a.kim | below its band | {numbers} | " in said
    year = run.phrase_years.query("phrase == 'likely' and year == 2020").iloc[0]
    assert f"likely (55\u201375 %) | 2020 | {year['n']} | " in said
    assert "none is found to have moved" in said


def test_a_phrase_that_moved_is_named(tmp_path):
    record = judged("sound", questions=600, seed=6)
    later = (record["phrase"] == MISREAD) & (record["date"] > "2021-01-01")
    record.loc[later, "outcome"] = 0
    run = read_run(write(tmp_path / "moved", record))
    said = texts(phrase_section(run).blocks)
    assert "Over the years: likely comes true less often than before (" in said


def test_hostile_names_come_out_as_text(tmp_path):
    record = judged("over-confident", questions=200, seed=3)
    names = dict(zip(["a.kim", "m.diallo", "r.lee"], (NASTY[0], NASTY[3], NASTY[4]), strict=True))
    record["forecaster"] = record["forecaster"].map(names)
    record["topic"] = NASTY[1]
    run = read_run(write(tmp_path / "nasty", record.assign(team=NASTY[3])))
    page = "".join(as_pages(review_content(run), {}).values())
    assert "<script>window" not in page
    assert "&lt;script&gt;window" in page
    for section in (calibration_section(run), phrase_section(run), analysts_section(run)):
        said = texts(section.blocks)
        assert "\u202e" not in said
        assert all(len(one) < 1300 for one in said.split("\n"))


def test_effects_of_a_recalibration_stand_with_the_analyst(tmp_path):
    effects = pd.DataFrame(
        {
            "group": ["analyst", "phrase"],
            "level": ["a.kim", "likely"],
            "quantity": ["slope", "shift"],
            "median": [0.6, 0.1],
            "low": [0.4, -0.2],
            "high": [0.9, 0.3],
            "below": [0.99, 0.3],
            "above": [0.01, 0.7],
            "statement": ["over-confident (posterior probability 0.99)", ""],
        }
    )
    record = judged("over-confident", questions=60, seed=3)
    run = read_run(write(tmp_path / "effects", record, effects=effects))
    said = texts(analysts_section(run).blocks)
    assert "a.kim | slope | 0.60 | 0.40 to 0.90 | over-confident (posterior probability" in said
    assert "likely | shift" not in said


def test_without_base_rates_no_two_analysts_are_compared(tmp_path):
    record = judged("sound", questions=150, seed=1).assign(reference=float("nan"))
    said = texts(analysts_section(read_run(write(tmp_path / "none", record))).blocks)
    assert "3 analysts with outcomes; " in said
    assert "no skill by which two could be compared" in said
