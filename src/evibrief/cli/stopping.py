"""Ends a command that is told to stop: by Ctrl-C, or by a signal of the system (SIGTERM, SIGHUP).

In: signals. Out: a `KeyboardInterrupt` for the first of them, which unwinds what is under way, and for one that comes
later an end without that. A command that a shell lets run on, with `nohup` or in the background, goes on.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from evibrief.workfolders import remove_open_folders

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_SAME_WISH = 1.0
"""In seconds: who presses again so soon, or sends the signal to the group as well, means the same."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Meanwhile a signal stops the command, as this module says."""
    usual = (signal.SIG_DFL, signal.default_int_handler)
    ours = threading.current_thread() is threading.main_thread()
    before = {one: signal.getsignal(one) for one in _SIGNALS if ours and signal.getsignal(one) in usual}
    stop = _Stop()
    for one in before:
        signal.signal(one, stop)
    try:
        yield
    finally:
        for one in before if not stop.told_at else ():  # otherwise the end of Python could still be interrupted
            signal.signal(one, before[one])


def end_at_once(code: int) -> NoReturn:
    """End without waiting for threads: the layout of a PDF takes ten seconds, and nothing stops it."""
    remove_open_folders()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, RuntimeError):  # nobody reads it; a signal came while it was written to
            stream.flush()
    os._exit(code)


class _Stop:
    """What a signal calls."""

    def __init__(self) -> None:
        self.told_at = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.told_at:
            self.told_at = time.monotonic()
            raise KeyboardInterrupt
        if time.monotonic() - self.told_at > _SAME_WISH:
            end_at_once(1)
