"""What a page of an answer says, and whether pages belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from forecast_bench.incidents.fetching.exchange import Exchange
from forecast_bench.incidents.fetching.failure import DataChanged, FetchFailed


class Totals(NamedTuple):
    """Records and pages that the server says there are."""

    records: int
    pages: int


class Page(NamedTuple):
    """One page of records.

    Parameters
    ----------
    records : list of dict
        As the service gives them.
    ids : list of str
        One for each record.
    following : str or None
        Address of the next page; None after the last.
    totals : Totals or None
        What the server says there is in all; None where it says nothing.
    last : bool
        Whether records on a further page would be a contradiction.
    """

    records: list[dict[str, Any]]
    ids: list[str]
    following: str | None
    totals: Totals | None = None
    last: bool = False


class Service(Protocol):
    """What differs between services."""

    @property
    def first(self) -> str:
        """Address of the first page."""

    def headers(self, exchange: Exchange) -> dict[str, str]:
        """Headers that carry the credentials, which a login brings where there are none yet."""

    def renew(self) -> bool:
        """Put refused credentials away; False where no login would bring others."""

    def refused(self, words: str) -> FetchFailed:
        """What to say where credentials are refused for good."""

    def read(self, document: Any, number: int, exchange: Exchange) -> Page:
        """Read one page; fail where it is not as the service answers."""


@dataclass
class Walk:
    """What was seen on the pages so far."""

    records: int = 0
    pages: int = 0
    totals: Totals | None = None
    ended: bool = False
    ids: set[str] = field(default_factory=set)

    def take(self, page: Page) -> None:
        """Add a page.

        Raises
        ------
        DataChanged
            If it does not belong with those before it.
        FetchFailed
            If the server holds records back.
        """
        number = self.pages + 1
        if self.pages and page.totals != self.totals:
            raise DataChanged(
                f"page {number} says {_shown(page.totals)}, and page 1 {_shown(self.totals)}"
            )
        if self.ended and page.records:
            raise FetchFailed(
                f"page {number - 1} holds fewer records than were asked for, and page {number} "
                "more of them: the server gives smaller pages",
                "write a lower `limit` in the description",
            )
        fresh = set(page.ids)
        repeated = (self.ids & fresh) or len(fresh) < len(page.ids)
        if repeated:
            raise DataChanged(f"page {number} repeats records of the pages before, or its own")
        if page.following is not None and not page.records and not page.last:
            raise DataChanged(f"page {number} is empty, and not the last")
        self.ids |= fresh
        self.records += len(page.records)
        self.pages, self.totals, self.ended = number, page.totals, page.last
        self._within_totals()

    def finish(self) -> None:
        """Hold what was read against what the server said there is.

        Raises
        ------
        DataChanged
            If they differ.
        """
        found = Totals(self.records, self.pages)
        if self.totals is not None and found != self.totals:
            raise DataChanged(f"the pages hold {_shown(found)}, and they say {_shown(self.totals)}")

    def _within_totals(self) -> None:
        if self.totals is not None and (
            self.records > self.totals.records or self.pages > self.totals.pages
        ):
            self.finish()


def _shown(totals: Totals | None) -> str:
    if totals is None:
        return "nothing"
    return f"{totals.records:,} records on {totals.pages:,} pages"


def records_of(document: Any, key: str, identifier: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Read the records under a key, each with its id.

    Raises
    ------
    FetchFailed
        If there is no list of them, or one has no id.

    Examples
    --------
    >>> records_of({"data": [{"id": 7}]}, "data", "id")
    ([{'id': 7}], ['7'])
    """
    records = document.get(key) if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise not_as_expected(f"has no list `{key}`")
    ids = []
    for record in records:
        known = record.get(identifier) if isinstance(record, dict) else None
        if not isinstance(known, str | int) or isinstance(known, bool) or known == "":
            raise not_as_expected(f"has a record without `{identifier}`")
        ids.append(str(known))
    return records, ids


def not_as_expected(what: str) -> FetchFailed:
    """Say that an answer has not the form that its service documents."""
    return FetchFailed(
        f"the answer of the server {what}",
        "is `url` the base address of the service? if so, its form has changed: "
        "import an export of the service instead",
    )
