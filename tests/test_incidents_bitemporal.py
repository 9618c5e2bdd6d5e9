"""States of the store against a replay in dictionaries."""

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_bench.incidents import LocalStorage, compact, compare_vintages, vintages
from incident_replay import SOURCE, Export, Made, Replay, bring, changes, expected, state_of

FIRST = datetime.date(2017, 1, 1)
days = st.integers(0, 59).map(lambda number: FIRST + datetime.timedelta(days=number))
sides = st.sampled_from([(), ("A",), ("B",), ("A", "B"), ("B", "A")])
made = st.builds(
    Made,
    day=days,
    precision=st.sampled_from([1, 1, 1, 2, 3]),
    country=st.sampled_from(["Mali", "Niger"]),
    type=st.sampled_from(["Riots/Protests", "Remote violence"]),
    admin1=st.sampled_from(["Gao", "Kidal"]),
    side_a=sides,
    side_b=sides,
    deaths=st.sampled_from([None, 0, 1]),
)
tables = st.dictionaries(st.sampled_from([f"E{number}" for number in range(6)]), made, min_size=1)
subsets = st.sampled_from([("Mali", "Niger"), ("Mali", "Niger"), ("Mali",), ("Niger",)])
types = st.sampled_from(
    [("protest", "explosion"), ("protest", "explosion"), ("protest",), ("explosion",)]
)


@st.composite
def exports(draw):
    start, end = sorted([draw(days), draw(days)])
    if draw(st.booleans()):
        start, end = FIRST, FIRST + datetime.timedelta(days=59)
    retrieved = datetime.date(2017, 6, 1) + datetime.timedelta(days=draw(st.integers(0, 3)))
    replaces = draw(st.integers(0, 7)) == 0
    return Export(
        draw(tables), retrieved, start, end, draw(subsets), draw(types), replaces=replaces
    )


# An export, or how many of the newest vintages a compaction leaves alone.
steps = st.lists(st.one_of(exports(), exports(), st.integers(0, 2)), min_size=2, max_size=5)


def check_states(storage, replay):
    known = vintages(storage, SOURCE)
    states = replay.states()
    assert [one.retrieved for one in known] == [export.retrieved for export, _ in states]
    before = {}
    for vintage, (_, state) in zip(known, states, strict=True):
        manifest = vintage.manifest
        assert state_of(vintage) == expected(state)
        assert manifest.rows == manifest.incidents == len(state)
        assert (manifest.added, manifest.changed, manifest.withdrawn) == changes(before, state)
        occurring = [name for row in state.values() for name in {*row.side_a, *row.side_b}]
        assert vintage.labels == {name: occurring.count(name) for name in set(occurring)}
        before = state


def files(folder):
    return {one: one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@settings(max_examples=25)
@given(steps)
def test_states_equal_a_replay_whatever_is_imported_and_compacted(taken):
    with tempfile.TemporaryDirectory() as name:
        folder, replay = Path(name), Replay()
        storage = LocalStorage(folder / "store")
        for step in taken:
            if isinstance(step, int):
                compact(storage, SOURCE, keep=step)
                continue
            result = bring(storage, step, folder)
            assert result.added == replay.add(step), result.problems
        check_states(storage, replay)
        if replay.exports:
            before = files(folder / "store")
            newest = {one.retrieved: one for one in replay.exports}
            for one in newest.values():
                assert not bring(storage, one, folder).added
            assert files(folder / "store") == before


@settings(max_examples=10)
@given(st.lists(exports(), min_size=2, max_size=3), st.data())
def test_any_two_vintages_differ_as_their_sets_do(taken, data):
    with tempfile.TemporaryDirectory() as name:
        folder, replay = Path(name), Replay()
        storage = LocalStorage(folder / "store")
        for one in taken:
            bring(storage, one, folder)
            replay.add(one)
        known, states = vintages(storage, SOURCE), replay.states()
        if not known:
            return
        at = data.draw(st.tuples(*[st.integers(0, len(known) - 1)] * 2))
        found = compare_vintages(*(known[one] for one in at))
        former, later = (states[one][1] for one in at)
        assert (found.added, found.changed, found.withdrawn) == changes(former, later)
        listed = {(one.change, one.event_id) for one in found.listed}
        assert {name for what, name in listed if what == "added"} == later.keys() - former.keys()
        assert {name for what, name in listed if what == "withdrawn"} == (
            former.keys() - later.keys()
        )


ROW = Made(datetime.date(2017, 1, 15), side_a=("A", "B"), side_b=("C",), deaths=None)
EXPORT = Export({"E1": ROW}, datetime.date(2017, 6, 1), FIRST, FIRST + datetime.timedelta(days=58))


@pytest.mark.parametrize(
    "revised",
    [
        {"side_a": ("A",), "side_b": ("B", "C")},
        {"side_a": ("B", "A")},
        {"side_a": (), "side_b": ("A", "B", "C")},
        {"side_a": ("A", "B", "C"), "side_b": ()},
        {"deaths": 0},
        {"precision": 2},
        {"admin1": "Kidal"},
        {"type": "Remote violence"},
        {"country": "Niger"},
    ],
)
def test_whatever_is_revised_is_seen(tmp_path, revised):
    storage = LocalStorage(tmp_path / "store")
    bring(storage, EXPORT, tmp_path)
    again = {"E1": replace(ROW, **revised)}
    later = datetime.date(2017, 6, 2)
    bring(storage, replace(EXPORT, rows=again, retrieved=later), tmp_path)
    former, newest = vintages(storage, SOURCE)
    assert (newest.manifest.added, newest.manifest.changed) == (0, 1)
    assert state_of(newest) == expected(again)
    assert state_of(former) == expected({"E1": ROW})
    assert compare_vintages(former, newest).changed == 1
