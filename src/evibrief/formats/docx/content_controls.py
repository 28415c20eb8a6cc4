"""Content controls in a Word document: a frame around the text of each record, which keeps its id through any edit.

In: the tree of `word/document.xml` with its bookmarks, and the ids of records. Out: the same tree with the text of each
record's bookmark inside a rich-text control whose tag is the id (ECMA-376 part 1, 17.5.2). Word shows the control's
title on a click, and keeps the control when the text is rewritten; a bookmark is lost with its text. The control is
locked (17.5.2.23): its text can be rewritten, and it cannot be deleted by accident.
"""

from typing import Any

from lxml import etree

from evibrief.formats.docx.names import W

_FIRST = 10_001
"""The number of the first control; numbers are unique, and high enough not to clash with a designer's controls."""


def control_records(document: Any, names: frozenset[str]) -> None:
    """Put the text of every bookmark with one of these names into a control, if it lies within one paragraph."""
    starts = [mark for mark in document.iter(f"{W}bookmarkStart") if mark.get(f"{W}name") in names]
    for number, start in enumerate(starts, _FIRST):
        inside = _between(start)
        if inside:
            _wrap(start, inside, number)


def _between(start: Any) -> list[Any]:
    """The elements between the ends of a bookmark; empty if the ends are not in the same paragraph."""
    if start.getparent().tag != f"{W}p":
        return []
    inside: list[Any] = []
    for element in start.itersiblings():
        if element.tag == f"{W}bookmarkEnd" and element.get(f"{W}id") == start.get(f"{W}id"):
            return inside
        inside.append(element)
    return []


def _wrap(start: Any, inside: list[Any], number: int) -> None:
    name = start.get(f"{W}name")
    control = etree.Element(f"{W}sdt")
    properties = etree.SubElement(control, f"{W}sdtPr")
    for kind, value in (("alias", name), ("tag", name), ("id", str(number)), ("lock", "sdtLocked")):
        etree.SubElement(properties, f"{W}{kind}", {f"{W}val": value})
    content = etree.SubElement(control, f"{W}sdtContent")
    start.addnext(control)
    content.extend(inside)
