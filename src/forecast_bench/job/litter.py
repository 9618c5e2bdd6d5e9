"""Halves without a name that a killed job leaves among vintages, fits and maps, and by its lock."""

from pathlib import Path

from forecast_bench.incidents import sweep_halves
from forecast_bench.job.feeds import store_of
from forecast_bench.job.fits import fits_folder
from forecast_bench.job.lock import HOLDER_FILE
from forecast_bench.job.maps import FOLDER
from forecast_bench.workspace import DERIVED, SETTINGS
from forecast_bench.workspace.replacing import remove_halves
from forecast_bench.workspace.settings_file import read_settings


def sweep(workspace: Path) -> None:
    """Remove what was being written when a job was killed; the caller holds the lock of the job.

    Whole files get their names by renaming: what is left aside names the process that wrote it, and
    is a half where that is gone. Folders that people keep in git are left to them, and what other
    commands write beside the lock to those: on another machine they may be at work.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    fits, derived = fits_folder(workspace), workspace / DERIVED
    remove_halves(derived, of=HOLDER_FILE)
    for folder in (fits, *fits.glob("*/"), derived / FOLDER):
        remove_halves(folder)
    settings, _ = read_settings(workspace / SETTINGS, shown_as=SETTINGS)
    storage = store_of(workspace, settings)
    for source in storage.scratch("").glob("*/"):
        sweep_halves(storage, source.name)
