"""SHA-256 of the files of an archive."""

import hashlib
import os
import stat
from pathlib import Path

from evibrief.evidence.places import MANIFEST
from evibrief.formats.carried import LARGEST_DOCUMENT


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder except the manifest, by path; words in place of a hash for links and others."""
    found: dict[str, str] = {}
    for place, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for path in (Path(place, name) for name in (*names, *links)):
            name = path.relative_to(folder).as_posix()
            if name != MANIFEST:
                found[name] = hash_of(path)
    return dict(sorted(found.items()))


def hash_of(path: Path) -> str:
    """SHA-256 of a file; words if it is missing or is not read because it is a link, a pipe or far too large."""
    try:
        state = path.lstat()
    except (OSError, ValueError):
        return "nothing"
    if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST_DOCUMENT:
        return "a link, not a file, or far too large"
    if state.st_size <= _AT_ONCE:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_AT_ONCE = 256 * 1024
"""In bytes, for a file that is read at once: a buffer to read larger ones takes longer than a page or a record does."""
