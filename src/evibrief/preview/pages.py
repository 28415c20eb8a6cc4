"""The pages of the PDF, laid out by a fast engine; only this module uses `plutoprint`, from the extra `preview-pdf`.

In: the page of a brief. Out: pages as pictures, each drawn when somebody asks for it, or all of them as a PDF. It is
another engine than that of the PDF, so lines and pages can break elsewhere; each page says so. It gets our fonts and
the pictures that are in the page, and loads nothing else.
"""

import math
import re
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from evibrief import resources
from evibrief.formats.contract import Page
from evibrief.formats.html.foot import css_string
from evibrief.formats.html.kept_together import JOINER, joined_together, kept_together
from evibrief.problems import Place, Problem, Problems, one_problem
from evibrief.sections.figures.picture import SVG, as_address

if TYPE_CHECKING:
    import plutoprint

LABEL = "Preview, not the PDF: lines and pages can break elsewhere"

_SHARPNESS = 2
"""Pixels of a picture for each pixel of CSS (1/96 inch), for screens with small ones and for a closer look."""

_MOST_PIXELS = 16_000_000
"""Of a picture, which takes four bytes for each: a page of A2 is still as sharp as it can be."""

_LONGEST_SIDE = 32_767
"""In pixels of a picture: more, and the engine refuses it."""

_ONE_AT_A_TIME = threading.Lock()
"""The server draws in threads, and the engine has fonts and counters that are one for the whole process."""


@dataclass(frozen=True)
class LaidOut:
    """Pages, their sizes in CSS pixels, and their name, which is a hash of what they show."""

    name: str
    sizes: tuple[tuple[int, int], ...] = field(compare=False)
    _book: "plutoprint.Book" = field(compare=False, repr=False)

    def picture(self, number: int) -> bytes:
        """A page as PNG; the first is 1. Raises `LookupError` if there is no such page."""
        if not 1 <= number <= len(self.sizes):
            raise LookupError(number)
        import plutoprint

        sharpness = _sharpness(*self.sizes[number - 1])
        width, height = (max(1, round(sharpness * side)) for side in self.sizes[number - 1])
        written = BytesIO()
        with _ONE_AT_A_TIME, plutoprint.ImageCanvas(width, height, plutoprint.IMAGE_FORMAT_RGB24) as canvas:
            canvas.clear_surface(1, 1, 1, 1)
            canvas.scale(sharpness, sharpness)
            self._book.render_page(canvas, number - 1)
            canvas.write_to_png_stream(written)
        return written.getvalue()

    def pdf(self) -> bytes:
        """All pages as one PDF, in which words can be searched for."""
        written = BytesIO()
        with _ONE_AT_A_TIME:
            self._book.write_to_pdf_stream(written)
        return written.getvalue()


def _sharpness(width: int, height: int) -> float:
    """Pixels of a picture for each pixel of a page of this size; fewer if the page is as large as a wall."""
    return min(_SHARPNESS, math.sqrt(_MOST_PIXELS / (width * height)), _LONGEST_SIDE / max(width, height))


def need_engine(path: str) -> None:
    """Raise `Problems` about `path` if the engine is not installed."""
    try:
        import plutoprint  # noqa: F401
    except ModuleNotFoundError:
        hint = f"install it: {sys.executable} -m pip install 'evibrief[preview-pdf]'"
        raise one_problem(path, "preview-pdf", "plutoprint, which lays out the pages, is not installed", hint) from None


def lay_out_fast(page: Page, before: LaidOut | None = None) -> LaidOut:
    """The pages; `before` if they are the same. Raises `Problems` for what the engine cannot do, or may not load."""
    html = _for_engine(page)
    name = sha256(html.encode()).hexdigest()[:16]
    return before if before and before.name == name else laid_out(html, name)


def laid_out(html: str, name: str) -> LaidOut:
    """The pages of an HTML text. Raises `Problems` like `lay_out_fast`."""
    import plutoprint

    from evibrief.formats.pdf.write import FONT_ADDRESS, font_faces

    files = {font.name: font.data for font in resources.fonts()}
    refused: list[str] = []

    class Memory(plutoprint.ResourceFetcher):
        """Serves our fonts, and nothing for anything else. An error that is raised here is printed, and lost."""

        def fetch_url(self, url: str) -> "plutoprint.ResourceData":
            name = url.removeprefix(FONT_ADDRESS)
            if name not in files:
                refused.append(url)
            return plutoprint.ResourceData(files.get(name, b""), "font/ttf")

    try:
        with _ONE_AT_A_TIME:
            book = plutoprint.Book()
            book.custom_resource_fetcher = Memory()
            book.load_html(html, user_style=font_faces(resources.fonts()), base_url=FONT_ADDRESS)
            sizes = tuple(_size(book.get_page_size_at(index)) for index in range(book.get_page_count()))
    except plutoprint.Error as error:
        raise _problems([f"the fast engine cannot lay this out: {error}"]) from error
    if refused:
        raise _problems(f"a page may not load {url}" for url in dict.fromkeys(refused))
    return LaidOut(name, sizes, book)


def _for_engine(page: Page) -> str:
    """The HTML of the PDF with what this engine needs: letters of figures as outlines, and a sheet of its own.

    Our fonts have no sign that joins words, and this engine would take it from another one.
    """
    html = page.with_figures(lambda figure: as_address(figure.drawing.svg.encode(), SVG))
    html = _IN_MILLIMETRES.sub(r"\1", kept_together(joined_together(html).replace(JOINER, "")))
    sheet = resources.template_texts()["preview-pages.css"]
    sheet = sheet.replace('"{running}"', css_string(page.view.running_title)).replace('"{preview}"', css_string(LABEL))
    return html.replace("</head>", f"<style>\n{sheet}</style>\n</head>", 1)


_IN_MILLIMETRES = re.compile(r'(<img\b[^<>]*) width="[\d.]+mm"')
"""A width that is for Word. This engine takes it for one in pixels; the picture itself has the right one."""


def _size(size: "plutoprint.PageSize") -> tuple[int, int]:
    """Width and height in CSS pixels, at least 1, of a size in points."""
    return max(1, math.ceil(size.width * 96 / 72)), max(1, math.ceil(size.height * 96 / 72))


def _problems(messages: Iterable[str]) -> Problems:
    return Problems(Problem(Place("PDF"), "preview-pdf", message) for message in messages)
