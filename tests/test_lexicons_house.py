"""House lexicons that extend another one or keep a row of it, and their versions."""

import pytest

from forecast_bench.lexicons import load_shipped, look_up, phrases_for, read_lexicons

SHIPPED = load_shipped()
EXTENDED = """\
id: desk
version: "1.0"
title: The desk's words
source: The desk, 2024
extends: uk-phia@2025
synonyms: {likely: a good chance, highly likely: [we expect, all signs are]}
phrases:
  - {phrase: about even, low: 0.50, high: 0.55}
"""
KEPT = """\
id: rows
version: "1"
title: One row
restricts: us-icd203@2015
row: probability
"""
PLAIN = """\
id: desk
version: "%s"
title: T
source: S
structure: gapped
phrases:
  - {phrase: unlikely, low: 0.10, high: 0.30}
  - {phrase: likely, low: %s, high: 0.80}
"""


def read(tmp_path, **files: str):
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    found, problems = read_lexicons(tmp_path)
    return found, [(one.identifier, one.location.line, one.message) for one in problems]


def test_what_extends_has_all_phrases_and_its_own(tmp_path):
    found, problems = read(tmp_path, a=EXTENDED)
    assert problems == []
    lexicon, basis = found["desk@1.0"], SHIPPED["uk-phia@2025"]
    for phrase in basis.phrases:
        held = look_up(lexicon, phrase.phrase)
        assert held is not None
        assert (held.low, held.high, held.edges) == (phrase.low, phrase.high, phrase.edges)
    assert look_up(lexicon, "We expect") == look_up(lexicon, "all signs are")
    assert look_up(lexicon, "a good chance").phrase == "likely"
    assert look_up(lexicon, "about even").low == 0.5
    assert [one.low for one in lexicon.phrases] == sorted(one.low for one in lexicon.phrases)
    assert lexicon.made_from == "uk-phia@2025"
    assert lexicon.structure == basis.structure


def test_what_restricts_has_one_row(tmp_path):
    found, problems = read(tmp_path, a=KEPT)
    assert problems == []
    lexicon, basis = found["rows@1"], SHIPPED["us-icd203@2015"]
    assert lexicon.rows == ("probability",)
    assert lexicon.phrases == basis.phrases_of("probability")
    assert look_up(lexicon, "likely") is None
    assert lexicon.source.startswith("made from us-icd203@2015: ")


def test_one_of_the_house_may_be_extended_in_turn(tmp_path):
    further = (
        "id: far\nversion: '1'\ntitle: T\nextends: desk@1.0\nsynonyms: {about even: fifty fifty}\n"
    )
    found, problems = read(tmp_path, a=further, b=EXTENDED)
    assert problems == []
    assert look_up(found["far@1"], "fifty fifty").low == 0.5


def test_two_that_are_made_have_two_names(tmp_path):
    found, problems = read(tmp_path, a=EXTENDED, b=EXTENDED.replace("0.50, high", "0.52, high"))
    said = "desk@1.0 is defined already, in models/lexicons/a.yaml"
    assert problems == [("duplicate-lexicon", 1, said)]
    assert look_up(found["desk@1.0"], "about even").low == 0.5


def test_a_band_may_lie_inside_one_of_a_nested_lexicon(tmp_path):
    inside = EXTENDED.replace("uk-phia@2025", "ipcc-ar5@2010").replace("highly likely: ", "x: ")
    inside = inside.replace(
        "synonyms: {likely: a good chance, x: [we expect, all signs are]}\n", ""
    )
    fifth = inside.replace("about even, low: 0.50, high: 0.55", "a fifth, low: 0.15, high: 0.25")
    found, problems = read(tmp_path, a=fifth)
    assert problems == []
    assert phrases_for(found["desk@1.0"], 0.2).terms == ("a fifth", "unlikely")


def test_the_days_of_the_basis_are_its_own(tmp_path):
    found, _ = read(tmp_path, a=EXTENDED.replace("uk-phia@2025", "uk-phia@2018"))
    assert SHIPPED["uk-phia@2018"].in_force is not None
    assert found["desk@1.0"].in_force is None


@pytest.mark.parametrize(
    ("old", "new", "identifier", "line", "said"),
    [
        ("uk-phia@2025", "uk@1", "lexicon-basis", 5, 'there is no lexicon "uk@1"'),
        ("uk-phia@2025", "desk@1.0", "lexicon-basis", 5, "is a circle"),
        ("about even", "likely", "duplicate-phrase", 8, "stays as it is"),
        ("a good chance", "unlikely", "duplicate-phrase", 6, "stays as it is"),
        ("a good chance", "we expect", "duplicate-phrase", 6, "given twice"),
        ("{likely: a", "{lkely: a", "lexicon-basis", 6, 'no phrase "lkely"'),
        ("high: 0.55", "high: 0.60", "lexicon-order", 8, 'overlaps "about even"'),
        ("low: 0.50", "low: 0.45", "lexicon-order", 8, "overlaps"),
        ("low: 0.50", "low: 0.55", "lexicon-order", 8, "runs from 0.55 to 0.55"),
        ("high: 0.55", "high: 0.55, row: x", "lexicon-basis", 8, 'no row "x"'),
        ("source: The desk, 2024", "row: main", "lexicon-basis", 4, "goes with restricts"),
        ("source: The desk, 2024", "restricts: kent@1964", "lexicon-basis", 4, "either extends"),
    ],
)
def test_what_does_not_fit(tmp_path, old, new, identifier, line, said):
    found, problems = read(tmp_path, a=EXTENDED.replace(old, new, 1))
    assert found == {}
    assert (identifier, line) in [(one[0], one[1]) for one in problems]
    assert any(said in message for _, _, message in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("row: probability", "row: words", 'no row "words"'),
        ("row: probability\n", "", "names the row"),
        ("row: probability", "row: probability\nsynonyms: {remote: far}", "no synonyms of its own"),
    ],
)
def test_what_restricts_badly(tmp_path, old, new, said):
    found, problems = read(tmp_path, a=KEPT.replace(old, new))
    assert found == {}
    assert [one[0] for one in problems] == ["lexicon-basis"]
    assert said in problems[0][2]


def test_a_circle_of_two_is_told_of_both(tmp_path):
    first = "id: a\nversion: '1'\ntitle: T\nextends: b@1\n"
    found, problems = read(
        tmp_path, a=first, b=first.replace("b@1", "a@1").replace("id: a", "id: b")
    )
    assert found == {}
    assert [one[0] for one in problems] == ["lexicon-basis", "lexicon-basis"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("1.0", "0.60"), ("1.1", "0.55"), ["lexicon-version"]),
        (("1.0", "0.60"), ("2.0", "0.55"), []),
        (("1.0", "0.60"), ("1.1", "0.60"), []),
        (("1", "0.60"), ("1.1", "0.55"), ["lexicon-version"]),
        (("2023", "0.60"), ("2024", "0.55"), []),
        (("draft", "0.60"), ("final", "0.55"), []),
        (("1.9", "0.60"), ("1.10", "0.55"), ["lexicon-version"]),
    ],
)
def test_versions_follow_the_rule(tmp_path, first, second, expected):
    found, problems = read(tmp_path, a=PLAIN % first, b=PLAIN % second)
    assert len(found) == 2
    assert [one[0] for one in problems] == expected
