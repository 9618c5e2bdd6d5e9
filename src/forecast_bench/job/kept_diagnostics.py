"""Diagnostics of a fit, kept beside it: what judges draws takes longer to load than a whole job."""

import hashlib
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from forecast_bench import __version__, bayes
from forecast_bench.records import DiagnosticLimits
from forecast_bench.workspace.replacing import replace_file

_FILE: Final = "diagnostics.json"
_NAMES: Final = {one.name for one in fields(bayes.Diagnostics)}


def diagnostics_of(
    posterior: Path, idata: Any, limits: DiagnosticLimits, *, anew: bool = False
) -> bayes.Diagnostics:
    """Judge a fit, or read how these same draws were judged by the same limits.

    Parameters
    ----------
    posterior : Path
        File of the draws.
    idata : DataTree
        What is in it.
    limits : DiagnosticLimits
        What must be reached.
    anew : bool
        Whether what was kept is not looked at.
    """
    judged = {
        "draws": hashlib.sha256(posterior.read_bytes()).hexdigest(),
        "limits": limits.model_dump(mode="json"),
        "versions": {**bayes.versions(), "forecast-bench": __version__},
    }
    path = posterior.with_name(_FILE)
    kept = {} if anew else _kept(path)
    if {name: kept.get(name) for name in judged} == judged:
        said = kept["diagnostics"]
        return bayes.Diagnostics(**{**said, "reasons": tuple(said["reasons"])})
    found = bayes.diagnose(idata, limits)
    text = json.dumps({**judged, "diagnostics": asdict(found)}, indent=2)
    replace_file(path, f"{text}\n".encode())
    return found


def _kept(path: Path) -> dict[str, Any]:
    """Read what was kept; nothing where it is not there or not whole."""
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    said = found.get("diagnostics") if isinstance(found, dict) else None
    is_whole = isinstance(said, dict) and said.keys() == _NAMES
    return found if is_whole else {}
