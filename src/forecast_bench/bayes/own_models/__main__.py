"""Started by `process.run` in a process of its own, with the folder that tells it what to do."""

import sys
from pathlib import Path

from forecast_bench.bayes.own_models.child import main

main(Path(sys.argv[1]))
