"""What is made once in a run of the tests, by whichever worker needs it first, and read by all of them."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evibrief.archive import keep
from evibrief.build import Composition, build, compose
from evibrief.checks.load import Loaded
from evibrief.formats.contract import Document
from evibrief.formats.pdf import write
from evibrief.formats.pdf.write import lay_out
from evibrief.formats.registry import names
from evibrief.kept import Kept
from evibrief.resources import FontFile
from evibrief.review_copies import review_copy
from evibrief.sections.blocks import Layer
from prints import printing_anew

ROOT = Path(__file__).parents[2]
FIRST = ROOT / "data" / "ketamine-mecfs"
SECOND = ROOT / "tests" / "briefs" / "blue-glass"


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each file in a folder, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)


@dataclass(frozen=True)
class Documents(Mapping[str, Path]):
    """The documents of a brief by format, each built when it is asked for: most tests look into one of them."""

    made: Callable[[str], Path]

    def __getitem__(self, kind: str) -> Path:
        if kind not in names():
            raise KeyError(kind)
        return self.made(kind)

    def __iter__(self) -> Iterator[str]:
        return iter(names())

    def __len__(self) -> int:
        return len(names())


class Shared:
    """Documents and an archive, each in a folder of its own. A test that writes takes a copy."""

    def __init__(self, place: Path) -> None:
        """`place` is the same folder for all workers of a run."""
        self._place = place

    def documents(self, brief: Path, layer: Layer = "full") -> Mapping[str, Path]:
        """The three documents of a brief, by format."""

        def made(kind: str) -> Path:
            folder = self._once(f"{brief.name}-{layer}-{kind}", lambda new: _build(brief, new, kind, layer))
            (document,) = folder.glob(f"*.{kind}")
            return document

        return Documents(made)

    def records(self, brief: Path) -> list[tuple[str, list[list[int]]]]:
        """The words of each record in a table of a brief's PDF, and the pages that each of its rows is on."""
        listed = json.loads((self.documents(brief)["pdf"].parent / RECORDS).read_text())
        return [(words, pages) for words, pages in listed]

    def review_copy(self) -> bytes:
        """The Word document for the reviewer `r1` of the second brief."""
        made = self._once("review-copy", lambda new: write_bytes(new / "copy.docx", review_copy(SECOND, "r1")))
        return (made / "copy.docx").read_bytes()

    def archive(self) -> Path:
        """An archive with one version in it, of the second brief."""
        return self._once("archive", self._archive)

    def _archive(self, new: Path) -> None:
        self.archive_version(SECOND, new, date(2026, 3, 2))

    def archive_version(self, folder: Path, archive: Path, today: date) -> keep.Archived:
        """Archive a brief with the documents of the second one, which are there already.

        That composing a brief and building it give the same documents is a test of its own.
        """

        def composed(
            loaded: Loaded, formats: Iterable[str] = names(), layer: Layer = "full", kept: Kept | None = None
        ) -> Composition:
            made = self.documents(SECOND, layer)
            documents = tuple(Document(kind, made[kind].read_bytes()) for kind in formats)
            return replace(compose(loaded, (), layer), documents=documents)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keep, "compose", composed)
            return keep.archive_version(folder, archive, today)

    def _once(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder of this name, made by the first who asks while the others wait; a failure is everybody's."""
        ready = self._place / name
        with (self._place / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ready.exists():
                new = self._place / f"{name}.new"
                shutil.rmtree(new, ignore_errors=True)
                make(new)
                (self._place / f"{name}.json").write_text(json.dumps(hashes(new)))
                new.rename(ready)
        return ready

    def altered(self) -> list[str]:
        """What was made and is not as it was: a test has written to what is not its own."""
        made = {path.stem: json.loads(path.read_text()) for path in self._place.glob("*.json")}
        return [name for name, kept in made.items() if hashes(self._place / name) != kept]


RECORDS = "records.json"


def _build(brief: Path, new: Path, kind: str, layer: Layer) -> None:
    """Build one document; beside a PDF goes a list of the records in its tables, since no test lays it out again."""
    records: list[str] = []

    def seen(html: str, fonts: Iterable[FontFile], folder: Path) -> Any:
        document = lay_out(html, fonts)
        records.append(json.dumps(list(_pages_of_records(document))))  # a document that is written lets go of its pages
        return document

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "lay_out", seen)
        patch.setattr(write, "write_pdf", printing_anew())
        build(brief, new, [kind], layer=layer)
    assert len(records) == (kind == "pdf")
    for listed in records:
        (new / RECORDS).write_text(listed)


def _pages_of_records(document: Any) -> Iterator[tuple[str, list[list[int]]]]:
    pages: dict[Any, list[int]] = {}
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants():
            if box.element is not None and type(box).__name__ == "TableRowBox":
                pages.setdefault(box.element, []).append(number)
    for body in (body for table in _tables(document) for body in table.iter("tbody")):
        if body.get("class") == "record":
            yield "".join(body[0].itertext()), [pages[row] for row in body]


def _tables(document: Any) -> Iterator[Any]:
    boxes = document.pages[0]._page_box.descendants()
    root = next(box.element for box in boxes if box.element is not None and box.element.tag == "html")
    yield from (table for table in root.iter("table") if "facts" not in str(table.get("class")))
