"""The API of UCDP: a token in a header, totals on every page, and the address of the next one."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Final

from forecast_bench.incidents.fetching.exchange import Exchange
from forecast_bench.incidents.fetching.failure import FetchFailed
from forecast_bench.incidents.fetching.page import Page, Totals, not_as_expected, records_of
from forecast_bench.incidents.fetching.secrets import UCDP_TOKEN
from forecast_bench.records import UcdpFetch

UCDP_ADDRESS: Final = "https://ucdpapi.pcr.uu.se/api"
TOKEN_HEADER: Final = "x-ucdp-access-token"  # noqa: S105  a name, no secret


@dataclass(frozen=True)
class Ucdp:
    """UCDP, as one request asks it."""

    request: UcdpFetch
    token: str = field(repr=False)

    @property
    def first(self) -> str:
        """Address of the first page."""
        request = self.request
        values: dict[str, str] = {"pagesize": str(request.pagesize)}
        if request.countries is not None:
            values["Country"] = ",".join(map(str, request.countries))
        if request.start is not None:
            values["StartDate"] = request.start.isoformat()
        if request.end is not None:
            values["EndDate"] = request.end.isoformat()
        base = request.url or UCDP_ADDRESS
        query = urllib.parse.urlencode(values)
        return f"{base}/{request.resource}/{request.version}?{query}"

    def headers(self, exchange: Exchange) -> dict[str, str]:
        """The token."""
        exchange.keep_secret(self.token)
        return {TOKEN_HEADER: self.token}

    def renew(self) -> bool:
        """No: a token is given by people."""
        return False

    def refused(self, words: str) -> FetchFailed:
        """Say what to do about a token that is refused."""
        return FetchFailed(
            f"UCDP does not take the token: {words}",
            f"is {UCDP_TOKEN} the token that UCDP gave? if it has run out, ask UCDP for another",
        )

    def read(self, document: Any, number: int, exchange: Exchange) -> Page:
        """Read one page."""
        records, ids = records_of(document, "Result", "id")
        totals = Totals(_whole(document, "TotalCount"), _whole(document, "TotalPages"))
        following = document.get("NextPageUrl") or None
        if following is not None and not isinstance(following, str):
            raise not_as_expected("has a `NextPageUrl` that is no text")
        if number == 1 and totals.records == 0 and not records:
            raise FetchFailed(
                "UCDP has no events for this request, and no vintage is made of nothing",
                "look at `version`, `countries` (numbers, such as 432 for Mali) and the days",
            )
        here = self.request.url or UCDP_ADDRESS
        return Page(records, ids, following and same_origin(following, here, exchange), totals)


def same_origin(address: str, base: str, exchange: Exchange) -> str:
    """Give the address of a next page, which must be on the host that was asked.

    Raises
    ------
    FetchFailed
        If it has another scheme, host or port: the token is not sent there.
    """
    import httpx

    try:
        here = httpx.URL(base)
        there = here.join(address)
    except httpx.InvalidURL:
        raise not_as_expected("has a `NextPageUrl` that is no address") from None
    if _origin(there) != _origin(here) or there.userinfo:
        raise FetchFailed(
            f"the next page is said to be at {exchange.said(address)}, which is not "
            f"{base}; nothing was sent there",
            "if the service has moved, write its base address as `url` in the description",
        )
    return str(there)


def _origin(address: Any) -> tuple[str, str, int | None]:
    usual = {"https": 443, "http": 80}
    return address.scheme, address.host, address.port or usual.get(address.scheme)


def _whole(document: dict[str, Any], key: str) -> int:
    value = document.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise not_as_expected(f"has no whole number `{key}`")
    return value
