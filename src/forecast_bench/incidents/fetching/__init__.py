"""Fetching: all pages of a request to a service of events, into one file that is imported."""

from forecast_bench.incidents.fetching.clock import Clock, Limits
from forecast_bench.incidents.fetching.failure import FetchFailed
from forecast_bench.incidents.fetching.fetch import Fetched, fetch
from forecast_bench.incidents.fetching.secrets import (
    ACLED_PASSWORD,
    ACLED_USER,
    MIRRORS,
    UCDP_TOKEN,
    Secrets,
)

__all__ = [
    "ACLED_PASSWORD",
    "ACLED_USER",
    "MIRRORS",
    "UCDP_TOKEN",
    "Clock",
    "FetchFailed",
    "Fetched",
    "Limits",
    "Secrets",
    "fetch",
]
