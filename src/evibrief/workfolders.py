"""Temporary folders that are gone when the work is done, also where the run that made them was killed.

In: a place. Out: an empty folder in it, and no folders of runs that are dead. A folder's name has the id of the process
that made it, and that process holds a lock on a file in it: the system lets go of the lock when the process ends,
however it ends, and a process that got the same id later does not hold it.
"""

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
    """An empty folder, gone afterwards with all that is in it: in `place`, or in the system's temporary folder.

    What dead runs left at that place is removed first, once in a run. Raises `OSError` where nothing can be written.
    """
    where = Path(tempfile.gettempdir()) if place is None else place
    _sweep_once(where)
    outer = Path(tempfile.mkdtemp(dir=where, prefix=f"{'evibrief' if place is None else '.writing'}-{os.getpid()}-"))
    handle = _locked(outer)
    try:
        inner = outer / "work"
        inner.mkdir()
        yield inner
    finally:
        _remove(outer)
        os.close(handle)


def is_ours(folder: Path) -> bool:
    """Whether a folder has the name of a temporary folder of ours."""
    return _NAME.fullmatch(folder.name) is not None


def sweep(place: Path) -> list[Path]:
    """Remove the temporary folders that dead runs of ours left directly in a place. Returns those that are gone.

    Folders of other users, links, and whatever is in use are left alone. Nothing is raised: sweeping is never in the
    way of the work.
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
    """A lock in a folder. It is taken before the file has its name: under that name it is never seen unlocked."""
    handle = os.open(folder / _UNLOCKED, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # a file system without locks: then only the id in the name tells
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(folder / _UNLOCKED, folder / _LOCK)
    return handle


def _is_dead(folder: Path) -> bool:
    """Whether nobody uses a folder of ours any more. Raises `OSError` where that cannot be found out."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            return False
        try:
            lock = os.open(_LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
        except FileNotFoundError:  # killed before it had the lock, or while the folder was removed
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
    """Take a folder away, the lock last: if this is killed as well, the next run still knows whose it was."""
    for path in (folder / "work", folder):
        shutil.rmtree(path, ignore_errors=True)
    if folder.exists():  # something in it was made read-only; what still cannot go stays for the next sweep
        for inside, _, _ in os.walk(folder):
            with suppress(OSError):
                os.chmod(inside, stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)
