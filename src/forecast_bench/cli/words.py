"""`lexicon`: words to numbers and back."""

from typing import Annotated

import typer

from forecast_bench.cli.options import ExitStatus, Format, FormatOption, WorkspaceOption
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.lexicons import (
    Lexicon,
    describe_bands,
    load_shipped,
    look_up,
    phrases_for,
    read_lexicons,
)
from forecast_bench.records import Confidence, Settings
from forecast_bench.workspace import MODELS

lexicon = typer.Typer(no_args_is_help=True, help="Words to numbers and back.")

LexiconOption = Annotated[
    str, typer.Option("--lexicon", metavar="ID", help="A lexicon as name@version.")
]


@lexicon.command("list")
def list_lexicons(workspace: WorkspaceOption = None, output: FormatOption = Format.text) -> None:
    """List the lexicons that judgments can pin.

    Example: forecast-bench lexicon list
    """
    found = _known(workspace)
    if output is Format.json:
        print_json({"lexicons": [one.model_dump(mode="json") for one in found.values()]})
        return
    print_table(
        ["lexicon", "phrases", "structure", "title"],
        [[key, len(one.phrases), one.structure, one.title] for key, one in found.items()],
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
    found = _named(identifier, workspace)
    if output is Format.json:
        print_json(found.model_dump(mode="json"))
        return
    print_line(f"{found.key}: {found.title}")
    print_line(f"source: {found.source}")
    if found.verified is not None:
        print_line(f"verified: {found.verified.mark}: {found.verified.meaning}")
    print_table(
        ["phrase", "also", "low", "high"],
        [
            [one.phrase, ", ".join(one.synonyms), f"{one.low:.0%}", f"{one.high:.0%}"]
            for one in found.phrases
        ],
        numeric=["low", "high"],
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
    named = _named(identifier, workspace)
    found = look_up(named, phrase)
    if found is None:
        typer.echo(f'"{phrase}" is not a phrase of {identifier}', err=True)
        typer.echo(f"  = {identifier} has: {describe_bands(named)}", err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    settings = Settings()
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
                "readers": None,
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


@lexicon.command("phrase")
def phrase_of(
    probability: Annotated[float, typer.Argument(min=0, max=1, help="Between 0 and 1.")],
    identifier: LexiconOption,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.text,
) -> None:
    """Say what a lexicon calls a probability.

    A gap is a gap; the nearest phrase is never given instead.

    Example: forecast-bench lexicon phrase 0.42 --lexicon uk-phia@2018
    """
    found = phrases_for(_named(identifier, workspace), probability)
    if output is Format.json:
        print_json({"kind": found.kind, "terms": list(found.terms), "row": found.row})
        return
    words = " and ".join(found.terms)
    if words:
        print_line(f"{found.kind}: {words}")
        return
    nearby = [
        f"{side} it {one.phrase} {one.low:.0%} to {one.high:.0%}"
        for side, one in (("below", found.below), ("above", found.above))
        if one is not None
    ]
    print_line(f"{found.kind}: no phrase of {identifier}; {', '.join(nearby)}")


def _known(workspace: object) -> dict[str, Lexicon]:
    from pathlib import Path

    from forecast_bench.workspace import find_workspace

    folder = workspace if isinstance(workspace, Path) else find_workspace(Path.cwd())
    house = {} if folder is None else read_lexicons(folder / MODELS / "lexicons")[0]
    return {**load_shipped(), **house}


def _named(identifier: str, workspace: object) -> Lexicon:
    known = _known(workspace)
    if identifier not in known:
        raise typer.BadParameter(
            f'"{identifier}" is not known; lexicons: {", ".join(sorted(known))}',
            param_hint="lexicon",
        )
    return known[identifier]
