"""`schema`: what an editor needs to help with files of judgments."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line
from forecast_bench.workspace import DERIVED, load_workspace, shown
from forecast_bench.workspace.judgments_schema import SCHEMA_FILE, judgments_schema
from forecast_bench.workspace.replacing import replace_file


def schema(
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Write it here, not to {DERIVED}/{SCHEMA_FILE}."),
    ] = None,
    *,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print it, and write nothing.")] = False,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Write the JSON Schema of files of judgments, for editors.

    It knows the lexicons of the workspace, so write it anew when they change, and once after
    cloning: it is derived, and not in git.

    Example: forecast-bench schema
    """
    folder = workspace_folder(workspace)
    read = load_workspace(folder)
    made = judgments_schema(read.lexicons, default=read.settings.lexicon)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if stdout:
        sys.stdout.write(text)
        return
    path = out or folder / DERIVED / SCHEMA_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode("utf-8"))
    except OSError as failure:
        sys.stderr.write(f"{path} cannot be written: {failure.strerror}\n")
        raise typer.Exit(ExitStatus.FAILED) from None
    if output is Format.json:
        print_json({"written": shown(path, folder)})
    else:
        print_line(f"written: {shown(path, folder)}")
