"""Commands that open what a stranger sent run in a process of their own, inside limits.

In: the words of a command line and the limits. Out: the exit code of the command. A document brings its theme along,
and a theme is nearly a program; a file of 600 bytes can unpack to gigabytes. Whatever happens in that process, its
folder for temporary files is gone afterwards, also when it or the command itself is killed.
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
from evibrief.workfolders import is_ours

_POLL = 0.1
"""Seconds between two looks at how much memory the process and what it started take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may use: seconds of wall-clock time, megabytes of memory with all that it starts, open files.

    The largest brief that was measured takes 40 seconds and 1,600 MB. `megabytes_written` is the size of one file.
    """

    seconds: float = 600
    megabytes: int = 3_000
    open_files: int = 256
    megabytes_written: int = 1_000


USUAL = Limits()


def run_command(arguments: Sequence[str], limits: Limits, temporary: Path) -> int:
    """Run one command line of evibrief in a process of its own; `temporary` is its folder for temporary files.

    Returns the exit code of the command. Raises `Problems` where it was ended because it reached a limit.
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
"""With very little memory not even the program itself can be loaded."""


def call(module: str, function: str, arguments: Sequence[str | Path], limits: Limits) -> str:
    """Call a function of a module with these arguments as strings; what it gives is to be a file that it writes.

    Returns why it did not come to its end, and nothing where it did.
    """
    code = f"from {module} import {function} as work; work(*sys.argv[5:])"
    with _started(code, list(map(str, arguments)), limits, None, process_group=0, stderr=subprocess.PIPE) as run:
        told = _Last(run.stderr)
        reason = _watch(run, limits)
        _end(run.pid)  # what it left running would keep the pipe open
        last = told.line()
    if reason or run.returncode < 0:
        return reason or _signalled(-run.returncode, limits)
    if last.startswith("MemoryError"):
        return _too_much(limits)
    return (last[:200] or "it failed without a word") if run.returncode else ""


class _Last:
    """The last line that a process writes, however much it writes."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._end = b""
        self._reader = threading.Thread(target=self._read, args=(stream,))
        self._reader.start()

    def _read(self, stream: IO[bytes] | None) -> None:
        while stream and (piece := stream.read1(65536)):  # type: ignore[attr-defined]
            self._end = (self._end + piece)[-4096:]

    def line(self) -> str:
        """The line, once the process has ended."""
        self._reader.join()
        return self._end.decode("utf-8", "replace").strip().rpartition("\n")[2]


@contextlib.contextmanager
def _started(
    code: str, arguments: Sequence[str], limits: Limits, temporary: Path | None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs this code inside limits. Whatever happens, nothing of it is left running afterwards."""
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
"""It waits for its word to begin, so that it never runs without somebody who would end it; we may be killed before."""


def _let_begin(run: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # it is gone already, and how is asked elsewhere
        if run.stdin:
            run.stdin.write(b"\n")
            run.stdin.close()


@contextlib.contextmanager
def _guarded(leader: int, temporary: Path | None) -> Iterator[None]:
    """While this lasts, somebody else watches whether we are still here, and tidies up if we are not.

    It is a process of its own, which waits for the end of a pipe that only we hold: it sees that end however we come
    to ours, also when the process that it would have to end is busy in a library, or is gone as well.
    """
    reading, writing = os.pipe()
    outer = temporary.parent if temporary and is_ours(temporary.parent) else temporary
    words = ["/bin/sh", "-c", _TIDY_UP, "sh", str(leader), str(outer or "")]
    try:
        with subprocess.Popen(
            words, stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as guard:
            try:
                yield
            finally:
                guard.kill()  # we are here, and tidy up ourselves
    finally:
        os.close(reading)
        os.close(writing)


_TIDY_UP = 'read -r _; kill -s KILL -- "-$1"; [ -z "$2" ] || rm -rf -- "$2"'
"""The signal is named as POSIX has it: dash, the `sh` of Debian and Ubuntu, takes no number before a `--`."""


def _numbers(limits: Limits) -> tuple[int, ...]:
    return round(limits.seconds) or 1, limits.megabytes, limits.open_files, limits.megabytes_written


def enter(seconds: int, megabytes: int, open_files: int, megabytes_written: int) -> None:
    """Set the limits of this process and of all that it starts."""
    memory, size = megabytes * 1024**2, megabytes_written * 1024**2
    for kind, most in (
        (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, size), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        with contextlib.suppress(ValueError, OSError):  # a system may have no such limit, or a lower one already
            resource.setrlimit(kind, (most, most))


def _watch(run: subprocess.Popen[bytes], limits: Limits) -> str:
    """Why the process has to be ended; nothing where it came to its end by itself."""
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
    """Bytes of memory that the processes of a session or a group hold, together; 0 on a system without `/proc`."""
    return sum(_resident(Path("/proc", str(number))) for number in _members(leader))


def _members(leader: int) -> Iterator[int]:
    """The processes of the session, or of the group, that this process leads."""
    with contextlib.suppress(OSError):
        for number in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if leader in (os.getsid(number), os.getpgid(number)):
                    yield number


def _resident(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _end(leader: int) -> None:
    """End what was started and left running: the group that is named after its first process, and its session."""
    for number in (*_members(leader), -leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(number, signal.SIGKILL) if number > 0 else os.killpg(leader, signal.SIGKILL)


def _signalled(number: int, limits: Limits) -> str:
    if number == signal.SIGXCPU:
        return _too_long(limits)
    if number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS):  # how engines in C end when they get no memory
        return f"{_too_much(limits)}, or it is made to break the program"
    return f"it was ended by the signal {number}"


def _too_long(limits: Limits) -> str:
    return f"it took longer than {limits.seconds:g} seconds"


def _too_much(limits: Limits) -> str:
    return f"it took more than {limits.megabytes} MB of memory"


def too_much_memory() -> Problems:
    """What the process itself says when it gets no more memory."""
    return _ended("it took more memory than it may have")


def _ended(reason: str) -> Problems:
    hint = "a brief takes far less; if you trust the file, give it more: --seconds, --memory"
    return Problems([Problem(Place("evibrief"), "limit", f"this was ended: {reason}", hint)])
