"""Words of statements held against the record, and one analyst's judgments against each other."""

import pytest

from conftest import problems

FILE = """\
report: {{id: r, title: R}}
analyst: {analyst}
issued: 2018-01-31
lexicon: {lexicon}
questions:
  road: {{by_hand: {{asks: Is it open?, settled_by: The ministry.}}, within: {within}}}
judgments:
  - id: a
    statement: {statement}
    {answer}
    question: road
"""


def ids(
    statement: str,
    answer: str = "probability: likely",
    *,
    lexicon: str = "uk-phia@2018",
    within: str = "1 year",
    more: str = "",
) -> list[str]:
    text = FILE.format(
        statement=statement, answer=answer, lexicon=lexicon, within=within, analyst="r.lee"
    )
    return [one[2] for one in problems(text + more)]


@pytest.mark.parametrize(
    ("statement", "answer", "expected"),
    [
        ("The road opens.", "probability: likely", []),
        ("The road is likely to open.", "probability: likely", []),
        ("The road will probably open.", "probability: likely", []),
        ("The road is likely to open.", "probability: 0.6", []),
        ("The road is likely to open.", "probability: [0.6, 0.8]", []),
        ("The road is likely to open.", "probability: [0.8, 0.9]", ["statement-disagrees"]),
        ("The road is likely to open.", "probability: 0.5", ["statement-disagrees"]),
        ("The road is likely to open.", "probability: unlikely", ["statement-disagrees"]),
        ("The road is likely to open.", "probability: likley", ["unknown-phrase"]),
        # An answer without a number is legal, and so is its statement.
        ("The road opens.", "cannot_assess: no reports", []),
        ("It may open.", "off_yardstick: {wording: may, kind: no number}", []),
        ("It may open.", "off_yardstick: {wording: most likely, kind: other words}",
         ["no-number-word"]),
        ("It most likely opens.", "off_yardstick: {wording: most likely, kind: other words}", []),
    ],
)  # fmt: skip
def test_a_statement_against_its_record(statement, answer, expected) -> None:
    assert ids(statement, answer) == expected


def test_the_same_words_under_another_lexicon() -> None:
    said = "It is very likely that the road opens."
    assert ids(said) == ["foreign-phrase"]
    assert ids(said, "probability: very likely", lexicon="us-icd203@2015") == []
    # The rows of one lexicon give one band: very likely is highly probable.
    assert ids(said, "probability: highly probable", lexicon="us-icd203@2015") == []


@pytest.mark.parametrize(
    ("statement", "band", "name"),
    [
        # By hand: 100 less 25-35 is 65-75, less 40-50 is 50-60, less 10-20 is 80-90.
        ("It is not unlikely.", "65 to 75 %", "that is likely"),
        ("It is not a thing; not realistic possibility.", "50 to 60 %",
         "a gap at its low end, likely at its high"),
        ("It is not highly unlikely.", "80 to 90 %", "that is highly likely"),
    ],
)  # fmt: skip
def test_the_complement_is_computed(statement, band, name) -> None:
    from conftest import SURROUNDINGS, found_in

    text = FILE.format(statement=statement, answer="probability: 0.7", lexicon="uk-phia@2018",
                       within="1 year", analyst="a")  # fmt: skip
    (one,) = found_in({**SURROUNDINGS, "judgments/a.yaml": text})
    assert one.identifier == "double-negative"
    assert band in one.message
    assert one.notes[0].endswith(name)


def test_the_place_is_the_word() -> None:
    text = FILE.format(statement='"The road may open."', answer="probability: likely",
                       lexicon="uk-phia@2018", within="1 year", analyst="a")  # fmt: skip
    assert problems(text) == [(9, 26, "no-number-word")]
    folded = text.replace('"The road may open."', ">-\n      The road\n      may open.")
    assert [(line, name) for line, _, name in problems(folded)] == [(9, "no-number-word")]


def test_high_confidence_over_years() -> None:
    sure = "probability: likely\n    confidence: high"
    assert ids("The road opens.", sure, within="2 years") == []
    assert ids("The road opens.", sure, within="3 years") == ["confidence-horizon"]
    assert ids("The road opens.", sure.replace("high", "low"), within="3 years") == []


def test_a_revision_that_changes_nothing() -> None:
    def revised(*said: str) -> list[str]:
        lines = "".join(
            f"\n      - {{on: 2018-0{i + 3}-01, {one}, because: b}}" for i, one in enumerate(said)
        )
        return ids("The road opens.", f"probability: likely\n    revisions:{lines}")

    assert revised("probability: likely") == ["idle-revision"]
    assert revised("probability: likely, confidence: low") == []
    assert revised("probability: unlikely", "probability: likely") == []
    assert revised("probability: unlikely", "probability: unlikely") == ["idle-revision"]


def test_one_analyst_of_two_minds() -> None:
    def second(probability: str, more: str = "") -> str:
        return (
            f"  - {{id: b, statement: It opens., probability: {probability}, question: road{more}}}"
        )

    said = "The road opens."
    assert ids(said, more=second("likely")) == []
    assert ids(said, more=second("unlikely")) == ["two-minds"]
    assert ids(said, more=second("unlikely", ", analyst: another")) == []
    assert ids(said, more=second("unlikely", ", issued: 2018-03-01")) == []
