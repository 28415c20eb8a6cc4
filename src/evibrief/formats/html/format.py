"""The web page as a format: the page itself, which loads nothing."""

from evibrief.formats.contract import Document, Page


class WebPage:
    """One self-contained HTML file. It carries no evidence: it is read, and not verified."""

    name = "html"
    label = "web page"
    media_type = "text/html"

    def import_engine(self) -> None:
        """Nothing: the page is there already."""

    def write(self, page: Page) -> Document:
        """The page with its figures drawn as shapes, in UTF-8: a browser has none of our fonts."""
        from evibrief.sections.figures.picture import SVG, as_address

        html = page.with_figures(lambda drawing: as_address(drawing.svg.encode(), SVG))
        return Document(self.name, html.encode())

    def text(self, data: bytes) -> str:
        """The words that a browser shows."""
        from evibrief.formats.html.shown import text_of

        return text_of(data.decode())
