import base64
import hashlib
import html
import itertools
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import sample_judgments
import sample_run
from forecast_bench.review import render
from forecast_bench.review.markdown import escaped
from forecast_bench.review.pages import PAGES
from forecast_bench.review.wording import anchor, clean, interval, number, percent
from read_html import Page


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("render")
    render(sample_run.build(folder / "run", judgments=7, nasty=True, several=2), folder / "review")
    return folder / "review"


def pages(folder: Path) -> dict[str, Page]:
    return {
        path.relative_to(folder).as_posix(): Page(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


def elements(folder: Path) -> list[tuple[str, dict[str, str]]]:
    return [one for page in pages(folder).values() for one in page.elements]


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
    assert names == {*PAGES, "judgments", "review.md", "figures", "numbers"}
    assert (nasty / "figures" / "judgment-counted-000.svg").is_file()
    assert (nasty / "figures" / "judgment-counted-000.png").is_file()
    assert (nasty / "figures" / "reliability.png").is_file()


def test_the_pages_need_nothing_from_outside(nasty: Path) -> None:
    for tag, attributes in elements(nasty):
        assert tag not in ("iframe", "object", "embed", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("src", "data:image/svg+xml,").startswith("data:image/svg+xml,")


def test_only_the_list_of_judgments_has_a_script(nasty: Path) -> None:
    scripted = [
        name
        for name, page in pages(nasty).items()
        if any(tag == "script" for tag, _ in page.elements)
    ]
    assert scripted == ["judgments.html"]
    text = (nasty / "judgments.html").read_text("utf-8")
    assert len(re.findall("<script", text)) == 1
    assert "src=" not in text[text.index("<script") :]


def test_the_policy_allows_only_own_style_own_script_and_data_images(nasty: Path) -> None:
    for name, page in pages(nasty).items():
        policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        text = (nasty / name).read_text("utf-8")
        for kind in ("style", "script"):
            own = re.search(f"<{kind}>(.*?)</{kind}>", text, re.S)
            digest = base64.b64encode(hashlib.sha256((own or "  ")[1].encode()).digest()).decode()
            expected = f"'sha256-{digest}'" if own else None
            assert allowed.pop(f"{kind}-src", None) == expected
        assert allowed == {
            "default-src": "'none'",
            "img-src": "data:",
            "base-uri": "'none'",
            "form-action": "'none'",
        }


def test_hostile_texts_are_printed_as_they_are(nasty: Path) -> None:
    said = "".join(text for page in pages(nasty).values() for text in page.said)
    assert "<script>window.broken = 1</script>" in said
    assert "\u202e" not in said


def test_names_that_are_paths_become_files_inside_the_review(nasty: Path) -> None:
    names = sorted(path.name for path in (nasty / "judgments").iterdir())
    digests = {
        name: hashlib.sha256(name.encode()).hexdigest()[:6]
        for name in sample_judgments.NASTY_REPORTS
    }
    assert names == sorted(
        [
            f"______etc_passwd-{digests['../../etc/passwd']}.html",
            f"_b_-{digests['<b>']}.html",
            f"____-2017-{digests['MALI-2017']}.html",
        ]
    )


def test_identifiers_are_unique_and_links_lead_somewhere(nasty: Path) -> None:
    found = pages(nasty)
    names = {}
    for name, page in found.items():
        own = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(own) == len(set(own))
        names[name] = set(own)
    for name, page in found.items():
        for tag, attributes in page.elements:
            if tag != "a":
                continue
            path, _, anchor_name = attributes["href"].partition("#")
            target = ((nasty / name).parent / path if path else nasty / name).resolve()
            assert target.is_file()
            known = names[target.relative_to(nasty.resolve()).as_posix()] if anchor_name else ""
            assert not anchor_name or anchor_name in known


def test_every_judgment_has_a_stable_link(nasty: Path) -> None:
    found = pages(nasty)
    listed = [
        attributes["id"]
        for tag, attributes in found["judgments.html"].elements
        if tag == "tr" and "id" in attributes
    ]
    cards = [
        attributes["id"]
        for name, page in found.items()
        if name.startswith("judgments/")
        for tag, attributes in page.elements
        if tag == "article"
    ]
    assert len(listed) == 7
    assert sorted(listed) == sorted(cards)


def test_pictures_have_words_with_numbers(nasty: Path) -> None:
    for tag, attributes in elements(nasty):
        if tag == "img" or attributes.get("role") == "img":
            label = attributes.get("alt") or attributes.get("aria-label") or ""
            assert any(character.isdigit() for character in label)


def test_tables_have_captions_and_scopes(nasty: Path) -> None:
    tags = [tag for tag, _ in elements(nasty)]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(a.get("scope") in ("col", "row") for t, a in elements(nasty) if t == "th")


def test_headings_step_down_by_one(nasty: Path) -> None:
    for page in pages(nasty).values():
        levels = [int(t[1]) for t, _ in page.elements if re.fullmatch("h[1-6]", t)]
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
    monkeypatch.setattr(module, "as_pages", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render(run, tmp_path / "out")
    assert hashes(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"manifest\.json"):
        render(tmp_path, tmp_path / "out")


@pytest.mark.long
def test_a_thousand_judgments_stay_small(tmp_path: Path) -> None:
    run = sample_run.build(tmp_path / "run", judgments=1000, daily=True)
    render(run, tmp_path / "out")
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.html")) < 5_000_000
    assert len(list((tmp_path / "out" / "judgments").iterdir())) == 50
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
