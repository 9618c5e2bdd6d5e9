"""`review --base`: its options, what it prints, and the status it leaves with."""

import json

import pytest
from typer.testing import CliRunner

from forecast_bench.cli.application import application
from sample_repository import begin, rewrite

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    return begin(tmp_path_factory.mktemp("cli") / "r")


def review(workspace, *words: str):
    return RUNNER.invoke(application, ["review", "--workspace", str(workspace), *words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--base", "HEAD", "--run", "r"], "a run and a change are reviewed one at a time"),
        (["--base", "HEAD", "--pdf"], "--pdf: prints the review of a run, not of a change"),
        (["--head", "HEAD"], "--head: goes with --base"),
        (["--summary", "s.md"], "--summary: goes with --base"),
        (["--as-of", "2018-06-30"], "--as-of: goes with --base"),
        (["--base", "nowhere"], 'git has no commit "nowhere" here'),
    ],
)
def test_options_that_do_not_go_together_are_refused(repository, tmp_path, words, said):
    done = review(repository, "--out", str(tmp_path / "out"), *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


def test_nothing_changed_says_so_and_a_summary_is_added_to(repository, tmp_path):
    summary, out = tmp_path / "summary.md", tmp_path / "out"
    summary.write_text("before\n", encoding="utf-8")
    words = ["--base", "HEAD", "--as-of", "2018-06-30", "--out", str(out)]
    done = review(repository, *words, "--summary", str(summary))
    assert done.exit_code == 0
    assert done.stdout == (
        f"Nothing differs: 2 judgments stand as they stood.\n9 files; read {out}/comparison.md\n"
    )
    text = summary.read_text("utf-8")
    assert text == "before\n" + (out / "comparison.md").read_text("utf-8")
    done = review(repository, *words, "--summary", str(tmp_path))
    assert done.exit_code == 2
    assert "Is a directory" in done.stderr
    (out / "mine.txt").write_text("mine")
    done = review(repository, *words)
    assert done.exit_code == 2
    assert "holds mine.txt, which is not of a review" in " ".join(done.stderr.split())


def test_a_head_with_errors_leaves_with_1_and_a_failed_feed_with_4(tmp_path):
    workspace = begin(tmp_path / "r")
    words = ["--base", "HEAD", "--as-of", "2018-06-30", "--out", str(tmp_path / "out")]
    rewrite(workspace, "probability: likely", "probability: lkely")
    done = review(workspace, *words, "--format", "json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["errors"] == 1
    assert found["judgments"]["rewritten"] == 1
    assert found["problems"] == {"new": 1, "gone": 0}
    assert found["is_empty"] is False
    assert found["head"] == {"name": "the working folder", "commit": None}
    assert f"{tmp_path}/out/comparison.md" in found["files"]
    rewrite(workspace, "probability: lkely", "probability: likely")
    (workspace / "incidents/counts.csv").write_text("no header\n", encoding="utf-8")
    done = review(workspace, *words)
    assert done.exit_code == 4
