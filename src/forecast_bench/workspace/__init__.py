"""A workspace: the folder in which a team keeps its judgments, models and incidents."""

from forecast_bench.workspace.folder import (
    DERIVED,
    INCIDENTS,
    JUDGMENTS,
    MODELS,
    SETTINGS,
    find_workspace,
    hashes,
    input_files,
    judgment_files,
    shown,
)
from forecast_bench.workspace.judgments_file import JudgmentsFile, read_judgments_file
from forecast_bench.workspace.loading import Workspace, load_workspace, read_sources
from forecast_bench.workspace.recorded import RecordedJudgment, RecordedQuestion

__all__ = [
    "DERIVED",
    "INCIDENTS",
    "JUDGMENTS",
    "MODELS",
    "SETTINGS",
    "JudgmentsFile",
    "RecordedJudgment",
    "RecordedQuestion",
    "Workspace",
    "find_workspace",
    "hashes",
    "input_files",
    "judgment_files",
    "load_workspace",
    "read_judgments_file",
    "read_sources",
    "shown",
]
