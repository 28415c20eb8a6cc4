"""What an importer is: it reads another program's file, and makes a data file of the brief from it.

An importer is one module with a class, and one line in `registry`. It reads bytes and writes nothing: the command line
does that, in a process with limits, because such a file may be a stranger's.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief


@dataclass(frozen=True)
class Imported:
    """A data file of the brief: what it holds as plain data, what to tell its author, and the comments at its top."""

    record: Any
    told: tuple[str, ...]
    remarks: tuple[str, ...] = ()


class Importer(Protocol):
    """A reader of another program's files. `name` is the word of `--from`; `stem` the data file that it writes."""

    name: str
    label: str
    stem: str
    largest: int
    """Bytes of a file that are read."""

    def read(self, data: bytes, path: Path, brief: "Brief", today: datetime.date) -> Imported:
        """Make the data file anew from a file's bytes; `path` is for names and places.

        Raises `Problems` for a file that is damaged, or is not of this layout.
        """
