"""Two days of a job that meets a fault on the second: workspaces, and what must hold afterwards.

On the first day a run is published. Then new judgments, a new outcome and a new vintage come in at
once, so that the job of the second day imports, fits and publishes.
"""

import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from first_case import small_case
from forecast_bench.job import latest_run, read_manifest
from forecast_bench.job.integrity import verify
from forecast_bench.job.ledger import ledger_file
from pooled_workspace import MODEL

PROGRAM = str(Path(sys.executable).parent / "forecast-bench")
DERIVED = ".forecast-bench"
IN_A_REPORT = 20
# Code compiled by the sampler's libraries, which decide themselves what they keep, and locks.
_NOT_COMPARED = ("compiled", "job.lock", "ledger.jsonl")
_RUN = re.compile(r"\d{8}T\d{6}Z(?=-[0-9a-f]{8})")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?([.]\d+)?([+]00:00|Z| UTC)")
# Rows of the table of stages, and what the job held in memory.
_SECONDS = re.compile(r"(?<=[>| ])\d+(?:[.]\d+)? (?:s|MiB)\b")
# A job that follows one that was stopped finds the fit that it had made.
_REUSED = re.compile(r"fitted anew|reused the fit made for [0-9-]+, 0 days before")
_OF_THE_MOMENT = ("made_at", "stages", "peak_mib", "files")
_NEW = """\
report: {id: new, title: What the second day brings}
analyst: b.name
issued: 2018-01-31
lexicon: uk-phia@2018
judgments:
  - id: bridge
    statement: The bridge opens.
    probability: likely
    question:
      by_hand: {asks: Is the bridge open?, settled_by: The river office}
      within: 20 days
    resolution: {outcome: occurred, on: 2018-02-15, evidence: The river office says so.}
"""
_ONE = """\
  - id: {id}
    analyst: {analyst}
    statement: JNIM is in {least} or more incidents of the kind {kind} in {country}.
    probability: {phrase}
    question:
      count:
        of: {{actor: JNIM, type: {kind}, countries: [{country}]}}
        at_least: {least}
      within: {within}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A workspace with two days.

    Parameters
    ----------
    make : callable
        Writes it into a folder, as it is on the first day.
    change : callable
        Brings in what is new on the second day.
    days : tuple of str
        The two days looked at.
    """

    make: Callable[[Path], None]
    change: Callable[[Path], None]
    days: tuple[str, str]


def small() -> Case:
    """Two judgments on the incidents of the first case; the second day settles a third."""

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        small_case(folder)
        (folder / "models" / "recalibration.yaml").write_text(MODEL, encoding="utf-8")

    def change(folder: Path) -> None:
        (folder / "judgments" / "new.yaml").write_text(_NEW, encoding="utf-8")
        _newer_vintage(folder)

    return Case(make, change, ("2018-03-31", "2018-04-30"))


def desk(judgments: int) -> Case:
    """Many judgments with counts, most of them settled; the second day brings a report more."""
    reports = -(-judgments // IN_A_REPORT)

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        small_case(folder, _report(0))
        for number in range(1, reports - 1):
            _write_report(folder, number)
        (folder / "models" / "recalibration.yaml").write_text(MODEL, encoding="utf-8")

    def change(folder: Path) -> None:
        _write_report(folder, reports - 1)
        _newer_vintage(folder)

    return Case(make, change, ("2019-08-31", "2019-09-30"))


def _write_report(folder: Path, number: int) -> None:
    path = folder / "judgments" / f"report-{number}.yaml"
    path.write_text(_report(number), encoding="utf-8")


def _report(number: int) -> str:
    """Twenty judgments, each on a question of its own, issued a month after the one before."""
    years, month = divmod(number % 16, 12)
    # The last day of a month, since windows count by month.
    issued = datetime.date(2018 + years, month + 1, 1) - datetime.timedelta(days=1)
    head = f"report: {{id: r{number}, title: Report {number}}}\nissued: {issued}\n"
    return f"{head}lexicon: uk-phia@2018\njudgments:\n" + "".join(
        _ONE.format(
            id=f"j{number}-{at}",
            analyst=("a.name", "b.name", "c.name")[at % 3],
            phrase=("likely", "unlikely", "highly likely", "realistic possibility")[at % 4],
            kind=("battle", "explosion", "abduction")[at % 3],
            country=("Mali", "Burkina Faso")[at % 2],
            least=1 + (5 * number + 3 * at) % 30,
            within=("3 months", "6 months", "12 months", "18 months")[(number + at) % 4],
        )
        for at in range(IN_A_REPORT)
    )


def _newer_vintage(folder: Path) -> None:
    with (folder / "incidents" / "sahel-monthly.csv").open("a", encoding="utf-8") as file:
        file.write("2018-04,Mali,Gao,JNIM,ISGS,battle,1\n")
    path = folder / "incidents" / "acled-sahel.yaml"
    text = path.read_text(encoding="utf-8").replace("2022-03-31", "2022-04-30")
    path.write_text(text, encoding="utf-8")


def command(folder: Path, day: str) -> list[str]:
    """Give the words of the job."""
    return [PROGRAM, "recalibrate", "--workspace", str(folder), "--as-of", day, "--log", "json"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give the job a folder of its own, beside the workspace, for what is no part of it."""
    temporary = folder.with_name(f"{folder.name}-temporary")
    temporary.mkdir(exist_ok=True)
    return {**os.environ, "TMPDIR": str(temporary), **more}


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended: its exit status, negative for a signal, and what it said."""

    status: int
    said: str


type Run = Callable[[Path, str], Done]


def cold(folder: Path, day: str) -> Done:
    """Run the job to its end as a scheduler does."""
    done = subprocess.run(
        command(folder, day), env=environment(folder), capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stderr)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A workspace before the job of its second day, and after an undisturbed one.

    Parameters
    ----------
    base, whole : Path
        Before and after.
    day : str
        The second day.
    first, last : str
        What was in force before and what is after, by `told`.
    contents : mapping of str to str
        What an undisturbed job leaves, by `contents_of`.
    ledger : bytes
        Of the first day.
    """

    base: Path
    whole: Path
    day: str
    first: str
    last: str
    contents: Mapping[str, str]
    ledger: bytes


def prepare(folder: Path, case: Case, run: Run = cold) -> Prepared:
    """Make a workspace, publish its first day, bring in what is new, and do it undisturbed once."""
    base, whole = folder / "base", folder / "whole"
    case.make(base)
    _must_be_done(run(base, case.days[0]))
    case.change(base)
    shutil.copytree(base, whole, symlinks=True)
    _must_be_done(run(whole, case.days[1]))
    latest = latest_run(base)
    after = latest_run(whole)
    assert latest is not None
    assert after is not None
    assert read_manifest(after)["as_of"] == case.days[1]
    return Prepared(
        base=base,
        whole=whole,
        day=case.days[1],
        first=told(latest.name),
        last=told(after.name),
        contents=contents_of(whole),
        ledger=ledger_file(base).read_bytes(),
    )


def _must_be_done(done: Done) -> None:
    if done.status:
        raise RuntimeError(f"the undisturbed job left with {done.status}: {done.said}")


def copied(base: Path, folder: Path) -> Path:
    """Copy a workspace; it is some megabytes, so nothing is shared by links."""
    shutil.copytree(base, folder, symlinks=True)
    return folder


def forget(folder: Path) -> None:
    """Remove a copy with what lies beside it."""
    shutil.rmtree(folder)
    shutil.rmtree(folder.with_name(f"{folder.name}-temporary"), ignore_errors=True)


def told(name: str) -> str:
    """Tell a run by what it was made of, whenever it was made."""
    return _RUN.sub("TIME", name)


def contents_of(folder: Path) -> dict[str, str]:
    """Digest of every file of a workspace but for when it was made, by name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] == DERIVED and parts[1:2] and parts[1] in _NOT_COMPARED:
            continue
        name = told("/".join(parts))
        if path.is_symlink():
            found[name] = told(str(path.readlink()))
        elif path.is_file():
            found[name] = hashlib.sha256(_without_moment(path)).hexdigest()
        else:
            found[name] = "a folder"
    return found


def _without_moment(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix not in (".json", ".html", ".md", ".jsonl"):
        return content
    text = content.decode()
    if path.name == "manifest.json":
        manifest: dict[str, Any] = json.loads(text)
        kept = {key: value for key, value in manifest.items() if key not in _OF_THE_MOMENT}
        kept["recalibration"].pop("fitted")
        text = json.dumps(kept, sort_keys=True)
    for kind in (_MOMENT, _SECONDS, _REUSED):
        text = kind.sub("MOMENT", text)
    return _RUN.sub("TIME", text).encode()


def differences(found: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Name what is missing, too much or other than expected."""
    lines = []
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            lines.append(f"{name} is missing")
        elif name not in expected:
            lines.append(f"{name} is litter")
        elif found[name] != expected[name]:
            lines.append(f"{name} differs")
    return lines


def faults_before_rerun(folder: Path, prepared: Prepared) -> list[str]:
    """What is wrong with a workspace whose job met a fault: nothing may be lost."""
    latest = latest_run(folder)
    if latest is None:
        return ["latest leads nowhere"]
    faults = []
    if told(latest.name) not in (prepared.first, prepared.last):
        faults.append(f"latest leads to {latest.name}")
    found = verify(folder)
    faults += [one for one in found.faults if not one.endswith("it was changed")]
    # A line that was being written may be cut short; no line above it may have changed.
    if not ledger_file(folder).read_bytes().startswith(prepared.ledger):
        faults.append("the ledger lost a line")
    return [*faults, *_unreadable(latest)]


def _unreadable(run_folder: Path) -> list[str]:
    import pyarrow.parquet as parquet

    faults = []
    for path in run_folder.rglob("*"):
        try:
            if path.suffix == ".parquet":
                parquet.read_table(path)
            elif path.suffix == ".json":
                json.loads(path.read_bytes())
        except (OSError, ValueError) as failure:
            faults.append(f"{path.name} of the run in force cannot be read: {failure}")
    if not (run_folder / "review" / "review.html").stat().st_size:
        faults.append("the review in force is empty")
    return faults


def faults_after_rerun(folder: Path, prepared: Prepared) -> list[str]:
    """What is not as an undisturbed job leaves it."""
    found = verify(folder)
    faults = [*found.faults, *found.notes]
    if not ledger_file(folder).read_bytes().startswith(prepared.ledger):
        faults.append("the ledger lost a line")
    return [*faults, *differences(contents_of(folder), prepared.contents)]


def faults_of_readers(folder: Path) -> list[str]:
    """What commands that read say of a workspace; they leave it as it is but for the store."""
    faults = []
    out = folder.with_name(f"{folder.name}-temporary") / "review"
    for words in (
        ["status", "--as-of", "2019-12-31"],
        ["review", "--out", str(out)],
        ["runs", "list"],
    ):
        done = subprocess.run(
            [PROGRAM, *words, "--workspace", str(folder)],
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            faults.append(f"{words[0]} left with {done.returncode}: {last_line(done.stderr)}")
    return faults


def last_line(text: str) -> str:
    """Give the last line of what was said."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
