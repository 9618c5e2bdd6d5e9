"""What a killed job leaves among the fits and the maps: halves that no name leads to."""

from pathlib import Path

from forecast_bench.job.fits import fits_folder
from forecast_bench.job.maps import FOLDER, decisions_folder
from forecast_bench.workspace import DERIVED


def sweep(workspace: Path) -> None:
    """Remove what was being written when a job was killed; the caller holds the lock of the job.

    Whole files get their names by renaming, so that every hidden one is a half.

    Raises
    ------
    OSError
        If a file cannot be removed.
    """
    fits = fits_folder(workspace)
    folders = (fits, *fits.glob("*/"), workspace / DERIVED / FOLDER, decisions_folder(workspace))
    for folder in folders:
        for half in folder.glob(".*"):
            if half.is_file():
                half.unlink()
