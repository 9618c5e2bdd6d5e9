"""How much memory the job has taken."""

import sys


def peak_mib() -> int | None:
    """Most memory that this process has held so far, in MiB; None where the system does not say.

    Examples
    --------
    >>> peak_mib() is None or peak_mib() > 1
    True
    """
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return round(most / (1024 * 1024 if sys.platform == "darwin" else 1024))
