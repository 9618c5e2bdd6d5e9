"""Prints a written review to PDF, through the print command of a browser that is already there."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from forecast_bench.review.pages import PAGES, PRINTED, REPORTS

BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
"""Names under which a browser that can print is looked for, in this order."""

_SECONDS = 180.0
# The page is a file with its own pictures; a browser of its own accord asks for much else.
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pdf-header-footer",
)


class PrintingError(Exception):
    """The review could not be printed; what was written of it stands."""


def find_browser(named: Path | None = None) -> Path:
    """Find a browser that can print.

    Parameters
    ----------
    named : Path, optional
        The program to use; by default the first of `BROWSERS` on the path.

    Raises
    ------
    PrintingError
        If there is none, or `named` is no program. The text says what to do.

    Examples
    --------
    >>> find_browser(Path("/no/such/browser"))
    Traceback (most recent call last):
    forecast_bench.review.printing.PrintingError: there is no program /no/such/browser
    """
    if named is not None:
        found = shutil.which(named)
        if found is None:
            raise PrintingError(f"there is no program {named}")
        return Path(found)
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    raise PrintingError(
        f"no browser is on the path to print with ({', '.join(BROWSERS)}); install chromium, "
        "or name one with --browser or FORECAST_BENCH_BROWSER"
    )


def print_review(
    folder: Path,
    *,
    browser: Path,
    pages: Sequence[str] | None = None,
    seconds: float = _SECONDS,
) -> Path:
    """Print the pages of a review into its `review.pdf`.

    The browser gets a profile of its own, no network, and so many seconds for each page. Dates
    are left out of the PDF; with the same browser and fonts, the same review gives the same bytes.

    Parameters
    ----------
    folder : Path
        A review, as `forecast_bench.review.render` writes it.
    browser : Path
        The program, as `find_browser` gives it.
    pages : sequence of str, optional
        Names of the HTML files, in their order; by default `review.html` and then every other at
        the top of the folder.
    seconds : float
        How long the browser may take for a page.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    PrintingError
        If the browser fails, takes too long, or prints nothing that can be read.
    """
    from pypdf.errors import PyPdfError

    from forecast_bench.review.joining import joined_pages

    names = list(pages) if pages is not None else printable_pages(folder)
    with tempfile.TemporaryDirectory(prefix="forecast-bench-print-") as name:
        aside = Path(name)
        printed = {
            page: _printed(folder / page, aside / f"{at}.pdf", browser, seconds=seconds)
            for at, page in enumerate(names)
        }
        try:
            joined = joined_pages(printed, place=folder.resolve().as_uri())
        except PyPdfError as fault:
            raise PrintingError(f"{browser} printed what cannot be read: {fault}") from fault
        # Beside the place where it goes, so that nobody meets half a file there.
        beside = folder / f".{PRINTED}.{os.getpid()}"
        beside.write_bytes(joined)
        beside.replace(folder / PRINTED)
    return folder / PRINTED


def printable_pages(folder: Path) -> list[str]:
    """Paths of the pages of a review, in the order in which they are read.

    Raises
    ------
    PrintingError
        If there is none.
    """
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*.html")]
    if not found:
        raise PrintingError(f"{folder} holds no page to print")
    return sorted(found, key=_order)


def _order(name: str) -> tuple[float, str, int]:
    """Pages as the navigation has them, the cards of reports after the list of judgments."""
    if name.startswith(f"{REPORTS}/"):
        place = PAGES.index(f"{REPORTS}.html") + 0.5
    else:
        place = PAGES.index(name) if name in PAGES else len(PAGES)
    # The second page of a report has a longer name than its first.
    return place, name.partition(".")[0], len(name)


def _printed(page: Path, out: Path, browser: Path, *, seconds: float) -> Path:
    """Have the browser print one page."""
    profile = out.with_suffix(".profile")
    command = [
        str(browser),
        *_OPTIONS,
        # The sandbox of chromium refuses to run for root, as in a container; what is opened is a
        # file of ours, which forbids scripts.
        *(["--no-sandbox"] if _is_root() else []),
        f"--user-data-dir={profile}",
        f"--print-to-pdf={out}",
        page.resolve().as_uri(),
    ]
    try:
        running = subprocess.Popen(  # noqa: S603 - a browser that the user has or names
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as fault:
        raise PrintingError(f"{browser} does not start: {fault.strerror or fault}") from fault
    try:
        _, said = running.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as fault:
        raise PrintingError(f"{browser} took more than {seconds:g} s for {page.name}") from fault
    finally:
        _end(running)
    if running.returncode != 0 or not out.is_file():
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise PrintingError(f"{browser} did not print {page.name}: {last or 'it says nothing'}")
    return out


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End the browser with all its helpers."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.kill()
    running.wait()
    if running.stderr is not None:
        running.stderr.close()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
