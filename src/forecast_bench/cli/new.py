"""`new`: a judgment recorded by prompts, or by options."""

import datetime
from typing import Annotated

import typer

from forecast_bench.cli.asking import ask, at_terminal, require
from forecast_bench.cli.editing import LEVELS, probability_from, report_written
from forecast_bench.cli.new_answers import (
    ask_confidence,
    ask_file,
    ask_header,
    ask_identifier,
    ask_lexicon,
    ask_question,
    ask_window,
    file_named,
    listed,
    question_from,
    said_by_file,
    window_from,
)
from forecast_bench.cli.options import (
    Format,
    FormatOption,
    WorkspaceOption,
    parse_day,
    today_or,
    workspace_folder,
)
from forecast_bench.editing import Written, identifier_from, judgment_values, record
from forecast_bench.workspace import load_workspace


def new(
    statement: Annotated[
        str | None, typer.Argument(metavar="STATEMENT", help="The event, in one sentence.")
    ] = None,
    *,
    probability: Annotated[
        str | None, typer.Option(metavar="PHRASE", help="A phrase, 0.7, 70 %, or 0.6-0.8.")
    ] = None,
    question: Annotated[
        str | None, typer.Option(metavar="NAME", help="A question of the workspace.")
    ] = None,
    asks: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Or a new one, settled by hand.")
    ] = None,
    settled_by: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The source that settles it.")
    ] = None,
    at_least: Annotated[
        int | None, typer.Option(metavar="N", help="Or a new one: at least so many incidents.")
    ] = None,
    actor: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Of these actors.")
    ] = None,
    incident_type: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Of these types.")
    ] = None,
    country: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="In these countries.")
    ] = None,
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Window from the issue on: 18 months.")
    ] = None,
    first: Annotated[
        datetime.date | None,
        typer.Option("--from", metavar="DATE", parser=parse_day, help="Or its first day,"),
    ] = None,
    last: Annotated[
        datetime.date | None,
        typer.Option("--to", metavar="DATE", parser=parse_day, help="and its last."),
    ] = None,
    confidence: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="low, moderate or high.")
    ] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="By default from the statement.")
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Its file in judgments/; made where there is none."),
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Title of the report, for a new file.")
    ] = None,
    analyst: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Who judges.")] = None,
    issued: Annotated[
        datetime.date | None,
        typer.Option(metavar="DATE", parser=parse_day, help="Day of issue; today by default."),
    ] = None,
    lexicon: Annotated[
        str | None, typer.Option(metavar="ID@VERSION", help="The yardstick.")
    ] = None,
    topic: Annotated[str | None, typer.Option(metavar="TEXT")] = None,
    situation: Annotated[
        str | None, typer.Option(metavar="ID", help="Judgments that share a fate.")
    ] = None,
    assumption: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What it rests on; repeatable.")
    ] = None,
    raises: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What, if seen, would raise it.")
    ] = None,
    lowers: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What, if seen, would lower it.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Record a judgment.

    On a terminal, what is missing is asked for; in a script it is named. Comments and order of the
    file stay as they are, and nothing is written where check would find an error.

    Example: forecast-bench new "The road opens." --probability likely --file roads
    """
    if confidence not in (None, *LEVELS):
        raise typer.BadParameter("low, moderate or high", param_hint="--confidence")
    inline = question_from(
        asks=asks,
        settled_by=settled_by,
        at_least=at_least,
        filters={"actor": actor, "type": incident_type, "countries": country},
    )
    window = window_from(within, first, last)
    read = load_workspace(workspace_folder(workspace))
    path = file_named(read, file) if file is not None else None
    require({
        "STATEMENT": statement,
        "--probability": probability,
        "--question (or --asks with --settled-by, or --at-least)": question or inline,
        "--within (or --from and --to)": window or question,
        "--file": path,
        "--analyst": analyst or said_by_file(read, path, "analyst"),
    })  # fmt: skip

    def write() -> tuple[str, Written]:
        place = path or ask_file(read)
        fresh = not place.exists()
        said_already = said_by_file(read, place, "lexicon") or read.settings.lexicon
        pinned = lexicon or said_already
        if pinned is None and at_terminal():
            pinned = ask_lexicon(read)
        header = ask_header(place, title, analyst, today_or(issued), pinned) if fresh else {}
        said = statement or ask("statement (the event, in one sentence)")
        stated = probability_from(probability, read.lexicons.get(str(pinned or "")))
        asked = question or inline or ask_question(read)
        taken = frozenset(one.id for one in read.judgments) | frozenset(read.questions)
        named = identifier or ask_identifier(identifier_from(said, taken))
        values = judgment_values(
            identifier=named,
            statement=said,
            probability=stated,
            question=asked if isinstance(asked, str) else {**asked, **(window or ask_window())},
            more={
                "confidence": confidence or ask_confidence(),
                "analyst": None if fresh else listed(analyst),
                "issued": None if fresh else today_or(issued),
                "lexicon": str(pinned) if not fresh and pinned != said_already else None,
                "topic": topic,
                "situation": situation,
                "assumptions": [{"text": one} for one in assumption or ()],
                "indicators": [
                    *({"text": one, "would": "raise"} for one in raises or ()),
                    *({"text": one, "would": "lower"} for one in lowers or ()),
                ],
            },
        )
        return named, record(read, place, values, header=header)

    report_written(write, "recorded", output)
