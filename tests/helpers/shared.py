"""What is made once in a run of the tests, by whichever worker needs it first, and read by all of them."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from evibrief.archive.keep import archive_version
from evibrief.build import build
from evibrief.review_copies import review_copy
from evibrief.sections.blocks import Layer

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


class Shared:
    """Documents and an archive, each in a folder of its own. A test that writes takes a copy."""

    def __init__(self, place: Path) -> None:
        """`place` is the same folder for all workers of a run."""
        self._place = place
        self._documents: dict[tuple[Path, Layer], Mapping[str, Path]] = {}

    def documents(self, brief: Path, layer: Layer = "full") -> Mapping[str, Path]:
        """The three documents of a brief, by format."""
        if (brief, layer) not in self._documents:
            folder = self._once(f"{brief.name}-{layer}", lambda new: build(brief, new, layer=layer))
            found = {path.suffix[1:]: path for path in folder.iterdir() if path.name[0] != "."}
            assert sorted(found) == ["docx", "html", "pdf"]
            self._documents[brief, layer] = found
        return self._documents[brief, layer]

    def review_copy(self) -> bytes:
        """The Word document for the reviewer `r1` of the second brief."""
        made = self._once("review-copy", lambda new: write_bytes(new / "copy.docx", review_copy(SECOND, "r1")))
        return (made / "copy.docx").read_bytes()

    def archive(self) -> Path:
        """An archive with one version in it, of the second brief."""
        return self._once("archive", lambda new: archive_version(SECOND, new, date(2026, 3, 2)))

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
