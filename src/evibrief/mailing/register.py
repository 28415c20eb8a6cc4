"""The register of a brief, opened by one sender at a time; each entry is on disk before anything else happens."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evibrief.archive.finish import finish_interrupted
from evibrief.archive.integrity import register_lines
from evibrief.archive.log import START, hash_of_line
from evibrief.archive.register import Entry, chained, read_register
from evibrief.archive.versions import REGISTER
from evibrief.problems import Place, Problem, Problems

LONGEST_ENTRY = 64 * 1024
"""In bytes; our lines are shorter than a kilobyte."""


def register_path(archive: Path, brief: str) -> Path:
    """The path of a brief's register: next to its versions, part of the repository."""
    return archive / brief / REGISTER


def entries_of(archive: Path, brief: str) -> tuple[Entry, ...]:
    """The entries of a brief's register; empty if nothing was sent."""
    path = register_path(archive, brief)
    lines = register_lines(path) or ()
    return read_register(b"".join(lines).decode("utf-8", "replace"), str(path))


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """The register, opened to append, by one sender at a time; a line cut off by a kill is removed.

    First, work that an interrupted run left in the archive is finished. Afterwards the new lines are added to the
    archive's log. Raises `Problems` if another run has the register open.
    """
    finish_interrupted(path.parent.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hint = "wait until it has finished"
            raise Problems([Problem(Place(str(path)), "locked", "another run is sending now", hint)]) from error
        text = path.read_bytes()
        os.ftruncate(handle, text.rfind(b"\n") + 1)
        os.lseek(handle, 0, os.SEEK_END)
        yield handle
    finally:
        os.close(handle)
    finish_interrupted(path.parent.parent)


def add_entry(handle: int, entries: Iterable[Entry]) -> None:
    """Append entries, each with the hash of the line before, and wait until they are on disk."""
    size = os.fstat(handle).st_size
    last = os.pread(handle, LONGEST_ENTRY, max(size - LONGEST_ENTRY, 0)).removesuffix(b"\n").rpartition(b"\n")[2]
    lines = chained(entries, hash_of_line(last) if size else START).encode()
    while lines:
        lines = lines[os.write(handle, lines) :]
    os.fsync(handle)
