"""Make a store of incidents with the program on the path, and write down what it answers.

`PYTHONPATH=OLD/src python make_store.py FOLDER` writes FOLDER/incidents and FOLDER/expected.json;
it speaks to the programs of formats 1 and 2. `expected.json` is what the test holds the store
against after its migration.
"""

import datetime
import itertools
import json
import sys
from pathlib import Path

from forecast_bench import incidents
from forecast_bench.records import ActorBook, IncidentFilter, SourceDescription, Window

HEADER = "month,country,admin1,side_a,side_b,event_type,incidents"
FIRST = (
    "2017-01,Mali,Gao,JNIM,,battle,4",
    "2017-02,Mali,Gao,JNIM,,battle,2",
    "2017-02,Mali,Mopti,JNIM,ISGS,battle,1",
    "2017-05,Mali,Mopti,JNIM and ISGS,,abduction,3",
    "2017-12,Burkina Faso,Sahel,Ansaroul Islam,,explosion,1",
    "2018-03,Mali,Gao,ISGS,JNIM,battle,2",
)
# A row less, one more, one revised.
SECOND = (
    *FIRST[:1],
    "2017-02,Mali,Gao,JNIM,,battle,5",
    *FIRST[2:4],
    FIRST[5],
    "2018-03,Burkina Faso,Sahel,JNIM,,abduction,6",
)
REISSUED = (*SECOND[:-1], "2018-03,Burkina Faso,Sahel,JNIM,,abduction,9")
# What is brought, in this order: the day it was read on, and its rows. The second issue for a day
# is followed by the first again, whose turn it is then.
DELIVERIES = (
    ("2018-03-31", FIRST),
    ("2018-06-30", SECOND),
    ("2018-06-30", REISSUED),
    ("2018-06-30", SECOND),
    ("2018-05-15", REISSUED),
)
BOOK = {
    "actors": {"JNIM": {}, "ISGS": {"aliases": ["ISIS Sahel"]}},
    "compound_labels": {"JNIM and ISGS": {"of": ["JNIM", "ISGS"], "policy": "either"}},
}
FILTERS = {
    "all": {},
    "JNIM": {"actor": "JNIM"},
    "between": {"between": ["JNIM", "ISGS"], "type": "battle"},
    "abductions in Mali": {"type": "abduction", "countries": "Mali"},
    "battles in Gao": {"type": "battle", "countries": "Mali", "admin1": "Gao"},
}
WINDOWS = (("2017-01-01", "2017-12-31"), ("2017-02-01", "2018-03-31"))
DAYS = ("2018-01-31", "2018-03-31", "2018-05-31", "2018-06-30", "2019-01-31")


def description(source: str, day: str) -> SourceDescription:
    """Describe a file read on a day."""
    return SourceDescription.model_validate(
        {
            "source": source,
            "title": "Made counts",
            "kind": "monthly-counts",
            "file": "made.csv",
            "retrieved": day,
            "settlement": "14 days",
            "licence": "Made for a test.",
            "attribution": "nobody",
            "coverage": {
                "window": {"from": "2017-01-01", "to": "2018-03-31"},
                "countries": {"Mali": ["Gao", "Mopti"], "Burkina Faso": ["Sahel"]},
                "types": ["battle", "explosion", "abduction"],
                "names": ["AQIM"],
            },
        }
    )


def bring(store: Path, source: str, day: str, data: Path) -> None:
    """Import a file with whichever program this is."""
    described = description(source, day)
    if hasattr(incidents, "import_source"):
        result = incidents.import_source(store, described, data)
    else:
        result = incidents.import_delivery(
            incidents.LocalStorage(store),
            incidents.whole_file(described, data),
            rejects_in=store.parent / "rejected",
        )
    if result.problems or not result.added:
        raise SystemExit(f"{day}: {result}")


def answers(store: Path, source: str) -> list[dict[str, object]]:
    """Give the answer to every question on every day."""
    book = ActorBook.model_validate(BOOK)
    place = store if hasattr(incidents, "import_source") else incidents.LocalStorage(store)
    found = []
    for (name, asked), window, day in itertools.product(FILTERS.items(), WINDOWS, DAYS):
        one = incidents.count_incidents(
            place,
            source,
            IncidentFilter.model_validate(asked),
            Window.model_validate(dict(zip(("from", "to"), window, strict=True))),
            book,
            as_of=datetime.date.fromisoformat(day),
        )
        found.append(
            {
                "source": source,
                "asked": name,
                "window": list(window),
                "as_of": day,
                "count": one.count,
                "ambiguous": one.ambiguous,
                "gap": one.gap,
                "vintage": one.vintage.name,
                "hindsight": one.hindsight,
            }
        )
    return found


def vintages(store: Path, source: str) -> list[dict[str, object]]:
    """Give every vintage, in order."""
    place = store if hasattr(incidents, "import_source") else incidents.LocalStorage(store)
    return [
        {
            "source": source,
            "name": one.name,
            "retrieved": str(one.retrieved),
            "sequence": one.manifest.sequence,
            "rows": one.manifest.rows,
            "incidents": one.manifest.incidents,
        }
        for one in incidents.vintages(place, source)
    ]


def main() -> None:
    """Make the store and its answers."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    store, data = folder / "incidents", folder / "made.csv"
    for source, deliveries in (("made", DELIVERIES), ("second", DELIVERIES[:1])):
        for day, rows in deliveries:
            data.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
            bring(store, source, day, data)
    data.unlink()
    expected = {
        "vintages": [*vintages(store, "made"), *vintages(store, "second")],
        "answers": [*answers(store, "made"), *answers(store, "second")],
    }
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
