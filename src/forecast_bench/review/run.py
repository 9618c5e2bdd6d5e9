"""A run folder as frozen tables, with a note of every part that is not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecast_bench.workspace.run_files import manifest_values, read_document, read_table

_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "judgments": ("id", "statement", "state"),
    "tracking": ("judgment", "date", "stated", "base_rate", "after", "live"),
    "counts": ("judgment", "period_start", "period_end", "part", "place", "count", "ambiguous"),
    "phrases": ("lexicon", "phrase", "band_low", "band_high", "n"),
    "reliability": ("probability", "n", "frequency", "recalibrated", "band_low", "band_high"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one execution of the job left behind.

    Parameters
    ----------
    folder : pathlib.Path
        Where it was read from.
    manifest, calibration : mapping
        The two JSON documents; empty where the file is missing.
    problems : tuple of mapping
        Warnings and notes of the workspace.
    judgments, tracking, counts, phrases, reliability : pandas.DataFrame
        One row per judgment; per judgment and date; per judgment and month; per phrase; per
        distinct stated probability.
    recalibration_map, effects : pandas.DataFrame or None
        None where no recalibration was fitted.
    pictures : mapping of str to str
        SVG text of the diagnostics, by name.
    missing : tuple of str
        Names of the files that are not there.
    shares : pandas.DataFrame or None
        Observed and replicated shares; None where no recalibration was fitted to outcomes.
    pooled : pandas.DataFrame or None
        One row per question that several analysts judge; None where the run does not say.
    moves : pandas.DataFrame or None
        One row per judgment and step; None where the run does not say.
    stories : mapping
        By judgment, its events and its post-mortem; empty where the run does not say.
    over_time, by_outcome, murphy, analyst_phrases, phrase_years : pandas.DataFrame or None
        Measures of each month, what was stated by outcome, gains over the base rates by
        threshold, phrases of each analyst and year; None where the run is older than the table.
    """

    folder: Path
    manifest: Mapping[str, Any]
    calibration: Mapping[str, Any]
    problems: tuple[Mapping[str, Any], ...]
    judgments: pd.DataFrame
    tracking: pd.DataFrame
    counts: pd.DataFrame
    phrases: pd.DataFrame
    reliability: pd.DataFrame
    recalibration_map: pd.DataFrame | None
    effects: pd.DataFrame | None
    pictures: Mapping[str, str]
    missing: tuple[str, ...]
    shares: pd.DataFrame | None = None
    pooled: pd.DataFrame | None = None
    moves: pd.DataFrame | None = None
    stories: Mapping[str, Any] = field(default_factory=dict)
    over_time: pd.DataFrame | None = None
    by_outcome: pd.DataFrame | None = None
    murphy: pd.DataFrame | None = None
    analyst_phrases: pd.DataFrame | None = None
    phrase_years: pd.DataFrame | None = None

    def _repr_html_(self) -> str:
        from forecast_bench.review.notebook import run_html

        return run_html(self)


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Parameters
    ----------
    folder : pathlib.Path
        A folder of ``.forecast-bench/runs`` (``latest`` will do).

    Returns
    -------
    Run
        Parts that are absent are empty tables and are named in `missing`.

    Raises
    ------
    FileNotFoundError
        If there is no manifest: the folder is not a run.
    DamagedRunError
        If a file that is there cannot be read.
    NewerFormatError
        If a newer program wrote the run.

    Examples
    --------
    >>> read_run(Path("no-such-run"))
    Traceback (most recent call last):
    FileNotFoundError: no run at no-such-run: it has no manifest.json
    """
    if not (folder / "manifest.json").is_file():
        raise FileNotFoundError(f"no run at {folder}: it has no manifest.json")
    tables = {name: _table(folder, name) for name in _TABLES}
    missing = [f"{name}.parquet" for name in _TABLES if not (folder / f"{name}.parquet").exists()]
    missing += [n for n in ("calibration.json", "problems.json") if not (folder / n).exists()]
    fitted = folder / "recalibration"
    return Run(
        folder=folder,
        manifest=manifest_values(folder),
        calibration=_json(folder / "calibration.json", {}),
        problems=tuple(_json(folder / "problems.json", [])),
        **tables,
        recalibration_map=_optional(fitted / "map.parquet"),
        effects=_optional(fitted / "effects.parquet"),
        pictures={path.stem: path.read_text("utf-8") for path in sorted(fitted.glob("*.svg"))},
        missing=tuple(missing),
        shares=_optional(fitted / "predictive.parquet"),
        pooled=_optional(folder / "pooled.parquet"),
        moves=_optional(folder / "moves.parquet"),
        stories=_json(folder / "stories.json", {}),
        over_time=_optional(folder / "over_time.parquet"),
        by_outcome=_optional(folder / "by_outcome.parquet"),
        murphy=_optional(folder / "murphy.parquet"),
        analyst_phrases=_optional(folder / "analyst_phrases.parquet"),
        phrase_years=_optional(folder / "phrase_years.parquet"),
    )


def _json(path: Path, empty: Any) -> Any:
    return read_document(path) if path.is_file() else empty


def _optional(path: Path) -> pd.DataFrame | None:
    return read_table(path) if path.is_file() else None


def _table(folder: Path, name: str) -> pd.DataFrame:
    """Read the file, or give an empty table with the columns the review looks for."""
    path = folder / f"{name}.parquet"
    columns = _TABLES[name]
    if not path.is_file():
        return pd.DataFrame(columns=list(columns))
    frame = read_table(path)
    return frame.assign(**{column: None for column in columns if column not in frame.columns})
