import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import SURROUNDINGS, write
from forecast_bench.cli.application import application

HEADER = (
    "event_id_cnty,event_date,time_precision,event_type,sub_event_type,actor1,actor2,country,"
    "admin1,fatalities\n"
)
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "ucdp-ged-syria-sample.csv"
JUDGED = """\
report: {id: clash, title: Clashes}
analyst: r.lee
issued: 2018-01-01
lexicon: uk-phia@2018
questions:
  clash:
    count: {of: {between: [JNIM, ISGS], type: battle, countries: [Mali]}, at_least: 2}
    window: {from: 2018-01-01, to: 2018-06-30}
    source: acled
judgments:
  - id: they-clash
    statement: It is likely that the two clash twice.
    probability: likely
    question: clash
"""
CLASH = "Battles,Armed clash,JNIM,ISGS,Mali,Gao,1"


def row(identifier, day, rest=CLASH, precision=1):
    return f"{identifier},{day},{precision},{rest}\n"


@pytest.fixture
def desk(tmp_path):
    return write(tmp_path / "desk", {**SURROUNDINGS, "judgments/a.yaml": JUDGED_NOT_YET})


JUDGED_NOT_YET = JUDGED.replace("source: acled", "source: sahel")


@pytest.fixture
def run(desk):
    def invoke(*arguments, expected=0):
        shown = CliRunner().invoke(
            application, [*map(str, arguments), "--workspace", str(desk)], catch_exceptions=False
        )
        assert shown.exit_code == expected, shown.output
        return shown

    return invoke


def export(folder, name, *rows):
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def document(shown):
    return json.loads(shown.stdout)


def imported(run, path, retrieved, *more):
    return document(
        run("incidents", "import", path, "--retrieved", retrieved, "--format", "json", *more)
    )


def test_an_export_is_recognised_described_and_counted(run, desk, tmp_path):
    path = export(
        tmp_path,
        "a.csv",
        row("MLI1", "2018-02-01"),
        row("MLI2", "2018-03-05"),
        row("MLI3", "2018-03-06", "Battles,Armed clash,Stranger,ISGS,Mali,Kidal,0"),
    )
    shown = run("incidents", "import", path, "--retrieved", "2018-07-15")
    assert shown.stdout.splitlines() == [
        "recognised: CSV with the columns event_id_cnty, event_date, time_precision, event_type, "
        "actor1, country",
        "acled 2018-07-15: imported; 3 rows, 3 incidents",
        "  covers 2018-02-01 to 2018-03-06",
        "  no actor of models/actors.yaml is called Stranger",
        "described in incidents/acled.yaml, by what is in the file: complete its coverage",
    ]
    described = (desk / "incidents/acled.yaml").read_text()
    assert "kind: acled\nsettlement: 14 days\n" in described
    assert "    Mali:\n    - Gao\n    - Kidal\n" in described
    again = imported(run, path, "2018-07-15")
    assert (again["new"], again["added"], again["events"]) == (False, 0, 3)
    assert again["read"] == {"rows": 3, "taken": 3, "rejected": 0, "outside": 0}
    assert again["unmatched_actors"] == ["Stranger"]
    window = ["--from", "2018-02-01", "--to", "2018-03-06", "--source", "acled"]
    found = document(run("incidents", "count", "--actor", "JNIM", *window, "--format", "json"))
    assert (found["count"], found["coverage"], found["vintage"]) == (2, "complete", "2018-07-15")
    labels = document(run("incidents", "labels", "--format", "json"))["labels"]
    assert {"source": "acled", "label": "Stranger", "incidents": 1, "actors": []} in labels
    assert run("incidents", "status").stdout.splitlines()[0].startswith("source")


def test_a_later_export_withdraws_and_an_outcome_flips(run, desk, tmp_path):
    days = ("--from", "2018-01-01", "--to", "2018-06-30")
    first = export(tmp_path, "a.csv", row("MLI1", "2018-02-01"), row("MLI2", "2018-03-05"))
    imported(run, first, "2018-07-15", *days)
    (desk / "judgments/a.yaml").write_text(JUDGED)
    second = export(
        tmp_path, "b.csv", row("MLI1", "2018-02-01"), row("MLI7", "2018-05-30", precision=3)
    )
    told = imported(run, second, "2018-09-01", *days)
    assert [told[one] for one in ("added", "changed", "withdrawn")] == [1, 0, 1]
    third = export(tmp_path, "c.csv", row("MLI1", "2018-02-01"))
    imported(run, third, "2018-10-01", *days)
    diff = ("incidents", "diff", "2018-07-15", "2018-10-01", "--source", "acled")
    found = document(run(*diff, "--as-of", "2018-12-31", "--format", "json"))
    assert [found[one] for one in ("added", "changed", "withdrawn")] == [0, 0, 1]
    assert [one["event_id"] for one in found["incidents"]] == ["MLI2"]
    assert found["flips"] == [
        {"judgment": "they-clash", "former": "occurred", "later": "did not occur"}
    ]
    shown = run(*diff, "--as-of", "2018-12-31").stdout
    assert "they-clash: occurred by the former, did not occur by the later" in shown
    # As known on a day: two, then one and one in a month of which the window holds all, then one.
    window = ["--from", "2018-01-01", "--to", "2018-06-30", "--source", "acled"]
    counted = [
        document(run("incidents", "count", *window, "--as-of", day, "--format", "json"))["count"]
        for day in ("2018-08-01", "2018-09-15", "2018-11-01")
    ]
    assert counted == [2, 2, 1]
    compacted = document(run("incidents", "compact", "--source", "acled", "--format", "json"))
    assert compacted["sources"][0]["before"] > compacted["sources"][0]["after"] == 1
    again = [
        document(run("incidents", "count", *window, "--as-of", day, "--format", "json"))["count"]
        for day in ("2018-08-01", "2018-09-15", "2018-11-01")
    ]
    assert again == counted


def test_a_post_mortem_says_what_the_vintage_before_made_of_it(run, desk, tmp_path):
    days = ("--from", "2018-01-01", "--to", "2018-06-30")
    first = export(tmp_path, "a.csv", row("MLI1", "2018-02-01"), row("MLI2", "2018-03-05"))
    imported(run, first, "2018-07-10", *days)
    (desk / "judgments/a.yaml").write_text(JUDGED)
    show = ("show", "they-clash", "--format", "json", "--as-of")

    def told(day):
        found = document(run(*show, day))
        return found["post_mortem"]["vintage"], found["events"]

    # Two clashes by 5 March. The export was read 101 days after that month.
    vintage, events = told("2018-08-01")
    assert vintage == {
        "source": "acled",
        "retrieved": "2018-07-10",
        "hindsight": False,
        "days_after": 101,
        "settlement_days": 14,
        "had_settled": True,
        "former": None,
    }
    assert events[-1] == {
        "on": "2018-07-10",
        "kind": "new vintage",
        "text": "a new vintage of acled",
    }
    imported(run, export(tmp_path, "b.csv", row("MLI1", "2018-02-01")), "2018-10-01", *days)
    vintage, events = told("2018-12-31")
    assert vintage["former"] == {"retrieved": "2018-07-10", "outcome": "occurred"}
    assert [one["on"] for one in events if one["kind"] == "new vintage"] == [
        "2018-07-10",
        "2018-10-01",
    ]
    shown = run("show", "they-clash", "--as-of", "2018-12-31").stdout
    assert "another vintage: under that of 2018-07-10 it flips: it occurred" in shown
    # On the earlier day nothing of the later export is known.
    assert told("2018-08-01")[0]["former"] is None


def test_the_job_runs_on_an_imported_source_and_again_when_it_changes(run, desk, tmp_path):
    days = ("--from", "2018-01-01", "--to", "2018-06-30")
    path = export(tmp_path, "a.csv", row("MLI1", "2018-02-01"), row("MLI2", "2018-03-05"))
    imported(run, path, "2018-07-15", *days)
    (desk / "judgments/a.yaml").write_text(JUDGED)
    job = ("recalibrate", "--as-of", "2018-12-31", "--format", "json")
    first = document(run(*job))
    assert document(run(*job))["run"] == first["run"]
    imported(run, export(tmp_path, "b.csv", row("MLI1", "2018-02-01")), "2018-09-01", *days)
    second = document(run(*job))
    assert second["run"] != first["run"]
    assert "they-clash" in json.dumps(second["changed"])


def test_a_source_that_nothing_was_imported_for_fails_the_job(run, desk):
    description = SURROUNDINGS["incidents/sahel.yaml"]
    fed = description.replace("source: sahel", "source: acled").replace(
        "kind: monthly-counts\nfile: counts.csv\nretrieved: 2020-01-31\n", "kind: acled\n"
    )
    (desk / "incidents/acled.yaml").write_text(fed)
    shown = run("recalibrate", "--as-of", "2018-12-31", expected=4)
    assert "nothing was imported for the source acled" in shown.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say when FILE was exported"),
        (["--retrieved", "2018-07-15", "--to", "2018-08-01"], "cannot cover days after it"),
        (["--retrieved", "2018-07-15", "--from", "2018-08-01"], "after the last day"),
        (["--retrieved", "2018-07-15", "--source", "tea"], "neither a source nor a kind"),
        (["--retrieved", "2018-07-15", "--source", "sahel"], "has a file of its own"),
        (["--retrieved", "2018-07-15", "--source", "mapped"], "describe it in incidents/"),
    ],
)
def test_usage(run, tmp_path, arguments, said):
    path = export(tmp_path, "a.csv", row("MLI1", "2018-02-01"))
    shown = run("incidents", "import", path, *arguments, expected=2)
    assert said in " ".join(shown.output.replace("│", " ").split())


def test_rows_outside_what_is_declared_are_counted(run, tmp_path):
    imported(run, export(tmp_path, "a.csv", row("MLI1", "2018-02-01")), "2018-07-15")
    niger = "Battles,Armed clash,JNIM,ISGS,Niger,Diffa,1"
    path = export(tmp_path, "b.csv", row("MLI1", "2018-02-01"), row("NIG1", "2018-02-02", niger))
    told = imported(run, path, "2018-08-15")
    assert told["outside"] == {"country Niger": 1}
    assert told["read"] == {"rows": 2, "taken": 1, "rejected": 0, "outside": 1}
    status = run("incidents", "status").stdout
    assert "acled   2018-08-15      0        0          0           0        1  b.csv" in status


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of UCDP is not ours to carry")
def test_the_syria_sample_through_the_command(run, desk):
    import pandas as pd

    told = imported(run, SAMPLE, "2020-06-01", "--from", "2016-01-01", "--to", "2019-12-31")
    assert (told["rows"], told["events"], told["read"]["rejected"]) == (4142, 4142, 0)
    assert told["coverage"]["window"] == {"start": "2016-01-01", "end": "2019-12-31"}
    read = pd.read_csv(SAMPLE, dtype=str, keep_default_na=False)
    starts, ends = read["date_start"].str[:10], read["date_end"].str[:10]
    kind = read["type_of_violence"].map(lambda one: int(float(one)))
    for number, name in ((1, "state-based"), (2, "non-state"), (3, "one-sided")):
        window = ["--from", "2017-02-10", "--to", "2018-05-20", "--type", name]
        found = document(run("incidents", "count", *window, "--source", "ucdp", "--format", "json"))
        inside = (kind == number) & (starts >= "2017-02-10") & (ends <= "2018-05-20")
        touching = (kind == number) & (ends >= "2017-02-10") & (starts <= "2018-05-20")
        assert found["count"] == int(inside.sum())
        assert found["crossing"] == found["ambiguous"] == int((touching & ~inside).sum())
    actors = desk / "models/actors.yaml"
    more = '  IS: {}\n  Syria: {aliases: ["Government of Syria"]}\n'
    actors.write_text(actors.read_text() + more)
    everything = ["--from", "2016-01-01", "--to", "2019-12-31", "--source", "ucdp"]
    for actor, label in (("IS", "IS"), ("Syria", "Government of Syria")):
        found = document(
            run("incidents", "count", *everything, "--actor", actor, "--format", "json")
        )
        sided = (read["side_a"] == label) | (read["side_b"] == label)
        assert found["count"] == int(sided.sum())
    for area, number in read[read["adm_1"] != ""].groupby("adm_1").size().items():
        found = document(
            run("incidents", "count", *everything, "--admin1", area, "--format", "json")
        )
        assert found["count"] == number
