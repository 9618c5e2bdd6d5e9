"""The job keeps to cores, memory and time, ends cleanly, and uses what was finished."""

import datetime
import json
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from first_case import small_case
from forecast_bench import bayes
from forecast_bench.cli import main
from forecast_bench.cli.job_log import JsonLog, TextLog
from forecast_bench.job import JobResult, latest_run, limiting, read_manifest, recalibrate
from forecast_bench.job import memory as job_memory
from forecast_bench.job.ledger import ledger_file
from forecast_bench.job.metrics import JobMeasures, metrics_text
from forecast_bench.job.runs import JobStoppedError
from forecast_bench.job.stage_clock import StageClock
from forecast_bench.limits import (
    Bounds,
    bounded,
    in_force,
    memory_held,
)
from forecast_bench.records import JobLimits
from recalibrated_workspace import FIRST, LATER, desk

NOW = datetime.datetime(2020, 2, 1, 3, 0, tzinfo=datetime.UTC)
EARLY = datetime.date(2018, 3, 31)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows this")
GIB, MIB = 2**30, 2**20
UP = "the job's time limit of 2 hours was reached"


def run(folder, *, as_of=EARLY, hours=0, **more):
    now = NOW + datetime.timedelta(hours=hours)
    return recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None, **more)


def command(folder, *words):
    with pytest.raises(SystemExit) as left:
        main(["recalibrate", "--workspace", str(folder), *words])
    return left.value.code


def last_line(folder):
    return json.loads(ledger_file(folder).read_text(encoding="utf-8").splitlines()[-1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--memory", "4 gigs"], '--memory: "4 gigs" is not an amount of memory'),
        (["--time", "soon"], '--time: "soon" is not a time limit'),
        (["--cores", "0"], "'--cores': Input should be greater than or equal to 1"),
    ],
)
def test_a_wrong_option_is_usage(tmp_path, capsys, words, said):
    assert command(small_case(tmp_path), *words) == 2
    assert said in " ".join(capsys.readouterr().err.split())


# The job


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The small case on one core and on two, with what libraries used inside of a stage."""
    from threadpoolctl import threadpool_info

    found = {}
    for cores in (1, 2):
        folder = small_case(tmp_path_factory.mktemp(f"on-{cores}"))
        told = {}

        def watch(stage, told=told):
            told[stage] = (in_force().cores, max(one["num_threads"] for one in threadpool_info()))

        result = recalibrate(
            folder, as_of=EARLY, now=NOW, watch=watch, limits=JobLimits(cores=cores)
        )
        found[cores] = (folder, result, told)
    return found


def test_no_published_number_rests_on_the_cores(two):
    one, other = (two[cores][1].manifest for cores in (1, 2))
    tables = {
        file: sha256
        for file, sha256 in one["files"].items()
        if file.endswith((".parquet", ".json", ".nc")) and not file.startswith("review/")
    }
    assert len(tables) > 15
    assert {file: other["files"][file] for file in tables} == tables
    assert one["fingerprint"] == other["fingerprint"]


def test_every_stage_has_the_cores_and_one_thread_for_sums(two):
    for cores in (1, 2):
        assert set(two[cores][2].values()) == {(cores, 1)}


def test_each_stage_says_what_it_took(two, capsys):
    manifest = two[1][1].manifest
    for one in manifest["stages"]:
        assert set(one) == {"stage", "seconds", "cpu_seconds", "peak_mib"}
        # On one core no stage takes more of the processor than of the clock, but for the drawing.
        if one["stage"] != "draw the review":
            assert 0 <= one["cpu_seconds"] <= one["seconds"] * 1.2 + 0.1
    peaks = [one["peak_mib"] for one in manifest["stages"]]
    assert 50 < min(peaks) <= max(peaks) <= manifest["peak_mib"]
    with pytest.raises(SystemExit):
        main(["runs", "show", "--workspace", str(two[1][0])])
    out = capsys.readouterr().out
    assert "stage                      seconds  of processors  most MiB" in out
    measures = JobMeasures(two[1][0], EARLY, NOW, 1.0, 0)
    text = metrics_text(JobResult("published", None, manifest), measures)
    assert 'forecast_bench_stage_peak_memory_bytes{workspace="' in text
    older = {**manifest, "stages": [{"stage": "count", "seconds": 1.0}]}
    text = metrics_text(JobResult("published", None, older), measures)
    assert "stage_peak_memory_bytes" not in text


@LINUX
def test_the_peak_is_that_of_the_stage_and_the_whole_keeps_the_highest():
    if not job_memory.forget_peak():
        pytest.fail("this system does not let a process forget its peak")
    clock = StageClock(lambda _: None)
    with clock.stage("large"):
        block = bytearray(os.urandom(1)) * (300 * MIB)
        del block
    with clock.stage("small"):
        held = memory_held()
    large, small = (one["peak_mib"] for one in clock.stages)
    assert large - small > 250
    assert small == pytest.approx(held / MIB, abs=30)
    assert clock.most_mib >= large


def test_where_a_peak_cannot_be_forgotten_it_only_rises(monkeypatch, tmp_path):
    monkeypatch.setattr(job_memory, "_MARKS", tmp_path / "no" / "clear_refs")
    monkeypatch.setattr(job_memory, "_STATUS", tmp_path / "no" / "status")
    assert job_memory.forget_peak() is False
    assert job_memory.peak_mib() > 50
    clock = StageClock(lambda _: None)
    for name in "ab":
        with clock.stage(name):
            pass
    assert clock.stages[0]["peak_mib"] <= clock.stages[1]["peak_mib"]


def stopped(folder, capsys, *words):
    """Run the job, which must stop and leave what was published."""
    before = latest_run(folder)
    manifest = read_manifest(before)
    status = command(folder, "--as-of", "2018-04-30", "--log", "json", *words)
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert (status, lines[-1]["ending"], lines[-1]["exit_status"]) == (4, "stopped", 4)
    entry = last_line(folder)
    assert (entry["ending"], entry["run"]) == ("stopped", before.name)
    assert entry["reason"] == lines[-1]["reason"]
    assert latest_run(folder) == before
    assert read_manifest(before) == manifest
    with pytest.raises(SystemExit) as left:
        main(["runs", "verify", "--workspace", str(folder)])
    assert left.value.code == 0
    assert not list(before.parent.glob(".aside-*"))
    capsys.readouterr()
    return entry


@LINUX
def test_a_job_over_its_memory_stops_safely_between_stages(two, capsys):
    entry = stopped(two[1][0], capsys, "--memory", "1 MiB")
    assert entry["stage"] == "read and check"
    assert re.sub(r"\d+ MiB of", "N MiB of", entry["reason"]) == (
        'in the stage "read and check": N MiB of memory were held, and 1 MiB are the limit; raise '
        "limits.memory in the settings"
    )


def test_a_job_over_its_time_stops_safely(two, capsys, monkeypatch):
    late = Bounds(cores=1, ends=0.0, time_limit="2 hours")
    monkeypatch.setattr(limiting, "bounds_of", lambda _: late)
    entry = stopped(two[1][0], capsys)
    assert entry["reason"] == (
        f'in the stage "read and check": {UP}; fits that were made are kept, so the next job has '
        "less to do: run it again, or raise limits.time in the settings"
    )


@pytest.mark.parametrize(
    ("module", "name", "stage", "said"),
    [
        ("job.looking", "count_questions", "count", 'in the stage "count": memory ran'),
        ("job.tables", "write_tables", "write the tables", 'in the stage "write the'),
        ("review", "render", "draw the review", 'in the stage "draw the review": memo'),
        ("job.recalibrate", "publish", "draw the review", "memory ran out: 8 GiB"),
    ],
)
def test_memory_that_runs_out_anywhere_stops_the_job_safely(
    two, capsys, monkeypatch, module, name, stage, said
):
    def none_left(*_, **__):
        raise MemoryError("8 GiB")

    monkeypatch.setattr(sys.modules[f"forecast_bench.{module}"], name, none_left)
    entry = stopped(two[2][0], capsys)
    assert entry["stage"] == stage
    assert entry["reason"].startswith(said)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ImportError, "vl_convert.abi3.so: failed to map segment from shared object"),
        (RuntimeError, "can't start new thread"),
    ],
)
def test_memory_that_runs_out_while_a_library_is_loaded_is_no_bug(
    two, capsys, monkeypatch, error, text
):
    def none_left(*_, **__):
        raise error(text)

    monkeypatch.setattr(sys.modules["forecast_bench.review"], "render", none_left)
    entry = stopped(two[2][0], capsys)
    assert (entry["stage"], entry["reason"]) == ("draw the review", f"memory ran out: {text}")
    with pytest.raises(error, match="of another kind"), limiting.limited(two[2][0], JobLimits()):
        raise error("of another kind")


def test_memory_that_runs_out_in_another_command_is_no_bug(two, capsys, monkeypatch):
    def none_left(*_, **__):
        raise MemoryError

    monkeypatch.setattr("forecast_bench.job.looking.count_questions", none_left)
    with pytest.raises(SystemExit) as left:
        main(["status", "--workspace", str(two[2][0]), "--as-of", "2018-04-30"])
    assert left.value.code == 4
    assert capsys.readouterr().err.strip().endswith("memory ran out")


@LINUX
def test_an_end_of_addresses_while_the_job_runs_stops_it_safely(tmp_path, two):
    """As under `ulimit -v`, met in the middle of the job."""
    folder = two[1][0]
    before = latest_run(folder)
    code = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from forecast_bench.cli import main\n"
        "from forecast_bench.job import looking\n"
        "def full(*_, **__):\n"
        "    held = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (held + 2**20, held + 2**20))\n"
        "    return bytes(2**28)\n"
        "looking.count_questions = full\n"
        "main(sys.argv[1:])\n"
    )
    words = ["recalibrate", "--workspace", str(folder), "--as-of", "2018-04-29", "--quiet"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr == (
        'stopped: in the stage "count": memory ran out; give the job more, or lower limits.memory '
        "in the settings; what was published before stays\n"
    )
    assert latest_run(folder) == before
    assert last_line(folder)["ending"] == "stopped"


# What was finished is used


def limited_fits(monkeypatch, name, bounds):
    """Have fits of a kind run under limits of their own; count how many were begun."""
    begun_fits = []
    real = getattr(bayes, name)

    def counted(*given, **more):
        begun_fits.append(name)
        with bounded(bounds or in_force()):
            return real(*given, **more)

    monkeypatch.setattr(bayes, name, counted)
    return begun_fits


def killed(*_, **__):
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A job that was killed after its fit and before the gate, then run again."""
    folder = desk(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch:
        fits = limited_fits(patch, "fit", None)
        gate = bayes.gate
        patch.setattr(bayes, "gate", killed)
        with pytest.raises(KeyboardInterrupt):
            run(folder, as_of=FIRST)
        patch.setattr(bayes, "gate", gate)
        assert latest_run(folder) is None
        return folder, run(folder, as_of=FIRST, hours=1), fits


@LINUX
def test_a_fit_over_memory_is_an_alarm_and_the_last_run_stays(fitted, capsys, monkeypatch):
    folder, published, _ = fitted
    limited_fits(monkeypatch, "fit", Bounds(2, memory=MIB))
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    words = ["--as-of", str(LATER), "--format", "json", "--quiet"]
    assert command(folder, *words) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["ending"], told["run"]) == ("failed", published.run.name)
    (alarm,) = told["alarms"]
    assert alarm["id"] == "fit-over-memory"
    assert alarm["text"].startswith("models/recalibration.yaml: the fit was stopped: ")
    assert alarm["text"].endswith(
        " MiB of memory were held, and 1 MiB are the limit: lower `draws`, leave out a group or "
        "raise limits.memory in the settings; until then --fit never uses the last good fit"
    )
    assert latest_run(folder) == published.run.resolve()
    assert last_line(folder)["alarms"] == ["fit-over-memory"]


def test_the_end_of_the_jobs_time_ends_a_fit(fitted, monkeypatch):
    folder, published, _ = fitted
    limited_fits(monkeypatch, "fit", Bounds(2, ends=0.0, time_limit="2 hours"))
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    with pytest.raises(JobStoppedError, match=f'^in the stage "recalibrate": {UP}'):
        run(folder, as_of=LATER, hours=1)
    assert latest_run(folder) == published.run.resolve()
    assert last_line(folder)["stage"] == "recalibrate"


def test_a_job_killed_after_its_fit_and_before_the_gate_fits_once(fitted):
    _, result, fits = fitted
    assert result.ending == "published"
    assert fits == ["fit"]
    assert result.manifest["recalibration"]["fitted"] is False


ASKED = """\
report: {id: small, title: Of two families}
analyst: a.name
lexicon: uk-phia@2018
issued: 2018-12-31
questions:
  abductions:
    change: {of: {actor: JNIM, type: abduction}, direction: increase, against: 12 months}
    within: 12 months
    rates: sahel
  attacks:
    count: {of: {actor: JNIM, type: [battle, explosion]}, at_least: 100}
    within: 12 months
    rates: other
judgments:
  - {id: abductions, statement: More., probability: likely, question: abductions}
  - {id: attacks, statement: Many., probability: likely, question: attacks}
"""


def two_families(folder):
    small_case(folder, ASKED)
    path = folder / "models" / "rates" / "sahel.yaml"
    text = path.read_text(encoding="utf-8").replace("  places: area\n", "  places: country\n")
    path.write_text(text, encoding="utf-8")
    (path.parent / "other.yaml").write_text(text.replace("drift: 0.5", "drift: 0.4"), "utf-8")
    return folder


def test_a_job_killed_between_two_panels_fits_the_second_alone(tmp_path, monkeypatch, capsys):
    """Fits by nested Laplace stand in for sampled ones, kept as those are."""
    from forecast_bench.job import kept_fits, rate_learning
    from forecast_bench.job.fits import fit_folder

    folder = two_families(tmp_path)
    made = []

    def sampled_fit(workspace, counts, panel, priors, *, content, stretch, base_seed):
        if len(made) == 1:
            made.append("killed")
            raise KeyboardInterrupt
        made.append(content)
        quick = kept_fits.approximated_fit(workspace, counts, priors, content, stretch)
        fit = quick | {"diagnostics": {"passed": True}}
        kept_fits._keep(fit_folder(workspace, content) / "sampled.json", fit)
        return fit

    monkeypatch.setattr(rate_learning, "sampled_fit", sampled_fit)
    later = datetime.date(2019, 1, 31)
    with pytest.raises(KeyboardInterrupt):
        run(folder, as_of=later)
    told = []
    again = run(folder, as_of=later, hours=1, tell_fit=lambda *fit: told.append(fit))
    assert again.ending == "published"
    first, second = (one["hash"] for one in again.manifest["rates"])
    assert made == [first, "killed", second]
    assert [one["fitted"] for one in again.manifest["rates"]] == [False, True]
    place = "models/rates/{}.yaml, panel up to 2018-12-31"
    assert told == [(place.format("other"), 1, 2), (place.format("sahel"), 2, 2)]


@LINUX
def test_a_panel_over_memory_is_an_alarm_of_its_own(tmp_path, monkeypatch):
    folder = two_families(tmp_path)
    monkeypatch.setattr("nutpie.compile_pymc_model", lambda *_, **__: None)
    limited_fits(monkeypatch, "fit_panel", Bounds(1, memory=MIB))
    result = run(folder, as_of=datetime.date(2019, 1, 31))
    assert result.ending == "failed"
    assert [one["id"] for one in result.alarms] == ["fit-over-memory"] * 2
    text = result.alarms[1]["text"]
    assert text.startswith("models/rates/sahel.yaml, panel up to 2018-12-31: the fit was stopped: ")
    assert text.endswith(
        ": lower `draws` of its sampler, or raise limits.memory in the settings; until then --fit "
        "never approximates it"
    )


def test_fits_of_a_stage_are_told_to_machines_and_on_a_terminal(capsys, monkeypatch):
    with JsonLog(EARLY, quiet=False).progress() as watch:
        watch.fit("models/own.py, asked about attacks", 2, 3)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    facts = {"event": "fit", "fit": "models/own.py, asked about attacks", "number": 2, "of": 3}
    assert {key: line[key] for key in facts} == facts
    for quiet in (JsonLog(EARLY, quiet=True), TextLog(silent=True), TextLog(silent=False)):
        with quiet.progress() as watch:
            watch.fit("one", 1, 2)
        assert "one" not in capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    seen = []
    monkeypatch.setattr(
        "rich.progress.Progress.update", lambda *_, **now: seen.append(now["description"])
    )
    with TextLog(silent=False).progress() as watch:
        watch.stage("learn rates")
        watch.fit("models/rates/sahel.yaml", 1, 2)
    assert seen == ["learn rates", "models/rates/sahel.yaml, 1 of 2"]


def test_an_own_model_over_memory_is_an_alarm_and_is_not_asked_again(tmp_path, monkeypatch):
    from forecast_bench.job import modelling
    from test_job_models import JUDGMENTS, RATES

    folder = small_case(tmp_path, JUDGMENTS)
    (folder / "models" / "rates" / "own.yaml").write_text(RATES)
    (folder / "models" / "own.py").write_text("def model(series, prior):\n    return None\n")
    settings = folder / "pyproject.toml"
    settings.write_text('[tool.forecast-bench]\nmodels = ["own.py"]\n')
    asked, told = [], []

    def too_large(request):
        asked.append(request)
        replace(in_force(), memory=MIB).hold_memory()

    monkeypatch.setattr(modelling.bayes, "fit_own_model", too_large)
    result = run(folder, tell_fit=lambda *fit: told.append(fit))
    assert (result.ending, len(asked)) == ("failed", 1)
    assert result.alarms[0]["id"] == "fit-over-memory"
    assert told == [("models/own.py, asked about abductions", 1, 3)]
