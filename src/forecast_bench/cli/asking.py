"""Questions to a person at a terminal, and what stands in for them in a script."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from forecast_bench.cli.output import print_line, print_table
from forecast_bench.editing import StatedValue
from forecast_bench.lexicons import (
    Lexicon,
    describe_bands,
    load_readers,
    look_up,
    phrases_for,
    readers_of,
)
from forecast_bench.records.probability import parse_stated

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_RANGE = re.compile(r"\[?\s*(\d*\.?\d+)\s*(?:-|–|to|,)\s*(\d*\.?\d+)\s*\]?")  # noqa: RUF001


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def require(options: Mapping[str, object]) -> None:
    """Refuse to go on where nobody can be asked for what is missing; all of it is named.

    Raises
    ------
    typer.BadParameter
        If an option is None or empty, and no terminal is there to ask at.
    """
    missing = [name for name, value in options.items() if value is None or value == []]
    if missing and not at_terminal():
        listed = ", ".join(missing)
        raise typer.BadParameter(f"no terminal to ask at; give also {listed}")


def ask(
    label: str, *, default: str | None = None, fault: Callable[[str], str | None] | None = None
) -> str:
    """Ask until the answer has no fault."""
    while True:
        answer = str(typer.prompt(label, default=default)).strip()
        said = "it is empty" if not answer else fault(answer) if fault is not None else None
        if said is None:
            return answer
        print_line(f"  {said}")


def ask_or_none(label: str, *, among: Sequence[str] = ()) -> str | None:
    """Ask for something that may be left out."""
    while True:
        answer = str(typer.prompt(label, default="", show_default=False)).strip()
        if not answer:
            return None
        if not among or answer in among:
            return answer
        print_line(f"  {' or '.join(among)}, or nothing")


def ask_probability(lexicon: Lexicon) -> StatedValue:
    """Show what the phrases mean, by the yardstick and to readers, and ask for one or a number."""
    for row in lexicon.rows:
        if len(lexicon.rows) > 1:
            print_line(f"{lexicon.key}, {row}:")
        phrases = sorted(lexicon.phrases_of(row), key=lambda one: (one.low, one.high))
        heard = [readers_of(one.phrase) for one in phrases]
        print_table(
            ["phrase", "band", "readers hear"],
            [
                [
                    " or ".join(one.wordings),
                    f"{one.low * 100:g}-{one.high * 100:g} %",
                    f"{each.median * 100:g} %" if each is not None else "",
                ]
                for one, each in zip(phrases, heard, strict=True)
            ],
            numeric=["band", "readers hear"],
        )
    study = load_readers()
    print_line(f"readers hear: the median of {study.people} people, {study.source}")
    while True:
        answer = str(typer.prompt("probability (a phrase, 0.7, 70 %, or 0.6-0.8)")).strip()
        try:
            stated = read_probability(answer, lexicon)
        except ValueError as failure:
            print_line(f"  {failure}")
            continue
        warned = gap_warning(stated, lexicon)
        if warned is None:
            return stated
        print_line(f"  {warned}")
        if typer.confirm("  keep the number?", default=False):
            return stated


def read_probability(answer: str, lexicon: Lexicon | None) -> StatedValue:
    """Read a phrase, a number, a percentage or a range.

    Raises
    ------
    ValueError
        If it is none of them, or no phrase of the lexicon; the message says what there is.
    """
    percent = _PERCENT.fullmatch(answer)
    text = str(round(float(percent[1].replace(",", ".")) / 100, 6)) if percent else answer
    held = _RANGE.fullmatch(text)
    stated = parse_stated([held[1], held[2]] if held else text)
    if stated.number is not None:
        return float(stated.number)
    if stated.low is not None and stated.high is not None:
        return stated.low, stated.high
    phrase = str(stated.phrase)
    if lexicon is not None and look_up(lexicon, phrase) is None:
        listed = describe_bands(lexicon)
        raise ValueError(f'"{phrase}" is not a phrase of {lexicon.key}, which has: {listed}')
    return phrase


def gap_warning(stated: StatedValue, lexicon: Lexicon) -> str | None:
    """Say where a number has no phrase, or more than one, in a yardstick."""
    if not isinstance(stated, float):
        return None
    found = [phrases_for(lexicon, stated, row=row) for row in lexicon.rows]
    if any(one.kind in ("term", "nested") for one in found):
        return None
    one = found[0]
    if one.kind == "boundary":
        return f"{stated:g} is both {' and '.join(one.terms)} in {lexicon.key}"
    beside = [each for each in (one.below, one.above) if each is not None]
    named = " and ".join(
        f"{each.phrase} ({each.low * 100:g}-{each.high * 100:g} %)" for each in beside
    )
    where = f"lies between {named}" if len(beside) > 1 else f"lies beyond {named}"
    return f"{stated:g} {where} in {lexicon.key}, which has no phrase for it"
