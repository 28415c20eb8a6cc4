"""Finishes the body of a Word document: adds what pandoc cannot write but Word and reviewers need.

In: the tree of `word/document.xml` as pandoc wrote it, with the marks of `templates/word.lua`. Out: the same tree with
unique bookmarks, numbered captions, filled contents, sections of pages, finished tables, and styles instead of formats.
"""

import copy
from typing import Any

from evibrief.formats.docx.captions import number_captions, refer_to_captions
from evibrief.formats.docx.contents import HEADING_STYLES, fill_contents
from evibrief.formats.docx.names import WORD, W
from evibrief.formats.docx.package import word_element
from evibrief.formats.docx.paragraphs import (
    BOOKMARK_ENDS,
    PARAGRAPH,
    SECTION,
    TABLE,
    beside,
    paragraph_style,
    properties_of_element,
    set_style,
    styled_paragraph,
)
from evibrief.formats.docx.run_styles import style_runs
from evibrief.formats.docx.tables import finish_tables, keep_with_next

_NAMESPACES = {"w": WORD, "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"}
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"
_DRAWING = f"{{{_NAMESPACES['wp']}}}docPr"
_INLINE = f"{{{_NAMESPACES['wp']}}}inline"

TOKEN = 'local TOKEN = "evibrief"'
"""The line of `templates/word.lua` in which each build puts its own token, so that no text can contain a mark."""

_COLUMN_GAP = 397
"""Between columns of text, in twentieths of a point: 7 mm."""


def with_token(lua_filter: str, token: str) -> str:
    """The filter with the token of this build in its marks. Raises `ValueError` if it has no line for the token."""
    before, line, after = lua_filter.partition(TOKEN)
    if not line:
        raise ValueError(f"the filter has no line `{TOKEN}`")
    return f'{before}local TOKEN = "{token}"{after}'


def finish_body(document: Any, anchors: frozenset[str], token: str) -> None:
    """Finish the document in place. Bookmarks in `anchors` keep their range, because comments are matched by it.

    `token` is the one in the marks of the filter.
    """
    body = document.find("w:body", _NAMESPACES)
    _single_bookmarks(body)
    _shrink_heading_bookmarks(body, anchors)
    captions = number_captions(body)
    refer_to_captions(body, captions)
    fill_contents(body, f"{token}:contents", captions)
    _part_tables(body)
    _turn_pages(body)
    finish_tables(body, token)
    _keep_introductions(body)
    style_runs(body)
    _style_lists(body)
    _number_pictures(body)
    _close_pictures(body)


# Bookmarks


def _single_bookmarks(body: Any) -> None:
    """Keep only the first of several bookmarks with the same name, because Word drops an arbitrary one."""
    seen: set[str] = set()
    doomed: set[str] = set()
    for mark in list(body.iter(f"{W}bookmarkStart")):
        name = mark.get(f"{W}name")
        if name in seen:
            doomed.add(mark.get(f"{W}id"))
            mark.getparent().remove(mark)
        seen.add(name)
    for mark in list(body.iter(f"{W}bookmarkEnd")):
        if mark.get(f"{W}id") in doomed:
            mark.getparent().remove(mark)


def _shrink_heading_bookmarks(body: Any, anchors: frozenset[str]) -> None:
    """Shrink bookmarks of headings: pandoc's span the whole section, and LibreOffice duplicates those around tables."""
    ends = {mark.get(f"{W}id"): mark for mark in body.iter(f"{W}bookmarkEnd")}
    for start in body.findall(f"{W}bookmarkStart"):
        heading = beside(start.itersiblings())
        wanted = start.get(f"{W}name") not in anchors and heading is not None
        if wanted and paragraph_style(heading) in (*HEADING_STYLES, "Heading4", "Title", "ContentsHeading"):
            properties_of_element(heading, "pPr").addnext(start)
            heading.append(ends[start.get(f"{W}id")])


# Pages


_AFTER_TABLE = {
    "BodyText": "AfterTable", "FirstParagraph": "AfterTable", "Compact": "CompactAfterTable",
    "PageOneText": "PageOneAfterTable",
}  # fmt: skip
"""The styles of paragraphs that a table may stand above, and the same with space before."""


def _part_tables(body: Any) -> None:
    """Put space after every table; add an empty paragraph only where Word needs it: between tables, after the last."""
    for table in body.findall(TABLE):
        after = beside(table.itersiblings())
        if after is not None and after.tag == PARAGRAPH and len(after) == 0:  # pandoc's own
            body.remove(after)
            after = beside(table.itersiblings())
        if after is None or after.tag in (TABLE, SECTION):
            table.addnext(styled_paragraph("Spacer"))
        elif style := _AFTER_TABLE.get(paragraph_style(after)):
            set_style(after, style)


def _turn_pages(body: Any) -> None:
    """Give every section the page setup, header and footer of the last, in landscape or in columns if marked so.

    A section without content would be an empty page, so it is left out. Columns begin and end on a page with others.
    """
    last = body.find(SECTION)
    empty, closed, columns = True, None, False
    for child in list(body.iterchildren()):
        mark = child.find("w:pPr/w:sectPr", _NAMESPACES) if child.tag == PARAGRAPH else None
        if mark is None:
            empty = empty and (child.tag in BOOKMARK_ENDS or child is last)
        elif empty:
            body.remove(child)
        else:
            closed = _close_section(child, _page(last, mark, columns))
            empty, columns = True, mark.find(f"{W}cols") is not None
    if empty and closed is not None:
        body.replace(last, closed)
    elif columns:
        _go_on(last)


def _page(last: Any, mark: Any, after_columns: bool) -> Any:
    page = copy.deepcopy(last)
    size, columns = page.find(f"{W}pgSz"), mark.find(f"{W}cols")
    if mark[0].get(f"{W}orient") == "landscape":
        width, height = size.get(f"{W}w"), size.get(f"{W}h")
        for name, value in (("w", height), ("h", width), ("orient", "landscape")):
            size.set(f"{W}{name}", value)
    elif after_columns or columns is not None:
        _go_on(page)
    if columns is not None:
        for old in page.findall(f"{W}cols"):
            page.remove(old)
        number = columns.get(f"{W}num")
        page.find(f"{W}pgMar").addnext(word_element("cols", num=number, space=str(_COLUMN_GAP)))
    return page


def _go_on(section: Any) -> None:
    """Let a section begin on the page on which the one before ends; Word then makes its columns equally long."""
    for old in section.findall(f"{W}type"):
        section.remove(old)
    section.find(f"{W}pgSz").addprevious(word_element("type", val="continuous"))


def _close_section(place: Any, section: Any) -> Any:
    """End a section in its last paragraph, because an extra paragraph could end up on an extra page."""
    before = beside(place.itersiblings(preceding=True))
    if before.tag == PARAGRAPH and before.find("w:pPr/w:sectPr", _NAMESPACES) is None:
        properties_of_element(before, "pPr").append(section)
        place.getparent().remove(place)
    else:
        set_style(place, "Spacer")
        properties = place.find(f"{W}pPr")
        properties.replace(properties.find(SECTION), section)
    return section


def _keep_introductions(body: Any) -> None:
    """Keep on the page of a table, box or list of references what introduces it, and the heading with that.

    A note between two headings introduces what is below the second.
    """
    for element in body.iterfind(PARAGRAPH):
        style = paragraph_style(element)
        if style in _INTRODUCED or style.startswith("Heading"):
            for paragraph in _introduction(element):
                keep_with_next(paragraph)


_INTRODUCED = ("TableCaption", "Callout", "Bibliography")
_INTRODUCING = ("BodyText", "FirstParagraph", "TableNote")


def _introduction(element: Any) -> list[Any]:
    """The boxes just before an element, and a paragraph before them if it is all that is under its heading."""
    before = (one for one in element.itersiblings(preceding=True) if one.tag not in BOOKMARK_ENDS)
    boxes: list[Any] = []
    for one in before:
        if not paragraph_style(one).startswith("Callout"):
            above = next(before, None)
            break
        boxes.append(one)
    else:
        one = above = None
    alone = above is not None and paragraph_style(above).startswith("Heading")
    if paragraph_style(element).startswith("Heading"):
        return [one] if alone and not boxes and paragraph_style(one) == "TableNote" else []
    return [*boxes, one] if alone and paragraph_style(one) in _INTRODUCING else boxes


# Lists and pictures


def _style_lists(body: Any) -> None:
    """Give a style to list paragraphs; pandoc gives none in lists with space between the entries."""
    for properties in body.iter(f"{W}pPr"):
        if properties.find(f"{W}numPr") is not None and properties.find(f"{W}pStyle") is None:
            properties.insert(0, word_element("pStyle", val="Compact"))


def _number_pictures(body: Any) -> None:
    """Number drawings and pictures; clear the picture's description, where pandoc writes the data URL."""
    for number, element in enumerate(body.iter(_DRAWING, _PICTURE), 1):
        element.set("id", str(number))
        if element.tag == _PICTURE:
            element.set("descr", "")


def _close_pictures(body: Any) -> None:
    """No space around a picture: LibreOffice, told nothing, leaves an eighth of an inch, and a wide one runs out."""
    for inline in body.iter(_INLINE):
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
