"""Shipped lexicons: frozen, complete, and cheap to read."""

import hashlib
import re
import subprocess
import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forecast_bench.lexicons import (
    describe_bands,
    load_shipped,
    look_up,
    phrases_for,
    read_lexicon,
    reference_page,
)
from forecast_bench.lexicons.reference_page import printed_tables

DATA = Path(str(resources.files("forecast_bench.lexicons") / "data"))
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "lexicons.md"

SHIPPED = list(load_shipped().values())


def bands(key: str, row: str = "main") -> list[tuple[str, float, float]]:
    return [(one.phrase, one.low, one.high) for one in load_shipped()[key].phrases_of(row)]


def test_released_files_never_change() -> None:
    lines = (DATA / "RELEASED").read_text(encoding="utf-8").splitlines()
    released = {name: digest for digest, name in map(str.split, lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DATA.glob("*.yaml")
    }
    assert found == released, "a released lexicon changed: make a new version of it instead"


def test_each_file_is_named_by_its_key() -> None:
    assert [f"{key}.yaml" for key in load_shipped()] == sorted(p.name for p in DATA.glob("*.yaml"))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_pass_the_checks_of_house_files(path: Path) -> None:
    lexicon, problems = read_lexicon(path, shown_as=path.name)
    assert problems == ()
    assert lexicon == load_shipped()[path.stem]


@pytest.mark.parametrize("lexicon", SHIPPED, ids=lambda one: one.key)
def test_what_a_released_lexicon_must_say(lexicon) -> None:
    assert lexicon.source
    assert lexicon.verified is not None
    assert lexicon.verified.meaning
    # Where no date is known, that is said.
    assert lexicon.in_force is not None or "not known" in lexicon.verified.meaning


@pytest.mark.parametrize("lexicon", SHIPPED, ids=lambda one: one.key)
def test_bands_are_ordered_and_inside_0_to_1(lexicon) -> None:
    for row in lexicon.rows:
        phrases = lexicon.phrases_of(row)
        ends = [end for one in phrases for end in (one.low, one.high)]
        assert [one.low for one in phrases] == sorted(one.low for one in phrases)
        assert [one.high for one in phrases] == sorted(one.high for one in phrases)
        assert lexicon.structure == "nested" or ends == sorted(ends)
        assert 0 <= min(ends) < max(ends) <= 1


# The tables as their sources give them, typed a second time.
SOURCES = {
    ("nz-govt@2023", "main"): "remote <10; improbable 15-20; realistic possibility 25-50; "
    "probable 55-70; highly probable 75-85; almost certain >90",
    ("nato-ajp-2.1@2016", "main"): "highly unlikely <10; unlikely 10-40; even chance 40-60; "
    "likely 60-90; highly likely >90",
    ("dk-fe@1", "main"): "usandsynligt <15; mindre sandsynligt 15-40; muligt 40-60; "
    "sandsynligt 60-85; meget sandsynligt >85",
    ("efsa@2018", "scale"): "almost impossible 0-1; extremely unlikely 1-5; very unlikely 5-10; "
    "unlikely 10-33; about as likely as not 33-66; likely 66-90; very likely 90-95; "
    "extremely likely 95-99; almost certain 99-100",
    ("efsa@2018", "beside"): "more likely than not >50",
    ("grc@2007", "main"): "presque aucune chance 7+-5; probablement pas 30+-10; "
    "chances à peu près égales 50+-10; probable 75+-12; quasi certaine 93+-6",
    ("ipcc-ar5@2010", "main"): "exceptionally unlikely 0-1; extremely unlikely 0-5; "
    "very unlikely 0-10; unlikely 0-33; about as likely as not 33-66; more likely than not >50; "
    "likely 66-100; very likely 90-100; extremely likely 95-100; virtually certain 99-100",
    ("ipcc-tar@2001", "main"): "exceptionally unlikely <1; very unlikely 1-10; unlikely 10-33; "
    "medium likelihood 33-66; likely 66-90; very likely 90-99; virtually certain >99",
    ("kent@1964", "main"): "almost certainly not 7+-5; probably not 30+-10; "
    "chances about even 50+-10; probable 75+-12; almost certain 93+-6",
}


@pytest.mark.parametrize(("key", "row"), SOURCES)
def test_bands_as_the_source_gives_them(key: str, row: str) -> None:
    phrases = load_shipped()[key].phrases_of(row)
    given = [one.rpartition(" ")[::2] for one in SOURCES[key, row].split("; ")]
    assert [one.phrase for one in phrases] == [name for name, _ in given]
    for one, (_, numbers) in zip(phrases, given, strict=True):
        low_edge = high_edge = "inclusive"
        if numbers[0] == "<":
            low, high, high_edge = 0, int(numbers[1:]), "exclusive"
        elif numbers[0] == ">":
            low, high, low_edge = int(numbers[1:]), 100, "exclusive"
        elif "+-" in numbers:
            centre, tolerance = map(int, numbers.split("+-"))
            low, high = centre - tolerance, centre + tolerance
        else:
            low, high = map(int, numbers.split("-"))
        assert (one.low, one.high) == (low / 100, high / 100)
        assert (one.edges.low, one.edges.high) == (low_edge, high_edge)


def test_every_lexicon_but_those_typed_above_has_a_test_of_its_own() -> None:
    of_their_own = {"uk-phia@2018", "uk-phia@2025", "us-icd203@2015"}
    assert {key for key, _ in SOURCES} | of_their_own == set(load_shipped())


def test_the_same_word_means_different_things() -> None:
    keys = ("nato-ajp-2.1@2016", "uk-phia@2025", "us-icd203@2015", "ipcc-ar5@2010", "efsa@2018")
    found = [look_up(load_shipped()[key], "likely") for key in keys]
    assert [(one.low, one.high) for one in found if one] == [
        (0.60, 0.90), (0.55, 0.75), (0.55, 0.80), (0.66, 1.0), (0.66, 0.90),
    ]  # fmt: skip


@given(st.sampled_from(SHIPPED), st.floats(0, 1), st.data())
def test_a_number_is_one_of_five_things_and_never_moved(lexicon, probability, data) -> None:
    row = data.draw(st.sampled_from(lexicon.rows))
    found = phrases_for(lexicon, probability, row=row)
    holding = {one.phrase for one in lexicon.phrases_of(row) if one.contains(probability)}
    assert set(found.terms) == holding
    assert (found.kind in ("gap", "outside")) == (not holding)
    assert (found.kind == "term") == (len(holding) == 1)


def test_bands_of_the_british_yardstick() -> None:
    inner = [
        ("highly unlikely", 0.10, 0.20),
        ("unlikely", 0.25, 0.35),
        ("realistic possibility", 0.40, 0.50),
        ("likely", 0.55, 0.75),
        ("highly likely", 0.80, 0.90),
    ]
    expected = [("remote chance", 0.0, 0.05), *inner, ("almost certain", 0.95, 1.0)]
    assert bands("uk-phia@2018") == bands("uk-phia@2025") == expected


def test_ends_of_the_british_yardstick_differ_by_edition() -> None:
    old, new = load_shipped()["uk-phia@2018"].phrases, load_shipped()["uk-phia@2025"].phrases
    assert (old[0].contains(0), old[-1].contains(1)) == (True, True)
    assert (new[0].contains(0), new[-1].contains(1)) == (False, False)
    assert [one.verified.mark for one in old if one.verified] == ["memory", "memory"]
    assert [one.phrase for one in old if one.verified] == ["remote chance", "almost certain"]
    assert not any(one.verified for one in new)


def test_rows_of_the_american_directive_share_their_bands() -> None:
    ends = [0.01, 0.05, 0.20, 0.45, 0.55, 0.80, 0.95, 0.99]
    likelihood = bands("us-icd203@2015", "likelihood")
    probability = bands("us-icd203@2015", "probability")
    assert [band[1:] for band in likelihood] == list(pairwise(ends))
    assert [band[1:] for band in probability] == [band[1:] for band in likelihood]
    every_third = [(one[0], other[0]) for one, other in zip(likelihood, probability, strict=True)]
    assert every_third[::3] == [
        ("almost no chance", "remote"),
        ("roughly even chance", "roughly even odds"),
        ("almost certain", "nearly certain"),
    ]


def test_records_are_frozen_and_the_mapping_too() -> None:
    lexicon = load_shipped()["uk-phia@2018"]
    with pytest.raises(ValidationError):
        lexicon.version = "2019"
    with pytest.raises(TypeError):
        load_shipped()["mine@1"] = lexicon  # type: ignore[index]
    assert load_shipped() is load_shipped()


def test_bands_in_one_line() -> None:
    assert describe_bands(load_shipped()["uk-phia@2018"]) == (
        "remote chance 0-5 %, highly unlikely 10-20 %, unlikely 25-35 %, "
        "realistic possibility 40-50 %, likely or probable 55-75 %, highly likely 80-90 %, "
        "almost certain 95-100 %"
    )
    american = describe_bands(load_shipped()["us-icd203@2015"])
    assert american.startswith("almost no chance 1-5 %, very unlikely 5-20 %, unlikely 20-45 %")
    assert "; or remote 1-5 %, highly improbable 5-20 %" in american


def test_reference_page_is_the_one_written_from_the_files() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()


def test_reference_page_names_every_phrase() -> None:
    page = reference_page()
    for lexicon in SHIPPED:
        assert f"## {lexicon.key}" in page
        assert all(wording in page for one in lexicon.phrases for wording in one.wordings)


def test_lexicons_load_no_numeric_library() -> None:
    code = (
        "import sys; from forecast_bench.lexicons import load_shipped; load_shipped(); "
        "print(sorted({'numpy', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("lexicon", SHIPPED, ids=lambda lexicon: lexicon.key)
def test_the_tables_of_the_sources_are_what_is_read(lexicon) -> None:
    """Printed bands, typed apart from the released files, hold the numbers and signs read."""
    printed = printed_tables()[lexicon.key]
    assert set(printed) == {one.phrase for one in lexicon.phrases}
    for one in lexicon.phrases:
        said = printed[one.phrase]
        numbers = [float(number) for number in re.findall(r"\d+", said)]
        if "give or take" in said:
            ends = [numbers[0] - numbers[1], numbers[0] + numbers[1]]
        elif len(numbers) == 1:
            ends = [0, numbers[0]] if said.startswith("<") else [numbers[0], 100]
        else:
            ends = numbers
        assert [one.low * 100, one.high * 100] == pytest.approx(ends), one.phrase
        low, _, high = said.partition("-")
        assert (one.edges.low == "approximate") == low.startswith("~")
        assert (one.edges.low == "exclusive") == low.startswith(">")
        assert (one.edges.high == "approximate") == high.startswith("~")
        assert (one.edges.high == "exclusive") == (high or low).startswith("<")
