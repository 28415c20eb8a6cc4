"""PDF as a format: the printed page, with the evidence attached."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.evidence.places import MANIFEST
from evibrief.formats.contract import Document, Page

if TYPE_CHECKING:
    from evibrief.formats.difference import Difference
    from evibrief.formats.pdf.write import Attached, OwnSheet
    from evibrief.sections.figures.picture import Drawing

MEDIA_TYPES = {
    ".css": "text/css",
    ".jinja": "text/plain",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".json": "application/json",
    ".csl": "application/vnd.citationstyles.style+xml",
}
"""The media types of evidence files, by extension."""


class Pdf:
    """PDF/A-3a and PDF/UA-1, for reading, printing and keeping."""

    name = "pdf"
    label = "PDF"
    media_type = "application/pdf"
    compared = "all objects of the file, its text and the pictures of its pages"

    def import_engine(self) -> None:
        """Import the engine, which takes half a second."""
        from evibrief.formats.pdf.write import load_weasyprint

        load_weasyprint()

    def draw(self, drawing: "Drawing") -> None:
        """Draw the picture with letters as text: the engine has the font."""
        _ = drawing.lettered

    def write(self, page: Page) -> Document:
        """Print a page. Raises `Problems` for every warning of the engine."""
        from evibrief.formats.html.kept_together import joined_together
        from evibrief.formats.pdf.write import write_pdf
        from evibrief.sections.figures.picture import SVG, as_address

        date = page.brief.brief.date
        # Figures with their letters as text, because the engine has their font.
        html = joined_together(page.with_figures(lambda one: as_address(one.drawing.lettered.encode(), SVG)))
        pdf = write_pdf(html, resources.fonts(), tuple(_attached(page)), date, _own_sheet(page))
        return Document(self.name, pdf.data, pdf.pages)

    def text(self, data: bytes) -> str:
        """The words of all pages, as a PDF viewer extracts them."""
        from evibrief.formats.pdf.pages import text_of_pdf

        return text_of_pdf(data)

    def pages(self, data: bytes) -> int | None:
        """The number of its pages."""
        from evibrief.formats.pdf.history import pages_of_pdf

        return pages_of_pdf(data)

    def owns(self, data: bytes) -> bool:
        """Whether it begins like a PDF."""
        return data.startswith(b"%PDF")

    def extract(self, data: bytes, name: str) -> Mapping[str, bytes]:
        """The attached files; the path of each is its description (ISO 32000-1, 7.11.4)."""
        from evibrief.formats.pdf.attachments import attached_files

        return attached_files(data, name)

    def differences(self, found: bytes, expected: bytes) -> tuple["Difference", ...]:
        """The differences between the objects and between the pages."""
        from evibrief.formats.pdf.differences import pdf_differences

        return pdf_differences(found, expected)

    def closed(self, data: bytes) -> str:
        """A sentence saying that it is encrypted; empty if it is not."""
        from evibrief.formats.pdf.history import pdf_is_closed

        return pdf_is_closed(data) if self.owns(data) else ""

    def history(self, found: bytes, expected: bytes, differences: tuple["Difference", ...]) -> str:
        """A sentence saying that it was signed, annotated, cut short, encrypted or saved again."""
        from evibrief.formats.pdf.history import pdf_history

        return pdf_history(found, expected, differences)

    def producer(self, data: bytes) -> str:
        """The program named in its document information."""
        from evibrief.formats.pdf.history import pdf_producer

        return pdf_producer(data)


def _own_sheet(page: Page) -> "OwnSheet | None":
    from evibrief.formats.pdf.write import OwnSheet
    from evibrief.formats.theme import lines_before_styles

    first_line = lines_before_styles(page.brief.brief.theme) + 1
    return OwnSheet(f"{page.theme.folder}/custom.css", first_line) if page.theme.styles else None


def _attached(page: Page) -> Iterator["Attached"]:
    from evibrief.formats.pdf.write import Attached

    for path, data in page.evidence.items():
        yield Attached(path, data, MEDIA_TYPES[Path(path).suffix], "Supplement" if path == MANIFEST else "Data")
