"""Fetch: all pages of a request, into one file of records, or nothing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from forecast_bench.incidents.fetching.acled import ACLED_ADDRESS, Acled
from forecast_bench.incidents.fetching.clock import DEFAULT_LIMITS, SYSTEM_CLOCK, Clock, Limits
from forecast_bench.incidents.fetching.exchange import Answer, Exchange, Unauthorised
from forecast_bench.incidents.fetching.failure import DataChanged, FetchFailed
from forecast_bench.incidents.fetching.page import Service, Walk
from forecast_bench.incidents.fetching.secrets import (
    ACLED_PASSWORD,
    ACLED_USER,
    MIRRORS,
    UCDP_TOKEN,
    Secrets,
)
from forecast_bench.incidents.fetching.storage import (
    RECORDS_FILE,
    State,
    begin_again,
    folder_of,
    kept_pages,
    page_file,
    read_state,
    remove_pages,
    request_values,
    write_state,
    write_whole,
)
from forecast_bench.incidents.fetching.ucdp import UCDP_ADDRESS, Ucdp
from forecast_bench.records import AcledFetch, UcdpFetch
from forecast_bench.records.fetching import LOCAL_HOSTS

if TYPE_CHECKING:
    import httpx

LOCK_FILE: Final = ".lock"

type Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """All records of a request.

    Parameters
    ----------
    path : Path
        The file of records: JSON lines, one object a line, with the keys of the service.
    records : int
        How many there are, one or more.
    sha256 : str
        Of the file.
    started, ended : datetime.date
        Days, in UTC, on which its first page was asked for and its last one came.
    pages : int
        Pages that they were on.
    retries : int
        Requests of this run that were sent again.
    notes : tuple of str
        What an operator should know: that it was gone on with, or begun again.
    """

    path: Path
    records: int
    sha256: str
    started: datetime.date
    ended: datetime.date
    pages: int
    retries: int
    notes: tuple[str, ...]


def fetch(
    request: UcdpFetch | AcledFetch,
    *,
    folder: Path,
    secrets: Secrets,
    clock: Clock = SYSTEM_CLOCK,
    limits: Limits = DEFAULT_LIMITS,
    transport: httpx.BaseTransport | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Bring all pages of a request into one file.

    Parameters
    ----------
    request : UcdpFetch or AcledFetch
        The `fetch` of a source's description.
    folder : Path
        Where pages are kept, in a folder for each request. A fetch that was cut off less than a
        day ago goes on there after its last page; one that ended well is followed by a new one.
    secrets : Secrets
        Where the credentials are.
    clock, limits
        Time, and when to give up.
    transport : httpx.BaseTransport, optional
        How requests are sent; by default over the network, with certificates verified.
    progress : callable, optional
        Told the pages so far, and those that there are where the service says so.

    Returns
    -------
    Fetched
        The file and what is known of it. Its name is the same for the next fetch of the request,
        so it is imported at once.

    Raises
    ------
    FetchFailed
        Whatever went wrong, with what to do about it; then there is no result.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> request = UcdpFetch.model_validate({"service": "ucdp", "version": "25.1"})
    >>> fetch(request, folder=Path(mkdtemp()), secrets=Secrets({}, keyring=False))
    Traceback (most recent call last):
    forecast_bench.incidents.fetching.failure.FetchFailed: the secret FORECAST_BENCH_UCDP_TOKEN is missing
    """  # noqa: E501  the last line is what Python prints
    from filelock import FileLock, Timeout

    service = _service(request, secrets)
    inside = folder_of(folder, request)
    try:
        inside.mkdir(parents=True, exist_ok=True)
        with FileLock(inside / LOCK_FILE, timeout=0), _client(request, limits, transport) as client:
            exchange = Exchange(
                client, clock=clock, limits=limits, interval=1 / request.requests_per_second
            )
            run = _Run(inside, request_values(request), service, exchange, clock, limits, progress)
            try:
                return run.to_the_end()
            except FetchFailed as failure:
                raise failure.in_other_words(exchange.without_secrets) from None
    except Timeout:
        raise FetchFailed(
            "another fetch of this request is running", "wait for it, or end it"
        ) from None
    except OSError as failure:
        raise FetchFailed(
            f"pages cannot be kept in {inside}: {failure.strerror or type(failure).__name__}",
            "mend the folder, or its disk, and fetch again",
        ) from None


def _service(request: UcdpFetch | AcledFetch, secrets: Secrets) -> Service:
    _may_have_secrets(request, secrets)
    if isinstance(request, UcdpFetch):
        return Ucdp(request, secrets.find(UCDP_TOKEN))
    return Acled(request, secrets.find(ACLED_USER), secrets.find(ACLED_PASSWORD))


def _may_have_secrets(request: UcdpFetch | AcledFetch, secrets: Secrets) -> None:
    """A description can be changed by a pull request; who is sent secrets is for the operator."""
    import httpx

    own = UCDP_ADDRESS if isinstance(request, UcdpFetch) else ACLED_ADDRESS
    host = httpx.URL(request.url or own).host
    if host not in (*LOCAL_HOSTS, httpx.URL(own).host, *secrets.mirrors()):
        raise FetchFailed(
            f"{host} is not the service itself, so no secret is sent to it",
            f"if it is a mirror that you trust, name it in the environment variable {MIRRORS}",
        )


def _client(
    request: UcdpFetch | AcledFetch, limits: Limits, transport: httpx.BaseTransport | None
) -> httpx.Client:
    import httpx

    local = request.url is not None and httpx.URL(request.url).host in LOCAL_HOSTS
    return httpx.Client(
        verify=True,
        follow_redirects=False,
        trust_env=not local,
        timeout=limits.timeout_seconds,
        transport=transport,
        headers={"Accept": "application/json", "User-Agent": "forecast-bench"},
    )


@dataclass
class _Run:
    """One run of a fetch."""

    folder: Path
    request: dict[str, object]
    service: Service
    exchange: Exchange
    clock: Clock
    limits: Limits
    progress: Progress | None

    def to_the_end(self) -> Fetched:
        state = self._opened()
        while True:
            try:
                walk = self._pages()
                break
            except DataChanged as change:
                if state.restarts >= self.limits.restarts:
                    remove_pages(self.folder)
                    write_state(self.folder, replace(state, finished=True))
                    raise FetchFailed(
                        f"the data changed during each of {state.restarts + 1} attempts: {change}",
                        "fetch again when the service has done with its update",
                    ) from None
                state = begin_again(self.folder, state, why=str(change), now=self.clock.now())
        return self._result(state, walk)

    def _opened(self) -> State:
        """The state to go on from, or that of a new fetch."""
        now = self.clock.now()
        state = read_state(self.folder)
        kept = kept_pages(self.folder)
        remove_pages(self.folder, after=kept)
        if state is not None and not state.finished and state.request == self.request:
            age = (now - state.started).total_seconds()
            if 0 <= age <= self.limits.resume_seconds:
                if kept:
                    note = f"gone on with after page {kept} of a fetch of {state.started:%Y-%m-%d}"
                    state = replace(state, notes=(*state.notes, note))
                write_state(self.folder, state)
                return state
        remove_pages(self.folder)
        state = State(dict(self.request), now)
        write_state(self.folder, state)
        return state

    def _pages(self) -> Walk:
        walk = Walk()
        following = self._kept(walk)
        while following is not None:
            number = walk.pages + 1
            answer = self._page(following)
            page = self.service.read(answer.document, number, self.exchange)
            walk.take(page)
            write_whole(page_file(self.folder, number), [answer.body])
            following = page.following
            if self.progress is not None:
                self.progress(number, walk.totals.pages if walk.totals else None)
        walk.finish()
        return walk

    def _kept(self, walk: Walk) -> str | None:
        """Read the pages that are there; give the address of the first that is missing."""
        following: str | None = self.service.first
        for number in range(1, kept_pages(self.folder) + 1):
            try:
                document = json.loads(page_file(self.folder, number).read_bytes())
            except ValueError:
                remove_pages(self.folder, after=number - 1)
                return following
            page = self.service.read(document, number, self.exchange)
            walk.take(page)
            following = page.following
        return following

    def _page(self, address: str) -> Answer:
        """Ask for a page, once more with new credentials where they have run out."""
        try:
            return self.exchange.ask(address, headers=self.service.headers(self.exchange))
        except Unauthorised as failure:
            if not self.service.renew():
                raise self.service.refused(str(failure)) from None
        try:
            return self.exchange.ask(address, headers=self.service.headers(self.exchange))
        except Unauthorised as failure:
            raise self.service.refused(str(failure)) from None

    def _result(self, state: State, walk: Walk) -> Fetched:
        path = self.folder / RECORDS_FILE
        digest = write_whole(path, self._lines(walk.pages))
        ended = self.clock.today()
        write_state(self.folder, replace(state, finished=True))
        return Fetched(
            path=path,
            records=walk.records,
            sha256=digest,
            started=state.started.astimezone(datetime.UTC).date(),
            ended=ended,
            pages=walk.pages,
            retries=self.exchange.retries,
            notes=state.notes,
        )

    def _lines(self, pages: int) -> Iterator[bytes]:
        """Records as lines of ASCII: no reader can take a sign inside a text for a line's end."""
        for number in range(1, pages + 1):
            document = json.loads(page_file(self.folder, number).read_bytes())
            for record in self.service.read(document, number, self.exchange).records:
                yield f"{json.dumps(record, allow_nan=False)}\n".encode("ascii")
