"""`review --base`: what a change does to the judgments, for whoever reviews it."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.options import ExitStatus, Format, today_or
from forecast_bench.cli.output import print_json, print_line

if TYPE_CHECKING:
    from forecast_bench.review.comparison import Comparison, Rendered

BaseOption = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REF",
        help="Review a change: hold the workspace as this commit of git has it against the "
        "working folder.",
    ),
]
HeadOption = Annotated[
    str | None,
    typer.Option(
        "--head", metavar="REF", help="With --base: another commit in place of the working folder."
    ),
]
SummaryOption = Annotated[
    Path | None,
    typer.Option(
        "--summary",
        metavar="FILE",
        help="With --base: add the Markdown, without the picture, to this file; in a workflow of "
        'GitHub "$GITHUB_STEP_SUMMARY".',
    ),
]


def refuse_together(
    base: str | None,
    *,
    run: str | None,
    head: str | None,
    summary: Path | None,
    as_of: datetime.date | None,
    pdf: bool,
) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    typer.BadParameter
        If a run or its print is asked for with a base, or what goes with a base without one.
    """
    if base is not None and pdf:
        raise typer.BadParameter("prints the review of a run, not of a change", param_hint="--pdf")
    if base is not None and run is not None:
        raise typer.BadParameter(
            "a run and a change are reviewed one at a time; leave out --run or --base",
            param_hint="--run",
        )
    for name, given in (("--head", head), ("--summary", summary), ("--as-of", as_of)):
        if base is None and given is not None:
            raise typer.BadParameter("goes with --base", param_hint=name)


def compare_into(
    out: Path,
    folder: Path,
    *,
    base: str,
    head: str | None,
    summary: Path | None,
    as_of: datetime.date | None,
    output: Format,
) -> None:
    """Compare, write, and leave with the status of the head."""
    from forecast_bench.job.comparing import compare_revisions
    from forecast_bench.job.revision import RevisionError
    from forecast_bench.review.comparison import render_comparison

    try:
        found = compare_revisions(folder, base=base, head=head, as_of=today_or(as_of))
    except RevisionError as fault:
        raise typer.BadParameter(str(fault), param_hint="--base") from None
    try:
        written = render_comparison(found, out)
    except OSError as failure:
        raise typer.BadParameter(f"{out}: {_reason(failure)}", param_hint="--out") from None
    if summary is not None:
        _append(summary, written.comment)
    _say(found, written, out, output)
    # A feed or a model that failed is an alarm; errors in what people wrote are none.
    if found.after.uncounted and found.after.alarms:
        raise typer.Exit(ExitStatus.FAILED)
    if found.after.unreadable or found.after.errors:
        raise typer.Exit(ExitStatus.PROBLEMS)


def _say(found: "Comparison", written: "Rendered", out: Path, output: Format) -> None:
    from forecast_bench.review.comparison import verdict_of

    if output is Format.json:
        print_json(_record(found, written))
        return
    print_line(verdict_of(found))
    print_line(f"{len(written.files)} files; read {out / 'comparison.md'}")


def _record(found: "Comparison", written: "Rendered") -> dict[str, Any]:
    from forecast_bench.review.comparison import KINDS

    return {
        "base": {"name": found.before.name, "commit": found.before.commit or None},
        "head": {"name": found.after.name, "commit": found.after.commit or None},
        "as_of": found.as_of,
        "judgments": {kind: len(found.of_kind(kind)) for kind in KINDS},
        "same": found.same,
        "problems": {"new": len(found.new_problems), "gone": len(found.gone_problems)},
        "is_empty": found.is_empty,
        "errors": len(found.after.errors),
        "base_unreadable": found.before.unreadable,
        "files": [str(path) for path in written.files],
    }


def _append(summary: Path, text: str) -> None:
    try:
        with summary.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as failure:
        raise typer.BadParameter(f"{summary}: {_reason(failure)}", param_hint="--summary") from None


def _reason(failure: OSError) -> str:
    return failure.strerror or str(failure)
