"""A folder to a `Workspace`: records and problems, never an exception for an analyst's mistake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from forecast_bench.incidents import SOURCE_KINDS, actor_faults, read_mapping
from forecast_bench.lexicons import (
    Lexicon,
    OrdinalScale,
    load_shipped,
    read_lexicons,
    read_scales,
)
from forecast_bench.problems import Location, Problem, problem
from forecast_bench.records import (
    ActorBook,
    HandResolution,
    RateSpecification,
    RecalibrationSettings,
    Settings,
    SourceDescription,
)
from forecast_bench.workspace.folder import (
    INCIDENTS,
    JUDGMENTS,
    MAPPINGS,
    MODELS,
    SETTINGS,
    judgment_files,
    shown,
    yaml_files,
)
from forecast_bench.workspace.judgments_file import JudgmentsFile, read_judgments_file
from forecast_bench.workspace.own_models import own_model_faults
from forecast_bench.workspace.recorded import RecordedJudgment, RecordedQuestion
from forecast_bench.workspace.settings_file import read_settings, unknown_lexicon, unknown_members
from forecast_bench.yaml_source import Document, read_file, read_record

_NOTHING: Mapping[str, Path] = MappingProxyType({})


class SourceFiles(NamedTuple):
    """Where a source's data lie, if they lie in the workspace, and what describes them."""

    data: Path | None
    described_in: Path
    mapping: Path | None


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that people wrote in a workspace, and what is wrong with how it is written.

    `problems` holds what reading alone can tell; the checks find the rest.
    """

    folder: Path
    settings: Settings
    lexicons: Mapping[str, Lexicon]
    scales: Mapping[str, OrdinalScale]
    files: tuple[JudgmentsFile, ...]
    questions: Mapping[str, RecordedQuestion]
    judgments: tuple[RecordedJudgment, ...]
    actors: ActorBook
    sources: Mapping[str, SourceDescription]
    source_files: Mapping[str, SourceFiles]
    rates: Mapping[str, RateSpecification]
    recalibration: RecalibrationSettings
    problems: tuple[Problem, ...]
    rate_documents: Mapping[str, Document] = field(default_factory=dict)

    def question_of(self, recorded: RecordedJudgment) -> RecordedQuestion | None:
        """Give the question a judgment is about; None where nobody defines it."""
        return self.questions.get(recorded.question_name)

    def resolution_of(self, asked: RecordedQuestion) -> HandResolution | None:
        """Give what a person found a question to have come to, wherever it is written.

        Of a counted question a person can find only that the condition in words failed.
        """
        if asked.question.resolution is not None or not asked.question.has_hand_in_it:
            return asked.question.resolution
        own = (one.judgment for one in self.judgments if one.question_name == asked.name)
        return next((one.resolution for one in own if one.resolution is not None), None)

    def source_of(self, question: RecordedQuestion) -> str | None:
        """Give the source that settles a question: its own, or the only one there is."""
        if question.question.source is not None:
            return question.question.source
        return next(iter(self.sources)) if len(self.sources) == 1 else None

    def description_of(self, question: RecordedQuestion) -> SourceDescription | None:
        """Describe the source that settles a question; None where no such source is described."""
        return self.sources.get(self.source_of(question) or "")

    def rates_of(self, question: RecordedQuestion) -> RateSpecification:
        """Give the rate law of a question: its own, the default, or ours where there is none."""
        name = question.question.rates or "default"
        return self.rates.get(name, _OUR_RATES)


_OUR_RATES = RateSpecification.model_validate({"baseline": "12 months"})


def load_workspace(
    folder: Path, *, also: Sequence[Path] = (), instead: Mapping[str, Path] = _NOTHING
) -> Workspace:
    """Read every file that people write in a workspace.

    Parameters
    ----------
    folder : Path
        The workspace.
    also : sequence of Path
        Files of judgments outside its folder of judgments, read as if they were inside.
    instead : mapping of str to Path
        What to read in place of a file of judgments, by its path in the workspace.
    """
    problems: list[Problem] = []
    settings, faults = read_settings(folder / SETTINGS, shown_as=SETTINGS)
    problems.extend(faults)
    lexicons, faults = _lexicons(folder)
    problems.extend(faults)
    scales, faults = read_scales(folder / MODELS / "lexicons", taken=lexicons)
    problems.extend(faults)
    if settings.lexicon is not None and settings.lexicon not in lexicons:
        fault = unknown_lexicon(folder / SETTINGS, settings.lexicon, shown_as=SETTINGS)
        problems.append(fault)
    paths = {shown(path, folder): path for path in (*judgment_files(folder), *also)} | {**instead}
    if not paths:
        message = f"no YAML file in {JUDGMENTS}/"
        problems.append(problem("no-judgments", message, Location(JUDGMENTS)))
    files = tuple(read_judgments_file(path, shown_as=name) for name, path in paths.items())
    actors = _actors(folder, problems)
    recalibration = _one(
        folder, folder / MODELS / "recalibration.yaml", RecalibrationSettings, problems
    )
    rates, documents = _rates(folder, settings, problems)
    sources, source_files = read_sources(folder, problems)
    questions: dict[str, RecordedQuestion] = {}
    for one in files:
        problems.extend(one.problems)
        for question in one.questions:
            questions.setdefault(question.name, question)
    known = {name for file in files for one in file.judgments for name in one.analysts}
    problems.extend(unknown_members(folder / SETTINGS, settings.teams, known, shown_as=SETTINGS))
    return Workspace(
        folder=folder,
        settings=settings,
        lexicons=lexicons,
        scales=MappingProxyType(dict(scales)),
        files=files,
        questions=MappingProxyType(questions),
        judgments=tuple(judgment for one in files for judgment in one.judgments),
        actors=actors,
        sources=MappingProxyType(sources),
        source_files=MappingProxyType(source_files),
        rates=MappingProxyType(rates),
        recalibration=recalibration or RecalibrationSettings(),
        problems=tuple(problems),
        rate_documents=MappingProxyType(documents),
    )


def _lexicons(folder: Path) -> tuple[Mapping[str, Lexicon], tuple[Problem, ...]]:
    house, problems = read_lexicons(folder / MODELS / "lexicons")
    return MappingProxyType({**load_shipped(), **house}), problems


def _actors(folder: Path, problems: list[Problem]) -> ActorBook:
    book, document = _read(folder, folder / MODELS / "actors.yaml", ActorBook, problems)
    if book is None or document is None:
        return ActorBook()
    kinds = {"unknown": "unknown-actor", "clash": "actor-clash"}
    problems.extend(
        document.problem(kinds[fault.kind], fault.message, fault.path)
        for fault in actor_faults(book)
    )
    return book


def _read[RecordType: BaseModel](
    folder: Path, path: Path, record_type: type[RecordType], problems: list[Problem]
) -> tuple[RecordType | None, Document | None]:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except OSError:
        pass  # what may not be looked at is there; the reader reports it, as a link to nowhere
    document, faults = read_file(path, shown_as=shown(path, folder))
    problems.extend(faults)
    if document is None:
        return None, None
    record, faults = read_record(document, record_type)
    problems.extend(faults)
    return record, document


def _one[RecordType: BaseModel](
    folder: Path, path: Path, record_type: type[RecordType], problems: list[Problem]
) -> RecordType | None:
    return _read(folder, path, record_type, problems)[0]


def _rates(
    folder: Path, settings: Settings, problems: list[Problem]
) -> tuple[dict[str, RateSpecification], dict[str, Document]]:
    read: dict[str, RateSpecification] = {}
    documents: dict[str, Document] = {}
    for path in yaml_files(folder / MODELS / "rates"):
        record, document = _read(folder, path, RateSpecification, problems)
        if record is not None and path.stem in read:
            message = f"{path.stem} is defined in two files, .yaml and .yml"
            problems.append(problem("duplicate-id", message, Location(shown(path, folder))))
        elif record is not None and document is not None:
            read[path.stem], documents[path.stem] = record, document
            problems.extend(own_model_faults(folder, record, document, settings))
    return read, documents


def _misplaced(described: SourceDescription, document: Document, path: Path) -> Iterator[Problem]:
    """Data lie beside their description, where the job sees that they change."""
    name = described.file
    if name is None:
        return
    parts = PurePosixPath(name).parts
    if name.startswith("/") or any(part.startswith(".") for part in parts):
        message = f'"{name}" is hidden or outside {INCIDENTS}/'
        yield document.problem("bad-value", message, ("file",))
    elif not _is_file(path.parent / name):
        message = f'there is no file "{name}" beside the description'
        yield document.problem("file-unreadable", message, ("file",))


def _mappings(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    """Files that say which column is what, by name; those that are wrong are reported."""
    found = {}
    for path in yaml_files(folder / MODELS / MAPPINGS):
        _, faults = read_mapping(path, shown(path, folder))
        problems.extend(faults)
        found[path.stem] = path
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # in a folder that may not be looked into


def _no_mapping(name: str, known: Iterable[str], document: Document | None) -> Problem:
    message = f'there is no mapping "{name}" in {MODELS}/{MAPPINGS}/'
    notes = (f"mappings: {', '.join(known) or 'none'}",)
    if document is None:
        raise ValueError("a description was read from no text")
    return document.problem("incident-mapping", message, ("mapping",), notes=notes)


def read_sources(
    folder: Path, problems: list[Problem]
) -> tuple[dict[str, SourceDescription], dict[str, SourceFiles]]:
    """Read what incidents/ describes; what is wrong is added to the problems."""
    found: dict[str, SourceDescription] = {}
    files: dict[str, SourceFiles] = {}
    mappings = _mappings(folder, problems)
    for path in yaml_files(folder / INCIDENTS):
        described, document = _read(folder, path, SourceDescription, problems)
        if described is not None and document is not None and described.kind not in SOURCE_KINDS:
            message = f'"{described.kind}" is not a kind of source'
            note = f"kinds: {', '.join(SOURCE_KINDS)}"
            problems.append(document.problem("source-kind", message, ("kind",), notes=(note,)))
        if described is not None and document is not None:
            problems.extend(_misplaced(described, document, path))
        if described is not None and described.source in found:
            message = f'the source "{described.source}" is described in another file too'
            problems.append(problem("duplicate-id", message, Location(shown(path, folder))))
        elif described is not None:
            found[described.source] = described
            if described.mapping is not None and described.mapping not in mappings:
                problems.append(_no_mapping(described.mapping, mappings, document))
            data = None if described.file is None else path.parent / described.file
            files[described.source] = SourceFiles(data, path, mappings.get(described.mapping or ""))
    return found, files
