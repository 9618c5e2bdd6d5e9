"""Every format that was released is read, and every newer one is refused with nothing written."""

import datetime
import json
import shutil

import pytest

from first_case import small_case
from forecast_bench.bayes.own_models import fits as own_fits
from forecast_bench.checks import kept
from forecast_bench.checks.kept import check_folder
from forecast_bench.incidents import IncidentStoreError, LocalStorage, vintages
from forecast_bench.incidents.catalogue import STORE_FORMAT, WITHOUT_SUMS
from forecast_bench.incidents.fetching.storage import FORMAT as FETCH_FORMAT
from forecast_bench.incidents.fetching.storage import read_state
from forecast_bench.job.backing_up import BACKUP_FORMAT
from forecast_bench.job.changes import read_judgments
from forecast_bench.job.fits import FIT_FORMAT, good_fits
from forecast_bench.job.formats import FORMATS
from forecast_bench.job.kept_fits import believed, kept_fit
from forecast_bench.job.ledger import LEDGER_FORMAT, append, read_ledger
from forecast_bench.job.maps import (
    MAP_FORMAT,
    STATES_FORMAT,
    LineageError,
    find_map,
    former_maps,
    in_force,
    read_maps,
    roll_back,
    state_changes,
)
from forecast_bench.job.migrating import JOURNAL_FORMAT
from forecast_bench.job.runs import RUN_FORMAT, DamagedRunError, latest_run
from forecast_bench.problems import NewerFormatError
from forecast_bench.sealing import ledger as seals
from forecast_bench.sealing.canonical import SEAL_FORMAT
from former_workspaces import (
    FORMATS as FIXTURES,
)
from former_workspaces import (
    FORMER_STORES,
    RUNS,
    answered,
    answers_of,
    former_workspace,
    run_of,
    tree,
    with_run,
    with_store,
)

BY_NAME = {one.name: one for one in FORMATS}
DAY = datetime.date(2019, 7, 31)


def test_the_list_has_the_versions_that_the_code_writes():
    written = {
        "run": RUN_FORMAT,
        "ledger": LEDGER_FORMAT,
        "store of incidents": STORE_FORMAT,
        "state of a fetch": FETCH_FORMAT,
        "map": MAP_FORMAT,
        "states of maps": STATES_FORMAT,
        "fit": FIT_FORMAT,
        "draws of an own model": own_fits._FORMAT,
        "verdict of a check": kept._FORMAT,
        "diagnostics of a fit": "the program's",
        "seal": SEAL_FORMAT,
        "backup": BACKUP_FORMAT,
        "migration that was begun": JOURNAL_FORMAT,
        "files of people": "",
    }
    assert {one.name: one.present for one in FORMATS} == {
        name: str(version) for name, version in written.items()
    }
    assert BY_NAME["store of incidents"].migrated == ("1", WITHOUT_SUMS)


def test_every_fixture_is_told_how_it_was_made():
    told = (FIXTURES / "README.md").read_text("utf-8")
    folders = [one.name for one in FIXTURES.iterdir() if one.is_dir() and one.name[0] not in "_."]
    assert [name for name in folders if f"| `{name}` |" not in told] == []
    assert {*FORMER_STORES, *RUNS} < set(folders)


def test_a_store_of_the_present_format_answers_as_when_it_was_made(tmp_path):
    with_store(tmp_path, "store-2")
    assert answered(LocalStorage(tmp_path / ".forecast-bench" / "incidents")) == answers_of(
        "store-2"
    )


@pytest.mark.parametrize("name", FORMER_STORES)
def test_a_former_store_is_refused_with_the_way_to_go_on(name, tmp_path, command):
    small_case(tmp_path)
    with_store(tmp_path, name)
    store = tmp_path / ".forecast-bench" / "incidents"
    written = "1" if name == "store-1" else WITHOUT_SUMS
    with pytest.raises(IncidentStoreError, match=f"{written}: run forecast-bench migrate$"):
        vintages(LocalStorage(store), "made")
    status, out, err = command("check", "--workspace", tmp_path)
    assert (status, out) == (0, "2 judgments in 1 file: no problems\n")
    assert err == (
        f"the store of incidents is of a former format (made of format {written}, second of format "
        f"{written}): run forecast-bench migrate\n"
    )
    status, _, err = command("incidents", "status", "--workspace", tmp_path)
    assert (status, f"store format {written}: run forecast-bench migrate" in err) == (4, True)


def test_the_job_on_a_former_store_says_migrate(tmp_path, command):
    workspace = small_case(tmp_path)
    derived = workspace / ".forecast-bench" / "incidents"
    derived.mkdir(parents=True)
    shutil.copytree(FIXTURES / "store-1" / "incidents" / "made", derived / "acled")
    status, _, err = command("recalibrate", "--workspace", workspace, "--as-of", DAY, "--quiet")
    assert status == 4
    assert f"{derived}/acled is of store format 1: run forecast-bench migrate" in err


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_every_program_is_shown_compared_verified_and_reviewed(name, tmp_path, command):
    workspace = with_run(small_case(tmp_path / "w"), name)
    where = ("--workspace", workspace)
    status, out, _ = command("runs", "list", *where)
    assert (status, run_of(name) in out, "in force" in out) == (0, True, True)
    status, out, _ = command("runs", "show", run_of(name), *where)
    assert status == 0
    assert "2 judgments: 1 did not occur, 1 occurred" in out
    status, out, _ = command("runs", "verify", run_of(name), *where)
    if name == "run-1":
        gone = ("review/", "/posterior.nc", ".svg")
        faults = [line for line in out.splitlines() if line.startswith("fault")]
        assert all(
            line.endswith(": is gone") and any(one in line for one in gone) for line in faults
        )
    else:
        assert status == 0
        assert "was made before files were hashed" in out
    status, out, err = command("review", "--run", run_of(name), "--out", tmp_path / "out", *where)
    assert (status, err) == (0, "")
    assert "They clash." in (tmp_path / "out" / "review.md").read_text("utf-8")


@pytest.mark.parametrize("name", RUNS[:-1])
def test_runs_of_two_programs_are_compared(name, tmp_path, command):
    workspace = with_run(small_case(tmp_path), "run-1")
    runs = workspace / ".forecast-bench" / "runs"
    shutil.copytree(FIXTURES / name / "runs" / run_of(name), runs / run_of(name))
    status, out, _ = command("runs", "diff", run_of(name), "--workspace", workspace)
    assert status == 0
    assert f"from {run_of(name)} (2019-07-31)" in out


@pytest.mark.parametrize("name", RUNS)
def test_the_ledger_of_every_program_is_read_and_added_to(name, tmp_path):
    with_run(tmp_path, name)
    before = read_ledger(tmp_path)
    assert [bool(one.entry) for one in before] == [True, True]
    append(tmp_path, {"ending": "unchanged"})
    after = read_ledger(tmp_path)
    assert [one.fault for one in after] == ["", "", ""]
    assert after[-1].entry["format"] == LEDGER_FORMAT


def test_a_former_map_is_told_and_taken_out_of_force(tmp_path):
    with_run(tmp_path, "run-1-with-maps-1")
    assert read_maps(tmp_path) == {}
    assert {name: written for name, (_, written) in former_maps(tmp_path).items()} == {
        "2ca1de07cb9c": 1,
        "4da1640c0b0f": 1,
    }
    with pytest.raises(LineageError, match=r"its format is 1, and 2 is read.*roll-back"):
        find_map(tmp_path, "2ca1de07cb9c")
    assert in_force(state_changes(tmp_path)).map == "2ca1de07cb9c"
    roll_back(tmp_path, on=DAY, because="of a former format")
    assert in_force(state_changes(tmp_path)) is None


@pytest.mark.parametrize("name", ["run-1-before-hashes", "run-1"])
def test_maps_and_good_fits_of_the_present_format_are_read(name, tmp_path):
    with_run(tmp_path, name)
    assert sorted(read_maps(tmp_path)) == ["33c25a9536c7", "bb78bc8ec98e"]
    assert [one.map for one in good_fits(tmp_path, "recalibration", as_of=DAY)] == [
        "bb78bc8ec98e",
        "33c25a9536c7",
    ]


def test_files_of_people_are_read_as_they_were():
    checked = check_folder(FIXTURES / "people-first")
    assert (checked.judgments, checked.verdict.problems) == (2, ())


def test_seals_states_of_fetches_and_fits_of_panels_are_read(tmp_path):
    sealed = seals.read_ledger(FIXTURES / "seals-1")
    assert (len(sealed.lines), sealed.problems) == (2, ())
    state = read_state(FIXTURES / "fetch-1")
    assert (state.restarts, state.notes) == (1, ("begun again: the total changed",))
    content = json.loads((FIXTURES / "fit-1" / "approximated.json").read_text())["hash"]
    shutil.copytree(FIXTURES / "fit-1", tmp_path / ".forecast-bench" / "fits" / content[:16])
    parameters = believed(kept_fit(tmp_path, content, "approximated"))
    assert all(abs(one.weight.sum() - 1) < 1e-9 for one in parameters.values())
    assert len(parameters) >= 1


def newer(path, change):
    values = json.loads(path.read_text("utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


def newer_run(workspace):
    # Its program would have entered it in the ledger as it is.
    (workspace / ".forecast-bench" / "ledger.jsonl").unlink()
    newer(latest_run(workspace) / "manifest.json", lambda one: one.update(format=RUN_FORMAT + 1))


def newer_ledger(workspace):
    append(workspace, {"ending": "unchanged"})
    path = workspace / ".forecast-bench" / "ledger.jsonl"
    path.write_text(path.read_text("utf-8").replace('"format": 2', '"format": 3'), encoding="utf-8")


def newer_store(workspace):
    path = workspace / ".forecast-bench" / "incidents" / "acled"
    path.mkdir(parents=True)
    (path / "catalogue.json").write_text('{"format": 3}', encoding="utf-8")


def newer_map(workspace):
    path = workspace / ".forecast-bench" / "recalibrations" / "33c25a9536c7.json"
    newer(path, lambda one: one.update(format=MAP_FORMAT + 1))


def newer_state(workspace):
    folder = workspace / "models" / "recalibrations"
    folder.mkdir()
    (folder / "states.jsonl").write_text('{"format": 2, "map": "x"}\n', encoding="utf-8")


def newer_fit(workspace):
    path = workspace / ".forecast-bench" / "fits" / "good.jsonl"
    path.write_text(path.read_text("utf-8") + '{"format": 2}\n', encoding="utf-8")


RUN_COMMANDS = ("runs list", "runs show", "runs verify", "runs prune --keep 1", "review --out OUT")
NEWER = {
    newer_run: (
        "run is of format 2",
        (*RUN_COMMANDS, f"runs diff {run_of('run-1')}", "recalibrate"),
    ),
    newer_ledger: ("ledger is of format 3", ("runs verify", "recalibrate", "migrate")),
    newer_store: (
        "is of store format 3",
        ("recalibrate", "status", "show clash", "incidents status", "incidents compact", "migrate"),
    ),
    newer_map: ("map is of format 3", ("recalibrate", "recalibration list", "migrate")),
    newer_state: (
        "change of state is of format 2",
        ("recalibrate", "recalibration list", "status"),
    ),
    newer_fit: ("list of good fits is of format 2", ("recalibrate", "migrate --dry-run")),
}
CASES = [(make, said, line) for make, (said, lines) in NEWER.items() for line in lines]


@pytest.mark.parametrize(
    ("make", "said", "line"), CASES, ids=[f"{make.__name__}-{line}" for make, _, line in CASES]
)
def test_what_is_newer_is_refused_and_nothing_is_written(make, said, line, tmp_path, command):
    workspace = with_run(small_case(tmp_path / "w"), "run-1")
    make(workspace)
    before = tree(workspace)
    words = [word.replace("OUT", str(tmp_path / "out")) for word in line.split()]
    status, _, err = command(*words, "--workspace", workspace)
    assert (status, said in err, "upgrade forecast-bench" in err) == (4, True, True), err
    assert "Traceback" not in err
    assert tree(workspace) == before


def test_a_newer_state_of_a_fetch_is_refused(tmp_path):
    shutil.copytree(FIXTURES / "fetch-1", tmp_path / "f")
    newer(tmp_path / "f" / "state.json", lambda one: one.update(format=FETCH_FORMAT + 1))
    with pytest.raises(NewerFormatError, match="state of a fetch is of format 2"):
        read_state(tmp_path / "f")


def test_a_newer_fit_of_a_panel_is_refused(tmp_path):
    fit = tmp_path / ".forecast-bench" / "fits" / "0123456789abcdef"
    shutil.copytree(FIXTURES / "fit-1", fit)
    newer(fit / "approximated.json", lambda one: one.update(format=FIT_FORMAT + 1))
    with pytest.raises(NewerFormatError, match="this fit is of format 2"):
        kept_fit(tmp_path, "0123456789abcdef", "approximated")


TABLES = sorted(
    path.relative_to(FIXTURES / "run-1" / "runs" / run_of("run-1")).as_posix()
    for path in (FIXTURES / "run-1" / "runs" / run_of("run-1")).rglob("*.parquet")
)
SHOWN = {
    *("judgments", "tracking", "counts", "phrases", "reliability", "pooled", "moves", "over_time"),
    *("by_outcome", "murphy", "analyst_phrases", "phrase_years"),
    *("recalibration/map", "recalibration/effects", "recalibration/predictive"),
}


@pytest.mark.parametrize("table", sorted(SHOWN))
@pytest.mark.parametrize("how", ["cut", "other"])
def test_a_damaged_table_is_told_with_its_name(table, how, tmp_path, command):
    workspace = with_run(small_case(tmp_path / "w"), "run-1")
    path = latest_run(workspace) / f"{table}.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if how == "cut" else b"PAR1 but no table PAR1")
    status, _, err = command("review", "--out", tmp_path / "out", "--workspace", workspace)
    assert (status, (tmp_path / "out").exists()) == (4, False)
    assert err == (
        f"{path}: this is no table of a run: forecast-bench runs verify says what else was "
        f"changed; forecast-bench runs prune --run {path.parent.name} takes the run away; then run "
        "the job again\n"
    )


def test_a_damaged_document_and_a_lost_table_are_told(tmp_path, command):
    workspace = with_run(small_case(tmp_path / "w"), "run-1")
    run = latest_run(workspace)
    (run / "calibration.json").write_text("{", encoding="utf-8")
    status, _, err = command("review", "--out", tmp_path / "out", "--workspace", workspace)
    assert (status, f"{run / 'calibration.json'}: this is no document of a run" in err) == (4, True)
    status, _, err = command("runs", "diff", run.name, "--workspace", workspace)
    assert (status, "calibration.json: this is no document" in err) == (4, True)
    (run / "judgments.parquet").unlink()
    with pytest.raises(DamagedRunError, match=r"judgments\.parquet: the run has lost this table"):
        read_judgments(run)


def test_all_shown_tables_are_in_the_fixture():
    assert {f"{one}.parquet" for one in SHOWN} <= set(TABLES)


def test_the_workspace_of_the_migration_is_whole(tmp_path, command):
    status, out, _ = command("migrate", "--dry-run", "--workspace", former_workspace(tmp_path))
    assert (status, out.count("would migrate the store of")) == (0, 2)
