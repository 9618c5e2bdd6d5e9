"""What takes too long is stopped, and nothing of it works on."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from forecast_bench.bayes import RecalibrationSettings, cells, fit, recalibration_model
from forecast_bench.bayes.time_limit import (
    Deadline,
    TimeLimitExceededError,
    begun,
    sample_within,
)
from forecast_bench.records.time_limit import TimeLimit

LIMIT = TimeLimit(1, "minute")
STOPPED = "stopped after its time limit of 1 minute"


def soon(seconds=0.5):
    return Deadline(LIMIT, ends=time.monotonic() + seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1 second", 1), ("90 seconds", 90), ("10 minutes", 600), ("1 hour", 3600)],
)
def test_a_limit_is_read_and_written(text, seconds):
    settings = RecalibrationSettings(time_limit=text)
    assert settings.time_limit.seconds == seconds
    assert settings.model_dump(mode="json")["time_limit"] == text
    assert RecalibrationSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(
    "text", ["10", "0 minutes", "ten minutes", "1 day", "-1 hours", "1.5 hours"]
)
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValidationError, match=f'"{text}" is not a time limit; write a number and'):
        RecalibrationSettings(time_limit=text)


@pytest.fixture(scope="module")
def compiled():
    import nutpie
    from pytensor.configdefaults import config

    rows = pd.DataFrame(
        {"probability": [0.3, 0.8], "outcome": [0, 1], "analyst": "a", "phrase": "p", "topic": "t"}
    )
    none = {"analysts": False, "analyst_slopes": False, "phrases": False, "topics": False}
    settings = RecalibrationSettings(**none)
    with config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(recalibration_model(cells(rows), settings))


def test_a_sampler_is_stopped_and_its_threads_stop_working(compiled):
    arguments = {"tune": 50, "chains": 2, "cores": 2, "seed": 1, "save_warmup": False}
    sample_within(compiled, begun(LIMIT), draws=50, **arguments)
    before = threads()
    with pytest.raises(TimeLimitExceededError, match=f"^{STOPPED}$"):
        sample_within(compiled, soon(), draws=50_000_000, **arguments)
    # The threads of a sampler that has ended are waited for by the next one, which is as ever.
    again = sample_within(compiled, begun(LIMIT), draws=50, **arguments)
    assert threads() <= before + 1
    free = sample_within(compiled, begun(None), draws=50, **arguments)
    for name in again["posterior"]:
        np.testing.assert_array_equal(again["posterior"][name], free["posterior"][name])
    worked = time.process_time()
    waited = time.monotonic()
    while time.monotonic() - waited < 0.3:
        os.sched_yield()
    # One thread was busy waiting; a sampler left at work would use the second core as well.
    assert time.process_time() - worked < 0.3 * 1.5


def threads():
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def test_a_fit_that_takes_too_long_is_stopped(monkeypatch):
    from forecast_bench.bayes import fitting

    monkeypatch.setattr(fitting, "begun", lambda limit: Deadline(limit, ends=0.0))
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    rows = pd.DataFrame(
        {"probability": [0.3], "outcome": [0], "analyst": "a", "phrase": "p", "topic": "t"}
    )
    with pytest.raises(TimeLimitExceededError, match="its time limit of 3 seconds"):
        fit(cells(rows), RecalibrationSettings(time_limit="3 seconds"), seed=1)
