"""A comparison as Markdown that fits into a comment, whatever its size."""

from dataclasses import dataclass
from typing import Final

from forecast_bench.review.comparison.content import Part, comparison_parts, verdict_of
from forecast_bench.review.comparison.difference import Comparison
from forecast_bench.review.comparison.side import Side
from forecast_bench.review.document import Figure
from forecast_bench.review.inert import inert, inert_block
from forecast_bench.review.markdown import block_as_markdown, escaped
from forecast_bench.review.wording import clean

LARGEST: Final = 60_000
"""Most bytes of what is written for a comment; GitHub takes 65,536 characters."""

FULL: Final = "comparison-full.md"
_ALL: Final = 10**9
# Lists are cut to the largest of these that fits.
_CUTS: Final = (300, 200, 150, 100, 75, 50, 35, 25, 15, 10, 6, 3, 1)


@dataclass(frozen=True, slots=True)
class Printed:
    """A comparison in Markdown.

    Parameters
    ----------
    text : str
        For a comment or a file: under `LARGEST` bytes in UTF-8.
    full : str
        All of it, where `text` is cut; else empty.
    """

    text: str
    full: str = ""


def comparison_markdown(comparison: Comparison, *, spare: int = 0) -> Printed:
    """Print a comparison, and all of it where it had to be cut.

    Parameters
    ----------
    comparison : Comparison
        What to say.
    spare : int
        Bytes to leave for what the caller adds.

    Raises
    ------
    ValueError
        If not even one row of each list fits.
    """
    whole = _printed(comparison, _ALL)
    most = LARGEST - spare
    if len(whole.encode("utf-8")) < most:
        return Printed(whole)
    for rows in _CUTS:
        text = _printed(comparison, rows)
        if len(text.encode("utf-8")) < most:
            return Printed(text, whole)
    raise ValueError("a comparison of one row of each kind is too long for a comment")


def picture_markdown(figure: Figure) -> str:
    """Print a picture that lies beside the file, with its caption."""
    shown = {figure.name: f"figures/{figure.name}.svg"}
    return "\n".join(["", *_separated(block_as_markdown(inert_block(figure), shown))])


def _separated(parts: list[str]) -> list[str]:
    return [line for part in parts for line in (part, "")]


def _printed(comparison: Comparison, most: int) -> str:
    before, after = (_called(one) for one in (comparison.before, comparison.after))
    lines = [
        "## forecast-bench: what this changes",
        f"From {before} to {after}, both as of {comparison.as_of}.",
        f"**{escaped(inert(verdict_of(comparison)))}**",
    ]
    full = FULL if most < _ALL else ""
    for part in comparison_parts(comparison, most=most, full=full):
        lines.extend(_part(part))
    return "\n\n".join(line for line in lines if line) + "\n"


def _called(side: Side) -> str:
    """Name of a state; the commit is our own word, and may be linked."""
    name = escaped(inert(clean(side.name, longest=120)))
    if not side.commit or side.commit.startswith(side.name):
        return side.commit[:12] or name
    return f"{name} ({side.commit[:12]})"


def _part(part: Part) -> list[str]:
    blocks = [
        text for one in part.blocks for text in block_as_markdown(inert_block(one), {}, level=4)
    ]
    if part.is_folded:
        return [f"<details><summary>{escaped(part.title)}</summary>", *blocks, "</details>"]
    return [f"### {escaped(part.title)}", *blocks]
