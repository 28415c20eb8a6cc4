"""Runs calls in processes of this machine, one call at a time in each; a process that is killed is replaced.

In: calls. Out: futures. Each process leads a group of its own, so Ctrl-C reaches only us, and we end it together with
the programs that it started. It ends itself if we are killed.
"""

import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from evibrief.workfolders import work_folder

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 2
"""How often a call is begun whose process is killed: once more, because the reason may have been another program."""

MOST_CALLS = 25
"""A process is replaced after this many calls: the engines never give back all of their memory."""


class ProcessLost(Exception):
    """The process of a call was killed, each time it was tried."""


class Processes(Executor):
    """An executor with this many processes, which are started when they are needed."""

    def __init__(self, jobs: int, temporary: Path) -> None:
        """`temporary` is the folder for temporary files of all of them."""
        self._threads = ThreadPoolExecutor(jobs)
        self._free: SimpleQueue[_Runner] = SimpleQueue()
        self._runners = [_Runner(temporary) for _ in range(jobs)]
        for runner in self._runners:
            self._free.put(runner)

    def submit(self, call: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Future[T]:
        """Run a call in the next free process. The future raises `ProcessLost` if the process is killed again."""
        return self._threads.submit(self._run, call, arguments, named)

    def _run(self, call: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
        runner = self._free.get()
        try:
            return runner.run(call, arguments, named)
        finally:
            self._free.put(runner)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what is running, then end the processes."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        self.end()

    def end(self) -> None:
        """End all processes at once, whatever they are doing, and begin nothing more."""
        for runner in self._runners:
            runner.end()
        self._threads.shutdown(cancel_futures=True)


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """An executor with this many processes. However the work ends, none of them and none of their files is left."""
    with work_folder() as temporary:
        executor = Processes(jobs, temporary)
        try:
            yield executor
        finally:
            executor.end()


class _Runner:
    """Runs one call after the other in a process of its own."""

    def __init__(self, temporary: Path) -> None:
        self._temporary = temporary
        self._process: _Process | None = None
        self._ended = False
        self._changing = threading.Lock()

    def run(self, call: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> T:
        for _ in range(TRIES):
            process = self._ready()
            try:
                result, error = process.ask((call, arguments, named))
            except (EOFError, OSError):  # it was killed: nobody has the other end of the pipe
                self._leave(process)
                continue
            if error:
                raise error
            return result  # type: ignore[no-any-return]
        raise ProcessLost

    def _ready(self) -> "_Process":
        """The process, or another one if it has had enough calls. Raises `ProcessLost` if all are to end."""
        if self._process and self._process.calls >= MOST_CALLS:
            self._leave(self._process)
        with self._changing:
            if self._ended:
                raise ProcessLost
            self._process = self._process or _Process(self._temporary)
            return self._process

    def _leave(self, process: "_Process") -> None:
        with self._changing:
            process.end()
            self._process = None

    def end(self) -> None:
        with self._changing:
            self._ended = True
            if self._process:
                self._process.end()


class _Process:
    """A process that answers calls, and our end of the pipe to it."""

    def __init__(self, temporary: Path) -> None:
        context = get_context("spawn")  # a fork would copy our threads' locks as they happen to be
        self.calls = 0
        self._ours, its = context.Pipe()
        self._process = context.Process(target=_answer, args=(its, str(temporary)))
        self._process.start()
        self._ended = False
        its.close()

    def ask(self, question: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> tuple[Any, Exception | None]:
        self.calls += 1
        self._ours.send(question)
        answer: tuple[Any, Exception | None] = self._ours.recv()
        return answer

    def end(self) -> None:
        """Kill the process and everything that it started, once: later its number may be that of another one."""
        if self._ended or not self._process.pid:
            return
        self._ended = True
        with suppress(ProcessLookupError, PermissionError):  # it is gone, or has no group of its own yet
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()


def _answer(questions: Connection, temporary: str) -> None:
    """Answer calls until nobody asks any more. This is all that such a process does."""
    os.setpgid(0, 0)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    tempfile.tempdir = temporary
    with suppress(EOFError):
        while True:
            call, arguments, named = questions.recv()
            questions.send(_answer_to(call, arguments, named))


def _answer_to(
    call: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> tuple[Any, Exception | None]:
    try:
        return call(*arguments, **named), None
    except Exception as error:
        return None, _picklable(error)


def _picklable(error: Exception) -> Exception:
    """The error, or its name and words where it cannot be sent: errors of libraries hold what is theirs."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os.killpg(0, signal.SIGKILL)
