import base64
import hashlib
import html
import itertools
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import sample_run
from forecast_bench.review import render
from forecast_bench.review.markdown import escaped
from forecast_bench.review.wording import anchor, clean, interval, number, percent


class Page(HTMLParser):
    """Elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("render")
    render(sample_run.build(folder / "run", judgments=7, nasty=True, several=2), folder / "review")
    return folder / "review"


def page(folder: Path) -> Page:
    return Page((folder / "review.html").read_text("utf-8"))


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1)
    render(run, tmp_path / "once")
    render(run, tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(tmp_path / "once")


def test_what_is_written_is_what_is_named(nasty: Path) -> None:
    names = {path.relative_to(nasty).parts[0] for path in nasty.rglob("*") if path.is_file()}
    assert names == {"review.html", "review.md", "figures", "numbers"}
    assert (nasty / "figures" / "judgment-counted-000.svg").is_file()
    assert (nasty / "figures" / "judgment-counted-000.png").is_file()
    assert (nasty / "figures" / "reliability.png").is_file()


def test_the_page_needs_nothing_from_outside(nasty: Path) -> None:
    for tag, attributes in page(nasty).elements:
        assert tag not in ("script", "iframe", "object", "embed", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:image/svg+xml,", "data:,"))


def test_the_policy_allows_only_this_style_and_data_images(nasty: Path) -> None:
    policy = next(
        a["content"] for t, a in page(nasty).elements if t == "meta" and "http-equiv" in a
    )
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", (nasty / "review.html").read_text("utf-8"), re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy


def test_hostile_texts_are_printed_as_they_are(nasty: Path) -> None:
    said = "".join(page(nasty).said)
    assert "<script>window.broken = 1</script>" in said
    assert "\u202e" not in said


def test_identifiers_are_unique_and_links_lead_somewhere(nasty: Path) -> None:
    elements = page(nasty).elements
    names = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(names) == len(set(names))
    links = {a["href"][1:] for t, a in elements if t == "a" and a["href"].startswith("#")}
    assert links <= set(names)


def test_pictures_have_words_with_numbers(nasty: Path) -> None:
    for tag, attributes in page(nasty).elements:
        if tag == "img" or attributes.get("role") == "img":
            label = attributes.get("alt") or attributes.get("aria-label") or ""
            assert any(character.isdigit() for character in label)


def test_tables_have_captions_and_scopes(nasty: Path) -> None:
    elements = page(nasty).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(a.get("scope") in ("col", "row") for t, a in elements if t == "th")


def test_headings_step_down_by_one(nasty: Path) -> None:
    levels = [int(t[1]) for t, _ in page(nasty).elements if re.fullmatch("h[1-6]", t)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(now - before <= 1 for before, now in itertools.pairwise(levels))


def test_the_markdown_says_the_same_and_stays_inert(nasty: Path) -> None:
    source = (nasty / "review.md").read_text("utf-8")
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    made = Page(shown)
    allowed = {
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "p",
        "strong",
        "em",
        "ul",
        "li",
        "a",
        "img",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert {tag for tag, _ in made.elements} <= allowed
    for tag, attributes in made.elements:
        if tag == "a":
            assert attributes.get("href", "#").startswith("#")
    said = "".join(made.said)
    assert "<script>window.broken = 1</script>" in said
    assert "a | b || c `code` **bold** [link](javascript:alert(1)) # heading - item > quote" in said
    paths = [a["src"] for t, a in made.elements if t == "img"]
    assert paths
    assert all((nasty / path).is_file() for path in paths)


def test_markdown_tables_keep_their_columns(nasty: Path) -> None:
    rows: list[int] = []
    for line in (nasty / "review.md").read_text("utf-8").splitlines():
        if line.startswith("| "):
            rows.append(len(re.findall(r"(?<!\\)\|", line)))
        elif rows:
            assert len(set(rows)) == 1
            rows = []


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_survives_markdown_as_it_is(text: str) -> None:
    text = " ".join(clean(text).split())
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(escaped(text))
    plain = html.unescape(re.sub(r"^<p>|</p>\n?$", "", shown)).strip()
    assert " ".join(plain.split()) == text


def test_numbers_behind_the_figures_are_written_twice(nasty: Path) -> None:
    names = {path.stem for path in (nasty / "numbers").glob("*.csv")}
    assert {"judgments", "judgment-curve", "judgment-counts", "phrases", "reliability"} <= names
    for name in names:
        left = pd.read_csv(nasty / "numbers" / f"{name}.csv")
        right = pd.read_parquet(nasty / "numbers" / f"{name}.parquet")
        assert list(left.columns) == list(right.columns)
        assert len(left) == len(right)


def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"thesis\.txt"):
        render(run, tmp_path / "out")
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"


def test_an_earlier_review_is_replaced_whole(tmp_path: Path) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1, counted=False, fitted=False)
    out = tmp_path / "out"
    out.mkdir()
    (out / "figures").mkdir()
    (out / "figures" / "old.svg").write_text("old")
    render(run, out)
    assert not (out / "figures" / "old.svg").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_a_failure_leaves_the_earlier_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1, counted=False, fitted=False)
    render(run, tmp_path / "out")
    before = hashes(tmp_path / "out")
    module = sys.modules["forecast_bench.review.render"]
    monkeypatch.setattr(module, "as_html", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render(run, tmp_path / "out")
    assert hashes(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"manifest\.json"):
        render(tmp_path, tmp_path / "out")


@pytest.mark.slow
def test_a_thousand_judgments_stay_small(tmp_path: Path) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1000, daily=True)
    render(run, tmp_path / "out")
    assert (tmp_path / "out" / "review.html").stat().st_size < 5_000_000
    assert not (tmp_path / "out" / "figures" / "judgment-counted-000.png").exists()
    assert (tmp_path / "out" / "figures" / "reliability.png").exists()


def test_percentages_never_round_doubt_away() -> None:
    assert percent(0.9996).replace("\u00a0", " ") == "over 99.9 %"
    assert percent(0.994).replace("\u00a0", " ") == "99.4 %"
    assert percent(1.0).replace("\u00a0", " ") == "100 %"
    assert percent(0.004).replace("\u00a0", " ") == "0.4 %"


@given(st.floats(0, 1))
def test_only_certainty_is_printed_as_certain(probability: float) -> None:
    shown = percent(probability).replace("\u00a0", " ")
    assert (shown in ("0 %", "100 %")) == (probability in (0.0, 1.0))


def test_intervals_keep_their_ends() -> None:
    assert interval(0.8, 0.9).replace("\u00a0", " ") == "80\u201390 %"
    assert interval(None, 0.9) == "not available"
    assert number(-0.0004) == "0.000"


def test_anchors_differ_where_identifiers_differ() -> None:
    names = ["a b", "a_b", "a/b", "a.b", "A_b"]
    assert len({anchor(name) for name in names}) == len(names)
