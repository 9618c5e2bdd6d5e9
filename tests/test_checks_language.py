import pytest

from conftest import found_in, problems

TEXT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  q: {by_hand: {asks: a, settled_by: b}, within: 6 months}
judgments:
  - id: one
    statement: s
    probability: likely
    question: q
"""


@pytest.mark.parametrize(
    "phrase", ["likely", "probable", "LIKELY", "highly  likely", "'almost certain'"]
)
def test_phrases_of_the_lexicon_are_known(phrase):
    assert problems(TEXT.replace("likely", phrase)) == []


@pytest.mark.parametrize(
    "phrase", ["highly likley", "very likely", "likelyhood", "roughly even chance"]
)
def test_other_words_are_not_and_none_is_suggested(phrase):
    (fault,) = found_in({"judgments/a.yaml": TEXT.replace("likely", phrase)})
    assert (fault.identifier, fault.location[1:]) == ("unknown-phrase", (10, 18, 18 + len(phrase)))
    # All phrases are listed with their bands, which is no suggestion of one.
    assert fault.message == f'"{phrase}" is not a phrase of uk-phia@2018'
    assert "remote chance 0-5 %" in fault.notes[0]
    assert "almost certain 95-100 %" in fault.notes[0]


def test_phrases_of_revisions_are_looked_up_too():
    text = TEXT + "    revisions: [{on: 2018-01-31, probability: likley, because: b}]\n"
    assert problems(text) == [(12, 47, "unknown-phrase")]


@pytest.mark.parametrize("stated", ["0.7", "[0.6, 0.8]"])
def test_numbers_need_no_lexicon(stated):
    assert problems(TEXT.replace("lexicon: uk-phia@2018\n", "").replace("likely", stated)) == []


def test_words_need_one():
    text = TEXT.replace("lexicon: uk-phia@2018\n", "")
    (fault,) = found_in({"judgments/a.yaml": text})
    assert (fault.identifier, fault.location.line) == ("unknown-lexicon", 9)
    assert "uk-phia@2018" in fault.notes[0]
    settings = "[tool.forecast-bench]\nlexicon = 'uk-phia@2018'\n"
    assert found_in({"judgments/a.yaml": text, "pyproject.toml": settings}) == ()


def test_settings_that_cannot_be_read_may_have_pinned_one():
    text = TEXT.replace("lexicon: uk-phia@2018\n", "")
    files = {"judgments/a.yaml": text, "pyproject.toml": "[tool.forecast-bench\n"}
    assert [one.identifier for one in found_in(files)] == ["settings"]


def test_an_unknown_lexicon_is_told_once_where_it_is_pinned():
    assert problems(TEXT.replace("uk-phia@2018", "uk-phia")) == [(4, 10, "unknown-lexicon")]
    assert problems(TEXT + "    lexicon: house@1\n") == [(12, 14, "unknown-lexicon")]


def test_a_house_lexicon_is_known_by_name_and_version():
    house = (
        "id: house\nversion: '1'\ntitle: H\nsource: s\nstructure: gapped\n"
        "phrases: [{phrase: on the cards, low: 0.5, high: 0.7}]\n"
    )
    text = TEXT.replace("uk-phia@2018", "house@1").replace("likely", "on the cards")
    assert problems(text, **{"models/lexicons/house.yaml": house}) == []
    assert problems(text) == [(4, 10, "unknown-lexicon")]
