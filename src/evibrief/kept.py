"""What was made before, kept in a folder by what it was made from, so that it is not made again.

In: a key, which names everything that decides what is made. Out: the bytes that were made from just that, or nothing.
Nothing here is needed: what is missing, damaged or cannot be kept is made anew. Many processes may use one folder: a
file is written under another name and renamed when it is whole, and it begins with its own hash.
"""

import os
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
        path = self.folder / key
        try:
            data = path.read_bytes()
            os.utime(path)  # it was of use
        except OSError:
            return None
        told, made = data[:32], data[32:]
        return made if sha256(made).digest() == told else None

    def put(self, key: str, made: bytes) -> None:
        """Keep this. Where it cannot be kept, nothing happens."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with work_folder(self.folder) as place:
                (place / key).write_bytes(sha256(made).digest() + made)
                os.replace(place / key, self.folder / key)
            self._forget()

    def _forget(self) -> None:
        """Remove what was of use the longest ago, once there is too much."""
        found = []
        for path in self.folder.iterdir():
            with suppress(OSError):  # another process removed it
                if path.is_file():
                    found.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        size = sum(one for _, one, _ in found)
        if size <= self.most:
            return
        for _, one, path in sorted(found):
            if size <= self.most * _LEFT:
                return
            path.unlink(missing_ok=True)
            size -= one
