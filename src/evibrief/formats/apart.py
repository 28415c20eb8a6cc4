"""Writes documents in a second process: they take a second core, while this process writes the slowest of them.

In: formats, and later a page. Out: the same formats, whose documents are written there. The process starts early, so
that it loads its engines while the page is composed. What it does not write, for whatever reason, is written here, so
that every error is raised as if there were one process.
"""

import gc
import io
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from evibrief.formats.contract import Document, Format, Page
from evibrief.formats.registry import format_named


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
    """A process that writes a page in some formats."""

    _run: "subprocess.Popen[bytes]"
    _made: Mapping[str, Document] | None = None
    _lock: Lock = field(default_factory=Lock)

    def made(self, page: Page) -> Mapping[str, Document]:
        """The documents of the one page that it can be asked for; those that it failed to write are missing."""
        with self._lock:
            if self._made is None:
                answer, _ = self._run.communicate(pickle.dumps(page))
                self._made = {document.format: document for document in _documents(answer)}
            return self._made


@dataclass(frozen=True)
class WrittenApart:
    """A format whose document is written by a second process."""

    format: Format
    second: SecondProcess

    @property
    def name(self) -> str:
        """The name of the format."""
        return self.format.name

    def import_engine(self) -> None:
        """Nothing: the second process imports it."""

    def write(self, page: Page) -> Document:
        """The document; raises the `Problems` of the format."""
        return self.second.made(page).get(self.name) or self.format.write(page)


@contextmanager
def written_apart(formats: Sequence[Format]) -> Iterator[Sequence[Writes]]:
    """All but the first of these formats written by a second process, of which nothing is left running at the end.

    Where there is one processor or one format, or the process cannot be started, the formats are as they were.
    """
    first, others = formats[:1], formats[1:]
    run = _started([one.name for one in others]) if others and processors() > 1 else None
    if run is None:
        yield formats
        return
    with run:
        second = SecondProcess(run)
        try:
            yield (*first, *(WrittenApart(one, second) for one in others))
        finally:
            run.kill()


def _started(names: Sequence[str]) -> "subprocess.Popen[bytes] | None":
    """The process, which finds the same modules as this one; None if there is no room, or its program is unknown."""
    path = f"import sys; sys.path[:] = {[*map(str, sys.path)]!r}"
    code = f"{path}; from evibrief.formats.apart import write_sent_page; write_sent_page()"
    command = [sys.executable or "", "-P", "-c", code, *names]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with suppress(OSError):
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing)
    return None


def processors() -> int:
    """The processors that this process may use, at least 1."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def write_sent_page() -> None:
    """The code of that process: it reads a page, and prints one document after another."""
    import evibrief.evidence.brief  # noqa: F401  # a page refers to it; it takes half a second

    formats = [format_named(name) for name in sys.argv[1:]]
    for one in formats:
        one.import_engine()
    gc.disable()  # the process soon ends
    page = pickle.load(sys.stdin.buffer)  # from our own process
    for one in formats:
        sys.stdout.buffer.write(pickle.dumps(one.write(page)))
        sys.stdout.flush()


def _documents(answer: bytes) -> Iterator[Document]:
    """The whole documents of an answer, up to its end or whatever else was printed there."""
    printed = io.BytesIO(answer)
    with suppress(Exception):  # what is no document can raise any error
        while isinstance(document := pickle.load(printed), Document):
            yield document
