"""Temporary folders that are removed when the work is done, even after a run was killed.

In: a place. Out: an empty folder in it, and no folders of dead runs. A folder's name contains the id of the process
that made it, and that process locks a file in it. The system releases the lock when the process ends, however it ends,
and a later process with the same id does not have it.
"""

import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

_LOCK = ".lock"
_UNLOCKED = ".lock-new"
_NAME = re.compile(r"(\.writing|evibrief)-(\d{1,10})-\w+")


@contextmanager
def work_folder(place: Path | None = None) -> Iterator[Path]:
    """An empty folder in `place` or the system's temporary folder, removed with its content afterwards.

    Folders that dead runs left there are removed first, once per run. Raises `OSError` if it cannot be written.
    """
    where = Path(tempfile.gettempdir()) if place is None else place
    _sweep_once(where)
    outer = Path(tempfile.mkdtemp(dir=where, prefix=f"{'evibrief' if place is None else '.writing'}-{os.getpid()}-"))
    handle = _locked(outer)
    _OPEN.add(outer)
    try:
        inner = outer / "work"
        inner.mkdir()
        yield inner
    except OSError as error:
        if error.errno == errno.ENOSPC and error.filename is None and _is_full(outer):
            error.filename = str(where)  # who reads it learns which disk is full
        raise
    finally:
        _remove(outer)
        _OPEN.discard(outer)
        os.close(handle)


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < _ROOM


_ROOM = 2**16
"""In bytes: where less is left, a file that did not fit was cut off there."""

_OPEN: set[Path] = set()
"""The folders of this process."""


def remove_open_folders() -> None:
    """Remove those that are in use, for a process that ends at once and waits for nobody who uses them."""
    for folder in tuple(_OPEN):
        _remove(folder)


def is_work_folder(folder: Path) -> bool:
    """Whether a folder has the name of one of our temporary folders."""
    return _NAME.fullmatch(folder.name) is not None


def sweep(place: Path) -> list[Path]:
    """Remove the temporary folders that our dead runs left directly in a place. Returns the removed ones.

    Folders of other users, links, and folders in use are left alone. Nothing is raised, because cleaning up must never
    stop the work.
    """
    try:
        names = [entry.name for entry in os.scandir(place) if _NAME.fullmatch(entry.name)]
    except OSError:
        return []
    gone = []
    for name in names:
        with suppress(OSError):
            if _is_dead(place / name):
                _remove(place / name)
                gone.append(place / name)
    return gone


@cache
def _sweep_once(place: Path) -> None:
    sweep(place)


def _locked(folder: Path) -> int:
    """Lock a file in a folder. It gets its name only after it is locked, so no one ever sees it unlocked."""
    handle = os.open(folder / _UNLOCKED, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # a file system without locks: then only the process id in the name counts
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(folder / _UNLOCKED, folder / _LOCK)
    return handle


def _is_dead(folder: Path) -> bool:
    """Whether one of our folders is no longer in use. Raises `OSError` if that cannot be determined."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            return False
        try:
            lock = os.open(_LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
        except FileNotFoundError:  # killed before it had the lock, or while removing the folder
            return not _is_running(int(folder.name.rsplit("-", 2)[1]))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # in use: an OSError
            return stat.S_ISREG(os.fstat(lock).st_mode)
        finally:
            os.close(lock)
    finally:
        os.close(handle)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove(folder: Path) -> None:
    """Remove a folder, the lock last: if this is killed too, the next run can still tell whose folder it was."""
    for path in (folder / "work", folder):
        shutil.rmtree(path, ignore_errors=True)
    if folder.exists():  # something in it is read-only; what still cannot be removed stays for the next sweep
        for inside, _, _ in os.walk(folder):
            with suppress(OSError):
                os.chmod(inside, stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)
