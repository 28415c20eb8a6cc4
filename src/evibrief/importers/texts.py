"""What importers of text files share: reading the bytes as text, with the line of what cannot be read.

In: the bytes of a file. Out: its text with line feeds alone, and without characters that no text may have.
"""

import codecs
from pathlib import Path

from evibrief.files import NOT_TEXT
from evibrief.problems import Place, Problem, Problems

LARGEST_IMPORT = 64 * 1024 * 1024
"""In bytes. A list of 20,000 references with their abstracts has about 50 MB."""

BEGINNING = 65_536
"""In bytes: as much of a file is looked at to tell what it is."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_of(data: bytes, path: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises `Problems` for another encoding."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message, hint = f"this is not UTF-8: byte 0x{data[error.start]:02x}", "export or save it as UTF-8"
        raise Problems([Problem(Place(str(path), line, column), "encoding", message, hint)]) from None
    return NOT_TEXT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def beginning_of(data: bytes) -> str:
    """The first characters of a file, for telling what it is; what cannot be read is left out."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data[:BEGINNING].decode(encoding, "ignore").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def on_one_line(text: str) -> str:
    """A text on one line, without space around it."""
    return " ".join(text.split())


def lost(path: Path, line: int, held: int, read: int) -> Problems:
    """The problem that fewer references were read than a file holds, with the line of the first that is lost."""
    message = f"{read} of {held} references were read; this one was not"
    hint = "export the list again; if this stays, take this reference out and add it by hand"
    return Problems([Problem(Place(str(path), line, 1), "import", message, hint)])
