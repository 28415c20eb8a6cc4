"""Paragraphs, runs and fields of a Word body: read by several modules, and made by them.

A field is a run with its beginning, one with its instruction, its stored result and a run with its end (ECMA-376
part 1, 17.16.18). Every program shows the stored result; one that knows the field can compute it anew.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from evibrief.formats.docx.names import WORD, W
from evibrief.formats.docx.package import word_element

_NAMESPACES = {"w": WORD}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_WORD_2013 = "http://schemas.microsoft.com/office/word/2012/wordml"

PARAGRAPH, TABLE, SECTION = f"{W}p", f"{W}tbl", f"{W}sectPr"
BOOKMARK_ENDS = (f"{W}bookmarkStart", f"{W}bookmarkEnd")


def paragraph_style(paragraph: Any) -> str:
    """The id of a paragraph's style; empty if it has none."""
    style = paragraph.find("w:pPr/w:pStyle", _NAMESPACES)
    return "" if style is None else str(style.get(f"{W}val"))


def properties_of_element(parent: Any, name: str) -> Any:
    """The properties of a paragraph, row or cell, created if missing; they must come first in it."""
    properties = parent.find(f"{W}{name}")
    if properties is None:
        properties = word_element(name)
        parent.insert(0, properties)
    return properties


def set_style(paragraph: Any, style: str) -> None:
    """Give a paragraph a style, by its id, in place of the one it has."""
    properties = properties_of_element(paragraph, "pPr")
    for old in properties.findall(f"{W}pStyle"):
        properties.remove(old)
    properties.insert(0, word_element("pStyle", val=style))


def styled_paragraph(style: str, *children: Any) -> Any:
    """A new paragraph with this style and content."""
    paragraph = word_element("p")
    set_style(paragraph, style)
    paragraph.extend(children)
    return paragraph


def beside(siblings: Iterable[Any]) -> Any:
    """The first of some siblings that is not the end of a bookmark; None if there is none."""
    return next((sibling for sibling in siblings if sibling.tag not in BOOKMARK_ENDS), None)


def free_numbers(body: Any) -> Iterator[int]:
    """Numbers of bookmarks that the document of `body` does not have yet; it is looked through once."""
    marks = body.getroottree().iter(f"{W}bookmarkStart")
    return count(max((int(mark.get(f"{W}id")) for mark in marks), default=0) + 1)


def bookmarked(number: int, name: str, *inside: Any) -> tuple[Any, ...]:
    """Elements between the ends of a new bookmark with this number, which no other may have."""
    ends = word_element("bookmarkStart", id=str(number), name=name), word_element("bookmarkEnd", id=str(number))
    return ends[0], *inside, ends[1]


def text_inside(element: Any) -> str:
    """The text of a paragraph or link, without the instructions of fields."""
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def word_run(words: str) -> Any:
    """A run of text."""
    return word_element("r", _kept(word_element("t"), words))


def field_opening(instruction: str, **begin: str) -> tuple[Any, ...]:
    """The runs before the result of a field; `begin` are attributes of its beginning, such as `dirty`."""
    words = _kept(word_element("instrText"), f" {instruction} ")
    ends = word_element("fldChar", fldCharType="begin", **begin), word_element("fldChar", fldCharType="separate")
    return word_element("r", ends[0]), word_element("r", words), word_element("r", ends[1])


def field_closing() -> Any:
    """The run after the result of a field."""
    return word_element("r", word_element("fldChar", fldCharType="end"))


def whole_field(instruction: str, *result: Any) -> tuple[Any, ...]:
    """All runs of a field with this result."""
    return *field_opening(instruction), *result, field_closing()


def for_word_alone(run: Any) -> Any:
    """A run whose content Word 2013 and later reads, and other programs leave out (ECMA-376 part 3, 7.6)."""
    content = run[0]
    spaces = {"mc": _COMPATIBILITY, "w15": _WORD_2013}
    either = run.makeelement(f"{{{_COMPATIBILITY}}}AlternateContent", nsmap=spaces)
    choice = run.makeelement(f"{{{_COMPATIBILITY}}}Choice", Requires="w15")
    choice.append(content)
    either.append(choice)
    run.append(either)
    return run


def _kept(element: Any, words: str) -> Any:
    element.text = words
    element.set(_SPACE, "preserve")
    return element
