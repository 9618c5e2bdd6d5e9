"""The architecture holds: imports go down only, and checking loads nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
HEAVY: Final = (
    "pymc",
    "arviz",
    "altair",
    "ibis",
    "duckdb",
    "pandas",
    "numpy",
    "matplotlib",
    "scipy",
    "httpx",
)


def test_imports_go_down_only():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "import forecast_bench",
        "import forecast_bench.incidents",
        "import forecast_bench.incidents.fetching",
        "from forecast_bench.cli import main\n"
        "try:\n    main(['check'])\nexcept SystemExit as left:\n    assert not left.code",
    ],
    ids=["the package", "incidents", "fetching", "forecast-bench check"],
)
def test_what_must_start_fast_loads_nothing_heavy(statement):
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "forecast_bench" in loaded
    assert loaded.isdisjoint(HEAVY)
