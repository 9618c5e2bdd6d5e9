"""Kinds of files of events: told by their columns, and refused where nothing fits."""

import subprocess
import sys
from types import MappingProxyType

import pytest

from forecast_bench.incidents import taxonomy
from forecast_bench.incidents.importers import EVENT_KINDS, SOURCE_KINDS, recognise
from forecast_bench.problems import as_text
from reading_events import opened, problems_of, write_csv
from sample_events import acled_rows, csv_text, events, gtd_rows, ucdp_rows

MONTHLY = "# counted\nmonth,country,admin1,side_a,side_b,event_type,incidents\n"


def files():
    made = events(3)
    return {
        "acled": csv_text(*acled_rows(made, monadic=True)),
        "ucdp-ged": csv_text(*ucdp_rows(made, old=True)),
        "gtd": csv_text(*gtd_rows()),
    }


@pytest.mark.parametrize("kind", ["acled", "ucdp-ged", "gtd"])
def test_a_file_is_recognised_by_the_columns_that_its_kind_needs(tmp_path, kind):
    path = write_csv(tmp_path, files()[kind])
    found, problems = recognise(path, shown_as="events.csv")

    assert problems == ()
    assert found == (kind, f"CSV with the columns {', '.join(EVENT_KINDS[kind].needs)}")
    assert opened(path).kind == opened(path, kind).kind == kind
    assert opened(path).because == found.because


def test_columns_that_fit_nothing_are_said_with_what_each_kind_needs(tmp_path):
    path = write_csv(tmp_path, "id,date,event_id_cnty\n1,2,3\n")
    found, (fault,) = recognise(path, shown_as="events.csv")

    assert found is None
    assert as_text(fault).splitlines() == [
        "events.csv:1:1: error: the columns fit no kind of source [incident-header]",
        "1 | id,date,event_id_cnty",
        "  | ^^^^^^^^^^^^^^^^^^^^^",
        "  = ucdp-ged needs id, type_of_violence, side_a, side_b, country, date_start, date_end, "
        "best; missing: type_of_violence, side_a, side_b, country, date_start, date_end, best",
        "  = acled needs event_id_cnty, event_date, time_precision, event_type, actor1, country; "
        "missing: event_date, time_precision, event_type, actor1, country",
        "  = gtd needs eventid, iyear, imonth, iday, country_txt, attacktype1_txt, "
        "targtype1_txt, gname; missing: eventid, iyear, imonth, iday, country_txt, "
        "attacktype1_txt, targtype1_txt, gname",
        "  = monthly-counts needs month, country, admin1, side_a, side_b, event_type, incidents; "
        "missing: month, country, admin1, side_a, side_b, event_type, incidents",
    ]


def test_columns_that_fit_two_kinds_are_said(tmp_path):
    needs = dict.fromkeys((*EVENT_KINDS["acled"].needs, *EVENT_KINDS["gtd"].needs))
    (fault,) = problems_of(write_csv(tmp_path, ",".join(needs) + "\n"))

    assert fault.message == "the columns fit more than one kind of source: acled, gtd"
    assert len(fault.notes) == 2
    assert opened(write_csv(tmp_path, ",".join(needs) + "\n"), "gtd").kind == "gtd"


def test_a_file_that_is_not_of_the_kind_asked_for_is_said(tmp_path):
    (fault,) = problems_of(write_csv(tmp_path, files()["gtd"]), "acled")

    assert fault.message == "the columns fit no kind of source as acled"
    assert [one.partition(" ")[0] for one in fault.notes] == ["acled"]


def test_monthly_counts_are_recognised_and_left_to_their_own_reader(tmp_path):
    path = write_csv(tmp_path, MONTHLY + "2017-01,Mali,Gao,JNIM,,battle,2\n")
    found, _ = recognise(path, shown_as="counts.csv")
    (fault,) = problems_of(path)

    assert found is not None
    assert found.kind == "monthly-counts"
    assert (fault.identifier, fault.location.line) == ("incident-header", 2)
    assert fault.message == "this is a file of monthly counts, not of events"


def test_a_kind_that_there_is_not_is_said(tmp_path):
    (fault,) = problems_of(write_csv(tmp_path, files()["gtd"]), "gdelt")

    assert fault.identifier == "source-kind"
    assert fault.notes == ("kinds: auto, ucdp-ged, acled, gtd, mapped",)


@pytest.mark.parametrize(
    ("content", "identifier", "message"),
    [
        (b"", "file-empty", "the file is empty"),
        (b" \n\n", "file-empty", "the file is empty"),
        (b"# a comment alone\n", "incident-header", "the file has no header"),
        (b'"a\n1,2\n', "incident-header", "the file has no header"),
        (b"a,b,a\n", "incident-header", 'two columns are named "a"'),
        (b"a,\xe9\n", "not-utf8", "byte 0xe9 is not UTF-8 text"),
        (b"\xff\xfea\x00", "incident-file", "the text is UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1", "incident-file", "a workbook of the old kind (XLS)"),
        (b"\x1f\x8b\x08", "incident-file", "the file is compressed"),
        (b"<!DOCTYPE html><html>", "incident-file", "a page of the web"),
        (b'[{"a": 1}]', "incident-file", "write one object on each line"),
        (b'{"a": 1', "incident-header", "the first line names no columns: this is not JSON"),
        (b'{"a": "\xe9"}', "incident-header", "byte 0xe9 is not UTF-8 text"),
        (b"PAR1 and nothing else", "incident-file", "the Parquet file is damaged"),
        (b"PK\x03\x04 and nothing else", "incident-file", "the workbook is damaged"),
        (b"x" * 200_000, "incident-header", "the file has no header"),
        (b"{" * 200_000, "incident-header", "has more than 131,072 characters"),
    ],
)
def test_a_file_that_is_no_table_is_said(tmp_path, content, identifier, message):
    (fault,) = problems_of(write_csv(tmp_path, content))

    assert (fault.identifier, message in fault.message) == (identifier, True)
    as_text(fault).encode()


def test_what_is_no_file_is_said(tmp_path):
    for path, said in (
        (tmp_path, "this is a folder, not a file"),
        (tmp_path / "no.csv", "the file cannot be opened: No such file or directory"),
    ):
        (fault,) = problems_of(path)
        assert (fault.identifier, fault.message) == ("file-unreadable", said)


def test_kinds_are_a_registry_that_does_not_change():
    assert isinstance(EVENT_KINDS, MappingProxyType)
    assert list(EVENT_KINDS) == ["ucdp-ged", "acled", "gtd", "mapped"]
    assert set(SOURCE_KINDS) - set(EVENT_KINDS) == {"monthly-counts"}


def test_every_coding_of_a_source_is_of_a_kind_and_its_columns():
    assert set(taxonomy().sources) == {"ucdp-ged", "acled", "gtd"}
    assert taxonomy().version == 2
    for name, coding in taxonomy().sources.items():
        assert coding.columns[0] in EVENT_KINDS[name].needs
        assert set(coding.types.values()) <= set(taxonomy().types)
        assert set(coding.because) <= set(coding.types)


def test_what_no_table_has_is_no_type():
    assert taxonomy().sources["acled"].type_of("Battles", "Duel") is None
    assert taxonomy().sources["acled"].type_of("Battles", "") is None
    assert taxonomy().sources["ucdp-ged"].type_of("4") is None


def test_importers_load_nothing_heavy_before_a_file_is_read():
    code = (
        "import sys, forecast_bench.incidents.importers\n"
        "print(sorted({'pandas', 'pyarrow', 'openpyxl', 'numpy'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
