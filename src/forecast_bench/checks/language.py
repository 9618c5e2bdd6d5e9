"""Checks on the words of probability."""

from collections.abc import Iterator, Sequence

from forecast_bench.lexicons import describe_bands, look_up
from forecast_bench.problems import Problem
from forecast_bench.records import Stated
from forecast_bench.workspace import SETTINGS, RecordedJudgment, Workspace


def known_lexicons(workspace: Workspace) -> Iterator[Problem]:
    """A pinned lexicon is one that is known, by name and version."""
    note = f"known lexicons: {', '.join(sorted(workspace.lexicons))}"
    for file in workspace.files:
        if file.document is None or file.header is None or file.header.lexicon is None:
            continue
        if file.header.lexicon in workspace.scales:
            message = _without_numbers(file.header.lexicon)
            yield file.document.problem("ordinal-lexicon", message, ("lexicon",))
        elif file.header.lexicon not in workspace.lexicons:
            message = f'"{file.header.lexicon}" is not a known lexicon'
            yield file.document.problem("unknown-lexicon", message, ("lexicon",), notes=(note,))
    for one in workspace.judgments:
        if one.judgment.lexicon in workspace.scales:
            message = _without_numbers(str(one.judgment.lexicon))
            yield one.problem("ordinal-lexicon", message, "lexicon")
        elif one.judgment.lexicon is not None and one.judgment.lexicon not in workspace.lexicons:
            message = f'"{one.judgment.lexicon}" is not a known lexicon'
            yield one.problem("unknown-lexicon", message, "lexicon", notes=(note,))


def _without_numbers(lexicon: str) -> str:
    return f"{lexicon} is an order of phrases without numbers: nothing can be computed from it"


def known_phrases(workspace: Workspace) -> Iterator[Problem]:
    """A phrase is one of the pinned lexicon; the nearest string is never suggested."""
    for one in workspace.judgments:
        identifier = one.lexicon(workspace.settings.lexicon)
        for stated, path in _stated(one):
            if stated.phrase is None:
                continue
            if identifier is None and _settings_unread(workspace):
                continue
            if identifier is None:
                message = f'"{stated.phrase}" has no number: no lexicon is pinned'
                note = f"pin one with lexicon: {' | '.join(sorted(workspace.lexicons))}"
                yield one.problem("unknown-lexicon", message, *path, notes=(note,))
                continue
            lexicon = workspace.lexicons.get(identifier)
            if lexicon is not None and look_up(lexicon, stated.phrase) is None:
                yield one.problem(
                    "unknown-phrase",
                    f'"{stated.phrase}" is not a phrase of {identifier}',
                    *path,
                    notes=(f"{identifier} has: {describe_bands(lexicon)}",),
                )


def _settings_unread(workspace: Workspace) -> bool:
    """Whether the lexicon of the settings, which may be the one meant, could not be read."""
    return any(one.location.file == SETTINGS for one in workspace.problems)


def _stated(one: RecordedJudgment) -> Iterator[tuple[Stated, Sequence[str | int]]]:
    if one.judgment.probability is not None:
        yield one.judgment.probability, ("probability",)
    for index, revision in enumerate(one.judgment.revisions):
        yield revision.probability, ("revisions", index, "probability")
