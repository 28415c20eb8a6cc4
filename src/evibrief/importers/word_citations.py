"""The live citations of a Word document: what Zotero and Mendeley keep in its fields.

In: the bytes of a DOCX. Out: each citation in reading order, with the data of the publications that it names. Pandoc
reads them, too, but by an id that Mendeley uses anew in each citation (`ITEM-1`): two publications would become one.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evibrief.importers.xml_records import XmlElement, parsed_xml
from evibrief.problems import one_problem

LARGEST_WORD = 200_000_000
"""In bytes, of all parts of a document together."""

_LARGEST_READ = 50_000_000
"""In bytes, of a part that is read."""

MOST_WORD_PARTS = 5_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOT_READ = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent",
                       "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"))  # fmt: skip
_NOTES = {f"{_W}footnoteReference": "footnotes", f"{_W}endnoteReference": "endnotes"}


@dataclass(frozen=True, slots=True)
class CitedItem:
    """One publication of a citation: its id there, its data as CSL-JSON, and the place in it, such as a page."""

    id: str
    data: Mapping[str, Any]
    locator: str


@dataclass(frozen=True, slots=True)
class WordFields:
    """The live citations in reading order, and how many text boxes the document has, which nobody reads here."""

    citations: tuple[tuple[CitedItem, ...], ...]
    text_boxes: int


def is_docx(data: bytes) -> bool:
    """Whether these bytes are a Word document."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "word/document.xml" in package.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def fields_of(data: bytes, path: Path) -> WordFields:
    """The citations in the fields of a document. Raises `Problems` for a file that is damaged or made to do harm."""
    parts = _parts(data, path)
    notes = {name: _notes(parts.get(name), path) for name in _NOTES.values()}
    body = parsed_xml(parts["document"], path)
    boxes = sum(1 for _ in body.iter(f"{_W}txbxContent"))
    return WordFields(tuple(_citations(body, notes)), boxes)


def _parts(data: bytes, path: Path) -> dict[str, bytes]:
    """The parts with text. The sizes that a package states are not trusted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            listed = package.infolist()
            if len(listed) > MOST_WORD_PARTS or sum(one.file_size for one in listed) > LARGEST_WORD:
                raise one_problem(str(path), "too-large", "this document unpacks to more than any document", "")
            names = {Path(one.filename).stem: one for one in listed if one.filename in _READ}
            parts = {name: _unpacked(package, one) for name, one in names.items()}
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise one_problem(str(path), "import", f"this document is damaged: {error}", "save it again in Word") from None
    if "document" not in parts or any(len(part) > _LARGEST_READ for part in parts.values()):
        message = "this is no Word document, or a part of it is too large"
        raise one_problem(str(path), "import", message, "save it again in Word")
    return parts


_READ = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def _unpacked(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with package.open(part) as stream:
        return stream.read(_LARGEST_READ + 1)


def _notes(part: bytes | None, path: Path) -> Mapping[str, XmlElement]:
    """The notes by their numbers."""
    root = parsed_xml(part, path) if part else ()
    return {one.get(f"{_W}id", ""): one for one in root}


def _citations(root: XmlElement, notes: Mapping[str, Mapping[str, XmlElement]]) -> Iterator[tuple[CitedItem, ...]]:
    """The citations in an element, those of a note where the note is."""
    open_fields: list[list[str]] = []
    for one in _read_elements(root):
        if one.tag == f"{_W}fldChar":
            kind = one.get(f"{_W}fldCharType")
            if kind == "begin":
                open_fields.append([])
            elif kind == "separate" and open_fields:
                yield from _cited("".join(open_fields[-1]))
                open_fields[-1].clear()
            elif kind == "end" and open_fields:
                yield from _cited("".join(open_fields.pop()))
        elif one.tag == f"{_W}instrText" and open_fields:
            open_fields[-1].append(one.text or "")
        elif one.tag == f"{_W}fldSimple":
            yield from _cited(one.get(f"{_W}instr", ""))
        elif one.tag in _NOTES:
            held = notes[_NOTES[one.tag]].get(one.get(f"{_W}id", ""))
            yield from () if held is None else _citations(held, {name: {} for name in notes})


def _read_elements(root: XmlElement) -> Iterator[XmlElement]:
    """The elements below one, in reading order, without what is deleted or in a text box."""
    waiting = list(reversed(root))
    while waiting:
        one = waiting.pop()
        if one.tag not in _NOT_READ:
            yield one
            waiting.extend(reversed(one))


def _cited(instruction: str) -> Iterator[tuple[CitedItem, ...]]:
    """The citation that a field holds; nothing for another field."""
    if "CSL_CITATION" not in instruction or "{" not in instruction:
        return
    try:
        items = json.JSONDecoder().raw_decode(instruction[instruction.index("{") :])[0]["citationItems"]
        yield tuple(_item(one) for one in items)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield ()


def _item(item: Mapping[str, Any]) -> CitedItem:
    data = item.get("itemData")
    name = data.get("id", item.get("id")) if isinstance(data, dict) else item.get("id")
    return CitedItem(str(name), data if isinstance(data, dict) else {}, _locator(item))


def _locator(item: Mapping[str, Any]) -> str:
    """Such as `p. 3` or `figure 2`; without a label it is a page (CSL 1.0.2, "Locators")."""
    where, label = str(item.get("locator") or "").strip(), str(item.get("label") or "page")
    if not where or label != "page":
        return where and f"{label} {where}"
    return f"pp. {where}" if re.search(r"\d\s*[,\u2013-]\s*\d", where) else f"p. {where}"
