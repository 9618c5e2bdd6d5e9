"""Two states of a workspace from git and from the disk, looked at on one day."""

import datetime
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from forecast_bench.job.comparing import compare_revisions
from forecast_bench.job.looking import look
from forecast_bench.job.revision import RevisionError, find_revision, lay_out
from forecast_bench.sealing import seal
from forecast_bench.workspace import load_workspace
from sample_repository import FILES, REPORT, begin, commit, git, rewrite

DAY = datetime.date(2018, 6, 30)
ADDED = """\
  - id: new-one
    statement: The road closes again.
    probability: unlikely
    question: {by_hand: {asks: a, settled_by: b}, within: 18 months}
"""


def compared(workspace: Path, base: str = "HEAD", head: str | None = None):
    return compare_revisions(workspace, base=base, head=head, as_of=DAY)


def kinds(workspace: Path, base: str = "HEAD", head: str | None = None):
    return {one.id: one.kinds for one in compared(workspace, base, head).judgments}


@pytest.mark.parametrize("inside", ["", "a b/désk"])
def test_what_is_not_committed_counts_and_subfolders_are_found(tmp_path, inside):
    workspace = begin(tmp_path / "r", inside=inside)
    assert compared(workspace).is_empty
    with (workspace / "judgments/r.yaml").open("a") as file:
        file.write(ADDED)
    assert kinds(workspace) == {"new-one": ("added",)}
    commit(tmp_path / "r", "second")
    assert compared(workspace).is_empty
    assert kinds(workspace, "HEAD~1", "HEAD") == {"new-one": ("added",)}
    assert kinds(workspace, "HEAD", "HEAD~1") == {"new-one": ("removed",)}


def test_numbers_are_those_of_a_look_at_each_state(tmp_path):
    workspace = begin(tmp_path / "r")
    before = look(workspace, as_of=DAY).judgments.set_index("id")
    rewrite(workspace, "probability: likely", "probability: highly likely")
    text = (
        (workspace / "incidents/counts.csv")
        .read_text("utf-8")
        .replace(",battle,1\n", ",battle,5\n")
    )
    (workspace / "incidents/counts.csv").write_text(text, encoding="utf-8")
    found = compared(workspace)
    # Without the store of the look before, in which the file of the base is a vintage too.
    subprocess.run(["rm", "-r", str(workspace / ".forecast-bench")], check=True)
    after = look(workspace, as_of=DAY).judgments.set_index("id")
    (one,) = [each for each in found.judgments if each.id == "more-battles"]
    for name, column in (("stated", "now_mean"), ("live", "live"), ("base_rate", "base_rate")):
        assert getattr(one.stood, name) == before.loc["more-battles", column]
        assert getattr(one.stands, name) == after.loc["more-battles", column]
    assert one.kinds == ("rewritten",)
    assert one.because == ("its own words or question", "incidents (incidents/counts.csv)")
    assert [each[:2] for each in found.files.sources] == [("sahel", "incidents")]


def test_the_repository_and_the_store_are_left_as_they_are(tmp_path):
    workspace = begin(tmp_path / "r")
    commit_of_base = git(workspace, "rev-parse", "HEAD")
    rewrite(workspace, "probability: likely", "probability: unlikely")

    def state() -> dict[str, str]:
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((tmp_path / "r").rglob("*"))
            if path.is_file()
        }

    was = state()
    compared(workspace)
    assert state() == was
    assert git(workspace, "rev-parse", "HEAD") == commit_of_base
    assert git(workspace, "worktree", "list").count("\n") == 1


def test_history_that_was_changed_is_found_with_seals_and_without(tmp_path):
    workspace = begin(tmp_path / "r")
    rewrite(workspace, "The work has begun.", "The work had begun.")
    found = compared(workspace)
    (one,) = found.judgments
    assert (one.id, one.kinds, one.was_sealed) == ("road", ("rewritten",), False)
    assert [(each.name, each.before, each.after) for each in one.fields] == [
        ("revision 1: because", "The work has begun.", "The work had begun.")
    ]
    git(workspace, "checkout", "-q", ".")
    seal(load_workspace(workspace), now=datetime.datetime(2018, 4, 1, tzinfo=datetime.UTC))
    commit(tmp_path / "r", "sealed")
    rewrite(workspace, "JNIM will fight more battles in Mali.", "JNIM will fight in Mali.")
    found = compared(workspace)
    (one,) = found.judgments
    assert one.was_sealed
    # An error of the record keeps no number back.
    assert one.stands.live == one.stood.live is not None
    assert [each.identifier for each in found.new_problems] == ["altered-judgment"]


def test_a_line_taken_out_of_the_ledger_before_is_no_news(tmp_path):
    """The base has its own history to be held against, as the head has."""
    workspace = begin(tmp_path / "r")
    seal(load_workspace(workspace), now=datetime.datetime(2018, 4, 1, tzinfo=datetime.UTC))
    commit(tmp_path / "r", "sealed")
    ledger = workspace / "seals.jsonl"
    ledger.write_text("".join(ledger.read_text().splitlines(keepends=True)[:-1]))
    assert {one.identifier for one in compared(workspace).new_problems} >= {"broken-ledger"}
    commit(tmp_path / "r", "taken out")
    assert compared(workspace).is_empty


def test_a_head_with_errors_is_compared_as_far_as_it_goes(tmp_path):
    workspace = begin(tmp_path / "r")
    rewrite(workspace, "probability: likely", "probability: lkely")
    found = compared(workspace)
    (one,) = found.judgments
    assert (one.id, one.stands.live, one.stands.stated) == ("more-battles", None, None)
    assert [(each.identifier, each.location.line) for each in found.new_problems] == [
        ("unknown-phrase", 16)
    ]
    # The other is followed all the same.
    assert found.after.standing["road"] == found.before.standing["road"]
    rewrite(workspace, "probability: lkely", "probability: 3")
    assert kinds(workspace) == {"more-battles": ("unreadable",)}
    (workspace / "judgments/r.yaml").write_text("report: [\n", encoding="utf-8")
    assert set(kinds(workspace).values()) == {("unreadable",)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within: 18 months\n  road-opens", "within: 18 fortnights\n  road-opens"),
        ("id: road\n", "id: more-battles\n"),
        ("issued: 2017-12-31", "issued: yesterday"),
        ("question: battles-up", "question: nobody-asks"),
        ("report: {id: r, title: T}", "report: {id: r}"),
    ],
)
def test_whatever_is_broken_the_rest_is_compared(tmp_path, old, new):
    workspace = begin(tmp_path / "r")
    rewrite(workspace, old, new)
    found = compared(workspace)
    assert found.after.errors
    assert not found.after.unreadable
    commit(tmp_path / "r", "broken")
    assert compared(workspace).is_empty
    git(workspace, "checkout", "-q", "HEAD~1", ".")
    found = compared(workspace)
    assert not found.after.errors
    assert found.gone_problems


def test_errors_in_settings_forbid_numbers_and_no_more(tmp_path):
    workspace = begin(tmp_path / "r")
    (workspace / "pyproject.toml").write_text("[tool.forecast-bench]\nband_mass = 7\n")
    rewrite(workspace, "probability: likely", "probability: unlikely")
    found = compared(workspace)
    assert found.after.uncounted == "errors in settings, models or sources forbid it"
    (one,) = found.judgments
    assert one.kinds == ("rewritten",)
    assert one.stands.live is None


def test_a_feed_that_fails_is_told(tmp_path):
    workspace = begin(tmp_path / "r")
    (workspace / "incidents/counts.csv").write_text("no header\n", encoding="utf-8")
    found = compared(workspace)
    assert found.after.uncounted == "a source or a model failed"
    assert found.after.alarms == ("the source sahel could not be imported",)
    assert found.new_problems


def test_a_workspace_that_is_new_in_the_repository_is_all_new(tmp_path):
    begin(tmp_path / "r", inside="other")
    desk = tmp_path / "r" / "desk"
    for name, text in FILES.items():
        (desk / name).parent.mkdir(parents=True, exist_ok=True)
        (desk / name).write_text(text, encoding="utf-8")
    found = compared(desk)
    assert {one.kinds for one in found.judgments} == {("added",)}
    assert found.before.alarms == ("HEAD has no folder desk: it holds nothing yet",)


def test_what_git_does_not_have_is_said(tmp_path):
    workspace = begin(tmp_path / "r")
    git(workspace, "commit", "-q", "--allow-empty", "-m", "second")
    with pytest.raises(RevisionError, match='no commit "nowhere" here; a shallow clone lacks'):
        compared(workspace, "nowhere")
    # A name that looks like an option is a name.
    with pytest.raises(RevisionError, match="no commit"):
        compared(workspace, "--help")
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(RevisionError, match="is in no repository of git"):
        compared(outside)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", workspace.as_uri(), "shallow")
    assert compared(shallow).is_empty
    with pytest.raises(RevisionError, match="fetch-depth: 0"):
        compared(shallow, "HEAD~1")


def test_a_hostile_tree_leads_nowhere_and_runs_nothing(tmp_path):
    """Links, attributes, filters and hooks of a branch have no part in what is read of it."""
    workspace = begin(tmp_path / "r")
    ran = tmp_path / "ran"
    git(workspace, "config", "filter.evil.smudge", f"touch {ran}; cat")
    hook = workspace / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    (workspace / ".gitattributes").write_text(
        "judgments/* export-ignore\nincidents/* filter=evil\n*.yaml export-subst\n"
    )
    secret = tmp_path / "secret.yaml"
    secret.write_text(REPORT.replace("more-battles", "secret"))
    (workspace / "judgments/link.yaml").symlink_to(secret)
    (workspace / "models/own.py").write_text(
        f"import pathlib; pathlib.Path({str(ran)!r}).touch()\n"
    )
    (workspace / "judgments/$Format:%H$.yaml").write_text("report: {id: z, title: Z}\n")
    base = commit(tmp_path / "r", "hostile")
    ran.unlink(missing_ok=True)
    into = tmp_path / "into"
    into.mkdir()
    laid = lay_out(workspace, find_revision(workspace, base), into)
    names = {
        path.relative_to(laid).as_posix() for path in laid.rglob("*") if ".git" not in path.parts
    }
    assert "judgments/r.yaml" in names
    assert "judgments/link.yaml" not in names
    assert (laid / "judgments/r.yaml").read_text("utf-8") == REPORT
    compared(workspace)
    assert not ran.exists()


def test_names_that_lead_out_of_the_folder_are_left_out(tmp_path):
    workspace = begin(tmp_path / "r")
    blob = git(workspace, "hash-object", "-w", "judgments/r.yaml").strip()
    evil = (
        subprocess.run(
            ["git", "hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
            cwd=workspace,
            input=b"100644 ..\0" + bytes.fromhex(blob),
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    tree = f"040000 tree {evil}\tjudgments\n"
    made = subprocess.run(
        ["git", "mktree"], cwd=workspace, input=tree.encode(), capture_output=True, check=True
    )
    base = git(workspace, "commit-tree", made.stdout.decode().strip(), "-m", "evil").strip()
    into = tmp_path / "into"
    into.mkdir()
    laid = lay_out(workspace, find_revision(workspace, base), into)
    assert [path for path in laid.iterdir() if path.name != ".git"] == []


def test_a_large_file_that_git_holds_as_a_pointer_is_taken_from_the_working_copy(tmp_path):
    workspace = begin(tmp_path / "r")
    data = (workspace / "incidents/counts.csv").read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"
    (workspace / "incidents/counts.csv").write_text(pointer)
    commit(tmp_path / "r", "pointer")
    (workspace / "incidents/counts.csv").write_bytes(data)
    assert compared(workspace).is_empty


def test_a_source_that_was_fetched_is_counted_as_the_store_has_it(tmp_path):
    """Both states see the vintages that imports brought, and neither adds to them."""
    workspace = begin(tmp_path / "r")
    look(workspace, as_of=DAY)
    described = "\n".join(
        line
        for line in FILES["incidents/sahel.yaml"].splitlines()
        if not line.startswith(("file:", "retrieved:"))
    )
    (workspace / "incidents/sahel.yaml").write_text(described + "\n", encoding="utf-8")
    commit(tmp_path / "r", "by imports")
    found = compared(workspace)
    assert found.is_empty
    assert not found.after.uncounted
    assert found.after.standing["more-battles"].live is not None


def test_the_two_states_are_told_as_json_values(tmp_path):
    found = compared(begin(tmp_path / "r"))
    assert json.loads(found.before.settings["band_mass"]) == 0.8
    assert "weights.high" in found.before.settings


def test_the_outcome_of_a_condition_explains_what_it_moves(tmp_path):
    text = REPORT.replace(
        "    within: 18 months\njudgments:",
        "    within: 18 months\n    given: {question: bridge}\n"
        "  bridge:\n    by_hand: {asks: Is it built?, settled_by: A notice.}\n"
        "    within: 18 months\njudgments:",
    )
    workspace = begin(tmp_path / "r", **{"judgments/r.yaml": text})
    ended = "    within: 18 months\n    resolution: {outcome: did not occur, on: 2018-06-01,\n"
    rewrite(
        workspace,
        "    within: 18 months\njudgments:",
        f"{ended}                 evidence: The notice.}}\njudgments:",
    )
    found = compared(workspace)
    (one,) = found.judgments
    assert (one.id, one.kinds) == ("road", ("resolved",))
    assert one.stands.state == "void"
    assert one.because == ("the outcome of its condition",)
    commit(tmp_path / "r", "ended")
    rewrite(workspace, "evidence: The notice.", "evidence: Another notice.")
    (one,) = compared(workspace).judgments
    assert one.kinds == ("rewritten",)
