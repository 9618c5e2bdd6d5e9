import json
from typing import Annotated, Literal

import pytest
from hypothesis import given
from pydantic import BaseModel, ConfigDict, Field

from forecast_bench.records import FileHeader, Judgment, Question
from forecast_bench.yaml_source import read_record, read_text
from strategies import plain_values


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: str = Field(alias="from")
    size: Annotated[int, Field(ge=1)] = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=5)]
    level: Literal["low", "high"] = "low"
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()
    pair: tuple[str, str] | None = None
    by_name: dict[str, Inner] = Field(default_factory=dict)


def _faults(text: str, record=Outer) -> list[tuple[int, int, str, str]]:
    document, problems = read_text(text, file="a.yaml")
    assert not problems
    _, found = read_record(document, record)
    return [(one.location.line, one.location.column, one.identifier, one.message) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "nam: x\n",
            [
                (1, 1, "missing-key", '"name" is missing'),
                (1, 1, "unknown-key", '"nam" is not a key here'),
            ],
        ),
        ("name: [x]\n", [(1, 7, "wrong-shape", '"name" must be a text')]),
        ("name:\n", [(1, 1, "bad-value", '"name" has no value')]),
        ("name: ''\n", [(1, 7, "bad-value", '"name" is an empty text')]),
        (
            "name: abcdefg\n",
            [(1, 7, "bad-value", '"name" has 7 characters; at most 5 are allowed')],
        ),
        ("name: x\nlevel: up\n", [(2, 8, "bad-value", '"level" must be low or high, not "up"')]),
        ("name: x\nlevel: [low]\n", [(2, 8, "wrong-shape", '"level" must be low or high')]),
        (
            "name: x\ninner: []\n",
            [(2, 8, "wrong-shape", '"inner" must be a mapping of keys to values')],
        ),
        (
            "name: x\ninner: {from: a, size: 0}\n",
            [(2, 24, "bad-value", '"size" must be at least 1, not 0')],
        ),
        (
            "name: x\ninner: {start: a}\n",
            [
                (2, 8, "missing-key", '"from" is missing'),
                (2, 9, "unknown-key", '"start" is not a key here'),
            ],
        ),
        (
            "name: x\nseveral:\n  - from: a\n  - to: b\n",
            [
                (4, 5, "missing-key", '"from" is missing'),
                (4, 5, "unknown-key", '"to" is not a key here'),
            ],
        ),
        ("name: x\nseveral: {}\n", [(2, 10, "wrong-shape", '"several" must be a list')]),
        (
            "name: x\nseveral:\n  - a\n",
            [(3, 5, "wrong-shape", 'entry 1 of "several" must be a mapping of keys to values')],
        ),
        ("name: x\nseveral:\n  -\n", [(3, 4, "bad-value", 'entry 1 of "several" has no value')]),
        ("name: x\npair: [a]\n", [(2, 7, "wrong-shape", '"pair" needs 2 entries')]),
        (
            "name: x\npair: [a, b, c]\n",
            [(2, 7, "wrong-shape", '"pair" takes at most 2 entries, not 3')],
        ),
        ("name: x\nby_name: {a: {}}\n", [(2, 14, "missing-key", '"from" is missing')]),
        ("- x\n", [(1, 1, "wrong-shape", "the file must be a mapping of keys to values")]),
    ],
)
def test_a_fault_stands_at_its_value_or_key_and_is_said_in_words(text, expected):
    assert sorted(_faults(text)) == sorted(expected)


def test_keys_are_listed_by_the_names_that_files_use():
    document, _ = read_text("name: x\ninner: {begin: a}\n", file="a.yaml")
    _, found = read_record(document, Outer)
    assert {one.notes for one in found} == {("keys here: from, size", "needed: from")}


def test_a_record_is_given_exactly_where_there_are_no_problems():
    document, _ = read_text("name: x\ninner: {from: a, size: '2'}\n", file="a.yaml")
    record, found = read_record(document, Outer)
    assert found == ()
    assert record == Outer(name="x", inner=Inner(start="a", size=2))


def test_a_bad_name_in_a_mapping_stands_at_the_name():
    text = "report: {id: r, title: T}\nquestions:\n  a b:\n    within: 1 day\n"
    ((line, column, identifier, message),) = _faults(text, FileHeader)
    assert (line, column, identifier) == (3, 3, "bad-value")
    assert '"a b" is not an id' in message


def test_a_part_of_a_document_is_read_at_its_own_place():
    document, _ = read_text("questions:\n  q:\n    within: 1 day\n", file="a.yaml")
    _, (fault,) = read_record(document, Question, ("questions", "q"))
    assert (fault.identifier, fault.location.line, fault.location.column) == ("question-kind", 2, 3)


def test_a_union_is_reported_in_the_branch_that_was_meant():
    question = "question: {count: {of: {}, any: maybe}, within: 1 day}\n"
    text = f"id: j\nstatement: s\nprobability: 0.5\n{question}"
    ((line, column, identifier, message),) = _faults(text, Judgment)
    assert (line, column, identifier) == (4, 33, "bad-value")
    assert message == '"any": "maybe" is neither true nor false'


@given(plain_values)
def test_reading_a_record_never_raises(values):
    document, _ = read_text(
        json.dumps({"report": values, "name": values}, ensure_ascii=False), file="a.yaml"
    )
    for record_type in (Outer, FileHeader, Judgment, Question):
        record, found = read_record(document, record_type)
        assert (record is None) == bool(found)
