"""A folder to a `Workspace`: records and problems, never an exception for an analyst's mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel

from forecast_bench.lexicons import Lexicon, load_shipped, read_lexicons
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import (
    ActorBook,
    RateSpecification,
    RecalibrationSettings,
    Settings,
    SourceDescription,
)
from forecast_bench.workspace.folder import (
    INCIDENTS,
    JUDGMENTS,
    MODELS,
    SETTINGS,
    judgment_files,
    shown,
    yaml_files,
)
from forecast_bench.workspace.judgments_file import JudgmentsFile, read_judgments_file
from forecast_bench.workspace.recorded import RecordedJudgment, RecordedQuestion
from forecast_bench.workspace.settings_file import read_settings
from forecast_bench.yaml_source import read_file, read_record


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that people wrote in a workspace, and what is wrong with how it is written.

    `problems` holds what reading alone can tell; the checks find the rest.
    """

    folder: Path
    settings: Settings
    lexicons: Mapping[str, Lexicon]
    files: tuple[JudgmentsFile, ...]
    questions: Mapping[str, RecordedQuestion]
    judgments: tuple[RecordedJudgment, ...]
    actors: ActorBook
    sources: Mapping[str, SourceDescription]
    source_files: Mapping[str, Path]
    rates: Mapping[str, RateSpecification]
    recalibration: RecalibrationSettings
    problems: tuple[Problem, ...]

    def question_of(self, recorded: RecordedJudgment) -> RecordedQuestion | None:
        """Give the question a judgment is about; None where nobody defines it."""
        return self.questions.get(recorded.question_name)

    def source_of(self, question: RecordedQuestion) -> str | None:
        """Give the source that settles a question: its own, or the only one there is."""
        if question.question.source is not None:
            return question.question.source
        return next(iter(self.sources)) if len(self.sources) == 1 else None

    def rates_of(self, question: RecordedQuestion) -> RateSpecification:
        """Give the rate law of a question: its own, the default, or ours where there is none."""
        name = question.question.rates or "default"
        return self.rates.get(name, _OUR_RATES)


_OUR_RATES = RateSpecification.model_validate({"baseline": "12 months"})


def load_workspace(folder: Path, *, also: Sequence[Path] = ()) -> Workspace:
    """Read every file that people write in a workspace.

    Parameters
    ----------
    folder : Path
        The workspace.
    also : sequence of Path
        Files of judgments outside its folder of judgments, read as if they were inside.
    """
    problems: list[Problem] = []
    settings, faults = read_settings(folder / SETTINGS, shown_as=SETTINGS)
    problems.extend(faults)
    lexicons, faults = _lexicons(folder)
    problems.extend(faults)
    inside = judgment_files(folder)
    outside = [path for path in also if path.resolve() not in {one.resolve() for one in inside}]
    paths = (*inside, *dict.fromkeys(outside))
    if not paths:
        message = f"no YAML file in {shown(folder / JUDGMENTS, folder)}/"
        problems.append(problem("no-judgments", message, Location(JUDGMENTS)))
    files = tuple(read_judgments_file(path, shown_as=shown(path, folder)) for path in paths)
    actors = _one(folder, folder / MODELS / "actors.yaml", ActorBook, problems) or ActorBook()
    recalibration = _one(
        folder, folder / MODELS / "recalibration.yaml", RecalibrationSettings, problems
    )
    rates = _many(folder, folder / MODELS / "rates", RateSpecification, problems)
    described = _many(folder, folder / INCIDENTS, SourceDescription, problems)
    questions: dict[str, RecordedQuestion] = {}
    for one in files:
        problems.extend(one.problems)
        for question in one.questions:
            questions.setdefault(question.name, question)
    return Workspace(
        folder=folder,
        settings=settings,
        lexicons=lexicons,
        files=files,
        questions=MappingProxyType(questions),
        judgments=tuple(judgment for one in files for judgment in one.judgments),
        actors=actors,
        sources=MappingProxyType({one.source: one for one in described.values()}),
        source_files=MappingProxyType(
            {one.source: folder / INCIDENTS / one.file for one in described.values()}
        ),
        rates=MappingProxyType(rates),
        recalibration=recalibration or RecalibrationSettings(),
        problems=tuple(problems),
    )


def _lexicons(folder: Path) -> tuple[Mapping[str, Lexicon], tuple[Problem, ...]]:
    house, problems = read_lexicons(folder / MODELS / "lexicons")
    return MappingProxyType({**load_shipped(), **house}), problems


def _one[RecordType: BaseModel](
    folder: Path, path: Path, record_type: type[RecordType], problems: list[Problem]
) -> RecordType | None:
    if not path.is_file():
        return None
    document, faults = read_file(path, shown_as=shown(path, folder))
    problems.extend(faults)
    if document is None:
        return None
    record, faults = read_record(document, record_type)
    problems.extend(faults)
    return record


def _many[RecordType: BaseModel](
    folder: Path, inside: Path, record_type: type[RecordType], problems: list[Problem]
) -> dict[str, RecordType]:
    read = {path.stem: _one(folder, path, record_type, problems) for path in yaml_files(inside)}
    return {name: record for name, record in read.items() if record is not None}
