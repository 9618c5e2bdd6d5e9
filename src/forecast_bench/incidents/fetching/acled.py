"""The API of ACLED: a login for a bearer's token, and numbered pages up to a short one."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Final

from forecast_bench.incidents.fetching.exchange import Exchange, Unauthorised
from forecast_bench.incidents.fetching.failure import FetchFailed
from forecast_bench.incidents.fetching.page import Page, not_as_expected, records_of
from forecast_bench.incidents.fetching.secrets import ACLED_PASSWORD, ACLED_USER
from forecast_bench.records import AcledFetch

ACLED_ADDRESS: Final = "https://acleddata.com"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path, no secret
READ_PATH: Final = "/api/acled/read"
GOOD: Final = (200, "200")


@dataclass
class Acled:
    """ACLED, as one request asks it."""

    request: AcledFetch
    user: str = field(repr=False)
    password: str = field(repr=False)
    bearer: str | None = field(default=None, repr=False)

    @property
    def first(self) -> str:
        """Address of the first page."""
        return self.at(1)

    def at(self, number: int) -> str:
        """Address of a page, from 1 on."""
        request = self.request
        values: dict[str, str] = {"_format": "json"}
        if request.countries is not None:
            values["country"] = ":OR:country=".join(request.countries)
        if request.start is not None and request.end is not None:
            values["event_date"] = f"{request.start}|{request.end}"
            values["event_date_where"] = "BETWEEN"
        elif request.start is not None or request.end is not None:
            values["event_date"] = str(request.start or request.end)
            values["event_date_where"] = "<=" if request.start is None else ">="
        values["limit"] = str(request.limit)
        values["page"] = str(number)
        base = request.url or ACLED_ADDRESS
        return f"{base}{READ_PATH}?{urllib.parse.urlencode(values)}"

    def headers(self, exchange: Exchange) -> dict[str, str]:
        """The bearer's token, after a login where there is none."""
        exchange.keep_secret(self.user, self.password)
        if self.bearer is None:
            self.bearer = self._log_in(exchange)
        return {"Authorization": f"Bearer {self.bearer}"}

    def renew(self) -> bool:
        """Tokens run out: the next request logs in again."""
        self.bearer = None
        return True

    def refused(self, words: str) -> FetchFailed:
        """Say what to do about a new token that is refused."""
        return FetchFailed(
            f"ACLED does not take a token that it has just given: {words}",
            "may this account use the API? look at its rights on ACLED's site",
        )

    def read(self, document: Any, number: int, exchange: Exchange) -> Page:
        """Read one page."""
        if not isinstance(document, dict):
            raise not_as_expected("is no JSON object")
        if document.get("status") not in GOOD or document.get("success") is not True:
            words = exchange.said(_words(document))
            raise FetchFailed(
                f"ACLED could not answer: {words}",
                "mend the `fetch` of the description, or ask ACLED",
            )
        records, ids = records_of(document, "data", "event_id_cnty")
        if number == 1 and not records:
            raise FetchFailed(
                "ACLED answers with an empty list, as it does to an account without rights; "
                "that is not read as no incidents",
                "may this account use the API? look at its rights on ACLED's site",
                "if it may: are the countries written as ACLED writes them, and the days right?",
            )
        short = len(records) < self.request.limit
        # A server that gives less than it is asked for would end the fetch on its first page.
        doubtful = short and number == 1
        return Page(
            records, ids, None if short and not doubtful else self.at(number + 1), last=short
        )

    def _log_in(self, exchange: Exchange) -> str:
        form = {
            "grant_type": "password",
            "client_id": "acled",
            "username": self.user,
            "password": self.password,
        }
        address = f"{self.request.url or ACLED_ADDRESS}{TOKEN_PATH}"
        try:
            document = exchange.ask(address, headers={}, form=form).document
        except Unauthorised as failure:
            raise _login_refused(str(failure)) from None
        token = document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise not_as_expected("to the login has no `access_token`")
        exchange.keep_secret(token)
        refresh = document.get("refresh_token")
        if isinstance(refresh, str) and refresh:
            exchange.keep_secret(refresh)
        return token


def _login_refused(words: str) -> FetchFailed:
    return FetchFailed(
        f"ACLED does not take the login: {words}",
        f"are {ACLED_USER} and {ACLED_PASSWORD} those with which you log in on ACLED's site?",
    )


def _words(document: dict[str, Any]) -> str:
    """What the service says of its failure; its status where it says nothing."""
    for key in ("error", "message", "messages"):
        said = document.get(key)
        if said:
            return str(said)
    return f"status {document.get('status')}, success {document.get('success')}"
