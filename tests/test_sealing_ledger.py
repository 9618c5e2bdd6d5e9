"""The ledger: a chain that shows every edit, appended whole by one process at a time."""

import datetime
import hashlib
import json
import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import write
from forecast_bench.sealing import LEDGER, read_ledger, seal
from forecast_bench.sealing.ledger import parse_ledger
from forecast_bench.workspace import load_workspace

NOW = datetime.datetime(2018, 1, 2, 9, 0, tzinfo=datetime.UTC)
HEAD = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
questions:
  q: {by_hand: {asks: a, settled_by: b}, within: 6 months}
judgments:
"""


def file(*names: str) -> str:
    return HEAD + "".join(
        f"  - {{id: {one}, statement: s {one}, probability: 0.3, question: q}}\n" for one in names
    )


@pytest.fixture
def team(tmp_path) -> Path:
    return write(tmp_path / "team", {"judgments/a.yaml": file("one", "two", "three")})


def sealed(folder: Path, *identifiers: str):
    return seal(load_workspace(folder), identifiers, now=NOW)


def test_one_link_by_hand(team):
    """With hashlib and json alone, from docs/reference/seals.md."""
    sealed(team)

    def digest(value) -> str:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    fields = {
        "statement": "s two",
        "probability": {"number": "0.3"},
        "analyst": ["r.lee"],
        "issued": "2017-12-31",
        "question.by_hand": {"asks": "a", "settled_by": "b"},
        "question.within": "6 months",
    }
    first, second, _ = (team / LEDGER).read_text().splitlines()
    link = {
        "seal": 1,
        "kind": "judgment",
        "number": 2,
        "previous": [json.loads(first)["hash"]],
        "sealed": "2018-01-02T09:00:00Z",
        "judgment": "two",
        "file": "judgments/a.yaml",
        "question": "q",
        "digest": digest({"seal": 1, "kind": "judgment", "fields": fields}),
        "fields": {
            name: digest({"seal": 1, "field": name, "value": value})
            for name, value in fields.items()
        },
    }
    link["hash"] = digest(link)
    assert json.loads(second) == link
    assert second == json.dumps(link, sort_keys=True, separators=(",", ":"))


def test_sealing_again_adds_only_what_is_new(team):
    first = sealed(team, "two")
    assert ([one["judgment"] for one in first.sealed], first.already) == (["two"], 0)
    second = sealed(team)
    assert ([one["judgment"] for one in second.sealed], second.already) == (["one", "three"], 1)
    content = (team / LEDGER).read_bytes()
    third = sealed(team)
    assert (third.sealed, third.already, third.heads) == ((), 3, second.heads)
    assert (team / LEDGER).read_bytes() == content
    ledger = read_ledger(team)
    assert (ledger.problems, ledger.heads, ledger.number) == ((), second.heads, 3)


def lines_of(team: Path) -> list[bytes]:
    sealed(team)
    return (team / LEDGER).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda a, b, c: [a, b.replace(b'"two"', b'"2wo"'), c], [(2, "seal 2 was edited")]),
        (lambda a, _, c: [a, c], [(2, "seal 3 follows")]),
        (lambda _, b, c: [b, c], [(1, "seal 2 follows")]),
        (lambda a, b, c: [a, c, b], [(2, "seal 3 follows"), (3, "seal 2 stands here a second")]),
        (lambda a, b, c: [a, b, b, c], [(3, "seal 2 stands here a second")]),
        (lambda a, b, c: [a, b"nothing\n", b, c], [(2, "this line is not JSON")]),
        (lambda a, b, c: [a, b"\xff\n", b, c], [(2, "this line is not JSON")]),
        (lambda a, b, c: [a, b"[1]\n", b, c], [(2, "this line is not a seal")]),
        (lambda a, b, c: [a, b'{"seal":1}\n', b, c], [(2, "this line does not have the keys")]),
        (lambda a, b, c: [a, b"<<<<<<< HEAD\n", b, c], [(2, "this is a mark of a merge")]),
        (lambda a, b, c: [a, b'{"seal":2}\n', b, c], [(2, "the line has format 2")]),
        # The same values in other spaces are an edit too: a line has one form.
        (lambda a, b, c: [a.replace(b",", b", "), b, c], [(1, "seal 1 was edited")]),
        (lambda a, b, c: [a, b, c[: len(c) // 2]], [(3, "the last line was not written")]),
    ],
)
def test_a_ledger_that_was_touched_says_where(team, change, told):
    found = parse_ledger(b"".join(change(*lines_of(team))))
    said = [(one.location.line, one.message) for one in found.problems]
    assert [line for line, _ in said] == [line for line, _ in told]
    for (_, message), (_, start) in zip(said, told, strict=True):
        assert message.startswith(start)


def test_other_line_ends_and_a_lost_last_one_are_no_edit(team):
    lines = lines_of(team)
    for content in (b"\r\n".join(one.rstrip() for one in lines) + b"\r\n", b"".join(lines)[:-1]):
        assert parse_ledger(content).problems == ()
        assert parse_ledger(content).number == 3


def test_a_number_that_does_not_count_on_is_told(team):
    lines = [json.loads(one) for one in lines_of(team)]
    last = {**lines[2], "number": 7}
    del last["hash"]
    text = json.dumps(last, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    last["hash"] = hashlib.sha256(text.encode()).hexdigest()
    lines[2] = last
    content = "".join(
        json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        for one in lines
    )
    (fault,) = parse_ledger(content.encode()).problems
    assert (fault.location.line, fault.message) == (
        3,
        "the line has the number 7, and comes after 2",
    )


@given(st.binary(max_size=300))
def test_no_content_stops_the_reader(content):
    parse_ledger(content)


@given(data=st.data())
def test_every_changed_byte_shows(data):
    content = _THREE
    at = data.draw(st.integers(0, len(content) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != content[at]))
    changed = content[:at] + bytes([byte]) + content[at + 1 :]
    assert parse_ledger(changed).problems


def _three_lines() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), {"judgments/a.yaml": file("one", "two", "three")})
        sealed(folder)
        return (folder / LEDGER).read_bytes()


_THREE = _three_lines()


def test_nothing_is_added_to_a_broken_ledger(team):
    content = b"".join(lines_of(team)).replace(b"09:00", b"08:00")
    write(team, {LEDGER: content, "judgments/b.yaml": file("four").replace("  q:", "  p:")})
    result = sealed(team)
    assert (result.sealed, len(result.problems)) == ((), 3)
    assert (team / LEDGER).read_bytes() == content


def test_a_torn_last_line_is_mended_and_a_whole_one_kept(team):
    a, b, c = lines_of(team)
    (team / LEDGER).write_bytes(a + b + c[:200])
    result = sealed(team)
    assert [one["judgment"] for one in result.sealed] == ["three"]
    assert (team / LEDGER).read_bytes() == a + b + c
    (team / LEDGER).write_bytes((a + b + c)[:-1])
    assert sealed(team).sealed == ()
    write(team, {"judgments/b.yaml": file("four").replace("  q:", "  p:").replace("n: q", "n: p")})
    assert len(sealed(team).sealed) == 1
    assert (team / LEDGER).read_bytes().startswith(a + b + c)
    assert read_ledger(team).problems == ()


def _seal_some(folder: str, name: str) -> None:
    seal(load_workspace(Path(folder)), [name], now=NOW, wait_seconds=60)


def test_processes_at_once_make_one_chain(tmp_path):
    names = [f"j{number}" for number in range(8)]
    team = write(tmp_path, {"judgments/a.yaml": file(*names)})
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        pool.starmap(_seal_some, [(str(team), name) for name in names])
    ledger = read_ledger(team)
    assert (ledger.problems, len(ledger.heads), ledger.number) == ((), 1, 8)
    assert {one.entry.judgment for one in ledger.lines} == set(names)


_LOOP = """
import datetime, sys
from pathlib import Path
from forecast_bench.sealing import seal
from forecast_bench.workspace import load_workspace
read = load_workspace(Path(sys.argv[1]))
print("ready", flush=True)
for one in read.judgments:
    seal(read, [one.id], now=datetime.datetime.now(tz=datetime.UTC))
"""


def ledger_size(team):
    path = team / LEDGER
    return path.stat().st_size if path.exists() else 0


def test_a_kill_at_any_point_leaves_a_whole_ledger(tmp_path):
    names = [f"j{number}" for number in range(400)]
    team = write(tmp_path, {"judgments/a.yaml": file(*names)})
    for round_number in range(4):
        command = [sys.executable, "-c", _LOOP, str(team)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            before = ledger_size(team)
            while ledger_size(team) == before and process.poll() is None:
                time.sleep(0.001)
            time.sleep(0.01 * round_number)
            process.kill()
        assert read_ledger(team).problems == ()
        assert ledger_size(team) > before
    # The lock of the killed process holds nobody up, and the rest is sealed.
    sealed(team)
    ledger = read_ledger(team)
    assert (ledger.problems, len(ledger.lines), len(ledger.heads)) == ((), 400, 1)


def test_a_ledger_that_cannot_be_written_stays(team, monkeypatch):
    content = b"".join(lines_of(team)[:2])
    (team / LEDGER).write_bytes(content)

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        sealed(team)
    assert (team / LEDGER).read_bytes() == content
    assert sorted(one.name for one in team.iterdir()) == [".forecast-bench", "judgments", LEDGER]
