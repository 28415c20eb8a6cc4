"""From HTML to PDF: the only owner of `weasyprint`.

In: the HTML of a brief, with its styles, and fonts. Out: PDF bytes and the number of pages, or the engine's
complaints. Nothing is fetched: fonts come from memory, and everything else that a page asks for is refused.
"""

import base64
import datetime
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from evibrief.formats.pdf.accessibility import finish
from evibrief.problems import Place, Problem, Problems
from evibrief.resources import FontFile

if TYPE_CHECKING:
    import weasyprint

_FONT_ADDRESS = "file:///evibrief/fonts/"
VARIANT = "pdf/a-3a"
_POSITION = re.compile(r" at (\d+):(\d+)")


@dataclass(frozen=True)
class Pdf:
    """A finished PDF."""

    data: bytes = b""
    pages: int = 0


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF: what it is called there, its path among the inputs, and what it is to the document.

    A viewer saves it by its name, so the name has no slash: `claims/01-light.yaml` is `claims~01-light.yaml`. The path
    stands in its description, from where it is read back. `relationship` is PDF/A-3's AFRelationship.
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
    """Where the style sheet of a brief's own theme comes from, and on which line of its style element it begins."""

    path: str
    first_line: int


def write_pdf(
    html: str, fonts: Iterable[FontFile], attached: Sequence[Attached], date: datetime.date, own: OwnSheet | None = None
) -> Pdf:
    """Print the HTML as one file that is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1), with its data attached.

    `date` is that of the brief: no other day stands in the file, so that the same brief gives the same bytes. Raises
    `Problems` for everything that WeasyPrint warns of: a page that is nearly right is wrong. A warning that names a
    line is about the sheet `own`: ours give none.
    """
    files = sorted(attached, key=lambda one: one.name)
    with _complaints() as messages, _blaming(own):
        document = lay_out(html, fonts)
        data: bytes | None = document.write_pdf(
            pdf_variant=VARIANT,
            attachments=_attachments(files, date),
            finisher=lambda _, pdf: finish(pdf, [one.media_type for one in files]),
        )
    if messages or data is None:
        raise Problems(_complaint(message, own) for message in messages)
    return Pdf(data, len(document.pages))


@contextmanager
def _blaming(own: OwnSheet | None) -> Iterator[None]:
    """Where a style sheet of the brief's own breaks the engine, that is a problem of the sheet; else it is ours."""
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


def load_engine() -> None:
    """Import WeasyPrint, which takes half a second: whoever has something else to wait for asks for it beforehand."""
    import weasyprint  # noqa: F401


def lay_out(html: str, fonts: Iterable[FontFile]) -> "weasyprint.Document":
    """The pages of the HTML, laid out and not yet written."""
    # Half a second of imports that a build with nothing to do must not pay for.
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    files = {font.name: font for font in fonts}
    fetcher = _font_fetcher(files)
    configuration = FontConfiguration()
    faces = weasyprint.CSS(
        string=font_faces(files.values()), font_config=configuration, url_fetcher=fetcher, base_url=_FONT_ADDRESS
    )
    page = weasyprint.HTML(string=spaces_inside(html), base_url=_FONT_ADDRESS, url_fetcher=fetcher)
    return page.render(stylesheets=[faces], font_config=configuration, pdf_variant=VARIANT)


def spaces_inside(html: str) -> str:
    """Move a space that stands before an inline element into it, which reads the same.

    Where a text and its last space just fill a line and an inline element follows, WeasyPrint 70 breaks the text at
    its first space and not at its last: a line with one word on it. It does not when the space is the element's own.
    """
    return re.sub(r" (<(?:em|strong|a)\b[^>]*>)", r"\1 ", html)


def font_faces(fonts: Iterable[FontFile]) -> str:
    """The `@font-face` rules for fonts that are served from memory.

    The italics lack Greek. The family `Brief Fallback` is the upright face alone, for whatever the face before it in
    the style sheet lacks: upright Greek in an italic phrase is right, an empty box is not.
    """
    rule = '@font-face {{ font-family: "{}"; font-style: {}; font-weight: {}; src: url("{}{}") format("truetype") }}'
    faces = []
    for font in fonts:
        faces.append(rule.format(font.family, font.style, font.weight, _FONT_ADDRESS, font.name))
        if font.style == "normal" and "Sans" in font.family:
            faces.append(rule.format("Brief Fallback", "normal", font.weight, _FONT_ADDRESS, font.name))
    return "\n".join(faces)


def _font_fetcher(files: dict[str, FontFile]) -> "weasyprint.urls.URLFetcher":
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Memory(URLFetcher):  # type: ignore[misc]  # the engine ships no types
        """Serves fonts, and pictures that the page carries in itself; a build reaches for nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(_FONT_ADDRESS)
            kind, _, picture = url.partition(";base64,")
            if kind in ("data:image/svg+xml", "data:image/png"):
                return URLFetcherResponse(url, base64.b64decode(picture), {"Content-Type": kind[5:]})
            if name not in files:
                raise ValueError(f"a page may not load {url}")
            return URLFetcherResponse(url, files[name].data, {"Content-Type": "font/ttf"})

    return Memory()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What WeasyPrint logs as a warning or worse, as text; silence is the contract."""
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
