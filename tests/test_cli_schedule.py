"""`schedule` as its users meet it."""

import json
import stat

import pytest

UNITS = ("service", "timer")


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "a desk"
    (folder / "judgments").mkdir(parents=True)
    return folder


@pytest.fixture
def run(command, desk):
    """Run `schedule` for the desk; give its exit status, its output and its messages."""

    def run_command(*arguments):
        return command("schedule", *arguments, "--workspace", desk, "--user", "desk")

    return run_command


def test_files_are_written_and_named(run, desk, tmp_path):
    out = tmp_path / "units"
    status, said, _ = run("systemd", "--out", out, "--at", "23:15")
    assert status == 0
    names = [f"forecast-bench{fetch}.{unit}" for fetch in ("", "-fetch") for unit in UNITS]
    wrote = [f"wrote {out / name}" for name in names]
    next_step = f"next: the head of {out / names[0]} says how to install it"
    assert said.splitlines() == [*wrote, next_step]
    assert {stat.S_IMODE(one.stat().st_mode) for one in out.iterdir()} == {0o644}
    service = (out / names[0]).read_text("utf-8")
    assert f'--workspace "{desk}" ' in service
    assert "OnCalendar=*-*-* 23:15:00 UTC" in (out / names[1]).read_text("utf-8")
    # The program is that of this environment, by a path from the root.
    assert 'ExecStart="/' in service


def test_json_is_one_document(run, tmp_path):
    status, said, _ = run("container", "--out", tmp_path, "--format", "json")
    assert status == 0
    written = [str(tmp_path / "Containerfile")]
    assert json.loads(said) == {"kind": "container", "written": written}


def test_what_somebody_wrote_stays(run, tmp_path):
    path = tmp_path / ".github" / "workflows" / "recalibrate.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    status, said, told = run("github", "--out", tmp_path)
    assert (status, said) == (1, "")
    assert told == (
        f"{path} is there already and was not written by this command, or was changed since; "
        "nothing was written. --force replaces it\n"
    )
    assert path.read_text() == "mine"
    assert run("github", "--out", tmp_path, "--force")[0] == 0
    assert path.read_text("utf-8").startswith("# Written by forecast-bench schedule.")


def test_a_workspace_in_a_repository_is_named_from_its_root(run, desk, tmp_path):
    (desk.parent / ".git").mkdir()
    assert run("gitlab", "--out", tmp_path)[0] == 0
    assert "cd -- 'a desk'" in (tmp_path / ".gitlab-ci.yml").read_text("utf-8")


@pytest.mark.parametrize("at", ["24:00", "3", "03:60", "03:00:00", "noon", "03:0\u0660"])
def test_times_that_are_none(run, tmp_path, at):
    status, _, told = run("cron", "--out", tmp_path / "out", "--at", at)
    assert status == 2
    assert f'"{at}" is not a time such as 03:00' in told
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_is_a_mistake_of_usage(run, desk, tmp_path):
    out = tmp_path / "out"
    status, _, told = run("kubernetes", "--out", out, "--image", "a b")
    assert status == 2
    assert "'a b' is no name of an image" in told
    status, _, told = run("systemd", "--out", out, "--program", "/opt/a\tb")
    assert status == 2
    assert "the program has the character U+0009" in told
    assert not out.exists()


def test_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").write_text("")
    status, _, told = run("container", "--out", tmp_path / "file")
    assert status == 4
    assert "cannot be written: " in told
