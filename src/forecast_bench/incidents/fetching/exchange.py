"""Requests to a service: paced, tried again, bounded, and sent to nobody else."""

from __future__ import annotations

import email.utils
import json
import re
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from forecast_bench.incidents.fetching.clock import Clock, Limits
from forecast_bench.incidents.fetching.failure import FetchFailed
from forecast_bench.incidents.fetching.secrets import forms_of, hide

if TYPE_CHECKING:
    import httpx
    import tenacity

PASSING: Final = frozenset({429, 500, 502, 503, 504})
REFUSED: Final = (400, 403)
MOST_WORDS: Final = 200

_WORDS_BYTES: Final = 64_000
_FIRST_WAIT: Final = 1.0
_UNTIL_ASKED: Final = 60.0
_LEAST_TOLD: Final = 8
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


class Answer(NamedTuple):
    """The body of an answer, and what it holds as JSON."""

    body: bytes
    document: Any


class Unauthorised(Exception):  # noqa: N818
    """The service does not take the credentials, or a login; with the server's words."""


class _Passing(Exception):  # noqa: N818
    """A fault that may be gone at the next attempt."""

    def __init__(self, message: str, *, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Exchange:
    """Requests of one fetch.

    Parameters
    ----------
    client : httpx.Client
        Follows no redirects.
    clock, limits
        Time, and when to give up.
    interval : float
        Seconds between the starts of two requests at least.
    """

    def __init__(
        self, client: httpx.Client, *, clock: Clock, limits: Limits, interval: float
    ) -> None:
        self._client = client
        self._clock = clock
        self._limits = limits
        self._interval = interval
        self._deadline = clock.monotonic() + limits.total_seconds
        self._last: float | None = None
        self._secrets: set[str] = set()
        self.retries = 0

    def keep_secret(self, *secrets: str) -> None:
        """Name what must be shown nowhere."""
        self._secrets.update(secrets)

    def without_secrets(self, text: str) -> str:
        """Give a text without the secrets in it."""
        return hide(text, self._secrets)

    def said(self, text: str) -> str:
        """Give a server's words as one short line, without markup and secrets."""
        plain = " ".join(hide(_TAGS.sub(" ", text), self._secrets).split())
        plain = "".join(sign for sign in plain if sign.isprintable())
        return plain if len(plain) <= MOST_WORDS else f"{plain[:MOST_WORDS]}…"

    def ask(
        self,
        address: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request until it is answered: a GET, or a POST where there is a form.

        Raises
        ------
        Unauthorised
            On status 401.
        FetchFailed
            On any fault that does not pass, or not in time.
        """
        import tenacity

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            wait=self._wait,
            stop=self._stops,
            before_sleep=self._count,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return attempts(self._once, address, headers, form)
        except _Passing as failure:
            self._give_up(failure, attempts.statistics["attempt_number"])

    def _wait(self, state: tenacity.RetryCallState) -> float:
        import tenacity

        backoff = tenacity.wait_exponential_jitter(initial=_FIRST_WAIT, max=_UNTIL_ASKED)(state)
        failure = state.outcome.exception() if state.outcome else None
        return max(backoff, failure.after) if isinstance(failure, _Passing) else backoff

    def _stops(self, state: tenacity.RetryCallState) -> bool:
        return (
            state.attempt_number >= self._limits.attempts
            or state.upcoming_sleep > self._limits.longest_wait
            or self._clock.monotonic() + state.upcoming_sleep > self._deadline
        )

    def _count(self, _: tenacity.RetryCallState) -> None:
        self.retries += 1

    def _give_up(self, failure: _Passing, attempts: int) -> NoReturn:
        tried = "once" if attempts == 1 else f"{attempts} times"
        notes = ["what was fetched is kept: the same fetch, within a day, goes on from there"]
        if failure.after > self._limits.longest_wait:
            notes.insert(0, f"the server asks to wait for {failure.after:,.0f} seconds")
        raise FetchFailed(f"{failure}; tried {tried}", *notes) from None

    def _once(
        self, address: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> Answer:
        import httpx

        self._pace()
        method = "GET" if form is None else "POST"
        try:
            with self._client.stream(method, address, headers=headers, data=form) as response:
                self._check_status(response)
                body = self._body(response)
        except httpx.DecodingError:
            raise _Passing("the answer of the server is damaged") from None
        except httpx.TransportError as failure:
            raise self._unreached(failure) from None
        if form is None and self._repeats_a_secret(body):
            raise FetchFailed(
                "the answer of the server repeats a secret, so it was not kept",
                "tell the service; and have the secret changed",
            )
        return Answer(body, _document(body))

    def _pace(self) -> None:
        now = self._clock.monotonic()
        if self._last is not None and now < self._last + self._interval:
            self._clock.sleep(self._last + self._interval - now)
            now = self._clock.monotonic()
        self._in_time(now)
        self._last = now

    def _in_time(self, now: float) -> None:
        if now > self._deadline:
            raise FetchFailed(
                f"the fetch was not done in {self._limits.total_seconds:,.0f} seconds",
                "what was fetched is kept: the same fetch, within a day, goes on from there",
            )

    def _body(self, response: httpx.Response) -> bytes:
        parts = bytearray()
        for part in response.iter_bytes():
            parts += part
            if len(parts) > self._limits.page_bytes:
                raise FetchFailed(
                    f"an answer is larger than {self._limits.page_bytes:,} bytes",
                    "ask for fewer records on a page: pagesize, or limit",
                )
            self._in_time(self._clock.monotonic())
        return bytes(parts)

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 200:
            return
        if 300 <= status < 400:
            there = self.said(response.headers.get("location", "nowhere"))
            raise FetchFailed(
                f"the server sends the request on to {there}, and it was not followed",
                "if the service has moved, write its base address as `url` in the description",
            )
        words = self.said(_text_of(response)) or response.reason_phrase or "no words"
        if status == 401 or (status in REFUSED and response.request.method == "POST"):
            raise Unauthorised(words)
        if status in PASSING:
            after = self._asked_to_wait(response.headers.get("retry-after", ""))
            raise _Passing(f"the server answers with status {status}: {words}", after=after)
        raise FetchFailed(f"the server answers with status {status}: {words}", _remedy(status))

    def _asked_to_wait(self, header: str) -> float:
        """Seconds that a server asks for, in either form that the header has."""
        if re.fullmatch(r"\s*[0-9]{1,9}\s*", header, re.ASCII):
            return float(header)
        try:
            until = email.utils.parsedate_to_datetime(header)
        except ValueError:
            return 0.0
        now = self._clock.now()
        until = until if until.tzinfo else until.replace(tzinfo=now.tzinfo)
        return max(0.0, (until - now).total_seconds())

    def _unreached(self, failure: httpx.TransportError) -> Exception:
        import httpx

        if isinstance(_root(failure), ssl.SSLCertVerificationError):
            return FetchFailed(
                "the server's certificate is not one that this machine trusts",
                "nothing was sent; for a mirror with an authority of its own, name its "
                "certificates by the environment variable SSL_CERT_FILE",
            )
        if isinstance(failure, httpx.TimeoutException):
            waited = f"{self._limits.timeout_seconds:,.0f} seconds"
            return _Passing(f"the server did not answer within {waited}")
        if isinstance(failure, httpx.ConnectError):
            return _Passing(f"the server could not be reached: {self.said(str(failure))}")
        if isinstance(failure, httpx.NetworkError | httpx.RemoteProtocolError):
            return _Passing("the connection was cut")
        return _Passing(f"the request failed: {self.said(str(failure))}")

    def _repeats_a_secret(self, body: bytes) -> bool:
        """Whether a secret stands in a body that is too long to stand there by chance."""
        long = [one for one in self._secrets if len(one) >= _LEAST_TOLD]
        return any(form.encode() in body for one in long for form in forms_of(one))


def _remedy(status: int) -> str:
    if status == 403:
        return "may this account ask for these data? look at its rights on the service's site"
    return "mend the `fetch` of the description, or ask the service"


def _document(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise _Passing("the answer of the server is cut off, or is no JSON") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return number


def _text_of(response: httpx.Response) -> str:
    parts = bytearray()
    for part in response.iter_bytes():
        parts += part
        if len(parts) > _WORDS_BYTES:
            break
    return bytes(parts).decode("utf-8", errors="replace")


def _root(failure: BaseException) -> BaseException:
    while (earlier := failure.__cause__ or failure.__context__) is not None:
        failure = earlier
    return failure
