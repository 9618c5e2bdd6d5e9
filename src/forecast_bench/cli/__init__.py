"""The command line: arguments in, exit status out."""

import os
import sys
from collections.abc import Sequence

from forecast_bench.cli.options import ExitStatus


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status.

    What is not an analyst's mistake nor a failed feed or fit is a bug of ours: it leaves with 70.
    """
    from forecast_bench.cli.application import application

    try:
        application(args=None if arguments is None else list(arguments), prog_name="forecast-bench")
    except BrokenPipeError:
        # The reader of a pipe has left, such as head: nothing to say to anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitStatus.DONE)
    except Exception as failure:  # noqa: BLE001 - here a bug of ours is told from all else
        if _reported(failure):
            sys.exit(ExitStatus.FAILED)
        sys.stderr.write("This is a bug of forecast-bench. Please report it with what follows.\n")
        import traceback

        traceback.print_exc()
        sys.exit(ExitStatus.BUG)


def _reported(failure: Exception) -> bool:
    """Report what is damaged, newer or too large for memory, whichever command came upon it."""
    from forecast_bench.cli.output import report_problems
    from forecast_bench.incidents import IncidentStoreError
    from forecast_bench.job.lock import LockLostError
    from forecast_bench.job.runs import DamagedRunError, stop_reason
    from forecast_bench.problems import Location, NewerFormatError, problem
    from forecast_bench.workspace import DERIVED

    if isinstance(failure, DamagedRunError | LockLostError | MemoryError | NewerFormatError):
        sys.stderr.write(f"{stop_reason(failure)}\n")
        return True
    if not isinstance(failure, IncidentStoreError) and not _is_damage(failure):
        return False
    message = str(failure).partition("\n")[0]
    if not isinstance(failure, IncidentStoreError):
        message = f"a file of the store cannot be read: {message}"
    report_problems([problem("incident-store", message, Location(f"{DERIVED}/incidents"))])
    return True


def _is_damage(failure: Exception) -> bool:
    """Whether DuckDB, which reads nothing but the store, could not read what it was given."""
    if "duckdb" not in sys.modules:
        return False
    import duckdb

    faults = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
    # What its reader of Parquet meets is, in part, of no kind of error.
    return isinstance(failure, faults) or type(failure) is duckdb.Error


__all__ = ["main"]
