"""What somebody writes into a judgment to harm its readers comes out of the whole chain as text."""

import datetime
import re
from pathlib import Path

import pytest

from forecast_bench.job import recalibrate
from forecast_bench.workspace.beginning import begin_workspace
from read_html import Page

SCRIPT = "<script>window.broken=1</script>"
TEMPLATE = "{{ 7*7 }} {% include '/etc/passwd' %} {# gone #} ${7*7}"
CLOSING = "</title></style><script>window.broken=2</script>"
EVIDENCE = "]]><svg onload=alert(1)>"
WORD = "w" * 10_000
HIDDEN = "left \\u202e override, zero\\u200bwidth, \\u2066isolated"
PATH = "../../etc/passwd"

JUDGMENTS = f"""\
report: {{id: "a-b", title: "{TEMPLATE}"}}
analyst: "{PATH}"
issued: 2024-01-31
lexicon: uk-phia@2018
judgments:
  - id: script
    statement: "{SCRIPT} {TEMPLATE} will happen."
    cannot_assess: "{EVIDENCE}"
    topic: "<img src=x onerror=alert(1)>"
    question: {{by_hand: {{asks: "{CLOSING}", settled_by: "{PATH}"}}, within: 6 months}}
    resolution: {{outcome: occurred, on: 2024-05-01, evidence: "{EVIDENCE}"}}
  - id: long
    statement: "{WORD}"
    probability: unlikely
    question: {{by_hand: {{asks: "{HIDDEN}", settled_by: a reader}}, within: 6 months}}
    sources: [{{ref: "javascript:alert(1)", grade: B2}}]
"""


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "workspace"
    begin_workspace(folder)
    (folder / "judgments" / "hostile.yaml").write_text(JUDGMENTS, encoding="utf-8")
    ended = recalibrate(
        folder,
        as_of=datetime.date(2024, 12, 31),
        now=datetime.datetime(2025, 1, 1, 3, tzinfo=datetime.UTC),
        watch=lambda _: None,
    )
    assert ended.run is not None
    return folder / ".forecast-bench" / "runs" / "latest" / "review"


def test_texts_are_text_on_every_page(review: Path) -> None:
    pages = {
        path.relative_to(review).as_posix(): Page(path.read_text("utf-8"))
        for path in review.rglob("*.html")
    }
    cards = "".join(pages["judgments/a-b.html"].said)
    for text in (SCRIPT, TEMPLATE, CLOSING, EVIDENCE, PATH, "<img src=x onerror=alert(1)>"):
        assert text in cards
    assert "\u202e" not in cards
    assert "\u2066" not in cards
    for name, page in pages.items():
        tags = [tag for tag, _ in page.elements]
        assert tags.count("script") == (name == "judgments.html")
        assert tags.count("title") == tags.count("style") == 1
        for tag, attributes in page.elements:
            assert not any(attribute.startswith("on") for attribute in attributes)
            assert tag != "img" or attributes["src"].startswith("data:image/svg+xml,")
            assert tag != "a" or re.fullmatch(r"[a-z0-9./-]*(#[\w-]+)?", attributes["href"])


def test_a_word_without_end_is_cut_and_said_to_be(review: Path) -> None:
    text = (review / "judgments" / "a-b.html").read_text("utf-8")
    longest = max(len(run) for run in re.findall("w+", text))
    assert 1000 < longest < 1300
    assert "… (cut)" in text


def test_nothing_is_written_beside_the_review(review: Path) -> None:
    assert sorted(one.name for one in (review / "judgments").iterdir()) == ["a-b.html"]
    assert not list(review.rglob("*passwd*"))


def test_markdown_stays_inert_too(review: Path) -> None:
    text = (review / "review.md").read_text("utf-8")
    assert "<script" not in text
    assert "<svg" not in text
    assert "&lt;script&gt;window.broken=1&lt;/script&gt;" in text
