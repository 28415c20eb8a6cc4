"""What happened to a DOCX after it was made: saved by Word or LibreOffice, reviewed, cut off, locked with a password.

In: bytes. Out: a sentence from each function; empty if there is no trace.
"""

import zipfile
from collections.abc import Iterator
from typing import Any

from evibrief.formats.canonical_xml import parse
from evibrief.formats.difference import Difference, quoted
from evibrief.formats.docx.names import OLD_OFFICE, W
from evibrief.formats.docx.zip import ZipFault, read_parts

_STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TRACKED = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "sectPrChange")
_OURS = "evibrief"
_END = b"PK\5\6"


def word_is_closed(data: bytes) -> str:
    """A sentence saying that a Word file is locked or in an old format; empty if it is not."""
    if data.startswith(OLD_OFFICE):
        if _ENCRYPTED in data:
            return "it is encrypted with a password: open it in Word and save it as .docx without one"
        return "it is an old .doc, or another Office file of that kind: no brief is"
    return ""


def word_application(data: bytes) -> str:
    """The program that last wrote a DOCX, by its own account; empty if it names none or cannot be read."""
    root = _tree(data, "docProps/app.xml")
    found = [] if root is None else [one.text or "" for one in root.iter("{*}Application")]
    return found[0][:200] if found else ""


def word_history(found: bytes, expected: bytes, differences: tuple[Difference, ...]) -> str:
    """A sentence on what happened to a DOCX that is not the expected one; empty if there is no trace."""
    if closed := word_is_closed(found):
        return closed
    if found == expected:
        return ""
    if expected.startswith(found) and found:
        return f"it is ours, and breaks off after {len(found):,} of {len(expected):,} bytes: fetch it again"
    if _END not in found[-70_000:]:
        return "its end is missing: it broke off on the way"
    if not differences:
        return "it was packed anew: other bytes, and every part agrees"
    told = [*_saved_by(word_application(found)), *_reviewed(found, expected)]
    return "; ".join(told)


def _saved_by(application: str) -> Iterator[str]:
    names = {"LibreOffice": "LibreOffice", "Microsoft Office Word": "Word", "Microsoft Macintosh Word": "Word"}
    if application != _OURS:
        known = next((name for start, name in names.items() if application.startswith(start)), "")
        yield f"it was saved anew by {known or (quoted(application) if application else 'a program without a name')}"


def _reviewed(found: bytes, expected: bytes) -> Iterator[str]:
    """Tracked changes, and comments that the expected document does not have."""
    changes = [one.get(f"{_w(one)}author", "") for one in _all(found, "word/document.xml", _TRACKED)]
    comments = [one.get(f"{_w(one)}author", "") for one in _all(found, "word/comments.xml", ("comment",))]
    fewer = len(list(_all(expected, "word/comments.xml", ("comment",))))
    counts = [(len(changes), "tracked change"), (len(comments) - fewer, "comment")]
    said = " and ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in counts if count > 0)
    authors = sorted({name for name in (*changes, *comments) if name and name != _OURS})
    by = f" by {', '.join(quoted(name, 40) for name in authors[:3])}" if authors else ""
    if said:
        yield f"a reviewer's file: it has {said}{by}"


def _all(data: bytes, part: str, names: tuple[str, ...]) -> Iterator[Any]:
    root = _tree(data, part)
    if root is not None:
        yield from root.iter(*(f"{space}{name}" for space in (W, _STRICT_W) for name in names))


def _w(element: Any) -> str:
    return str(element.tag).rpartition("}")[0] + "}"


def _tree(data: bytes, part: str) -> Any:
    """A part as a tree; None if it is missing or cannot be read."""
    try:
        parts = read_parts(data, {part: 4 * 1024 * 1024})
        return parse(parts.get(part) or b"")
    except (ZipFault, ValueError, zipfile.BadZipFile):
        return None
