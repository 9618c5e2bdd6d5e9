"""Runs as they were published: listed, compared, verified to the bit, and pruned on purpose."""

import datetime
import json
import random
import shutil
import sys

import pytest
from filelock import FileLock

from first_case import SMALL, small_case
from forecast_bench.job import latest_run, read_manifest, recalibrate
from forecast_bench.job.integrity import verify
from forecast_bench.job.ledger import append, ledger_file, read_ledger
from forecast_bench.job.pruning import prune
from forecast_bench.job.run_comparison import compare_runs
from forecast_bench.job.runs import run_folders

NOW = datetime.datetime(2018, 4, 1, 3, 0, tzinfo=datetime.UTC)
FLIPS = 1000


def run(folder, *, as_of, hours=0):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Three runs: a day, a later day, and that day after a judgment was revised."""
    folder = small_case(tmp_path_factory.mktemp("kept"))
    run(folder, as_of=datetime.date(2018, 3, 31))
    run(folder, as_of=datetime.date(2018, 4, 30), hours=1)
    path = folder / "judgments" / "small.yaml"
    path.write_text(SMALL.replace("probability: likely", "probability: unlikely"))
    run(folder, as_of=datetime.date(2018, 4, 30), hours=2)
    return folder


@pytest.fixture
def copy(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def test_what_was_published_is_verified(kept):
    found = verify(kept)
    assert (found.runs, found.lines, found.faults, found.notes) == (3, 3, (), ())
    assert found.files == sum(
        1 for one in run_folders(kept) for path in one.rglob("*") if path.is_file()
    )


def test_every_single_flipped_bit_is_found(kept):
    """Each of many bits, in files drawn evenly: large pictures shall not crowd out the rest."""
    chance = random.Random(20180401)
    target = run_folders(kept)[0]
    files = sorted(path for path in target.rglob("*") if path.is_file())
    missed = []
    for _ in range(FLIPS):
        path = chance.choice(files)
        before = path.read_bytes()
        at = chance.randrange(8 * len(before))
        changed = bytearray(before)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        faults = verify(kept, only=target).faults
        path.write_bytes(before)
        relative = path.relative_to(kept).as_posix()
        if [one.partition(": ")[0] for one in faults] != [relative]:
            missed.append((relative, at, faults))
    assert missed == []
    assert verify(kept).faults == ()


def test_every_flipped_bit_of_the_ledger_is_found(copy):
    chance = random.Random(7)
    path = ledger_file(copy)
    before = path.read_bytes()
    # The very last byte ends the last line; all others say something.
    for at in chance.sample(range(8 * (len(before) - 1)), 300):
        changed = bytearray(before)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)
        assert any(line.fault for line in read_ledger(copy)), at
    path.write_bytes(before)
    assert not any(line.fault for line in read_ledger(copy))


def test_a_line_that_is_taken_out_is_missed_by_the_one_below_it(copy):
    path = ledger_file(copy)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2])
    assert [line.fault for line in read_ledger(copy)] == [
        "",
        "stands under other lines than when it was written: one was changed, or is gone",
    ]


def test_a_line_cut_short_by_a_killed_job_is_told_until_the_next_job_binds_it(copy):
    path = ledger_file(copy)
    with path.open("a") as file:
        file.write('{"at": "2018-04-')
    assert [line.fault for line in read_ledger(copy)][-1] == (
        "is not whole: the job was stopped while it wrote it, or it was changed"
    )
    append(copy, {"ending": "unchanged"})
    assert [line.fault for line in read_ledger(copy)] == [""] * 5


def test_lines_from_before_lines_were_bound_are_bound_by_the_next(tmp_path):
    path = ledger_file(tmp_path)
    path.parent.mkdir()
    path.write_text('{"ending": "published", "run": "a"}\n')
    append(tmp_path, {"ending": "unchanged"})
    assert not any(line.fault for line in read_ledger(tmp_path))
    path.write_text(path.read_text().replace('"a"', '"b"'))
    assert [bool(line.fault) for line in read_ledger(tmp_path)] == [False, True]
    with path.open("a") as file:
        file.write('{"ending": "published", "run": "c"}\n')
    assert read_ledger(tmp_path)[-1].fault == "has no hash, and lines above it have"


def test_files_that_come_or_go_are_told_with_their_place(copy, command):
    first, second, third = run_folders(copy)
    (first / "judgments.parquet").unlink()
    (second / "planted.txt").write_text("trust me")
    (third / "manifest.json").write_text("[]")
    shutil.rmtree(second / "review" / "numbers")
    code, said, _ = command("runs", "verify", "--workspace", copy)
    assert code == 1
    runs = ".forecast-bench/runs"
    assert f"fault: {runs}/{first.name}/judgments.parquet: is gone" in said
    assert f"fault: {runs}/{second.name}/planted.txt: is no part of the run" in said
    assert f"fault: {runs}/{second.name}/review/numbers/judgments.csv: is gone" in said
    assert f"fault: {runs}/{third.name}/manifest.json: was changed after it was published" in said


def test_a_run_that_is_gone_is_missed(copy):
    first = run_folders(copy)[0]
    shutil.rmtree(first)
    assert verify(copy).faults == (f".forecast-bench/runs/{first.name}: is gone",)


def test_a_run_without_a_line_in_the_ledger_is_told(copy):
    path = ledger_file(copy)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    newest = run_folders(copy)[-1]
    found = verify(copy)
    assert found.faults == ()
    assert found.notes == (
        f".forecast-bench/runs/{newest.name}: the ledger has no hash of its manifest; the next "
        "job with the same inputs enters it",
    )
    run(copy, as_of=datetime.date(2018, 4, 30), hours=3)
    assert verify(copy).notes == ()


def test_the_ledger_tells_what_a_run_was_made_of(kept):
    entry = read_ledger(kept)[0].entry
    manifest = read_manifest(run_folders(kept)[0])
    assert entry["fingerprint"] == manifest["fingerprint"]
    assert entry["states"] == {"open": 2}
    assert entry["vintages"] == {"acled": manifest["sources"][0]["vintage"]}
    assert entry["peak_mib"] > 50
    assert set(entry["stages"]) == {one["stage"] for one in manifest["stages"]}
    assert entry["inputs"] == len(manifest["inputs"])


def test_a_ledger_that_cannot_be_read_is_a_fault(copy, command):
    path = ledger_file(copy)
    path.unlink()
    path.mkdir()
    code, said, _ = command("runs", "verify", "--workspace", copy)
    assert code == 1
    assert said.splitlines()[0] == (
        "fault: .forecast-bench/ledger.jsonl: cannot be read: Is a directory"
    )


def test_a_file_that_cannot_be_read_is_a_fault(copy, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied", str(run_folders(copy)[0] / "cells.parquet"))

    monkeypatch.setattr("forecast_bench.job.integrity.file_hashes", refused)
    assert verify(copy, only=run_folders(copy)[0]).faults == (
        f".forecast-bench/runs/{run_folders(copy)[0].name}/cells.parquet: "
        "cannot be read: Permission denied",
    )


@pytest.mark.parametrize("content", ["{", "[]", '{"run": "a"}', "\udcff"])
def test_a_damaged_manifest_is_told_and_the_job_stops_safely(copy, command, content):
    damaged, *_, in_force = run_folders(copy)
    (damaged / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    told = (
        f"{damaged / 'manifest.json'}: this is no manifest of a run: forecast-bench runs verify "
        f"says what else was changed; forecast-bench runs prune --run {damaged.name} takes the run "
        "away; then run the job again\n"
    )
    for words in (["list"], ["show", damaged.name], ["diff", damaged.name]):
        code, _, complaint = command("runs", *words, "--workspace", copy)
        assert (code, complaint) == (4, told)
    code, _, complaint = command(
        "recalibrate", "--as-of", "2018-05-31", "--quiet", "--workspace", copy
    )
    assert code == 4
    assert complaint.endswith(f"stopped: {told.strip()}; what was published before stays\n")
    assert latest_run(copy) == in_force.resolve()
    assert read_ledger(copy)[-1].entry["ending"] == "stopped"


def test_a_damaged_run_is_taken_away_by_name_and_missed_by_nobody(copy, command):
    damaged, *_, in_force = run_folders(copy)
    (damaged / "manifest.json").write_text("{")
    prune_one = ("runs", "prune", "--workspace", copy)
    status, said, _ = command(*prune_one, "--run", damaged.name)
    assert (status, said.splitlines()[0]) == (0, f"took away {damaged.name}")
    assert not damaged.exists()
    assert command("runs", "verify", "--workspace", copy)[0] == 0
    status, _, err = command(*prune_one, "--run", "nowhere")
    assert (status, err) == (1, "there is no run nowhere\n")
    assert command(*prune_one)[0] == 2
    assert command(*prune_one, "--run", in_force.name)[0] == 0
    assert latest_run(copy) is None


def test_a_damaged_table_of_the_run_before_stops_the_job_safely(copy, command):
    in_force = latest_run(copy)
    (in_force / "judgments.parquet").write_bytes(b"PAR1 and nothing else")
    code, _, complaint = command(
        "recalibrate", "--as-of", "2018-05-31", "--quiet", "--workspace", copy
    )
    assert code == 4
    assert f"{in_force / 'judgments.parquet'}: this is no table of a run" in complaint
    assert complaint.endswith("; what was published before stays\n")
    assert latest_run(copy) == in_force
    assert read_ledger(copy)[-1].entry["ending"] == "stopped"


def test_a_disk_that_refuses_is_a_line_of_the_ledger(copy, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.modules["forecast_bench.job.recalibrate"], "publish", refuse)
    with pytest.raises(OSError, match="No space"):
        run(copy, as_of=datetime.date(2018, 5, 31), hours=4)
    assert read_ledger(copy)[-1].entry["ending"] == "stopped"
    assert verify(copy).faults == ()


def test_runs_are_listed_and_shown(kept, command):
    code, said, _ = command("runs", "list", "--workspace", kept)
    assert code == 0
    lines = said.splitlines()
    assert [line.split()[0] for line in lines] == ["run", *(one.name for one in run_folders(kept))]
    assert [line.endswith("in force") for line in lines] == [False, False, False, True]
    code, said, _ = command("runs", "show", "--workspace", kept)
    assert (code, said.splitlines()[0]) == (
        0,
        f"run {run_folders(kept)[-1].name}, as of 2018-04-30, made at 2018-04-01T05:00:00+00:00",
    )
    assert "source acled: vintage" in said
    code, _, complaint = command("runs", "show", "../../etc", "--workspace", kept)
    assert (code, complaint) == (1, "there is no run ../../etc\n")


def test_two_runs_are_compared(kept, command):
    first, second, third = run_folders(kept)
    assert compare_runs(second, third)["inputs"] == {
        "added": [],
        "removed": [],
        "changed": ["judgments/small.yaml"],
    }
    code, said, _ = command("runs", "diff", second.name, "--workspace", kept)
    assert code == 0
    assert said.splitlines()[:4] == [
        f"from {second.name} (2018-04-30)",
        f"to   {third.name} (2018-04-30)",
        "  judgments/small.yaml changed",
        "  clash: revised, likely to unlikely",
    ]
    same = compare_runs(first, first)
    assert not any(same[name] for name in ("vintages", "versions", "settings", "judgments"))
    code, said, _ = command("runs", "diff", first.name, first.name, "--workspace", kept)
    assert said.splitlines()[-1] == "  nothing differs but the day looked at, at most"


def test_prune_keeps_the_latest_and_what_is_in_force_and_says_what_went(copy, command):
    names = [one.name for one in run_folders(copy)]
    code, said, _ = command("runs", "prune", "--keep", 1, "--dry-run", "--workspace", copy)
    assert code == 0
    assert said.splitlines()[:2] == [f"would take away {name}" for name in names[:2]]
    assert [one.name for one in run_folders(copy)] == names
    code, said, _ = command("runs", "prune", "--keep", 1, "--workspace", copy)
    assert [one.name for one in run_folders(copy)] == names[2:]
    assert latest_run(copy).name == names[2]
    assert said.splitlines()[2].startswith("1 run stay")
    assert read_ledger(copy)[-1].entry["pruned"] == names[:2]
    assert verify(copy).faults == ()
    document = json.loads(command("runs", "verify", "--format", "json", "--workspace", copy)[1])
    assert (document["runs"], document["faults"]) == (1, [])


def test_prune_never_takes_the_run_in_force(copy):
    path = copy / "judgments" / "small.yaml"
    path.write_text(SMALL)
    run(copy, as_of=datetime.date(2018, 4, 30), hours=5)  # the edit is taken back
    in_force = latest_run(copy)
    assert in_force.name == run_folders(copy)[1].name
    prune(copy, keep=1, now=NOW, only_say=False)
    assert in_force in [one.resolve() for one in run_folders(copy)]
    with pytest.raises(ValueError, match="at least 1 run"):
        prune(copy, keep=0, now=NOW, only_say=False)


def test_prune_waits_for_no_job_unasked(copy, command):
    with FileLock(copy / ".forecast-bench" / "job.lock"):
        code, _, said = command("runs", "prune", "--keep", 1, "--workspace", copy)
    assert (code, said) == (3, "another job is running in this workspace; nothing was taken away\n")
