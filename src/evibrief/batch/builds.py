"""The work of `build` for many briefs: documents are composed elsewhere, and written here, each brief's all or none.

In: a folder. Out: its files. Only one process writes, so nothing is half written however the others end.
"""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief.batch.orders import Order, at_its_place, order_for
from evibrief.build import compose
from evibrief.build_cache import WrittenFile, file_stem, fingerprint_inputs, save, up_to_date
from evibrief.checks.load import load
from evibrief.formats.contract import Document
from evibrief.kept import Kept
from evibrief.problems import one_problem

if TYPE_CHECKING:
    from evibrief.sections.blocks import Layer


@dataclass(frozen=True)
class ComposedBrief:
    """The documents of a brief in memory, the name of their files without extension, and the number of warnings."""

    documents: tuple[Document, ...]
    stem: str
    warnings: int
    fingerprint: str


@dataclass(frozen=True)
class WrittenBrief:
    """The files of a brief that a build wrote or found up to date, and the number of warnings about it."""

    files: tuple[WrittenFile, ...]
    warnings: int = 0


@dataclass(frozen=True)
class Builds:
    """Builds briefs into one folder. `elsewhere`: the workers have their own current folder, as on a cluster."""

    executor: Executor
    output: Path
    formats: Sequence[str]
    layer: "Layer"
    elsewhere: bool = False
    kept: Kept | None = None
    _written: dict[str, Path] = field(default_factory=dict)

    def begin(self, folder: Path) -> Future[ComposedBrief | WrittenBrief]:
        """Have a brief composed, unless its files are up to date."""
        fingerprint = fingerprint_inputs(folder)
        ready = up_to_date(folder, self.output, self.formats, fingerprint + self.layer, self.layer)
        if ready:
            found = Future[ComposedBrief | WrittenBrief]()
            found.set_result(WrittenBrief(tuple(ready)))
            return found
        order = order_for(folder, self.elsewhere, self.formats, self.layer, fingerprint, self.kept)
        return self.executor.submit(composed_apart, order)

    def finish(self, folder: Path, made: ComposedBrief | WrittenBrief) -> WrittenBrief:
        """Write its files. Raises `Problems` if another brief has written files of these names."""
        if isinstance(made, WrittenBrief):
            return made
        first = self._written.setdefault(made.stem, folder)
        if first != folder:
            raise one_problem(str(folder), "same-file", f"{first} has just written files of the same name", "")
        inputs = made.fingerprint + self.layer
        files = save(folder, self.output, made.stem, made.documents, inputs, self.layer)
        return WrittenBrief(tuple(files), made.warnings)


def composed_apart(order: Order) -> ComposedBrief:
    """Compose a brief in another process. Raises `Problems`."""
    with at_its_place(order) as place:
        fingerprint = fingerprint_inputs(place)
        loaded = load(place)
        documents = compose(loaded, order.formats, order.layer, kept=order.kept).documents
        return ComposedBrief(documents, file_stem(loaded.brief, order.layer), len(loaded.warnings), fingerprint)
