"""Two states held against each other: what is said, in which order, and within which size."""

import itertools
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from forecast_bench.problems import Location, problem
from forecast_bench.review.comparison import Side, Unread, compare, render_comparison, verdict_of
from forecast_bench.review.comparison.bars import bar
from forecast_bench.review.comparison.causes import group_of
from forecast_bench.review.comparison.markdown import LARGEST, comparison_markdown
from forecast_bench.review.comparison.matching import unmatched
from forecast_bench.review.comparison.side import Standing, Written
from forecast_bench.review.comparison.tables import MOST_DRAWN, changes_figure, comparison_tables
from forecast_bench.review.pictures import as_svg

DAY = "2018-06-30"


def written(name: str, **more: object) -> Written:
    made = Written(
        id=name,
        statement="S.",
        file="judgments/a.yaml",
        line=1,
        fields={"statement": "S.", "probability": {"number": "0.6"}, "question.within": "1 year"},
        revisions=(),
        resolution=None,
        notes={"topic": "t"},
        rests_on=frozenset({"pyproject.toml", "incidents/c.csv"}),
    )
    return replace(made, **more)


STANDING = Standing("0.6", stated=0.6, base_rate=0.5, live=0.7, state="open")


def side(*judgments: Written, standing: Standing = STANDING, **more: object) -> Side:
    made = Side(
        "main",
        written={one.id: one for one in judgments},
        standing={one.id: standing for one in judgments},
    )
    return replace(made, **more)


def kinds(before: Side, after: Side) -> dict[str, tuple[str, ...]]:
    return {one.id: one.kinds for one in compare(before, after, as_of=DAY).judgments}


def test_nothing_changed_says_so():
    found = compare(side(written("a")), side(written("a")), as_of=DAY)
    assert found.is_empty
    assert verdict_of(found) == "Nothing differs: 1 judgment stands as it stood."
    assert changes_figure(found) is None


def test_each_kind_of_change_is_told():
    a = written("a")
    settled = {"outcome": "occurred"}
    revised = {"on": "2018-03-31", "probability": {"number": "0.7"}}
    for now, expected in (
        (replace(a, fields={**a.fields, "statement": "T."}), ("rewritten",)),
        (replace(a, fields={**a.fields, "question.within": "2 years"}), ("rewritten",)),
        (replace(a, revisions=(revised,)), ("revised",)),
        (replace(a, resolution=settled), ("resolved",)),
        (replace(a, notes={"topic": "u"}), ("edited",)),
        (replace(a, file="judgments/b.yaml", line=9), None),
    ):
        assert kinds(side(a), side(now)).get("a") == expected
    assert kinds(side(), side(a)) == {"a": ("added",)}
    assert kinds(side(a), side()) == {"a": ("removed",)}
    assert kinds(side(a), side(replace(a, id="b"))) == {"b": ("renamed",)}


def test_what_was_said_later_may_not_be_changed_either():
    one = {"on": "2018-03-31", "probability": {"number": "0.7"}}
    two = {"on": "2018-04-30", "probability": {"number": "0.8"}}
    was = written("a", revisions=(one, two))
    for now in ((one,), (two,), (two, one), (), ({**one, "because": "x"}, two)):
        assert "rewritten" in kinds(side(was), side(replace(was, revisions=now)))["a"]
    assert kinds(side(was), side(replace(was, revisions=(one, two, one)))) == {"a": ("revised",)}


def test_an_outcome_that_is_changed_or_taken_back_is_rewritten():
    was = written("a", resolution={"outcome": "occurred"})
    for now in (None, {"outcome": "did not occur"}):
        assert kinds(side(was), side(replace(was, resolution=now)))["a"][0] == "rewritten"


def test_an_outcome_by_counts_is_told_as_one():
    after = side(written("a"), standing=replace(STANDING, live=1.0, state="occurred", scored=0.16))
    assert kinds(side(written("a")), after) == {"a": ("resolved",)}


def test_what_cannot_be_read_is_not_called_removed_or_added():
    whole, broken = side(written("a")), side(unread=Unread(ids=frozenset({"a"})))
    assert kinds(whole, broken) == {"a": ("unreadable",)}
    assert kinds(broken, whole) == {"a": ("mended",)}
    lost = side(unread=Unread(files=frozenset({"judgments/a.yaml"})))
    assert kinds(whole, lost) == {"a": ("unreadable",)}


def test_a_number_that_is_unknown_on_one_side_has_not_moved():
    unknown = Standing("0.6", stated=0.6)
    assert kinds(side(written("a")), side(written("a"), standing=unknown)) == {}


def test_a_move_is_explained_by_the_files_it_rests_on():
    files = {"incidents/c.csv": "1", "incidents/other.csv": "1", "pyproject.toml": "1"}
    before = side(written("a"), files=files, settings={"band_mass": "0.8", "title": '"A"'})
    moved = replace(STANDING, live=0.8)
    now = dict.fromkeys(files, "2")
    after = side(written("a"), standing=moved, files=now, settings={**before.settings, "title": ""})
    (one,) = compare(before, after, as_of=DAY).judgments
    assert one.kinds == ("moved",)
    assert one.because == ("incidents (incidents/c.csv)",)
    other = replace(after, settings={"band_mass": "0.9", "title": '"A"'})
    (one,) = compare(before, other, as_of=DAY).judgments
    assert one.because == ("incidents (incidents/c.csv)", "settings")
    text = comparison_markdown(compare(before, other, as_of=DAY)).text
    assert "| band_mass | 0.8 | 0.9 |" in text.replace("\\_", "_")


def test_a_file_of_settings_in_which_nothing_of_ours_changed_is_not_named():
    before, after = (side(written("a"), files={"pyproject.toml": one}) for one in "12")
    assert compare(before, after, as_of=DAY).is_empty


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("pyproject.toml", "settings"),
        ("models/lexicons/house.yaml", "yardsticks"),
        ("models/rates/default.yaml", "rate laws"),
        ("models/mappings/m.yaml", "mappings of columns"),
        ("models/own.py", "a team's own models"),
        ("models/actors.yaml", "names of actors"),
        ("models/recalibration.yaml", "recalibration"),
        ("models/other.txt", "other models"),
        ("incidents/a.yaml", "descriptions of sources"),
        ("incidents/a.csv", "incidents"),
        ("seals.jsonl", "the ledger of seals"),
    ],
)
def test_files_are_grouped_by_what_they_are(name, group):
    assert group_of(name) == group


def fault(line: int, *, file: str = "judgments/a.yaml", message: str = "m", text: str = "t"):
    return problem("file-empty", message, Location(file, line), excerpt=text)


def test_problems_survive_lines_that_move():
    assert unmatched([fault(3)], [fault(90, text="  t")]) == ((), ())
    assert unmatched([fault(3)], [fault(3, text="other words")]) == ((), ())
    assert unmatched([fault(3)], [fault(3, file="judgments/b.yaml")]) == ((), ())
    said = [fault(3, message=f'"a" is on line {line} too') for line in (4, 99)]
    assert unmatched(said[:1], said[1:]) == ((), ())
    twice = [fault(3), fault(4)]
    assert unmatched(twice[:1], twice) == ((), (fault(4),))
    assert unmatched(twice, twice[:1]) == ((fault(4),), ())
    assert unmatched([fault(1, message="old")], [fault(1, message="new")]) == (
        (fault(1, message="old"),),
        (fault(1, message="new"),),
    )


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.sampled_from("xy"))))
def test_what_is_the_same_in_any_order_is_matched(given_problems):
    found = [fault(line, message=message, text=text) for line, message, text in given_problems]
    assert unmatched(found, found[::-1]) == ((), ())
    assert unmatched([], found) == ((), tuple(found))


def test_a_bar_shows_the_band_and_the_live_probability():
    standing = Standing("likely", low=0.55, high=0.75, stated=0.65, live=0.97)
    assert bar(standing) == "░" * 11 + "▒" * 4 + "░" * 4 + "█"
    assert bar(Standing("0.6", stated=0.6)) == "░" * 12 + "▒" + "░" * 7
    assert bar(Standing("cannot assess")) == bar(None) == ""


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_bar_has_twenty_cells(low, high, live):
    low, high = sorted((low, high))
    assert len(bar(Standing("w", low=low, high=high, stated=(low + high) / 2, live=live))) == 20


HOSTILE = (
    "@octocat closes #12 | <script>alert(1)</script> `x` www.evil.example [a](b) \n/close "
    "![p](http://evil.example/p.png) <!-- --> $x$"
)


def hostile(number: int, *, size: int = 1) -> tuple[Side, Side]:
    """Two states in which every judgment was rewritten, with texts that are no friends."""
    was = [written(f"{HOSTILE * size} {each}", statement=HOSTILE * size) for each in range(number)]
    now = [
        replace(one, fields={**one.fields, "statement": HOSTILE * size}, notes={"note": HOSTILE})
        for one in was
    ]
    problems = tuple(fault(each, message=f"{HOSTILE} {each}") for each in range(number))
    settings = {f"levels.{each}": HOSTILE for each in range(number)}
    files = {f"incidents/{HOSTILE}{each}.csv": "1" for each in range(number)}
    more = {"problems": problems, "settings": settings, "files": files, "alarms": (HOSTILE,)}
    return side(*was, name=HOSTILE), side(*now, name=HOSTILE, **more)


@pytest.mark.parametrize(("number", "size"), [(1, 1), (40, 1), (700, 1), (3, 400)])
def test_it_fits_into_a_comment_and_says_what_is_left_out(number, size):
    found = compare(*hostile(number, size=size), as_of=DAY)
    printed = comparison_markdown(found)
    assert len(printed.text.encode()) < LARGEST
    assert len(printed.text) < 65_536
    assert bool(printed.full) == ("more, in the full report beside it" in printed.text)
    if number == 700:
        left = [int(one) for one in re.findall(r"and (\d+) more, in the full", printed.text)]
        shown = printed.text.count("| rewritten")
        assert left
        assert shown + left[1] == number
        assert "more, in the full" not in printed.full
        assert printed.full.count("| rewritten") == number


def test_no_text_of_an_analyst_is_live():
    text = comparison_markdown(compare(*hostile(3), as_of=DAY)).text
    for line in text.splitlines():
        assert not re.match(r"\s*/", line)
    said = re.sub(r"</?(details|summary)>", "", text)
    assert not re.search(r"@\w|#\d|://|www\.e|<[a-z!]", said)
    rendered = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    assert set(re.findall(r"<(\w+)", rendered)) <= {
        *("h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"),
        *("details", "summary"),
    }


def test_the_same_states_give_the_same_bytes_and_a_foreign_folder_is_left(tmp_path):
    found = compare(*hostile(3), as_of=DAY)
    rendered = [render_comparison(found, tmp_path / name) for name in ("a", "b", "a")]
    contents = [[path.read_bytes() for path in one.files] for one in rendered]
    assert contents[0] == contents[1] == contents[2]
    names = [path.relative_to(tmp_path / "a").as_posix() for path in rendered[0].files]
    parts = ("fields", "files", "judgments", "problems")
    numbers = [f"numbers/{a}.{b}" for a, b in itertools.product(parts, ("csv", "parquet"))]
    assert names == ["comparison.md", "figures/changes.png", "figures/changes.svg", *numbers]
    assert "](figures/changes.svg)" in (tmp_path / "a" / "comparison.md").read_text("utf-8")
    assert "figures/" not in rendered[0].comment
    (tmp_path / "a" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"holds mine\.txt"):
        render_comparison(found, tmp_path / "a")
    assert (tmp_path / "a" / "mine.txt").read_text() == "mine"


def test_the_tables_hold_every_number():
    after = side(written("a"), written("b"), standing=replace(STANDING, live=0.8))
    tables = comparison_tables(compare(side(written("a")), after, as_of=DAY))
    frame = tables["judgments"].set_index("judgment")
    assert frame.loc["b", "kinds"] == "added"
    assert pd.isna(frame.loc["b", "live_before"])
    # 0.8 * 0.4^2 + 0.2 * 0.6^2 = 0.2, and 0.8 * 0.2 at best; the base rate 0.5 scores 0.25.
    numbers = frame.loc["a", ["expected_after", "unavoidable_after", "expected_skill_after"]]
    assert list(numbers) == pytest.approx([0.2, 0.16, 0.2])
    empty = comparison_tables(compare(side(), side(), as_of=DAY))
    assert dict(empty["judgments"].dtypes)["live_after"] == "float64"


def test_the_figure_names_each_judgment_once_and_not_too_many():
    many = [written("x" * 60 + str(each)) for each in range(MOST_DRAWN + 5)]
    figure = changes_figure(compare(side(), side(*many), as_of=DAY))
    frame = figure.frames["changes"]
    assert len(frame) == MOST_DRAWN == frame["label"].nunique()
    assert "5 more are in the tables" in figure.caption
    assert as_svg(figure).startswith("<svg")


def test_a_base_that_cannot_be_read_is_said_and_nothing_is_called_new():
    found = compare(Side("main", unreadable="why"), side(written("a")), as_of=DAY)
    text = comparison_markdown(found).text
    assert "The base cannot be read: why." in text
    assert not found.judgments


names = st.sampled_from("abc")
states = st.dictionaries(
    names,
    st.tuples(st.sampled_from("ST"), st.integers(0, 2), st.sampled_from([0.2, 0.7, 1.0])),
    max_size=3,
)


def state_of(said: dict[str, tuple[str, int, float]]) -> Side:
    made = [
        written(
            name,
            fields={"statement": f"{name} {statement}"},
            revisions=tuple({"on": str(each)} for each in range(revisions)),
        )
        for name, (statement, revisions, _) in said.items()
    ]
    standing = {name: replace(STANDING, live=live) for name, (_, _, live) in said.items()}
    return side(*made, standing=STANDING) if not said else replace(side(*made), standing=standing)


@given(states, states)
def test_there_and_back_tells_the_same_differences(one, other):
    there, back = (kinds(state_of(a), state_of(b)) for a, b in ((one, other), (other, one)))
    assert (
        there.keys()
        == back.keys()
        == {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    )
    mirrored = {"added": "removed", "removed": "added", "moved": "moved"}
    for name, found in there.items():
        if found[0] in mirrored:
            assert back[name] == (mirrored[found[0]],)
        # A view that is added one way is one that was taken back the other way.
        assert ("revised" not in found) or ("rewritten" in back[name])
    found = compare(state_of(one), state_of(other), as_of=DAY)
    assert found.same == len(other) - sum(name in other for name in there)
