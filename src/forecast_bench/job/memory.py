"""How much memory the job has taken, and how much of the processors' time."""

import os
import re
import sys
import time
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_MARKS: Final = Path("/proc/self/clear_refs")
_MOST = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_mib() -> int | None:
    """Most memory that this process has held, in MiB; None where the system does not say.

    Since its beginning, or since `forget_peak` where that may be.

    Examples
    --------
    >>> peak_mib() is None or peak_mib() > 1
    True
    """
    if sys.platform == "win32":
        return None
    if sys.platform == "linux" and (most := _high_water()) is not None:
        return round(most / 1024)
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return round(held / (1024 * 1024 if sys.platform == "darwin" else 1024))


def forget_peak() -> bool:
    """Have the most memory held be counted from now on; False where the system does not let us.

    Examples
    --------
    >>> forget_peak() in (True, False)
    True
    """
    try:
        # What Linux takes as: let the high-water mark be what is held now.
        _MARKS.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def cpu_seconds() -> float:
    """Seconds of processors that this process took, with processes of its own that have ended.

    Examples
    --------
    >>> cpu_seconds() > 0
    True
    """
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _high_water() -> int | None:
    """KiB, as Linux says it; its figure in `getrusage` begins with that of the parent."""
    try:
        found = _MOST.search(_STATUS.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return int(found[1]) if found else None
