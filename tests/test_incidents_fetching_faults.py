"""Faults on the way: those that pass are tried again, within limits; others end the fetch."""

import gzip
import ssl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetch_server import (
    ENVIRONMENT,
    TOKEN,
    Desk,
    acled_events,
    as_lines,
    body,
    cut,
    no_answer,
    serving,
    status,
    truncated,
    ucdp_events,
)
from forecast_bench.incidents.fetching import Clock, FetchFailed, Limits, Secrets, fetch
from forecast_bench.incidents.fetching.exchange import Exchange
from forecast_bench.incidents.fetching.fetch import _client

FIRST = "GET /api/gedevents/25.1?…"
KEPT = "what was fetched is kept: the same fetch, within a day, goes on from there"
damaged = body(b"no gzip", {"content-encoding": "gzip"})
PASSING = {
    "429": status(429),
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "504": status(504),
    "cut": cut,
    "no answer": no_answer,
    "truncated": truncated,
    "damaged": damaged,
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_is_tried_again(desk, name):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, PASSING[name], PASSING[name]]

    found = desk.fetch(desk.ucdp(requests_per_second="10"))

    assert found.path.read_bytes() == as_lines(ucdp_events(4))
    assert (found.retries, found.pages) == (2, 2)
    assert desk.asked() == [FIRST, *[f"{FIRST}&page=1"] * 3]
    first, second = [one for one in desk.time.slept if one >= 0.5]
    assert 1 <= first <= 2
    assert 2 <= second <= 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("429", "the server answers with status 429: not now; tried 3 times"),
        ("500", "the server answers with status 500: not now; tried 3 times"),
        ("cut", "the connection was cut; tried 3 times"),
        ("no answer", "the connection was cut; tried 3 times"),
        ("truncated", "the answer of the server is cut off, or is no JSON; tried 3 times"),
        ("damaged", "the answer of the server is damaged; tried 3 times"),
    ],
)
def test_a_fault_that_does_not_pass_ends_the_fetch_and_keeps_its_pages(desk, name, message):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, *[PASSING[name]] * 3]

    failure = desk.fails(desk.ucdp(), Limits(attempts=3))

    assert failure.message == message
    assert failure.notes == (KEPT,)
    assert len(desk.server.asked) == 4
    assert desk.pages() == ["page-00001.json"]
    assert desk.fetch(desk.ucdp()).path.read_bytes() == as_lines(ucdp_events(4))
    assert len(desk.server.asked) == 5


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("Wed, 01 May 2024 12:00:45 GMT", 45),
        ("Wed, 01 May 2024 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_the_server_says_how_long_to_wait(desk, header, waited):
    desk.server.events = ucdp_events(1)
    desk.server.faults = [status(429, "slowly", {"retry-after": header})]

    desk.fetch(desk.ucdp())

    if waited is None:
        assert 1 <= desk.time.slept[0] <= 2
    else:
        assert desk.time.slept == [waited]


def test_a_server_that_asks_for_too_long_a_wait_ends_the_fetch(desk):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, status(429, "5000 requests a day", {"retry-after": "43200"})]

    failure = desk.fails(desk.ucdp())

    assert failure.message == (
        "the server answers with status 429: 5000 requests a day; tried once"
    )
    assert failure.notes == ("the server asks to wait for 43,200 seconds", KEPT)
    assert len(desk.server.asked) == 2
    assert max(desk.time.slept) <= 1


def test_the_time_of_a_whole_fetch_is_limited(desk):
    desk.server.events = ucdp_events(40)
    failure = desk.fails(desk.ucdp(), Limits(total_seconds=5.5))
    assert failure.message == "the fetch was not done in 6 seconds"
    assert failure.notes == (KEPT,)
    assert len(desk.pages()) == 6
    assert desk.fetch(desk.ucdp()).records == 40


def test_no_wait_begins_that_would_end_too_late(desk):
    desk.server.faults = [status(503, "later", {"retry-after": "60"})]
    failure = desk.fails(desk.ucdp(), Limits(total_seconds=59))
    assert failure.message == "the server answers with status 503: later; tried once"
    assert desk.time.slept == []


@pytest.mark.parametrize("code", [400, 404, 405, 410, 418, 422, 451, 501, 505])
def test_other_statuses_end_the_fetch_at_once(desk, code):
    desk.server.faults = [status(code, f"<h1>no {TOKEN}</h1>\n<script>x()</script> here")]
    failure = desk.fails(desk.ucdp())
    assert failure.message == f"the server answers with status {code}: no [secret] here"
    assert failure.notes == ("mend the `fetch` of the description, or ask the service",)
    assert len(desk.server.asked) == 1
    assert desk.time.slept == []


def test_a_lack_of_rights_is_said_to_be_one(desk):
    desk.server.faults = [None, status(403, "Forbidden")]
    failure = desk.fails(desk.acled())
    assert failure.message == "the server answers with status 403: Forbidden"
    assert failure.notes == (
        "may this account ask for these data? look at its rights on the service's site",
    )


def test_long_words_are_shortened_and_none_are_no_loss(desk):
    desk.server.faults = [status(404, "x" * 100_000), status(404, ""), status(404, b"\xff\x00\x1b")]
    first, second, third = (desk.fails(desk.ucdp()).message for _ in range(3))
    assert first == f"the server answers with status 404: {'x' * 200}…"
    assert second == "the server answers with status 404: Not Found"
    assert third == "the server answers with status 404: \ufffd"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("there", ["http://evil.example/api?a=1", "/api/elsewhere"])
def test_redirects_are_not_followed(desk, code, there):
    desk.server.faults = [status(code, "", {"location": there})]
    failure = desk.fails(desk.ucdp())
    assert failure.message == (
        f"the server sends the request on to {there}, and it was not followed"
    )
    assert len(desk.server.asked) == 1


def test_a_login_is_not_sent_on(desk):
    desk.server.faults = [status(307, "", {"location": "http://evil.example/oauth"})]
    assert "was not followed" in desk.fails(desk.acled()).message
    assert desk.asked() == ["POST /oauth/token"]


@pytest.mark.parametrize("headers", [{}, {"content-encoding": "gzip"}])
def test_an_answer_too_large_is_not_read_to_its_end(desk, headers):
    content = b"[" + b"0," * 500_000 + b"0]"
    desk.server.faults = [body(gzip.compress(content) if headers else content, headers)]
    failure = desk.fails(desk.ucdp(), Limits(page_bytes=100_000))
    assert failure.message == "an answer is larger than 100,000 bytes"
    assert failure.notes == ("ask for fewer records on a page: pagesize, or limit",)
    assert len(desk.server.asked) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"<html>",
        b"",
        b'{"Result": [NaN]}',
        b"[1e999]",
        b"[" * 100_000,
        b"\xff\xfe\xfa",
        b"9" * 9999,
    ],
)
def test_what_is_no_json_is_never_kept(desk, content):
    desk.server.faults = [body(content)] * 2
    failure = desk.fails(desk.ucdp(), Limits(attempts=2))
    assert failure.message == "the answer of the server is cut off, or is no JSON; tried 2 times"
    assert desk.pages() == []


def test_a_server_that_is_away_is_tried_and_said_to_be(tmp_path):
    with serving([]) as server:
        desk = Desk(server, tmp_path)
    failure = desk.fails(desk.ucdp(), Limits(attempts=3))
    assert failure.message.startswith("the server could not be reached: ")
    assert failure.message.endswith("; tried 3 times")
    assert len(desk.time.slept) >= 2


def _through(transport, desk, **more):
    return fetch(
        desk.ucdp(),
        folder=desk.folder,
        secrets=Secrets(ENVIRONMENT, keyring=False),
        clock=desk.time.clock,
        transport=httpx.MockTransport(transport),
        **more,
    )


def test_a_certificate_that_is_not_trusted_ends_the_fetch_at_once(desk):
    asked = []

    def transport(request):
        asked.append(request)
        raise httpx.ConnectError("no") from ssl.SSLCertVerificationError("self-signed")

    with pytest.raises(FetchFailed) as failure:
        _through(transport, desk)
    assert failure.value.message == ("the server's certificate is not one that this machine trusts")
    assert len(asked) == 1


def test_a_server_that_is_silent_for_too_long_is_tried_again(desk):
    def transport(request):
        raise httpx.ReadTimeout("no")

    with pytest.raises(FetchFailed) as failure:
        _through(transport, desk, limits=Limits(attempts=2, timeout_seconds=30))
    assert failure.value.message == "the server did not answer within 30 seconds; tried 2 times"


def test_a_proxy_that_refuses_is_said(desk):
    def transport(request):
        raise httpx.ProxyError("407 Proxy Authentication Required")

    with pytest.raises(FetchFailed) as failure:
        _through(transport, desk, limits=Limits(attempts=1))
    assert failure.value.message == (
        "the request failed: 407 Proxy Authentication Required; tried once"
    )


def test_a_trickle_does_not_outlast_the_fetch(desk):
    def trickle():
        while True:
            desk.time.passed += 10
            yield b" "

    with pytest.raises(FetchFailed) as failure:
        _through(lambda _: httpx.Response(200, content=trickle()), desk, limits=Limits())
    assert failure.value.message == "the fetch was not done in 21,600 seconds"


def test_certificates_are_verified_and_no_redirects_followed(desk):
    with _client(desk.ucdp(url="https://127.0.0.1/x"), Limits(), None) as client:
        context = client._transport._pool._ssl_context
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert not client.follow_redirects


def test_words_of_a_server_have_one_line():
    with httpx.Client() as client:
        exchange = Exchange(client, clock=Clock(), limits=Limits(), interval=0)
    exchange.keep_secret("s3cret")
    assert exchange.said(" a\n\tb <p class='x'>c</p> s3cret \x1b[0m ") == "a b c [secret] [0m"


@settings(max_examples=50)
@given(
    faults=st.lists(st.lists(st.sampled_from(sorted(PASSING)), max_size=4), min_size=5, max_size=5),
    events=st.integers(min_value=1, max_value=8),
    service=st.sampled_from(["ucdp", "acled"]),
)
def test_the_records_are_the_same_whatever_passing_faults_there_were(
    faults, events, service, tmp_path_factory
):
    made = {"ucdp": ucdp_events, "acled": acled_events}[service](events)
    with serving(made) as server:
        desk = Desk(server, tmp_path_factory.mktemp("law"))
        # Up to four faults before each answer, and five attempts.
        server.faults = [
            fault for before in faults for fault in (*(PASSING[name] for name in before), None)
        ]
        request = getattr(desk, service)()
        found = desk.fetch(request, Limits(attempts=5))
        assert found.path.read_bytes() == as_lines(made)
        assert found.notes == ()
        assert found.retries == len(server.asked) - found.pages - (service == "acled")
        desk.has_no_secret_on_disk()
