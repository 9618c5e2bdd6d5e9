import pytest

from conftest import SURROUNDINGS, found_in, problems

TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  q:
    KIND
    within: 6 months
    MORE
judgments:
  - {id: one, statement: s, probability: 0.3, question: q}
"""
HAND = "by_hand: {asks: a, settled_by: b}"
COUNT = "count: {of: {actor: JNIM, type: battle, countries: Mali}, any: true}"


def _text(kind: str = HAND, more: str = "") -> str:
    return TEXT.replace("KIND", kind).replace("    MORE\n", f"    {more}\n" if more else "")


@pytest.mark.parametrize(
    "kind",
    [
        HAND,
        COUNT,
        "count: {of: {between: [JNIM, ISGS], admin1: Gao}, none: true}",
        "change: {of: {actor: GSIM, type: violent}, direction: increase, against: 1 year}",
        "share: {of: {type: battle}, also: {admin1: [Gao]}, at_least: 0.5}",
        "reach: {of: {type: battle}, against: 12 months}",
        "months: {of: {type: battle}, at_least: 6, each: 4, in_a_row: true}",
    ],
)
def test_good_questions_have_no_problems(kind):
    assert problems(_text(kind)) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (COUNT.replace("JNIM", "JINM"), [(6, 25, "unknown-actor")]),
        (
            COUNT.replace("JNIM", "[JNIM, X, Y]"),
            [(6, 32, "unknown-actor"), (6, 35, "unknown-actor")],
        ),
        ("count: {of: {between: [JNIM, X]}, any: true}", [(6, 34, "unknown-actor")]),
        (COUNT.replace("battle", "[battle, batle]"), [(6, 46, "unknown-type")]),
        (COUNT.replace("Mali", "mali"), [(6, 56, "unknown-place")]),
        (COUNT.replace("Mali", "[Mali, Niger]"), [(6, 63, "unknown-place")]),
        (COUNT.replace("Mali", "Mali, admin1: Kayes"), [(6, 70, "unknown-place")]),
        # The areas of a misspelt country are unknown, and not a second mistake.
        (COUNT.replace("Mali", "mali, admin1: Gao"), [(6, 56, "unknown-place")]),
        ("share: {of: {}, also: {actor: X}, at_least: 0.5}", [(6, 35, "unknown-actor")]),
        ("reach: {of: {type: x}, at_least: 1}", [(6, 24, "unknown-type")]),
        ("months: {of: {type: x}, at_least: 1}", [(6, 25, "unknown-type")]),
        ("months: {of: {}, at_least: 7}", [(6, 32, "threshold")]),
        (
            "change: {of: {}, direction: increase, against: 1 year, factor: 0}",
            [(6, 68, "threshold")],
        ),
        ("change: {of: {}, direction: increase, against: 9999 years}", [(6, 52, "bad-value")]),
        ("reach: {of: {}, against: 9999 years}", [(6, 30, "bad-value")]),
    ],
)
def test_names_and_thresholds_that_cannot_be_counted(kind, expected):
    assert problems(_text(kind)) == expected


def test_a_rate_law_whose_baseline_leaves_the_calendar_is_told_at_the_question():
    files = {"models/rates/default.yaml": "baseline: 9999 years\n"}
    assert problems(_text(COUNT), **files) == [(5, 3, "bad-value")]
    assert problems(_text(HAND), **files) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("source: acled", [(8, 13, "unknown-source")]),
        ("source: sahel", []),
        ("rates: monthly", [(8, 12, "unknown-rates")]),
        ("rates: default", []),
        ("given: p", [(8, 12, "unknown-question")]),
        ("given: q", [(8, 12, "condition-loop")]),
        ("given: {question: q, text: t}", [(8, 12, "bad-value"), (8, 12, "condition-loop")]),
        ("given: {}", [(8, 12, "bad-value")]),
        ("given: {text: no truce}", []),
    ],
)
def test_what_a_question_refers_to_exists(more, expected):
    assert problems(_text(COUNT, more)) == expected


def test_the_only_source_is_meant_and_of_several_one_is_named():
    second = SURROUNDINGS["incidents/sahel.yaml"].replace("source: sahel", "source: other")
    assert problems(_text(COUNT), **{"incidents/other.yaml": second}) == [(5, 3, "unknown-source")]
    assert problems(_text(COUNT, "source: other"), **{"incidents/other.yaml": second}) == []
    (fault,) = found_in({"judgments/a.yaml": _text(COUNT.replace("actor: JNIM, ", ""))})
    assert fault.message == 'the question "q" does not name the source that counts it'


def test_a_circle_of_conditions_is_told_at_each_question_of_it_and_no_other():
    text = _text(HAND, "given: a")
    more = "".join(
        f"  {name}: {{{HAND}, within: 1 year, given: {given}}}\n"
        for name, given in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    text = text.replace("judgments:\n", more + "judgments:\n")
    assert problems(text) == [(line, 65, "condition-loop") for line in (9, 10, 11)]


RESOLVED = "resolution: {outcome: occurred, on: 2018-07-31, evidence: e}"
VOID = "resolution: {outcome: void, on: 2018-07-31, reason: truce}"


def _judged(text: str, resolution: str) -> str:
    return text.replace("question: q}", f"question: q, {resolution}}}")


def test_a_question_is_settled_in_one_way():
    assert problems(_judged(_text(), RESOLVED)) == []
    assert problems(_judged(_text(COUNT), RESOLVED)) == [(9, 60, "hand-resolution")]
    assert problems(_judged(_text(HAND, RESOLVED), RESOLVED)) == [(10, 60, "hand-resolution")]
    assert problems(_text(COUNT, RESOLVED)) == [(5, 3, "hand-resolution")]


def test_a_condition_in_words_that_fails_voids_a_counted_judgment_by_hand():
    conditional = _text(COUNT, "given: {text: no truce}")
    assert problems(_judged(conditional, VOID)) == []
    assert problems(_judged(conditional, RESOLVED)) == [(10, 60, "hand-resolution")]
    assert problems(_judged(_text(COUNT), VOID)) == [(9, 60, "hand-resolution")]


def test_a_question_written_inside_a_judgment_is_checked_alike():
    inline = "{KIND, within: 6 months}".replace("KIND", COUNT.replace("battle", "batle"))
    text = _text().replace("question: q}", f"question: {inline}}}")
    assert [one[2] for one in problems(text)] == ["unknown-type"]
