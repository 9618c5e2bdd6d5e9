"""Signals that ask the job to end, as an exception: so that all it holds is let go in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

# Windows knows no hang-up.
_ASKING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)


class EndedBySignal(BaseException):
    """A signal asked the job to end.

    No `Exception`, which stages may handle, and no `KeyboardInterrupt`, at which a sampler ends
    early and gives what it has.

    Attributes
    ----------
    number : int
        Of the signal; the text is its name.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def ending_by_signals() -> Iterator[None]:
    """Raise what SIGTERM, SIGINT and SIGHUP ask for, and give signals back what they meant.

    A signal that is ignored, as SIGHUP is under nohup, stays ignored. Outside the main thread,
    which alone hears signals, nothing is done.

    Examples
    --------
    >>> import os
    >>> try:
    ...     with ending_by_signals():
    ...         os.kill(os.getpid(), signal.SIGTERM)
    ... except EndedBySignal as ended:
    ...     print(ended, 128 + ended.number)
    SIGTERM 143
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What was installed by no Python code is None, and cannot be given back.
    known = {one: signal.getsignal(one) for one in _ASKING}
    asking = {one: meant for one, meant in known.items() if meant not in (signal.SIG_IGN, None)}
    try:
        for one in asking:
            signal.signal(one, _end)
        yield
    finally:
        for one, meant in asking.items():
            signal.signal(one, meant)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals call it
    raise EndedBySignal(number)
