"""Lexicons held against one another, and against what readers hear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.lexicons import (
    Lexicon,
    compare,
    load_readers,
    load_shipped,
    look_up,
    parted,
    readers_of,
    version_step,
)

SHIPPED = list(load_shipped().values())
UK, US = load_shipped()["uk-phia@2025"], load_shipped()["us-icd203@2015"]


def house(*phrases: dict[str, object]) -> Lexicon:
    return Lexicon.model_validate(
        {"id": "house", "version": "1", "title": "House", "source": "us", "structure": "gapped"}
        | {"phrases": phrases}
    )


LOW = {"phrase": "unlikely", "low": "0.1", "high": "0.3"}
HIGH = {"phrase": "likely", "low": "0.6", "high": "0.8"}


@given(st.sampled_from(SHIPPED))
def test_a_lexicon_says_the_same_as_itself(lexicon: Lexicon) -> None:
    assert {one.kind for one in compare(lexicon, lexicon)} == {"same"}
    assert version_step(lexicon, lexicon) == "none"


@given(st.sampled_from(SHIPPED), st.sampled_from(SHIPPED))
def test_nearby_phrases_share_numbers_with_the_phrase(first: Lexicon, second: Lexicon) -> None:
    for one in compare(first, second):
        assert one.kind == "absent" or one.under is not None
        for other in one.nearby:
            middle = (max(one.phrase.low, other.low) + min(one.phrase.high, other.high)) / 2
            assert one.phrase.contains(middle)
            assert other.contains(middle)


def test_british_words_in_american_eyes() -> None:
    # By hand from the two tables: 55-75 against 55-80; 10-20, which the others do not word so,
    # lies in 5-20; 40-<50 in 20-45 and 45-55.
    found = {one.phrase.phrase: one for one in compare(UK, US)}
    likely = found["likely"]
    assert likely.kind == "moved"
    assert likely.under is not None
    assert (likely.under.low, likely.under.high) == (0.55, 0.80)
    assert found["highly unlikely"].kind == "absent"
    nearby = [one.phrase for one in found["highly unlikely"].nearby]
    assert nearby == ["very unlikely", "highly improbable"]
    middle = {one.phrase for one in found["realistic possibility"].nearby}
    assert middle == {"unlikely", "roughly even chance", "improbable", "roughly even odds"}


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ([LOW, HIGH], [LOW, HIGH], "none"),
        ([LOW], [LOW, HIGH], "minor"),
        ([LOW], [LOW | {"synonyms": ["improbable"]}], "minor"),
        ([LOW, HIGH], [LOW], "major"),
        ([LOW], [LOW | {"high": "0.35"}], "major"),
        ([LOW], [LOW | {"edges": {"high": "exclusive"}}], "major"),
        ([LOW | {"synonyms": ["improbable"]}], [LOW], "major"),
    ],
)
def test_how_much_a_version_changes(old, new, step) -> None:
    assert version_step(house(*old), house(*new)) == step


# Typed a second time from the published summary: mean, quartiles, and whether the middle reader
# lies outside the British band (None where that yardstick has no such phrase).
HEARD = {
    "almost certain": (94.2, (90, 95, 98), False),
    "highly likely": (86.2, (80, 90, 90), False),
    "likely": (72.9, (67, 75, 80), False),
    "probable": (71.7, (65, 75, 80), False),
    "realistic possibility": (57.0, (40, 60, 75), True),
    "about even": (50.0, (50, 50, 50), None),
    "unlikely": (18.7, (10, 20, 25), True),
    "improbable": (13.1, (5, 10, 20), None),
    "remote chance": (7.9, (3, 5, 10), False),
    "highly unlikely": (7.7, (5, 5, 10), True),
    "almost no chance": (3.6, (1, 2, 5), None),
}


def test_what_readers_hear() -> None:
    assert {one.phrase for one in load_readers().phrases} == set(HEARD)
    for phrase, (mean, quartiles, apart) in HEARD.items():
        heard, band = readers_of(phrase), look_up(UK, phrase)
        assert heard is not None
        assert (heard.mean, heard.quartiles) == (mean, quartiles)
        assert heard.median == quartiles[1] / 100
        assert (band is None) == (apart is None)
        assert band is None or parted(band, heard) == apart


def test_nobody_was_asked_for_a_synonym() -> None:
    assert readers_of("remote") is None
    assert readers_of("  Highly  LIKELY ") == readers_of("highly likely")
