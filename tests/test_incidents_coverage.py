import datetime

import pandas as pd
import pytest

from forecast_bench.incidents import (
    COUNT_COLUMNS,
    CountRequest,
    Extent,
    coverage_gap,
    fill_areas,
    fill_months,
    filter_labels,
)
from forecast_bench.records import ActorBook, Coverage, IncidentFilter, Window

COVERAGE = Coverage.model_validate(
    {
        "window": {"from": "2017-01-01", "to": "2019-12-31"},
        "countries": {"Mali": ["Gao", "Kidal"], "Niger": ["Diffa"]},
        "types": ["battle", "abduction"],
        "names": ["JNIM", "A or B", "MNLA"],
    }
)
BOOK = ActorBook.model_validate(
    {
        "actors": {"JNIM": {}, "ISWAP": {}, "MNLA": {}, "A": {}, "B": {}},
        "groups": {"all": ["JNIM", "ISWAP"]},
        "compound_labels": {"A or B": {"of": ["A", "B"]}},
    }
)


def gap(start="2018-01-01", end="2019-06-30", **asked):
    incident_filter = IncidentFilter.model_validate(asked)
    window = Window.model_validate({"from": start, "to": end})
    return coverage_gap(
        incident_filter, window, Extent.of(COVERAGE), filter_labels(incident_filter, book=BOOK)
    )


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"actor": "JNIM", "type": "battle", "countries": "Mali", "admin1": "Gao"},
        {"actor": "all"},
        {"actor": "MNLA"},
        {"actor": "A"},  # the source names it in a compound label
        {"between": ["JNIM", "MNLA"]},
        {"admin1": ["Gao", "Diffa"]},
    ],
)
def test_inside_coverage(asked):
    assert gap(**asked) is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"start": "2016-12-31"}, "reaches outside the days covered"),
        ({"end": "2020-01-01"}, "2017-01-01 to 2019-12-31"),
        (
            {"countries": ["Mali", "Chad"]},
            '"Chad" is not among the countries covered: Mali, Niger.',
        ),
        ({"countries": "mali"}, '"mali" is not among the countries covered'),
        (
            {"countries": "Mali", "admin1": "Diffa"},
            '"Diffa" is not among the first-level areas covered in Mali.',
        ),
        ({"admin1": ["x", "y"]}, '"x" and "y" are not among the first-level areas'),
        ({"type": "violent"}, "are not among the types covered: battle, abduction."),
        ({"actor": "ISWAP"}, 'No label of "ISWAP" occurs'),
        ({"actor": ["JNIM", "ISWAP"]}, 'No label of "ISWAP" occurs'),
        ({"between": ["ISWAP", "JNIM"]}, 'No label of "ISWAP" occurs'),
    ],
)
def test_gap_is_said(asked, says):
    assert says in gap(**asked)


def test_all_reasons_are_given():
    said = gap(end="2025-01-01", countries="Chad", type="riot", actor="ISWAP")
    assert said.count(".") == 4


def test_missing_labels_are_our_own_mistake():
    window = Window.model_validate({"from": "2018-01-01", "to": "2018-01-31"})
    with pytest.raises(ValueError, match="JNIM"):
        coverage_gap(IncidentFilter(actor=("JNIM",)), window, Extent.of(COVERAGE), {})


def frame(*rows):
    return pd.DataFrame(rows, columns=list(COUNT_COLUMNS)).astype(dict(COUNT_COLUMNS))


ROWS = frame(
    ("q", "2018-02-01", "Mali", "Gao", 2, 1, 0),
    ("q", "2018-02-01", "Niger", "Diffa", 3, 0, 0),
    ("q", "2018-04-01", "Mali", None, 5, 0, 0),
    ("other", "2018-03-01", "Mali", "Gao", 9, 9, 0),
)


def request(start, end, **asked):
    return CountRequest(
        "q",
        IncidentFilter.model_validate(asked),
        datetime.date.fromisoformat(start),
        datetime.date.fromisoformat(end),
    )


def test_months_without_incidents_are_zero():
    filled = fill_months(ROWS, request("2018-01-01", "2018-04-30"), COVERAGE)
    assert filled["month"].dt.strftime("%Y-%m").tolist() == [
        "2018-01",
        "2018-02",
        "2018-03",
        "2018-04",
    ]
    assert filled["count"].tolist() == [0, 5, 0, 5]
    assert filled["ambiguous"].tolist() == [0, 1, 0, 0]


def test_months_outside_coverage_are_not_zero():
    empty = ROWS[:0]
    filled = fill_months(empty, request("2019-11-15", "2020-03-31"), COVERAGE)
    assert filled["month"].dt.strftime("%Y-%m").tolist() == ["2019-11", "2019-12"]
    assert fill_months(empty, request("2020-01-01", "2020-03-31"), COVERAGE).empty
    with pytest.raises(ValueError, match="2018-02"):
        fill_months(ROWS, request("2018-03-01", "2018-04-30"), COVERAGE)


def test_areas_without_incidents_are_zero():
    filled = fill_areas(ROWS, request("2018-01-01", "2018-04-30"), COVERAGE)
    assert filled.to_numpy().tolist() == [
        ["Mali", "Gao", 2, 1],
        ["Mali", "Kidal", 0, 0],
        ["Niger", "Diffa", 3, 0],
    ]
    only = fill_areas(ROWS, request("2018-01-01", "2018-04-30", countries="Niger"), COVERAGE)
    assert only["admin1"].tolist() == ["Diffa"]
    named = fill_areas(ROWS, request("2018-01-01", "2018-04-30", admin1="Kidal"), COVERAGE)
    assert named["count"].tolist() == [0]
