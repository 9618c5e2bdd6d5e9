"""`incidents status`, `labels` and `compact`: what the store holds."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forecast_bench.cli.coverage_picture import coverage_lines
from forecast_bench.cli.options import (
    ExitStatus,
    Format,
    FormatOption,
    WorkspaceOption,
    workspace_folder,
)
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.cli.sources import read_past_judgments

if TYPE_CHECKING:
    from forecast_bench.incidents import Storage, Vintage

_MOST_LABELS = 50


def status(
    *,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="Draw it into a file, .svg or .png."),
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Show the sources in the store: vintages, coverage, attribution.

    Example: forecast-bench incidents status --picture coverage.svg
    """
    from forecast_bench.incidents import sources_in, vintages
    from forecast_bench.job.feeds import store_of

    folder = workspace_folder(workspace)
    storage = store_of(folder, read_past_judgments(folder).settings)
    sources = [known for name in sources_in(storage) if (known := vintages(storage, name))]
    if picture is not None:
        _draw(sources, picture)
    if output is Format.json:
        print_json({"sources": [_document(known) for known in sources]})
        return
    if not sources:
        print_line("the store is empty; run forecast-bench incidents import")
        return
    print_table(
        ["source", "vintage", "covers from", "to", "countries", "rows", "incidents"],
        [_row(known[-1]) for known in sources],
        numeric=["rows", "incidents"],
    )
    print_line()
    print_table(
        ["source", "vintage", "added", "changed", "withdrawn", "unreadable", "outside", "file"],
        [_import_row(one) for known in sources for one in known],
        numeric=["added", "changed", "withdrawn", "unreadable", "outside"],
    )
    print_line()
    for line in coverage_lines([known[-1] for known in sources]):
        print_line(line)
    print_line()
    for known in sources:
        manifest = known[-1].manifest
        print_line(f"{manifest.source}: {manifest.attribution}. {manifest.licence}")


def labels(
    *,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """List the labels in the data that match no actor, or more than one; most frequent first.

    Example: forecast-bench incidents labels
    """
    from forecast_bench.incidents import label_report, newest_vintages
    from forecast_bench.job.feeds import store_of

    folder = workspace_folder(workspace)
    read = read_past_judgments(folder)
    storage = store_of(folder, read.settings)
    _check_source(storage, source)
    found = [
        (vintage.manifest.source, one)
        for vintage in newest_vintages(storage)
        if source in (None, vintage.manifest.source)
        for one in label_report(read.actors, vintage.labels)
    ]
    found.sort(key=lambda pair: (-pair[1].incidents, pair[0], pair[1].label))
    if output is Format.json:
        records = [
            {"source": name, "label": one.label, "incidents": one.incidents, "actors": one.actors}
            for name, one in found
        ]
        print_json({"labels": records})
        return
    if not found:
        print_line("every label matches exactly one actor")
        return
    print_table(
        ["incidents", "source", "label", "matches"],
        [
            [one.incidents, name, one.label, ", ".join(one.actors) or "no actor"]
            for name, one in found[:_MOST_LABELS]
        ],
        numeric=["incidents"],
    )
    if len(found) > _MOST_LABELS:
        print_line(f"and {len(found) - _MOST_LABELS} more; --format json lists them all")


def compact(
    *,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="How many of the newest vintages keep their own files.")
    ] = 0,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Write the many files of old vintages into few; every answer as of a day stays the same.

    Example: forecast-bench incidents compact --keep 3
    """
    from filelock import Timeout

    from forecast_bench.incidents import compact as compact_source
    from forecast_bench.incidents import sources_in
    from forecast_bench.job.feeds import store_of

    folder = workspace_folder(workspace)
    storage = store_of(folder, read_past_judgments(folder).settings)
    _check_source(storage, source)
    documents: list[dict[str, Any]] = []
    for name in sources_in(storage):
        if source not in (None, name):
            continue
        try:
            done = compact_source(storage, name, keep=keep)
        except Timeout:
            sys.stderr.write(f"another import of {name} is running; compact it later\n")
            raise typer.Exit(ExitStatus.LOCKED) from None
        documents.append({"source": name, "before": done.before, "after": done.after})
    if output is Format.json:
        print_json({"sources": documents})
        return
    for one in documents:
        print_line(f"{one['source']}: {one['before']} files before, {one['after']} now")


def _check_source(storage: "Storage", source: str | None) -> None:
    """Refuse a name of no source: to say nothing of it would say that all is well."""
    from forecast_bench.incidents import sources_in

    known = sources_in(storage)
    if source is not None and source not in known:
        message = f'the store has no source "{source}"; it has {", ".join(known) or "none"}'
        raise typer.BadParameter(message, param_hint="--source")


def _draw(sources: "list[tuple[Vintage, ...]]", picture: Path) -> None:
    """Draw the coverage into a file."""
    from forecast_bench.job.coverage_figure import coverage_figure
    from forecast_bench.review.pictures import as_png, as_svg

    if picture.suffix not in (".svg", ".png"):
        raise typer.BadParameter("the picture is a file .svg or .png", param_hint="--picture")
    if not sources:
        raise typer.BadParameter("the store is empty", param_hint="--picture")
    svg = as_svg(coverage_figure(sources))
    picture.write_bytes(svg.encode() if picture.suffix == ".svg" else as_png(svg))


def _document(known: "tuple[Vintage, ...]") -> dict[str, Any]:
    newest = known[-1]
    return {
        **newest.manifest.model_dump(mode="json", by_alias=True),
        "coverage": newest.extent.hull.model_dump(mode="json", by_alias=True),
        "vintages": [
            one.manifest.model_dump(
                mode="json", by_alias=True, exclude={"title", "licence", "attribution", "note"}
            )
            for one in known
        ],
    }


def _row(newest: "Vintage") -> list[object]:
    covered, manifest = newest.extent.hull, newest.manifest
    window = covered.window
    countries = list(covered.countries)
    shown = ", ".join(countries[:3]) + (f" and {len(countries) - 3} more" if countries[3:] else "")
    counts = (manifest.rows, manifest.incidents)
    return [manifest.source, manifest.retrieved, window.start, window.end, shown, *counts]


def _import_row(one: "Vintage") -> list[object]:
    manifest = one.manifest
    changes = (manifest.added, manifest.changed, manifest.withdrawn)
    left = (manifest.read.rejected, manifest.read.outside)
    return [manifest.source, manifest.retrieved, *changes, *left, manifest.file]
