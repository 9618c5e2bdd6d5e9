"""A workspace as a commit of git has it, laid out in a folder of its own.

Objects are read as they are: no attribute, filter or hook of a repository has a part in it, and
nothing of the repository is changed. Links and submodules are left out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from forecast_bench.sealing import LEDGER
from forecast_bench.sealing.history import has_history, run_git
from forecast_bench.workspace import INCIDENTS, JUDGMENTS, MODELS, SETTINGS

SECONDS: Final = 120.0
_PARTS: Final = (SETTINGS, JUDGMENTS, MODELS, INCIDENTS, LEDGER)
_PLAIN_FILES: Final = (b"100644", b"100755", b"100664")
_BATCH_BYTES: Final = 64 * 2**20
_POINTER: Final = b"version https://git-lfs.github.com/spec/v1\n"


class RevisionError(Exception):
    """A state of the workspace cannot be had from git; the message says why and what to do."""


class NoWorkspaceError(RevisionError):
    """A commit does not have the folder of the workspace."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit, and where the workspace lies in it.

    Parameters
    ----------
    asked : str
        What was asked for: a branch, a tag, a commit.
    commit : str
        Its full name.
    prefix : str
        Folder of the workspace in the repository, with a slash at its end; empty for its root.
    """

    asked: str
    commit: str
    prefix: str


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    blob: bytes
    size: int


def find_revision(folder: Path, asked: str) -> Revision:
    """Find a commit in the repository that a workspace lies in.

    Parameters
    ----------
    folder : Path
        The workspace.
    asked : str
        A name of git for it, such as ``main`` or ``HEAD~1``.

    Raises
    ------
    RevisionError
        If the folder is in no repository, git does not answer, or it has no such commit.
    """
    if not has_history(folder):
        raise RevisionError(f"{folder} is in no repository of git, or there is no git here")
    place = run_git(folder, ["rev-parse", "--show-prefix"])
    if place is None:
        raise RevisionError(f"git does not answer in {folder}; see what git status says there")
    name = f"{asked}^{{commit}}"
    found = run_git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", name])
    if found is None or not found.strip():
        raise RevisionError(
            f'git has no commit "{asked}" here; a shallow clone lacks what was not fetched: fetch '
            "it (in a workflow, fetch-depth: 0)"
        )
    prefix = place.decode("utf-8", "surrogateescape").removesuffix("\n")
    return Revision(asked, found.decode().split()[-1], prefix)


def lay_out(folder: Path, revision: Revision, into: Path) -> Path:
    """Write what a workspace holds at a revision into a folder, with its history beside it.

    Parameters
    ----------
    folder : Path
        The workspace in the working copy.
    revision : Revision
        As `find_revision` gives it.
    into : Path
        An empty folder.

    Returns
    -------
    Path
        The workspace in it.

    Raises
    ------
    NoWorkspaceError
        If the revision has no such folder.
    RevisionError
        If git has not all of its objects here.
    """
    there = into / revision.prefix
    there.mkdir(parents=True, exist_ok=True)
    for batch in _batches(_listed(folder, revision)):
        asked = b"".join(one.blob + b"\n" for one in batch)
        printed = run_git(folder, ["cat-file", "--batch"], given=asked, seconds=SECONDS)
        if printed is None:
            raise RevisionError(f"git does not give the files of {revision.asked}")
        for one, content in zip(batch, _contents(printed, revision), strict=True):
            path = there / one.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_without_pointer(content, folder / one.name))
    _share_history(folder, revision, into)
    return there


def _listed(folder: Path, revision: Revision) -> Iterator[_File]:
    """Plain files of the workspace's own folders."""
    tree = f"{revision.commit}:{revision.prefix.removesuffix('/')}"
    printed = run_git(folder, ["ls-tree", "-r", "-z", "-l", "--full-tree", tree], seconds=SECONDS)
    if printed is None:
        folder_there = revision.prefix.removesuffix("/")
        raise NoWorkspaceError(f"{revision.asked} has no folder {folder_there}")
    for line in printed.split(b"\0"):
        head, _, name = line.partition(b"\t")
        words = head.split()
        if len(words) == 4 and words[0] in _PLAIN_FILES and words[3].isdigit():
            shown = name.decode("utf-8", "surrogateescape")
            if _is_ours(shown):
                yield _File(shown, words[2], int(words[3]))


def _is_ours(name: str) -> bool:
    """Whether a file belongs to the workspace and its name leads nowhere else."""
    parts = PurePosixPath(name).parts
    bad = any(one in ("..", "/") or one.lower() == ".git" or "\\" in one for one in parts)
    return bool(parts) and parts[0] in _PARTS and not bad


def _batches(files: Iterable[_File]) -> Iterator[list[_File]]:
    """Lists of files that are read together."""
    batch: list[_File] = []
    size = 0
    for one in files:
        if batch and size + one.size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


def _contents(printed: bytes, revision: Revision) -> Iterator[bytes]:
    """Take the objects apart that `git cat-file --batch` prints one after the other."""
    place = 0
    while place < len(printed):
        end = printed.index(b"\n", place)
        words = printed[place:end].split()
        if len(words) != 3 or words[1] != b"blob":
            raise RevisionError(
                f"git has not all files of {revision.asked} here: fetch them (git fetch --refetch)"
            )
        start = end + 1
        place = start + int(words[2]) + 1
        yield printed[start : place - 1]


def _without_pointer(content: bytes, now: Path) -> bytes:
    """Content of a large file that git holds as a pointer, where the working copy has the same."""
    if not content.startswith(_POINTER):
        return content
    wanted = [line for line in content.decode("utf-8", "replace").splitlines() if "sha256:" in line]
    if not wanted or not now.is_file():
        return content
    present = now.read_bytes()
    same = hashlib.sha256(present).hexdigest() == wanted[0].rpartition("sha256:")[2].strip()
    return present if same else content


def _share_history(folder: Path, revision: Revision, into: Path) -> None:
    """Let git answer in the folder too, as at the revision: the objects stay where they are."""
    asked = ["--git-common-dir", "--show-object-format"]
    printed = run_git(folder, ["rev-parse", *asked])
    common, kind = (printed or b"").decode("utf-8", "surrogateescape").splitlines()
    shared = (folder / common).resolve()
    own = into / ".git"
    for part in ("objects/info", "refs"):
        (own / part).mkdir(parents=True)
    objects = f"{shared / 'objects'}\n".encode("utf-8", "surrogateescape")
    (own / "objects" / "info" / "alternates").write_bytes(objects)
    (own / "HEAD").write_text(f"{revision.commit}\n", encoding="utf-8")
    extension = f"[extensions]\n\tobjectformat = {kind}\n" if kind != "sha1" else ""
    version = 1 if extension else 0
    (own / "config").write_text(
        f"[core]\n\trepositoryformatversion = {version}\n\tbare = false\n{extension}",
        encoding="utf-8",
    )
    if (shared / "shallow").is_file():
        (own / "shallow").write_bytes((shared / "shallow").read_bytes())
