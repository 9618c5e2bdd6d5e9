"""UCDP GED: older and newer releases, copies with tags, and the real sample."""

from collections import Counter
from pathlib import Path

import pytest

from forecast_bench.incidents.importers import RejectedRow
from reading_events import opened, read_all, read_csv, write_csv
from sample_events import csv_text, events, ucdp_expected, ucdp_rows

SAMPLE = Path("/work/shared/data/ucdp-ged-syria-sample.csv")
needs_the_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="the sample is not here")


@pytest.mark.parametrize("old", [False, True], ids=["new columns", "old columns"])
@pytest.mark.parametrize("tags", [False, True], ids=["plain", "with tags"])
@pytest.mark.parametrize("times", [False, True], ids=["days", "times of day"])
def test_every_release_gives_its_events(tmp_path, old, tags, times):
    made = events(500)
    text = csv_text(*ucdp_rows(made, old=old, tags=tags, times=times))
    file = opened(write_csv(tmp_path, text))
    rows, rejected = read_all(file)

    tagged = "the row under the header holds tags (HXL) and is passed over"
    assert file.notes == ((tagged,) if tags else ())
    assert (file.kind, file.by_actor, rejected) == ("ucdp-ged", False, [])
    assert rows == [
        {
            "event_id": str(one.number),
            "date_from": one.days[0],
            "date_to": one.days[1],
            "country": "Mali",
            "country_code": "MLI" if old else None,
            "admin1": one.admin1,
            "admin2": one.admin2,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "event_type": ucdp_expected(one),
            "source_type": str(one.number % 3 + 1),
            "side_a": [one.side_a[0]],
            "side_b": [one.side_b[0] if one.side_b else "Civilians"],
            "fatalities_best": one.deaths,
            "fatalities_low": max(0, one.deaths - 1),
            "fatalities_high": one.deaths + 2,
            "weight": 1,
            "line": 2 + at + tags,
        }
        for at, one in enumerate(made)
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("15960", "15960"),
        ("15960.0", "15960"),
        (" 15960.000 ", "15960"),
        ("SYR-2016-1-13604-4", "SYR-2016-1-13604-4"),
    ],
)
def test_ids_are_the_same_however_written(tmp_path, cell, expected):
    header, (row,) = ucdp_rows(events(1))
    row[header.index("id")] = cell
    (found,), _ = read_csv(tmp_path, csv_text(header, [row]))

    assert found["event_id"] == expected


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("type_of_violence", "4", 'no type of incident is known for "4"'),
        ("date_end", "2016-01-01", "the last day, 2016-01-01, is before the first, 2017-05-01"),
        ("date_end", "soon", '"soon" is not a date; 2020-12-31 or 31 December 2020 would be one'),
        ("low", "-2", '"-2" is negative'),
        ("high", "0.5", '"0.5" is a fraction'),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_row(tmp_path, column, cell, reason):
    header, rows = ucdp_rows(events(3))
    rows[1][header.index("date_start")] = "2017-05-01"
    rows[1][header.index("date_end")] = "2017-05-01"
    rows[1][header.index(column)] = cell
    found, rejected = read_csv(tmp_path, csv_text(header, rows))

    assert len(found) == 2
    assert rejected == [RejectedRow(3, column, cell, reason)]


def test_deaths_out_of_order_are_kept_as_they_are(tmp_path):
    header, (row,) = ucdp_rows(events(1))
    for name, cell in (("best", "9"), ("low", "12"), ("high", "3.0")):
        row[header.index(name)] = cell
    (found,), _ = read_csv(tmp_path, csv_text(header, [row]))

    deaths = [found[f"fatalities_{name}"] for name in ("best", "low", "high")]
    assert deaths == [9, 12, 3]


def test_a_label_with_a_comma_is_one_name(tmp_path):
    header, (row,) = ucdp_rows(events(1))
    row[header.index("side_a")] = "Ahrar al-Sham, Jabhat Fateh al-Sham; SDF"
    (found,), _ = read_csv(tmp_path, csv_text(header, [row]))

    assert found["side_a"] == ["Ahrar al-Sham, Jabhat Fateh al-Sham; SDF"]


@needs_the_sample
def test_the_syria_sample_is_read_whole():
    import pandas as pd

    file = opened(SAMPLE)
    rows, rejected = read_all(file)
    frame = pd.read_csv(SAMPLE)

    assert (file.kind, len(rows), rejected) == ("ucdp-ged", 4142, [])
    assert len(frame) == 4142
    violence = {1: "state-based", 2: "non-state", 3: "one-sided"}
    assert Counter(row["event_type"] for row in rows) == Counter(
        frame["type_of_violence"].map(violence)
    )
    for side in ("side_a", "side_b"):
        assert Counter(name for row in rows for name in row[side]) == Counter(frame[side])
    for ours, theirs in (("best", "best"), ("low", "low"), ("high", "high")):
        assert sum(row[f"fatalities_{ours}"] for row in rows) == int(frame[theirs].sum())
    ranges = sum(row["date_from"] != row["date_to"] for row in rows)
    assert ranges == int((frame["date_start"] != frame["date_end"]).sum())
    assert [row["event_id"] for row in rows] == [str(one) for one in frame["id"]]
    assert Counter(row["admin1"] for row in rows if row["admin1"]) == Counter(
        frame["adm_1"].dropna()
    )
