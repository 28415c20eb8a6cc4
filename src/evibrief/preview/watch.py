"""Waits until files of a folder have changed; only this module uses `watchfiles`.

In: a folder. Out: one step for each edit, however an editor saves: in place, by a rename, or in many pieces.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

from watchfiles import watch

_QUIET = 50
"""In milliseconds: an edit is over when nothing has changed for this long. It is noticed after one to two of these."""

_LONGEST = 1_000
"""In milliseconds: a folder that never comes to rest is looked at all the same."""


_LOOK = 500
"""In milliseconds: how often the folder itself is looked at, which may be moved away and made anew."""


def edits_of(folder: Path, ended: threading.Event) -> Iterator[None]:
    """One step after each edit, until `ended` is set, and one at the beginning, for edits before it.

    What was edited while nobody asked is one step.
    """
    while not ended.is_set():
        known = _identity(folder)
        yield
        if known is None:
            while _identity(folder) is None and not ended.wait(_LOOK / 1000):
                pass
        else:
            yield from _edits_inside(folder, known, ended)


def _edits_inside(folder: Path, known: tuple[int, int], ended: threading.Event) -> Iterator[None]:
    """One step after each edit, and an end when there is no folder here any more, or another one."""
    looks = watch(
        folder, debounce=_LONGEST, step=_QUIET, stop_event=ended, rust_timeout=_LOOK, yield_on_timeout=True,
        ignore_permission_denied=True,
    )  # fmt: skip
    unseen = True
    for changes in looks:
        if _identity(folder) != known:
            return
        if changes or unseen:
            yield
        unseen = False


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one with its name; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
