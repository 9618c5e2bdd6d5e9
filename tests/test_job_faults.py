"""The job is killed and its disk fails: some moments of each, and what was found and mended."""

import errno
import io
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import job_failing_disk
import job_killed
from first_case import small_case
from forecast_bench import bayes
from forecast_bench.incidents import LocalStorage
from forecast_bench.job import model_checks
from forecast_bench.job.feeds import import_described
from forecast_bench.job.fits import fit_folder
from forecast_bench.job.kept_fits import kept_fit
from forecast_bench.job.ledger import append
from forecast_bench.job.litter import sweep
from forecast_bench.job.runs import stop_reason
from forecast_bench.workspace import load_workspace
from forecast_bench.workspace.replacing import replace_file, write_file, written_whole

CONTENT = "0123456789abcdef0123"


def program(script, *words):
    """Run a script as its page says, which starts itself anew with the library it needs."""
    done = subprocess.run(
        [sys.executable, script.__file__, *words], capture_output=True, text=True, check=False
    )
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_a_job_killed_at_random_moments_ends_as_if_it_had_not_been():
    said = program(job_killed, "--judgments", "40", "--kills", "3", "--workers", "1")
    assert "3 kills" in said
    assert "; 0 faults" in said


@pytest.mark.slow
def test_a_job_whose_disk_fails_loses_nothing_and_ends_once_it_is_well():
    if shutil.which("cc") is None:
        pytest.skip("letting a call fail needs a compiler of C")
    said = program(job_failing_disk, "--sample", "2", "--workers", "1")
    for fault in ("full", "permission", "error", "kill"):
        assert f"{fault}: 2 trials, 0 failed" in said


@pytest.mark.slow
def test_a_job_on_a_disk_too_small_loses_nothing():
    if os.geteuid() or shutil.which("cc") is None:
        pytest.skip("mounting a disk needs an administrator, and a compiler of C")
    said = program(job_failing_disk, "--fault", "small", "--sample", "2", "--workers", "1")
    assert "small: 2 trials, 0 failed" in said


def refuse(number):
    def refused(*_, **__):
        raise OSError(number, "Error writing bytes to file")

    return refused


def test_a_disk_that_refuses_is_told_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_file(tmp_path / "cells.parquet", b"x")
    assert caught.value.filename == str(tmp_path / "cells.parquet")


def test_a_file_that_is_replaced_is_named_too_and_leaves_no_half(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with pytest.raises(OSError, match="Input/output error") as caught:
        replace_file(tmp_path / "a.json", b"x")
    assert caught.value.filename == str(tmp_path / "a.json")
    with pytest.raises(OSError, match=r"ledger[.]jsonl"):
        append(tmp_path, {"run": 1})
    assert [one.name for one in tmp_path.iterdir()] == [".forecast-bench"]


def test_a_half_that_cannot_be_taken_away_does_not_hide_what_went_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    monkeypatch.setattr(Path, "unlink", refuse(errno.EROFS))
    with pytest.raises(OSError, match="Input/output error") as caught:
        replace_file(tmp_path / "a.json", b"x")
    assert caught.value.filename == str(tmp_path / "a.json")
    with pytest.raises(OSError, match="Input/output error"), written_whole(tmp_path / "b") as aside:
        aside.write_bytes(b"x")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "No space left on device: make room on the disk, and run the job again"),
        (
            errno.EACCES,
            "Permission denied: let the user of the job write there, and run the job again",
        ),
        (errno.EIO, "Input/output error: have the disk looked at, and run the job again"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_a_reason_says_where_and_what_to_do(number, told):
    folder = Path("desk")
    nameless = OSError(number, os.strerror(number))
    assert stop_reason(nameless, folder) == f"desk/.forecast-bench: {told}"
    assert stop_reason(OSError(number, os.strerror(number), "a.json"), folder) == f"a.json: {told}"


@pytest.mark.parametrize("content", [b"", b'{"hash": "0123', b"[]", b'{"hash": "other"}', b"\xff"])
def test_half_a_kept_fit_of_a_panel_is_none(tmp_path, content):
    path = fit_folder(tmp_path, CONTENT) / "approximated.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert kept_fit(tmp_path, CONTENT, "approximated") is None


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_half_a_posterior_is_damaged(tmp_path, share):
    import xarray

    values = xarray.Dataset({"a": ("draw", [float(one) for one in range(2000)])})
    path = bayes.save(xarray.DataTree.from_dict({"posterior": values}), tmp_path / "posterior.nc")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(bayes.DamagedPosteriorError, match=r"posterior[.]nc is damaged"):
        bayes.load(path)


@pytest.mark.parametrize("room", [0, 96, 4096])
def test_a_posterior_that_finds_no_room_is_refused_with_its_name(tmp_path, room):
    import xarray

    values = xarray.Dataset({"a": ("draw", [float(one) for one in range(2000)])})
    tree = xarray.DataTree.from_dict({"posterior": values})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*/posterior[.]nc'"):
            bayes.save(tree, tmp_path / "posterior.nc")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_half_a_table_beside_a_fit_is_none(tmp_path, share):
    path = tmp_path / "shares.parquet"
    table = pd.DataFrame({"n": range(1000)})
    pd.testing.assert_frame_equal(model_checks._keep(path, table), table)
    pd.testing.assert_frame_equal(model_checks._kept(path), table)
    whole = io.BytesIO(path.read_bytes()).getvalue()
    path.write_bytes(whole[: int(share * len(whole))])
    assert model_checks._kept(path) is None
    assert model_checks._kept(tmp_path / "absent.parquet") is None


def test_halves_among_fits_and_maps_are_swept(tmp_path):
    fit = fit_folder(tmp_path, CONTENT)
    maps = tmp_path / ".forecast-bench" / "recalibrations"
    for folder in (fit, maps):
        folder.mkdir(parents=True)
    decisions = tmp_path / "models" / "recalibrations"
    decisions.mkdir(parents=True)
    gone = 2**22 + 1  # no process has such a number
    halves = [
        fit / f".posterior.nc.{gone}.part",
        fit.parent / f".good.jsonl.{gone}.x_1.part",
        maps / f".a.json.{gone}.12345678.part",
        tmp_path / ".forecast-bench" / f".job.holder.{gone}.x_1.part",
    ]
    whole = [
        fit / "posterior.nc",
        maps / "a.json",
        # Of a process at work, of an editor, and of people.
        fit / f".sampled.json.{os.getpid()}.abc.part",
        maps / ".a.json.swp",
        tmp_path / ".forecast-bench" / f".judgments.schema.json.{gone}.x_1.part",
        decisions / ".gitkeep",
    ]
    for path in (*halves, *whole):
        path.write_bytes(b"x")
    importing = tmp_path / ".forecast-bench" / "incidents" / "acled" / ".importing-x"
    importing.mkdir(parents=True)
    sweep(tmp_path)
    assert not importing.exists()
    assert [one for one in halves if one.exists()] == []
    assert all(one.exists() for one in whole)


def test_an_import_killed_after_its_last_step_is_tidied_up_by_the_next(tmp_path):
    workspace = load_workspace(small_case(tmp_path))
    assert import_described(workspace, "acled").added
    store = tmp_path / ".forecast-bench" / "incidents" / "acled"
    (store / ".importing-x" / "rows").mkdir(parents=True)
    (store / ".aside-y").write_bytes(b"x")
    with LocalStorage(store.parent).locked("acled"):
        assert not import_described(workspace, "acled").added
        assert (store / ".importing-x").is_dir()
    assert not import_described(workspace, "acled").added
    assert {one.name for one in store.iterdir()} == {".lock", "catalogue.json", "data"}
