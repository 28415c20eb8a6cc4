"""What a format of documents is: how one is written, read, and compared with another.

A format is one module with a class, and one line in `registry`. One whose documents carry their evidence is a `Carrier`
too: such documents can be verified, and their evidence can be taken out again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.formats.difference import Difference
    from evibrief.formats.theme import ThemeFiles
    from evibrief.sections.blocks import View
    from evibrief.sections.figures.picture import Drawing


@dataclass(frozen=True)
class Page:
    """All that a document is written from: the page as HTML, what it was made from, and the files that go with it.

    Its figures are named in the HTML (`figure:ANCHOR`), and are in `view`.

    `evidence` is what a document carries, by path, with its manifest; `theme` is what the brief changes of the look.
    """

    html: str = field(repr=False)
    view: "View" = field(repr=False)
    brief: "Brief" = field(repr=False)
    theme: "ThemeFiles" = field(repr=False)
    evidence: Mapping[str, bytes] = field(repr=False)

    def with_figures(self, address: Callable[["Drawing"], str]) -> str:
        """The HTML with every figure at the address that a format gives its drawing."""
        from evibrief.sections.figures.picture import with_pictures

        return with_pictures(self.html, {figure.address: address(figure.drawing) for figure in self.view.figures})


@dataclass(frozen=True)
class Document:
    """One output: the name of its format, its bytes, and how many pages it has where it has pages."""

    format: str
    data: bytes = field(repr=False)
    pages: int | None = None


@runtime_checkable
class Format(Protocol):
    """A format that briefs are written in. `name` is the word of `--format`, and the ending of its files."""

    name: str
    label: str
    media_type: str

    def import_engine(self) -> None:
        """Import what `write` needs, while something else is waited for."""

    def write(self, page: Page) -> Document:
        """Write a page. Raises `Problems` for what its author can mend."""

    def text(self, data: bytes) -> str:
        """The words that a document of this format shows, a line for each line or paragraph."""


@runtime_checkable
class Carrier(Format, Protocol):
    """A format whose documents carry the evidence that they are made from.

    `compared` says in words what `differences` looks at, all of it: it goes into a sentence about what agrees.
    """

    compared: str

    def owns(self, data: bytes) -> bool:
        """Whether a file begins as documents of this format do."""

    def extract(self, data: bytes, name: str) -> Mapping[str, bytes]:
        """The files that a document carries, by path; none where it carries nothing of ours.

        Raises `Problems` about the file `name` for a document that is damaged.
        """

    def differences(self, found: bytes, expected: bytes) -> tuple["Difference", ...]:
        """What differs between two documents in what they show or do; empty where both agree in meaning."""

    def closed(self, data: bytes) -> str:
        """A sentence that says that a document is encrypted or locked; empty where it is not."""

    def history(self, found: bytes, expected: bytes, differences: tuple["Difference", ...]) -> str:
        """One sentence about what became of a document since it was made; empty where nothing tells."""

    def producer(self, data: bytes) -> str:
        """The program that a document names as the last that wrote it; empty where it names none."""
