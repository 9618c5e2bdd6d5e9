"""The first files of a new workspace."""

import json
from importlib import resources
from pathlib import Path

from forecast_bench.lexicons import load_shipped
from forecast_bench.workspace.folder import DERIVED
from forecast_bench.workspace.judgments_schema import SCHEMA_FILE, judgments_schema


class BeginningError(Exception):
    """A workspace cannot begin here; the message says why and what to do."""


def begin_workspace(folder: Path) -> tuple[Path, ...]:
    """Write the files of a new workspace, all of them or none.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    BeginningError
        If a file that would be written exists, or the folder cannot be written to.
    """
    template = resources.files("forecast_bench.workspace") / "template"
    wanted = {
        folder / name: (template / stored).read_text(encoding="utf-8")
        for name, stored in _FILES.items()
    }
    schema = judgments_schema(load_shipped(), default=None)
    wanted[folder / DERIVED / SCHEMA_FILE] = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    present = [path for path in wanted if path.exists()]
    if present:
        raise BeginningError(f"{present[0]} exists already; nothing was written")
    try:
        for path, text in wanted.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as failure:
        for path in wanted:
            path.unlink(missing_ok=True)
        reason = failure.strerror or type(failure).__name__
        raise BeginningError(f"{folder} cannot be written to: {reason}") from failure
    return tuple(wanted)


# The path in the workspace, and the name under which the package stores it: names that tools
# would read as their own (a pyproject.toml, a hidden file) are stored under plainer ones.
_FILES = {
    "pyproject.toml": "settings.toml",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".github/workflows/recalibrate.yaml": "workflow.yaml",
    "judgments/example.yaml": "judgments.yaml",
    "models/actors.yaml": "actors.yaml",
    "models/recalibration.yaml": "recalibration.yaml",
    "models/rates/default.yaml": "rates.yaml",
    "models/lexicons/README.md": "lexicons.md",
    "incidents/README.md": "incidents.md",
}
