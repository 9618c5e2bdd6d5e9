"""Phrase to band and probability to phrases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.lexicons import Lexicon, load_shipped, look_up, phrases_for

UK, UK_NEW = load_shipped()["uk-phia@2018"], load_shipped()["uk-phia@2025"]
US = load_shipped()["us-icd203@2015"]

# Likely holds very likely, as in scales that read "at least likely".
NESTED = Lexicon.model_validate(
    {
        "id": "nested",
        "version": "1",
        "title": "A nested scale",
        "source": "None; made for a test",
        "structure": "nested",
        "phrases": [
            {"phrase": "very unlikely", "low": "0", "high": "0.10"},
            {"phrase": "unlikely", "low": "0", "high": "0.33"},
            {"phrase": "about even", "low": "0.33", "high": "0.66"},
            {"phrase": "likely", "low": "0.66", "high": "1"},
            {"phrase": "very likely", "low": "0.90", "high": "1"},
        ],
    }
)


@pytest.mark.parametrize("lexicon", load_shipped().values(), ids=lambda one: one.key)
def test_each_wording_finds_its_phrase_in_any_case_and_spacing(lexicon) -> None:
    for one in lexicon.phrases:
        for wording in one.wordings:
            for written in (wording, wording.upper(), f"  {wording.replace(' ', '   ')} "):
                assert look_up(lexicon, written) is one


@pytest.mark.parametrize(
    "phrase",
    [
        "highly likley",
        "likel",
        "quite likely",
        "most likely",
        "highly-likely",
        "certain",
        "",
        "0.8",
    ],
)
def test_nothing_near_or_inside_a_phrase_is_found(phrase: str) -> None:
    assert look_up(UK, phrase) is None
    assert look_up(US, phrase) is None


def test_phrases_of_another_lexicon_are_not_found() -> None:
    assert look_up(UK, "very likely") is None
    assert look_up(US, "highly likely") is None


def test_both_rows_are_known_and_say_which_they_are() -> None:
    likely, probable = look_up(US, "likely"), look_up(US, "probable")
    assert likely is not None
    assert probable is not None
    assert (likely.row, likely.low, likely.high) == ("likelihood", 0.55, 0.80)
    assert (probable.row, probable.low, probable.high) == ("probability", 0.55, 0.80)


@pytest.mark.parametrize(
    ("lexicon", "probability", "kind", "terms"),
    [
        (UK, 0.42, "term", ("realistic possibility",)),
        (UK, 0.40, "term", ("realistic possibility",)),
        # The band ends below one half: an even chance has no word.
        (UK, 0.50, "gap", ()),
        (UK, 0.38, "gap", ()),
        (UK, 0.0999, "gap", ()),
        (UK, 0.0, "term", ("remote chance",)),
        (UK, 1.0, "term", ("almost certain",)),
        (UK_NEW, 0.0, "outside", ()),
        (UK_NEW, 1.0, "outside", ()),
        (UK_NEW, 0.05, "term", ("remote chance",)),
        (US, 0.05, "boundary", ("almost no chance", "very unlikely")),
        (US, 0.80, "boundary", ("likely", "very likely")),
        (US, 0.50, "term", ("roughly even chance",)),
        (US, 0.005, "outside", ()),
        (US, 0.995, "outside", ()),
        (US, 0.99, "term", ("almost certain",)),
        (NESTED, 0.95, "nested", ("very likely", "likely")),
        (NESTED, 0.05, "nested", ("very unlikely", "unlikely")),
        (NESTED, 0.33, "boundary", ("unlikely", "about even")),
        (NESTED, 0.70, "term", ("likely",)),
    ],
)
def test_what_a_probability_is_called(lexicon, probability, kind, terms) -> None:
    found = phrases_for(lexicon, probability)
    assert (found.kind, found.terms) == (kind, terms)


def test_rows_are_not_mixed() -> None:
    found = phrases_for(US, 0.05, row="probability")
    assert (found.kind, found.terms) == ("boundary", ("remote", "highly improbable"))
    assert found.row == "probability"
    with pytest.raises(ValueError, match="likelihood, probability"):
        phrases_for(US, 0.05, row="odds")


def test_neighbours_of_a_gap_are_told_and_not_chosen() -> None:
    gap = phrases_for(UK, 0.50)
    assert gap.below is not None
    assert gap.above is not None
    assert (gap.below.phrase, gap.above.phrase) == ("realistic possibility", "likely")
    outside = phrases_for(US, 0.995)
    assert outside.below is not None
    assert (outside.below.phrase, outside.above) == ("almost certain", None)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_only_probabilities_have_phrases(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        phrases_for(UK, probability)


@given(st.floats(0, 1), st.sampled_from([*load_shipped().values(), NESTED]))
def test_a_term_is_given_exactly_where_its_band_holds_the_probability(probability, lexicon) -> None:
    for row in lexicon.rows:
        found = phrases_for(lexicon, probability, row=row)
        # The same question, asked by plain comparison with the ends.
        inside = {
            one.phrase
            for one in lexicon.phrases_of(row)
            if one.low < probability < one.high
            or (probability == one.low and one.edges.low != "exclusive")
            or (probability == one.high and one.edges.high != "exclusive")
        }
        assert set(found.terms) == inside
        assert (found.kind in ("gap", "outside")) == (not inside)
