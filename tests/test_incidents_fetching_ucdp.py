"""UCDP: what is asked for, what comes out, and totals that must hold."""

import datetime
import hashlib
import json

import pytest

from fetch_server import (
    TOKEN,
    after,
    as_lines,
    changed,
    document,
    status,
    ucdp_events,
)
from forecast_bench.incidents.fetching import FetchFailed, Limits, Secrets, fetch
from forecast_bench.incidents.fetching.storage import request_values
from forecast_bench.incidents.fetching.ucdp import Ucdp
from forecast_bench.records import UcdpFetch

FIRST = "GET /api/gedevents/25.1?…"


def test_all_pages_become_one_file(desk):
    desk.server.events = ucdp_events(5)

    found = desk.fetch(desk.ucdp())

    assert desk.asked() == [FIRST, f"{FIRST}&page=1", f"{FIRST}&page=2"]
    assert found.path.read_bytes() == as_lines(ucdp_events(5))
    assert [json.loads(line) for line in found.path.read_bytes().splitlines()] == ucdp_events(5)
    assert (
        found.path.read_text("utf-8").splitlines() == found.path.read_text("utf-8").split("\n")[:-1]
    )
    assert found.sha256 == hashlib.sha256(as_lines(ucdp_events(5))).hexdigest()
    assert (found.records, found.pages, found.retries, found.notes) == (5, 3, 0, ())
    assert found.started == found.ended == datetime.date(2024, 5, 1)
    assert desk.pages() == ["page-00001.json", "page-00002.json", "page-00003.json"]
    assert {one.headers["x-ucdp-access-token"] for one in desk.server.asked} == {TOKEN}


def test_pages_are_kept_as_they_came(desk):
    desk.server.events = ucdp_events(3)

    found = desk.fetch(desk.ucdp())

    first = json.loads((found.path.parent / "page-00001.json").read_bytes())
    assert first == desk.server.ucdp("/api/gedevents/25.1", {"pagesize": "2"})
    assert found.path.parent.parent == desk.folder
    assert found.path.name == "records.jsonl"


def test_requests_are_paced(desk):
    desk.server.events = ucdp_events(5)

    desk.fetch(desk.ucdp(requests_per_second="4"))

    assert desk.time.slept == [0.25, 0.25]


def test_the_request_says_countries_and_days(desk):
    desk.server.events = ucdp_events(1)
    request = desk.ucdp(countries=["432", "439"], version="26.0.8", **{"from": "2017-01-01"})

    desk.fetch(request.model_copy(update={"end": datetime.date(2019, 12, 31)}))

    assert desk.asked() == [
        "GET /api/gedevents/26.0.8?…&Country=432%2C439&StartDate=2017-01-01&EndDate=2019-12-31"
    ]


def test_the_services_own_address_is_the_default():
    request = UcdpFetch.model_validate({"service": "ucdp", "version": "25.1"})
    first = Ucdp(request, "token").first
    assert first == "https://ucdpapi.pcr.uu.se/api/gedevents/25.1?pagesize=1000"


def test_the_folder_is_that_of_the_request_and_not_of_its_pace(desk):
    desk.server.events = ucdp_events(1)
    paths = [
        desk.fetch(request).path
        for request in (
            desk.ucdp(),
            desk.ucdp(requests_per_second="3"),
            desk.ucdp(version="24.1"),
        )
    ]
    assert paths[0] == paths[1] != paths[2]
    assert "requests_per_second" not in request_values(desk.ucdp())


def test_another_fetch_begins_anew(desk):
    desk.server.events = ucdp_events(3)
    first = desk.fetch(desk.ucdp())
    desk.server.events = ucdp_events(2)

    second = desk.fetch(desk.ucdp())

    assert first.path == second.path
    assert second.path.read_bytes() == as_lines(ucdp_events(2))
    assert (second.records, second.pages, second.notes) == (2, 1, ())
    assert desk.pages() == ["page-00001.json"]


def test_progress_is_told(desk):
    desk.server.events = ucdp_events(3)
    told = []
    fetch(
        desk.ucdp(),
        folder=desk.folder,
        secrets=Secrets(desk.environment, keyring=False),
        clock=desk.time.clock,
        progress=lambda pages, of: told.append((pages, of)),
    )
    assert told == [(1, 2), (2, 2)]


def test_data_that_change_between_pages_are_never_mixed(desk):
    desk.server.events = ucdp_events(4)
    newer = [{"id": 1, "best": 9}, *ucdp_events(4)]
    desk.server.faults = [None, after(lambda: setattr(desk.server, "events", newer))]

    found = desk.fetch(desk.ucdp())

    assert desk.asked() == [
        FIRST,
        f"{FIRST}&page=1",
        FIRST,
        f"{FIRST}&page=1",
        f"{FIRST}&page=2",
    ]
    assert found.path.read_bytes() == as_lines(newer)
    assert found.notes == (
        "begun again: page 2 says 5 records on 3 pages, and page 1 4 records on 2 pages",
    )
    assert desk.state()["restarts"] == 1


def test_data_that_change_all_the_time_give_nothing(desk):
    desk.server.events = ucdp_events(4)
    grow = after(lambda: desk.server.events.append({"id": len(desk.server.events)}))
    desk.server.faults = [None, grow] * 3

    failure = desk.fails(desk.ucdp(), Limits(restarts=2))

    assert failure.message == (
        "the data changed during each of 3 attempts: "
        "page 2 says 7 records on 4 pages, and page 1 6 records on 3 pages"
    )
    assert len(desk.server.asked) == 6
    assert desk.pages() == []
    # The next one is a new fetch, with all its attempts.
    assert desk.fetch(desk.ucdp()).records == 7
    assert desk.state()["restarts"] == 0


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (changed(Result=[{"id": 101}]), "page 2 repeats records of the pages before, or its own"),
        (
            changed(Result=[{"id": 7}, {"id": 7}]),
            "page 2 repeats records of the pages before, or its own",
        ),
        (
            changed(Result=[{"id": 7}]),
            "the pages hold 3 records on 2 pages, and they say 4 records on 2 pages",
        ),
        (
            changed(Result=[{"id": one} for one in range(3)]),
            "the pages hold 5 records on 2 pages, and they say 4 records on 2 pages",
        ),
        (
            changed(TotalPages=3),
            "page 2 says 4 records on 3 pages, and page 1 4 records on 2 pages",
        ),
    ],
)
def test_what_does_not_add_up_is_fetched_again(desk, fault, why):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, fault]

    found = desk.fetch(desk.ucdp())

    assert found.path.read_bytes() == as_lines(ucdp_events(4))
    assert found.notes == (f"begun again: {why}",)
    assert len(desk.server.asked) == 4


def test_an_empty_page_before_the_last_is_not_the_end(desk):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [changed(Result=[])]
    found = desk.fetch(desk.ucdp())
    assert found.notes == ("begun again: page 1 is empty, and not the last",)


def test_a_next_page_elsewhere_is_not_asked_for(desk):
    desk.server.events = ucdp_events(4)
    for there in (
        "http://evil.example/api/gedevents/25.1?page=1",
        "https://127.0.0.1/api",
        f"{desk.server.url}1/api",
        f"{desk.server.url.replace('127.0.0.1', 'localhost')}/api",
        f"{desk.server.url.replace('//', '//user@')}/api",
        "//evil.example/api",
        f"{desk.server.url}@evil.example/api",
    ):
        desk.server.faults = [changed(NextPageUrl=there)]
        asked = len(desk.server.asked)
        failure = desk.fails(desk.ucdp())
        assert failure.message == (
            f"the next page is said to be at {there}, which is not {desk.server.url}/api; "
            "nothing was sent there"
        )
        assert len(desk.server.asked) == asked + 1
    assert desk.pages() == []


@pytest.mark.parametrize("there", ["http://[", "http://127.0.0.1:port/", "http://a b/\x00"])
def test_a_next_page_at_no_address_is_a_failure(desk, there):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [changed(NextPageUrl=there)]
    assert desk.fails(desk.ucdp()).message.startswith(
        ("the answer of the server has a `NextPageUrl` that is no", "the next page is said")
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "the answer of the server has no list `Result`"),
        ({"Result": {}}, "the answer of the server has no list `Result`"),
        ({"Result": []}, "the answer of the server has no whole number `TotalCount`"),
        (
            {"Result": [], "TotalCount": True, "TotalPages": 1},
            "the answer of the server has no whole number `TotalCount`",
        ),
        (
            {"Result": [], "TotalCount": 1, "TotalPages": -1},
            "the answer of the server has no whole number `TotalPages`",
        ),
        (
            {"Result": [], "TotalCount": 1, "TotalPages": 1, "NextPageUrl": 7},
            "the answer of the server has a `NextPageUrl` that is no text",
        ),
        ({"Result": [{"ID": 1}]}, "the answer of the server has a record without `id`"),
        ({"Result": [7]}, "the answer of the server has a record without `id`"),
    ],
)
def test_an_answer_of_another_form_is_a_failure(desk, answer, message):
    desk.server.faults = [document(answer)]
    failure = desk.fails(desk.ucdp())
    assert failure.message == message
    assert failure.notes == (
        "is `url` the base address of the service? if so, its form has changed: "
        "import an export of the service instead",
    )
    assert desk.pages() == []


def test_no_events_at_all_are_a_failure(desk):
    failure = desk.fails(desk.ucdp())
    assert failure.message == (
        "UCDP has no events for this request, and no vintage is made of nothing"
    )


def test_a_token_that_is_refused_is_not_sent_twice(desk):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, status(401, f'"{TOKEN}" has run out')]

    failure = desk.fails(desk.ucdp())

    assert failure.message == 'UCDP does not take the token: "[secret]" has run out'
    assert failure.notes == (
        "is FORECAST_BENCH_UCDP_TOKEN the token that UCDP gave? if it has run out, "
        "ask UCDP for another",
    )
    assert len(desk.server.asked) == 2
    assert desk.pages() == ["page-00001.json"]


def test_a_mirror_gets_the_token_only_where_the_operator_names_it(tmp_path):
    request = UcdpFetch.model_validate(
        {"service": "ucdp", "version": "25.1", "url": "https://mirror.example/ucdp"}
    )
    with pytest.raises(FetchFailed) as failure:
        fetch(request, folder=tmp_path, secrets=Secrets({"FORECAST_BENCH_UCDP_TOKEN": TOKEN}))
    assert failure.value.message == (
        "mirror.example is not the service itself, so no secret is sent to it"
    )
    assert failure.value.notes == (
        "if it is a mirror that you trust, name it in the environment variable "
        "FORECAST_BENCH_FETCH_MIRRORS",
    )
