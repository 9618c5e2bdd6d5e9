"""Commands in pages: run them, compare their output, or write it anew.

A block fenced as ``console`` holds commands after ``$`` with what they print, on both streams. A
comment ``<!-- file: NAME -->`` before a block makes that block a file. Everything happens in the
order of the page, in one folder. ``…`` stands for whatever is there: a path, the name of a run.

Run ``python tests/documented_commands.py docs/tutorial.md`` to write a page's outputs anew.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKSPACE_PARTS = ("judgments", "models", "incidents", "pyproject.toml")
# Pages that begin with nothing; every other begins in a copy of the first case.
EMPTY = ("docs/tutorial.md",)

# The fits of the examples of a panel and an own model are made once for all pages.
_FITS = tempfile.TemporaryDirectory(prefix="forecast-bench-fits-")
_DERIVED = Path(".forecast-bench") / "fits"

_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n+)?```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL
)
_JOB = re.compile(r"forecast-bench (recalibrate|backfill)\b")
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page, with the output that the page shows."""

    line: str
    expected: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page tells the reader to write."""

    name: str
    text: str


def pages() -> list[str]:
    """Pages that show commands."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found if "```console" in path.read_text()]


def steps(text: str) -> list[Command | File]:
    """Give what a page does, in its order."""
    found: list[Command | File] = []
    for block in _BLOCK.finditer(text):
        if block["file"]:
            found.append(File(block["file"], block["text"]))
        elif block["language"] == "console":
            for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, _, expected = part.partition("\n")
                found.append(Command(line, expected))
    return found


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prepare(page: str, folder: Path) -> None:
    """Put what the page begins with into a folder."""
    if page in EMPTY:
        return
    for name in WORKSPACE_PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    # Without the job nothing is sampled: a page that runs none shows the approximation.
    if any(isinstance(one, Command) and _JOB.match(one.line) for one in steps(_text(page))):
        shutil.copytree(_FITS.name, folder / _DERIVED)


def run(done: list[Command | File], folder: Path) -> list[tuple[Command, str]]:
    """Do the steps; give every command with what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "88"}
    here, printed = folder, []
    for step in done:
        if isinstance(step, File):
            (here / step.name).parent.mkdir(parents=True, exist_ok=True)
            (here / step.name).write_text(step.text, encoding="utf-8")
            continue
        if step.line.startswith("cd "):
            here = here / step.line.removeprefix("cd ")
            printed.append((step, ""))
            continue
        finished = subprocess.run(
            ["bash", "-c", step.line],
            cwd=here,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed.append((step, finished.stdout))
    derived = folder / _DERIVED
    panels = (one.parent for one in derived.glob("*/sampled.json"))
    for fit in (*derived.glob("own-*"), *panels):
        shutil.copytree(fit, Path(_FITS.name) / fit.name, dirs_exist_ok=True)
    return printed


def agrees(expected: str, printed: str) -> bool:
    """Whether an output is what the page shows."""
    pattern = ".*?".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def scrubbed(printed: str, folder: Path) -> str:
    """Output with what differs from machine to machine left out."""
    text = _RUN.sub("…", printed.replace(str(folder.resolve()), "…"))
    text = re.sub(r"…\S*/…/review/", "…/review/", text)
    return text.strip("\n") + "\n" if text.strip() else ""


def rewritten(page: str) -> str:
    """Give the text of a page with the outputs that its commands have now."""
    text = _text(page)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(page, folder)
        printed = iter([scrubbed(out, folder) for _, out in run(steps(text), folder)])

    def block(found: re.Match[str]) -> str:
        if found["file"] or found["language"] != "console":
            return found[0]
        lines = [line for line in found["text"].splitlines() if line.startswith("$ ")]
        body = "".join(f"{line}\n{next(printed)}" for line in lines)
        return f"```console\n{body}```\n"

    return _BLOCK.sub(block, text)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        (ROOT / argument).write_text(rewritten(argument), encoding="utf-8")
