"""The lock of the job: stale and live holders told apart, on one host and between hosts."""

import datetime
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import filelock
import pytest
from filelock._marker import OwnerRecord, encode_marker

from first_case import small_case
from forecast_bench.cli import main
from forecast_bench.job import latest_run, lock, recalibrate
from forecast_bench.job.ledger import append, ledger_file
from forecast_bench.job.lock import Holder, JobLockedError, LockLostError, confirm, job_lock
from forecast_bench.job.recalibrate import JobResult
from forecast_bench.job.runs import (
    free_run_id,
    publish,
    put_in_force,
    run_id,
    runs_folder,
    written_aside,
)
from forecast_bench.job.signals import EndedBySignal, ending_by_signals
from jobs_at_once import jobs_at_once

DAY = datetime.date(2019, 7, 31)
NOW = datetime.datetime(2019, 8, 1, 3, 0, tzinfo=datetime.UTC)
LEASE, RENEWAL = 1.5, 0.2

# A process that holds the lock until a line comes, as another host where it is told to be one: then
# the shared folder carries no flock.
HOLDER = """
import datetime, errno, socket, sys
from pathlib import Path
import filelock._unix
from forecast_bench.job import lock
lock.LEASE_SECONDS, lock.RENEWAL_SECONDS = 1.5, 0.2
if len(sys.argv) > 2:
    socket.gethostname = lambda: sys.argv[2]
    def refuse(_): raise OSError(errno.ENOLCK, "no locks")
    filelock._unix.lock_fd_nonblocking = refuse
with lock.job_lock(Path(sys.argv[1]), as_of=datetime.date(2019, 7, 31)):
    print("held", flush=True)
    sys.stdin.readline()
    lock.confirm(Path(sys.argv[1]))
    print("still held", flush=True)
"""


@pytest.fixture(autouse=True)
def short_lease(monkeypatch):
    monkeypatch.setattr(lock, "LEASE_SECONDS", LEASE)
    monkeypatch.setattr(lock, "RENEWAL_SECONDS", RENEWAL)


@pytest.fixture
def holding(tmp_path):
    begun = []

    def hold(*host):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), *host],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in begun:
        process.kill()
        process.communicate()


def lease_file(folder):
    return folder / ".forecast-bench" / "job.lease"


def leave_lease(folder, *, host="desk2", pid=4711, start=None, duration=LEASE, age=3600.0):
    """A lease as somebody else left it, last renewed so long ago."""
    record = OwnerRecord(pid, host, "lease", "token", duration, start)
    return leave(folder, encode_marker(record), age=age)


def leave(folder, content, *, age=3600.0):
    path = lease_file(folder)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)  # a file of its own, as of whoever takes a lease over
    path.write_bytes(content)
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))
    return path


def test_the_second_job_is_told_who_holds_the_lock(tmp_path, holding):
    process = holding()
    with pytest.raises(JobLockedError) as told, job_lock(tmp_path):
        pass
    holder = told.value.holder
    assert (holder.host, holder.pid) == (socket.gethostname(), process.pid)
    assert holder.as_of == "2019-07-31"
    since = datetime.datetime.fromisoformat(holder.since)
    assert (
        datetime.timedelta(0)
        <= datetime.datetime.now(datetime.UTC) - since
        < (datetime.timedelta(minutes=5))
    )
    assert process.communicate("\n") == ("still held\n", "")
    with job_lock(tmp_path):
        pass


def test_the_command_says_who_in_text_json_and_log(tmp_path, holding, capsys):
    process = holding()
    (tmp_path / "judgments").mkdir()
    run = ["recalibrate", "--workspace", str(tmp_path), "--as-of", "2018-04-30"]
    with pytest.raises(SystemExit) as left:
        main(run)
    said = capsys.readouterr().out
    assert left.value.code == 3
    assert said.startswith(f"another job runs: process {process.pid} on {socket.gethostname()}, ")
    assert said.endswith(" UTC, as of 2019-07-31; nothing was done\n")
    with pytest.raises(SystemExit):
        main([*run, "--format", "json", "--log", "json"])
    told = capsys.readouterr()
    document, last = json.loads(told.out), json.loads(told.err.splitlines()[-1])
    assert document["ending"] == last["ending"] == "locked"
    assert document["holder"] == last["holder"]
    assert set(document["holder"]) == {"host", "pid", "since", "as_of"}
    assert document["holder"]["pid"] == process.pid


@pytest.mark.parametrize("command", [["runs", "prune", "--keep", "1"], ["recalibrate"]])
def test_a_lock_of_a_program_that_leaves_no_lease_is_a_lock(tmp_path, capsys, command):
    (tmp_path / "judgments").mkdir()
    (tmp_path / ".forecast-bench").mkdir()
    with (
        filelock.FileLock(tmp_path / ".forecast-bench" / "job.lock"),
        pytest.raises(SystemExit) as left,
    ):
        main([*command, "--workspace", str(tmp_path)])
    assert left.value.code == 3
    assert "another job is running in this workspace; nothing was " in "".join(capsys.readouterr())


def test_a_holder_that_was_killed_is_followed_at_once(tmp_path, holding):
    process = holding()
    process.kill()
    process.wait()
    assert lease_file(tmp_path).exists()
    with job_lock(tmp_path):
        assert filelock.SoftFileLease(lease_file(tmp_path)).owner.pid == os.getpid()
        confirm(tmp_path)
    assert not lease_file(tmp_path).exists()


def test_a_lease_of_before_the_machine_started_anew_is_stale(tmp_path):
    # This very process id lives, but was started under another boot.
    leave_lease(
        tmp_path, host=filelock._identity.host_name(), pid=os.getpid(), start=1 << 64, age=0
    )
    with job_lock(tmp_path):
        confirm(tmp_path)


@pytest.mark.parametrize("swaps", [True, False])
@pytest.mark.parametrize(
    "left",
    [
        pytest.param(leave_lease, id="another host"),
        pytest.param(lambda folder: leave_lease(folder, duration=0.5), id="another version"),
        pytest.param(lambda folder: leave(folder, b""), id="cut short by a power cut"),
        pytest.param(lambda folder: leave(folder, b"\0" * 90), id="zeros after a power cut"),
        pytest.param(lambda folder: leave_lease(folder, age=-1e7), id="from the future"),
    ],
)
def test_a_lease_that_nobody_renews_is_taken_without_anybody(tmp_path, monkeypatch, left, swaps):
    if not swaps:  # as NFS and SMB cannot
        monkeypatch.setattr("filelock._soft.exchange_names", lambda *_: False)
    left(tmp_path)
    with job_lock(tmp_path):
        confirm(tmp_path)
        assert lock.find_holder(tmp_path / ".forecast-bench").pid == os.getpid()
    names = {path.name for path in (tmp_path / ".forecast-bench").iterdir()}
    assert names == {"job.lock"}


def test_a_lease_renewed_a_moment_ago_is_not_waited_for(tmp_path):
    left = leave_lease(tmp_path, age=0.1).read_bytes()
    with pytest.raises(JobLockedError) as told, job_lock(tmp_path):
        pass
    assert told.value.holder == Holder("desk2", 4711)
    assert lease_file(tmp_path).read_bytes() == left


def test_a_live_holder_on_another_host_keeps_it_however_long(tmp_path, holding):
    process = holding("desk2")
    with pytest.raises(JobLockedError) as told, job_lock(tmp_path, wait_seconds=3 * LEASE):
        pass
    assert (told.value.holder.host, told.value.holder.pid) == ("desk2", process.pid)
    assert process.communicate("\n") == ("still held\n", "")


@pytest.mark.parametrize("ahead", [-86_400, 86_400])
def test_clocks_that_disagree_change_nothing(tmp_path, ahead):
    """A holder whose renewals carry a time of another day is alive all the same."""
    path, done = leave_lease(tmp_path), threading.Event()
    start = path.stat().st_mtime + ahead

    def renew():
        at = 0.0
        while not done.wait(RENEWAL):
            at += RENEWAL
            os.utime(path, (start + at, start + at))

    renewing = threading.Thread(target=renew)
    renewing.start()
    try:
        with pytest.raises(JobLockedError), job_lock(tmp_path, wait_seconds=2 * LEASE):
            pass
    finally:
        done.set()
        renewing.join()


def test_who_was_suspended_notices_and_leaves(tmp_path, holding):
    process = holding("desk2")
    os.kill(process.pid, signal.SIGSTOP)
    with job_lock(tmp_path, as_of=DAY, wait_seconds=60):
        os.kill(process.pid, signal.SIGCONT)
        said, failed = process.communicate("\n")
        assert "still held" not in said
        assert failed.splitlines()[-1] == (
            "forecast_bench.job.lock.LockLostError: the lock of this job was lost to process "
            f"{os.getpid()} on {socket.gethostname()}: it was not renewed for 1.5 seconds, as "
            "happens where a process or a machine is suspended, or its file was removed"
        )
        confirm(tmp_path)  # what the other one let go of was its own


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP])
def test_a_folder_without_flock_has_the_lease_alone(tmp_path, monkeypatch, holding, number):
    def refuse(_):
        raise OSError(number, os.strerror(number))

    process = holding("desk2")
    monkeypatch.setattr("filelock._unix.lock_fd_nonblocking", refuse)
    with pytest.raises(JobLockedError), job_lock(tmp_path):
        pass
    process.communicate("\n")
    with job_lock(tmp_path):
        confirm(tmp_path)
        assert isinstance(filelock.FileLock(tmp_path / "x"), filelock.UnixFileLock)


def test_a_folder_that_may_not_be_written_is_told_as_such(tmp_path, monkeypatch, capsys):
    def refuse(path, *_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    (tmp_path / "judgments").mkdir()
    monkeypatch.setattr(filelock.UnixFileLock, "_acquire", lambda self: refuse(self.lock_file))
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(tmp_path)])
    assert left.value.code == 4
    assert capsys.readouterr().err.endswith(
        "job.lock: Permission denied: let the user of the job write there, and run the job again; "
        "what was published before stays\n"
    )


def test_a_thread_that_has_the_lock_may_take_it_again(tmp_path):
    with job_lock(tmp_path), job_lock(tmp_path / "." / ""):
        confirm(tmp_path)
        refused = []

        def other():
            try:
                with job_lock(tmp_path):
                    pass
            except JobLockedError as locked:
                refused.append(locked.holder.pid)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert refused == [os.getpid()]
    confirm(tmp_path)  # nothing is held, and so nothing is lost


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_the_work_lets_the_lock_go(tmp_path, failure):
    with pytest.raises(failure), job_lock(tmp_path):
        raise failure
    assert {one.name for one in (tmp_path / ".forecast-bench").iterdir()} == {"job.lock"}
    assert not [one for one in threading.enumerate() if one.name.startswith("filelock-lease")]


def published(folder, name="20190801T030000Z-01234567"):
    with written_aside(folder) as aside:
        (aside / "manifest.json").write_text(
            json.dumps({"run": name, "as_of": "2019-07-31", "fingerprint": "0" * 64})
        )
        return publish(folder, aside, name)


def stolen_before(step):
    """A job whose lease another host takes just before that step."""

    def work(folder, **_):
        if step == "sweep":
            leave_lease(folder, age=0)
        with written_aside(folder) as aside:
            (aside / "manifest.json").write_text("{}")
            if step == "publish":
                leave_lease(folder, age=0)
            run = publish(folder, aside, "20190802T030000Z-01234567", in_force=False)
        if step == "put in force":
            leave_lease(folder, age=0)
        put_in_force(folder, run.name)
        leave_lease(folder, age=0)
        return JobResult("published", run)

    return work


@pytest.mark.parametrize("step", ["sweep", "publish", "put in force", "enter"])
def test_who_lost_the_lock_decides_nothing_that_lasts(tmp_path, monkeypatch, capsys, step):
    (tmp_path / "judgments").mkdir()
    with job_lock(tmp_path):
        first = published(tmp_path)
        append(tmp_path, {"ending": "published", "run": first.name})
    before = ledger_file(tmp_path).read_bytes()
    module = sys.modules["forecast_bench.job.recalibrate"]  # its name leads to the function
    monkeypatch.setattr(module, "_locked", stolen_before(step))
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(tmp_path), "--log", "json"])
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (left.value.code, last["ending"], last["exit_status"]) == (4, "stopped", 4)
    assert last["reason"].startswith("the lock of this job was lost to process 4711 on desk2: ")
    assert ledger_file(tmp_path).read_bytes() == before
    assert filelock.SoftFileLease(lease_file(tmp_path)).owner.hostname == "desk2"
    if step != "enter":
        assert latest_run(tmp_path) == first.resolve()
    if step in ("sweep", "publish"):
        assert [one.name for one in runs_folder(tmp_path).glob("[0-9]*")] == [first.name]


def test_a_lost_lock_is_noticed_at_the_next_stage(tmp_path):
    stages = []

    def watch(stage):
        stages.append(stage)
        leave_lease(tmp_path, age=0)

    folder = small_case(tmp_path)
    with pytest.raises(LockLostError):
        recalibrate(folder, as_of=datetime.date(2018, 3, 31), now=NOW, watch=watch)
    assert stages == ["read and check"]
    assert not ledger_file(folder).exists()


def test_a_run_is_never_replaced(tmp_path):
    names = {published(tmp_path, free_run_id(tmp_path, NOW, "01234567")).name for _ in range(3)}
    assert names == {f"20190801T03000{second}Z-01234567" for second in range(3)}
    with pytest.raises(FileExistsError):
        published(tmp_path, run_id(NOW, "01234567"))
    assert {one.name for one in runs_folder(tmp_path).glob("[0-9]*")} == names
    assert not list(runs_folder(tmp_path).glob(".aside-*"))


def test_signals_mean_afterwards_what_they_meant_before(monkeypatch):
    known = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    meant = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        before = [signal.getsignal(one) for one in known]
        with ending_by_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(EndedBySignal, match="SIGTERM"), ending_by_signals():
            os.kill(os.getpid(), signal.SIGTERM)
        assert [signal.getsignal(one) for one in known] == before
        heard = []
        thread = threading.Thread(target=lambda: heard.append(ending_by_signals().__enter__()))
        thread.start()
        thread.join()
        assert heard == [None]
    finally:
        signal.signal(signal.SIGHUP, meant)


def swallowed(waited):
    with ending_by_signals():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except EndedBySignal:
            waited.append("swallowed")
        threading.Event().wait(60)


def fails_for_it(_, **__):
    """A compiler that ignores what is raised in its callback, and misses what was compiled."""
    with suppress(EndedBySignal):
        os.kill(os.getpid(), signal.SIGTERM)
    raise RuntimeError("no compiled object yet")


def goes_on_to_the_next_stage(_, *, clock, **__):
    with suppress(EndedBySignal):
        os.kill(os.getpid(), signal.SIGTERM)
    clock.watch("count")


@pytest.mark.parametrize("work", [fails_for_it, goes_on_to_the_next_stage])
def test_what_fails_after_a_signal_is_no_bug(tmp_path, monkeypatch, capsys, work):
    (tmp_path / "judgments").mkdir()
    monkeypatch.setattr(sys.modules["forecast_bench.job.recalibrate"], "_locked", work)
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(tmp_path), "--log", "json"])
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (left.value.code, last["ending"], last["reason"]) == (143, "stopped", "SIGTERM")
    (line,) = [json.loads(one) for one in ledger_file(tmp_path).read_text().splitlines()]
    assert (line["ending"], line["reason"]) == ("stopped", "SIGTERM")


def let_go_slowly(waited):
    with ending_by_signals():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            threading.Event().wait(0.3)
            waited.append("let go")


@pytest.mark.parametrize("work", [swallowed, let_go_slowly])
def test_a_signal_that_a_library_swallows_is_heard_and_letting_go_is_not_disturbed(
    monkeypatch, work
):
    monkeypatch.setattr("forecast_bench.job.signals.AGAIN_SECONDS", 0.05)
    before, waited = signal.getsignal(signal.SIGALRM), []
    with pytest.raises(EndedBySignal, match="SIGTERM"):
        work(waited)
    assert waited == [work.__name__.replace("_slowly", "").replace("_", " ")]
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


COMMAND = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL);"
    "from forecast_bench.cli import main; main()"
)
RECALIBRATE = (sys.executable, "-c", COMMAND, "recalibrate")
MACHINE = ("--as-of", "2018-03-31", "--log", "json", "--format", "json")


@pytest.mark.parametrize("stage", ["read and check", "update, resolve and score"])
@pytest.mark.parametrize(("number", "status"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_ends_the_command_in_order(tmp_path, number, status, stage):
    folder = small_case(tmp_path)
    job = subprocess.Popen(
        [*RECALIBRATE, "--workspace", str(folder), *MACHINE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in job.stderr:
        if json.loads(line).get("stage") == stage:
            job.send_signal(signal.Signals[number])
            break
    out, rest = job.communicate()
    assert job.returncode == status
    assert out == ""
    last = json.loads(rest.splitlines()[-1])
    assert (last["event"], last["ending"], last["reason"]) == ("ended", "stopped", number)
    assert last["exit_status"] == status
    (line,) = [json.loads(one) for one in ledger_file(folder).read_text().splitlines()]
    assert (line["ending"], line["reason"], line["run"]) == ("stopped", number, None)
    assert not [one.name for one in runs_folder(folder).glob("*")]
    assert not lease_file(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(job.pid, 0)  # no process of its session is left


@pytest.mark.slow
def test_two_jobs_at_the_same_moment(tmp_path):
    assert jobs_at_once(small_case(tmp_path), times=2) == []
