"""Writes documents in a second process: they take a second core, while this process writes the slowest of them.

In: formats, then the drawings of a page, then the page. Out: the same formats, whose documents are written there; what
the format that is written here shows of the drawings is drawn there, too. The process starts early, so that it loads
its engines and draws while the page is composed. What it does not make, for whatever reason, is made here, so that
every error is raised as if there were one process.
"""

import gc
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from evibrief.formats.contract import Document, Format, Page
from evibrief.formats.registry import format_named
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    from evibrief.sections.figures.picture import Drawing

Drawings = Mapping[str, "Drawing"]
"""The drawings of a page, by the anchors of their figures."""


class Writes(Protocol):
    """What writes a page in a format: the format itself, or a process that does it for it."""

    @property
    def name(self) -> str:
        """The name of the format."""

    def import_engine(self) -> None:
        """Import the libraries that `write` needs."""

    def write(self, page: Page) -> Document:
        """Write a page. Raises `Problems` that the author can fix."""


@dataclass
class SecondProcess:
    """A process that draws the figures of a page, and writes the page in some formats."""

    _run: "subprocess.Popen[bytes]"
    _drawing: "Future[None] | None" = None
    _made: Mapping[str, Document] | None = None
    _lock: Lock = field(default_factory=Lock)

    def draw(self, drawings: Drawings, workers: Executor) -> None:
        """Begin to draw the drawings of the page that it will be asked for, while one of the workers waits."""
        self._drawing = workers.submit(self._exchange, drawings)

    def hand_over(self) -> None:
        """Wait until the drawings have the pictures that were drawn there; they draw what they did not get."""
        if self._drawing:
            self._drawing.result()

    def made(self, page: Page) -> Mapping[str, Document]:
        """The documents of the one page that it can be asked for; those that it failed to write are missing."""
        with self._lock:
            if self._made is None:
                self.hand_over()
                with suppress(BrokenPipeError):  # it has ended, and its answer is short
                    self._run.stdin.write(pickle.dumps(page))  # type: ignore[union-attr]
                answer, _ = self._run.communicate()  # which would keep what is to be sent until the end
                self._made = {document.format: document for document in _documents(answer)}
            return self._made

    def _exchange(self, drawings: Drawings) -> None:
        sent, answered = self._run.stdin, self._run.stdout
        assert sent
        assert answered
        try:
            sent.write(pickle.dumps(drawings))
            sent.flush()
            pictures = pickle.load(answered)  # from our own process
            for name, drawing in drawings.items():
                drawing.take(pictures[name])
        except Exception:  # what is no answer can raise any error
            _kill(self._run)


@dataclass(frozen=True)
class _OfTwo:
    """A format of a page that two processes write."""

    format: Format
    second: SecondProcess

    @property
    def name(self) -> str:
        """The name of the format."""
        return self.format.name


class WrittenHere(_OfTwo):
    """A format whose document is written by this process, with pictures that the second one drew."""

    def import_engine(self) -> None:
        """Import the libraries that `write` needs."""
        self.format.import_engine()

    def write(self, page: Page) -> Document:
        """The document; raises the `Problems` of the format."""
        self.second.hand_over()
        return self.format.write(page)


class WrittenApart(_OfTwo):
    """A format whose document is written by the second process."""

    def import_engine(self) -> None:
        """Nothing: the second process imports it."""

    def write(self, page: Page) -> Document:
        """The document; raises the `Problems` of the format."""
        return self.second.made(page).get(self.name) or self.format.write(page)


@contextmanager
def written_apart(formats: Sequence[Format]) -> Iterator[Sequence[Writes]]:
    """All but the first of these formats are written by a second process, of which nothing is left running at the end.

    Where there is one processor or one format, or the process cannot be started, the formats are as they were.
    """
    first, others = formats[:1], formats[1:]
    with ExitStack() as end:
        run = _started([one.name for one in formats], end) if others and processors() > 1 else None
        if run is None:
            yield formats
        else:
            second = SecondProcess(run)
            yield (*(WrittenHere(one, second) for one in first), *(WrittenApart(one, second) for one in others))


def draw_apart(writers: Sequence[Writes], drawings: Drawings, workers: Executor) -> None:
    """Let the second process draw these, if there is one; `writers` are the formats of their page."""
    for one in writers:
        if isinstance(one, WrittenHere):
            one.second.draw(drawings, workers)


def _started(names: Sequence[str], end: ExitStack) -> "subprocess.Popen[bytes] | None":
    """The process; None if there is no room, or its program is unknown.

    At the `end` nothing of it is left: no program that it started, and no file, of which all are in a folder of ours.
    """
    with suppress(OSError, RuntimeError):  # no room for a process, or for a thread
        run = _in_a_group(names, end.enter_context(work_folder()))
        end.enter_context(run)
        end.callback(_end, run)
        threading.Thread(target=_never_stopped, args=(run,), daemon=True).start()
        return run
    return None


def _in_a_group(names: Sequence[str], temporary: Path) -> "subprocess.Popen[bytes]":
    """A process that finds the same modules as this one, and writes temporary files to this folder.

    It has a group of its own: Ctrl-C and Ctrl-Z are for this process alone.
    """
    finds = f"import sys, tempfile; sys.path[:] = {[*map(str, sys.path)]!r}; tempfile.tempdir = {str(temporary)!r}"
    code = f"{finds}; from evibrief.formats.apart import write_sent_page; write_sent_page()"
    command = [sys.executable or "", "-P", "-c", code, *names]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, process_group=0)


def _end(run: "subprocess.Popen[bytes]") -> None:
    _kill(run)
    with suppress(BrokenPipeError):  # something is left that could not be sent to it
        run.stdin.close()  # type: ignore[union-attr]


def _kill(run: "subprocess.Popen[bytes]") -> None:
    """Kill it with the programs that it started, unless its end is known: its number may then be another one's."""
    if run.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(run.pid, signal.SIGKILL)


def _never_stopped(run: "subprocess.Popen[bytes]") -> None:
    """End it once somebody stops it (SIGSTOP): whoever waits for its answer would wait for ever."""
    if hasattr(os, "waitid"):
        with suppress(ChildProcessError):  # it has ended already
            told = os.waitid(os.P_PID, run.pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT)
            if told and told.si_code == os.CLD_STOPPED:
                _kill(run)


def processors() -> int:
    """The processors that this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def write_sent_page() -> None:
    """The code of that process: it reads drawings and a page, and prints pictures and one document after another."""
    import evibrief.evidence.brief  # noqa: F401  # a page refers to it; it takes half a second
    from evibrief.sections.figures.sheet import load_matplotlib

    here, *others = map(format_named, sys.argv[1:])
    for one in others:
        one.import_engine()
    load_matplotlib()
    gc.disable()  # the process soon ends
    drawings: Drawings = {}
    while not isinstance(sent := pickle.load(sys.stdin.buffer), Page):  # from our own process
        drawings = sent
        _print(_pictures(drawings, here))
        for drawing in drawings.values():
            for one in others:
                one.draw(drawing)
    for figure in sent.view.figures:
        if figure.anchor in drawings:
            figure.drawing.take(vars(drawings[figure.anchor]))
    for one in others:
        _print(one.write(sent))


def _pictures(drawings: Drawings, one: Format) -> Mapping[str, Mapping[str, object]]:
    """What a format shows of each drawing."""
    for drawing in drawings.values():
        one.draw(drawing)
    return {name: drawing.pictures for name, drawing in drawings.items()}


def _print(made: object) -> None:
    sys.stdout.buffer.write(pickle.dumps(made))
    sys.stdout.flush()


def _documents(answer: bytes) -> Iterator[Document]:
    """The whole documents of an answer, up to its end or whatever else was printed there."""
    printed = io.BytesIO(answer)
    with suppress(Exception):  # what is no document can raise any error
        while isinstance(document := pickle.load(printed), Document):
            yield document
