"""The `fetch` of a source's description."""

import pytest

from forecast_bench.records import AcledFetch, SourceDescription, UcdpFetch
from forecast_bench.yaml_source import read_record, read_text

HEAD = """\
source: ged
title: Events
kind: ucdp-ged
settlement: 45 days
licence: CC BY 4.0
attribution: UCDP
coverage: {countries: {Mali: [Gao]}, types: [battle]}
fetch:
"""


def _read(*lines):
    text = HEAD + "".join(f"  {line}\n" for line in lines)
    document, problems = read_text(text, file="a.yaml")
    assert problems == ()
    return read_record(document, SourceDescription)


def _faults(*lines):
    record, problems = _read(*lines)
    assert record is None
    return [(one.location.line, one.location.column, one.message) for one in problems]


def test_ucdp_has_defaults():
    record, problems = _read("service: ucdp", 'version: "25.1"')
    assert problems == ()
    assert record.fetch == UcdpFetch(service="ucdp", version="25.1")
    assert record.fetch.resource == "gedevents"
    assert record.fetch.pagesize == 1000
    assert record.fetch.requests_per_second == 1
    assert (record.fetch.start, record.fetch.end) == (None, None)


def test_one_country_is_a_list_of_one():
    ucdp, _ = _read("service: ucdp", "version: 26.0.8", "countries: 432")
    acled, _ = _read("service: acled", "countries: Mali")
    assert ucdp.fetch.countries == (432,)
    assert acled.fetch.countries == ("Mali",)
    assert isinstance(acled.fetch, AcledFetch)
    assert acled.fetch.limit == 5000


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://mirror.example/api/", "https://mirror.example/api"),
        ("https://mirror.example:8443", "https://mirror.example:8443"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_addresses_are_read(address, kept):
    record, _ = _read("service: acled", f"url: {address}")
    assert record.fetch.url == kept


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (["version: 25.1"], [(8, 1, '"fetch": "service" is missing; write ucdp or acled')]),
        (
            ["service: gtd"],
            [(8, 1, '"fetch": "service" must be ucdp or acled, not "gtd"')],
        ),
        (["service: [ucdp]"], [(8, 1, '"fetch": "service" must be ucdp or acled')]),
        (["service: ucdp"], [(9, 3, '"version" is missing')]),
        (
            ["service: ucdp", "version: newest"],
            [
                (
                    10,
                    12,
                    '"version": "newest" is not a version; write one such as 25.1 or 26.0.8',
                )
            ],
        ),
        (
            ["service: ucdp", "version: 25.1", "pagesize: 1001"],
            [(11, 13, '"pagesize" must be at most 1000, not 1001')],
        ),
        (
            ["service: ucdp", "version: 25.1", "resource: dyadic"],
            [(11, 13, '"resource" must be gedevents, not "dyadic"')],
        ),
        (
            ["service: ucdp", "version: 25.1", "countries: Mali"],
            [
                (
                    11,
                    14,
                    '"countries": "Mali" is not a whole number; write digits only, such as 1000',
                )
            ],
        ),
        (["service: acled", "limit: 0"], [(10, 10, '"limit" must be at least 1, not 0')]),
        (
            ["service: acled", "requests_per_second: 0"],
            [(10, 24, '"requests_per_second" must be above 0, not 0')],
        ),
        (
            ["service: acled", "requests_per_second: 11"],
            [(10, 24, '"requests_per_second" must be at most 10, not 11')],
        ),
        (
            ["service: acled", "countries: []"],
            [(10, 14, '"countries" needs at least 1 entry, not 0')],
        ),
        (["service: acled", "pagesize: 5"], [(10, 3, '"pagesize" is not a key here')]),
        (
            ["service: acled", "from: 2019-01-01", "to: 2018-12-31"],
            [
                (
                    9,
                    3,
                    "the days asked for end on 2018-12-31, before they start on 2019-01-01",
                )
            ],
        ),
        (
            ["service: acled", "url: http://acleddata.com"],
            [
                (
                    10,
                    8,
                    '"url": "http://acleddata.com" is not encrypted; write https://, '
                    "as http:// is read on this machine only",
                )
            ],
        ),
        *[
            (
                ["service: acled", f'url: "{address}"'],
                [
                    (
                        10,
                        8,
                        f'"url": "{address}" is not a base address; write one such as '
                        "https://mirror.example/api",
                    )
                ],
            )
            for address in (
                "ftp://a.example",
                "https://user@a.example",
                "https://127.0.0.1@a.example",
                "https://a.example/?page=1",
                "https://a.example/#part",
                "https://",
                "a.example",
            )
        ],
    ],
)
def test_a_mistake_is_told_with_its_place(lines, faults):
    assert _faults(*lines) == faults


@pytest.mark.parametrize("name", ["Mali:OR:country=Niger", "a|b", "a&b=c", "100%"])
def test_names_of_countries_cannot_say_more(name):
    assert _faults("service: acled", f'countries: [Niger, "{name}"]') == [
        (10, 14, f'"countries": "{name}" is not the name of a country')
    ]


def test_keys_listed_are_those_of_the_service():
    _, (fault,) = _read("service: acled", "pagesize: 5")
    assert "limit" in fault.notes[0]
    assert "version" not in fault.notes[0]
    _, (fault,) = _read("service: ucdp", "version: 25.1", "limit: 5")
    assert "pagesize" in fault.notes[0]


def test_a_source_has_a_file_or_is_fetched():
    described = {
        "source": "a",
        "title": "A",
        "kind": "ucdp-ged",
        "file": "a.csv",
        "retrieved": "2024-01-01",
        "settlement": "45 days",
        "licence": "none",
        "attribution": "nobody",
        "coverage": {
            "window": {"from": "2017-01-01", "to": "2019-12-31"},
            "countries": {"Mali": ["Gao"]},
            "types": "battle",
        },
        "fetch": {"service": "acled"},
    }
    with pytest.raises(ValueError, match="a file of its own or is fetched, not both"):
        SourceDescription.model_validate(described)
