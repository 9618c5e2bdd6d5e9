"""`lexicon`: words to numbers and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from forecast_bench.cli.lexicon_diff import show_difference
from forecast_bench.cli.lexicon_scale import read_in_scale, show_scale
from forecast_bench.cli.options import ExitStatus, Format, FormatOption, WorkspaceOption
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.lexicons import (
    Heard,
    Lexicon,
    OrdinalScale,
    Phrase,
    describe_bands,
    load_readers,
    load_shipped,
    look_up,
    parted,
    phrases_for,
    read_lexicons,
    read_scales,
    readers_of,
)
from forecast_bench.records import Confidence, Settings
from forecast_bench.workspace import MODELS, SETTINGS, find_workspace, load_workspace
from forecast_bench.workspace.settings_file import read_settings

lexicon = typer.Typer(no_args_is_help=True, help="Words to numbers and back.")

LexiconOption = Annotated[
    str, typer.Option("--lexicon", metavar="ID", help="A lexicon as name@version.")
]


@lexicon.command("list")
def list_lexicons(workspace: WorkspaceOption = None, output: FormatOption = Format.text) -> None:
    """List the lexicons that judgments can pin.

    Example: forecast-bench lexicon list
    """
    found: list[Lexicon | OrdinalScale] = [
        *_known(workspace).values(),
        *_scales(workspace).values(),
    ]
    if output is Format.json:
        print_json({"lexicons": [one.model_dump(mode="json") for one in found]})
        return
    print_table(
        ["lexicon", "phrases", "structure", "title"],
        [[one.key, len(one.phrases), one.structure, one.title] for one in found],
        numeric=["phrases"],
    )


@lexicon.command("show")
def show_lexicon(
    identifier: Annotated[str, typer.Argument(metavar="ID")],
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Show a lexicon with its bands and its source.

    Example: forecast-bench lexicon show uk-phia@2018
    """
    scale = _scales(workspace).get(identifier)
    if scale is not None:
        show_scale(scale, as_json=output is Format.json)
        return
    found = _named(identifier, workspace)
    if output is Format.json:
        print_json(found.model_dump(mode="json"))
        return
    print_line(f"{found.key}: {found.title}")
    print_line(f"source: {found.source}")
    print_line(f"structure: {found.structure}; language: {found.language}")
    if found.made_from is not None:
        print_line(f"made from: {found.made_from}")
    if found.in_force is not None:
        end = f" to {found.in_force.end}" if found.in_force.end else ""
        print_line(f"in force: from {found.in_force.start}{end}")
    if found.verified is not None:
        print_line(f"verified: {found.verified.mark}: {found.verified.meaning}")
    if found.note is not None:
        print_line(f"note: {found.note}")
    for row in found.rows:
        if len(found.rows) > 1:
            print_line(f"row: {row}")
        heard = {one.phrase: readers_of(one.phrase) for one in found.phrases_of(row)}
        print_table(
            ["phrase", "also", "low", "high", "readers hear"],
            [
                [one.phrase, ", ".join(one.synonyms), *_ends(one), _median(heard[one.phrase])]
                for one in found.phrases_of(row)
            ],
            numeric=["low", "high", "readers hear"],
        )


@lexicon.command("read")
def read_phrase(
    phrase: Annotated[str, typer.Argument(help="An estimative phrase.")],
    identifier: LexiconOption,
    confidence: Annotated[
        str | None, typer.Option(help="Analytic confidence: low, moderate or high.")
    ] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Read a phrase as the prior it becomes.

    Example: forecast-bench lexicon read "highly likely" --lexicon uk-phia@2018
    """
    from forecast_bench.priors import encode, interval

    if confidence not in (None, "low", "moderate", "high"):
        raise typer.BadParameter("low, moderate or high", param_hint="--confidence")
    scale = _scales(workspace).get(identifier)
    if scale is not None:
        read_in_scale(scale, phrase, as_json=output is Format.json)
        return
    named = _named(identifier, workspace)
    found = look_up(named, phrase)
    if found is None:
        typer.echo(f'"{phrase}" is not a phrase of {identifier}', err=True)
        typer.echo(f"  = {identifier} has: {describe_bands(named)}", err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    settings = _settings(workspace)
    heard = readers_of(found.phrase)
    level: Confidence = confidence or "moderate"  # type: ignore[assignment]
    prior = encode(
        band=(found.low, found.high),
        number=None,
        mass=settings.band_mass,
        weight_cap=getattr(settings.weights, level),
    )
    low, high = interval(prior, level=0.9)
    if output is Format.json:
        print_json(
            {
                "phrase": found.phrase,
                "low": found.low,
                "high": found.high,
                "mass": settings.band_mass,
                "a": prior.a,
                "b": prior.b,
                "mean": prior.mean,
                "weight": prior.weight,
                "capped": prior.capped,
                "confidence": level,
                "interval": [low, high],
                "readers": _heard_record(found, heard),
            }
        )
        return
    print_line(f"{found.phrase} ({identifier}): {found.low:.0%} to {found.high:.0%}")
    print_line(
        f"prior: Beta({prior.a:.4f}, {prior.b:.4f}), mean {prior.mean:.4f}, "
        f"90 % between {low:.3f} and {high:.3f}"
    )
    default = "" if confidence else ", the default where none is stated"
    cap = f", capped by {level} analytic confidence{default}" if prior.capped else ""
    print_line(f"weight: worth {prior.weight:.1f} observations{cap}")
    for line in _heard_lines(found, heard):
        print_line(line)


@lexicon.command("phrase")
def phrase_of(
    probability: Annotated[float, typer.Argument(min=0, max=1, help="Between 0 and 1.")],
    identifier: LexiconOption,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Say what a lexicon calls a probability, in each of its rows.

    A gap is a gap; the nearest phrase is never given instead.

    Example: forecast-bench lexicon phrase 0.42 --lexicon uk-phia@2018
    """
    named = _named(identifier, workspace)
    rows = [phrases_for(named, probability, row=row) for row in named.rows]
    if output is Format.json:
        answers = [{"kind": one.kind, "terms": list(one.terms), "row": one.row} for one in rows]
        print_json({**answers[0], "rows": answers})
        return
    for found in rows:
        of_row = f" ({found.row} row)" if len(rows) > 1 else ""
        if found.terms:
            print_line(f"{found.kind}: {' and '.join(found.terms)}{of_row}")
            continue
        nearby = [
            f"{side} it {one.phrase} {one.low:.0%} to {one.high:.0%}"
            for side, one in (("below", found.below), ("above", found.above))
            if one is not None
        ]
        print_line(f"{found.kind}: no phrase of {identifier}{of_row}; {', '.join(nearby)}")


@lexicon.command("diff")
def difference(
    first: Annotated[str, typer.Argument(metavar="A", help="A lexicon as name@version.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Say what the phrases of A, and the open judgments made in them, would mean under B.

    Example: forecast-bench lexicon diff uk-phia@2018 nato-ajp-2.1@2016
    """
    folder = _folder(workspace)
    read = None if folder is None else load_workspace(folder)
    show_difference(
        _named(first, workspace), _named(second, workspace), read, as_json=output is Format.json
    )


def _settings(workspace: Path | None) -> Settings:
    folder = _folder(workspace)
    return Settings() if folder is None else read_settings(folder / SETTINGS, shown_as=SETTINGS)[0]


def _ends(phrase: Phrase) -> tuple[str, str]:
    signs = {"inclusive": ("", ""), "exclusive": (">", "<"), "approximate": ("~", "~")}
    low, high = signs[phrase.edges.low][0], signs[phrase.edges.high][1]
    return f"{low}{phrase.low * 100:g}%", f"{high}{phrase.high * 100:g}%"


def _median(heard: Heard | None) -> str:
    return "" if heard is None else f"{heard.median:.0%}"


def _heard_record(phrase: Phrase, heard: Heard | None) -> dict[str, object] | None:
    if heard is None:
        return None
    study = load_readers()
    return {
        "median": heard.median,
        "low": heard.quartiles[0] / 100,
        "high": heard.quartiles[2] / 100,
        "people": study.people,
        "outside_the_band": parted(phrase, heard),
        "source": study.source,
    }


def _heard_lines(phrase: Phrase, heard: Heard | None) -> list[str]:
    if heard is None:
        return ["readers: nobody was asked what they hear in it"]
    study = load_readers()
    low, middle, high = heard.quartiles
    lines = [
        f"readers: the middle one of {study.people:,} hears {middle:g} %, half of them between "
        f"{low:g} and {high:g} % ({study.source})"
    ]
    if parted(phrase, heard):
        lines.append(
            f"warning: the band is {phrase.low:.0%} to {phrase.high:.0%} and readers hear "
            f"{middle:g} %; print the number beside the word"
        )
    return lines


def _folder(workspace: Path | None) -> Path | None:
    return workspace if workspace is not None else find_workspace(Path.cwd())


def _known(workspace: Path | None) -> dict[str, Lexicon]:
    folder = _folder(workspace)
    house = {} if folder is None else read_lexicons(folder / MODELS / "lexicons")[0]
    return {**load_shipped(), **house}


def _scales(workspace: Path | None) -> Mapping[str, OrdinalScale]:
    folder = _folder(workspace)
    return {} if folder is None else read_scales(folder / MODELS / "lexicons")[0]


def _named(identifier: str, workspace: Path | None) -> Lexicon:
    known = _known(workspace)
    if identifier in _scales(workspace):
        typer.echo(f"{identifier} is an order of phrases without numbers", err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    if identifier not in known:
        raise typer.BadParameter(
            f'"{identifier}" is not known; lexicons: {", ".join(sorted(known))}',
            param_hint="lexicon",
        )
    return known[identifier]
