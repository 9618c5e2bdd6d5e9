"""The tables and documents of a finished run as files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from forecast_bench.problems import as_record
from forecast_bench.workspace.replacing import write_file

if TYPE_CHECKING:
    from forecast_bench.job.stages import Finished


def write_tables(folder: Path, finished: "Finished") -> None:
    """Write everything but the manifest and the review into a folder."""
    for name, frame in finished.tables.items():
        write_file(folder / f"{name}.parquet", frame.to_parquet(index=False))
    documents = {
        **finished.documents,
        "problems": [as_record(one) for one in finished.problems],
    }
    for name, document in documents.items():
        text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
        write_file(folder / f"{name}.json", f"{text}\n".encode())
    for name, fitted in finished.panels.items():
        _copy(fitted, folder / "rates" / name)
    fit = finished.recalibration
    if fit is None or fit.folder is None:
        return
    target = folder / "recalibration"
    _copy(fit.folder, target)
    if fit.map is not None:
        write_file(target / "map.parquet", fit.map.to_parquet(index=False))
    if fit.effects is not None:
        write_file(target / "effects.parquet", fit.effects.to_parquet(index=False))
        text = fit.effects.to_json(orient="records", indent=2, double_precision=6)
        write_file(target / "effects.json", f"{text}\n".encode())


def _copy(fit: Path, target: Path) -> None:
    """Copy the files of a fit; hidden ones are halves that a killed job left."""
    target.mkdir(parents=True)
    for path in sorted(fit.iterdir()):
        if not path.name.startswith("."):
            write_file(target / path.name, path.read_bytes())
