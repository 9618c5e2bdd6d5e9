"""Every problem of the catalogue has a folder that triggers it, with the exact text expected.

To accept new wording, run with UPDATE_EXPECTED=1 in the environment and read the difference.
"""

import datetime
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from forecast_bench.checks import check, judge
from forecast_bench.checks.counted import COUNTED
from forecast_bench.cli import main
from forecast_bench.incidents.fetching import FetchFailed, Secrets, fetch
from forecast_bench.incidents.importers import open_incidents
from forecast_bench.job.feeds import import_described
from forecast_bench.job.looking import count_facts, look
from forecast_bench.problems import CATALOGUE, Problem, as_text, count_line
from forecast_bench.problems.reference_page import reference_page
from forecast_bench.records import SourceDescription
from forecast_bench.workspace import load_workspace
from forecast_bench.workspace.scored_record import read_scored_record
from forecast_bench.yaml_source import read_record, read_text

FOLDERS: Final = Path(__file__).parent / "problems"
PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "problems.md"
UPDATE: Final = os.environ.get("UPDATE_EXPECTED") == "1"
MENDING: Final = "UPDATE_EXPECTED=1 python -m pytest tests/test_problem_folders.py"
IMPORTED: Final = (
    "incident-header",
    "incident-row",
    "incident-rejects",
    "incident-outside-coverage",
    "duplicate-incidents",
    "no-incidents",
    "incident-store",
)
# What is wrong with a file of events, or its mapping, is found when it is opened.
OPENED: Final = ("incident-file", "incident-mapping")
STORE: Final = Path(".forecast-bench") / "incidents"


def _link_to_nowhere(folder: Path) -> None:
    (folder / "judgments" / "lost.yaml").symlink_to("nowhere.yaml")
    (folder / "judgments" / "folder.yaml").mkdir()


def _fifty_megabytes(folder: Path) -> None:
    with (folder / "judgments" / "dump.yaml").open("wb") as file:
        file.truncate(50_000_000)


def _latin_1(folder: Path) -> None:
    text = "# R\xe9gion de Gao\nreport: {id: gao, title: Gao}\n"
    (folder / "judgments" / "gao.yaml").write_bytes(text.encode("latin-1"))


def _ten_thousand_deep(folder: Path) -> None:
    (folder / "judgments" / "flow.yaml").write_text("judgments: " + "[" * 10_000)
    (folder / "judgments" / "block.yaml").write_text("judgments:\n" + "- " * 10_000 + "\n")


def _newer_store(folder: Path) -> None:
    store = folder / STORE / "sahel"
    store.mkdir(parents=True)
    (store / "catalogue.json").write_text('{"format": 999}')


# What a repository cannot hold is made when the test runs.
MADE_AT_RUN_TIME: Final[Mapping[str, Callable[[Path], None]]] = MappingProxyType(
    {
        "file-unreadable": _link_to_nowhere,
        "file-too-large": _fifty_megabytes,
        "not-utf8": _latin_1,
        "too-deep": _ten_thousand_deep,
        "incident-store": _newer_store,
    }
)


def _fetch_without_secrets(described_in: str) -> Problem:
    """What a fetch says that has no secrets: the one failure that needs no server."""
    document, _ = read_text(Path(described_in).read_text("utf-8"), file=described_in)
    description, problems = read_record(document, SourceDescription)
    assert problems == ()
    with pytest.raises(FetchFailed) as failure:
        fetch(description.fetch, folder=Path("fetched"), secrets=Secrets({}, keyring=False))
    return failure.value.problem(described_in)


def _found(identifier: str) -> tuple[Problem, ...]:
    """What the command that reports the problem finds in the current folder."""
    if identifier.startswith("score-"):
        return tuple(read_scored_record(Path("record.csv"))[1])
    if identifier in OPENED:
        (path,) = Path("exports").iterdir()
        mapping = Path("models/mappings/desk.yaml")
        given = mapping if mapping.exists() else None
        return open_incidents(path, kind="auto", shown_as=path.as_posix(), mapping=given)[1]
    if identifier == "fetch-failed":
        return (_fetch_without_secrets("incidents/ucdp.yaml"),)
    if identifier == "own-model":
        return look(Path(), as_of=datetime.date(2018, 5, 31), fits="changed").problems
    if identifier in COUNTED:
        seen = look(Path(), as_of=datetime.date(2018, 5, 31))
        return judge(seen.workspace, count_facts(seen)).problems
    workspace = load_workspace(Path())
    if identifier not in IMPORTED:
        return check(workspace)
    assert check(workspace) == (), "what is wrong with the source is found by its import"
    return tuple(
        fault for name in workspace.sources for fault in import_described(workspace, name).problems
    )


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    def prepare(identifier: str) -> Path:
        folder = tmp_path / identifier
        shutil.copytree(FOLDERS / identifier, folder)
        MADE_AT_RUN_TIME.get(identifier, lambda _: None)(folder)
        monkeypatch.chdir(folder)
        return folder

    return prepare


def test_every_problem_has_a_folder_and_every_folder_a_problem():
    folders = {path.name for path in FOLDERS.iterdir() if path.is_dir()}
    assert folders == set(CATALOGUE)


@pytest.mark.parametrize("identifier", CATALOGUE)
def test_a_folder_triggers_its_problem_with_the_text_expected(identifier, prepared):
    prepared(identifier)
    found = _found(identifier)
    assert identifier in {one.identifier for one in found}
    said = "".join(f"{line}\n" for line in (*map(as_text, found), count_line(found)))
    expected = FOLDERS / identifier / "expected.txt"
    actual = expected.with_name("actual.txt")
    if UPDATE:
        expected.write_text(said, encoding="utf-8")
    if not expected.exists() or said != expected.read_text("utf-8"):
        actual.write_text(said, encoding="utf-8")
        pytest.fail(f"{actual} is not {expected.name}:\n{said}\nto accept it: {MENDING}")
    actual.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("identifier", "command", "status"),
    [
        ("unknown-phrase", ["check"], 1),
        ("file-unreadable", ["check"], 1),
        ("too-deep", ["check"], 1),
        ("settings", ["check", "."], 1),
        ("no-judgments", ["check"], 1),
        ("outside-coverage", ["check"], 0),
        ("duplicate-id", ["check"], 1),
        ("incident-row", ["incidents", "import"], 4),
        ("score-bad-row", ["score", "record.csv"], 1),
        ("score-two-outcomes", ["score", "record.csv"], 0),
    ],
)
def test_the_command_line_prints_the_same_on_stderr(identifier, command, status, prepared, capsys):
    prepared(identifier)
    with pytest.raises(SystemExit) as left:
        main(command)
    assert capsys.readouterr().err == (FOLDERS / identifier / "expected.txt").read_text("utf-8")
    assert (left.value.code or 0) == status


@pytest.mark.parametrize(
    "identifier",
    [
        one
        for one, entry in CATALOGUE.items()
        if entry.level == "warning" and not one.startswith("score-")
    ],
)
def test_warnings_alone_do_not_fail_a_check(identifier, prepared, capsys):
    prepared(identifier)
    assert {one.level for one in _found(identifier)} == {"warning"}
    counted = ["--counts", "--as-of", "2018-05-31"] if identifier in COUNTED else []
    with pytest.raises(SystemExit) as left:
        main(["check", *counted])
    assert not left.value.code
    assert capsys.readouterr().err.endswith("1 warning\n")


def test_the_reference_page_is_the_one_generated():
    examples = {one: (FOLDERS / one / "expected.txt").read_text("utf-8") for one in CATALOGUE}
    generated = reference_page(examples)
    if UPDATE:
        PAGE.write_text(generated, encoding="utf-8")
    assert PAGE.read_text("utf-8") == generated, f"to write it again: {MENDING}"


def test_a_reference_page_without_an_example_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="unknown-phrase"):
        reference_page({one: "text" for one in CATALOGUE if one != "unknown-phrase"})


def test_messages_hold_no_leftovers_of_the_libraries():
    leftovers = ("should", "Input", "String", "validation", "Tuple", "constrained", "Traceback")
    for identifier in CATALOGUE:
        said = (FOLDERS / identifier / "expected.txt").read_text("utf-8")
        assert not [one for one in leftovers if one in said], identifier
