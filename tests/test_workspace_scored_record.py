import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.problems import CATALOGUE, as_text
from forecast_bench.scoring import brier_score
from forecast_bench.workspace.scored_record import (
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    _rows,
    _spans,
    read_scored_record,
)

NFL = Path(__file__).parents[2] / "shared" / "data" / "538-nfl-forecasts.csv"


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "record.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_scored_record(path)

    return read


def places(problems):
    return [(p.location.line, p.location.column, p.identifier) for p in problems]


def test_a_clean_record_in_any_order_of_columns(read):
    frame, problems = read(
        "outcome,date,probability,topic,question,forecaster,phrase,situation\n"
        "1,2018-06-30,0.7,war,q1,ann,likely,s\n"
        "0,,.25,,q2,,,\n"
    )
    assert problems == []
    assert list(frame) == [
        *("probability", "outcome", "question"),
        *("phrase", "forecaster", "situation", "date", "topic"),
    ]
    assert frame["probability"].tolist() == [0.7, 0.25]
    assert frame["outcome"].tolist() == [1, 0]
    assert frame["question"].tolist() == ["q1", "q2"]
    assert frame["date"].tolist() == [pd.Timestamp("2018-06-30"), pd.NaT]
    assert frame["phrase"].isna().tolist() == [False, True]


def test_only_the_columns_of_the_file_are_there(read):
    frame, _ = read("probability,outcome,topic\n0.7,1,war\n")
    assert list(frame) == ["probability", "outcome", "question", "topic"]


def test_each_row_without_a_question_is_its_own(read):
    frame, problems = read("probability,outcome,question\n0.7,1,\n0.7,0,line 2\n0.7,1,\n")
    assert problems == []
    assert frame["question"].is_unique
    assert frame["question"].tolist()[1] == "line 2"


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "-0.1", "1.01", "70 %", "70", "1_0", "likely", "0x1", "\u0660", '"0,7"'],
)
def test_what_is_no_probability_is_reported_and_left_out(read, text):
    frame, problems = read(f"outcome,probability\n1,0.5\n1,{text}\n0,0.25\n")
    assert places(problems) == [(3, 3, "score-bad-probability")]
    assert frame["probability"].tolist() == [0.5, 0.25]


@pytest.mark.parametrize("text", ["0", "1", "1.0", ".5", "1e-3", "+0.5", "-0", " 0.5 ", '"0.5"'])
def test_what_is_a_probability_is_read(read, text):
    frame, problems = read(f"probability,outcome\n{text},1\n")
    assert problems == []
    assert frame["probability"].item() == float(text.strip('"'))


@pytest.mark.parametrize("text", ["", "2", "-1", "yes", "true", "nan", "1 0"])
def test_what_is_no_outcome_is_an_error(read, text):
    frame, problems = read(f"probability,outcome\n0.5,{text}\n0.5,1\n")
    assert places(problems) == [(2, 5, "score-bad-outcome")]
    assert problems[0].level == "error"
    assert len(frame) == 1


def test_a_tie_is_a_warning_and_the_rest_is_scored(read):
    frame, problems = read("probability,outcome\n0.5,0.5\n0.25,1.0\n0.75,0.0\n")
    assert [as_text(p).split(": ", 1)[1].split("\n")[0] for p in problems] == [
        'warning: outcome "0.5" is neither 0 nor 1; the row is left out [score-outcome-not-binary]'
    ]
    assert frame["outcome"].tolist() == [1, 0]


@pytest.mark.parametrize(
    "text", ["30/06/2018", "20180630", "2018-6-30", "2018-02-30", "2018-W05-1"]
)
def test_a_date_in_another_form_is_not_guessed(read, text):
    frame, problems = read(f"probability,outcome,date\n0.5,1,{text}\n0.5,1,2018-06-30\n")
    assert places(problems) == [(2, 7, "score-bad-date")]
    assert len(frame) == 1


def test_every_fault_of_a_row_is_reported(read):
    frame, problems = read("probability,outcome,date\n0.5,1,\nx,y,z\n")
    assert places(problems) == [
        (3, 1, "score-bad-probability"),
        (3, 3, "score-bad-outcome"),
        (3, 5, "score-bad-date"),
    ]
    assert len(frame) == 1


def test_lines_are_those_of_the_file_where_fields_hold_line_ends(read):
    _, problems = read(
        'probability,phrase,outcome\n0.5,"one\ntwo, ""three""\nfour",1\n0.6,"a\r\nb",7\n0.7,c,9\n'
    )
    assert places(problems) == [(6, 4, "score-bad-outcome"), (7, 7, "score-bad-outcome")]
    assert [p.excerpt for p in problems] == ['b",7', "0.7,c,9"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_are_accepted(read, end, mark):
    frame, problems = read(mark + f"probability,outcome{end}0.5,1{end}x,1{end}0.5,0".encode())
    assert places(problems) == [(3, 1, "score-bad-probability")]
    assert len(frame) == 2


def test_only_ends_of_line_count_as_such(read):
    # a line separator within a field is not a line of the file
    _, problems = read("probability,outcome,phrase\n0.5,1,a\u2028b\x0bc\n0.5,3,d\n")
    assert places(problems) == [(3, 5, "score-bad-outcome")]


def test_rows_that_do_not_fit_the_header(read):
    frame, problems = read("probability,outcome,topic\n0.5,1\n0.5,1,a,b\n0.5,1,c\n")
    assert places(problems) == [(2, 5, "score-bad-row"), (3, 9, "score-bad-row")]
    assert problems[0].message == "the row has 2 fields, the header 3"
    assert frame["topic"].tolist() == ["c"]


@pytest.mark.parametrize("empty", ["", " ", ",", ' ,""'])
def test_empty_rows_are_reported(read, empty):
    frame, problems = read(f"probability,outcome\n0.5,1\n{empty}\n0.5,0\n")
    assert places(problems) == [(3, 1, "score-empty-row")]
    assert problems[0].level == "warning"
    assert len(frame) == 2


def test_a_quote_left_open_is_reported_where_it_opens(read):
    frame, problems = read('probability,outcome,topic\n0.5,1,a\n0.5,1,"b\n0.5,1,c\n')
    assert places(problems) == [(3, 7, "score-bad-row")]
    assert "nothing after it can be read" in problems[0].message
    assert len(frame) == 1


def test_text_after_a_quoted_field_is_reported_and_reading_goes_on(read):
    frame, problems = read('probability,outcome,topic\n0.5,1,"a" b\n0.5,0,c\n')
    assert places(problems) == [(2, 1, "score-bad-row")]
    assert frame["topic"].tolist() == ["c"]


def test_one_question_has_one_outcome(read):
    frame, problems = read("question,probability,outcome\na,0.5,1\nb,0.5,0\na,0.6,0\na,0.7,1\n")
    assert places(problems) == [(4, 7, "score-two-outcomes")]
    assert problems[0].level == "warning"
    assert problems[0].message == 'question "a" has outcome 0 here and 1 in line 2'
    assert len(frame) == 4


def test_an_unknown_column_is_reported_with_those_known_and_not_read(read):
    frame, problems = read("probability,outcom,outcome\n0.5,x,1\n")
    assert places(problems) == [(1, 13, "score-unknown-column")]
    assert problems[0].notes == (
        f"known columns: {', '.join((*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS))}",
    )
    assert list(frame) == ["probability", "outcome", "question"]
    assert len(frame) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("probability\n0.5\n", [(1, 1, "score-missing-column")]),
        (
            "probability;outcome\n0.5;1\n",
            [
                (1, 1, "score-unknown-column"),
                (1, 1, "score-missing-column"),
                (1, 1, "score-missing-column"),
            ],
        ),
        ("probability,outcome,outcome\n0.5,1,0\n", [(1, 21, "score-duplicate-column")]),
        ('probability,"outcome\n0.5,1\n', [(1, 13, "score-bad-row")]),
        ("probability,outcome\n", [(1, 1, "score-no-rows")]),
        ("", [(1, 1, "file-empty")]),
        ("\n \n,\n", [(1, 1, "file-empty")]),
        ('""\n', [(1, 1, "file-empty")]),
        (b"\xef\xbb\xbf", [(1, 1, "file-empty")]),
        (b"probability,outcome\n0.5,1\n0.5,\xe9\n", [(3, 1, "not-utf8")]),
        ("probability,outcome\n".encode("utf-16"), [(1, 1, "not-utf8")]),
    ],
)
def test_a_file_that_cannot_be_read_gives_an_empty_table(read, content, expected):
    frame, problems = read(content)
    assert places(problems) == expected
    assert frame.empty
    assert list(frame) == ["probability", "outcome", "question"]


def test_rows_that_are_all_left_out_are_no_record(read):
    frame, problems = read("probability,outcome\n0.5,0.5\n")
    assert places(problems) == [(1, 1, "score-no-rows"), (2, 5, "score-outcome-not-binary")]
    assert frame.empty


def test_a_file_that_is_not_there(tmp_path):
    frame, problems = read_scored_record(tmp_path / "none.csv")
    assert places(problems) == [(1, 1, "file-unreadable")]
    assert frame.empty


def test_every_problem_of_a_record_is_one_of_the_catalogue():
    used = {name for name in CATALOGUE if name.startswith("score-")}
    source = Path(read_scored_record.__code__.co_filename).read_text(encoding="utf-8")
    assert {name for name in used if f'"{name}"' in source} == used


fields = st.lists(st.text(st.sampled_from('ab, "\n\r'), max_size=6), min_size=2, max_size=5).filter(
    any
)


@given(st.lists(fields, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_each_field_is_found_where_it_stands(records, end):
    text = io.StringIO(newline="")
    # Before 3.13 the writer leaves a lone carriage return without its quotes.
    lone = any("\r" in field for record in records for field in record)
    quoting = csv.QUOTE_ALL if lone else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(records)
    rows = list(_rows(text.getvalue(), "record.csv"))
    assert [list(row.fields) for row in rows] == records
    lines = list(io.StringIO(text.getvalue(), newline=""))
    for row in rows:
        spans = _spans(row.text)
        assert len(spans) == len(row.fields)
        for (line, column, stop), field in zip(spans, row.fields, strict=True):
            written = lines[row.line - 1 + line][column - 1 : stop - 1].rstrip("\r\n")
            quoted = '"' + field.replace('"', '""') + '"'
            assert (
                written == field
                or quoted.startswith(written)
                or (field == "" and written in {"", ","})
            )


@pytest.mark.skipif(not NFL.exists(), reason="the record of games is not at hand")
def test_a_record_of_games_with_its_ties(tmp_path):
    games = pd.read_csv(NFL, dtype=str)[["prob1", "prob1_outcome"]]
    games = games.set_axis(["probability", "outcome"], axis="columns")
    path = tmp_path / "games.csv"
    games.to_csv(path, index=False)
    frame, problems = read_scored_record(path)
    ties = (np.flatnonzero(games["outcome"] == "0.5") + 2).tolist()
    assert len(ties) == 7
    assert [(p.location.line, p.identifier, p.level) for p in problems] == [
        (line, "score-outcome-not-binary", "warning") for line in ties
    ]
    assert len(frame) == 1882
    scores = brier_score(probability=frame["probability"], outcome=frame["outcome"])
    assert scores.mean() == pytest.approx(0.220826, abs=5e-7)


def test_columns_for_cells_and_base_rates(tmp_path):
    path = tmp_path / "record.csv"
    path.write_text(
        "probability,outcome,team,horizon_days,base_rate\n"
        "0.7,1,north,90,0.25\n"
        "0.7,1,,,\n"
        "0.7,1,north,-1,0.25\n"
        "0.7,1,north,90,25 %\n",
        encoding="utf-8",
    )
    frame, problems = read_scored_record(path)
    assert frame["horizon_days"].tolist()[0] == 90.0
    assert frame["base_rate"].tolist()[0] == 0.25
    assert frame.loc[1, ["team", "horizon_days", "base_rate"]].isna().all()
    assert [(one.location.line, one.location.column, one.message) for one in problems] == [
        (4, 13, '"-1" is not a number of days, 0 or more'),
        (5, 16, '"25 %" is not a base rate from 0 to 1'),
    ]
