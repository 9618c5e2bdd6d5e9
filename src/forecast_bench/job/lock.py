"""The lock of the job: flock among processes of a machine, and a lease that other machines see.

Not every shared folder carries flock from one machine to another. The lease is a file that its
holder renews; `docs/decisions/0026-lock-of-the-job.md` says what is ours in it, and why.
"""

import datetime
import errno
import json
import math
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, LeaseSettingsMismatch, SoftFileLease, Timeout

from forecast_bench.workspace import DERIVED
from forecast_bench.workspace.replacing import replace_file

LOCK_FILE: Final = "job.lock"
LEASE_FILE: Final = "job.lease"
HOLDER_FILE: Final = "job.holder"
LEASE_SECONDS: Final = 120.0
"""A lease that was not seen to change for so long is dead; longer than any cache of NFS keeps."""
RENEWAL_SECONDS: Final = 10.0
_NO_FLOCK: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_POLL_SECONDS: Final = 0.1
# Another machine that looks whether a lease is dead may hold it in its hands for a moment.
_LOOKS: Final = (0.0, 0.2, 0.5)
_TOLD_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock of a job.

    Parameters
    ----------
    host : str
        Name of the machine.
    pid : int
        Of the process there.
    since : str or None
        From when on, in UTC, by the clock of that machine; None where it has not said yet.
    as_of : str or None
        The day that it looks at; None for what looks at none.
    """

    host: str
    pid: int
    since: str | None = None
    as_of: str | None = None


class JobLockedError(Exception):
    """Another job holds the lock.

    Attributes
    ----------
    holder : Holder or None
        Who it is, where that is known.
    """

    def __init__(self, holder: Holder | None) -> None:
        super().__init__("another job is running in this workspace")
        self.holder = holder


class LockLostError(Exception):
    """A lock is no longer its holder's, who was silent for too long."""


@dataclass(frozen=True, slots=True)
class _Held:
    lease: SoftFileLease
    token: str | None

    def is_sure(self) -> bool:
        """Renew the lease; False where it is another's by now, or could not be renewed in time."""
        return self.lease.compromise is None and any(self._renewed(after=one) for one in _LOOKS)

    def _renewed(self, *, after: float) -> bool:
        time.sleep(after)
        if not self._is_own():
            return False
        with suppress(FileNotFoundError):
            os.utime(self.lease.lock_file)
        # Read after it was renewed: from now on nobody takes it for as long as a lease lasts.
        return self._is_own()

    def _is_own(self) -> bool:
        owner = self.lease.owner
        return owner is not None and owner.token == self.token


# What each thread of this process holds, by folder: a thread that has the lock may take it again.
_HELD: Final[dict[tuple[Path, int], _Held]] = {}


@contextmanager
def job_lock(
    workspace: Path, *, as_of: datetime.date | None = None, wait_seconds: float = 0
) -> Iterator[None]:
    """Hold the lock of the job; a thread that has it already just goes on.

    A lease whose holder is gone is taken over: at once where it was a process of this machine and
    the folder allows it, else when it was not seen to change for `LEASE_SECONDS`, which may take
    longer than `wait_seconds`.

    Parameters
    ----------
    workspace : Path
        Folder of the workspace.
    as_of : date, optional
        The day looked at, for others to be told.
    wait_seconds : float
        How long to wait for another job to end.

    Raises
    ------
    JobLockedError
        If another job runs all that time.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder, job_lock(Path(folder)):
    ...     confirm(Path(folder))  # nothing is raised: the lock is held
    """
    derived = workspace / DERIVED
    derived.mkdir(exist_ok=True)
    key = (derived.resolve(), threading.get_ident())
    if key in _HELD:
        yield
        return
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            _take_flock(derived / LOCK_FILE, wait_seconds, stack)
            waited = time.monotonic() - began
            left = max(0.0, wait_seconds - waited) if wait_seconds > 0 else wait_seconds
            lease = _take_lease(derived / LEASE_FILE, left, stack)
        except Timeout:
            raise JobLockedError(_holder_soon(derived)) from None
        stack.callback(_HELD.pop, key, None)
        _HELD[key] = _Held(lease, lease.token)
        _tell(derived / HOLDER_FILE, lease.token, as_of)
        stack.callback(_untell, derived / HOLDER_FILE, lease.token)
        yield


def confirm(workspace: Path) -> None:
    """Make sure that a lock which this thread took is still its own; before whatever lasts.

    A machine that slept, or a process that was stopped, may wake with its lease taken over. Where
    this thread has taken no lock there is nothing to confirm.

    Raises
    ------
    LockLostError
        If it is another's by now, or could not be renewed in time.
    """
    held = _HELD.get(((workspace / DERIVED).resolve(), threading.get_ident()))
    if held is None or held.is_sure():
        return
    holder = find_holder(workspace / DERIVED)
    other = "" if holder is None or _is_this_process(holder) else f" to {_who(holder)}"
    raise LockLostError(
        f"the lock of this job was lost{other}: it was not renewed for {LEASE_SECONDS:g} seconds, "
        "as happens where a process or a machine is suspended, or its file was removed"
    )


def holder_in_words(holder: Holder | None, *, today: datetime.date) -> str:
    """Say who holds the lock.

    Parameters
    ----------
    holder : Holder or None
        Who; None where it is not known.
    today : date
        In UTC; the day is said where the lock is held since another one.

    Examples
    --------
    >>> holder = Holder("desk1", 4711, "2019-08-01T03:00:02+00:00", "2019-07-31")
    >>> holder_in_words(holder, today=datetime.date(2019, 8, 1))
    'another job runs: process 4711 on desk1, since 03:00:02 UTC, as of 2019-07-31'
    >>> holder_in_words(holder, today=datetime.date(2019, 8, 2))
    'another job runs: process 4711 on desk1, since 2019-08-01 03:00:02 UTC, as of 2019-07-31'
    >>> holder_in_words(Holder("desk1", 4711), today=datetime.date(2019, 8, 1))
    'another job runs: process 4711 on desk1'
    >>> holder_in_words(None, today=datetime.date(2019, 8, 1))
    'another job is running in this workspace'
    """
    if holder is None:
        return str(JobLockedError(None))
    since = ""
    if holder.since is not None:
        moment = datetime.datetime.fromisoformat(holder.since)
        day = "" if moment.date() == today else f"{moment.date()} "
        since = f", since {day}{moment:%H:%M:%S} UTC"
    day_looked_at = "" if holder.as_of is None else f", as of {holder.as_of}"
    return f"another job runs: {_who(holder)}{since}{day_looked_at}"


def find_holder(derived: Path) -> Holder | None:
    """Who holds the lease in the folder of what is derived; None where nobody does, or is gone."""
    owner = _lease(derived / LEASE_FILE).owner
    if owner is None:
        return None
    told = _told(derived / HOLDER_FILE, owner.token)
    holder = told or Holder(owner.hostname.partition("?")[0] or owner.hostname, owner.pid)
    return None if _is_gone(holder) else holder


def _take_flock(path: Path, seconds: float, stack: ExitStack) -> None:
    lock = FileLock(path, fallback_to_soft=False)
    try:
        stack.enter_context(lock.acquire(timeout=seconds))
    except Timeout:
        raise
    except OSError as failure:
        # A folder without such locks has the lease alone, which suffices.
        if failure.errno not in _NO_FLOCK:
            raise


def _lease(path: Path) -> SoftFileLease:
    return SoftFileLease(
        path,
        lease_duration=LEASE_SECONDS,
        heartbeat_interval=RENEWAL_SECONDS,
        poll_interval=_POLL_SECONDS,
    )


def _take_lease(path: Path, seconds: float, stack: ExitStack) -> SoftFileLease:
    """Take the lease, also from a holder that is gone.

    Once the wait is over, its age by the clock of whoever keeps the file says whether it is worth
    looking on. Only that it does not change, seen for its whole length on a clock of our own, says
    that it is dead.

    Raises
    ------
    Timeout
        If it is alive.
    """
    lease = _lease(path)
    stack.callback(lease.release)
    began = since = time.monotonic()
    # Two looks at least: the first may only find that the holder is gone.
    patience = math.inf if seconds < 0 else max(seconds, 2 * _POLL_SECONDS)
    seen, looking_on = _mark(path), False
    while True:
        with suppress(Timeout, LeaseSettingsMismatch):
            lease.acquire(timeout=0)
            return lease
        now, mark = time.monotonic(), _mark(path)
        if mark != seen:
            if looking_on and mark is not None:
                raise Timeout(lease.lock_file)  # it is renewed, or another's
            seen, since = mark, now
        elif mark is not None and now - since > _length(lease):
            _put_away(path, mark)
            if _mark(path) == mark:
                raise Timeout(lease.lock_file)  # a server that knows of a holder keeps it
        elif now - began > patience and not looking_on:
            if mark is None or abs(_now_there(path.parent) - mark[1] / 1e9) < _length(lease):
                raise Timeout(lease.lock_file)
            looking_on = True
        time.sleep(_POLL_SECONDS)


def _length(lease: SoftFileLease) -> float:
    """Seconds that the lease lasts without being renewed; another version may use longer ones."""
    owner = lease.owner
    return max(LEASE_SECONDS, (owner.lease_duration or 0) if owner else 0)


def _mark(path: Path) -> tuple[int, int] | None:
    """What changes when a lease is renewed or replaced; None where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _now_there(folder: Path) -> float:
    """Give the time of whoever keeps the files of a folder, in seconds since the epoch."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\n")
        file.flush()
        return os.fstat(file.fileno()).st_mtime


def _put_away(path: Path, seen: tuple[int, int]) -> None:
    """Take a dead lease out of the way; one that is not the dead one is given back."""
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        # Refused where a server knows that somebody has it open: then it is not dead.
        with suppress(FileNotFoundError, PermissionError):
            path.rename(aside / path.name)
        if _mark(aside / path.name) not in (None, seen) and not os.path.lexists(path):
            (aside / path.name).rename(path)
        (aside / path.name).unlink(missing_ok=True)
    finally:
        aside.rmdir()


def _tell(path: Path, token: str | None, as_of: datetime.date | None) -> None:
    """Say who holds the lock; for people, never for whether it is held."""
    now = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
    day = None if as_of is None else as_of.isoformat()
    holder = Holder(socket.gethostname(), os.getpid(), now, day)
    replace_file(path, json.dumps({"token": token, **asdict(holder)}).encode())


def _untell(path: Path, token: str | None) -> None:
    if _told(path, token) is not None:
        path.unlink(missing_ok=True)


def _told(path: Path, token: str | None) -> Holder | None:
    """Give what the holder with that token has said; None where it has said nothing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(found, dict) or token is None or found.pop("token", None) != token:
        return None
    try:
        holder = Holder(**found)
        if holder.since is not None:
            datetime.datetime.fromisoformat(holder.since)
    except (TypeError, ValueError):
        return None
    return holder


def _holder_soon(derived: Path) -> Holder | None:
    """Who holds the lock; one who has just taken it says so in a moment."""
    until = time.monotonic() + _TOLD_SECONDS
    while (holder := find_holder(derived)) is None or holder.since is None:
        if time.monotonic() > until:
            return holder
        time.sleep(_POLL_SECONDS / 2)
    return holder


def _is_gone(holder: Holder) -> bool:
    if holder.host != socket.gethostname() or os.name != "posix":
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _is_this_process(holder: Holder) -> bool:
    return (holder.host, holder.pid) == (socket.gethostname(), os.getpid())


def _who(holder: Holder) -> str:
    return f"process {holder.pid} on {holder.host}"
