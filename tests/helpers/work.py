"""How much work something is, counted and not timed, so that a busy machine does not matter.

In: something to do. Out: the functions that it called, the bytes that it allocated, the files that it opened. Bytes are
those of all that was made, however soon it was thrown away: to copy a long list for each of its elements calls nothing.
"""

import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import astuple, dataclass
from types import FrameType


@dataclass
class Work:
    """What was counted."""

    calls: int = 0
    allocated: int = 0
    opened: int = 0

    def __sub__(self, other: "Work") -> "Work":
        return Work(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def work_of(do: Callable[[], object]) -> Work:
    """Do something, and count."""
    work, before = Work(), sys.getprofile()
    had = 0

    def count(frame: FrameType, event: str, called: object) -> None:
        nonlocal had
        if event not in ("call", "c_call"):
            return
        has, most = tracemalloc.get_traced_memory()
        work.calls += 1
        work.allocated += most - had
        work.opened += event == "c_call" and getattr(called, "__name__", "") == "open"
        had = has
        tracemalloc.reset_peak()

    tracemalloc.start()
    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(before)
        tracemalloc.stop()
    return work
