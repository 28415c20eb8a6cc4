"""The web page as a format: one HTML file that loads nothing."""

from typing import TYPE_CHECKING

from evibrief.formats.contract import Document, Page

if TYPE_CHECKING:
    from evibrief.sections.figures.picture import Drawing


class WebPage:
    """One self-contained HTML file. It carries no evidence, so it cannot be verified."""

    name = "html"
    label = "web page"
    media_type = "text/html"

    def import_engine(self) -> None:
        """Import what finishes the page."""
        import evibrief.formats.html.web  # noqa: F401

    def draw(self, drawing: "Drawing") -> None:
        """Draw the elements of the page."""
        _ = drawing.inline

    def write(self, page: Page) -> Document:
        """The page in UTF-8, with figures, fonts and controls in it."""
        from evibrief.formats.html.web import web_page

        return Document(self.name, web_page(page).encode())

    def text(self, data: bytes) -> str:
        """The words that a browser shows."""
        from evibrief.formats.html.shown import text_of_html

        return text_of_html(data.decode())
