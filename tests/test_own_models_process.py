"""The process of a team's own model: limits that end it, and nothing that outlives it."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from forecast_bench.bayes import ModelStopped, Series
from forecast_bench.bayes.own_models import process
from forecast_bench.bayes.own_models.process import own_folder, run
from forecast_bench.records import ModelLimits

SERIES = Series(
    counts=np.array([[1, 0]]),
    exposure=np.ones(2),
    actor=("JNIM",),
    place=("Gao",),
    kind=("battle",),
    months=("2017-11", "2017-12"),
    future_exposure=np.ones(1),
    future_months=("2018-01",),
)
# Opening a pipe tells the reader that the process runs; its end, that all who hold it are gone.
HOLDS = "import os\nheld = os.open({pipe!r}, os.O_WRONLY)\nos.write(held, b'here')\n"


def request_of(limits, folder):
    return {
        "task": "fit",
        "series": SERIES.as_record(),
        "prior": {},
        "seed": 1,
        "compiled": str(folder / "compiled"),
        "limits": {
            "memory": limits.memory_bytes,
            "output": limits.output_bytes,
            "seconds": limits.seconds,
            "cores": 2,
        },
    }


def stopped(folder, text, **limits):
    allowed = ModelLimits(**limits)
    with (
        own_folder(text.encode(), request_of(allowed, folder)) as own,
        pytest.raises(ModelStopped) as found,
    ):
        run(own, allowed)
    assert not own.exists()
    return found.value


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield str(path), reader
    os.close(reader)


def test_a_fault_comes_back_with_its_line(tmp_path):
    found = stopped(tmp_path, "x = 1\nraise RuntimeError('no data')\n")
    assert (found.reason, found.line, found.message) == ("fault", 2, "RuntimeError: no data")


def test_time_is_limited(tmp_path):
    started = time.monotonic()
    found = stopped(tmp_path, "while True:\n    pass\n", seconds=0.5)
    assert time.monotonic() - started < 10
    assert (found.reason, found.message) == (
        "time",
        "it was stopped after 0.5 seconds, the limit; try fewer draws, a smaller model, or a "
        "higher limit: model_limits.seconds in the settings",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to this limit")
@pytest.mark.parametrize(
    "text",
    [
        "import numpy\nall = numpy.ones(10**9)\n",
        "all = []\nwhile True:\n    all.append(bytes(10**8))\n",
    ],
)
def test_memory_is_limited(text, tmp_path):
    found = stopped(tmp_path, text, memory="3GB")
    assert (found.reason, found.message) == (
        "memory",
        "it asked for more memory than 3GB, the limit; try fewer draws, a smaller model, or a "
        "higher limit: model_limits.memory in the settings",
    )


def test_files_are_limited_in_size(tmp_path):
    text = "import os\nwhile True:\n    os.write(1, b'0' * 10**6)\n"
    found = stopped(tmp_path, text, output="5MB")
    assert (found.reason, found.message) == (
        "output",
        "it wrote a file larger than 5MB, the limit; try fewer draws, fewer variables, or a "
        "higher limit: model_limits.output in the settings",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "import os\nprint('half way', flush=True)\nos.abort()\n",
            "its process ended by the signal SIGABRT; the last that it said: half way",
        ),
        (
            "import os\nos._exit(0)\n",
            "its process ended with status 0; the last that it said: nothing",
        ),
    ],
)
def test_a_crash_is_told(text, message, tmp_path):
    found = stopped(tmp_path, text)
    assert (found.reason, found.message) == ("crash", message)


def test_what_a_model_started_goes_with_it(tmp_path, pipe):
    path, reader = pipe
    text = HOLDS.format(pipe=path) + (
        "import subprocess\nsubprocess.Popen(['sleep', '60'], pass_fds=[held])\nraise ValueError\n"
    )
    assert stopped(tmp_path, text).message == "ValueError"
    assert os.read(reader, 10) == b"here"
    _until_nobody_holds(reader)


def test_a_model_goes_with_the_program_that_started_it(tmp_path, pipe):
    path, reader = pipe
    text = HOLDS.format(pipe=path) + "import time\ntime.sleep(60)\n"
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from test_own_models_process import *\n"
        "with own_folder(sys.argv[1].encode(), request_of(ModelLimits(), Path('.'))) as own:\n"
        "    run(own, ModelLimits())\n"
    )
    arguments = [sys.executable, "-c", script, text, os.path.dirname(__file__)]  # noqa: PTH120
    with subprocess.Popen(arguments, cwd=tmp_path) as parent:
        os.set_blocking(reader, True)
        while not os.read(reader, 10):
            assert parent.poll() is None
        parent.kill()
    _until_nobody_holds(reader)


def _until_nobody_holds(reader):
    started = time.monotonic()
    os.set_blocking(reader, True)
    assert os.read(reader, 10) == b""
    assert time.monotonic() - started < 20


def test_no_secret_goes_in(tmp_path, monkeypatch):
    monkeypatch.setenv("FORECAST_BENCH_UCDP_TOKEN", "hush")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    text = "import os\nraise ValueError(' '.join(sorted(os.environ)), os.getcwd())\n"
    said = stopped(tmp_path, text).message
    assert "PATH" in said
    assert "forecast-bench-model-" in said
    assert "TOKEN" not in said
    assert "SECRET" not in said


def test_an_answer_that_is_none_is_a_crash(tmp_path):
    for half in ("{", "[]"):
        (tmp_path / process.ANSWER).write_text(half)
        assert process._answer(tmp_path) == {}
