"""What an importer is: it reads another program's file. What it gives says what the command does with it.

An importer is one module with a class that keeps one of four contracts, and one line in `registry`:

- `ReferenceImporter` gives references, which are merged into `references.json`;
- `DataImporter` gives a data file of the brief, which is made anew with each import;
- `PatchImporter` gives changes of the brief's data files, which a person applies with git;
- `DraftImporter` gives a whole new brief, to be completed by a person.

It reads bytes and writes nothing: the command line does that, in a process with limits, because such a file may be a
stranger's.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.evidence.source import SourceTree


class Importer(Protocol):
    """A reader of another program's files. `name` is the word of `--from`; `label` what people call such a file."""

    name: str
    label: str
    largest: int
    """Bytes of a file that are read."""

    def recognises(self, data: bytes) -> bool:
        """Whether these bytes are such a file. Names are not asked: PubMed's files are often called `.ris`."""


@dataclass(frozen=True, slots=True)
class FoundReference:
    """One reference of a file: its fields as CSL-JSON, without an `id` if the file has none, and where it begins."""

    csl: Mapping[str, Any]
    line: int


@runtime_checkable
class ReferenceImporter(Importer, Protocol):
    """A reader of a list of references."""

    def references(self, data: bytes, path: Path) -> tuple[FoundReference, ...]:
        """All references of a file, in its order; `path` is for places.

        Raises `Problems` for a file that is damaged, or if fewer references were read than the file holds.
        """


@dataclass(frozen=True)
class Imported:
    """A data file of the brief: what it holds as plain data, what to tell its author, and the comments at its top."""

    record: Any
    told: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@runtime_checkable
class DataImporter(Importer, Protocol):
    """A reader that makes a data file anew. `stem` is the file that it writes, without `.yaml`."""

    stem: str

    def read(self, data: bytes, path: Path, brief: "Brief", today: datetime.date) -> Imported:
        """Make the data file anew from a file's bytes; `path` is for names and places.

        Raises `Problems` for a file that is damaged, or is not of this layout.
        """


@dataclass(frozen=True)
class ProposedChanges:
    """Patches for `git apply` in the brief's folder, by the name of the patch file, and what to tell the author."""

    patches: Mapping[str, str]
    told: tuple[str, ...]


@runtime_checkable
class PatchImporter(Importer, Protocol):
    """A reader of data files that were edited elsewhere, such as in a spreadsheet."""

    def changes(self, data: bytes, path: Path, source: "SourceTree") -> ProposedChanges:
        """The changes that a file makes to the brief that was read; `path` is for places. Raises `Problems`."""


@dataclass(frozen=True)
class DraftedBrief:
    """The files of a new brief, by their path in its folder, and what to tell the author."""

    files: Mapping[str, bytes]
    told: tuple[str, ...]


@runtime_checkable
class DraftImporter(Importer, Protocol):
    """A reader of a document that becomes a new brief."""

    def draft(self, data: bytes, path: Path, name: str, today: datetime.date) -> DraftedBrief:
        """A new brief from a document; `name` is that of its folder, `path` is for places. Raises `Problems`."""
