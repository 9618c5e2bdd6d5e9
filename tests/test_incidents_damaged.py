"""A store of which something is damaged or gone: every command says what, and loses nothing."""

import random
from types import SimpleNamespace

import pytest
from filelock import FileLock

from forecast_bench.cli import main
from forecast_bench.incidents import IncidentStoreError, LocalStorage, storage, vintages
from incident_killed import SEED
from incident_replay import SOURCE, write_acled
from test_incidents_bitemporal import ROW

DESCRIPTION = """\
source: made
title: Made up
kind: acled
settlement: 14 days
licence: none
attribution: nobody
coverage:
  countries: {Mali: [Gao]}
  types: [protest]
"""
COUNT = ("count", "--from", "2017-01-10", "--to", "2017-01-20")
IMPORT = ("import", "again.csv", "--source", "made", "--retrieved")
COMMANDS = {
    "count": COUNT,
    "diff": ("diff", "2018-06-01", "2018-06-02"),
    "compact": ("compact",),
    "import": (*IMPORT, "2018-06-03"),
    "import before": (*IMPORT, "2018-05-31"),
    "status": ("status",),
    "labels": ("labels",),
}


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    (tmp_path / "judgments").mkdir()
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents/made.yaml").write_text(DESCRIPTION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(workspace, capsys):
    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["incidents", *words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return SimpleNamespace(status=left.value.code or 0, out=said.out, err=said.err)

    return run


@pytest.fixture
def store(workspace, run):
    """Two vintages, and a file that would be a third one."""
    for day, deaths in ((1, 0), (2, 1), (3, 2)):
        row = type(ROW)(ROW.day, deaths=deaths)
        write_acled(workspace / "again.csv", {"E1": row, f"E{day + 1}": row})
        if day < 3:
            assert run(*IMPORT, f"2018-06-0{day}").status == 0
    return workspace / ".forecast-bench/incidents"


def contents(folder):
    found = (one for one in folder.rglob("*") if one.is_file() and one.name != ".lock")
    return {one: one.read_bytes() for one in found}


def test_a_flipped_bit_of_the_catalogue_is_never_read_over(store):
    path = store / SOURCE / "catalogue.json"
    whole = path.read_bytes()
    rng = random.Random(SEED)
    for _ in range(400):
        broken = bytearray(whole)
        broken[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(broken)
        with pytest.raises(IncidentStoreError, match=r"made/catalogue\.json"):
            vintages(LocalStorage(store), SOURCE)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("damage", ["flipped", "cut", "empty"])
def test_every_command_names_a_damaged_catalogue(store, run, command, damage):
    path = store / SOURCE / "catalogue.json"
    whole = path.read_text()
    path.write_text(
        {"flipped": whole.replace('"added": 1', '"added": 3', 1), "cut": whole[:200], "empty": ""}[
            damage
        ]
    )
    before = contents(store)
    done = run(*COMMANDS[command])
    assert done.status == 4
    assert "made/catalogue.json" in done.err
    assert "[incident-store]" in done.err
    assert contents(store) == before
    path.write_text(whole)
    assert "E" not in run(*COUNT).err
    assert run(*COUNT).out.startswith("2 incidents")


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in ("status", "labels")])
@pytest.mark.parametrize("damage", ["gone", "cut", "a folder"])
def test_every_command_names_a_data_file_that_is_gone(workspace, store, run, command, damage):
    (_, newest) = vintages(LocalStorage(store), SOURCE)
    path = newest.state.rows[0]
    whole = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(whole[:-1])
    if damage == "a folder":
        path.mkdir()
    before = contents(store)
    if command == "diff":
        (workspace / "judgments/none.yaml").write_text("")
    done = run(*COMMANDS[command])
    assert done.status == 4
    assert path.relative_to(store).as_posix() in done.err
    assert "[incident-store]" in done.err
    # An import that had begun may leave files that nothing names, for the next one to sweep.
    assert before.items() <= contents(store).items()
    if path.is_dir():
        path.rmdir()
    path.write_bytes(whole)
    assert run(*COUNT).out.startswith("2 incidents")


@pytest.mark.parametrize("from_end", [4, 100, 600, "pages"])
def test_a_data_file_that_cannot_be_decoded_is_named(store, run, from_end):
    (_, newest) = vintages(LocalStorage(store), SOURCE)
    for path in newest.state.rows:
        content = bytearray(path.read_bytes())
        if from_end == "pages":
            content[4 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4)
        else:
            content[-from_end:] = b"\xff" * from_end
        path.write_bytes(content)
    before = contents(store)
    for command in (COUNT, COMMANDS["compact"], COMMANDS["import"]):
        done = run(*command)
        assert done.status == 4
        assert "[incident-store]" in done.err
    assert before.items() <= contents(store).items()


def test_labels_that_are_gone_are_named(store, run):
    (_, newest) = vintages(LocalStorage(store), SOURCE)
    (store / newest.manifest.labels_file).unlink()
    done = run("labels")
    assert done.status == 4
    assert newest.manifest.labels_file in done.err


def test_a_source_that_the_store_has_not_is_a_mistake_of_usage(store, run):
    for command in ("labels", "compact"):
        done = run(command, "--source", "mode")
        assert done.status == 2
        assert 'the store has no source "mode"; it has made' in " ".join(done.err.split())
        assert run(command, "--source", "made").status == 0


def test_who_finds_the_source_locked_says_so(store, run, monkeypatch):
    monkeypatch.setattr(storage, "LOCK_SECONDS", 0.01)
    before = contents(store)
    with FileLock(store / SOURCE / ".lock"):
        done = run(*COMMANDS["import"])
        assert done.status == 4
        assert "another import of made is running" in done.err
        done = run("compact")
        assert (done.status, done.err) == (
            3,
            "another import of made is running; compact it later\n",
        )
        # What is there already needs no lock, nor does reading.
        assert run(*COUNT).status == 0
    assert contents(store) == before
    assert run(*COMMANDS["import"]).status == 0
