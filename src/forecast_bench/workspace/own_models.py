"""A team's own models: which file a rate law names, and whether it may be run. None is run here."""

from collections.abc import Iterator
from pathlib import Path

from forecast_bench.problems import Problem
from forecast_bench.records import RateSpecification, Settings
from forecast_bench.workspace.folder import MODELS, SETTINGS
from forecast_bench.yaml_source import Document

_HEADER = "[tool.forecast-bench]"


def own_model_faults(
    folder: Path, rates: RateSpecification, document: Document, settings: Settings
) -> Iterator[Problem]:
    """Say where a rate law names a model that is not there, or that the settings do not allow.

    Parameters
    ----------
    folder : Path
        The workspace.
    rates, document : RateSpecification, Document
        The rate law, and the file it was read from.
    settings : Settings
        What the team allows.
    """
    name = rates.model
    if name is None:
        return
    if not _is_file(folder / MODELS / name):
        message = f'there is no file "{name}" in {MODELS}/'
        yield document.problem("file-unreadable", message, ("model",))
    if name not in settings.models:
        allowed = ", ".join(f'"{one}"' for one in (*settings.models, name))
        message = f'"{name}" is code that the job would run, and the settings do not allow it'
        note = f"read it; to allow it, write under {_HEADER} of {SETTINGS}: models = [{allowed}]"
        yield document.problem("own-model-forbidden", message, ("model",), notes=(note,))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # in a folder that may not be looked into
