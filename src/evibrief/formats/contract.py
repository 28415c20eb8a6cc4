"""What an output format must be able to do: write documents, read them, and compare two of them.

A format is one module with one class, and one line in `registry`. A format whose documents carry their evidence is also
a `Carrier`: its documents can be verified, and their evidence can be taken out again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from evibrief.evidence.brief import Brief
    from evibrief.formats.difference import Difference
    from evibrief.formats.theme import ThemeFiles
    from evibrief.sections.blocks import Figure, View
    from evibrief.sections.figures.picture import Drawing


@dataclass(frozen=True)
class Page:
    """Everything that a document is written from: the page as HTML, what it was made from, and the files to embed.

    The HTML only names the figures (`figure:ANCHOR`); the figures themselves are in `view`. `evidence` is the files to
    embed, by path, including the manifest. `theme` is the files with which the brief changes the look.
    """

    html: str = field(repr=False)
    view: "View" = field(repr=False)
    brief: "Brief" = field(repr=False)
    theme: "ThemeFiles" = field(repr=False)
    evidence: Mapping[str, bytes] = field(repr=False)

    @property
    def figures(self) -> tuple["Figure", ...]:
        """The figures that the page shows; a layer shows few of them."""
        from evibrief.sections.figures.picture import addresses_in

        shown = set(addresses_in(self.html))
        return tuple(figure for figure in self.view.figures if figure.address in shown)

    def with_figures(self, address: Callable[["Figure"], str]) -> str:
        """The HTML with each figure name replaced by the URL that `address` gives for it."""
        from evibrief.sections.figures.picture import with_pictures

        return with_pictures(self.html, {figure.address: address(figure) for figure in self.figures})


@dataclass(frozen=True)
class Document:
    """One output: the name of its format, its bytes, and its number of pages if it has pages."""

    format: str
    data: bytes = field(repr=False)
    pages: int | None = None


@runtime_checkable
class Format(Protocol):
    """A format that briefs are written in. `name` is its name for `--format`, and the extension of its files."""

    name: str
    label: str
    media_type: str

    def import_engine(self) -> None:
        """Import the libraries that `write` needs; called early, in a thread, while other work is waiting."""

    def draw(self, drawing: "Drawing") -> None:
        """Draw the pictures of a figure that `write` needs; called early, in another process, as long as it waits."""

    def write(self, page: Page) -> Document:
        """Write a page. Raises `Problems` that the author can fix."""

    def text(self, data: bytes) -> str:
        """The words that a document of this format shows, one line of text for each line or paragraph."""


@runtime_checkable
class Paged(Format, Protocol):
    """A format whose documents have pages that can be counted in the file."""

    def pages(self, data: bytes) -> int | None:
        """The number of pages of a document; None if it cannot be read."""


@runtime_checkable
class Carrier(Format, Protocol):
    """A format whose documents carry the evidence that they are made from.

    `compared` is everything that `differences` compares, in plural words: they become the subject of "… agree".
    """

    compared: str

    def owns(self, data: bytes) -> bool:
        """Whether a file begins like a document of this format."""

    def extract(self, data: bytes, name: str) -> Mapping[str, bytes]:
        """The files embedded in a document, by path; empty if none of them are ours.

        Raises `Problems` about the file `name` if the document is damaged.
        """

    def differences(self, found: bytes, expected: bytes) -> tuple["Difference", ...]:
        """The differences in what two documents show or do; empty if they mean the same."""

    def closed(self, data: bytes) -> str:
        """A sentence saying that a document is encrypted or locked; empty if it is not."""

    def history(self, found: bytes, expected: bytes, differences: tuple["Difference", ...]) -> str:
        """One sentence about what happened to a document after it was made; empty if there is no trace of it."""

    def producer(self, data: bytes) -> str:
        """The program that last wrote a document, by its own account; empty if it names none."""
