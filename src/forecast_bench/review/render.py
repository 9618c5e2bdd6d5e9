"""Writes a review: its pages, their Markdown twin, the figures, and the numbers behind them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from forecast_bench.review.cards import FULL_FIGURES
from forecast_bench.review.content import review_content
from forecast_bench.review.document import Figure, Review, figures_of
from forecast_bench.review.html import as_pages
from forecast_bench.review.markdown import as_markdown
from forecast_bench.review.numbers import plotted
from forecast_bench.review.pages import PAGES, PRINTED, REPORTS
from forecast_bench.review.pictures import as_png, as_svg
from forecast_bench.review.publishing import replace_folder
from forecast_bench.review.run import Run, read_run
from forecast_bench.workspace.replacing import write_file

FIGURES_FOLDER: Final = "figures"
"""Where in a review its figures are."""

OURS: Final = frozenset({*PAGES, REPORTS, PRINTED, "review.md", FIGURES_FOLDER, "numbers"})
"""What a review's folder holds; a folder that holds anything else is never replaced."""


class Lender(Protocol):
    """Something that has figures which were drawn before."""

    def lend(self, figure: Figure, endings: tuple[str, ...]) -> Mapping[str, bytes] | None:
        """Give the files of a figure by their ending, where it was drawn of the same."""


def render(run_folder: Path, out: Path, *, lender: Lender | None = None) -> tuple[Path, ...]:
    """Write the review of a run.

    The same run gives the same bytes. The folder is written aside and renamed into place, so a
    reader never meets half a review.

    Parameters
    ----------
    run_folder : pathlib.Path
        The run to review.
    out : pathlib.Path
        The folder to make; an earlier review there is replaced.
    lender : Lender, optional
        Has figures that need not be drawn again.

    Returns
    -------
    tuple of pathlib.Path
        The files, in order.

    Raises
    ------
    FileNotFoundError
        If `run_folder` is not a run.
    FileExistsError
        If `out` exists and holds anything that is not a review.
    """
    run = read_run(run_folder)
    review = review_content(run)
    replace_folder(out, ours=OURS, write=lambda folder: _write(run, review, folder, lender))
    return tuple(sorted(path for path in out.rglob("*") if path.is_file()))


def _write(run: Run, review: Review, folder: Path, lender: Lender | None) -> None:
    large = len(run.judgments) > FULL_FIGURES
    drawn = _draw(review, folder / FIGURES_FOLDER, lender, large=large)
    paths = {name: f"{FIGURES_FOLDER}/{name}.svg" for name in drawn}
    (folder / REPORTS).mkdir()
    for path, text in as_pages(review, drawn).items():
        write_file(folder / path, text.encode())
    write_file(folder / "review.md", as_markdown(review, paths).encode())
    numbers = folder / "numbers"
    numbers.mkdir()
    for name, table in plotted(run, review).items():
        text = table.to_csv(index=False, lineterminator="\n")
        write_file(numbers / f"{name}.csv", text.encode())
        write_file(numbers / f"{name}.parquet", table.to_parquet(index=False))


def _draw(review: Review, folder: Path, lender: Lender | None, *, large: bool) -> Mapping[str, str]:
    """Draw each figure once; in a large review only the summary figures become PNG."""
    folder.mkdir()
    drawn: dict[str, str] = {}
    for figure in figures_of(review):
        if figure.kind == "sparkline":
            continue
        endings = ("svg", "png") if _as_pixels(figure, large=large) else ("svg",)
        files = None if lender is None else lender.lend(figure, endings)
        files = files or _drawn(figure, endings)
        for ending, content in files.items():
            write_file(folder / f"{figure.name}.{ending}", content)
        drawn[figure.name] = files["svg"].decode()
    return drawn


def _drawn(figure: Figure, endings: tuple[str, ...]) -> Mapping[str, bytes]:
    svg = as_svg(figure)
    files = {"svg": svg.encode()}
    return {**files, "png": as_png(svg)} if "png" in endings else files


def _as_pixels(figure: Figure, *, large: bool) -> bool:
    # Pictures of the run folder are foreign text; browsers keep them inert, a converter need not.
    if figure.kind == "image":
        return False
    return not (large and figure.kind == "judgment")
