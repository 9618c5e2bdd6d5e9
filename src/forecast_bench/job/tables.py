"""The tables and documents of a finished run as files."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from forecast_bench.problems import as_record

if TYPE_CHECKING:
    from forecast_bench.job.stages import Finished


def write_tables(folder: Path, finished: "Finished") -> None:
    """Write everything but the manifest and the review into a folder."""
    for name, frame in finished.tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    documents = {
        **finished.documents,
        "problems": [as_record(one) for one in finished.problems],
    }
    for name, document in documents.items():
        text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    for name, fitted in finished.panels.items():
        shutil.copytree(fitted, folder / "rates" / name)
    fit = finished.recalibration
    if fit is None or fit.folder is None:
        return
    target = folder / "recalibration"
    shutil.copytree(fit.folder, target)
    if fit.map is not None:
        fit.map.to_parquet(target / "map.parquet", index=False)
    if fit.effects is not None:
        fit.effects.to_parquet(target / "effects.parquet", index=False)
        text = fit.effects.to_json(orient="records", indent=2, double_precision=6)
        (target / "effects.json").write_text(f"{text}\n", encoding="utf-8")
