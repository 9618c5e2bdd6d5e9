"""`review`: the review of a run, drawn again into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.cli.comparing import (
    BaseOption,
    HeadOption,
    SummaryOption,
    compare_into,
    refuse_together,
)
from forecast_bench.cli.options import (
    AsOfOption,
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line


def review(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write into.")],
    workspace: WorkspaceOption = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="The run; the latest by default.")
    ] = None,
    base: BaseOption = None,
    head: HeadOption = None,
    summary: SummaryOption = None,
    as_of: AsOfOption = None,
    output: FormatOption = Format.text,
    *,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print it to review.pdf too, through a browser.")
    ] = False,
    browser: Annotated[
        Path | None,
        typer.Option(
            "--browser",
            metavar="PROGRAM",
            envvar="FORECAST_BENCH_BROWSER",
            help="The browser to print with; by default the first chromium, chrome or edge found.",
        ),
    ] = None,
) -> None:
    """Write the review of a run into a folder, or with --base that of a change.

    HTML, Markdown, figures, and the numbers behind them; with --pdf, a print of the HTML. A change
    is reviewed without a run: the workspace as a commit has it is held against the working folder,
    as of one day. The exit status is then 1 where the change has errors.

    Example: forecast-bench review --out review/

    Example: forecast-bench review --base main --out change/
    """
    refuse_together(base, run=run, head=head, summary=summary, as_of=as_of, pdf=pdf)
    if base is not None:
        changed = workspace_folder(workspace)
        compare_into(
            out, changed, base=base, head=head, summary=summary, as_of=as_of, output=output
        )
        return
    from forecast_bench.job import find_run
    from forecast_bench.review import render

    folder = find_run(workspace_folder(workspace), run)
    if folder is None:
        asked = "there is no run yet" if run is None else f"there is no run {run}"
        typer.echo(f"{asked}; make one with forecast-bench recalibrate", err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    try:
        files = render(folder, out)
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise typer.BadParameter(f"{out}: {reason}", param_hint="--out") from None
    if pdf:
        files = tuple(sorted((*files, _printed(out, browser))))
    if output is Format.json:
        print_json({"files": [str(path) for path in files]})
    else:
        print_line(f"{len(files)} files; open {out / 'review.html'}")


def _printed(folder: Path, browser: Path | None) -> Path:
    """Print the review, or leave saying why not; its pages are written all the same."""
    from forecast_bench.review.printing import PrintingError, find_browser, print_review

    try:
        return print_review(folder, browser=find_browser(browser))
    except PrintingError as fault:
        typer.echo(f"no PDF: {fault}", err=True)
        typer.echo(f"  = the review itself is written; open {folder / 'review.html'}", err=True)
        raise typer.Exit(ExitStatus.FAILED) from None
