"""The documentation: whole, linked, and true."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from documented_commands import agrees, pages, prepare, run, steps
from forecast_bench.checks import CHECKS
from forecast_bench.cli.options import ExitStatus
from forecast_bench.cli.reference_page import PAGES, help_texts
from forecast_bench.incidents.importers import SOURCE_KINDS
from forecast_bench.lexicons import load_shipped
from forecast_bench.problems import CATALOGUE
from forecast_bench.records import (
    AcledFetch,
    Actor,
    ActorBook,
    AlarmSettings,
    Assumption,
    ByHand,
    Change,
    CompoundLabel,
    Condition,
    Count,
    CountingSettings,
    DeclaredCoverage,
    EmailSettings,
    EventMapping,
    FileHeader,
    FitSettings,
    GateSettings,
    HandResolution,
    IncidentFilter,
    Indicator,
    JobLimits,
    Judgment,
    MappedPlace,
    MappedSide,
    MappedType,
    ModelLimits,
    Months,
    NotifySettings,
    OffYardstick,
    OwnSampler,
    PanelPriors,
    PanelSampler,
    PanelThresholds,
    Question,
    RatePanel,
    RateSpecification,
    Reach,
    RecalibrationSettings,
    Report,
    Revision,
    Settings,
    Share,
    SourceDescription,
    SourceReference,
    UcdpFetch,
    Weights,
    Window,
)
from forecast_bench.records.recalibration import DiagnosticLimits
from forecast_bench.reliability import NO_FAULT, TOO_FEW, Measures
from forecast_bench.scoring import SCORING_RULES
from forecast_bench.tracking.parameter_columns import parameter_columns

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"

# The heading under which a page lists the keys of a record.
RECORDS: dict[str, dict[str, type[BaseModel]]] = {
    "judgments-file.md": {
        "The file": FileHeader,
        "report": Report,
        "A judgment": Judgment,
        "off_yardstick": OffYardstick,
        "assumptions": Assumption,
        "indicators": Indicator,
        "sources": SourceReference,
        "revisions": Revision,
        "resolution": HandResolution,
        "A question": Question,
        "window": Window,
        "given": Condition,
        "count": Count,
        "change": Change,
        "share": Share,
        "reach": Reach,
        "months": Months,
        "by_hand": ByHand,
        "of, also": IncidentFilter,
    },
    "sources-and-models.md": {
        "A source": SourceDescription,
        "coverage": DeclaredCoverage,
        "A mapping": EventMapping,
        "A mapped place": MappedPlace,
        "A mapped type": MappedType,
        "A mapped side": MappedSide,
        "fetch of ucdp": UcdpFetch,
        "fetch of acled": AcledFetch,
        "A rate law": RateSpecification,
        "sampler of an own model": OwnSampler,
        "panel": RatePanel,
        "priors": PanelPriors,
        "least": PanelThresholds,
        "sampler": PanelSampler,
        "Actors": ActorBook,
        "An actor": Actor,
        "A compound label": CompoundLabel,
        "Recalibration": RecalibrationSettings,
        "limits": DiagnosticLimits,
        "gate": GateSettings,
    },
    "settings.md": {
        "Settings": Settings,
        "weights": Weights,
        "counting": CountingSettings,
        "fits": FitSettings,
        "limits": JobLimits,
        "model_limits": ModelLimits,
        "alarms": AlarmSettings,
        "notify": NotifySettings,
        "email": EmailSettings,
    },
}
CASES = [
    pytest.param(page, heading, record, id=f"{page}: {heading}")
    for page, records in RECORDS.items()
    for heading, record in records.items()
]


def section(page: str, heading: str) -> str:
    """Text under a heading, up to the next one."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    found = re.search(
        rf"^##+ `?{re.escape(heading)}`?\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"{page} has no heading {heading}"
    return found[1]


def rows(text: str) -> dict[str, list[str]]:
    """Cells of a table by the key in its first cell."""
    found = {}
    for line in text.splitlines():
        key = re.match(r"\| `([^`]+)` \|", line)
        if key:
            found[key[1]] = [cell.strip() for cell in line.strip("|").split("|")]
    return found


def keys(record: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in record.model_fields.items()]


@pytest.mark.parametrize(("page", "heading", "record"), CASES)
def test_every_key_of_a_record_is_documented(page, heading, record):
    listed = rows(section(page, heading))

    assert sorted(listed) == sorted(keys(record))


@pytest.mark.parametrize(("page", "heading", "record"), CASES)
def test_needed_keys_are_marked(page, heading, record):
    listed = rows(section(page, heading))
    marked = [key for key, cells in listed.items() if cells[1] == "needed"]

    needed = [
        field.alias or name for name, field in record.model_fields.items() if field.is_required()
    ]
    assert sorted(marked) == sorted(needed)


@pytest.mark.parametrize(("heading", "record"), RECORDS["settings.md"].items())
def test_defaults_of_settings_are_those_of_the_program(heading, record):
    fields = {field.alias or name: field for name, field in record.model_fields.items()}
    for key, cells in rows(section("settings.md", heading)).items():
        default = fields[key].default
        if not isinstance(default, BaseModel) and not fields[key].is_required():
            listed = json.dumps(default) if isinstance(default, tuple) else str(default)
            shown = "none" if default is None else listed
            assert cells[1].strip("`") == shown, key


def test_no_record_is_left_out():
    known = {record for records in RECORDS.values() for record in records.values()}
    reached = set(known)
    for record in known:
        for field in record.model_fields.values():
            reached |= {one for one in _records_in(field.annotation) if one.__name__ != "Stated"}

    assert reached == known


def _records_in(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    inside = getattr(annotation, "__args__", ())
    return {record for one in inside for record in _records_in(one)}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_generated_page_is_the_one_made_now(name):
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run make docs"


@pytest.mark.parametrize(("name", "text"), list(help_texts()), ids=lambda value: value[:40])
def test_every_command_has_help_with_an_example(name, text):
    assert "Example: forecast-bench " in text
    assert f"Usage: {name} " in text


def test_every_command_is_named_outside_the_reference():
    prose = "".join(
        path.read_text(encoding="utf-8")
        for path in [ROOT / "README.md", *DOCS.rglob("*.md")]
        if path.name != "cli.md"
    )

    for name, _ in help_texts():
        assert name in prose, name


def test_every_exit_status_is_documented():
    page = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    codes = [value for name, value in vars(ExitStatus).items() if name.isupper()]

    assert sorted(int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)) == sorted(
        codes
    )


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_problem_has_a_page(name):
    assert f"\n## {name}\n" in (REFERENCE / "problems.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_states_its_rule_in_the_reference(check):
    rule = (check.__doc__ or "").splitlines()[0]

    assert f"| {rule} |" in (REFERENCE / "checks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(load_shipped()))
def test_every_lexicon_has_a_section(name):
    assert f"\n## {name}\n" in (REFERENCE / "lexicons.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SCORING_RULES))
def test_every_scoring_rule_is_in_the_method(name):
    assert f"`{name}`" in (REFERENCE / "method.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SOURCE_KINDS))
def test_every_importer_is_in_the_reference(name):
    assert f"`{name}`" in section("sources-and-models.md", "Kinds of source")


def pages_with_links() -> list[Path]:
    return [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md")), *(ROOT / "benchmarks").glob("*.md")]


@pytest.mark.parametrize(
    "page", pages_with_links(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (page.parent / name).resolve() if name else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    """Anchors that a reader of Markdown makes from the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_every_decision_is_in_the_index():
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")

    for path in (DOCS / "decisions").glob("[0-9]*.md"):
        assert f"]({path.name})" in index, path.name
        for heading in ("## Context", "## Options", "## Outcome", "## Confirmation"):
            assert heading in path.read_text(encoding="utf-8"), (path.name, heading)


def test_the_two_commands_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    made = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert f"\n{target}:" in made


def test_the_record_of_commands_reads_pages():
    page = "```console\n$ echo a b\na b\n```\n\n<!-- file: x.txt -->\n```text\nhello\n```\n"

    first, second = steps(page)

    assert (first.line, first.expected) == ("echo a b", "a b\n")
    assert (second.name, second.text) == ("x.txt", "hello\n")


def test_dots_stand_for_what_differs():
    assert agrees("run … as of 2018\n", "run 17-ab as of 2018\n")
    assert not agrees("run … as of 2018\n", "run 17-ab as of 2019\n")


@pytest.mark.slow
@pytest.mark.parametrize("page", pages())
def test_commands_print_what_pages_show(page, tmp_path):
    prepare(page, tmp_path)
    done = steps((ROOT / page).read_text(encoding="utf-8"))

    for command, printed in run(done, tmp_path):
        assert agrees(command.expected, printed), f"$ {command.line}\n{printed}"


def test_every_measure_of_a_cell_is_documented():
    listed = set(re.findall(r"`([a-z_]+)`", section("run-folder.md", "Cells")))
    ends = {f"{name}{end}" for name in listed for end in ("_low", "_high")}
    missing = sorted(set(Measures.model_fields) - listed - ends)

    assert missing == []


def test_every_verdict_is_documented():
    said = section("method.md", "Verdicts").replace("\n", " ")
    for word in (TOO_FEW, NO_FAULT, "over-confident", "under-confident", "stated too high"):
        assert word in said


def test_every_column_of_drift_and_dispersion_is_documented():
    listed = set(re.findall(r"`([a-z_]+)`", section("run-folder.md", "Drift and dispersion")))

    assert parameter_columns(None).keys() <= listed
