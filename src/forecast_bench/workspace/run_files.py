"""Files of a published run, read in one place: damaged ones and newer ones are told as such."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forecast_bench.problems import refuse_newer

if TYPE_CHECKING:
    import pandas as pd

MANIFEST: Final = "manifest.json"
RUN_FORMAT: Final = 1
"""Raised where a column goes or changes its meaning; one that comes raises nothing."""

# What every manifest has said since the first version.
_TOLD = {"run", "as_of", "fingerprint"}
_MENDING = "forecast-bench runs prune --run %s takes the run away; then run the job again"


class DamagedRunError(Exception):
    """A file of a run is not what the job writes; the message says which, and what to do."""


def read_manifest(run: Path) -> dict[str, Any]:
    """Read the manifest of a run.

    Raises
    ------
    DamagedRunError
        If it is none.
    NewerFormatError
        If a newer program wrote the run.
    """
    manifest = manifest_values(run)
    if not manifest.keys() >= _TOLD:
        raise DamagedRunError(_no_manifest(run / MANIFEST))
    return manifest


def manifest_values(run: Path) -> dict[str, Any]:
    """Read what a manifest says, however little: enough for whoever shows what is there.

    Raises
    ------
    DamagedRunError
        If it says nothing that can be read.
    NewerFormatError
        If a newer program wrote the run.
    """
    path = run / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise DamagedRunError(_no_manifest(path))
    refuse_newer(manifest.get("format"), read=RUN_FORMAT, what="run", where=str(path))
    return manifest


def read_table(path: Path) -> "pd.DataFrame":
    """Read a table of a run.

    Raises
    ------
    DamagedRunError
        If the file is no table any more, or is gone.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    # pyarrow tells of some damage as of a file that is cut off or a value that cannot be.
    except (pa.ArrowException, FileNotFoundError, ValueError, OSError) as failure:
        if isinstance(failure, OSError) and failure.errno is not None and path.exists():
            raise
        raise DamagedRunError(_damaged(path, "table")) from failure


def read_document(path: Path) -> Any:
    """Read a JSON document of a run.

    Raises
    ------
    DamagedRunError
        If the file is no document any more, or is gone.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, FileNotFoundError) as failure:
        raise DamagedRunError(_damaged(path, "document")) from failure


def _no_manifest(path: Path) -> str:
    return (
        f"{path}: this is no manifest of a run: forecast-bench runs verify says what else was "
        f"changed; {_MENDING % path.parent.name}"
    )


def _damaged(path: Path, what: str) -> str:
    found = "this is no" if path.exists() else "the run has lost this"
    return (
        f"{path}: {found} {what} of a run: forecast-bench runs verify says what else was changed; "
        f"{_MENDING % path.parent.name}"
    )
