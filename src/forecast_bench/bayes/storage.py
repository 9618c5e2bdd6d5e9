"""Posteriors on disk: netCDF files that are whole or absent."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from forecast_bench.workspace.replacing import replace_file

ENGINE = "h5netcdf"


class DamagedPosteriorError(ValueError):
    """A file that is no posterior any more; the message names it."""


def save(idata: Any, path: Path) -> Path:
    """Write a posterior to netCDF, aside first and then renamed into place.

    A reader, or a rerun after a kill, finds the old file or the new one, never half of one.

    Parameters
    ----------
    idata
        The DataTree of a fit.
    path
        Where to; its folder is made if need be.

    Returns
    -------
    Path
        The path given.

    Raises
    ------
    OSError
        If it cannot be written; what was there stays.

    Examples
    --------
    >>> import tempfile, xarray
    >>> tree = xarray.DataTree.from_dict({"posterior": xarray.Dataset({"a": ("draw", [1.0, 2.0])})})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(save(tree, Path(folder) / "fit.nc"))["posterior"]["a"].values.tolist()
    [1.0, 2.0]
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Put together in memory: of a disk that refuses, HDF5 tells late, in an error of its own, and
    # may then bring the process down.
    whole = BytesIO()
    idata.to_netcdf(whole, engine=ENGINE)
    replace_file(path, whole.getvalue())
    return path


def load(path: Path) -> Any:
    """Read a posterior into memory; the file is closed afterwards.

    Parameters
    ----------
    path
        A file `save` wrote.

    Returns
    -------
    xarray.DataTree
        As saved.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedPosteriorError
        If it cannot be read as what it was.

    Examples
    --------
    >>> load(Path("absent.nc"))
    Traceback (most recent call last):
    ...
    FileNotFoundError: no posterior at absent.nc
    """
    import xarray

    if not path.is_file():
        raise FileNotFoundError(f"no posterior at {path}")
    try:
        with xarray.open_datatree(path, engine=ENGINE) as tree:
            return tree.load()
    except (OSError, ValueError, KeyError, RuntimeError) as failure:
        # What the disk refuses has a number; what HDF5 finds in a file has none.
        if isinstance(failure, OSError) and failure.errno is not None:
            raise
        raise DamagedPosteriorError(f"{path} is damaged: {failure}") from failure
