import dataclasses
import datetime
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from forecast_bench.incidents import (
    IncidentStoreError,
    compare_vintages,
    feed_alarm,
    import_source,
    incident_schema,
    newest_vintages,
    store,
    vintage_as_of,
    vintages,
)
from forecast_bench.records import SourceDescription
from forecast_bench.yaml_source import read_file, read_record

WORKSPACE = Path(__file__).parents[1]
HEADER = "month,country,admin1,side_a,side_b,event_type,incidents\n"


def describe(retrieved="2018-01-31", **changed):
    return SourceDescription.model_validate(
        {
            "source": "made",
            "title": "Made up",
            "kind": "monthly-counts",
            "file": "counts.csv",
            "retrieved": retrieved,
            "settlement": "14 days",
            "licence": "none",
            "attribution": "nobody",
            "coverage": {
                "window": {"from": "2017-01-01", "to": "2017-12-31"},
                "countries": {"Mali": ["Gao"]},
                "types": ["battle"],
                "names": ["MNLA"],
            },
            **changed,
        }
    )


@pytest.fixture
def data(tmp_path):
    def write(*rows):
        path = tmp_path / "counts.csv"
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
        return path

    return write


ROW = "2017-01,Mali,Gao,A,,battle,2"


def test_first_case_is_imported_whole(tmp_path):
    document, _ = read_file(WORKSPACE / "incidents" / "acled-sahel.yaml", shown_as="x.yaml")
    assert document is not None
    description, problems = read_record(document, SourceDescription)
    assert description is not None
    assert problems == ()
    data_path = WORKSPACE / "incidents" / description.file
    result = import_source(tmp_path, description, data_path)
    assert result.problems == ()
    # Read another way: lines that begin with a year, and what stands after their last comma.
    lines = [line for line in data_path.read_text().splitlines() if line.startswith("201")]
    assert result.rows == len(lines) == 845
    assert result.incidents == sum(int(line.rsplit(",", 1)[1]) for line in lines) == 1530
    assert result.vintage is not None
    manifest = result.vintage.manifest
    assert manifest.labels == (
        "Ansarul Islam",
        "ISGS",
        "Islamist militia (unnamed)",
        "JNIM",
        "JNIM and/or ISGS",
    )
    assert len(manifest.coverage.countries["Burkina Faso"]) == 13


def test_a_vintage_holds_the_table_and_the_manifest(tmp_path, data):
    result = import_source(tmp_path / "store", describe(), data(ROW))
    assert (result.rows, result.incidents, result.added) == (1, 2, True)
    (vintage,) = vintages(tmp_path / "store", "made")
    assert vintage == result.vintage
    assert vintage.folder.parent == tmp_path / "store" / "made"
    assert vintage.name.startswith("2018-01-31-")
    assert pq.read_table(vintage.incidents_file).schema.equals(incident_schema())
    written = json.loads((vintage.folder / "manifest.json").read_text())
    assert written["coverage"]["names"] == ["MNLA", "A"]
    assert written["coverage"]["window"] == {"from": "2017-01-01", "to": "2017-12-31"}
    assert (written["format"], written["settlement"]) == (1, "14 days")
    assert sorted(one.name for one in vintage.folder.iterdir()) == [
        "incidents.parquet",
        "manifest.json",
    ]


def test_second_import_of_the_same_changes_nothing(tmp_path, data):
    path = data(ROW)
    first = import_source(tmp_path, describe(), path)
    assert first.vintage is not None
    before = {one: one.stat().st_mtime_ns for one in first.vintage.folder.iterdir()}
    second = import_source(tmp_path, describe(), path)
    assert (second.added, second.vintage) == (False, first.vintage)
    assert {one: one.stat().st_mtime_ns for one in first.vintage.folder.iterdir()} == before


def test_of_one_day_the_later_import_counts_and_both_are_kept(tmp_path, data):
    store_folder, day = tmp_path / "store", datetime.date(2018, 6, 1)
    import_source(store_folder, describe(), data(ROW))
    second = import_source(store_folder, describe(), data(ROW.replace(",2", ",5")))
    known = vintages(store_folder, "made")
    assert len(known) == 2
    assert vintage_as_of(known, day).vintage == second.vintage
    # Going back to the first file is another issue of it.
    third = import_source(store_folder, describe(), data(ROW))
    assert (third.added, third.incidents) == (True, 2)
    known = vintages(store_folder, "made")
    assert len(known) == 2
    assert vintage_as_of(known, day).vintage == third.vintage
    assert not import_source(store_folder, describe(), data(ROW)).added


def test_changed_description_is_another_vintage(tmp_path, data):
    import_source(tmp_path, describe(), data(ROW))
    changed = import_source(tmp_path, describe(settlement="30 days"), data(ROW))
    assert changed.added
    assert str(newest_vintages(tmp_path)[0].manifest.settlement) == "30 days"


def test_vintage_as_of_is_the_latest_before_or_the_earliest_in_hindsight(tmp_path, data):
    for retrieved, count in (("2018-03-01", 3), ("2018-01-31", 1), ("2018-02-15", 2)):
        import_source(tmp_path, describe(retrieved), data(f"2017-01,Mali,Gao,A,,battle,{count}"))
    known = vintages(tmp_path, "made")
    assert [one.manifest.incidents for one in known] == [1, 2, 3]

    def chosen(day):
        choice = vintage_as_of(known, datetime.date.fromisoformat(day))
        return choice.vintage.manifest.incidents, choice.hindsight

    assert chosen("2018-01-30") == (1, True)
    assert chosen("2018-01-31") == (1, False)
    assert chosen("2018-02-28") == (2, False)
    assert chosen("2030-01-01") == (3, False)


def test_changes_between_vintages(tmp_path, data):
    rows = [f"2017-0{month},Mali,Gao,A,,battle,1" for month in range(1, 5)]
    import_source(tmp_path, describe("2018-01-31"), data(*rows))
    later = [*rows[1:3], rows[3].replace(",1", ",7"), "2017-09,Mali,Gao,A,,battle,1"]
    result = import_source(tmp_path, describe("2018-02-28"), data(*later))
    assert result.previous is not None
    changes = compare_vintages(result.previous, result.vintage)
    assert (changes.added, changes.changed, changes.withdrawn) == (1, 1, 1)


def test_problems_import_nothing(tmp_path, data):
    store_folder = tmp_path / "store"
    result = import_source(store_folder, describe(), data("2017-01,Mali,Gao,A,,battle,x"))
    assert (result.rows, result.added, result.vintage) == (0, False, None)
    assert [one.identifier for one in result.problems] == ["incident-row"]
    assert vintages(store_folder, "made") == ()
    unknown = import_source(
        store_folder, describe(kind="tea-leaves"), data(ROW), described_in="made.yaml"
    )
    assert [(one.identifier, one.location.file) for one in unknown.problems] == [
        ("source-kind", "made.yaml")
    ]


def test_description_with_an_unknown_type_is_a_problem(tmp_path, data):
    coverage = {**describe().coverage.model_dump(), "types": ("battle", "tea")}
    result = import_source(tmp_path, describe(coverage=coverage), data(ROW))
    assert [one.identifier for one in result.problems] == ["unknown-type"]


def test_interrupted_import_leaves_nothing_and_is_cleaned(tmp_path, data, monkeypatch):
    path = data(ROW)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "_write_manifest", crash)
        with pytest.raises(KeyboardInterrupt):
            import_source(tmp_path / "store", describe(), path)
    assert vintages(tmp_path / "store", "made") == ()
    # What a killed process leaves, since it cannot tidy up.
    leftover = tmp_path / "store" / "made" / ".importing-left"
    leftover.mkdir()
    (leftover / "incidents.parquet").write_bytes(b"half")
    assert vintages(tmp_path / "store", "made") == ()
    assert import_source(tmp_path / "store", describe(), path).added
    assert not leftover.exists()


def test_newer_format_and_damage_are_refused(tmp_path, data):
    result = import_source(tmp_path, describe(), data(ROW))
    manifest = result.vintage.folder / "manifest.json"
    whole = manifest.read_text()
    manifest.write_text(json.dumps({**json.loads(whole), "format": 2, "deltas": []}))
    with pytest.raises(IncidentStoreError, match="store format 2"):
        vintages(tmp_path, "made")
    refused = import_source(tmp_path, describe(), data(ROW))
    assert [one.identifier for one in refused.problems] == ["incident-store"]
    manifest.write_text(whole[:40])
    with pytest.raises(IncidentStoreError, match="cannot be read"):
        vintages(tmp_path, "made")
    shutil.rmtree(result.vintage.folder)
    assert import_source(tmp_path, describe(), data(ROW)).added


def test_feed_alarm(tmp_path, data):
    rows = [f"2017-0{month},Mali,Gao,A,,battle,1" for month in range(1, 9)]
    full = import_source(tmp_path, describe("2018-01-31"), data(*rows)).vintage.manifest
    shrunken = import_source(tmp_path, describe("2018-02-28"), data(*rows[:3])).vintage.manifest
    empty = shrunken.model_copy(update={"rows": 0})
    # 3 of 8 rows is 37.5 %.
    assert "3 rows" in feed_alarm(full, shrunken, 0.5)
    assert feed_alarm(full, shrunken, 0.375) is None
    assert feed_alarm(None, full, 0.5) is None
    assert "empty" in feed_alarm(None, empty, 0)
    with pytest.raises(ValueError, match="share"):
        feed_alarm(full, shrunken, 80)


def test_vintages_are_frozen(tmp_path, data):
    vintage = import_source(tmp_path, describe(), data(ROW)).vintage
    with pytest.raises(dataclasses.FrozenInstanceError):
        vintage.folder = tmp_path
