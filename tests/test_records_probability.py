import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.records import Stated
from forecast_bench.records.probability import parse_stated


@given(st.floats(0, 1, exclude_min=True, exclude_max=True, allow_subnormal=False))
def test_a_number_inside_is_read_exactly(number):
    assert parse_stated(repr(number)) == Stated(number=number)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_range_is_read_exactly_or_refused(low, high):
    written = [repr(low), repr(high)]
    if low < high and high - low < 1:
        assert parse_stated(written) == Stated(low=low, high=high)
    else:
        with pytest.raises(ValueError, match="range"):
            parse_stated(written)


@given(st.text(st.characters(categories=("Ll", "Lu")), min_size=1), st.text(" \t", max_size=3))
def test_words_are_a_phrase_with_single_spaces(word, space):
    found = parse_stated(f"{space}{word}{space or ' '}{word}")
    assert found == Stated(phrase=f"{word} {word}")
    assert found.kind == "phrase"


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("highly likely", "phrase", "highly likely"),
        ("0.85", "number", "0.85"),
        (".5", "number", "0.5"),
        ("+0.5", "number", "0.5"),
        ("5e-2", "number", "0.05"),
        (["0.8", "0.9"], "range", "0.8-0.9"),
        (["0", "0.1"], "range", "0-0.1"),
        (["0.9", "1"], "range", "0.9-1"),
    ],
)
def test_each_form_by_hand(value, kind, shown):
    found = parse_stated(value)
    assert (found.kind, str(found)) == (kind, shown)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0", "certainty"),
        ("1", "certainty"),
        ("1.0", "certainty"),
        ("1e-400", "certainty"),
        ("1.2", "not between 0 and 1"),
        ("-0.1", "not between 0 and 1"),
        ("1e400", "not between 0 and 1"),
        ("85%", "such as 0.85"),
        ("85 percent", "such as 0.85"),
        ("85.5 per cent", "such as 0.85"),
        ("", "empty"),
        ("   ", "empty"),
        ("1_0", "neither a phrase nor a number"),
        ("\u0660.\u0665", "neither a phrase nor a number"),
        ("0,85", "neither a phrase nor a number"),
        ("0.8-0.9", "neither a phrase nor a number"),
        ("?", "neither a phrase nor a number"),
        (["0.9", "0.8"], "from low to high"),
        (["0.5", "0.5"], "from low to high"),
        (["-0.1", "0.5"], "from low to high"),
        (["0", "1"], "says nothing"),
        (["0.8"], "two numbers"),
        (["0.7", "0.8", "0.9"], "two numbers"),
        ([["0.8"], "0.9"], "two numbers"),
        (["likely", "0.9"], "two numbers"),
        ([None, "0.9"], "two numbers"),
        ({"phrase": "likely"}, "write a phrase"),
        ({}, "write a phrase"),
    ],
)
def test_what_is_no_probability_is_refused_in_words(value, words):
    with pytest.raises(ValueError, match=words):
        parse_stated(value)
