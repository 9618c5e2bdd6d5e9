"""Writes a comparison: Markdown for a comment, all of it where that is cut, a figure, tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecast_bench.review.comparison.difference import Comparison
from forecast_bench.review.comparison.markdown import (
    FULL,
    Printed,
    comparison_markdown,
    picture_markdown,
)
from forecast_bench.review.comparison.tables import changes_figure, comparison_tables
from forecast_bench.review.document import Figure
from forecast_bench.review.pictures import as_png, as_svg
from forecast_bench.review.publishing import replace_folder

SHORT: Final = "comparison.md"
OURS: Final = frozenset({SHORT, FULL, "figures", "numbers"})
"""What the folder of a comparison holds; one that holds anything else is never replaced."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written.

    Parameters
    ----------
    files : tuple of Path
        In order.
    comment : str
        Markdown that needs no other file: without the picture.
    """

    files: tuple[Path, ...]
    comment: str


def render_comparison(comparison: Comparison, out: Path) -> Rendered:
    """Write a comparison into a folder.

    The same two states give the same bytes. The folder is written aside and renamed into place.

    Parameters
    ----------
    comparison : Comparison
        What to write.
    out : pathlib.Path
        The folder to make; an earlier comparison there is replaced.

    Raises
    ------
    FileExistsError
        If `out` exists and holds anything that is not a comparison.
    """
    figure = changes_figure(comparison)
    picture = "" if figure is None else picture_markdown(figure)
    printed = comparison_markdown(comparison, spare=len(picture.encode("utf-8")))

    def write(folder: Path) -> None:
        _write_texts(printed, picture, folder)
        _write_numbers(comparison, figure, folder)

    replace_folder(out, ours=OURS, write=write)
    files = tuple(sorted(path for path in out.rglob("*") if path.is_file()))
    return Rendered(files, printed.text)


def _write_texts(printed: Printed, picture: str, folder: Path) -> None:
    text = printed.text + picture
    (folder / SHORT).write_text(text, encoding="utf-8", newline="\n")
    if printed.full:
        (folder / FULL).write_text(printed.full + picture, encoding="utf-8", newline="\n")


def _write_numbers(comparison: Comparison, figure: Figure | None, folder: Path) -> None:
    if figure is not None:
        figures = folder / "figures"
        figures.mkdir()
        svg = as_svg(figure)
        (figures / f"{figure.name}.svg").write_text(svg, encoding="utf-8", newline="\n")
        (figures / f"{figure.name}.png").write_bytes(as_png(svg))
    numbers = folder / "numbers"
    numbers.mkdir()
    for name, table in comparison_tables(comparison).items():
        table.to_csv(numbers / f"{name}.csv", index=False, lineterminator="\n")
        table.to_parquet(numbers / f"{name}.parquet", index=False)
