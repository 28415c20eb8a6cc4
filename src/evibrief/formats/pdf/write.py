"""Turns HTML into PDF; only this module uses `weasyprint`.

In: the HTML of a brief, with its styles, and fonts. Out: PDF bytes and the number of pages, or the engine's complaints.
Nothing is fetched: fonts come from memory, and everything else that a page requests is refused.
"""

import base64
import datetime
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evibrief.formats.memory import give_back
from evibrief.formats.pdf.accessibility import make_accessible
from evibrief.formats.pdf.freed import written_once
from evibrief.formats.pdf.mended import mend, without_idle_rules
from evibrief.problems import Place, Problem, Problems
from evibrief.resources import FontFile
from evibrief.workfolders import work_folder

if TYPE_CHECKING:
    import weasyprint

FONT_ADDRESS = "file:///evibrief/fonts/"
VARIANT = "pdf/a-3a"
_POSITION = re.compile(r" at (\d+):(\d+)")


@dataclass(frozen=True)
class WrittenPdf:
    """A finished PDF."""

    data: bytes = b""
    pages: int = 0


@dataclass(frozen=True)
class Attached:
    """A file attached to the PDF: its path among the inputs, its content, and its relationship to the document.

    A viewer saves it by its name, so the name has no slash: `claims/01-light.yaml` becomes `claims~01-light.yaml`. The
    path is stored in the description and read back from there. `relationship` is PDF/A-3's AFRelationship.
    """

    path: str
    data: bytes = field(repr=False)
    media_type: str
    relationship: Literal["Source", "Data", "Supplement"]

    @property
    def name(self) -> str:
        """The path without slashes."""
        return self.path.replace("/", "~")


@dataclass(frozen=True)
class OwnSheet:
    """The path of a brief's own style sheet, and the line of its style element on which it begins."""

    path: str
    first_line: int


def write_pdf(
    html: str, fonts: Iterable[FontFile], attached: Sequence[Attached], date: datetime.date, own: OwnSheet | None = None
) -> WrittenPdf:
    """Print the HTML as a file that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), with its data attached.

    `date` is the brief's date: the file has no other, so that the same brief gives the same bytes. Raises `Problems`
    for every warning of WeasyPrint, because a page that is nearly right is wrong. A warning with a line number is about
    the sheet `own`; our own sheets cause none.
    """
    files = sorted(attached, key=lambda one: one.name)
    with _complaints() as messages, _blaming(own), work_folder() as folder:
        give_back()
        document = written_once(lay_out(html, fonts, folder))
        data: bytes | None = document.write_pdf(
            pdf_variant=VARIANT,
            attachments=_attachments(files, date),
            finisher=lambda _, pdf: make_accessible(pdf, [one.media_type for one in files]),
        )
    if messages or data is None:
        raise Problems(_complaint(message, own) for message in messages)
    return WrittenPdf(data, len(document.pages))


@contextmanager
def _blaming(own: OwnSheet | None) -> Iterator[None]:
    """If the engine fails with a brief's own style sheet, report a problem of the sheet; otherwise raise the error."""
    try:
        yield
    except Exception as error:
        if own is None:
            raise
        message = f"the PDF engine breaks off with this style sheet: {type(error).__name__}: {error}"
        raise Problems([Problem(Place(own.path), "theme", message, "leave out what is out of the ordinary")]) from error


def _complaint(message: str, own: OwnSheet | None) -> Problem:
    named = _POSITION.search(message)
    if own is None or named is None or int(named[1]) < own.first_line:
        return Problem(Place("PDF"), "weasyprint", message)
    place = Place(own.path, int(named[1]) - own.first_line + 1, int(named[2]))
    words = message[: named.start()] + message[named.end() :]
    return Problem(place, "theme", f"the PDF engine cannot follow this: {words}", "write it otherwise, or leave it out")


def _attachments(files: Iterable[Attached], date: datetime.date) -> list[Any]:
    import weasyprint

    day = datetime.datetime(date.year, date.month, date.day)
    return [
        weasyprint.Attachment(
            string=one.data, name=one.name, description=one.path, created=day, modified=day,
            relationship=one.relationship,
        )
        for one in files
    ]  # fmt: skip


def load_weasyprint() -> None:
    """Import WeasyPrint, which takes half a second, in advance while something else is running."""
    mend()


def lay_out(html: str, fonts: Iterable[FontFile], folder: Path | None = None) -> "weasyprint.Document":
    """The pages of the HTML, laid out but not yet written. `folder` is for the engine's copies of the fonts."""
    mend()
    # These imports take half a second; a build with nothing to do must not wait for them.
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    files = {font.name: font for font in fonts}
    fetcher = _font_fetcher(files)
    configuration = FontConfiguration()
    configuration._folder = folder  # its own would stay behind where a build is stopped
    faces = weasyprint.CSS(
        string=font_faces(files.values()), font_config=configuration, url_fetcher=fetcher, base_url=FONT_ADDRESS
    )
    page = weasyprint.HTML(string=counted_on(spaces_inside(html)), base_url=FONT_ADDRESS, url_fetcher=fetcher)
    without_idle_rules(page, html)
    return page.render(stylesheets=[faces], font_config=configuration, pdf_variant=VARIANT)


def spaces_inside(html: str) -> str:
    """Move a space before an inline element into the element, which looks the same.

    If a text with its last space just fills a line and an inline element follows, WeasyPrint 70 breaks the text at its
    first space instead of its last, so that one word is alone on a line. It does not if the space is in the element.
    """
    return re.sub(r" (<(?:em|strong|a)\b[^>]*>)", r"\1 ", html)


def counted_on(html: str) -> str:
    """Lists that begin with another number than 1 counted from there: WeasyPrint 70 does not know `start`."""
    return re.sub(
        r'<ol start="([0-9]{1,9})"', lambda found: f'<ol style="counter-reset: list-item {int(found[1]) - 1}"', html
    )


def font_faces(fonts: Iterable[FontFile]) -> str:
    """The `@font-face` rules for fonts served from memory.

    The italic faces have no Greek. The family `Brief Fallback` has only the upright face, for characters that the other
    faces lack: upright Greek in an italic phrase is acceptable, an empty box is not.
    """
    rule = '@font-face {{ font-family: "{}"; font-style: {}; font-weight: {}; src: url("{}{}") format("truetype") }}'
    faces = []
    for font in fonts:
        faces.append(rule.format(font.family, font.style, font.weight, FONT_ADDRESS, font.name))
        if font.style == "normal" and "Sans" in font.family:
            faces.append(rule.format("Brief Fallback", "normal", font.weight, FONT_ADDRESS, font.name))
    return "\n".join(faces)


def _font_fetcher(files: dict[str, FontFile]) -> "weasyprint.urls.URLFetcher":
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Memory(URLFetcher):  # type: ignore[misc]  # the engine ships no types
        """Serves fonts and embedded pictures; a build loads nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(FONT_ADDRESS)
            kind, _, picture = url.partition(";base64,")
            if kind in ("data:image/svg+xml", "data:image/png"):
                return URLFetcherResponse(url, base64.b64decode(picture), {"Content-Type": kind[5:]})
            if name not in files:
                raise ValueError(f"a page may not load {url}")
            return URLFetcherResponse(url, files[name].data, {"Content-Type": "font/ttf"})

    return Memory()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects WeasyPrint's warnings and errors as text; there must be none."""
    messages: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    logger, handler = logging.getLogger("weasyprint"), Keep(logging.WARNING)
    before = logger.handlers[:], logger.propagate, logger.level
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.WARNING)
    try:
        yield messages
    finally:
        logger.handlers, logger.propagate = before[0], before[1]
        logger.setLevel(before[2])
