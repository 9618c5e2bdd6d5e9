"""What a run depends on, as one hash: equal fingerprints mean that nothing has changed."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from forecast_bench import __version__
from forecast_bench.workspace import hashes, input_files


def input_hashes(workspace: Path) -> dict[str, str]:
    """SHA-256 of every file that people write or bring, by its path in the workspace.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    return hashes(workspace, input_files(workspace))


def fingerprint(inputs: Mapping[str, str], *, as_of: datetime.date) -> str:
    """Hash of the inputs, the day looked at and the version of the program.

    Examples
    --------
    >>> day = datetime.date(2018, 6, 30)
    >>> fingerprint({"a": "1"}, as_of=day) == fingerprint({"a": "1"}, as_of=day)
    True
    """
    said = {"inputs": dict(inputs), "as_of": as_of.isoformat(), "version": __version__}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
