"""`seal`: bind what was judged into the ledger, and blind rounds."""

import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast_bench.checks import check
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.problems import Problem, as_record
from forecast_bench.problems.catalogue.sealing import SEALING
from forecast_bench.sealing import BlindError, SealResult, commit, read_ledger, reveal
from forecast_bench.sealing import seal as seal_judgments
from forecast_bench.sealing.blind import nonces_file, revealed_as
from forecast_bench.sealing.record import lost_lines
from forecast_bench.workspace import Workspace, load_workspace, shown

_SHORTEST_HEAD = 16


def seal(
    judgments: Annotated[
        list[str] | None,
        typer.Option("--judgment", metavar="ID", help="Seal this one; all by default."),
    ] = None,
    *,
    verify: Annotated[
        str | None, typer.Option(metavar="HEAD", help="Seal nothing; find a published head.")
    ] = None,
    blind: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Commit to the judgments of a draft.")
    ] = None,
    opened: Annotated[
        Path | None,
        typer.Option("--reveal", metavar="FILE", help="Reveal a draft that was committed to."),
    ] = None,
    round_name: Annotated[
        str | None, typer.Option("--round", metavar="NAME", help="The blind round.")
    ] = None,
    wait: Annotated[
        float, typer.Option(metavar="SECONDS", help="Wait so long for another one who seals.")
    ] = 10,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Seal judgments and revisions, so that none is changed without its showing.

    Each gets a line in seals.jsonl with its digest, bound by hash to the lines before it. Commit
    that file, and publish the head printed. Exit status: 0 done, 1 problems in the workspace or
    the ledger, 3 another process seals, 4 the ledger cannot be written.

    Example: forecast-bench seal --judgment jnim-kidnap-more
    """
    drafts = [one for one in (blind, opened) if one is not None]
    if len(drafts) + (verify is not None) + bool(judgments) > 1:
        raise typer.BadParameter("give one of --judgment, --verify, --blind and --reveal")
    if bool(drafts) != (round_name is not None):
        raise typer.BadParameter("--round goes with --blind or --reveal")
    if drafts and not drafts[0].is_file():
        raise typer.BadParameter(f"{drafts[0]} is not a file")
    folder = workspace_folder(workspace)
    if verify is not None:
        _verify(folder, verify, output)
        return
    from filelock import Timeout

    try:
        if not drafts or round_name is None:
            _seal(folder, judgments or [], wait, output)
        elif blind is not None:
            _commit(folder, blind, round_name, wait, output)
        else:
            _reveal(folder, drafts[0], round_name, wait, output)
    except Timeout:
        sys.stderr.write("another process seals in this workspace; nothing was sealed\n")
        raise typer.Exit(ExitStatus.LOCKED) from None
    except BlindError as failure:
        sys.stderr.write(f"{failure}\n")
        raise typer.Exit(ExitStatus.PROBLEMS) from None
    except OSError as failure:
        where = f"{failure.filename}: " if failure.filename else ""
        reason = failure.strerror or type(failure).__name__
        sys.stderr.write(f"stopped: {where}{reason}; the ledger stays as it was\n")
        raise typer.Exit(ExitStatus.FAILED) from None


def _seal(folder: Path, identifiers: Sequence[str], wait: float, output: Format) -> None:
    read = load_workspace(folder)
    known = {one.id for one in read.judgments}
    for name in identifiers:
        if name not in known:
            sys.stderr.write(f'no judgment has the id "{name}"\n')
            raise typer.Exit(ExitStatus.PROBLEMS)
    _refuse_faulty(read, None)
    result = seal_judgments(read, identifiers, now=_now(), wait_seconds=wait)
    _report(result, output, "sealed", round_name=None)


def _commit(folder: Path, draft: Path, round_name: str, wait: float, output: Format) -> None:
    read = load_workspace(folder, also=[draft])
    _refuse_faulty(read, shown(draft, folder))
    result = commit(read, draft, round_name, now=_now(), wait_seconds=wait)
    _report(result, output, "committed to", round_name=round_name)
    if output is Format.text and result.sealed:
        kept = shown(nonces_file(folder, round_name), folder)
        print_line(f"keep {kept} and a copy of it: without it the commitments cannot be opened")


def _reveal(folder: Path, draft: Path, round_name: str, wait: float, output: Format) -> None:
    target = revealed_as(folder, draft)
    # A process killed half way has put the file there: then it is read once, in its place.
    same = target.is_file() and target.read_bytes() == draft.read_bytes()
    source = target if same else draft
    read = load_workspace(folder, also=[] if same else [draft])
    _refuse_faulty(read, shown(source, folder))
    result, placed = reveal(read, source, round_name, now=_now(), wait_seconds=wait)
    _report(result, output, "revealed", round_name=round_name)
    if output is Format.text:
        print_line(f"the judgments are in {shown(placed, folder)}")


def _verify(folder: Path, head: str, output: Format) -> None:
    if len(head) < _SHORTEST_HEAD:
        raise typer.BadParameter(f"give at least {_SHORTEST_HEAD} digits of the head")
    ledger = read_ledger(folder)
    problems = [*ledger.problems, *lost_lines(load_workspace(folder), ledger)]
    found = next((one for one in ledger.lines if one.entry.hash.startswith(head)), None)
    report_problems(problems)
    if output is Format.json:
        record = {"head": head, "found": found is not None, "heads": list(ledger.heads)}
        place = {"line": found.at, "sealed": found.entry.sealed} if found is not None else {}
        print_json({**record, **place, "problems": [as_record(one) for one in problems]})
    elif found is None:
        print_line(f"{head} is not in the ledger")
    elif not problems:
        print_line(
            f"seal {found.entry.number} of {found.entry.sealed} is in the ledger: it and all that "
            f"it follows stand as they were; {len(ledger.lines) - found.at} below it"
        )
    if found is None or problems:
        raise typer.Exit(ExitStatus.PROBLEMS)


def _refuse_faulty(read: Workspace, file: str | None) -> None:
    """Seal nothing that has an error: it could not be mended any more."""
    found: list[Problem] = [
        one
        for one in check(read)
        if one.level == "error"
        and one.identifier not in SEALING
        and (file is None or one.location.file == file)
    ]
    if found:
        report_problems(found)
        sys.stderr.write("nothing was sealed\n")
        raise typer.Exit(ExitStatus.PROBLEMS)


def _report(result: SealResult, output: Format, done: str, *, round_name: str | None) -> None:
    report_problems(result.problems)
    if output is Format.json:
        print_json(_record(result, round_name))
    elif result.problems:
        print_line("nothing was sealed")
    else:
        _say(result, done, round_name)
    if result.problems:
        raise typer.Exit(ExitStatus.PROBLEMS)


def _record(result: SealResult, round_name: str | None) -> dict[str, Any]:
    return {
        "sealed": list(result.sealed),
        "already": result.already,
        "head": result.heads[0] if len(result.heads) == 1 else None,
        "heads": list(result.heads),
        "round": round_name,
        "problems": [as_record(one) for one in result.problems],
    }


def _say(result: SealResult, done: str, round_name: str | None) -> None:
    for one in result.sealed:
        revision = f", revision {one['revision']}" if "revision" in one else ""
        name = one.get("judgment", f"commitment {one['digest'][:16]}")
        print_line(f"{one['number']:>6}  {name}{revision}")
    in_round = f" in round {round_name}" if round_name else ""
    told = f"{done}{in_round}: {len(result.sealed)}"
    print_line(f"{told}, and {result.already} before" if result.already else told)
    for head in result.heads:
        print_line(f"head: {head}")
    if len(result.heads) > 1:
        print_line("branches that sealed were merged; the next seal follows all of them")


def _now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)
