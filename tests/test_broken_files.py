"""Hundreds of broken files: each is refused with a place, and none of them is a bug of ours."""

import contextlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from broken_files import ALL_KEYS, ROOT, SEED, WHOLE, cases, replacements
from forecast_bench.cli import main

COPIED: Final = ("judgments", "models", "incidents", "pyproject.toml")
HEAD: Final = re.compile(
    r"^(?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+): error: .+ \[[a-z0-9-]+\]$"
)


def _run(arguments: list[str]) -> tuple[int, str]:
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            main(arguments)
            status = 0
        except SystemExit as left:
            status = int(left.code or 0)
    return status, errors.getvalue()


def _places(said: str) -> list[tuple[str, int, int]]:
    heads = (HEAD.match(line) for line in said.splitlines())
    return [(one["file"], int(one["line"]), int(one["column"])) for one in heads if one]


def _faults_of_the_report(status: int, said: str, content: bytes) -> list[str]:
    """What is wrong with how a broken file was reported; nothing where it was reported well."""
    if status == 0:
        return []
    places = _places(said)
    lines = re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", errors="replace"))
    own = [(line, column) for file, line, column in places if file == "judgments/broken.yaml"]
    outside = [
        (line, column)
        for line, column in own
        if (line, column) != (1, 1)
        and not (line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1)
    ]
    checks = {
        f"status {status}": status == 1,
        "a traceback or a bug": "Traceback" not in said and "bug of forecast-bench" not in said,
        f"no located message: {said[:300]!r}": bool(own),
        f"places outside the file: {outside}": not outside,
        "words of a library": not re.search(r"\b(Input|String|Tuple|validation)\b", said),
        "control characters": all(one.isprintable() or one == "\n" for one in said),
    }
    return [fault for fault, fine in checks.items() if not fine]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Copy the workspace of the repository, without its judgments."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / "judgments" / "mali-2017.yaml").unlink()
    return tmp_path


def test_hundreds_of_broken_files_are_refused_with_a_place(workspace):
    file = workspace / "judgments" / "broken.yaml"
    by_hand = {*WHOLE, *dict(replacements())}
    broken, passed, wrong = set(), set(), []
    for name, content in cases():
        file.write_bytes(content)
        status, said = _run(["check", "--workspace", str(workspace)])
        faults = _faults_of_the_report(status, said, content)
        wrong.extend(f"{name}: {fault}" for fault in faults)
        (broken if status else passed).add(name)
    assert not wrong, "\n".join(wrong[:20])
    assert not passed & by_hand, "a mistake written by hand was not seen"
    assert len(broken & by_hand) >= 200
    assert len(broken) >= 350


def test_the_files_that_are_broken_are_good_before(workspace):
    good = [ALL_KEYS, (ROOT / "judgments" / "mali-2017.yaml").read_text("utf-8")]
    for text in good:
        (workspace / "judgments" / "broken.yaml").write_text(text, encoding="utf-8")
        assert _run(["check", "--workspace", str(workspace)]) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: b"---\n" + content + b"...\n",
        lambda content: b"# \xd7\x90\xd7\x91\n" + content,
    ],
    ids=[
        "byte order mark",
        "windows ends of line",
        "no last end of line",
        "marks",
        "right to left",
    ],
)
def test_what_editors_add_is_no_mistake(workspace, change: Callable[[bytes], bytes]):
    (workspace / "judgments" / "broken.yaml").write_bytes(change(ALL_KEYS.encode()))
    assert _run(["check", "--workspace", str(workspace)]) == (0, "")


def _directory(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _fifty_megabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


@pytest.mark.parametrize(
    ("make", "identifier"),
    [
        (_directory, "file-unreadable"),
        (_loop, "file-unreadable"),
        (os.mkfifo, "file-unreadable"),
        (lambda path: path.symlink_to("nowhere.yaml"), "file-unreadable"),
        (lambda path: path.symlink_to("/dev/zero"), "file-unreadable"),
        (_fifty_megabytes, "file-too-large"),
    ],
    ids=["folder", "loop", "pipe", "link to nowhere", "device", "50 MB"],
)
def test_what_is_no_file_is_reported(workspace, make, identifier):
    make(workspace / "judgments" / "broken.yaml")
    status, said = _run(["check", "--workspace", str(workspace)])
    assert status == 1
    assert said.startswith("judgments/broken.yaml:1:1: error: ")
    assert f"[{identifier}]" in said


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "models/actors.yaml",
        "models/rates/default.yaml",
        "models/recalibration.yaml",
        "incidents/acled-sahel.yaml",
    ],
)
def test_broken_files_beside_the_judgments_are_refused(workspace, path):
    rng = random.Random(SEED)
    good = (workspace / path).read_bytes()
    (workspace / "judgments" / "all.yaml").write_text(ALL_KEYS, encoding="utf-8")
    for content in (
        b"\xff\xfe",
        b"a: [",
        b"[[[[",
        b"- a\n",
        b"a = " + b"[" * 5000,
        b"tool: 3\n",
        b"tool = 3\n",
        *(good[: rng.randrange(len(good))] for _ in range(5)),
        *(
            good[:at] + b"\x00\t{" + good[at:]
            for at in (rng.randrange(len(good)) for _ in range(5))
        ),
    ):
        (workspace / path).write_bytes(content)
        status, said = _run(["check", "--workspace", str(workspace)])
        assert status in (0, 1), said
        assert "Traceback" not in said
        assert bool(_places(said)) == (status == 1)


def test_a_name_that_is_not_utf8_can_be_printed(workspace, capfdbinary):
    name = os.fsencode(workspace / "judgments") + b"/caf\xe9.yaml"
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(b"- a\n")
    status, said = _run(["check", "--workspace", str(workspace)])
    assert status == 1
    assert said.startswith("judgments/caf?.yaml:1:1: error: ")


def test_the_program_itself_behaves_as_its_function_does(workspace):
    file = workspace / "judgments" / "broken.yaml"
    chosen = dict(cases())
    names = [
        "zeros",
        "utf-16",
        "deep flow lists",
        "deep block list",
        "billion laughs",
        "rare ends of line",
        "a very long line",
        "two documents",
        "empty",
        "right to left",
        "bytes",
        "a merge conflict",
    ]
    program = Path(sys.executable).with_name("forecast-bench")
    for name in names:
        file.write_bytes(chosen[name])
        done = subprocess.run(
            [program, "check", "--workspace", workspace, "--format", "json"],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert done.stderr == b""
        found = json.loads(done.stdout)["problems"]
        assert any(one["file"] == "judgments/broken.yaml" for one in found)
