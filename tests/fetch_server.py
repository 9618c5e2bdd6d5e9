"""A server on this machine that speaks as UCDP and as ACLED, with faults by request.

`Server.faults` is used up from its front, one for each request; where it is empty, or holds None,
the request is answered as the services do.
"""

import datetime
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from forecast_bench.incidents.fetching import Clock, Fetched, FetchFailed, Limits, Secrets, fetch
from forecast_bench.records.fetching import AcledFetch, UcdpFetch

TOKEN = "ucdp-t0ken/with+signs"  # noqa: S105
USER = "analyst@desk.example"
PASSWORD = 'pass"word & more'  # noqa: S105
ENVIRONMENT = {
    "FORECAST_BENCH_UCDP_TOKEN": TOKEN,
    "FORECAST_BENCH_ACLED_USER": USER,
    "FORECAST_BENCH_ACLED_PASSWORD": PASSWORD,
}
NOON = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)


class Asked(str):
    """A request, as `GET /path?query`, with its headers and its form."""

    headers: dict[str, str]
    form: dict[str, str]


type Fault = Callable[["Reply"], bool | None]


class Reply(BaseHTTPRequestHandler):
    """Answers one request; a fault that returns True lets the usual answer follow."""

    protocol_version = "HTTP/1.1"
    # Head and body in one piece, at once: otherwise each answer waits for the client's system.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "_Listener"

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, form: str) -> None:
        of = self.server.of
        asked = Asked(f"{self.command} {self.path}")
        asked.headers = {name.lower(): value for name, value in self.headers.items()}
        asked.form = dict(urllib.parse.parse_qsl(form))
        of.asked.append(asked)
        fault = of.faults.pop(0) if of.faults else None
        if fault is None or fault(self):
            self.send(*of.usual(asked))

    def send(self, document: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Answer with JSON, or with bytes."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    of: "Server"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news."""


@dataclass
class Server:
    """What the server has and hears."""

    url: str
    events: list[dict[str, Any]]
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)
    most: int = 1_000_000

    def usual(self, asked: Asked) -> tuple[Any, int]:
        """Answer as the services do."""
        split = urllib.parse.urlsplit(asked.removeprefix("GET ").removeprefix("POST "))
        query = dict(urllib.parse.parse_qsl(split.query))
        if split.path == "/oauth/token":
            return self._log_in(asked)
        if split.path == "/api/acled/read":
            return self._acled(asked, query)
        if asked.headers.get("x-ucdp-access-token") != TOKEN:
            return {"Message": "API token required"}, 401
        return self.ucdp(split.path, query), 200

    def ucdp(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """One page as UCDP gives it; pages count from 0."""
        size, page = int(query["pagesize"]), int(query.get("page", 0))
        pages = -(-len(self.events) // size)
        following = urllib.parse.urlencode({**query, "page": page + 1})
        return {
            "TotalCount": len(self.events),
            "TotalPages": pages,
            "PreviousPageUrl": "",
            "NextPageUrl": f"{self.url}{path}?{following}" if page + 1 < pages else "",
            "Result": self.events[page * size : (page + 1) * size],
        }

    def _log_in(self, asked: Asked) -> tuple[Any, int]:
        form = {"username": USER, "password": PASSWORD}
        expected = {"grant_type": "password", "client_id": "acled", **form}
        if asked.form != expected:
            return {"error": "invalid_grant", "message": "credentials were incorrect"}, 400
        token = f"bearer-token-{len(self.given) + 1}"
        self.given.append(token)
        self.valid.add(token)
        refresh = f"refresh-token-{len(self.given)}"
        return {"token_type": "Bearer", "access_token": token, "refresh_token": refresh}, 200

    def _acled(self, asked: Asked, query: dict[str, str]) -> tuple[Any, int]:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
            return {"message": "The access token has expired"}, 401
        limit, page = min(int(query["limit"]), self.most), int(query["page"])
        data = self.events[(page - 1) * limit : page * limit]
        return {"status": 200, "success": True, "count": len(data), "data": data}, 200


@contextmanager
def serving(events: list[dict[str, Any]]) -> Iterator[Server]:
    """Run a server, until the block is left."""
    listener = _Listener(("127.0.0.1", 0), Reply)
    listener.of = Server(f"http://127.0.0.1:{listener.server_address[1]}", events)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield listener.of
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def status(
    code: int, words: str | bytes = "not now", headers: dict[str, str] | None = None
) -> Fault:
    """Answer with a status."""
    body = words.encode() if isinstance(words, str) else words
    return lambda reply: reply.send(body, code, headers)


def document(values: Any) -> Fault:
    """Answer with other JSON than the usual."""
    return lambda reply: reply.send(values)


def body(content: bytes, headers: dict[str, str] | None = None) -> Fault:
    """Answer with bytes, and status 200."""
    return lambda reply: reply.send(content, 200, headers)


def after(action: Callable[[], object]) -> Fault:
    """Do something, and answer as usual."""

    def fault(_: Reply) -> bool:
        action()
        return True

    return fault


def changed(**values: Any) -> Fault:
    """Answer as usual, with some values other ones."""

    def fault(reply: Reply) -> None:
        usual, code = reply.server.of.usual(reply.server.of.asked[-1])
        reply.send({**usual, **values}, code)

    return fault


def cut(reply: Reply) -> None:
    """Promise more than is sent, and leave."""
    content = json.dumps(reply.server.of.usual(reply.server.of.asked[-1])[0]).encode()
    reply.send_response(200)
    reply.send_header("content-length", str(len(content)))
    reply.end_headers()
    reply.wfile.write(content[: len(content) // 2])
    reply.close_connection = True


def no_answer(reply: Reply) -> None:
    """Leave without a word."""
    reply.close_connection = True


def truncated(reply: Reply) -> None:
    """Send half of the JSON as if it were the whole."""
    content = json.dumps(reply.server.of.usual(reply.server.of.asked[-1])[0]).encode()
    reply.send(content[: len(content) // 2])


@dataclass
class FakeTime:
    """Time that passes by sleeping only."""

    passed: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds

    @property
    def clock(self) -> Clock:
        return Clock(
            now=lambda: NOON + datetime.timedelta(seconds=self.passed),
            monotonic=lambda: self.passed,
            sleep=self.sleep,
        )


def ucdp_events(number: int) -> list[dict[str, Any]]:
    """Events with what a reader can stumble over: signs of many scripts, ends of lines, nulls."""
    return [
        {"id": 100 + one, "side_a": f"Çivil\u2028 {one}\n", "best": one, "gwnob": None}
        for one in range(number)
    ]


def acled_events(number: int) -> list[dict[str, Any]]:
    return [{"event_id_cnty": f"MLI{one}", "notes": f"Gao, “{one}”"} for one in range(number)]


def as_lines(events: list[dict[str, Any]]) -> bytes:
    """The file of records that events make."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)


@dataclass
class Desk:
    """A server, a folder, a time, and secrets that may be seen nowhere but at the server."""

    server: Server
    folder: Path
    time: FakeTime = field(default_factory=FakeTime)
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))

    def ucdp(self, **more: Any) -> UcdpFetch:
        values = {"service": "ucdp", "version": "25.1", "pagesize": "2", **more}
        return UcdpFetch.model_validate({"url": f"{self.server.url}/api", **values})

    def acled(self, **more: Any) -> AcledFetch:
        return AcledFetch.model_validate(
            {"service": "acled", "limit": "2", "url": self.server.url, **more}
        )

    def fetch(self, request: UcdpFetch | AcledFetch, limits: Limits | None = None) -> Fetched:
        return fetch(
            request,
            folder=self.folder,
            secrets=Secrets(self.environment, keyring=False),
            clock=self.time.clock,
            limits=limits or Limits(),
        )

    def fails(self, request: UcdpFetch | AcledFetch, limits: Limits | None = None) -> FetchFailed:
        """The failure of a fetch, which leaves no records behind that were not there."""
        before = self.records()
        with pytest.raises(FetchFailed) as failed:
            self.fetch(request, limits)
        failure = failed.value
        self.shows_no_secret(f"{failure!r} {failure} {failure.notes}")
        assert failure.notes, "says what to do"
        assert self.records() == before
        return failure

    def records(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.folder.rglob("records.jsonl")}

    def pages(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("page-*.json"))

    def state(self) -> dict[str, Any]:
        (path,) = self.folder.rglob("state.json")
        return json.loads(path.read_text("utf-8"))

    def asked(self) -> list[str]:
        """Requests so far, each without what all have."""
        return [
            one.replace("pagesize=2", "…").replace("_format=json&limit=2", "…")
            for one in self.server.asked
        ]

    def shows_no_secret(self, text: str) -> None:
        for secret in self.secrets():
            for form in (secret, urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1]):
                assert form not in text, secret

    def secrets(self) -> list[str]:
        refresh = [one.replace("bearer", "refresh") for one in self.server.given]
        return [TOKEN, USER, PASSWORD, *self.server.given, *refresh]

    def has_no_secret_on_disk(self) -> None:
        for path in self.folder.rglob("*"):
            if path.is_file():
                self.shows_no_secret(f"{path.name} {path.read_text('utf-8')}")
