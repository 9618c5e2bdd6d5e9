"""What a run depends on, as one hash: equal fingerprints mean that nothing has changed."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from forecast_bench import __version__
from forecast_bench.incidents import catalogue_file
from forecast_bench.job.feeds import store_of
from forecast_bench.problems import Problem
from forecast_bench.workspace import SETTINGS, hashes, input_files, read_sources
from forecast_bench.workspace.settings_file import read_settings


def input_hashes(workspace: Path) -> dict[str, str]:
    """SHA-256 of every file that people write or bring, by its path in the workspace.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    return hashes(workspace, input_files(workspace))


def store_hashes(workspace: Path) -> dict[str, str]:
    """SHA-256 of what the store has of every source that has no file in the workspace.

    Raises
    ------
    OSError
        If the store cannot be read.
    """
    found: dict[str, str] = {}
    faults: list[Problem] = []
    sources, _ = read_sources(workspace, faults)
    fed = [name for name, one in sources.items() if one.file is None]
    if not fed:
        return found
    settings, _ = read_settings(workspace / SETTINGS, shown_as=SETTINGS)
    storage = store_of(workspace, settings)
    for name in fed:
        content = storage.read(catalogue_file(name)) or b""
        found[f"store/{name}"] = hashlib.sha256(content).hexdigest()
    return found


def fingerprint(
    inputs: Mapping[str, str],
    *,
    as_of: datetime.date,
    versions: Mapping[str, str] = MappingProxyType({}),
    unfitted: bool = False,
) -> str:
    """Hash of the inputs, the day looked at and the versions of the program and its libraries.

    Parameters
    ----------
    inputs : mapping of str to str
        Hash of each input.
    as_of : date
        The day looked at.
    versions : mapping of str to str
        Versions of the libraries that numbers depend on.
    unfitted : bool
        Whether no fit may be made, so that the run may stand on an older one.

    Examples
    --------
    >>> day = datetime.date(2018, 6, 30)
    >>> fingerprint({"a": "1"}, as_of=day) == fingerprint({"a": "1"}, as_of=day)
    True
    """
    said: dict[str, Any] = {
        "inputs": dict(inputs),
        "as_of": as_of.isoformat(),
        "version": __version__,
        "versions": dict(versions),
    }
    if unfitted:
        said["fit"] = "never"
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
