"""`revise` and `resolve`: what an analyst adds to the record."""

import datetime
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from forecast_bench.cli.asking import (
    ask,
    ask_probability,
    at_terminal,
    gap_warning,
    read_probability,
    require,
)
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    parse_day,
    today_or,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, report_problems
from forecast_bench.editing import EditError, StatedValue, Written, judgment_of
from forecast_bench.editing import resolve as resolve_question
from forecast_bench.editing import revise as revise_judgment
from forecast_bench.lexicons import Lexicon
from forecast_bench.workspace import load_workspace

_STATUS = {
    "refused": ExitStatus.PROBLEMS,
    "busy": ExitStatus.LOCKED,
    "failed": ExitStatus.FAILED,
}
OUTCOMES = ("occurred", "did not occur", "void", "cannot resolve")
LEVELS = ("low", "moderate", "high")

DayOption = Annotated[
    datetime.date | None,
    typer.Option(metavar="DATE", parser=parse_day, help="The day of it; today by default."),
]


def revise(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A judgment.")],
    probability: Annotated[
        str | None,
        typer.Argument(metavar="PHRASE", help="A phrase, a number such as 0.7, or 0.6-0.8."),
    ] = None,
    *,
    because: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What changed your mind.")
    ] = None,
    on: DayOption = None,
    confidence: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="low, moderate or high, where it changes.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Append a revision to a judgment.

    What was stated before stays as it was. On a terminal, what is missing is asked for. Nothing is
    written where check would find an error.

    Example: forecast-bench revise jnim-kidnap-more "almost certain" --because "three seizures"
    """
    require({"PHRASE": probability, "--because": because})
    _among(confidence, LEVELS, "--confidence")
    read = load_workspace(workspace_folder(workspace))

    def write() -> tuple[str, Written]:
        one = judgment_of(read, identifier)
        lexicon = read.lexicons.get(one.lexicon(read.settings.lexicon) or "")
        if at_terminal():
            print_line(f"{one.id}: {one.judgment.statement}")
            stood = [
                one.judgment.probability,
                *(each.probability for each in one.judgment.revisions),
            ]
            print_line(f"stated: {stood[-1]}")
        stated = probability_from(probability, lexicon)
        written = revise_judgment(
            read,
            identifier,
            probability=stated,
            because=because if because is not None else ask("because"),
            on=today_or(on),
            confidence=confidence,
        )
        return identifier, written

    report_written(write, "revised", output)


def resolve(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="A judgment or a question.")],
    outcome: Annotated[
        str | None, typer.Argument(metavar="OUTCOME", help=", ".join(OUTCOMES))
    ] = None,
    *,
    evidence: Annotated[
        str | None, typer.Option(metavar="TEXT", help="For what occurred or did not.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why it is void or cannot be resolved.")
    ] = None,
    on: DayOption = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Record how a by-hand question ended, at the question.

    Counted questions resolve themselves. A resolution is never changed by this command.

    Example: forecast-bench resolve isgs-iswap occurred --evidence "renamed in April 2019"
    """
    _among(outcome, OUTCOMES, "OUTCOME")
    grounded = evidence if outcome in (None, *OUTCOMES[:2]) else reason
    key = "--evidence" if outcome in (None, *OUTCOMES[:2]) else "--reason"
    require({"OUTCOME": outcome, key: grounded})
    if today_or(on) > today_or(None):
        raise typer.BadParameter(f"{on} is still to come", param_hint="--on")
    read = load_workspace(workspace_folder(workspace))

    def write() -> tuple[str, Written]:
        ended = outcome or ask("outcome", fault=_fault_of(OUTCOMES))
        said = {"evidence": evidence, "reason": reason}
        needed = "evidence" if ended in OUTCOMES[:2] else "reason"
        if said[needed] is None:
            said[needed] = ask(needed)
        written = resolve_question(read, identifier, outcome=ended, on=today_or(on), **said)
        return identifier, written

    report_written(write, "resolved", output)


def probability_from(given: str | None, lexicon: Lexicon | None) -> StatedValue:
    """Read the probability of an option, or ask for it.

    Raises
    ------
    typer.BadParameter
        If what was given is no probability.
    """
    if given is None:
        if lexicon is None:
            raise EditError("no lexicon is pinned, so there are no phrases to choose from")
        return ask_probability(lexicon)
    try:
        stated = read_probability(given, lexicon)
    except ValueError as failure:
        raise typer.BadParameter(str(failure)) from None
    warned = gap_warning(stated, lexicon) if lexicon is not None else None
    if warned is not None:
        sys.stderr.write(f"{warned}\n")
    return stated


def report_written(write: Callable[[], tuple[str, Written]], done: str, output: Format) -> None:
    """Write, and say where; or why not."""
    try:
        identifier, written = write()
    except EditError as failure:
        report_problems(failure.problems)
        sys.stderr.write(f"{failure}\n")
        raise typer.Exit(_STATUS[failure.kind]) from None
    report_problems(written.warnings)
    if output is Format.json:
        print_json({"file": written.file, "line": written.line, "id": identifier})
    else:
        print_line(f"{done}: {identifier}, {written.file}:{written.line}")


def _among(given: str | None, known: tuple[str, ...], name: str) -> None:
    if given is not None and given not in known:
        raise typer.BadParameter(f'"{given}" is not one of {", ".join(known)}', param_hint=name)


def _fault_of(known: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda answer: None if answer in known else f"one of {', '.join(known)}"
