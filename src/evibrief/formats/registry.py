"""The output formats, in the order in which they are built and listed."""

from evibrief.formats.contract import Carrier, Format, Paged
from evibrief.formats.docx.format import Word
from evibrief.formats.html.format import WebPage
from evibrief.formats.pdf.format import Pdf

FORMATS: tuple[Format, ...] = (Pdf(), Word(), WebPage())


def names() -> tuple[str, ...]:
    """The names of all formats, in order."""
    return tuple(one.name for one in FORMATS)


def format_named(name: str) -> Format:
    """The format with this name. Raises `LookupError` if there is none."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise LookupError(name)


def pages_of(name: str, data: bytes) -> int | None:
    """The number of pages of a document, by the extension of its file; None where a file of that format has none."""
    format = format_named(name.rpartition(".")[2])
    return format.pages(data) if isinstance(format, Paged) else None


def carriers() -> tuple[Carrier, ...]:
    """The formats whose documents carry their evidence."""
    return tuple(one for one in FORMATS if isinstance(one, Carrier))


def carrier_of(data: bytes) -> Carrier | None:
    """The format of a document that can carry evidence, recognised by its first bytes; None for any other file."""
    return next((one for one in carriers() if one.owns(data)), None)
