"""Words of probability in a text: what is one, what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.lexicons import load_shipped
from forecast_bench.prose import find_expressions, wordings_of

KNOWN = wordings_of(load_shipped().values())


def found(text: str) -> list[tuple[str, str]]:
    return [(one.text, one.kind) for one in find_expressions(text, wordings=KNOWN)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is highly likely.", [("highly likely", "phrase")]),
        ("It is Highly\n  Likely.", [("Highly\n  Likely", "phrase")]),
        ("It is most likely.", [("most likely", "stacked")]),
        ("More likely than not it ends.", [("More likely than not", "phrase")]),
        ("Unlikely, but very unlikely?", [("Unlikely", "phrase"), ("very unlikely", "phrase")]),
        ("It will almost certainly end.", [("almost certainly", "phrase")]),
        ("It will certainly end.", [("certainly", "certainty")]),
        ("There is a serious possibility.", [("serious possibility", "stacked")]),
        ("There is a realistic possibility.", [("realistic possibility", "phrase")]),
        ("It cannot be discounted.", [("cannot be discounted", "no number")]),
        ("We can not rule out more.", [("can not rule out", "no number")]),
        (
            "They may and might and could go.",
            [(one, "no number") for one in ("may", "might", "could")],
        ),
        ("There is a risk that it ends.", [("risk", "no number")]),
        ("It is clear that it ends.", [("It is clear", "certainty")]),
        ("We have moderate confidence.", [("moderate confidence", "confidence")]),
        ("likely and unlikely", [("likely", "phrase"), ("unlikely", "phrase")]),
        ("Reform is out of the question.", [("out of the question", "other words")]),
        ("The chances of a deal are slim.", [("chances of a deal are slim", "other words")]),
        ("They look set to win.", [("look set to", "other words")]),
        ("We still expect a vote.", [("We still expect", "other words")]),
        ("Pumps ran, suggesting that they pray.", [("suggesting", "no number")]),
        ("There is a danger that it ends.", [("danger", "no number")]),
        ("There is little doubt that it ends.", [("little doubt", "certainty")]),
        ("Rebels may attack on Sundays.", [("may", "no number")]),
        ("A possible delay of weeks is near.", [("possible", "no number")]),
        (
            "Confidence in the bank's figures is low.",
            [("Confidence in the bank's figures is low", "confidence")],
        ),
        ("We have low to moderate confidence.", [("low to moderate confidence", "confidence")]),
    ],
)
def test_an_expression(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "In May 2018 they left.",
        "The might of the army was felt.",
        "They come as soon as possible, if possible.",
        "They could not reach the bridge.",
        "They live in remote villages.",
        "The risk is high, and the sky is clear.",
        "The likelihood function is unlikelihood.",
        "Likely voters were asked.",
        "It was an unlikely alliance.",
        "Under the truce the guards may not enter the town.",
        "Visitors may enter with written permission.",
        "The desk may be reached by telephone.",
        "Be that as it may, they left.",
        "They might as well have stayed.",
        "The flood might have been avoided.",
        "They left before the army could act.",
        "They did everything possible.",
        "It is one of many possible solutions.",
        "His wife suggests a holiday.",
        "They won against long odds.",
        "Loans are guaranteed to all farmers.",
        "Confidence in the currency is low.",
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "phrase", "negated"),
    [
        ("It is not unlikely.", "unlikely", True),
        ("It isn't likely.", "likely", True),
        ("It is not at all likely.", "likely", True),
        ("It probably ends.", "probable", False),
        ("It is nothing, and likely.", "likely", False),
        ("Whether or not it ends is likely to matter.", "likely", False),
    ],
)
def test_the_phrase_and_whether_it_is_negated(text: str, phrase: str, *, negated: bool) -> None:
    (one,) = find_expressions(text, wordings=KNOWN)
    assert (one.phrase, one.negated) == (phrase, negated)


@given(st.lists(st.sampled_from([*KNOWN, "most", "not", "may", ",", "\n", "the road"]), max_size=9))
def test_expressions_stand_where_they_say_and_do_not_overlap(words: list[str]) -> None:
    text = " ".join(words)
    last = 0
    for one in find_expressions(text, wordings=KNOWN):
        assert last <= one.start < one.end
        assert text[one.start : one.end] == one.text
        last = one.end


def test_a_lexicon_in_another_language_is_not_looked_for() -> None:
    danish = wordings_of([load_shipped()["dk-fe@1"]])
    assert danish == ()
    assert [one.kind for one in find_expressions("It may be likely.", wordings=danish)] == [
        "no number"
    ]
