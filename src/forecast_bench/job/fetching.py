"""A source fetched from its service, and kept as a vintage of the day."""

from collections.abc import Callable

from forecast_bench.incidents import Delivery, ImportResult
from forecast_bench.incidents.fetching import Clock, FetchFailed, Secrets, fetch
from forecast_bench.job.delivering import declared_days
from forecast_bench.job.feeds import bring
from forecast_bench.workspace import DERIVED, Workspace, shown

FETCHED = "fetched"


def fetch_source(
    workspace: Workspace,
    name: str,
    *,
    secrets: Secrets | None = None,
    clock: Clock | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> ImportResult:
    """Fetch one source whole, and import what came.

    It covers the days asked for; where no last day was, up to the last event that came: what lies
    after that may not have been coded yet.

    Parameters
    ----------
    workspace : Workspace
        As read.
    name : str
        A source whose description has the key `fetch`.
    secrets : Secrets, optional
        Where passwords and tokens are looked up.
    clock : Clock, optional
        Tells the time, and waits.
    progress : callable, optional
        Told the events that have come, and how many there are where that is known.

    Returns
    -------
    ImportResult
        With a problem, and nothing imported, where the fetch or the import fails.

    Raises
    ------
    ValueError
        If the source is not one that is fetched.
    """
    described = workspace.sources[name]
    described_in = shown(workspace.source_files[name].described_in, workspace.folder)
    if described.fetch is None:
        raise ValueError(f"the source {name} is not fetched")
    try:
        fetched = fetch(
            described.fetch,
            folder=workspace.folder / DERIVED / FETCHED,
            secrets=secrets or Secrets(),
            clock=clock or Clock(),
            progress=progress,
        )
    except FetchFailed as failure:
        return ImportResult(None, added=False, problems=(failure.problem(described_in),))
    start, end = declared_days(described, fetched.ended)
    asked_end = described.fetch.end
    delivery = Delivery(
        description=described,
        path=fetched.path,
        retrieved=fetched.ended,
        start=described.fetch.start or start,
        end=asked_end if asked_end is not None and asked_end <= fetched.ended else end,
        replaces=False,
        shown_as=shown(fetched.path, workspace.folder),
        described_in=described_in,
        mapping=workspace.source_files[name].mapping,
    )
    return bring(workspace, delivery)
