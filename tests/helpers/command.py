"""The command line, run in this process, in a copy of it or in a new one; all answer alike."""

import contextlib
import io
import multiprocessing
import resource
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

from evibrief.cli.main import _opens, _parser, main


def evibrief(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own: for tests of what a process does."""
    command = [sys.executable, "-m", "evibrief", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=300)


def run_here(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in this process: for tests of what it answers, since a process takes a second to start.

    What opens a stranger's file is run as it is inside of its limits, whose own tests are in `floor`.
    """
    words = [str(argument) for argument in arguments]
    with _streams() as (out, error), contextlib.chdir(folder or Path()):
        code = _code(words)
    return subprocess.CompletedProcess(words, code, _said(out), _said(error))


def begin(*arguments: str | Path) -> ForkProcess:
    """Begin a command in a copy of this process: for tests of what is left when it is killed.

    A copy has loaded and drawn what this process has, so it is soon where it is to be killed.
    """
    return _copy_that_runs(run_here, *arguments)


def run_bounded(megabytes: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a copy of this process, which gets at most so much more memory than it has."""
    answers, answer = _COPIES.Pipe(duplex=False)
    copy = _copy_that_runs(_answer, answer, megabytes, arguments)
    answer.close()
    try:
        assert answers.poll(300), "it did not end"
        run: subprocess.CompletedProcess[str] = answers.recv()
        return run
    finally:
        copy.kill()
        copy.join()


_COPIES = multiprocessing.get_context("fork")


def _copy_that_runs(what: Callable[..., object], *arguments: object) -> ForkProcess:
    copy = _COPIES.Process(target=what, args=arguments)
    with warnings.catch_warnings():
        # Python 3.12 warns where there are other threads: they are servers of the tests, and hold no lock of ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        copy.start()
    return copy


def _answer(answer: Connection, megabytes: int, arguments: tuple[str | Path, ...]) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    answer.send(run_here(*arguments))


def cpu_seconds() -> float:
    """What the processes took that were started here and have ended: the same on a busy machine as on an idle one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextlib.contextmanager
def _streams() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    out, error = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        yield out, error


def _code(words: list[str]) -> int:
    """The exit code that a process would have, with the traceback that it would print."""
    try:
        return main(words, apart=_opens(_parser().parse_args(words)))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception:
        traceback.print_exc()
        return 1


def _said(stream: io.TextIOWrapper) -> str:
    stream.flush()
    data = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return str(data.decode())
