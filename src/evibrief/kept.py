"""What was made before, kept in a folder by what it was made from, so that it is not made again.

In: a key, which names everything that decides what is made. Out: the bytes that were made from just that, or nothing.
Nothing here is needed: what is missing, damaged or cannot be kept is made anew. Many processes may use one folder: a
file is written under another name and renamed when it is whole, and it begins with a hash of its key and of the rest.
"""

import errno
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evibrief.workfolders import work_folder

MOST_BYTES = 256 * 2**20
"""Bytes that a folder keeps; a build of the largest brief measured adds 3 MB."""

_LEFT = 0.75
"""The share that is left when a folder is full: what was not asked for the longest goes."""


def key_of(*parts: str | bytes) -> str:
    """One key for parts in this order; no two lists of parts share one."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


@dataclass(frozen=True)
class Kept:
    """A folder of what was made, and the bytes that it may have."""

    folder: Path
    most: int = MOST_BYTES

    def get(self, key: str) -> bytes | None:
        """What was kept under a key."""
        try:
            data = _own_bytes(self.folder / key)
        except OSError:
            return None
        told, made = data[:32], data[32:]
        return made if _seal(key, made) == told else None

    def put(self, key: str, made: bytes) -> None:
        """Keep this. Where it cannot be kept, nothing happens."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with work_folder(self.folder) as place:
                (place / key).write_bytes(_seal(key, made) + made)
                (place / key).chmod(0o600)
                os.replace(place / key, self.folder / key)
            self._forget()

    def _forget(self) -> None:
        """Remove what was of use the longest ago, once there is too much. What is not ours in there stays."""
        found = []
        for path in self.folder.iterdir():
            with suppress(OSError):  # another process removed it
                if _KEY.fullmatch(path.name) and path.is_file():
                    found.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        size = sum(one for _, one, _ in found)
        if size <= self.most:
            return
        for _, one, path in sorted(found):
            if size <= self.most * _LEFT:
                return
            path.unlink(missing_ok=True)
            size -= one


_KEY = re.compile("[0-9a-f]{64}")


def _seal(key: str, made: bytes) -> bytes:
    """What a file begins with: whatever is found under another key is not taken for what was made from this one."""
    return bytes.fromhex(key_of(key, made))


def _own_bytes(path: Path) -> bytes:
    """The bytes of a file that nobody but this user can have written. Raises `OSError` for anything else.

    `$XDG_CACHE_HOME` can be a folder for everybody, and what somebody else put there would be printed as the brief.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # it could be a pipe, and never end
    with open(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_uid not in (os.geteuid(), 0) or about.st_mode & _BY_OTHERS:
            raise PermissionError(errno.EPERM, "not ours alone", str(path))
        with suppress(OSError):  # a disk that can only be read
            os.utime(handle)  # it was of use
        return file.read()


_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
