"""Runs pandoc on a document, and tells an end of pandoc for want of memory from an end that is about the document."""

import resource
import subprocess
from typing import NamedTuple

OUT_OF_MEMORY = 251
"""The exit code of a Haskell program that has no memory left (GHC User's Guide, 5.7)."""

CONVERTING_TIMEOUT = 120
"""In seconds."""

_MEGABYTES = 2_048


class Converted(NamedTuple):
    """What pandoc wrote, what it complained of, and whether it failed."""

    output: bytes
    complaints: str
    failed: bool


def convert(data: bytes, reader: str, writer: str) -> Converted:
    """Convert a document. Pandoc sees these bytes and no other file (`--sandbox`).

    `reader` and `writer` are pandoc's names of formats. Raises `MemoryError` if the limits of this process are too
    narrow.
    """
    import pypandoc  # here, because most commands do without it

    command = [
        pypandoc.get_pandoc_path(), f"--from={reader}", f"--to={writer}", "--sandbox", "--wrap=none",
        "+RTS", f"-M{_MEGABYTES}m", "-RTS",
    ]  # fmt: skip
    try:
        run = subprocess.run(command, input=data, capture_output=True, check=False, timeout=CONVERTING_TIMEOUT)
    except subprocess.TimeoutExpired:
        return Converted(b"", f"it takes over {CONVERTING_TIMEOUT} s", True)
    demand_room(run.returncode, _MEGABYTES)
    return Converted(run.stdout, run.stderr.decode("utf-8", "replace").strip(), run.returncode != 0)


def demand_room(exit_code: int, megabytes: float = float("inf")) -> None:
    """Raise `MemoryError` if pandoc ran out of memory, or was killed, in a process with less than these megabytes.

    `verify` rebuilds documents within limits. What cannot be rebuilt for want of memory is not altered for that.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    limited = limit != resource.RLIM_INFINITY and limit < megabytes * 1024**2
    if limited and (exit_code == OUT_OF_MEMORY or exit_code < 0):
        raise MemoryError
