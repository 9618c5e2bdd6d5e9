"""Blind rounds: commitments hide and bind, and are opened whole or not at all."""

import datetime
import hashlib
import json
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import write
from forecast_bench.sealing import (
    LEDGER,
    BlindError,
    blind,
    commit,
    read_ledger,
    reveal,
    seal,
    sealed_record,
)
from forecast_bench.sealing.canonical import canonical_json
from forecast_bench.sealing.ledger import chained
from forecast_bench.sealing.rounds import commitment_digest
from forecast_bench.workspace import load_workspace

NOW = datetime.datetime(2018, 1, 2, 9, 0, tzinfo=datetime.UTC)
DRAFT = """\
report: {id: ID, title: A blind round}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
judgments:
  - id: ID
    statement: It is likely that the post will be given up.
    probability: likely
    question: {by_hand: {asks: a, settled_by: b}, within: 6 months}
"""
NAME = "judgments/.lee.yaml"


@pytest.fixture
def team(tmp_path) -> Path:
    return write(tmp_path / "team", {NAME: DRAFT.replace("ID", "given-up")})


def committed(folder: Path, name: str = NAME, round_name: str = "winter"):
    draft = folder / name
    return commit(load_workspace(folder, also=[draft]), draft, round_name, now=NOW)


def revealed(folder: Path, name: str = NAME, round_name: str = "winter"):
    draft = folder / name
    return reveal(load_workspace(folder, also=[draft]), draft, round_name, now=NOW)


def told(folder: Path) -> list[tuple[str, str]]:
    return [(one.identifier, one.message) for one in sealed_record(load_workspace(folder))]


def test_a_commitment_tells_nothing_but_the_round(team):
    (line,) = committed(team).sealed
    assert set(line) == {"seal", "kind", "number", "previous", "sealed", "digest", "hash", "round"}
    written = (team / LEDGER).read_text()
    nonce = json.loads((team / ".blind" / "winter.json").read_text())["nonces"]["given-up"]["nonce"]
    for secret in ("given-up", "likely", "lee", nonce):
        assert secret not in written
    assert told(team) == [
        ("not-revealed", '1 commitment of round "winter" is not revealed'),
    ]


def test_the_nonce_is_kept_for_its_owner_and_out_of_git(team):
    subprocess.run(["git", "init", "-q"], cwd=team, check=True)
    committed(team)
    path = team / ".blind" / "winter.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    seen = subprocess.run(
        ["git", "status", "--short", "-uall"], cwd=team, capture_output=True, text=True, check=True
    )
    assert ".blind" not in seen.stdout
    assert LEDGER in seen.stdout


def test_a_commitment_by_hand(team):
    (line,) = committed(team).sealed
    kept = json.loads((team / ".blind" / "winter.json").read_text())["nonces"]["given-up"]
    assert len(bytes.fromhex(kept["nonce"])) == 32
    edges = ["approximate", "approximate"]
    opening = {
        "seal": 1,
        "kind": "commitment",
        "round": "winter",
        "nonce": kept["nonce"],
        "judgment": "given-up",
        "fields": {
            "statement": "It is likely that the post will be given up.",
            "probability": {"phrase": "likely"},
            "analyst": ["r.lee"],
            "issued": "2017-12-31",
            "lexicon": "uk-phia@2018",
            "band": {"phrase": "likely", "low": "0.55", "high": "0.75", "edges": edges},
            "question.by_hand": {"asks": "a", "settled_by": "b"},
            "question.within": "6 months",
        },
    }
    text = json.dumps(opening, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert line["digest"] == hashlib.sha256(text.encode()).hexdigest()


def test_identical_judgments_have_other_digests(team):
    write(team, {"judgments/.other.yaml": DRAFT.replace("ID", "given-up-too")})
    digests = {
        committed(team, name).sealed[0]["digest"] for name in (NAME, "judgments/.other.yaml")
    }
    assert len(digests) == 2
    again = [
        commitment_digest(
            round_name="r", identifier="one", nonce=blind.new_nonce(), fields={"statement": "s"}
        )
        for _ in range(2)
    ]
    assert again[0] != again[1]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_commitment_binds(first, second):
    made = [
        commitment_digest(
            round_name="r", identifier="i", nonce="ab" * 32, fields={"statement": one}
        )
        for one in (first, second)
    ]
    assert (made[0] == made[1]) == (first == second)


def test_a_round_from_commitment_to_reveal(team):
    committed(team)
    again = committed(team)
    assert (again.sealed, again.already) == ((), 1)
    result, placed = revealed(team)
    (line,) = result.sealed
    assert (line["kind"], line["judgment"], line["file"]) == ("reveal", "given-up", placed_name())
    assert placed.read_bytes() == (team / NAME).read_bytes()
    assert told(team) == []
    # What was revealed is sealed: nothing is left to seal, and a change of it shows.
    assert seal(load_workspace(team), now=NOW).sealed == ()
    write(team, {placed_name(): DRAFT.replace("ID", "given-up").replace("likely", "unlikely")})
    assert [identifier for identifier, _ in told(team)] == ["altered-judgment"] * 2


def placed_name() -> str:
    return "judgments/lee.yaml"


def test_other_words_are_neither_committed_nor_revealed(team):
    committed(team)
    before = (team / LEDGER).read_bytes()
    write(team, {NAME: DRAFT.replace("ID", "given-up").replace("y: likely", "y: unlikely")})
    with pytest.raises(BlindError, match="with other words"):
        committed(team)
    with pytest.raises(BlindError, match="changed since: band, probability"):
        revealed(team)
    assert (team / LEDGER).read_bytes() == before
    assert not (team / placed_name()).exists()


def test_a_lost_nonce_is_said_to_be_lost(team):
    committed(team)
    (team / ".blind" / "winter.json").unlink()
    with pytest.raises(BlindError, match="cannot be opened by anybody"):
        revealed(team)
    assert not (team / placed_name()).exists()
    write(team, {".blind/winter.json": "{"})
    with pytest.raises(BlindError, match="damaged"):
        revealed(team)


def test_no_file_is_overwritten(team):
    committed(team)
    write(team, {placed_name(): DRAFT.replace("ID", "other")})
    before = (team / LEDGER).read_bytes()
    with pytest.raises(BlindError, match="exists and is another file"):
        revealed(team)
    assert (team / LEDGER).read_bytes() == before
    assert "other" in (team / placed_name()).read_text()


def test_a_reveal_that_cannot_be_written_leaves_nothing(team, monkeypatch):
    committed(team)
    before = (team / LEDGER).read_bytes()
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == LEDGER:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        revealed(team)
    assert not (team / placed_name()).exists()
    assert (team / LEDGER).read_bytes() == before
    monkeypatch.undo()
    revealed(team)
    assert told(team) == []


def test_a_commitment_killed_between_its_two_files_is_made_again(team, monkeypatch):
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == LEDGER:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        committed(team)
    monkeypatch.undo()
    assert read_ledger(team).lines == ()
    write(team, {NAME: DRAFT.replace("ID", "given-up").replace("y: likely", "y: unlikely")})
    assert len(committed(team).sealed) == 1
    revealed(team)
    assert told(team) == []


@pytest.mark.parametrize(
    ("name", "round_name", "message"),
    [
        ("judgments/open.yaml", "winter", "among the judgments already"),
        (NAME, "../winter", "not a name of a round"),
        ("judgments/.none.yaml", "winter", "holds no judgment"),
        ("judgments/.revised.yaml", "winter", "has revisions"),
    ],
)
def test_what_cannot_be_blind_is_refused(team, name, round_name, message):
    revision = "    revisions: [{on: 2018-02-01, probability: 0.5, because: b}]\n"
    write(
        team,
        {
            "judgments/open.yaml": DRAFT.replace("ID", "open"),
            "judgments/.revised.yaml": DRAFT.replace("ID", "revised") + revision,
            "judgments/.none.yaml": "report: {id: r, title: T}\n",
        },
    )
    with pytest.raises(BlindError, match=message):
        committed(team, name, round_name)
    assert not (team / LEDGER).exists()


def test_a_draft_in_git_is_refused(team):
    subprocess.run(["git", "init", "-q"], cwd=team, check=True)
    subprocess.run(["git", "add", NAME], cwd=team, check=True)
    with pytest.raises(BlindError, match="in git already"):
        committed(team)


def rewritten(team: Path, **changes: str) -> None:
    """Somebody who knows the format writes the last line anew, with a hash that fits."""
    lines = [json.loads(one) for one in (team / LEDGER).read_text().splitlines()]
    last = {key: value for key, value in lines[-1].items() if key != "hash"}
    previous, number = tuple(last.pop("previous")), last.pop("number")
    lines[-1] = chained({**last, **changes}, previous=previous, number=number)
    (team / LEDGER).write_bytes(b"".join(canonical_json(one) + b"\n" for one in lines))


def test_a_forged_opening_is_told(team):
    committed(team)
    revealed(team)
    rewritten(team, nonce="ab" * 32)
    assert [identifier for identifier, _ in told(team)] == ["other-than-committed"]


def test_a_reveal_of_nothing_committed_is_told(team):
    committed(team)
    revealed(team)
    rewritten(team, commitment="cd" * 32)
    assert [one for one in told(team) if "nothing above commits to it" in one[1]]
