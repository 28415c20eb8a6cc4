"""Work with what a stranger sent, in a process of its own: there is an end to the time and the memory that it takes.

In: the name of a function and its arguments. Out: what went wrong, if anything did. A theme is nearly a program, and a
document brings its own along.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST = 600
"""Seconds that what a document carries may take to be built: its theme may be made never to end."""

MOST_MEMORY = 4 * 1024**3
"""Bytes that it may take for that."""


def run_apart(module: str, function: str, arguments: Sequence[str | Path], longest: float = LONGEST) -> str:
    """Call a function of a module with these arguments as strings; what it gives is to be a file that it writes.

    Returns why it did not come to its end, and nothing where it did.
    """
    code = f"import sys; from evibrief.apart import limit; limit(); from {module} import {function} as work; "
    command = [sys.executable, "-P", "-c", f"{code}work(*sys.argv[1:])", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True) as run:
        try:
            last = run.communicate(timeout=longest)[1].decode("utf-8", "replace").strip().rpartition("\n")[2]
        except subprocess.TimeoutExpired:
            return f"it takes longer than {longest:.0f} seconds"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # with what it started
    return (last[:200] or "it takes too much memory") if run.returncode else ""


def limit() -> None:
    """Set the limits of this process."""
    with contextlib.suppress(ValueError, OSError):  # some systems have no such limit
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))  # if nobody is left who would end it
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
