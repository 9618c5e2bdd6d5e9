"""A fetch that is cut off goes on after its last whole page, and gives the same bytes."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from fetch_server import ENVIRONMENT, acled_events, after, as_lines, status, ucdp_events
from forecast_bench.incidents.fetching import Limits
from forecast_bench.incidents.fetching.storage import folder_of, page_file
from forecast_bench.problems import NewerFormatError

FIRST = "GET /api/gedevents/25.1?…"
LOGIN = "POST /oauth/token"
READ = "GET /api/acled/read?…&page="


class Killed(BaseException):
    """What a test raises inside a fetch."""


def _kill_while_waiting(desk, times):
    """Raise in the n-th sleep of the fetch."""
    sleep = desk.time.sleep

    def counting(seconds):
        if len(desk.time.slept) + 1 == times:
            raise Killed
        sleep(seconds)

    desk.time.sleep = counting
    return lambda: setattr(desk.time, "sleep", sleep)


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_only_the_missing_pages_are_asked_for(desk, pages):
    desk.server.events = ucdp_events(7)
    mend = _kill_while_waiting(desk, pages)
    with pytest.raises(Killed):
        desk.fetch(desk.ucdp())
    mend()
    assert len(desk.pages()) == pages
    assert desk.records() == {}
    before = len(desk.server.asked)

    found = desk.fetch(desk.ucdp())

    every = [FIRST, *[f"{FIRST}&page={page}" for page in (1, 2, 3)]]
    assert desk.asked()[before:] == every[pages:]
    assert found.path.read_bytes() == as_lines(ucdp_events(7))
    assert (found.records, found.pages) == (7, 4)
    assert found.notes == (f"gone on with after page {pages} of a fetch of 2024-05-01",)


def test_acled_goes_on_with_a_new_login(desk):
    desk.server.events = acled_events(5)
    desk.server.faults = [None, None, None, *[status(503)] * 2]
    assert "tried 2 times" in desk.fails(desk.acled(), Limits(attempts=2)).message
    before = len(desk.server.asked)

    found = desk.fetch(desk.acled())

    assert desk.asked()[before:] == [LOGIN, f"{READ}3"]
    assert found.path.read_bytes() == as_lines(acled_events(5))


def test_all_pages_are_there_and_only_the_file_is_missing(desk, monkeypatch):
    desk.server.events = ucdp_events(4)
    complete = desk.fetch(desk.ucdp())
    state = complete.path.with_name("state.json")
    state.write_text(state.read_text("utf-8").replace('"finished": true', '"finished": false'))
    complete.path.unlink()

    found = desk.fetch(desk.ucdp())

    assert len(desk.server.asked) == 2
    assert found.sha256 == complete.sha256
    assert found.path.read_bytes() == as_lines(ucdp_events(4))


def test_data_that_changed_meanwhile_are_not_mixed_with_kept_pages(desk):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, status(404)]
    desk.fails(desk.ucdp())
    desk.server.events = ucdp_events(5)

    found = desk.fetch(desk.ucdp())

    assert found.path.read_bytes() == as_lines(ucdp_events(5))
    assert found.notes == (
        "gone on with after page 1 of a fetch of 2024-05-01",
        "begun again: page 2 says 5 records on 3 pages, and page 1 4 records on 2 pages",
    )


@pytest.mark.parametrize(("hours", "goes_on"), [(24, True), (24.001, False)])
def test_old_pages_are_not_gone_on_with(desk, hours, goes_on):
    desk.server.events = ucdp_events(4)
    desk.server.faults = [None, status(404)]
    desk.fails(desk.ucdp())
    begun = desk.time.passed - 1  # the state was written before the first request's pace
    desk.time.passed = begun + hours * 3600
    before = len(desk.server.asked)

    found = desk.fetch(desk.ucdp())

    assert len(desk.server.asked) - before == (1 if goes_on else 2)
    assert found.started.isoformat() == ("2024-05-01" if goes_on else "2024-05-02")
    assert found.ended.isoformat() == "2024-05-02"


def _cut_off(desk):
    """A fetch that has two of three pages; the folder it has them in."""
    desk.server.events = ucdp_events(6)
    desk.server.faults = [None, None, status(404)]
    desk.fails(desk.ucdp())
    return folder_of(desk.folder, desk.ucdp())


def test_a_newer_program_s_pages_are_not_thrown_away(desk):
    folder = _cut_off(desk)
    state = (folder / "state.json").read_text()
    (folder / "state.json").write_text(state.replace('"format": 1', '"format": 2'))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(NewerFormatError, match="state of a fetch is of format 2"):
        desk.fetch(desk.ucdp())

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("damage", "missing"),
    [
        (lambda folder: page_file(folder, 2).write_bytes(b'{"Result": ['), 2),
        (lambda folder: page_file(folder, 2).write_bytes(b""), 2),
        (lambda folder: page_file(folder, 1).unlink(), 3),
        (lambda folder: (folder / "state.json").unlink(), 3),
        (lambda folder: (folder / "state.json").write_text("{"), 3),
        (lambda folder: (folder / "state.json").write_text("[]"), 3),
        (lambda folder: (folder / "state.json").write_text('{"format": 0}'), 3),
        (lambda folder: (folder / ".page-00003.json.part").write_bytes(b"{"), 1),
        (lambda folder: (folder / ".state.json.part").write_bytes(b"{"), 1),
        (lambda folder: (folder / ".records.jsonl.part").write_bytes(b"{"), 1),
    ],
)
def test_what_a_crash_can_leave_is_mended(desk, damage, missing):
    damage(_cut_off(desk))
    before = len(desk.server.asked)

    found = desk.fetch(desk.ucdp())

    assert len(desk.server.asked) - before == missing
    assert found.path.read_bytes() == as_lines(ucdp_events(6))
    assert desk.pages() == ["page-00001.json", "page-00002.json", "page-00003.json"]


def test_a_page_after_a_gap_is_not_gone_on_with(desk):
    folder = _cut_off(desk)
    page_file(folder, 1).unlink()
    desk.server.faults = [None, status(404)]
    desk.fails(desk.ucdp())
    assert desk.pages() == ["page-00001.json"]


def test_the_last_records_stay_until_the_next_are_whole(desk):
    desk.server.events = ucdp_events(3)
    complete = desk.fetch(desk.ucdp())
    desk.server.events = ucdp_events(6)
    desk.server.faults = [None, status(404)]
    desk.fails(desk.ucdp())
    assert complete.path.read_bytes() == as_lines(ucdp_events(3))


def test_two_fetches_of_one_request_do_not_run_at_once(desk):
    desk.server.events = ucdp_events(2)
    seen = []
    desk.server.faults = [after(lambda: seen.append(desk.fails(desk.ucdp())))]
    desk.fetch(desk.ucdp())
    assert seen[0].message == "another fetch of this request is running"


def test_a_folder_that_cannot_be_written_is_a_failure(desk):
    desk.folder.parent.mkdir(exist_ok=True)
    desk.folder.write_text("a file")
    failure = desk.fails(desk.ucdp())
    assert failure.message.startswith(f"pages cannot be kept in {desk.folder}")
    assert desk.server.asked == []


def test_a_process_that_is_killed_leaves_whole_pages(desk, tmp_path):
    desk.server.events = ucdp_events(7)
    reached, released = threading.Event(), threading.Event()

    def hang(reply):
        reached.set()
        released.wait(timeout=60)
        reply.close_connection = True

    desk.server.faults = [None, None, hang]
    request = json.dumps(
        {**desk.ucdp(requests_per_second="10").model_dump(mode="json", by_alias=True)}
    )
    program = textwrap.dedent("""
        import pathlib, sys
        from forecast_bench.incidents.fetching import Secrets, fetch
        from forecast_bench.records import UcdpFetch

        request = UcdpFetch.model_validate_json(sys.argv[1])
        fetch(request, folder=pathlib.Path(sys.argv[2]), secrets=Secrets(keyring=False))
    """)
    running = subprocess.Popen(
        [sys.executable, "-c", program, request, str(desk.folder)],
        env={**os.environ, **ENVIRONMENT},
        stderr=subprocess.PIPE,
    )
    try:
        assert reached.wait(timeout=60), "the third page was asked for"
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate()
        released.set()
    assert desk.pages() == ["page-00001.json", "page-00002.json"]
    assert desk.records() == {}
    assert desk.state()["finished"] is False
    # The state was written by the true clock.
    state = next(desk.folder.rglob("state.json"))
    started = desk.state()["started"]
    state.write_text(state.read_text("utf-8").replace(started, "2024-05-01T11:00:00+00:00"))
    before = len(desk.server.asked)

    found = desk.fetch(desk.ucdp())

    assert desk.asked()[before:] == [f"{FIRST}&page=2", f"{FIRST}&page=3"]
    assert found.path.read_bytes() == as_lines(ucdp_events(7))
