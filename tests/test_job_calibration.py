"""The record that calibration counts, its cells and its months."""

import json

import pandas as pd
import pytest

from forecast_bench.job.calibration import (
    calibration_summary,
    measure_tables,
    part_intervals,
    record_summary,
    resolved_record,
)
from forecast_bench.job.discrimination import murphy_table, outcome_table
from forecast_bench.job.phrase_tables import phrases_in_practice
from forecast_bench.lexicons.shipped import load_shipped
from forecast_bench.records import Settings
from forecast_bench.reliability import reliability_interval
from measured_run import judged

LEXICONS = load_shipped()


def judgments(n=40):
    rows = []
    for number in range(n):
        rows.append(
            {
                "id": f"j{number}",
                "in_calibration": number != 0,
                "prior_mean": 0.65,
                "state": "occurred" if number % 3 else "did not occur",
                "stated_kind": "phrase",
                "lexicon": "uk-phia@2018",
                "stated_text": "Likely",
                "analyst": "a" if number < 35 else "b",
                "question": f"q{number}",
                "window_start": "2020-01-01",
                "window_end": "2020-03-31",
                "outcome_on": "2020-02-10" if number % 3 else "2020-03-31",
                "issued": "2020-01-15" if number % 2 else "2019-03-31",
                "situation": None,
                "topic": "war",
                "base_rate": 0.4 if number % 2 else None,
                "confidence": "low" if number < 10 else "high",
                "sources": json.dumps(
                    [
                        {"source": "x", "grade": "C2"},
                        {"source": "y", "grade": "B3"},
                        {"source": "z"},
                    ]
                    if number < 20
                    else [{"source": "z"}]
                ),
            }
        )
    return pd.DataFrame(rows)


def test_each_judgment_brings_its_horizon_and_the_grade_of_its_best_source():
    record = resolved_record(judgments(), LEXICONS)
    assert len(record) == 39
    assert record.loc[0, ["judgment", "source_grade", "confidence"]].tolist() == ["j1", "B3", "low"]
    # 15 January to 31 March 2020, and 31 March 2019 to then
    assert record["horizon_days"].tolist()[:2] == [76.0, 366.0]
    assert record["source_grade"].isna().sum() == 20
    assert set(record["phrase"]) == {"likely"}
    # An early Yes enters only with the scheduled end of its window.
    assert set(record["known_on"]) == {pd.Timestamp("2020-03-31")}


def test_cells_by_all_that_is_recorded_with_their_verdicts():
    record = resolved_record(judgments(), LEXICONS)
    cells = measure_tables(record, record_summary(record))["cells"].set_index(["grouping", "value"])
    assert set(cells.index.get_level_values("grouping")) == {
        "all",
        "phrase",
        "analyst",
        "topic",
        "horizon",
        "confidence",
        "source grade",
    }
    assert cells.loc[("all", ""), "n"] == 39
    assert cells.loc[("analyst", "a"), "verdict"] == "no fault found"
    assert cells.loc[("analyst", "b"), "verdict"] == "too few to judge"
    assert cells.loc[("horizon", "up to 3 months"), "n"] == 20
    # nine of ten of low confidence are in calibration, of the twenty graded nineteen
    assert cells.loc[("confidence", "low"), "n"] == 9
    assert cells.loc[("source grade", "B3"), "n"] == 19
    document = calibration_summary(record_summary(record))
    assert document["by"]["analyst"]["a"]["brier"] == cells.loc[("analyst", "a"), "brier"]
    assert document["by"]["source grade"]["B3"]["n"] == 19
    assert document["skill_n"] == 20
    assert any("90 %" in one for one in document["conventions"])
    json.dumps(document, allow_nan=False)


def test_months_are_those_of_issue():
    record = resolved_record(judgments(), LEXICONS)
    table = measure_tables(record, record_summary(record))["over_time"]
    assert table["month"].tolist() == ["2019-03"] * 2 + ["2020-01"] * 2
    assert table["n"].tolist() == [19, 19, 39, 39]


def test_rows_in_another_order_give_the_same_tables():
    rows = judgments()
    shuffled = rows.sample(frac=1, random_state=3).reset_index(drop=True)
    records = [resolved_record(frame, LEXICONS) for frame in (rows, shuffled)]
    one, other = (measure_tables(record, record_summary(record)) for record in records)
    for name in ("cells", "over_time"):
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)


@pytest.mark.parametrize("name", ["cells", "over_time"])
def test_where_nothing_has_resolved_the_tables_are_empty(name):
    record = resolved_record(judgments(1), LEXICONS)
    table = measure_tables(record, record_summary(record))[name]
    assert table.empty
    assert calibration_summary(record_summary(record))["n"] == 0


def simulated(n=200):
    return judged("sound", questions=n, seed=7)


def test_intervals_of_the_parts_are_those_of_the_bootstrap():
    record = simulated()
    found = part_intervals(record, seed=4)
    table = reliability_interval(
        probability=record["probability"],
        outcome=record["outcome"],
        question=record["question"],
        situation=record["situation"],
        seed=4,
    )
    for part in ("mcb", "dsc", "unc", "ci", "di"):
        assert found[f"{part}_low"] == table.loc[part, "low"]
        assert found[f"{part}_high"] == table.loc[part, "high"]
    assert (found["vi_low"], found["vi_high"]) == (found["unc_low"], found["unc_high"])
    assert found["log_mcb_low"] < found["log_mcb_high"]
    one_fate = part_intervals(record.assign(situation="one"), seed=4)
    assert set(one_fate.values()) == {None}
    assert part_intervals(record.iloc[:0], seed=4) == {}


def test_phrases_have_analysts_years_and_drift():
    record = simulated()
    tables = phrases_in_practice(record, LEXICONS, ["uk-phia@2018"], Settings())
    phrases, analysts = tables["phrases"], tables["analyst_phrases"]
    years = tables["phrase_years"]
    assert analysts["n"].sum() == years["n"].sum() == phrases["n"].sum() == 200
    per_phrase = years.groupby("phrase")["occurred"].sum()
    used = phrases[phrases["n"] > 0].set_index("phrase")
    assert per_phrase.to_dict() == used["occurred"].to_dict()
    assert set(phrases["drift_verdict"]) <= {"no change found", "cannot tell yet"}
    near = phrases_in_practice(record, LEXICONS, ["uk-phia@2018"], Settings(analyst_weight=1e6))
    spread = [
        one["posterior_mean"].groupby(one["phrase"]).std().mean()
        for one in (analysts, near["analyst_phrases"])
    ]
    assert spread[1] < spread[0]


def test_nothing_resolved_gives_tables_that_can_be_written(tmp_path):
    none = resolved_record(judgments(1), LEXICONS, {"north": ["a"]})
    tables = {
        **phrases_in_practice(none, LEXICONS, ["uk-phia@2018"], Settings()),
        "by_outcome": outcome_table(none),
        "murphy": murphy_table(none, None),
    }
    for name, table in tables.items():
        table.to_parquet(tmp_path / f"{name}.parquet", index=False)
        assert len(table) == (7 if name == "phrases" else 0)


def test_gains_are_of_judgments_that_have_a_base_rate():
    record = resolved_record(judgments(), LEXICONS)
    mapped = record[["judgment"]].assign(recalibrated=record["reference"].fillna(0.5))
    table = murphy_table(record, mapped)
    assert table.groupby("forecast")["n"].agg(["min", "max", "size"]).to_numpy().tolist() == [
        [20, 20, 99],
        [20, 20, 99],
    ]
    # a map that gave the base rates back would gain nothing over them
    assert (table.loc[table["forecast"] == "recalibrated", "gain"] == 0).all()
    assert set(murphy_table(record, None)["forecast"]) == {"stated"}


def test_what_was_stated_by_outcome():
    record = resolved_record(judgments(), LEXICONS)
    (row,) = outcome_table(record).to_dict("records")
    assert (row["probability"], row["occurred"], row["did_not"]) == (0.65, 26, 13)


def test_teams_are_a_grouping_where_they_are_named():
    teams = {"north": ["a"], "south": ["b"]}
    record = resolved_record(judgments(), LEXICONS, teams)
    cells = measure_tables(record, record_summary(record))["cells"]
    of_teams = cells[cells["grouping"] == "team"].set_index("value")["n"]
    assert of_teams.to_dict() == {"north": 34, "south": 5}
    assert calibration_summary(record_summary(record))["by"]["team"]["north"]["n"] == 34
    assert "team" not in resolved_record(judgments(), LEXICONS).columns
