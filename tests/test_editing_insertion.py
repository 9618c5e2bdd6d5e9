"""Adding to a YAML text: what is added reads back, and every other character stays."""

import datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from forecast_bench.editing.insertion import PlaceError, added
from forecast_bench.editing.snippets import block, flow
from forecast_bench.yaml_source import read_text

REVISION = {"on": datetime.date(2018, 3, 1), "probability": "likely", "because": "a: b, c # d"}
AS_READ = {"on": "2018-03-01", "probability": "likely", "because": "a: b, c # d"}


def values(text: str) -> object:
    document, problems = read_text(text, file="a.yaml")
    assert document is not None, problems
    assert problems == ()
    return document.values


def only_added(old: str, new: str) -> bool:
    """Whether the new text is the old one with one run of characters put in."""
    more = len(new) - len(old)
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    return any(old[i:] == new[i + more :] for i in range(same, -1, -1))


FILES = {
    "block": "a:\n  - id: x\n    revisions:\n      - {on: 1, because: b}   # first\n\n# end\n",
    "wide": "a:\n- id: x\n  revisions:\n  - on: 1\n    why: >-\n      folded\n      text\n# end\n",
    "flow list": "a:\n  - id: x\n    revisions: [{on: 1}]  # c\n    note: n\n",
    "flow": "a: [{id: x, revisions: [{on: 1}, ]}]\n",
    "flow without": "a: [{id: x, # c\n  note: n}]\n",
    "without": "a:\n  - id: x  # c\n\n  # of y\n  - id: y\n",
    "empty key": "a:\n  - id: x\n    revisions:   # none yet\n    note: n\n",
    "empty list": "a:\n  - id: x\n    revisions: []\n    note: n\n",
    "empty list over lines": "a:\n  - id: x\n    revisions: [  # c\n    # end\n    ]\n    n: n\n",
    "no value at the end": "a:\n  - id: x\n    note :   # c\n# end\n",
    "kept crlf": "a:\r\n  - id: x\r\n    note: |+\r\n      one\r\n\r\n\r\n# end\r\n",
    "no newline": "a:\n  - id: x",
    "crlf": "a:\r\n  - id: x\r\n    note: n\r\n  - id: y\r\n",
    "mark": "\ufeffa:\n  - id: x\n",
    "literal": "a:\n  - id: x\n    note: |\n      one\n\n      two\n\n\n  - id: y\n",
    "kept": "a:\n  - id: x\n    note: |+\n      one\n\n\n  - id: y\n",
    "kept apart": "a:\n  - id: w\n\n  - id: x\n    note: >+\n      one\n\n# end\n",
    "quoted": "a:\n  - id: x\n    note: 'one\n\n      two: # three'\n",
    "several lines": "a:\n  - id: x\n    note: one\n      two   # three\n",
    "end": "---\na:\n  - id: x\n...\n",
    "wide blanks": "a:\n    -   id: x\n        note: n\n",
    "compact": "a:\n- - id: x\n",
}


@pytest.mark.parametrize("name", [one for one in FILES if one != "compact"])
def test_a_revision_is_added(name: str) -> None:
    old = FILES[name]
    before = values(old)
    first = before["a"][0]
    new = added(old, ("a", 0, "revisions"), REVISION, item=True)
    expected = {**first, "revisions": [*(first.get("revisions") or []), AS_READ]}
    assert values(new) == {"a": [expected, *before["a"][1:]]}
    assert only_added(old, new)
    assert new.count("\n") == new.count("\r\n") or "crlf" not in name
    for comment in ("# first", "# c", "# end", "# none yet", "# of y", "# three"):
        assert new.count(comment) == old.count(comment)


@pytest.mark.parametrize("name", [one for one in FILES if one not in ("compact", "flow without")])
def test_a_judgment_is_added(name: str) -> None:
    old = FILES[name]
    new = added(old, ("a",), {"id": "z", "revisions": [REVISION]}, item=True)
    assert values(new) == {"a": [*values(old)["a"], {"id": "z", "revisions": [AS_READ]}]}
    assert only_added(old, new)


def test_a_new_item_keeps_the_distance_of_the_others() -> None:
    assert (
        added("a:\n  - 1\n\n  - 2\n", ("a",), "3", item=True) == "a:\n  - 1\n\n  - 2\n\n  - '3'\n"
    )
    assert added("a:\n  - 1\n  - 2\n", ("a",), "3", item=True) == "a:\n  - 1\n  - 2\n  - '3'\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: 1\n", ("a", "b")),
        ("a: [1]\n", ("a", 3)),
        ("a: {b: 1}\n", ("c", "d")),
        ("# c\n", ("a",)),
    ],
)
def test_there_is_no_such_place(text: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(PlaceError):
        added(text, path, "x")


TEXTS = st.text(max_size=40).filter(lambda text: "\x7f" not in text and text.isprintable())
SCALARS = st.one_of(TEXTS, st.sampled_from(["yes", "1.10", "2018-01-01", "on", "~", "- a", "a: b"]))
ITEMS = st.dictionaries(st.sampled_from(["id", "note", "x"]), SCALARS, min_size=1, max_size=3)


@given(SCALARS)
def test_every_text_reads_back(text: str) -> None:
    value = {"because": text, "on": datetime.date(2018, 3, 1)}
    for written in (block(value, indent=4), flow(value)):
        # For us, and for an editor that follows YAML 1.2, in which `on` is a word.
        assert values(written) == {"because": text, "on": "2018-03-01"}
        assert yaml.safe_load(written.replace("on: 2", "'on': 2"))["because"] == text


@given(
    st.lists(ITEMS, min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([None, False, True]),
    st.sampled_from(["\n", "\r\n"]),
    SCALARS,
)
def test_files_of_any_style(items, indented, style, ending, text) -> None:
    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow=False, indentless=False):
            return super().increase_indent(flow, indentless and not indented)

    old = yaml.dump(
        {"a": items, "b": "end"}, Dumper=Dumper, default_flow_style=style, allow_unicode=True
    ).replace("\n", ending)
    before = values(old)
    new = added(old, ("a", 0, "more"), [{"t": text}])
    expected = [{**before["a"][0], "more": [{"t": text}]}, *before["a"][1:]]
    assert values(new) == {**before, "a": expected}
    assert only_added(old, new)
