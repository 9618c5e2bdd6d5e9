"""Migration of former stores: as before in every answer, backed up, and finished where stopped."""

import datetime
import hashlib
import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from first_case import small_case
from forecast_bench.incidents import IncidentStoreError, LocalStorage, open_storage
from forecast_bench.incidents.former import former_files, former_format, former_sources
from forecast_bench.job.backing_up import back_up, backups_folder, restoring
from forecast_bench.job.integrity import verify
from forecast_bench.job.ledger import read_ledger
from forecast_bench.job.lock import job_lock
from forecast_bench.job.migrating import migrate, plan_migration
from former_workspaces import (
    FORMATS,
    FORMER_STORES,
    answered,
    answers_of,
    former_workspace,
    tree,
    with_store,
)

NOW = datetime.datetime(2026, 12, 1, 3, 0, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(hours=1)


def store_of(workspace):
    return LocalStorage(workspace / ".forecast-bench" / "incidents")


def files_of(workspace):
    """Hashes of the files that a former store consists of, without what its imports left over."""
    storage = store_of(workspace)
    named = former_files(storage, "made") | former_files(storage, "second")
    return {name: value for name, value in tree(storage.root).items() if name in named}


def small_store(folder, name):
    """A workspace with the smaller source of a fixture alone."""
    workspace = with_store(small_case(folder), name)
    shutil.rmtree(workspace / ".forecast-bench" / "incidents" / "made")
    return workspace


@pytest.mark.parametrize("name", FORMER_STORES)
def test_a_migrated_store_answers_as_the_program_that_made_it(name, tmp_path):
    workspace = former_workspace(tmp_path, store=name)
    before, storage = verify(workspace), store_of(workspace)
    written = former_sources(storage)["made"]
    made = migrate(workspace, storage, now=NOW)
    assert [(one.source, one.found, one.becomes) for one in made.plan.steps] == [
        ("made", written, "2"),
        ("second", written, "2"),
    ]
    assert former_sources(storage) == {}
    assert answered(storage) == answers_of(name)
    after = verify(workspace)
    assert (after.faults, after.notes) == (before.faults, before.notes)
    line = read_ledger(workspace)[-1]
    assert line.fault == ""
    assert (line.entry["ending"], line.entry["at"]) == ("migrated", "2026-12-01T03:00:00+00:00")
    assert line.entry["migrated"] == [
        {"what": "store", "source": source, "from": written, "to": "2"}
        for source in ("made", "second")
    ]
    assert line.entry["backup"] == made.backup.name == "20261201T030000Z"


def test_nothing_of_the_former_format_is_left(tmp_path):
    workspace = former_workspace(tmp_path)
    migrate(workspace, store_of(workspace), now=NOW)
    root = workspace / ".forecast-bench" / "incidents"
    assert sorted(one.name for one in (root / "made").iterdir()) == [
        ".lock",
        "catalogue.json",
        "data",
    ]
    catalogue = json.loads((root / "made" / "catalogue.json").read_text())
    named = {one["name"] for one in catalogue["files"]}
    named |= {f"made/data/{one['folder']}/labels.json" for one in catalogue["vintages"]}
    found = {one.relative_to(root).as_posix() for one in (root / "made" / "data").rglob("*.*")}
    assert found == named


@pytest.mark.parametrize("name", FORMER_STORES)
def test_a_dry_run_writes_nothing(name, tmp_path, command):
    workspace = former_workspace(tmp_path, store=name)
    before = tree(workspace)
    status, out, err = command("migrate", "--dry-run", "--workspace", workspace)
    written = "1" if name == "store-1" else "2 without sums"
    assert (status, err) == (0, "")
    assert out.splitlines()[:4] == [
        f"would migrate the store of made from format {written} to 2",
        f"would migrate the store of second from format {written} to 2",
        "read as they are: 1 run from before files were hashed; runs verify cannot vouch for what "
        "they hold",
        "read as they are: 2 lines of the ledger without a hash; the next binds them",
    ]
    assert tree(workspace) == before


def test_a_map_in_force_of_a_former_format_is_told_with_how_to_go_on(tmp_path):
    workspace = former_workspace(tmp_path)
    in_force, other = plan_migration(workspace, store_of(workspace)).not_migrated
    assert in_force.startswith("map 2ca1de07cb9c (models/recalibrations/2ca1de07cb9c.json) is of")
    assert (
        "recalibrate fails while it is: take it out with forecast-bench recalibration" in in_force
    )
    assert other.endswith("cannot be worked out again from what it keeps")


def test_migrating_again_writes_nothing(tmp_path, command):
    workspace = former_workspace(tmp_path)
    migrate(workspace, store_of(workspace), now=NOW)
    before = tree(workspace)
    status, out, _ = command("migrate", "--workspace", workspace)
    assert (status, out.splitlines()[-1]) == (0, "nothing to migrate for forecast-bench 0.1.0")
    assert tree(workspace) == before


def test_a_workspace_without_anything_has_nothing_to_migrate(tmp_path, command):
    workspace = small_case(tmp_path)
    before = tree(workspace)
    status, out, _ = command("migrate", "--workspace", workspace)
    assert (status, out) == (0, "nothing to migrate for forecast-bench 0.1.0\n")
    assert tree(workspace) == before


@pytest.mark.parametrize("name", ["store-1", "store-2-without-sums"])
def test_the_command_that_is_printed_goes_back(name, tmp_path, command):
    workspace = former_workspace(tmp_path / "it's here", store=name)
    incidents = workspace / ".forecast-bench" / "incidents"
    before = files_of(workspace)
    status, out, _ = command("migrate", "--workspace", workspace)
    line = out.splitlines()[-1]
    assert (status, line.startswith("  to go back: rm -rf ")) == (0, True)
    assert tree(incidents) != before
    subprocess.run(["sh", "-c", line.removeprefix("  to go back: ")], check=True)
    assert tree(incidents) == before
    again = migrate(workspace, store_of(workspace), now=LATER)
    assert len(again.plan.steps) == 2
    assert former_sources(store_of(workspace)) == {}


def test_the_backup_has_the_hash_of_every_file(tmp_path):
    workspace = former_workspace(tmp_path)
    before = files_of(workspace)
    made = migrate(workspace, store_of(workspace), now=NOW)
    told = json.loads((made.backup / "hashes.json").read_text())
    assert told["format"] == 1
    assert told["files"] == {f"incidents/{name}": sha256 for name, sha256 in before.items()}
    for name, sha256 in told["files"].items():
        assert hashlib.sha256((made.backup / name).read_bytes()).hexdigest() == sha256


def test_without_a_backup_there_is_none(tmp_path, command):
    workspace = small_store(tmp_path, "store-1")
    status, out, _ = command("migrate", "--no-backup", "--workspace", workspace, "--format", "json")
    found = json.loads(out)
    assert (status, found["backup"], found["restore"]) == (0, None, None)
    assert not backups_folder(workspace).exists()
    assert read_ledger(workspace)[-1].entry["backup"] is None


class Killed(BaseException):
    """Raised in the place of a signal."""


def killed_at(number):
    """Give what raises after so many steps, and the steps until then."""
    steps = []

    def done(step):
        steps.append(step)
        if len(steps) == number:
            raise Killed

    return done, steps


@pytest.mark.parametrize("name", ["store-1", "store-2-without-sums"])
def test_stopped_at_any_step_it_is_whole_and_ends_the_same(name, tmp_path):
    expected = small_store(tmp_path / "expected", name)
    done, steps = killed_at(0)
    migrate(expected, store_of(expected), now=NOW, done=done)
    assert {"copied", "hashed", "backed up", "begun", "cleared", "vintage", "catalogue"} < set(
        steps
    )
    assert steps[-3:] == ["swept", "entered", "ended"]
    ends = tree(expected / ".forecast-bench")
    for number in range(1, len(steps) + 1):
        workspace = small_store(tmp_path / str(number), name)
        storage = store_of(workspace)
        done, told = killed_at(number)
        with pytest.raises(Killed):
            migrate(workspace, storage, now=NOW, done=done)
        switched = "catalogue" in told
        assert (former_format(storage, "second") is None) is switched, told
        if told[-1] != "ended":
            plan = plan_migration(workspace, storage)
            assert [one.source for one in plan.steps] == ["second"]
            assert (plan.unfinished is not None) == ("begun" in told)
        # What is left of the first backup counts where it was whole, else another is made.
        migrate(workspace, storage, now=NOW if "backed up" not in told else LATER)
        assert differing(tree(workspace / ".forecast-bench"), ends, told) == {}


def differing(found, expected, told):
    """What differs; killed between the backup and the journal, a second backup is there."""
    if told[-1] == "backed up":
        found = {name: value for name, value in found.items() if "backups/" not in name}
        expected = {name: value for name, value in expected.items() if "backups/" not in name}
        found.pop("ledger.jsonl"), expected.pop("ledger.jsonl")
    return {
        name: (found.get(name), expected.get(name))
        for name in found.keys() | expected.keys()
        if found.get(name) != expected.get(name)
    }


def test_a_killed_process_leaves_nothing_in_the_way(tmp_path):
    expected, workspace = (small_store(tmp_path / name, "store-1") for name in "ab")
    migrate(expected, store_of(expected), now=NOW)
    source = workspace / ".forecast-bench" / "incidents" / "second"
    (source / "data" / "half-migrated").mkdir(parents=True)
    (source / "data" / "half-migrated" / "labels.json").write_text("{")
    (source / ".importing-x").mkdir()
    (source / ".importing-x" / "rows.parquet").write_text("half")
    half = backups_folder(workspace) / ".aside-20261130T030000Z"
    (half / "incidents").mkdir(parents=True)
    gone = 2**22 + 1  # no process has such a number
    (workspace / ".forecast-bench" / f".migrating.json.{gone}.x_1.part").write_text("{")
    migrate(workspace, store_of(workspace), now=NOW)
    assert tree(workspace / ".forecast-bench") == tree(expected / ".forecast-bench")


def test_a_source_that_was_removed_meanwhile_is_passed_over(tmp_path):
    workspace = former_workspace(tmp_path)
    storage = store_of(workspace)
    done, _ = killed_at(19)
    with pytest.raises(Killed):
        migrate(workspace, storage, now=NOW, done=done)
    shutil.rmtree(workspace / ".forecast-bench" / "incidents" / "second")
    migrate(workspace, storage, now=LATER)
    assert [one["source"] for one in read_ledger(workspace)[-1].entry["migrated"]] == ["made"]


@pytest.mark.parametrize("file", ["manifest.json", "incidents.parquet"])
@pytest.mark.parametrize("how", ["gone", "cut", "other"])
def test_a_damaged_former_store_stays_as_it_is(file, how, tmp_path, command):
    workspace = small_store(tmp_path, "store-1")
    incidents = workspace / ".forecast-bench" / "incidents"
    (path,) = incidents.rglob(file)
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        (other,) = (FORMATS / "store-1" / "incidents" / "made").glob(f"2018-06-30-38*/{file}")
        shutil.copy(other, path)
        if file == "manifest.json":
            path.write_text(path.read_text().replace('"rows": 6', '"rows": 7'))
    before = tree(incidents)
    status, _, err = command("migrate", "--workspace", workspace)
    assert (status, "[incident-store]" in err, "Traceback" in err) == (4, True, False), err
    assert "second" in err
    assert tree(incidents) == before


def test_a_job_that_runs_is_waited_for_in_vain(tmp_path, command):
    workspace = small_store(tmp_path, "store-1")
    before = tree(workspace)
    # A lock is of a thread, as of a process.
    with ThreadPoolExecutor(1) as other, job_lock(workspace):
        status, _, err = other.submit(command, "migrate", "--workspace", workspace).result()
    assert status == 3
    assert re.fullmatch(r"another job runs: process \d+ .*; nothing was migrated\n", err)
    assert tree(workspace) == before


def test_a_damaged_journal_says_what_to_do(tmp_path):
    workspace = small_store(tmp_path, "store-1")
    (workspace / ".forecast-bench" / "migrating.json").write_text("{")
    with pytest.raises(IncidentStoreError, match=r"migrating\.json is damaged: remove it"):
        migrate(workspace, store_of(workspace), now=NOW)


def test_a_store_elsewhere_is_migrated_and_copied_here(tmp_path):
    workspace = small_case(tmp_path / "w")
    (workspace / ".forecast-bench").mkdir()
    storage = open_storage("memory://former", otherwise=tmp_path, cache=tmp_path / "cache")
    source = FORMATS / "store-2-without-sums" / "incidents"
    files = [one for one in source.rglob("*") if one.is_file()]
    for file in files:
        storage.put(file, file.relative_to(source).as_posix())
    named = former_files(storage, "made") | former_files(storage, "second")
    made = migrate(workspace, storage, now=NOW)
    assert answered(storage) == answers_of("store-2-without-sums")
    assert set(tree(made.backup / "incidents")) == named
    copied = tree(made.backup / "incidents")
    assert copied == {name: value for name, value in tree(source).items() if name in named}
    said = restoring(made.backup, storage, ["made", "second"])
    assert said.startswith("remove made, second below memory://former and copy ")


def test_a_copy_that_is_not_what_was_copied_ends_it(tmp_path, monkeypatch):
    workspace = small_store(tmp_path, "store-1")
    before = tree(workspace)

    def spoiled(path, content):
        path.write_bytes(content[1:])

    monkeypatch.setattr("forecast_bench.job.backing_up.replace_file", spoiled)
    with pytest.raises(IncidentStoreError, match="is not what was copied; nothing was changed"):
        back_up(workspace, store_of(workspace), ["second"], name="b", done=lambda _: None)
    assert {name for name in tree(workspace) if "backups" not in name} == set(before)
