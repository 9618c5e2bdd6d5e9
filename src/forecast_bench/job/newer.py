"""What a newer program wrote is found before anything is written beside it."""

import datetime
from pathlib import Path

from forecast_bench.incidents import IncidentStoreError, LocalStorage
from forecast_bench.incidents.catalogue import read_values, sources_in
from forecast_bench.job.feeds import store_of
from forecast_bench.job.fits import good_fits
from forecast_bench.job.ledger import refuse_newer_ledger
from forecast_bench.job.maps import LineageError, read_maps, state_changes
from forecast_bench.problems import NewerFormatError
from forecast_bench.workspace import SETTINGS
from forecast_bench.workspace.settings_file import read_settings


def refuse_newer_formats(workspace: Path) -> None:
    """Look at the ledger, the maps, the fits and a store on this machine; runs say it when read.

    What is damaged is left to whoever uses it, who says so. A store elsewhere is looked at when it
    is read.

    Raises
    ------
    NewerFormatError
        If one is of a newer format.
    """
    refuse_newer_ledger(workspace)
    for look in (_maps, _fits, _store):
        try:
            look(workspace)
        except NewerFormatError:
            raise
        except (IncidentStoreError, LineageError):
            continue


def _maps(workspace: Path) -> None:
    read_maps(workspace)
    state_changes(workspace)


def _fits(workspace: Path) -> None:
    good_fits(workspace, "", as_of=datetime.date.max)


def _store(workspace: Path) -> None:
    settings, _ = read_settings(workspace / SETTINGS, shown_as=SETTINGS)
    storage = store_of(workspace, settings)
    if isinstance(storage, LocalStorage):
        for source in sources_in(storage):
            read_values(storage, source)
