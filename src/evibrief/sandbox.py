"""Runs commands that open files from strangers in a separate process with limits.

In: a command line and the limits. Out: the exit code of the command. A document contains its theme, and a theme is
almost a program; a file of 600 bytes can unpack to gigabytes. Whatever happens in that process, its temporary folder is
removed afterwards, even if it or the command itself is killed.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from evibrief.problems import Place, Problem, Problems
from evibrief.workfolders import is_work_folder

_POLL = 0.1
"""In seconds, between two measurements of the memory of the process and its children."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may use: seconds of wall-clock time, megabytes of memory including its children, open files.

    The largest brief measured took 40 seconds and 1,600 MB. `megabytes_written` limits the size of one file.
    """

    seconds: float = 600
    megabytes: int = 3_000
    open_files: int = 256
    megabytes_written: int = 1_000


USUAL = Limits()


def run_command(arguments: Sequence[str], limits: Limits, temporary: Path) -> int:
    """Run one evibrief command line in a separate process; `temporary` is its folder for temporary files.

    Returns the exit code of the command. Raises `Problems` if it was stopped at a limit.
    """
    with _started(_COMMAND, arguments, limits, temporary, start_new_session=True) as run:
        reason = _watch(run, limits)
    if run.returncode == _NO_ROOM:
        reason = reason or _too_much(limits)
    if reason or run.returncode < 0:
        raise _ended(reason or _signalled(-run.returncode, limits))
    return run.returncode


_NO_ROOM = 121
_COMMAND = f"""try:
    from evibrief.cli.main import main
except ModuleNotFoundError:
    raise
except (MemoryError, ImportError):
    sys.exit({_NO_ROOM})
sys.exit(main(sys.argv[5:], apart=True))
"""
"""The code of that process. With very little memory even the program itself cannot be loaded."""


def call(module: str, function: str, arguments: Sequence[str | Path], limits: Limits) -> str:
    """Call a function of a module with these arguments as strings; it must write its result to a file.

    Returns why it failed or was stopped; empty if it succeeded.
    """
    code = f"from {module} import {function} as work; work(*sys.argv[5:])"
    with _started(code, list(map(str, arguments)), limits, None, process_group=0, stderr=subprocess.PIPE) as run:
        told = _Last(run.stderr)
        reason = _watch(run, limits)
        _end(run.pid)  # any process it left running would keep the pipe open
        last = told.line()
    if reason or run.returncode < 0:
        return reason or _signalled(-run.returncode, limits)
    if last.startswith("MemoryError"):
        return _too_much(limits)
    return (last[:200] or "it failed without a message") if run.returncode else ""


class _Last:
    """Reads everything that a process writes, and keeps only the last line."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._end = b""
        self._reader = threading.Thread(target=self._read, args=(stream,))
        self._reader.start()

    def _read(self, stream: IO[bytes] | None) -> None:
        while stream and (piece := stream.read1(65536)):  # type: ignore[attr-defined]
            self._end = (self._end + piece)[-4096:]

    def line(self) -> str:
        """The last line, after the process has ended."""
        self._reader.join()
        return self._end.decode("utf-8", "replace").strip().rpartition("\n")[2]


@contextlib.contextmanager
def _started(
    code: str, arguments: Sequence[str], limits: Limits, temporary: Path | None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs this code inside limits. Whatever happens, no part of it is left running afterwards."""
    command = [sys.executable, "-P", "-c", _ENTER + code, *map(str, _numbers(limits)), *arguments]
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, **options) as run:
        try:
            with _guarded(run.pid, temporary):
                _let_begin(run)
                yield run
        finally:
            _end(run.pid)


_ENTER = """import sys
sys.stdin.buffer.read(1) or sys.exit(1)
from evibrief.sandbox import enter
enter(*map(int, sys.argv[1:5]))
"""
"""The process waits for a start signal, so that it never runs unguarded if we are killed before the guard starts."""


def _let_begin(run: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # it has already ended; the caller finds out why
        if run.stdin:
            run.stdin.write(b"\n")
            run.stdin.close()


@contextlib.contextmanager
def _guarded(leader: int, temporary: Path | None) -> Iterator[None]:
    """Meanwhile a guard process watches whether we are still running, and cleans up if we are not.

    The guard waits for the end of a pipe that only we hold open. So it notices however we end, even if the guarded
    process is busy in a library or has already ended.
    """
    reading, writing = os.pipe()
    outer = temporary.parent if temporary and is_work_folder(temporary.parent) else temporary
    words = ["/bin/sh", "-c", _TIDY_UP, "sh", str(leader), str(outer or "")]
    try:
        with subprocess.Popen(
            words, stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as guard:
            try:
                yield
            finally:
                guard.kill()  # we are still here and clean up ourselves
    finally:
        os.close(reading)
        os.close(writing)


_TIDY_UP = 'read -r _; kill -s KILL -- "-$1"; [ -z "$2" ] || rm -rf -- "$2"'
"""The signal is given by name, as in POSIX: dash, the `sh` of Debian and Ubuntu, accepts no number before `--`."""


def _numbers(limits: Limits) -> tuple[int, ...]:
    return round(limits.seconds) or 1, limits.megabytes, limits.open_files, limits.megabytes_written


def enter(seconds: int, megabytes: int, open_files: int, megabytes_written: int) -> None:
    """Set the limits of this process and its children."""
    memory, size = megabytes * 1024**2, megabytes_written * 1024**2
    for kind, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, size), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        with contextlib.suppress(ValueError, OSError):  # the system may lack this limit, or already have a lower one
            resource.setrlimit(kind, (most, most))


def _watch(run: subprocess.Popen[bytes], limits: Limits) -> str:
    """Wait for the process. Returns why it must be stopped; empty if it ended by itself."""
    end = time.monotonic() + limits.seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(_POLL)
            return ""
        if time.monotonic() > end:
            return _too_long(limits)
        if memory_of(run.pid) > limits.megabytes * 1024**2:
            return _too_much(limits)


def memory_of(leader: int) -> int:
    """The memory, in bytes, of all processes of a session or group; 0 on a system without `/proc`."""
    return sum(_resident(Path("/proc", str(number))) for number in _members(leader))


def _members(leader: int) -> Iterator[int]:
    """The processes of the session or group that this process leads."""
    with contextlib.suppress(OSError):
        for number in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            with contextlib.suppress(OSError):  # it has ended in the meantime
                if leader in (os.getsid(number), os.getpgid(number)):
                    yield number


def _resident(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _end(leader: int) -> None:
    """Kill what is still running: the process group of this leader, and its session."""
    for number in (*_members(leader), -leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(number, signal.SIGKILL) if number > 0 else os.killpg(leader, signal.SIGKILL)


def _signalled(number: int, limits: Limits) -> str:
    if number == signal.SIGXCPU:
        return _too_long(limits)
    if number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS):  # how C libraries end when they get no memory
        return f"{_too_much(limits)}, or it is made to crash the program"
    return f"it was stopped by signal {number}"


def _too_long(limits: Limits) -> str:
    return f"it took longer than {limits.seconds:g} seconds"


def _too_much(limits: Limits) -> str:
    return f"it took more than {limits.megabytes} MB of memory"


def too_much_memory() -> Problems:
    """The problem that the process itself reports when it runs out of memory."""
    return _ended("it took more memory than allowed")


def _ended(reason: str) -> Problems:
    hint = "a brief takes far less; if you trust the file, raise the limit: --seconds, --memory"
    return Problems([Problem(Place("evibrief"), "limit", f"this was stopped: {reason}", hint)])
