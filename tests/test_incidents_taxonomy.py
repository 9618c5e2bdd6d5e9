import subprocess
import sys

import pytest

from forecast_bench.incidents import expand_types, incident_schema, known_type_names, taxonomy


def test_canonical_types_are_those_of_the_field():
    assert set(taxonomy().types) == {
        "battle",
        "explosion",
        "violence against civilians",
        "abduction",
        "territory taken",
        "strategic development",
        "protest",
        "riot",
        "state-based",
        "non-state",
        "one-sided",
    }


def test_violent_is_a_group_of_five():
    assert expand_types(["violent"]) == {
        "battle",
        "explosion",
        "violence against civilians",
        "abduction",
        "territory taken",
    }


def test_every_known_name_expands_to_types():
    for name in known_type_names():
        assert expand_types([name]) <= set(taxonomy().types)
        assert expand_types([name])


def test_unknown_type_is_refused():
    with pytest.raises(ValueError, match="abductions"):
        expand_types(["abductions"])


def test_schema_has_the_columns_of_the_canonical_record():
    # Places and days, what happened, who, and how many died; weight is events in an aggregated row.
    written = """
        source, event_id, vintage, date_from, date_to, country, country_code, admin1, admin2,
        latitude, longitude, event_type, source_type, side_a, side_b, fatalities_best,
        fatalities_low, fatalities_high, weight
    """
    assert incident_schema().names == [name.strip() for name in written.split(",")]


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, forecast_bench.incidents as incidents\n"
        "incidents.known_type_names()\n"
        "print(sorted({'pandas', 'pyarrow', 'ibis', 'duckdb', 'numpy'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
