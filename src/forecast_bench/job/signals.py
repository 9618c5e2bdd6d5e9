"""Signals that ask the job to end, as an exception: so that all it holds is let go in order."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Final

# Windows knows no hang-up.
_ASKING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)

_REMINDS: Final = hasattr(signal, "setitimer")
AGAIN_SECONDS: Final = 2.0
# What was heard since `ending_by_signals` began.
_HEARD: Final[list[int]] = []


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

    Where a library swallows it, as happens in a finaliser, it is raised again a little later.
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
        with _reminded():
            yield
    finally:
        for one, meant in asking.items():
            signal.signal(one, meant)
        _HEARD.clear()


def end_if_asked() -> None:
    """Raise what a signal has asked for, where a library has swallowed it.

    Raises
    ------
    EndedBySignal
        If one was heard.
    """
    if _HEARD:
        raise EndedBySignal(_HEARD[0])


@contextmanager
def failing_as_asked() -> Iterator[None]:
    """Whatever fails once a signal was heard fails for that, and is no bug.

    A compiler into whose callback the signal fell goes on without what was compiled, and fails.

    Raises
    ------
    EndedBySignal
        In place of an exception, where a signal was heard.
    """
    try:
        yield
    except Exception as failure:
        if not _HEARD:
            raise
        raise EndedBySignal(_HEARD[0]) from failure


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals call it
    _HEARD.append(number)
    if _REMINDS:
        # From now on a reminder comes until the command is left.
        signal.signal(signal.SIGALRM, partial(_end_again, number))
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS, AGAIN_SECONDS)
    if not _is_ending():
        raise EndedBySignal(number)


def _end_again(ended_by: int, number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    if not _is_ending():
        raise EndedBySignal(ended_by)


def _is_ending() -> bool:
    """Whether a signal is answered already, and what is held is being let go."""
    handled = sys.exception()
    while handled is not None:
        if isinstance(handled, EndedBySignal):
            return True
        handled = handled.__context__
    return False


@contextmanager
def _reminded() -> Iterator[None]:
    if not _REMINDS:
        yield
        return
    meant = signal.getsignal(signal.SIGALRM)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, meant)
