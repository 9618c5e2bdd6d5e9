"""Fits keep to the limits of the job, and no draw rests on them."""

import os
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast_bench import bayes
from forecast_bench.bayes.own_models import process
from forecast_bench.bayes.sampling import sampled
from forecast_bench.bayes.time_limit import begun, sample_within
from forecast_bench.limits import (
    ONE_THREAD,
    Bounds,
    JobTimeExceededError,
    MemoryLimitExceededError,
    bounded,
    memory_held,
)
from forecast_bench.records import ModelLimits
from forecast_bench.records.time_limit import TimeLimit

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows this")
GIB, MIB = 2**30, 2**20
OVER = r"^\d+ MiB of memory were held, and 1 MiB are the limit$"
UP = "the job's time limit of 2 hours was reached"


@pytest.fixture(scope="module")
def compiled():
    import nutpie
    from pytensor.configdefaults import config

    rows = pd.DataFrame(
        {"probability": [0.3, 0.8], "outcome": [0, 1], "analyst": "a", "phrase": "p", "topic": "t"}
    )
    none = {"analysts": False, "analyst_slopes": False, "phrases": False, "topics": False}
    model = bayes.recalibration_model(bayes.cells(rows), bayes.RecalibrationSettings(**none))
    with config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(model)


SAMPLER = bayes.RecalibrationSettings(draws=100, tune=100, chains=4)


def threads():
    """Counts of this process's threads for half a second: they begin and end a moment late."""
    for _ in range(25):
        yield sum(1 for _ in Path("/proc/self/task").iterdir())
        threading.Event().wait(0.02)


@LINUX
def test_a_sampler_uses_the_cores_it_may_and_says_the_same_on_any(compiled, monkeypatch):
    import nutpie

    monkeypatch.setattr(nutpie, "compile_pymc_model", lambda *_, **__: compiled)
    draws, used = {}, {}
    for cores in (1, 2, 3, 1):
        with bounded(Bounds(cores=cores)):
            idata = sampled(None, SAMPLER, begun(None), seed=3)
            draws[cores] = idata["posterior"].dataset
            before = min(threads())
            running = nutpie.sample(
                compiled,
                draws=10**7,
                chains=4,
                cores=cores,
                seed=1,
                blocking=False,
                progress_bar=False,
            )
            used[cores] = max(threads()) - before
            running.cancel()
    assert used[2] - used[1] == used[3] - used[2] == 1
    for cores in (2, 3):
        pd.testing.assert_frame_equal(draws[1].to_dataframe(), draws[cores].to_dataframe())


@pytest.mark.parametrize(
    ("bounds", "error", "said"),
    [
        pytest.param(Bounds(1, memory=MIB), MemoryLimitExceededError, OVER, marks=LINUX),
        (Bounds(1, ends=0.0, time_limit="2 hours"), JobTimeExceededError, f"^{UP}$"),
    ],
)
def test_a_sampler_at_work_is_ended_by_a_limit_of_the_job(
    compiled, monkeypatch, bounds, error, said
):
    """The limit comes into force while it draws: at the second look, for the third time."""
    looks = []

    def later():
        looks.append(1)
        return bounds if len(looks) > 4 else Bounds(1)

    monkeypatch.setattr("forecast_bench.bayes.time_limit.in_force", later)
    arguments = {"tune": 50, "chains": 2, "cores": 2, "seed": 1, "save_warmup": False}
    with pytest.raises(error, match=said):
        sample_within(compiled, begun(None), draws=50_000_000, **arguments)
    assert len(looks) in (5, 6)
    monkeypatch.undo()
    # None of its threads works on, and the next fit is as ever.
    again = sample_within(compiled, begun(None), draws=50, **arguments)
    worked, waited = time.process_time(), time.monotonic()
    while time.monotonic() - waited < 0.3:
        os.sched_yield()
    assert time.process_time() - worked < 0.3 * 1.5
    free = sample_within(compiled, begun(TimeLimit(1, "hour")), draws=50, **arguments)
    for name in again["posterior"]:
        np.testing.assert_array_equal(again["posterior"][name], free["posterior"][name])


def test_a_fit_has_what_is_left_of_the_job_when_that_is_less():
    own = begun(TimeLimit(10, "minute"))
    for left, expected in ((60, 60), (6000, 600), (None, 600)):
        ends = None if left is None else time.monotonic() + left
        with bounded(Bounds(1, ends=ends)):
            assert own.left() == pytest.approx(expected, abs=5)
            assert begun(None).left() == (None if left is None else pytest.approx(left, abs=5))
    with (
        bounded(Bounds(1, ends=time.monotonic() + 60)),
        pytest.raises(bayes.TimeLimitExceededError),
    ):
        bayes.Deadline(TimeLimit(1, "minute"), ends=0.0).left()


HOLDS = "all = bytearray(b'1') * (300 * 2**20)\nwhile True:\n    pass\n"


@LINUX
def test_the_process_of_an_own_model_counts_as_the_jobs(tmp_path, monkeypatch):
    ended = []
    end = process._end
    monkeypatch.setattr(process, "_end", lambda one: (end(one), ended.append(one.poll())))
    request = {
        "task": "fit",
        "compiled": str(tmp_path),
        "limits": {"memory": 6 * GIB, "output": GIB, "seconds": 60, "cores": 1},
    }
    most = memory_held() + 250 * MIB
    for bounds, error in (
        (Bounds(1, memory=most), MemoryLimitExceededError),
        (Bounds(1, ends=time.monotonic() - 1, time_limit="2 hours"), JobTimeExceededError),
    ):
        with process.own_folder(HOLDS.encode(), request) as own:
            assert own.is_dir()
            with bounded(bounds), pytest.raises(error):
                process.run(own, ModelLimits())
        assert not own.exists()
    assert len(ended) == 2
    assert None not in ended


def test_an_own_model_is_told_its_cores_and_has_one_thread_for_sums(tmp_path):
    from forecast_bench.bayes.own_models.fits import _request
    from test_own_models_process import SERIES

    asked = type("Asked", (), {"limits": ModelLimits(), "series": SERIES, "compiled_in": tmp_path})
    with bounded(Bounds(cores=5)):
        assert _request(asked, 1)["limits"]["cores"] == 5
    told = process._environment(tmp_path)
    assert {told[name] for name in ONE_THREAD} == {"1"}
