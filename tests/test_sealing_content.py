"""What is sealed: the same for every layout of a file, another for every change of meaning."""

import hashlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import read_files
from forecast_bench.sealing.canonical import (
    canonical,
    canonical_json,
    content_digest,
    field_digests,
)
from forecast_bench.sealing.content import contents

PLAIN = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  q: {by_hand: {asks: Is the post given up?, settled_by: The reports.}, within: 6 months}
judgments:
  - id: one
    statement: It is likely that the post will be given up.
    probability: likely
    confidence: moderate
    question: q
    assumptions: [{text: The road stays open., lynchpin: true}]
    indicators: [{text: Lorries arrive., would: raise}]
    revisions:
      - {on: 2018-03-31, probability: 0.85, because: the garrison was halved}
"""
# The same, laid out as somebody else would.
OTHER = """\
# a comment
"judgments":
- statement: >-
    It is likely that the post
    will be given   up.
  indicators:
  - would: 'raise'
    text: Lorries arrive.
  question: q
  confidence: "moderate"
  assumptions:
    - lynchpin: true
      text: |
        The road stays open.
  probability: 'likely'
  id: one
  analyst: [r.lee]
  note: This is not sealed, nor is the topic.
  topic: borders
  revisions:
  - because: the garrison
      was halved
    probability: .850
    on: "2018-03-31"
report:
  title: Another title
  id: r
lexicon: uk-phia@2018
issued: 2017-12-31
questions:
  q:
    within: "6 months"
    about: future
    by_hand:
      settled_by: The reports.
      asks: Is the post given up?
    resolution: {outcome: occurred, on: 2018-05-01, evidence: The reports.}
"""


def sealed(text: str, **files: str) -> tuple[dict[str, object], dict[str, object]]:
    workspace = read_files({"judgments/a.yaml": text, **files})
    (one,) = workspace.judgments
    of_judgment, of_revision = contents(workspace)
    return of_judgment(one), of_revision(one, one.judgment.revisions[0])


def test_the_layout_of_a_file_changes_no_digest():
    assert sealed(PLAIN) == sealed(OTHER)


def test_content_is_what_the_file_says():
    judgment, revision = sealed(PLAIN)
    edges = ["approximate", "approximate"]
    assert judgment == {
        "statement": "It is likely that the post will be given up.",
        "probability": {"phrase": "likely"},
        "confidence": "moderate",
        "analyst": ["r.lee"],
        "issued": "2017-12-31",
        "lexicon": "uk-phia@2018",
        "band": {"phrase": "likely", "low": "0.55", "high": "0.75", "edges": edges},
        "assumptions": [{"text": "The road stays open.", "lynchpin": True}],
        "indicators": [{"text": "Lorries arrive.", "would": "raise"}],
        "question.by_hand": {"asks": "Is the post given up?", "settled_by": "The reports."},
        "question.within": "6 months",
    }
    assert revision == {
        "on": "2018-03-31",
        "probability": {"number": "0.85"},
        "because": "the garrison was halved",
    }


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("will be given", "may be given", {"statement"}),
        ("probability: likely", "probability: unlikely", {"probability", "band"}),
        (
            "probability: likely",
            "cannot_assess: no access",
            {"probability", "band", "cannot_assess"},
        ),
        (
            "probability: likely",
            "off_yardstick: {wording: most likely, kind: other words}",
            {"probability", "band", "off_yardstick"},
        ),
        ("confidence: moderate", "confidence: high", {"confidence"}),
        ("analyst: r.lee", "analyst: [r.lee, a.name]", {"analyst"}),
        ("issued: 2017-12-31", "issued: 2017-12-30", {"issued"}),
        ("uk-phia@2018", "nato-ajp-2.1@2016", {"lexicon", "band"}),
        ("6 months", "7 months", {"question.within"}),
        ("within: 6 months", "window: {from: 2018-01-01, to: 2018-06-30}", None),
        ("Is the post given", "Is a post given", {"question.by_hand"}),
        (", within", ", given: {text: The rains end.}, within", {"question.given"}),
        ("lynchpin: true", "lynchpin: false", {"assumptions"}),
        ("would: raise", "would: lower", {"indicators"}),
    ],
)
def test_a_change_of_meaning_shows_in_its_field(old, new, fields):
    before, after = (field_digests(sealed(text)[0]) for text in (PLAIN, PLAIN.replace(old, new)))
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == (fields or {"question.within", "question.window"})
    digests = {
        content_digest("judgment", sealed(text)[0]) for text in (PLAIN, PLAIN.replace(old, new))
    }
    assert len(digests) == 2


HOUSE = """\
id: house
version: "1"
title: House words
source: made for a test
structure: gapped
phrases:
  - {phrase: likely, low: 0.60, high: 0.80}
"""


def test_a_house_lexicon_that_moves_a_band_shows():
    text = PLAIN.replace("uk-phia@2018", "house@1")
    files = {"models/lexicons/house.yaml": HOUSE}
    moved = {"models/lexicons/house.yaml": HOUSE.replace("0.60", "0.50")}
    before, after = sealed(text, **files)[0], sealed(text, **moved)[0]
    assert [before["band"]["low"], after["band"]["low"]] == ["0.6", "0.5"]
    assert {name for name in before if before[name] != after[name]} == {"band"}


def test_a_condition_is_sealed_in_full_and_a_circle_of_them_ends():
    asked = "questions:\n  c: {by_hand: {asks: Rains?, settled_by: Gauges.}, within: 3 months}\n"
    text = PLAIN.replace("questions:\n", asked).replace("within: 6", "given: c, within: 6")
    condition = sealed(text)[0]["question.given"]
    full = {"by_hand": {"asks": "Rains?", "settled_by": "Gauges."}, "within": "3 months"}
    assert condition == {"question": full}
    renamed = text.replace("  c: {", "  dry: {").replace("given: c", "given: dry")
    assert sealed(renamed) == sealed(text)
    assert sealed(text.replace("within: 3", "given: q, within: 3"))


# Texts that YAML holds in double quotes as they are, and that are not empty once stripped.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")),
    min_size=1,
)
words = st.lists(texts, min_size=1, max_size=8)


def quoted(parts: list[str], style: str, space: str) -> str:
    escaped = space.join(parts).replace("\\", "\\\\").replace('"', '\\"')
    single = space.join(parts).replace("'", "''")
    return f"'{single}'" if style == "single" else f'"{escaped}"'


@given(
    parts=words,
    styles=st.tuples(*[st.sampled_from(["single", "double"])] * 2),
    spaces=st.tuples(*[st.sampled_from([" ", "  ", "\n      "])] * 2),
    order=st.permutations(["statement: STATEMENT", "probability: 0.3", "id: one", "question: q"]),
)
def test_quotes_folds_and_order_of_keys_change_nothing(parts, styles, spaces, order):
    """Hypothesis writes one statement in two layouts."""
    found = []
    for style, space, keys in zip(styles, spaces, (sorted(order), order), strict=True):
        lines = "\n    ".join(keys).replace("STATEMENT", quoted(parts, style, space))
        text = PLAIN[: PLAIN.index("judgments:")] + f"judgments:\n  - {lines}\n"
        workspace = read_files({"judgments/a.yaml": text})
        found.append([contents(workspace)[0](one) for one in workspace.judgments])
    assert found[0] == found[1]
    if found[0]:
        said = unicodedata.normalize("NFC", " ".join(parts))
        assert found[0][0]["statement"] == said


@given(texts, texts)
def test_other_texts_have_other_digests(first, second):
    same = unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
    digests = [content_digest("judgment", {"statement": canonical(one)}) for one in (first, second)]
    assert (digests[0] == digests[1]) == same


@given(st.floats(0, 1))
def test_numbers_are_decimals_that_read_back(number):
    shown = canonical(number)
    assert isinstance(shown, str)
    assert float(shown) == number
    assert set(shown) <= set("0123456789.")


def test_numbers_and_texts_by_hand():
    assert [canonical(one) for one in (0.1, 1.0, 5e-324, 12, 0.0)][:2] == ["0.1", "1"]
    assert canonical(5e-7) == "0.0000005"
    assert (canonical(12), canonical(0.0)) == ("12", "0")
    # One letter, written as one character and as a letter with an accent.
    assert canonical("caf\u00e9") == canonical("cafe\u0301")
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(object())


def test_a_digest_by_hand():
    text = '{"fields":{"statement":"caf\u00e9"},"kind":"judgment","seal":1}'
    by_hand = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert content_digest("judgment", {"statement": "caf\u00e9"}) == by_hand
    assert json.loads(canonical_json({"b": "1", "a": ["2"]})) == {"a": ["2"], "b": "1"}
