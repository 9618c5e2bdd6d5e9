"""A workspace in a repository of git, to be changed and reviewed."""

import os
import subprocess
from pathlib import Path

from conftest import SURROUNDINGS, write

REPORT = """\
report: {id: r, title: T}
analyst: r.lee
issued: 2017-12-31
lexicon: uk-phia@2018
questions:
  battles-up:
    change: {of: {actor: JNIM, type: battle, countries: [Mali]}, direction: increase,
             against: 12 months}
    within: 18 months
  road-opens:
    by_hand: {asks: Is the road open?, settled_by: The notice.}
    within: 18 months
judgments:
  - id: more-battles
    statement: JNIM will fight more battles in Mali.
    probability: likely
    question: battles-up
    topic: tempo
  - id: road
    statement: The road opens.
    probability: 0.6
    question: road-opens
    revisions:
      - {on: 2018-03-31, probability: 0.7, because: The work has begun.}
"""
COUNTS = "month,country,admin1,side_a,side_b,event_type,incidents\n" + "".join(
    f"{year}-{month:02},Mali,Gao,JNIM,,battle,{number}\n"
    for year, number in ((2017, 2), (2018, 1))
    for month in range(1, 13)
)
FILES = {**SURROUNDINGS, "incidents/counts.csv": COUNTS, "judgments/r.yaml": REPORT}


def git(folder: Path, *words: str) -> str:
    """Run git as somebody, without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT")}
    who = {
        f"GIT_{role}_{what}": "a@b.test"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**kept, **who, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def begin(folder: Path, *, inside: str = "", **files: str) -> Path:
    """Make a repository with one commit of a workspace, and give the workspace."""
    workspace = write(folder / inside, {**FILES, **files})
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    return workspace


def commit(folder: Path, message: str) -> str:
    """Commit everything, and give the name of the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD").strip()


def rewrite(workspace: Path, old: str, new: str, *, name: str = "judgments/r.yaml") -> None:
    """Put one text for another in a file."""
    path = workspace / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
