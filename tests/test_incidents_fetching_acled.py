"""ACLED: the login, numbered pages up to a short one, and lists empty for lack of rights."""

import pytest

from fetch_server import (
    PASSWORD,
    TOKEN,
    USER,
    acled_events,
    after,
    as_lines,
    changed,
    document,
    status,
)
from forecast_bench.incidents.fetching import ACLED_PASSWORD
from forecast_bench.incidents.fetching.acled import Acled
from forecast_bench.records import AcledFetch

LOGIN = "POST /oauth/token"
READ = "GET /api/acled/read?…&page="


def _pages(*numbers):
    return [f"{READ}{number}" for number in numbers]


def test_a_login_and_all_pages_up_to_a_short_one(desk):
    desk.server.events = acled_events(5)

    found = desk.fetch(desk.acled())

    assert desk.asked() == [LOGIN, *_pages(1, 2, 3)]
    assert found.path.read_bytes() == as_lines(acled_events(5))
    assert (found.records, found.pages, found.retries, found.notes) == (5, 3, 0, ())
    login, *reads = desk.server.asked
    assert "authorization" not in login.headers
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert login.form == {
        "grant_type": "password",
        "client_id": "acled",
        "username": USER,
        "password": PASSWORD,
    }
    assert {one.headers["authorization"] for one in reads} == {"Bearer bearer-token-1"}
    assert not [one for one in desk.server.asked if TOKEN in one.headers.values()]


def test_a_full_last_page_is_followed_by_an_empty_one(desk):
    desk.server.events = acled_events(4)
    found = desk.fetch(desk.acled())
    assert desk.asked() == [LOGIN, *_pages(1, 2, 3)]
    assert found.path.read_bytes() == as_lines(acled_events(4))
    assert found.pages == 3


def test_a_short_first_page_is_the_last_only_where_the_next_one_is_empty(desk):
    desk.server.events = acled_events(1)
    assert desk.fetch(desk.acled()).path.read_bytes() == as_lines(acled_events(1))
    assert desk.asked() == [LOGIN, *_pages(1, 2)]


def test_a_server_that_gives_smaller_pages_than_asked_for_does_not_end_the_fetch(desk):
    desk.server.events = acled_events(5)
    desk.server.most = 1
    failure = desk.fails(desk.acled())
    assert failure.message == (
        "page 1 holds fewer records than were asked for, and page 2 more of them: "
        "the server gives smaller pages"
    )
    assert failure.notes == ("write a lower `limit` in the description",)


def test_an_empty_list_is_a_lack_of_rights_and_never_no_incidents(desk):
    failure = desk.fails(desk.acled())
    assert failure.message == (
        "ACLED answers with an empty list, as it does to an account without rights; "
        "that is not read as no incidents"
    )
    assert failure.notes == (
        "may this account use the API? look at its rights on ACLED's site",
        "if it may: are the countries written as ACLED writes them, and the days right?",
    )
    assert desk.pages() == []


def test_a_token_that_runs_out_is_renewed_once_and_the_page_asked_again(desk):
    desk.server.events = acled_events(5)
    desk.server.faults = [None, None, after(desk.server.valid.clear)]

    found = desk.fetch(desk.acled())

    assert desk.asked() == [LOGIN, *_pages(1, 2), LOGIN, *_pages(2, 3)]
    assert found.path.read_bytes() == as_lines(acled_events(5))
    sent = [one.headers.get("authorization") for one in desk.server.asked]
    assert sent[2:] == [
        "Bearer bearer-token-1",
        None,
        "Bearer bearer-token-2",
        "Bearer bearer-token-2",
    ]


def test_a_new_token_that_is_refused_ends_the_fetch(desk):
    desk.server.events = acled_events(5)
    refused = status(401, '{"message": "no rights"}')
    desk.server.faults = [None, None, refused, None, refused]

    failure = desk.fails(desk.acled())

    assert desk.asked() == [LOGIN, *_pages(1, 2), LOGIN, *_pages(2)]
    assert failure.message == (
        'ACLED does not take a token that it has just given: {"message": "no rights"}'
    )
    assert failure.notes == ("may this account use the API? look at its rights on ACLED's site",)
    assert desk.pages() == ["page-00001.json"]


@pytest.mark.parametrize("code", [400, 401, 403])
def test_a_login_that_is_refused_names_the_variables(desk, code):
    desk.server.faults = [status(code, f"no {USER} with {PASSWORD}")]
    failure = desk.fails(desk.acled())
    assert failure.message == "ACLED does not take the login: no [secret] with [secret]"
    assert failure.notes == (
        "are FORECAST_BENCH_ACLED_USER and FORECAST_BENCH_ACLED_PASSWORD those with which you "
        "log in on ACLED's site?",
    )
    assert desk.asked() == [LOGIN]


def test_a_wrong_password_is_refused_by_the_server_itself(desk):
    desk.environment[ACLED_PASSWORD] = "mistyped"
    assert "credentials were incorrect" in desk.fails(desk.acled()).message


@pytest.mark.parametrize(
    "answer", [{}, [], {"access_token": 7}, {"access_token": "two\nlines"}, {"access_token": "é"}]
)
def test_a_login_without_a_token_is_a_failure(desk, answer):
    desk.server.faults = [document(answer)]
    assert desk.fails(desk.acled()).message == (
        "the answer of the server to the login has no `access_token`"
    )


def test_a_login_is_tried_again_where_the_fault_may_pass(desk):
    desk.server.events = acled_events(1)
    desk.server.faults = [status(503)]
    assert desk.fetch(desk.acled()).retries == 1
    assert desk.asked() == [LOGIN, LOGIN, *_pages(1, 2)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"success": False, "error": "bad <b>country</b>"}, "bad country"),
        ({"success": False, "message": "no such day"}, "no such day"),
        ({"success": "true"}, "status 200, success true"),
        ({"status": 500}, "status 500, success True"),
        ({"status": 403, "messages": ["none of this"]}, "['none of this']"),
    ],
)
def test_an_answer_that_says_it_failed_is_a_failure(desk, values, words):
    desk.server.events = acled_events(5)
    desk.server.faults = [None, None, changed(**values)]
    failure = desk.fails(desk.acled())
    assert failure.message == f"ACLED could not answer: {words}"
    assert desk.pages() == ["page-00001.json"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "the answer of the server is no JSON object"),
        ({"status": 200, "success": True}, "the answer of the server has no list `data`"),
        (
            {"status": 200, "success": True, "data": [{"event_id_cnty": ""}]},
            "the answer of the server has a record without `event_id_cnty`",
        ),
    ],
)
def test_an_answer_of_another_form_is_a_failure(desk, answer, message):
    desk.server.faults = [None, document(answer)]
    assert desk.fails(desk.acled()).message == message


def test_records_that_move_to_another_page_begin_the_fetch_again(desk):
    desk.server.events = acled_events(5)
    newest = [{"event_id_cnty": "MLI9"}, *acled_events(5)]
    desk.server.faults = [None, None, after(lambda: setattr(desk.server, "events", newest))]

    found = desk.fetch(desk.acled())

    assert found.path.read_bytes() == as_lines(newest)
    assert found.notes == ("begun again: page 2 repeats records of the pages before, or its own",)
    assert desk.asked() == [LOGIN, *_pages(1, 2), *_pages(1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("values", "query"),
    [
        ({}, ""),
        ({"countries": "Mali"}, "&country=Mali"),
        (
            {"countries": ["Mali", "Burkina Faso"]},
            "&country=Mali%3AOR%3Acountry%3DBurkina+Faso",
        ),
        ({"from": "2017-01-01"}, "&event_date=2017-01-01&event_date_where=%3E%3D"),
        ({"to": "2019-12-31"}, "&event_date=2019-12-31&event_date_where=%3C%3D"),
        (
            {"from": "2017-01-01", "to": "2019-12-31"},
            "&event_date=2017-01-01%7C2019-12-31&event_date_where=BETWEEN",
        ),
    ],
)
def test_the_request_says_countries_and_days(values, query):
    request = AcledFetch.model_validate({"service": "acled", **values})
    address = Acled(request, "user", "password").at(3)
    assert address == (
        f"https://acleddata.com/api/acled/read?_format=json{query}&limit=5000&page=3"
    )
