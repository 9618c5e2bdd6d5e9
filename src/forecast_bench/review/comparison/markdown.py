"""A comparison as Markdown that fits into a comment, whatever its size."""

from dataclasses import dataclass
from typing import Final

from forecast_bench.review.comparison.content import Part, comparison_parts, verdict_of
from forecast_bench.review.comparison.difference import Comparison
from forecast_bench.review.document import Figure
from forecast_bench.review.inert import inert, inert_block
from forecast_bench.review.markdown import block_as_markdown, escaped
from forecast_bench.review.wording import clean

LARGEST: Final = 60_000
"""Most bytes of what is written for a comment; GitHub takes 65,536 characters."""

FULL: Final = "comparison-full.md"
_ALL: Final = 10**9
# Lists are cut to the largest of these that fits.
_CUTS: Final = (_ALL, 500, 300, 200, 150, 100, 75, 50, 35, 25, 15, 10, 6, 3, 1)


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


def comparison_markdown(comparison: Comparison, *, figure: Figure | None = None) -> Printed:
    """Print a comparison, and all of it where it had to be cut.

    Parameters
    ----------
    comparison : Comparison
        What to say.
    figure : Figure, optional
        A picture that lies beside the file, to be shown in it.

    Raises
    ------
    ValueError
        If not even one row of each list fits.
    """
    whole = _printed(comparison, _ALL, figure)
    if _fits(whole):
        return Printed(whole)
    for most in _CUTS[1:]:
        text = _printed(comparison, most, figure)
        if _fits(text):
            return Printed(text, whole)
    raise ValueError("a comparison of one row of each kind is too long for a comment")


def _fits(text: str) -> bool:
    return len(text.encode("utf-8")) < LARGEST


def _printed(comparison: Comparison, most: int, figure: Figure | None) -> str:
    before, after = (clean(one.name, longest=120) for one in (comparison.before, comparison.after))
    told = f"From {before} to {after}, both as of {comparison.as_of}."
    lines = [
        "## forecast-bench: what this changes",
        escaped(inert(told)),
        f"**{escaped(inert(verdict_of(comparison)))}**",
    ]
    full = FULL if most < _ALL else ""
    for part in comparison_parts(comparison, most=most, full=full):
        lines.extend(_part(part))
    if figure is not None:
        shown = {figure.name: f"figures/{figure.name}.svg"}
        lines.extend(block_as_markdown(inert_block(figure), shown))
    return "\n\n".join(line for line in lines if line) + "\n"


def _part(part: Part) -> list[str]:
    blocks = [
        text
        for one in part.blocks
        for text in block_as_markdown(inert_block(one), {}, level=4)
    ]
    if part.is_folded:
        return [f"<details><summary>{escaped(part.title)}</summary>", *blocks, "</details>"]
    return [f"### {escaped(part.title)}", *blocks]
