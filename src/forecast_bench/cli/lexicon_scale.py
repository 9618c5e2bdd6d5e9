"""An ordinal scale, shown and looked up."""

import typer

from forecast_bench.cli.options import ExitStatus
from forecast_bench.cli.output import print_json, print_line, print_table
from forecast_bench.lexicons import OrdinalScale


def show_scale(scale: OrdinalScale, *, as_json: bool) -> None:
    """Print a scale, the least likely phrase first."""
    if as_json:
        print_json(scale.model_dump(mode="json"))
        return
    print_line(f"{scale.key}: {scale.title}")
    print_line(f"source: {scale.source}")
    print_line("structure: ordinal, from the least to the most likely, with no numbers")
    if scale.note is not None:
        print_line(f"note: {scale.note}")
    rows = [
        [place, one.phrase, ", ".join(one.synonyms)]
        for place, one in enumerate(scale.phrases, start=1)
    ]
    print_table(["place", "phrase", "also"], rows, numeric=["place"])


def read_in_scale(scale: OrdinalScale, phrase: str, *, as_json: bool) -> None:
    """Say where a phrase stands in a scale, or leave where it is none of it."""
    place = scale.place_of(phrase)
    if place is None:
        typer.echo(f'"{phrase}" is not a phrase of {scale.key}', err=True)
        raise typer.Exit(ExitStatus.PROBLEMS)
    named = scale.phrases[place - 1].phrase
    below = scale.phrases[place - 2].phrase if place > 1 else None
    above = scale.phrases[place].phrase if place < len(scale.phrases) else None
    if as_json:
        record = {"phrase": named, "place": place, "of": len(scale.phrases)}
        print_json({**record, "below": below, "above": above, "low": None, "high": None})
        return
    print_line(f"{named} ({scale.key}): {place} of {len(scale.phrases)}, from the least likely")
    beside = [f"above {below}" if below else "", f"below {above}" if above else ""]
    print_line(f"{' and '.join(filter(None, beside))}; an order has no numbers, so no prior")
