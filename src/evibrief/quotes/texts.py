"""The words of a publication from the file at hand: plain text, Markdown, a web page or a PDF.

In: the bytes of a file, which may be a stranger's. Out: its text with the places of its pages. Nothing in a file is
run or fetched.
"""

import bisect
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePosixPath

from evibrief.problems import Place, Problem, Problems
from evibrief.quotes.folding import FoldedText, folded

LARGEST_TEXT_FILE = 50_000_000
"""In bytes."""

MOST_CHARACTERS = 5_000_000
"""Of one text; a book of a thousand pages has three million."""

_UNSEEN = frozenset(("script", "style", "template", "noscript", "svg"))
_IN_LINE = frozenset((
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "var",
))  # fmt: skip
_LINK = re.compile(r"\]\([^()\s]{0,2000}(?:\s\"[^\"\n]{0,200}\")?\)")
_LINE_MARKS = re.compile(r"^[ \t]{0,3}(?:#{1,6}|>)[ \t]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TextAtHand:
    """The text of a publication as it is in one file. `pages` has where each page begins, if the file has pages."""

    name: str
    sha256: str
    text: FoldedText
    pages: tuple[int, ...] = ()

    def place(self, at: int) -> str:
        """A place in the text as people look it up: `page 3`, `line 120`, or `paragraph 7` of a web page."""
        if self.pages:
            return f"page {bisect.bisect_right(self.pages, at)}"
        counted = "paragraph" if "htm" in PurePosixPath(self.name).suffix.lower() else "line"
        return f"{counted} {self.text.text.count(chr(10), 0, at) + 1}"


def text_at_hand(name: str, data: bytes) -> TextAtHand:
    """The text in a file; `name` is its path below the folder. Raises `Problems` if it has none, or cannot be read."""
    read = _READERS[PurePosixPath(name).suffix.lower()]
    try:
        pages = [unicodedata.normalize("NFC", page) for page in read(data)]
    except ValueError as wrong:
        hint = "save the text of the publication as plain text, UTF-8, under the same name"
        raise _unreadable(name, str(wrong), hint) from None
    joined = "\n".join(pages)
    if len(joined) > MOST_CHARACTERS:
        raise _unreadable(name, f"it has more than {MOST_CHARACTERS:,} characters", "is this the right file?")
    text = folded(joined)
    if not text.words:
        raise _unreadable(name, "it has no text", "a scan has pictures alone: save its text as plain text")
    starts = [0]
    for page in pages[:-1]:
        starts.append(starts[-1] + len(page) + 1)
    has_pages = name.lower().endswith(".pdf")
    return TextAtHand(name, hashlib.sha256(data).hexdigest(), text, tuple(starts) if has_pages else ())


def _unreadable(name: str, message: str, hint: str) -> Problems:
    return Problems([Problem(Place(name), "unreadable", message, hint)])


def _plain(data: bytes) -> list[str]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding != "utf-16" and b"\0" in data:
        raise ValueError("it is not a text")
    try:
        return [_lines_fed(data.decode(encoding))]
    except UnicodeDecodeError:
        return [_lines_fed(data.decode("cp1252", "replace"))]


def _lines_fed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _markdown(data: bytes) -> list[str]:
    """Without the addresses of links and the marks at the beginning of lines."""
    (text,) = _plain(data)
    return [_LINE_MARKS.sub("", _LINK.sub("]", text))]


def _web_page(data: bytes) -> list[str]:
    (text,) = _plain(data)
    words = _Words()
    words.feed(text)
    words.close()
    return [re.sub(r"\s*\n\s*", "\n", "".join(words.pieces)).strip()]


class _Words(HTMLParser):
    """Collects what a page shows. What is raised gets a `^`, so that 10 to the power of 6 is not read as 106."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        self.pieces.append("^" if tag == "sup" else "" if tag in _IN_LINE else "\n")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.pieces.append("" if tag in _IN_LINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        self.pieces.append("" if tag in _IN_LINE else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data)


def _pdf(data: bytes) -> list[str]:
    from evibrief.formats.pdf.pages import texts_of_pages

    return list(_few(texts_of_pages(data)))


def _few(pages: Iterator[str]) -> Iterator[str]:
    """The pages, until they have more characters than any publication."""
    left = MOST_CHARACTERS
    for page in pages:
        yield page
        if (left := left - len(page)) < 0:
            return


_READERS: Mapping[str, Callable[[bytes], list[str]]] = {
    ".txt": _plain, ".text": _plain, ".md": _markdown, ".markdown": _markdown,
    ".html": _web_page, ".htm": _web_page, ".xhtml": _web_page, ".pdf": _pdf,
}  # fmt: skip
ENDINGS_OF_TEXTS = tuple(_READERS)
"""The extensions of the files that are read."""
