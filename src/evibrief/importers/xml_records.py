"""Reads XML of other programs without any entity, network or document type, and finds texts and lines in it.

In: the bytes of a file. Out: its root. This is the owner of lxml in this room.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evibrief.importers.texts import on_one_line
from evibrief.problems import Place, Problem, Problems

XmlElement = Any
"""An element of lxml, which ships no types."""


def parsed_xml(data: bytes, path: Path) -> XmlElement:
    """The root of a file. Raises `Problems` for what is not XML, and for entities of its own."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise _refused(path, line, column, f"this is not XML: {error.msg}", "export it again") from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise _refused(path, 1, 1, "this file defines entities of its own", "no reference manager writes that")
    return root


def _refused(path: Path, line: int, column: int, message: str, hint: str) -> Problems:
    return Problems([Problem(Place(str(path), line, max(column, 1)), "xml", message, hint)])


def text_at(element: XmlElement | None, way: str = ".") -> str:
    """All text in the first element at the end of a way, on one line; empty if there is none."""
    found = element.find(way) if element is not None else None
    return "" if found is None else on_one_line("".join(found.itertext()))


def title_at(element: XmlElement | None, way: str) -> str:
    """As `text_at`, with what is raised or lowered marked as CSL-JSON does: `10<sup>6</sup>` is not 106."""
    found = element.find(way) if element is not None else None
    return "" if found is None else on_one_line("".join(_marked(found)))


def _marked(element: XmlElement) -> Iterator[str]:
    yield element.text or ""
    for one in element:
        mark = _MARKS.get(one.get("face", "") if one.tag == "style" else one.tag, "")
        inside = "".join(_marked(one))
        yield f"<{mark}>{inside}</{mark}>" if mark and inside.strip() else inside
        yield one.tail or ""


_MARKS = {"sup": "sup", "sub": "sub", "superscript": "sup", "subscript": "sub"}
"""Elements of PubMed and the faces of EndNote's `style`, with the tags of CSL-JSON."""


def texts_at(element: XmlElement | None, way: str) -> list[str]:
    """The texts of all elements at the end of a way, without empty ones."""
    found = element.iterfind(way) if element is not None else ()
    return [text for one in found if (text := on_one_line("".join(one.itertext())))]
