"""What a command takes: time, processor time and memory, counted over all the processes that it starts."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock, seconds of processors, and the most megabytes at one time; shared pages count once."""

    wall: float
    cpu: float
    memory: float


def measured(
    command: Sequence[str | Path], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Measured:
    """Run a command to its end. Raises `CalledProcessError` where it fails. Memory is counted on Linux alone."""
    began, peak = time.monotonic(), [0.0]
    run = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env=environment, cwd=folder)  # fmt: skip
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(run.pid, over, peak))
    watcher.start()
    _, status, used = os.wait4(run.pid, 0)
    wall = time.monotonic() - began
    run.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    watcher.join()
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, run.args)
    return Measured(wall, used.ru_utime + used.ru_stime, peak[0])


def _watch(process: int, over: threading.Event, peak: list[float]) -> None:
    while not over.wait(_EVERY):
        peak[0] = max(peak[0], sum(_megabytes(one) for one in _with_children(process)))


def _with_children(process: int) -> Iterator[int]:
    yield process
    try:
        threads = os.listdir(f"/proc/{process}/task")
        listed = " ".join(Path(f"/proc/{process}/task/{one}/children").read_text() for one in threads)
    except OSError:  # it has ended meanwhile
        return
    for child in listed.split():
        yield from _with_children(int(child))


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
