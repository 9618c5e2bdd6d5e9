"""Checks of a statement beside its event, and of judgments beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import SURROUNDINGS, found_in
from forecast_bench.checks.conditions import _of_counts
from forecast_bench.checks.counted import CountFacts, against_counts
from forecast_bench.checks.events import CountedEvent
from forecast_bench.records import IncidentFilter, Window
from forecast_bench.workspace import load_workspace

HEAD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2018-01-31
lexicon: %s
questions:
  road: {by_hand: {asks: a, settled_by: b}, within: 6 months}
  sure: {by_hand: {asks: a, settled_by: b}, within: 6 months, given: {text: Snow melts.}}
  past: {by_hand: {asks: a, settled_by: b}, about: past}
%s
judgments:
%s"""
COUNT = "  %s: {count: {of: {actor: JNIM, type: battle, countries: Mali}, %s}, window: %s%s}\n"
HALF = "{from: 2018-02-01, to: 2018-07-31}"
SPRING = "{from: 2018-02-01, to: 2018-04-30}"


def judgment(name: str, probability: str, question: str = "road", **more: str) -> str:
    keys = {"statement": "The road opens.", "probability": probability, "question": question}
    lines = [f"    {key}: {value}" for key, value in {**keys, **more}.items() if value]
    return "\n".join([f"  - id: {name}", *lines, ""])


def ids(judgments: str, *, lexicon: str = "uk-phia@2018", questions: str = "") -> list[str]:
    text = HEAD % (lexicon, questions, judgments)
    return [one.identifier for one in found_in({**SURROUNDINGS, "judgments/a.yaml": text})]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"statement": "The road opens shortly."}, ["vague-horizon"]),
        ({"statement": "The road opens in the coming weeks."}, ["vague-horizon"]),
        ({"statement": "The road opens by May 2018."}, []),
        ({"statement": "It opened sooner than that.", "question": "past"}, []),
        ({"statement": "It opened soon.", "question": "past"}, []),
        ({"statement": "The road opens unless it snows."}, ["unrecorded-condition"]),
        ({"statement": "If snow melts, it opens.", "question": "sure"}, []),
        ({"statement": "It opens if snow melts.", "assumptions": "[{text: It melts.}]"}, []),
        ({"statement": "A 90 % chance that it opens."}, ["statement-disagrees"]),
        ({"statement": "A 60 % chance that it opens."}, []),
        ({"statement": "The probability that it opens is 20 percent."}, ["statement-disagrees"]),
        ({"statement": "Traffic rises by 20 % on the road."}, []),
        ({"statement": "A 90 % chance that it opens.", "probability": "0.9"}, []),
        ({"statement": "A 90 % chance that it opens.", "probability": "[0.85, 0.95]"}, []),
        ({"statement": "A 90 % chance of it.", "probability": "0.8"}, ["statement-disagrees"]),
        ({"statement": "It is likely that the party wins 30 % of seats."}, []),
        ({"statement": "The party is likely to win 30 %."}, []),
        ({"statement": "There is a chance that turnout exceeds 40 %."}, []),
        ({"statement": "There is a chance that inflation is 5 %."}, []),
        ({"statement": "It has a chance of 20 % growth in May 2018."}, []),
        ({"statement": "It has a chance of 20 % that it opens."}, ["statement-disagrees"]),
        ({"statement": "Prices likely fall after a cut of 20 percent."}, []),
        ({"statement": "A cut of 20 percent likely follows."}, []),
        ({"statement": "Inflation likely is 5 % by May 2018."}, []),
        ({"statement": "It is likely (55-75 %) that it opens."}, []),
        ({"statement": "It is likely (20 %) that it opens."}, ["statement-disagrees"]),
        ({"statement": "It is 20 % likely that it opens."}, ["statement-disagrees"]),
        ({"statement": "The probability is 20 percent higher than in May 2018."}, []),
        ({"statement": "A 60-70 % chance that it opens.", "probability": "0.65"}, []),
        (
            {"statement": "A 60 to 70 % chance of it.", "probability": "0.8"},
            ["statement-disagrees"],
        ),
        ({"statement": "A better than 50 % chance of it.", "probability": "0.6"}, []),
        (
            {"statement": "A better than 50 % chance.", "probability": "0.4"},
            ["statement-disagrees"],
        ),
        ({"statement": "A less than 5 % chance.", "probability": "0.4"}, ["statement-disagrees"]),
        ({"statement": "A no more than 50 % chance.", "probability": "0.4"}, []),
        ({"statement": "The probability is at least 60 %."}, []),
        ({"statement": "The soon-to-be-opened road is wet."}, []),
        ({"statement": "The road opens as soon as the snow is gone."}, []),
        ({"statement": "The road opens shortly after the vote of 3 May 2018."}, []),
        (
            {"statement": "It may open.", "probability": "", "cannot_assess": "x"},
            ["no-number-word"],
        ),
        (
            {"statement": "It is likely.", "probability": "", "cannot_assess": "x"},
            ["assessed-anyway"],
        ),
        ({"statement": "It opens.", "probability": "", "cannot_assess": "x"}, []),
    ],
)
def test_what_a_statement_says_beside_its_event(more: dict[str, str], expected: list[str]) -> None:
    assert ids(judgment("a", **{"probability": "likely", **more})) == expected


FRENCH, DANISH = ("probable", "grc@2007"), ("sandsynligt", "dk-fe@1")


@pytest.mark.parametrize(
    ("statement", "words", "expected"),
    [
        ("Il y a 20 % de chances que la route ouvre.", FRENCH, ["statement-disagrees"]),
        ("Il y a 70 % de chances que la route ouvre.", FRENCH, []),
        ("La probabilité est d'environ 20 %.", FRENCH, ["statement-disagrees"]),
        ("Une probabilité de 20 pour cent que la route ouvre.", FRENCH, ["statement-disagrees"]),
        ("Il y a un risque de pertes de 20 %.", FRENCH, []),
        ("Il est probable que 20 % partent.", FRENCH, []),
        ("Sandsynligheden er på 20 procent.", DANISH, []),
        ("Der er 20 % sandsynlighed for, at vejen åbner.", DANISH, ["statement-disagrees"]),
        ("En sandsynlighed på 20 procent for, at vejen åbner.", DANISH, ["statement-disagrees"]),
        ("Det er sandsynligt, at 20 % rejser.", DANISH, []),
    ],
)
def test_chances_in_other_languages(
    statement: str, words: tuple[str, str], expected: list[str]
) -> None:
    probability, lexicon = words
    found = ids(judgment("a", probability, statement=f'"{statement}"'), lexicon=lexicon)
    assert [one for one in found if one == "statement-disagrees"] == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("likely", "probable", ["mixed-rows"]),
        ("likely", "unlikely", []),
        ("probable", "improbable", []),
        ("likely", "0.6", []),
    ],
)
def test_rows_of_a_yardstick(first: str, second: str, expected: list[str]) -> None:
    both = judgment("a", first) + judgment("b", second, "sure")
    assert ids(both, lexicon="us-icd203@2015") == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("highly likely", "unlikely", ["minds-apart"]),
        ("unlikely", "highly likely", ["minds-apart"]),
        ("likely", "unlikely", []),
        ("0.9", "0.5", ["minds-apart"]),
        ("0.9", "0.51", []),
        ("[0.1, 0.2]", "[0.6, 0.7]", ["minds-apart"]),
    ],
)
def test_two_analysts(first: str, second: str, expected: list[str]) -> None:
    assert ids(judgment("a", first) + judgment("b", second, analyst="a.name")) == expected


def test_two_analysts_who_need_not_mean_the_same() -> None:
    far = {"analyst": "a.name", "issued": "2018-02-28"}
    # A window from the issue on is another one a month later.
    assert ids(judgment("a", "highly likely") + judgment("b", "unlikely", **far)) == []
    revised = "[{on: 2018-02-01, probability: likely, because: x}]"
    other = judgment("b", "unlikely", analyst="a.name", revisions=revised)
    assert ids(judgment("a", "highly likely") + other) == []


QUESTIONS = (
    COUNT % ("five", "at_least: 5", HALF, "")
    + COUNT % ("ten", "at_least: 10", HALF, "")
    + COUNT % ("few", "at_most: 4", HALF, "")
    + COUNT % ("short", "at_least: 10", SPRING, "")
)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("five", "unlikely"), ("ten", "likely"), ["incoherent-thresholds"]),
        (("five", "likely"), ("ten", "unlikely"), []),
        (("five", "likely"), ("ten", "likely"), []),
        (("five", "likely"), ("few", "likely"), ["incoherent-thresholds"]),
        (("five", "0.6"), ("few", "0.4"), []),
        (("five", "0.6"), ("few", "0.41"), ["incoherent-thresholds"]),
        (("five", "unlikely"), ("short", "likely"), []),
    ],
)
def test_events_that_imply_or_exclude_each_other(
    first: tuple[str, str], second: tuple[str, str], expected: list[str]
) -> None:
    both = judgment("a", first[1], first[0]) + judgment("b", second[1], second[0])
    assert ids(both, questions=QUESTIONS) == expected
    apart = judgment("a", first[1], first[0]) + judgment("b", second[1], second[0], analyst="x")
    assert ids(apart, questions=QUESTIONS) == []


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        ("at_least: 10", ("at_most: 3", HALF), ["contradictory-condition"]),
        ("at_least: 10", ("at_least: 20", HALF), ["idle-condition"]),
        ("at_least: 10", ("at_least: 5", HALF), []),
        ("at_least: 10", ("at_least: 10", SPRING), ["idle-condition"]),
        ("at_least: 10", ("at_most: 3", SPRING), []),
        ("none: true", ("any: true", SPRING), ["contradictory-condition"]),
        ("at_most: 3", ("any: true", SPRING), []),
    ],
)
def test_conditions_against_their_question(
    asked: str, given: tuple[str, str], expected: list[str]
) -> None:
    questions = COUNT % ("asked", asked, HALF, ", given: held") + COUNT % ("held", *given, "")
    assert ids(judgment("a", "likely", "asked"), questions=questions) == expected


CHANGE = "  %s: {change: {of: {actor: JNIM, type: battle, countries: Mali}, direction: %s, "
CHANGE += "against: 12 months}, within: %s%s}\n"


@pytest.mark.parametrize(
    ("asked", "held", "within", "expected"),
    [
        (", given: up", "", "6 months", ["contradictory-condition"]),
        # Two sources may well count apart.
        (", given: up, source: sahel", ", source: other", "6 months", ["unknown-source"]),
        (", given: up", "", "9000 years", ["bad-value", "bad-value"]),
    ],
)
def test_a_change_on_condition_of_another(asked, held, within, expected) -> None:
    questions = CHANGE % ("up", "increase", within, held)
    questions += CHANGE % ("down", "decrease", within, asked)
    both = judgment("a", "likely", "down") + judgment("b", "likely", "up")
    assert ids(both, questions=questions) == expected


def test_one_event_by_two_names() -> None:
    five = "  %s: {count: {of: {actor: [%s], type: battle, countries: Mali}, at_least: 5}, window: "
    five += HALF + "}\n"
    questions = five % ("one", "JNIM, ISGS") + five % ("other", "ISGS, JNIM")
    both = judgment("a", "likely", "one") + judgment("b", "unlikely", "other")
    assert ids(both, questions=questions) == ["incoherent-thresholds"]
    agreed = judgment("a", "likely", "one") + judgment("b", "0.6", "other")
    assert ids(agreed, questions=questions) == []


BOUNDS = st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)).filter(
    lambda ends: ends[1] is None or ends[0] <= ends[1]
)


@given(BOUNDS, BOUNDS, st.booleans(), st.booleans())
def test_conditions_by_trying_every_count(asked, held, longer, shorter) -> None:
    """What is called impossible or certain is so for every pair of counts, and else is not."""
    window = Window.model_validate({"from": "2018-02-01", "to": "2018-07-31"})
    part = Window.model_validate({"from": "2018-02-01", "to": "2018-04-30"})
    of_asked = part if shorter and not longer else window
    of_held = part if longer else window
    event = CountedEvent(IncidentFilter(), None, of_asked, "", *asked)
    condition = CountedEvent(IncidentFilter(), None, of_held, "", *held)

    def holds(one: CountedEvent, count: int) -> bool:
        return one.low <= count and (one.high is None or count <= one.high)

    outcomes = {
        holds(event, first)
        for first in range(20)
        for second in range(20)
        if holds(condition, second)
        and (
            first == second
            if of_asked == of_held
            else first >= second
            if longer
            else first <= second
        )
    }
    found = _of_counts(event, condition)
    if outcomes == {False}:
        assert found == ("contradictory-condition", "cannot happen")
    elif outcomes == {True} and (event.low, event.high) != (0, None):
        assert found == ("idle-condition", "is certain")
    else:
        assert found is None or (event.low, event.high) == (0, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CountFacts(0.5, 0.5, 0.6, is_open=True), []),
        (CountFacts(0.01, 0.01, 0.1, is_open=True), ["trivial-threshold"]),
        (CountFacts(0.99, 0.99, 0.1, is_open=True), ["trivial-threshold"]),
        (CountFacts(0.02, 0.02, 0.1, is_open=True), []),
        (CountFacts(0.5, 0.89, 0.5, is_open=True), ["stale-judgment"]),
        (CountFacts(0.5, 0.88, 0.5, is_open=True), []),
        (CountFacts(0.5, 0.1, 0.9, is_open=True), ["stale-judgment"]),
        (CountFacts(0.5, 0.89, 0.49, is_open=True), []),
        (CountFacts(0.5, 0.99, 0.9, is_open=False), []),
        (CountFacts(None, None, 0.9, is_open=True), []),
    ],
)
def test_against_counts(tmp_path, facts: CountFacts, expected: list[str]) -> None:
    # logit .8808 is 2: the border of what counts as far.
    (tmp_path / "judgments").mkdir()
    path = tmp_path / "judgments" / "a.yaml"
    path.write_text(HEAD % ("uk-phia@2018", "", judgment("a", "likely")), encoding="utf-8")
    found = against_counts(load_workspace(tmp_path), {"a": facts})
    assert [one.identifier for one in found] == expected
    revised = "[{on: 2018-02-01, probability: 0.5, because: x}]"
    again = judgment("a", "likely", revisions=revised)
    path.write_text(HEAD % ("uk-phia@2018", "", again), encoding="utf-8")
    left = against_counts(load_workspace(tmp_path), {"a": facts})
    assert [one.identifier for one in left] == [one for one in expected if one != "stale-judgment"]


def test_an_allowance_of_what_was_not_looked_for_is_not_unused() -> None:
    allowed = judgment("a", "likely").replace(
        "probability: likely", "probability: likely  # forecast-bench: allow stale-judgment: known"
    )
    assert ids(allowed) == []
