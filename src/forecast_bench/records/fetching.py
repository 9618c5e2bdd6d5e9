"""Requests to services of events: what a fetch asks for, and where."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from forecast_bench.records.base import Record
from forecast_bench.records.scalars import Day, Number, Text, Texts, WholeNumber, WholeNumbers

LOCAL_HOSTS = ("127.0.0.1", "localhost")

# Plain hosts and paths only: no two parsers can disagree about who is meant.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)
_VERSION = re.compile(r"[0-9]{2}(\.[0-9]{1,2}){1,3}")


def _address(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _ADDRESS.fullmatch(value.strip())
    if found is None:
        raise ValueError(
            f'"{value}" is not a base address; write one such as https://mirror.example/api'
        )
    if found["scheme"] == "http" and found["host"].lower() not in LOCAL_HOSTS:
        raise ValueError(
            f'"{value}" is not encrypted; write https://, as http:// is read on this machine only'
        )
    return value.strip().rstrip("/")


def _version(value: Any) -> Any:
    if isinstance(value, str) and not _VERSION.fullmatch(value.strip()):
        raise ValueError(f'"{value}" is not a version; write one such as 25.1 or 26.0.8')
    return value


def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names only: what else such a text can hold would say more to the service."""
    for name in names:
        if any(sign in name for sign in ":|&=<>%"):
            raise ValueError(f'"{name}" is not the name of a country')
    return names


Address = Annotated[
    str, BeforeValidator(_address, json_schema_input_type=str), Field(max_length=500)
]
CountryNames = Annotated[Texts, AfterValidator(_plain_names)]


class Fetch(Record):
    """What requests to all services have."""

    url: Address | None = Field(
        default=None, description="Base address, for a mirror; without it the service's own."
    )
    start: Day | None = Field(
        default=None, alias="from", description="First day asked for; without it, from the first."
    )
    end: Day | None = Field(
        default=None, alias="to", description="Last day asked for; without it, up to the newest."
    )
    requests_per_second: Number = Field(
        default=1.0, gt=0, le=10, description="How many requests are sent in a second at most."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise PydanticCustomError(
                "window-order",
                "the days asked for end on {end}, before they start on {start}",
                {"start": self.start.isoformat(), "end": self.end.isoformat()},
            )
        return self


class UcdpFetch(Fetch):
    """Events of the Uppsala Conflict Data Program, from its API."""

    service: Literal["ucdp"] = Field(description="The service: ucdp.")
    resource: Literal["gedevents"] = Field(
        default="gedevents", description="What is asked for; events have this one name."
    )
    version: Annotated[Text, BeforeValidator(_version)] = Field(
        description="The release, such as 25.1, or 26.0.8 for a monthly candidate."
    )
    countries: WholeNumbers | None = Field(
        default=None, min_length=1, description="Numbers of countries, after Gleditsch and Ward."
    )
    pagesize: WholeNumber = Field(
        default=1000, ge=1, le=1000, description="Events on a page, 1000 at most."
    )


class AcledFetch(Fetch):
    """Events of the Armed Conflict Location and Event Data project, from its API."""

    service: Literal["acled"] = Field(description="The service: acled.")
    countries: CountryNames | None = Field(
        default=None, min_length=1, description="Countries, as ACLED writes them."
    )
    limit: WholeNumber = Field(
        default=5000, ge=1, le=5000, description="Events on a page, 5000 at most."
    )


def _known_service(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "service" not in value:
        raise ValueError('"service" is missing; write ucdp or acled')
    named = value["service"]
    if named not in ("ucdp", "acled"):
        found = f', not "{named}"' if isinstance(named, str) else ""
        raise ValueError(f'"service" must be ucdp or acled{found}')
    return value


FetchRequest = Annotated[
    UcdpFetch | AcledFetch, Field(discriminator="service"), BeforeValidator(_known_service)
]
