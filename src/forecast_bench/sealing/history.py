"""What git keeps of a file; where there is no git, or it does not answer, there is no history."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

SECONDS = 10.0
MOST_VERSIONS = 50
MOST_COMMITS_OF_LEDGER = 500
# Without a ledger only so many commits are searched for one, as most workspaces never had any.
MOST_COMMITS_WITHOUT_LEDGER = 1000

# Those of a person who would see less of the history, or more than is asked for.
_SETTINGS = (
    "core.quotepath=false",
    "core.fsmonitor=false",
    "log.showSignature=false",
    "log.showRoot=true",
    "log.diffMerges=separate",
)
_PLAIN = ("--no-pager", *(word for one in _SETTINGS for word in ("-c", one)))
_UNANSWERED: ContextVar[list[str] | None] = ContextVar("_UNANSWERED", default=None)


@dataclass(frozen=True, slots=True)
class Version:
    """A file as a commit has it."""

    commit: str
    day: str
    content: bytes


def has_history(folder: Path) -> bool:
    """Whether a workspace lies in a working copy of git and git is there, without running it."""
    place = folder.resolve()
    inside = folder.is_dir() and any((one / ".git").exists() for one in (place, *place.parents))
    return inside and shutil.which("git") is not None


def versions(folder: Path, file: str) -> tuple[Version, ...]:
    """Versions of a file in the commits that changed it, newest first, under its former names too.

    Parameters
    ----------
    folder : Path
        The workspace.
    file : str
        Path in it.
    """
    listed = run_git(
        folder,
        ["log", "--follow", f"-n{MOST_VERSIONS}", "--format=%x01%H %cs", "--name-only"],
        ["--", file],
    )
    names: list[tuple[str, str, str]] = []
    for part in (listed or b"").decode("utf-8", "replace").split("\x01")[1:]:
        head, *paths = [line for line in part.splitlines() if line]
        commit, _, day = head.partition(" ")
        names.extend((commit, day, path) for path in paths[:1])
    asked = "".join(f"{commit}:{path}\n" for commit, _, path in names)
    printed = run_git(folder, ["cat-file", "--batch"], given=asked.encode()) if names else None
    return tuple(_batch(names, printed or b""))


def lines_of_ledger(folder: Path, ledger: str, *, bounded: bool) -> dict[bytes, str] | None:
    """Every line that a commit added to the ledger, with the commit; None where git says nothing.

    All sides of merges are looked at, also those that a merge threw away.

    Parameters
    ----------
    folder, ledger : Path, str
        The workspace and the ledger's path in it.
    bounded : bool
        Whether to look at the newest commits only.
    """
    span: list[str] = []
    if bounded:
        skip = f"--skip={MOST_COMMITS_WITHOUT_LEDGER}"
        oldest = (run_git(folder, ["rev-list", "-n1", skip, "HEAD"]) or b"").decode().strip()
        span = [f"{oldest}..HEAD"] if oldest else []
    printed = run_git(
        folder,
        # As text, though attributes of git may call the ledger binary or keep it from being shown.
        ["log", "--full-history", "-m", "-p", "-U0", "--text", "--no-ext-diff", "--no-textconv"],
        ["--no-renames", "--no-color", f"-n{MOST_COMMITS_OF_LEDGER}", "--format=%x01%H", *span],
        ["--", ledger],
    )
    if printed is None:
        return None
    found: dict[bytes, str] = {}
    commit = ""
    for line in printed.split(b"\n"):
        if line.startswith(b"\x01"):
            commit = line[1:].decode()
        elif line.startswith(b"+{"):
            found[line[1:].rstrip(b"\r")] = commit
    return found


def is_tracked(folder: Path, path: Path) -> bool:
    """Whether git has a file already."""
    listed = run_git(folder, ["ls-files", "--", str(path.resolve())])
    return bool(listed and listed.strip())


def run_git(
    folder: Path, *arguments: Sequence[str], given: bytes = b"", seconds: float | None = None
) -> bytes | None:
    """Give what a git command prints; None where there is no git, or it fails or takes too long.

    Nothing of the configuration that runs other programs is used, and nothing is fetched.
    """
    program = shutil.which("git")
    if program is None or not has_history(folder):
        return None
    import subprocess

    # A hook runs with variables that would point git to another place.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    words = [word for group in arguments for word in group]
    try:
        finished = subprocess.run(  # noqa: S603 - a list of words, no shell
            [program, *_PLAIN, *words],
            cwd=folder,
            env={**kept, **quiet},
            input=given,
            capture_output=True,
            timeout=SECONDS if seconds is None else seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        finished = None
    if finished is not None and finished.returncode == 0:
        return finished.stdout
    noted = _UNANSWERED.get()
    if noted is not None:
        noted.append(words[0])
    return None


@contextmanager
def unanswered() -> Iterator[list[str]]:
    """Collect the commands that git is asked and does not answer while this lasts."""
    noted: list[str] = []
    before = _UNANSWERED.set(noted)
    try:
        yield noted
    finally:
        _UNANSWERED.reset(before)


def _batch(names: list[tuple[str, str, str]], printed: bytes) -> list[Version]:
    """Take the objects apart that `git cat-file --batch` prints one after the other."""
    found = []
    for commit, day, _ in names:
        head, _, printed = printed.partition(b"\n")
        words = head.split()
        if len(words) == 3 and words[1] == b"blob":
            size = int(words[2])
            found.append(Version(commit, day, printed[:size]))
            printed = printed[size + 1 :]
        elif len(words) == 3:
            printed = printed[int(words[2]) + 1 :]
    return found


def head_of(folder: Path) -> str | None:
    """Commit that a working copy of git stands at, without running git.

    Returns
    -------
    str or None
        The commit; empty outside a working copy and before the first commit; None where it cannot
        be told.
    """
    try:
        own = _own_folder(folder)
        return "" if own is None else _head(own, _shared_folder(own))
    except (OSError, UnicodeDecodeError, IndexError):
        return None


def reach_of(folder: Path) -> str | None:
    """All that git's answers about a working copy depend on, without running git.

    Returns
    -------
    str or None
        The commit, and where a shallow clone ends; empty outside a working copy; None where it
        cannot be told, or where git may know more tomorrow of the same commit.
    """
    head = head_of(folder)
    try:
        own = _own_folder(folder)
        if own is None or head is None:
            return head
        shared = _shared_folder(own)
        # Objects that are fetched when they are wanted, or that stand in for others.
        if any((shared / "objects" / "pack").glob("*.promisor")) or _stood_in(shared):
            return None
        shallow = shared / "shallow"
        return f"{head}\n{shallow.read_text('utf-8')}" if shallow.exists() else head
    except (OSError, UnicodeDecodeError, IndexError):
        return None


def _own_folder(folder: Path) -> Path | None:
    """Git's folder of this working copy; a linked one has a file that leads to it."""
    place = folder.resolve()
    marks = (one / ".git" for one in (place, *place.parents))
    mark = next((one for one in marks if one.exists()), None)
    if mark is None or not mark.is_file():
        return mark
    return (mark.parent / mark.read_text("utf-8").strip().removeprefix("gitdir: ")).resolve()


def _shared_folder(own: Path) -> Path:
    """Git's folder that all linked working copies share."""
    common = own / "commondir"
    return (own / common.read_text("utf-8").strip()).resolve() if common.exists() else own


def _head(own: Path, shared: Path) -> str | None:
    head = (own / "HEAD").read_text("utf-8").strip()
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    for one in (own / name, shared / name):
        if one.is_file():
            found = one.read_text("utf-8").strip()
            # One that leads to another is not followed here.
            return None if found.startswith("ref: ") else found
    lines = _packed(shared)
    commit = next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
    # Refs kept in another form than files are not read here.
    return None if commit is None and (shared / "reftable").exists() else commit or ""


def _packed(shared: Path) -> list[str]:
    packed = shared / "packed-refs"
    return packed.read_text("utf-8").splitlines() if packed.exists() else []


def _stood_in(shared: Path) -> bool:
    """Whether some commits are shown with others in their place."""
    replaced = shared / "refs" / "replace"
    return (
        (shared / "info" / "grafts").exists()
        or (replaced.exists() and any(replaced.iterdir()))
        or any(" refs/replace/" in line for line in _packed(shared))
    )
