import datetime
import itertools
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast_bench.incidents import (
    COUNT_COLUMNS,
    CountRequest,
    LocalStorage,
    StateFiles,
    count_incidents,
    counts,
    coverage_gap,
    expand_types,
    fill_areas,
    fill_months,
    filter_labels,
    import_delivery,
    label_key,
    labels_of,
    whole_file,
)
from forecast_bench.incidents.counting import GRAINS
from forecast_bench.incidents.schema import sides_text, stored_schema
from forecast_bench.records import (
    ActorBook,
    CountingSettings,
    IncidentFilter,
    SourceDescription,
    Window,
)
from forecast_bench.yaml_source import read_file, read_record

WORKSPACE = Path(__file__).parents[1]
SPARK = CountingSettings(
    engine="spark",
    spark={
        "spark.master": "local[2]",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
    },
)


@pytest.fixture(
    params=[
        pytest.param(CountingSettings(), id="duckdb"),
        pytest.param(SPARK, id="spark", marks=pytest.mark.long),
    ],
    scope="module",
)
def engine(request):
    """Every test of counting holds on both engines."""
    return request.param


DAY = datetime.date.fromisoformat
BASELINE = ("2017-01-01", "2017-12-31")
WINDOW = ("2018-01-01", "2019-06-30")


def load(name, record):
    document, _ = read_file(WORKSPACE / name, shown_as=name)
    assert document is not None
    found, problems = read_record(document, record)
    assert found is not None, problems
    return found


def ask(key, days, **asked):
    return CountRequest(key, IncidentFilter.model_validate(asked), DAY(days[0]), DAY(days[1]))


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    store_folder = tmp_path_factory.mktemp("store")
    description = load("incidents/acled-sahel.yaml", SourceDescription)
    storage = LocalStorage(store_folder)
    delivery = whole_file(description, WORKSPACE / "incidents" / description.file)
    result = import_delivery(storage, delivery, rejects_in=store_folder)
    assert result.vintage is not None
    return storage, result.vintage, load("models/actors.yaml", ActorBook)


@pytest.fixture(scope="module")
def by_hand():
    """The file read another way: one row for each month, with months as text."""
    frame = pd.read_csv(WORKSPACE / "incidents" / "sahel-monthly.csv", comment="#")
    return frame.fillna("")


def totals(frame):
    summed = frame.groupby(["key", "country"])[["count", "ambiguous"]].sum()
    return {
        key: tuple(row) for key, row in zip(summed.index, summed.to_numpy().tolist(), strict=True)
    }


def test_facts_of_the_first_case(case, engine):
    _, vintage, book = case
    groups = "islamist-armed-groups"
    frame = counts(
        [
            ask("abductions before", BASELINE, actor="JNIM", type="abduction"),
            ask("abductions", WINDOW, actor="JNIM", type="abduction"),
            ask("tempo before", BASELINE, actor=groups, type="violent"),
            ask("tempo", WINDOW, actor=groups, type="violent"),
            ask("clash", WINDOW, between=["JNIM", "ISGS"], type="battle"),
            ask(
                "clash next", ("2019-07-01", "2019-07-31"), between=["ISGS", "GSIM"], type="battle"
            ),
            ask("territory before", BASELINE, type="territory taken"),
            ask("territory", WINDOW, type="territory taken"),
        ],
        book,
        [vintage.state],
        settings=engine,
    )
    # 30 and 15 of JNIM by name; 20 more in Burkina Faso are of "JNIM and/or ISGS".
    assert totals(frame) == {
        ("abductions before", "Mali"): (5, 0),
        ("abductions", "Mali"): (30, 0),
        ("abductions", "Burkina Faso"): (15, 20),
        ("tempo before", "Mali"): (151, 0),
        ("tempo before", "Burkina Faso"): (30, 0),
        ("tempo", "Mali"): (461, 0),
        ("tempo", "Burkina Faso"): (334, 0),
        ("clash next", "Burkina Faso"): (1, 0),
        ("territory before", "Mali"): (1, 0),
        ("territory", "Burkina Faso"): (2, 0),
    }
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(COUNT_COLUMNS)


def test_facts_agree_with_the_file_read_another_way(case, by_hand, engine):
    _, vintage, book = case
    frame = counts(
        [ask("q", WINDOW, actor="JNIM", countries=["Mali", "Burkina Faso"])],
        book,
        [vintage.state],
        settings=engine,
    )
    inside = by_hand[by_hand["month"].between("2018-01", "2019-06")]
    sides = (inside["side_a"] + "; " + inside["side_b"]).str.split("; ")
    certain = inside[[("JNIM" in names) for names in sides]]
    maybe = inside[["JNIM" not in names and "JNIM and/or ISGS" in names for names in sides]]
    for rows, column in ((certain, "count"), (maybe, "ambiguous")):
        expected = rows.groupby(["month", "country", "admin1"])["incidents"].sum()
        frame["as text"] = frame["month"].dt.strftime("%Y-%m")
        found = frame[frame[column] > 0].set_index(["as text", "country", "admin1"])[column]
        assert found.to_dict() == expected.to_dict()


def test_reach_of_the_first_case(case, engine):
    _, vintage, book = case
    coverage = vintage.manifest.coverage
    requests = [
        ask(name, days, actor="islamist-armed-groups", countries=country, type="violent")
        for name, days, country in (
            ("Mali before", BASELINE, "Mali"),
            ("Mali", WINDOW, "Mali"),
            ("Burkina Faso before", BASELINE, "Burkina Faso"),
            ("Burkina Faso", WINDOW, "Burkina Faso"),
        )
    ]
    frame = counts(requests, book, [vintage.state], settings=engine)
    areas = [fill_areas(frame, one, coverage) for one in requests]
    assert [len(one) for one in areas] == [10, 10, 13, 13]
    # First-level areas with incidents, from event data: 8 and 9 in Mali; 4 and 8 in Burkina Faso.
    assert [int((one["count"] > 0).sum()) for one in areas] == [8, 9, 4, 8]


def test_months_and_coverage_of_the_first_case(case, engine):
    _, vintage, book = case
    request = ask("q", WINDOW, actor="JNIM", type="abduction", countries="Mali")
    frame = counts([request], book, [vintage.state], settings=engine)
    months = fill_months(frame, request, vintage.manifest.coverage)
    assert len(months) == 18
    assert months["count"].sum() == 30
    window = Window(start=request.start, end=request.end)
    labels = filter_labels(request.filter, book=book)
    assert coverage_gap(request.filter, window, vintage.extent, labels) is None
    absent = IncidentFilter(actor=("MNLA",))
    said = coverage_gap(absent, window, vintage.extent, filter_labels(absent, book=book))
    assert said is not None
    assert "MNLA" in said


def test_one_count_as_known_on_a_day(case, engine):
    store_folder, vintage, book = case
    wanted = IncidentFilter(actor=("JNIM",), type=("abduction",), countries=("Burkina Faso",))
    window = Window(start=DAY(WINDOW[0]), end=DAY(WINDOW[1]))
    found = count_incidents(store_folder, "acled", wanted, window, book, as_of=DAY("2022-04-01"))
    assert found is not None
    assert (found.low, found.high, found.hindsight, found.gap) == (15, 35, False, None)
    assert found.vintage == vintage
    early = count_incidents(store_folder, "acled", wanted, window, book, as_of=DAY("2018-12-31"))
    assert early is not None
    assert early.hindsight
    assert early.window.end == DAY("2018-12-31")
    assert early.count < 15
    nothing = count_incidents(store_folder, "other", wanted, window, book, as_of=DAY("2022-04-01"))
    assert nothing is None
    with pytest.raises(ValueError, match="begins"):
        count_incidents(store_folder, "acled", wanted, window, book, as_of=DAY("2017-12-31"))


BOOK = ActorBook.model_validate(
    {
        "actors": {"A": {"aliases": "AA"}, "B": {}, "C": {"part_of": {"A": "2017-02-10"}}, "D": {}},
        "groups": {"AB": ["A", "B"]},
        "compound_labels": {
            "A or B": {"of": ["A", "B"], "policy": "none"},
            "A or D": {"of": ["A", "D"], "policy": "either"},
            "B or D": {"of": ["B", "D"], "policy": "own"},
        },
    }
)


def write(path, rows):
    """Rows of (first day, last day, country, area, type, side a, side b, weight)."""
    names = "date_from date_to country admin1 event_type side_a side_b weight"
    columns = dict(zip(names.split(" "), zip(*rows, strict=True), strict=True)) if rows else {}
    fixed = {
        "source": ["made"] * len(rows),
        "event_id": [str(number) for number in range(len(rows))],
        "vintage": [DAY("2018-01-31")] * len(rows),
        "source_type": ["as coded"] * len(rows),
        "opened": [1] * len(rows),
        "sides": [sides_text(row[5], row[6]) for row in rows],
    }
    arrays = [
        pa.array(list((columns | fixed).get(one.name, [None] * len(rows))), type=one.type)
        for one in stored_schema()
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=stored_schema()), path)
    return [StateFiles(rows=(path,), closings=(), key=1)]


def month(number, *rest):
    first = datetime.date(2017, number, 1)
    return (first, datetime.date(2017, number + 1, 1) - datetime.timedelta(days=1), *rest)


def test_sides(tmp_path, engine):
    cases = [
        (["A"], ["A", "AA"], {"actor": "A"}, (3, 0)),  # once, whatever matches
        (["A"], ["B"], {"between": ["A", "B"]}, (3, 0)),
        (["B"], ["a "], {"between": ["A", "B"]}, (3, 0)),
        (["A", "B"], [], {"between": ["A", "B"]}, (0, 0)),  # both on one side
        (["A", "B"], ["A"], {"between": ["A", "B"]}, (3, 0)),
        (["A"], ["A or B"], {"between": ["A", "B"]}, (0, 3)),
        (["A"], ["B or D"], {"between": ["A", "B"]}, (0, 0)),
        (["A or B"], [], {"actor": "A"}, (0, 3)),
        (["A or B"], [], {"actor": "AB"}, (3, 0)),
        (["A or B"], [], {"actor": ["A", "B"]}, (3, 0)),
        (["A or B"], [], {"actor": "A or B"}, (3, 0)),
        (["A or B", "A"], [], {"actor": "A"}, (3, 0)),
        (["A or D"], [], {"actor": "D"}, (3, 0)),
        (["B or D"], [], {"actor": "D"}, (0, 0)),
        (["AAA"], ["A B"], {"actor": "A"}, (0, 0)),  # never a part of a label
        (["A"], ["B"], {"actor": "D", "between": ["A", "B"]}, (0, 0)),
        ([], [], {"actor": "A"}, (0, 0)),
        ([], [], {}, (3, 0)),
    ]
    # Each case has a country of its own, so that one expression counts them all.
    path = write(
        tmp_path / "rows.parquet",
        [
            month(5, f"Land {number}", "Gao", "battle", side_a, side_b, 3)
            for number, (side_a, side_b, _, _) in enumerate(cases)
        ],
    )
    requests = [
        ask(str(number), BASELINE, countries=f"Land {number}", **asked)
        for number, (_, _, asked, _) in enumerate(cases)
    ]
    assert by_key(requests, path, engine) == [expected for *_, expected in cases]


def by_key(requests, path, engine):
    frame = (
        counts(requests, BOOK, path, settings=engine).groupby("key")[["count", "ambiguous"]].sum()
    )
    filled = frame.reindex([one.key for one in requests], fill_value=0)
    return [tuple(row) for row in filled.to_numpy().tolist()]


def test_a_merger_counts_from_its_day(tmp_path, engine):
    rows = [month(number, "Mali", "Gao", "battle", ["C"], [], 1) for number in (1, 2, 3)]
    path = write(tmp_path / "rows.parquet", rows)
    requests = [
        ask(f"{actor} in {row[0]}", (str(row[0]), str(row[1])), actor=actor)
        for actor in ("A", "C")
        for row in rows
    ]
    # C joined A on 10 February: its month of February lies on both sides of that day.
    expected = [(0, 0), (0, 1), (1, 0), (1, 0), (1, 0), (1, 0)]
    assert by_key(requests, path, engine) == expected


def test_edges_of_the_window(tmp_path, engine):
    path = write(tmp_path / "rows.parquet", [month(3, "Mali", "Gao", "battle", ["A"], [], 2)])
    cases = {
        ("2017-03-01", "2017-03-31"): (2, 0),
        ("2017-03-02", "2017-03-31"): (0, 2),
        ("2017-03-01", "2017-03-30"): (0, 2),
        ("2017-03-31", "2017-04-30"): (0, 2),
        ("2017-04-01", "2017-04-30"): (0, 0),
        ("2017-02-01", "2017-02-28"): (0, 0),
        ("0001-01-01", "9999-12-31"): (2, 0),
    }
    requests = [ask(str(days), days, actor="A") for days in cases]
    assert by_key(requests, path, engine) == list(cases.values())


def test_month_is_that_of_the_first_day_inside_the_window(tmp_path, engine):
    rows = [
        (DAY("2017-01-20"), DAY("2017-02-10"), "Mali", "Gao", "battle", ["A"], [], 1),
        (DAY("2017-02-27"), DAY("2017-03-02"), "Mali", None, "battle", ["A"], [], 1),
    ]
    path = write(tmp_path / "rows.parquet", rows)
    frame = counts([ask("q", ("2017-02-01", "2017-12-31"))], BOOK, path, settings=engine)
    assert frame[["count", "ambiguous"]].to_numpy().tolist() == [[0, 1], [1, 0]]
    assert frame["month"].tolist() == [pd.Timestamp("2017-02-01")] * 2
    assert frame["admin1"].isna().tolist() == [False, True]


def test_no_requests_no_rows_no_files(tmp_path, engine):
    empty = write(tmp_path / "empty.parquet", [])
    for requests, paths in (([], empty), ([ask("q", BASELINE)], empty), ([ask("q", BASELINE)], [])):
        frame = counts(requests, BOOK, paths, settings=engine)
        assert frame.empty
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == dict(COUNT_COLUMNS)


def test_misuse_is_refused(tmp_path, engine):
    path = write(tmp_path / "rows.parquet", [month(1, "Mali", "Gao", "battle", ["A"], [], 1)])
    with pytest.raises(ValueError, match="ends on"):
        ask("q", ("2017-02-01", "2017-01-31"))
    with pytest.raises(ValueError, match="different keys"):
        counts([ask("q", BASELINE), ask("q", WINDOW)], BOOK, path, settings=engine)
    with pytest.raises(ValueError, match="Nobody"):
        counts([ask("q", BASELINE, actor="Nobody")], BOOK, path, settings=engine)
    with pytest.raises(ValueError, match="tea"):
        counts([ask("q", BASELINE, type="tea")], BOOK, path, settings=engine)


def met(request, row, day, *, certainly):
    """Whether the sides of a row meet a filter on a day, from the words of the rule."""

    def stands(names, sides):
        terms = [
            label_key(term.label)
            for term in labels_of(BOOK, names, day)
            if term.certain or not certainly
        ]
        return any(label_key(label) in terms for side in sides for label in side)

    side_a, side_b = row[5], row[6]
    asked = request.filter
    if asked.actor is not None and not stands(asked.actor, (side_a, side_b)):
        return False
    if asked.between is None:
        return True
    first, second = asked.between
    return any(
        stands(first, [one]) and stands(second, [other])
        for one, other in ((side_a, side_b), (side_b, side_a))
    )


def brute_force(requests, rows):
    """Count one row at a time."""
    found = {}
    for request, row in itertools.product(requests, rows):
        first, last, country, admin1, event_type, _, _, weight = row
        asked = request.filter
        if asked.type is not None and event_type not in expand_types(asked.type):
            continue
        if asked.countries is not None and country not in asked.countries:
            continue
        if asked.admin1 is not None and admin1 not in asked.admin1:
            continue
        if first > request.end or last < request.start:
            continue
        inside = request.start <= first and last <= request.end
        certain = inside and met(request, row, first, certainly=True)
        possible = met(request, row, min(last, request.end), certainly=False)
        began = max(first, request.start).replace(day=1)
        cell = found.setdefault((request.key, began, country, admin1), [0, 0])
        if certain:
            cell[0] += weight
        elif possible:
            cell[1] += weight
    return {key: tuple(value) for key, value in found.items() if any(value)}


DAYS = st.dates(DAY("2016-12-20"), DAY("2017-04-10"))
SIDES = st.lists(
    st.sampled_from(["A", "aa", "B", "C", "D", "E", "A or B", "A or  D", "B or D"]), max_size=2
)
ROWS = st.lists(
    st.builds(
        lambda first, length, *rest: (first, first + datetime.timedelta(days=length), *rest),
        DAYS,
        st.sampled_from([0, 0, 3, 30]),
        st.sampled_from(["Mali", "Niger"]),
        st.sampled_from(["Gao", "Diffa", None]),
        st.sampled_from(["battle", "riot", "abduction"]),
        SIDES,
        SIDES,
        st.integers(0, 3),
    ),
    max_size=12,
)
NAMES = st.sampled_from(["A", "B", "C", "D", "AB", "A or B", "B or D", "AA"])
FILTERS = st.builds(
    IncidentFilter,
    actor=st.none() | st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    between=st.none() | st.tuples(NAMES, NAMES),
    type=st.none() | st.sampled_from([("battle",), ("violent",), ("riot", "demonstration")]),
    countries=st.none() | st.sampled_from([("Mali",), ("Mali", "Niger", "Mali"), ("Chad",)]),
    admin1=st.none() | st.sampled_from([("Gao",), ("Gao", "Diffa")]),
)
WANTED = st.lists(st.tuples(FILTERS, DAYS, DAYS), min_size=1, max_size=12)
PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=6, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, wanted=WANTED)
def test_one_expression_equals_counting_row_by_row(tmp_path_factory, rows, wanted, engine):
    agree(tmp_path_factory, rows, wanted, engine)


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, wanted=WANTED)
def test_spark_equals_counting_row_by_row(tmp_path_factory, rows, wanted):
    agree(tmp_path_factory, rows, wanted, SPARK)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, wanted=WANTED)
def test_one_expression_equals_counting_row_by_row_at_length(tmp_path_factory, rows, wanted):
    agree(tmp_path_factory, rows, wanted, CountingSettings())


def agree(tmp_path_factory, rows, wanted, engine):
    requests = [
        CountRequest(str(number), asked, min(days), max(days))
        for number, (asked, *days) in enumerate(wanted)
    ]
    path = write(tmp_path_factory.mktemp("rows") / "rows.parquet", rows)
    frame = counts(requests, BOOK, path, settings=engine)
    found = {
        (row.key, row.month.date(), row.country, None if pd.isna(row.admin1) else row.admin1): (
            row.count_,
            row.ambiguous,
        )
        for row in frame.rename(columns={"count": "count_"}).itertuples()
    }
    assert found == brute_force(requests, rows)


@settings(max_examples=5, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, asked=FILTERS)
def test_parts_of_a_window_never_count_more_than_the_whole(tmp_path_factory, rows, asked, engine):
    path = write(tmp_path_factory.mktemp("rows") / "rows.parquet", rows)
    days = (DAY("2016-12-01"), DAY("2017-01-31"), DAY("2017-02-01"), DAY("2017-06-30"))
    requests = [
        CountRequest("first", asked, days[0], days[1]),
        CountRequest("second", asked, days[2], days[3]),
        CountRequest("whole", asked, days[0], days[3]),
    ]
    frame = counts(requests, BOOK, path, settings=engine)
    summed = frame.groupby("key")["count"].sum().reindex(["first", "second", "whole"], fill_value=0)
    assert summed["first"] + summed["second"] <= summed["whole"]
    assert summed["whole"] <= sum(row[-1] for row in rows)


# Each engine is held against counting row by row above; this holds them against each other.
@pytest.mark.long
@settings(max_examples=6, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, wanted=WANTED)
def test_both_engines_give_the_same_tables(tmp_path_factory, rows, wanted):
    requests = [
        CountRequest(str(number), asked, min(days), max(days))
        for number, (asked, *days) in enumerate(wanted)
    ]
    path = write(tmp_path_factory.mktemp("rows") / "rows.parquet", rows)
    for by in GRAINS:
        here, there = (
            counts(requests, BOOK, path, by=by, settings=one) for one in (CountingSettings(), SPARK)
        )
        pd.testing.assert_frame_equal(here, there)


@settings(max_examples=6, deadline=None, suppress_health_check=PATIENT)
@given(rows=ROWS, wanted=WANTED)
def test_coarser_counts_are_sums_of_finer_ones(tmp_path_factory, rows, wanted):
    requests = [
        CountRequest(str(number), asked, min(days), max(days))
        for number, (asked, *days) in enumerate(wanted)
    ]
    path = write(tmp_path_factory.mktemp("rows") / "rows.parquet", rows)
    finest = counts(requests, BOOK, path, by="area")
    numbers = ["count", "ambiguous", "crossing"]
    for by, keys in (("month", ["key", "month"]), ("total", ["key"])):
        summed = finest.groupby(keys)[numbers].sum().reset_index()
        found = counts(requests, BOOK, path, by=by).sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(found, summed.sort_values(keys, ignore_index=True))
    assert (finest["crossing"] <= finest["ambiguous"]).all()


def test_crossing_are_the_days_on_both_sides(tmp_path, engine):
    rows = [
        (DAY("2017-01-20"), DAY("2017-02-10"), "Mali", "Gao", "battle", ["A"], [], 1),
        (DAY("2017-03-05"), DAY("2017-03-05"), "Mali", "Gao", "battle", ["A or B"], [], 4),
    ]
    path = write(tmp_path / "rows.parquet", rows)
    request = ask("q", ("2017-02-01", "2017-12-31"), actor="A")
    (found,) = counts([request], BOOK, path, by="total", settings=engine).to_dict("records")
    assert found == {"key": "q", "count": 0, "ambiguous": 5, "crossing": 1}
