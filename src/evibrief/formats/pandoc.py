"""Tells an end of pandoc for want of memory from an end that is about what pandoc was given."""

import resource

OUT_OF_MEMORY = 251
"""The exit code of a Haskell program that has no memory left (GHC User's Guide, 5.7)."""


def demand_room(exit_code: int, megabytes: float = float("inf")) -> None:
    """Raise `MemoryError` if pandoc ran out of memory, or was killed, in a process with less than these megabytes.

    `verify` rebuilds documents within limits. What cannot be rebuilt for want of memory is not altered for that.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    limited = limit != resource.RLIM_INFINITY and limit < megabytes * 1024**2
    if limited and (exit_code == OUT_OF_MEMORY or exit_code < 0):
        raise MemoryError
