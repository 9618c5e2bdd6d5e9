import dataclasses
import datetime
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from forecast_bench.incidents import (
    IncidentStoreError,
    LocalStorage,
    compare_vintages,
    feed_alarm,
    import_delivery,
    newest_vintages,
    store,
    vintage_as_of,
    vintages,
    whole_file,
)
from forecast_bench.incidents.schema import stored_schema
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


def import_source(folder, description, path, **shown):
    delivery = whole_file(description, path, **shown)
    return import_delivery(LocalStorage(folder), delivery, rejects_in=folder / "rejected")


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
    assert list(result.vintage.labels) == [
        "Ansarul Islam",
        "ISGS",
        "Islamist militia (unnamed)",
        "JNIM",
        "JNIM and/or ISGS",
    ]
    manifest = result.vintage.manifest
    assert len(manifest.coverage.countries["Burkina Faso"]) == 13


def test_a_vintage_holds_the_table_and_the_manifest(tmp_path, data):
    result = import_source(tmp_path / "store", describe(), data(ROW))
    assert (result.rows, result.incidents, result.added) == (1, 2, True)
    (vintage,) = vintages(LocalStorage(tmp_path / "store"), "made")
    assert vintage == result.vintage
    assert vintage.name.startswith("2018-01-31-")
    (rows,) = vintage.state.rows
    kept = pq.read_table(rows, partitioning=None).schema
    # Whether a column may be null is not something that DuckDB writes.
    assert kept.names == stored_schema().names
    assert [str(one) for one in kept.types] == [
        str(one).replace(" not null", "") for one in stored_schema().types
    ]
    assert vintage.state.closings == ()
    assert vintage.extent.hull.names == ("MNLA", "A")
    written = json.loads((tmp_path / "store/made/catalogue.json").read_text())
    (manifest,) = written["vintages"]
    assert manifest["coverage"]["window"] == {"from": "2017-01-01", "to": "2017-12-31"}
    assert (written["format"], manifest["settlement"]) == (2, "14 days")
    assert manifest["read"] == {"rows": 1, "taken": 1, "rejected": 0, "outside": 0}
    assert files_of(tmp_path / "store") == {
        "made/catalogue.json",
        f"made/data/{vintage.manifest.folder}/labels.json",
        f"made/data/{vintage.manifest.folder}/rows/year=2017/rows.parquet",
    }


def files_of(folder):
    found = (one for one in folder.rglob("*") if one.is_file() and one.name != ".lock")
    return {one.relative_to(folder).as_posix() for one in found}


def test_second_import_of_the_same_changes_nothing(tmp_path, data):
    path = data(ROW)
    first = import_source(tmp_path, describe(), path)
    assert first.vintage is not None
    before = {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")}
    second = import_source(tmp_path, describe(), path)
    assert (second.added, second.vintage) == (False, first.vintage)
    assert {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")} == before


def test_of_one_day_the_later_import_counts_and_both_are_kept(tmp_path, data):
    store_folder, day = tmp_path / "store", datetime.date(2018, 6, 1)
    import_source(store_folder, describe(), data(ROW))
    second = import_source(store_folder, describe(), data(ROW.replace(",2", ",5")))
    known = vintages(LocalStorage(store_folder), "made")
    assert len(known) == 2
    assert vintage_as_of(known, day).vintage == second.vintage
    # Going back to the first file is another issue of it.
    third = import_source(store_folder, describe(), data(ROW))
    assert (third.added, third.incidents) == (True, 2)
    known = vintages(LocalStorage(store_folder), "made")
    assert [one.manifest.incidents for one in known] == [2, 5, 2]
    assert len({one.name for one in known}) == 3
    assert vintage_as_of(known, day).vintage == third.vintage
    assert not import_source(store_folder, describe(), data(ROW)).added


def test_changed_description_is_another_vintage(tmp_path, data):
    import_source(tmp_path, describe(), data(ROW))
    changed = import_source(tmp_path, describe(settlement="30 days"), data(ROW))
    assert changed.added
    assert str(newest_vintages(LocalStorage(tmp_path))[0].manifest.settlement) == "30 days"


def test_vintage_as_of_is_the_latest_before_or_the_earliest_in_hindsight(tmp_path, data):
    for retrieved, count in (("2018-03-01", 3), ("2018-01-31", 1), ("2018-02-15", 2)):
        import_source(tmp_path, describe(retrieved), data(f"2017-01,Mali,Gao,A,,battle,{count}"))
    known = vintages(LocalStorage(tmp_path), "made")
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
    assert vintages(LocalStorage(store_folder), "made") == ()
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


@pytest.mark.parametrize("at", ["write_catalogue", "add_vintage", "stage"])
def test_interrupted_import_leaves_nothing_and_is_cleaned(tmp_path, data, monkeypatch, at):
    path = data(ROW)

    def crash(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, at, crash)
        with pytest.raises(KeyboardInterrupt):
            import_source(tmp_path / "store", describe(), path)
    assert vintages(LocalStorage(tmp_path / "store"), "made") == ()
    # What a killed process leaves, since it cannot tidy up.
    aside = tmp_path / "store/made/.importing-left"
    aside.mkdir()
    (aside / "staged.parquet").write_bytes(b"half")
    litter = tmp_path / "store/made/data/2018-01-31-abc/rows/year=2017/data_0.parquet"
    litter.parent.mkdir(parents=True)
    litter.write_bytes(b"half")
    assert vintages(LocalStorage(tmp_path / "store"), "made") == ()
    assert import_source(tmp_path / "store", describe(), path).added
    assert not aside.exists()
    assert not litter.exists()


def test_other_formats_and_damage_are_refused(tmp_path, data):
    storage = LocalStorage(tmp_path)
    import_source(tmp_path, describe(), data(ROW))
    catalogue = tmp_path / "made/catalogue.json"
    whole = catalogue.read_text()
    catalogue.write_text(json.dumps({**json.loads(whole), "format": 3, "more": []}))
    with pytest.raises(IncidentStoreError, match="store format 3"):
        vintages(storage, "made")
    refused = import_source(tmp_path, describe(), data(ROW))
    assert [one.identifier for one in refused.problems] == ["incident-store"]
    catalogue.write_text(whole[:40])
    with pytest.raises(IncidentStoreError, match="cannot be read"):
        vintages(storage, "made")
    catalogue.write_text(whole.replace('"sequence"', '"sequins"'))
    with pytest.raises(IncidentStoreError, match="damaged"):
        vintages(storage, "made")
    shutil.rmtree(tmp_path / "made")
    assert import_source(tmp_path, describe(), data(ROW)).added
    (tmp_path / "old/2018-01-31-0123456789ab").mkdir(parents=True)
    (tmp_path / "old/2018-01-31-0123456789ab/manifest.json").write_text("{}")
    with pytest.raises(IncidentStoreError, match="store format 1"):
        vintages(storage, "old")


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
        vintage.manifest = None
