"""What an earlier run lends is what would have been made anew, and nothing else is lent."""

import datetime
import json
import shutil
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import pooled_workspace
from first_case import first_case
from forecast_bench.job import read_manifest, recalibrate
from forecast_bench.job.calibration import resolved_record
from forecast_bench.job.judgment_tables import judgment_stories, judgment_tables
from forecast_bench.job.looking import look
from forecast_bench.job.measuring import measures
from forecast_bench.job.reuse import FormerRun, Reuse, content_hash, program_hash

DAY = datetime.date(2019, 3, 1)
NOW = datetime.datetime(2019, 3, 2, 3, 0, tzinfo=datetime.UTC)
ABDUCTIONS, MALI = "judgments/abductions.yaml", "judgments/mali-2017.yaml"
SETTINGS = "pyproject.toml"
TEN, FERRY, BRIDGE = (
    {"ten-a", "ten-b", "ten-c"},
    {"ferry-a", "ferry-a-again", "ferry-b"},
    {"bridge-a", "bridge-b"},
)


def job(folder, *, as_of=DAY, now=NOW):
    result = recalibrate(folder, as_of=as_of, now=now, watch=lambda _: None)
    assert result.ending == "published", (result.problems, result.alarms)
    return result


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The judgments of the first case and three questions of several analysts, with one run."""
    folder = first_case(tmp_path_factory.mktemp("base"))
    (folder / ABDUCTIONS).write_text(pooled_workspace.ABDUCTIONS, encoding="utf-8")
    (folder / "models" / "recalibration.yaml").write_text(pooled_workspace.MODEL, encoding="utf-8")
    job(folder)
    return folder


@pytest.fixture
def desk(base, tmp_path):
    return shutil.copytree(base, tmp_path / "desk", symlinks=True)


def former(folder):
    run = (folder / ".forecast-bench" / "runs" / "latest").resolve()
    return Reuse(FormerRun(run), made_by(run))


def made_by(run):
    return content_hash(program_hash(), read_manifest(run)["versions"])


def everything(folder, reuse, as_of):
    """All that a run holds of its judgments and its record, and which judgments were lent."""
    seen = look(folder, as_of=as_of, fits="changed", reuse=reuse)
    assert not seen.broken, (seen.problems, seen.alarms)
    teams = seen.workspace.settings.teams
    record = resolved_record(seen.judgments, seen.workspace.lexicons, teams)
    found = measures(seen.workspace, seen.judgments, record, reuse)
    tables = {"judgments": seen.judgments, "record": record} | dict(found.tables)
    tables |= judgment_tables(seen, as_of=as_of)
    documents = [judgment_stories(seen, as_of=as_of), found.calibration]
    return tables, json.loads(json.dumps(documents)), seen.reused.ids


def replaced(old, new, *, number=1):
    def edit(folder, file):
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, number), encoding="utf-8")

    return edit


def a_later_vintage(folder, file):
    data = folder / "incidents" / "sahel-monthly.csv"
    data.write_text(data.read_text() + "2018-10,Mali,Gao,JNIM,,abduction,2\n", encoding="utf-8")
    replaced("retrieved: 2022-03-31", "retrieved: 2022-05-31")(folder, file)


def counted(judgments):
    return set(judgments.loc[judgments["source"].notna(), "id"])


def in_file(judgments):
    return set(judgments.loc[judgments["file"] == ABDUCTIONS, "id"])


def everyone(judgments):
    return set(judgments["id"])


# What is changed, in which file, and which judgments depend on it.
EDITS = {
    "nothing": (replaced("report:", "report:"), ABDUCTIONS, set()),
    "a statement": (
        replaced("statement: JNIM will", "statement: In fact JNIM will"),
        MALI,
        {"jnim-kidnap-more"},
    ),
    "a phrase on a shared question": (
        replaced("probability: highly likely", "probability: likely"),
        ABDUCTIONS,
        TEN,
    ),
    "a revision": (
        replaced("probability: 0.5, because", "probability: 0.6, because"),
        ABDUCTIONS,
        TEN,
    ),
    "a line above": (replaced("report:", "# A remark.\nreport:"), ABDUCTIONS, in_file),
    "a resolution": (
        replaced(
            "river office}\n    window: {from: 2018-07-01, to: 2018-12-31}\n  bridge",
            "river office}\n    window: {from: 2018-07-01, to: 2018-12-31}\n"
            "    resolution: {outcome: occurred, on: 2018-12-31, evidence: Seen.}\n  bridge",
        ),
        ABDUCTIONS,
        # The line more moves all judgments of the file.
        in_file,
    ),
    "a condition": (
        replaced("outcome: occurred\n      on: 2019", "outcome: did not occur\n      on: 2019"),
        MALI,
        {"reach-if-border-unchanged", "officials-drawn-in"},
    ),
    "a judgment taken away": (
        replaced(
            "  - {id: bridge-b, statement: It opens., analyst: b.name, probability: 0.4, "
            "question: bridge}\n",
            "",
        ),
        ABDUCTIONS,
        BRIDGE - {"bridge-b"},
    ),
    "a voice more": (
        replaced(
            "  - {id: bridge-b",
            "  - {id: bridge-c, statement: It opens., analyst: c.name, probability: 0.9, "
            "question: bridge}\n  - {id: bridge-b",
        ),
        ABDUCTIONS,
        {*BRIDGE, "bridge-c"},
    ),
    "an actor": (replaced("- GSIM", "- GSIM (Sahel)"), "models/actors.yaml", everyone),
    "the law of counts": (
        replaced("drift: 0.5", "drift: 0.6"),
        "models/rates/default.yaml",
        counted,
    ),
    "the width of bands": (
        replaced("[tool.forecast-bench]", "[tool.forecast-bench]\nband_mass = 0.9"),
        SETTINGS,
        everyone,
    ),
    "the title": (replaced("The first case", "A case"), SETTINGS, set()),
    "an alarm": (
        replaced("[tool.forecast-bench]\n", "[tool.forecast-bench]\nshrink_alarm = 0.4\n"),
        SETTINGS,
        set(),
    ),
    "a vintage": (a_later_vintage, "incidents/acled-sahel.yaml", counted),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_is_lent_is_what_would_be_made(desk, name):
    edit, file, depend = EDITS[name]
    reuse = former(desk)
    edit(desk, file)
    lent, lent_documents, same = everything(desk, reuse, DAY)
    made, made_documents, nothing = everything(desk, Reuse(None, reuse.made_by), DAY)
    assert not nothing
    assert lent.keys() == made.keys()
    for table in made:
        pd.testing.assert_frame_equal(lent[table], made[table], obj=table)
    assert lent_documents == made_documents
    judgments = made["judgments"]
    depending = depend if isinstance(depend, set) else depend(judgments)
    assert set(judgments["id"]) - same == depending


def test_on_another_day_nothing_is_lent_but_the_measures_of_the_same_record(desk):
    reuse, day = former(desk), DAY + datetime.timedelta(days=1)
    lent, documents, same = everything(desk, reuse, day)
    made, made_documents, _ = everything(desk, Reuse(None, reuse.made_by), day)
    assert same == frozenset()
    for table in made:
        pd.testing.assert_frame_equal(lent[table], made[table], obj=table)
    assert documents == made_documents


def test_another_program_or_library_makes_all_anew(desk):
    reuse = former(desk)
    other = Reuse(reuse.former, content_hash(program_hash(), {"scipy": "1.0"}))
    assert everything(desk, other, DAY)[2] == frozenset()


@pytest.mark.parametrize(
    "damaged", ["tracking.parquet", "stories.json", "made-of.json", "opinions.parquet"]
)
def test_a_damaged_file_lends_nothing(desk, damaged):
    run = (desk / ".forecast-bench" / "runs" / "latest").resolve()
    content = bytearray((run / damaged).read_bytes())
    content[len(content) // 2] ^= 1
    (run / damaged).write_bytes(content)
    assert everything(desk, former(desk), DAY)[2] == frozenset()


def test_a_run_that_does_not_say_what_it_is_made_of_lends_nothing(desk):
    run = (desk / ".forecast-bench" / "runs" / "latest").resolve()
    (run / "made-of.json").unlink()
    assert everything(desk, former(desk), DAY)[2] == frozenset()


def test_the_manifest_says_what_was_taken_over_and_the_run_is_as_if_made_anew(desk, tmp_path):
    replaced("statement: JNIM will", "statement: In fact JNIM will")(desk, MALI)
    alone = shutil.copytree(desk, tmp_path / "alone", symlinks=True)
    shutil.rmtree(alone / ".forecast-bench" / "runs")
    later = NOW + datetime.timedelta(hours=1)
    lent, made = job(desk, now=later), job(alone, now=later)
    taken = {one["what"]: (one["reused"], one["of"]) for one in lent.manifest["reused"]}
    number = lent.manifest["judgments"]
    assert taken["judgments"] == (number - 1, number)
    assert taken["measures"] == (1, 1)
    drawn, figures = taken["figures"]
    assert drawn == figures > number / 2
    assert {one["reused"] for one in made.manifest["reused"]} == {0}
    for path in sorted(made.run.rglob("*")):
        # The run before is named in the manifest and on the pages.
        if path.suffix in (".parquet", ".svg", ".png", ".nc") or path.name == "made-of.json":
            own = lent.run / path.relative_to(made.run)
            assert own.read_bytes() == path.read_bytes(), path.name


@dataclass(frozen=True)
class Point:
    x: int
    y: object


class Told(BaseModel):
    text: str
    number: float | None = None


_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.dates()
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(_VALUES, _VALUES)
def test_equal_hashes_are_of_equal_content(one, other):
    # NaN and the two zeros are compared by how they are written.
    assert (content_hash(one) == content_hash(other)) == (repr(one) == repr(other))


def test_content_is_told_of_records_arrays_and_tables():
    values = [
        Point(1, 2),
        Point(1, "2"),
        Told(text="a"),
        Told(text="a", number=0.0),
        Fraction(1, 3),
        np.array([1, 2]),
        np.array([1.0, 2.0]),
        np.array([[1], [2]]),
        pd.DataFrame({"a": [1.0, None]}),
        pd.DataFrame({"a": [1.0, 0.1 + 0.2]}),
        pd.DataFrame({"a": [1.0, 0.3]}),
        frozenset({"b", "a"}),
        datetime.timedelta(days=2),
    ]
    hashes = [content_hash(one) for one in values]
    assert len(set(hashes)) == len(values)
    assert hashes == [content_hash(one) for one in values]


def test_a_value_whose_content_cannot_be_told_is_refused():
    with pytest.raises(TypeError, match="content of object"):
        content_hash([object()])
