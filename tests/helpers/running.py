"""Processes as a test sees them: whether one runs, what it has started, and waiting until something is so."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def until(seen: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something is so. Fails after many seconds, because a machine may be busy."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.02)


def is_running(process: int) -> bool:
    """Whether a process is there and is not only waiting to be collected."""
    if not Path("/proc/self").exists():
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    return _state(process) not in ("", "Z")


def _state(process: int) -> str:
    return _stat(process)[0]


def _stat(process: int) -> tuple[str, int]:
    """The state of a process and its parent; nothing if there is no such process (proc_pid_stat(5))."""
    try:
        state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", 0
    return state, int(parent)


def started_by(process: int) -> Iterator[int]:
    """The processes that a process has started and that still run, and those that these have started."""
    parents = {int(name): _stat(int(name))[1] for name in os.listdir("/proc") if name.isdigit()}
    found = {process}
    while more := {one for one, parent in parents.items() if parent in found and one not in found}:
        found |= more
    yield from (one for one in found - {process} if is_running(one))


def command_of(process: int) -> str:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
