"""What the page of threats says of the program, where no other test shows it."""

import ast
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import yaml

from forecast_bench.checks import check
from forecast_bench.cli import main
from forecast_bench.workspace import load_workspace

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "forecast_bench"
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
# Formats and functions that run what they read.
OBEYING = {"pickle", "cPickle", "cloudpickle", "dill", "marshal", "shelve", "runpy", "code"}
RUNNING = {"eval", "exec", "compile", "__import__"}
NAMED = {
    "read_pickle",
    "to_pickle",
    "system",
    "popen",
    "unsafe_load",
    "full_load",
    "execv",
    "spawnv",
}

MODULES = {
    path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
}


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0]


def calls(tree):
    """Names of what is called, with the arguments by keyword."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            owner = function.value if isinstance(function, ast.Attribute) else None
            name = function.attr if owner is not None else getattr(function, "id", "")
            keywords = {one.arg: ast.unparse(one.value) for one in node.keywords}
            yield getattr(owner, "id", ""), name, keywords


def who(condition):
    return {path for path, tree in MODULES.items() if condition(tree)}


def test_the_page_names_tests_that_exist():
    cited = re.findall(r"`(test_\w+)\.py::(test_\w+)`", PAGE)
    assert len(cited) > 40
    for file, name in cited:
        text = (ROOT / "tests" / f"{file}.py").read_text("utf-8")
        assert f"\ndef {name}(" in text, (file, name)
    # None is cited in a form that would pass unseen.
    assert PAGE.count("::test_") == len(cited)


def test_nothing_is_read_in_a_format_that_runs_what_it_reads():
    assert who(lambda tree: OBEYING & set(imports(tree))) == set()
    assert who(lambda tree: any(name in NAMED for _, name, _ in calls(tree))) == set()
    assert who(lambda tree: any(not on and name in RUNNING for on, name, _ in calls(tree))) == set()
    for path, tree in MODULES.items():
        for owner, name, given in calls(tree):
            if owner == "np" and name in ("load", "save", "savez", "savez_compressed"):
                assert given["allow_pickle"] == "False", path
            if owner == "yaml":
                assert not re.match("load|full|unsafe|add_|dump_all", name), path
                assert given.get("Loader", "_LOADER") == "_LOADER", path
    assert '_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)' in "".join(
        map(ast.unparse, MODULES.values())
    ).replace("'", '"')
    # joblib hands calls to processes that it starts itself, by pickles between them.
    assert who(lambda tree: "joblib" in imports(tree)) == {"bayes/workers.py"}


def test_programs_are_started_in_three_places_and_without_a_shell():
    assert who(lambda tree: "subprocess" in imports(tree)) == {
        "bayes/own_models/process.py",  # this Python, with our own module
        "review/printing.py",  # a browser, where a print is asked for
        "sealing/history.py",  # git
    }
    assert who(lambda tree: any("shell" in given for _, _, given in calls(tree))) == set()


def test_one_module_runs_a_file_of_the_workspace_and_one_asks_it_to():
    runs = who(lambda tree: any(name == "exec_module" for _, name, _ in calls(tree)))
    asks = who(lambda tree: any(name == "read_model" for _, name, _ in calls(tree)))
    assert runs == {"bayes/own_models/contract.py"}
    assert asks == {"bayes/own_models/child.py"}


@pytest.fixture
def desk(tmp_path):
    for name in ("judgments", "models", "incidents"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_check_opens_no_connection_whatever_the_settings_say(desk, monkeypatch):
    def refused(*arguments, **keywords):
        raise AssertionError("a connection was wanted")

    settings = desk / "pyproject.toml"
    text = settings.read_text("utf-8")
    far = 'store = "s3://far/away"\nfits = {backend = "dask", scheduler = "tcp://10.0.0.5:8786"}\n'
    settings.write_text(text.replace('title = "', f'{far}title = "'), encoding="utf-8")
    monkeypatch.setattr(socket, "socket", refused)
    with pytest.raises(SystemExit) as left:
        main(["check", "--workspace", str(desk)])
    assert not left.value.code


def test_git_runs_no_program_that_its_configuration_names(desk, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    ran, program = folder / "ran", folder / "program"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\ncat \"$1\"\n")
    program.chmod(0o755)

    def git(*words):
        named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *named, *words], cwd=desk, check=True, capture_output=True)

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main([*words, "--workspace", str(desk)])
        return left.value.code or 0

    git("init", "-q")
    assert run("seal") == 0
    (desk / ".gitattributes").write_text("* diff=ours filter=ours\n")
    (desk / ".gitignore").write_text(".forecast-bench/\n")
    git("add", "-A")
    git("commit", "-qm", "sealed")
    ledger = desk / "seals.jsonl"
    ledger.write_text("".join(ledger.read_text("utf-8").splitlines(keepends=True)[:-1]))
    for key in ("core.fsmonitor", "diff.external", "diff.ours.command", "diff.ours.textconv"):
        git("config", key, str(program))
    # What git has is asked for, and found, and none of these ran.
    assert run("check") == 1
    assert not ran.exists()
    git("diff")
    assert ran.exists()


@pytest.mark.parametrize("file", ["../../secret.csv", "/etc/passwd", ".hidden.csv", "a/../../b"])
def test_data_of_a_source_lie_beside_its_description(desk, file):
    (described,) = (desk / "incidents").glob("*.yaml")
    text = re.sub(
        r"^file: .*$", f'file: "{file}"', described.read_text("utf-8"), flags=re.MULTILINE
    )
    described.write_text(text, encoding="utf-8")
    told = [one.message for one in check(load_workspace(desk)) if one.level == "error"]
    assert f'"{file}" is hidden or outside incidents/' in told


def test_that_a_model_is_forbidden_can_be_neither_allowed_by_a_comment_nor_lowered(desk):
    settings = desk / "pyproject.toml"
    text = settings.read_text("utf-8")
    text = re.sub(r"^models = \[.*\]$", "models = []", text, flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    law = desk / "models" / "rates" / "regional.yaml"
    allowed = "\\g<0>  # forecast-bench: allow own-model-forbidden: it is harmless"
    law.write_text(re.sub(r"^model: .*$", allowed, law.read_text("utf-8"), flags=re.MULTILINE))
    found = [one.identifier for one in check(load_workspace(desk)) if one.level == "error"]
    assert "own-model-forbidden" in found
    settings.write_text(f'{text}levels = {{own-model-forbidden = "off"}}\n', encoding="utf-8")
    told = [one.message for one in check(load_workspace(desk)) if one.identifier == "settings"]
    assert any('"own-model-forbidden" stays of level error' in one for one in told)


@pytest.mark.parametrize(
    "path",
    [
        "action.yml",
        *(
            f"src/forecast_bench/{one}"
            for one in (
                "workspace/template/workflow.yaml",
                "job/scheduling/templates/github-workflow.yaml",
            )
        ),
    ],
)
def test_no_expression_of_github_is_put_into_a_shell(path):
    values = {"YAML_WORKSPACE": '"."', "YAML_KEPT": '"."'}
    text = (ROOT / path).read_text("utf-8")
    text = re.sub(r"@([A-Z_]+)@", lambda found: values.get(found[1], "0"), text)
    read = yaml.safe_load(text)
    steps = read["runs"]["steps"] if "runs" in read else read["jobs"]["recalibrate"]["steps"]
    lines = [one["run"] for one in steps if "run" in one]
    assert lines
    assert not any("${{" in one for one in lines)
    for one in steps:
        if "checkout" in one.get("uses", ""):
            assert one["with"]["persist-credentials"] is False


@pytest.mark.parametrize(
    "place",
    [
        "judgments/link.yaml",
        "models/rates/link.yaml",
        "models/lexicons/link.yaml",
        "pyproject.toml",
    ],
)
def test_a_link_shows_no_line_of_a_file_outside(desk, tmp_path_factory, place, capsys):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text("password: [hunter2\n", encoding="utf-8")
    path = desk / place
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(secret)
    with pytest.raises(SystemExit) as left:
        main(["check", "--workspace", str(desk)])
    said = capsys.readouterr()
    assert left.value.code == 1
    assert f"{place}:1:1: error: this is a link to a place outside the workspace" in said.err
    assert "hunter2" not in said.err + said.out


def test_a_folder_that_is_a_link_shows_none_either(desk, tmp_path_factory, capsys):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret.yaml").write_text("password: [hunter2\n", encoding="utf-8")
    (desk / "models" / "rates").rename(desk / "rates")
    (desk / "models" / "rates").symlink_to(elsewhere)
    with pytest.raises(SystemExit) as left:
        main(["check", "--workspace", str(desk)])
    said = capsys.readouterr()
    assert left.value.code == 1
    assert "models/rates/secret.yaml:1:1: error: this is a link" in said.err
    assert "hunter2" not in said.err + said.out


def test_a_link_inside_the_workspace_is_read(desk):
    (desk / "kept").mkdir()
    path = next((desk / "judgments").glob("*.yaml"))
    path.rename(desk / "kept" / "one.yaml")
    path.symlink_to(desk / "kept" / "one.yaml")
    with pytest.raises(SystemExit) as left:
        main(["check", "--workspace", str(desk)])
    assert left.value.code == 0
