"""Finishes the body of a Word document: adds what pandoc cannot write but Word and reviewers need.

In: the tree of `word/document.xml` as pandoc wrote it, with the marks of `templates/word.lua`. Out: the same tree with
unique bookmarks, landscape pages, a filled table of contents, and tables that fit the page, repeat their header rows
and keep records together. Lengths are in twentieths of a point (ECMA-376 part 1, 17.18.87).
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from evibrief.formats.docx.names import WORD, W
from evibrief.formats.docx.package import word_element

_NAMESPACES = {"w": WORD, "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"}
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"
_DRAWING = f"{{{_NAMESPACES['wp']}}}docPr"
_BOOKMARKS = (f"{W}bookmarkStart", f"{W}bookmarkEnd")
_PARAGRAPH, _TABLE, _SECTION = f"{W}p", f"{W}tbl", f"{W}sectPr"

TOKEN = 'local TOKEN = "evibrief"'
"""The line of `templates/word.lua` in which each build puts its own token, so that no text can contain a mark."""

_HEADINGS = ("Heading1", "Heading2", "Heading3")
_PLAIN_STYLES = ("", "BodyText", "FirstParagraph", "Compact")
"""The styles that pandoc gives to paragraphs without a style."""
_LISTED = "_Listed"
"""The bookmark around everything that the table of contents lists; Word hides names with a leading underscore."""
_HEADER_ROW = "100000000000"
"""The conditional format of a header row (17.18.105); Word and other programs give it only to the first row."""


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
    _fill_contents(body, f"{token}:contents")
    _part_tables(body)
    _turn_pages(body)
    for table, width in _tables_with_widths(body):
        _finish_table(table, width, f":{token}")
    _keep_introductions(body)
    _style_lists(body)
    _number_pictures(body)


def paragraph_style(paragraph: Any) -> str:
    """The id of a paragraph's style; empty if it has none."""
    style = paragraph.find("w:pPr/w:pStyle", _NAMESPACES)
    return "" if style is None else str(style.get(f"{W}val"))


def _properties(parent: Any, name: str) -> Any:
    """The properties of a paragraph or row, created if missing; they must come first in it."""
    properties = parent.find(f"{W}{name}")
    if properties is None:
        properties = word_element(name)
        parent.insert(0, properties)
    return properties


def _set_style(paragraph: Any, style: str) -> None:
    properties = _properties(paragraph, "pPr")
    for old in properties.findall(f"{W}pStyle"):
        properties.remove(old)
    properties.insert(0, word_element("pStyle", val=style))


def _paragraph(style: str, *children: Any) -> Any:
    paragraph = word_element("p")
    _set_style(paragraph, style)
    paragraph.extend(children)
    return paragraph


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
        heading = _content_beside(start.itersiblings())
        wanted = start.get(f"{W}name") not in anchors and heading is not None
        if wanted and paragraph_style(heading) in (*_HEADINGS, "Heading4", "Title", "ContentsHeading"):
            _properties(heading, "pPr").addnext(start)
            heading.append(ends[start.get(f"{W}id")])


def _content_beside(siblings: Iterable[Any]) -> Any:
    """The first of some siblings that is not a bookmark; None if there is none."""
    return next((sibling for sibling in siblings if sibling.tag not in _BOOKMARKS), None)


# Contents


def _fill_contents(body: Any, contents: str) -> None:
    """Write a contents field with its result, so that it is right at once, in print, and after an update."""
    mark = next((text for text in body.iter(f"{W}t") if text.text == contents), None)
    if mark is None:
        return
    place = mark.getparent().getparent()
    before = any(True for _ in _headings(place.itersiblings(preceding=True)))
    entries = list(_headings(place.itersiblings()))
    if not entries:
        body.remove(place)
        return
    instruction = r'TOC \o "1-3" \n \h \z \u' + (rf" \b {_LISTED}" if before else "")
    lines = [_paragraph(f"TOC{level}", _link(anchor, text)) for level, anchor, text in entries]
    for position, child in enumerate(_field_opening(instruction), 1):
        lines[0].insert(position, child)
    lines[-1].append(_run(word_element("fldChar", fldCharType="end")))
    place.addprevious(_contents_block(lines))
    if before:
        _bookmark_the_rest(body, place)
    body.remove(place)


def _headings(elements: Iterable[Any]) -> Iterator[tuple[int, str, str]]:
    """Level, bookmark and text of each heading."""
    for element in elements:
        if element.tag == _PARAGRAPH and (style := paragraph_style(element)) in _HEADINGS:
            mark = element.find(f"{W}bookmarkStart")
            anchor = "" if mark is None else mark.get(f"{W}name")
            yield int(style[-1]), anchor, "".join(text.text or "" for text in element.iter(f"{W}t"))


def _link(anchor: str, text: str) -> Any:
    words = word_element("t")
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    if not anchor:
        return _run(words)
    link = word_element("hyperlink", anchor=anchor, history="1")
    link.append(_run(words))
    return link


def _run(child: Any) -> Any:
    run = word_element("r")
    run.append(child)
    return run


def _field_opening(instruction: str) -> tuple[Any, ...]:
    words = word_element("instrText")
    words.text = f" {instruction} "
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    begin, separate = (word_element("fldChar", fldCharType=kind) for kind in ("begin", "separate"))
    return _run(begin), _run(words), _run(separate)


def _contents_block(lines: list[Any]) -> Any:
    """The block that Word uses for its own table of contents, in which it offers to update it."""
    block, properties, part = word_element("sdt"), word_element("sdtPr"), word_element("docPartObj")
    part.extend((word_element("docPartGallery", val="Table of Contents"), word_element("docPartUnique")))
    properties.append(part)
    content = word_element("sdtContent")
    content.extend(lines)
    block.extend((properties, content))
    return block


def _bookmark_the_rest(body: Any, place: Any) -> None:
    """Bookmark everything after the contents: without this range an update would list earlier headings too."""
    used = [int(mark.get(f"{W}id")) for mark in body.iter(f"{W}bookmarkStart")]
    identifier = str(max(used, default=0) + 1)
    place.addnext(word_element("bookmarkStart", id=identifier, name=_LISTED))
    body.find(f"{W}sectPr").addprevious(word_element("bookmarkEnd", id=identifier))


# Pages


def _part_tables(body: Any) -> None:
    """Put space after every table; add an empty paragraph only where Word needs it: between tables, after the last."""
    for table in body.findall(_TABLE):
        after = _content_beside(table.itersiblings())
        if after is not None and after.tag == _PARAGRAPH and len(after) == 0:  # pandoc's own
            body.remove(after)
            after = _content_beside(table.itersiblings())
        if after is None or after.tag in (_TABLE, _SECTION):
            table.addnext(_paragraph("Spacer"))
        elif paragraph_style(after) in ("BodyText", "FirstParagraph"):
            _set_style(after, "AfterTable")


def _turn_pages(body: Any) -> None:
    """Give every section the page setup, header and footer of the last, in landscape if marked so.

    A section without content would be an empty page, so it is left out.
    """
    last = body.find(f"{W}sectPr")
    empty, closed = True, None
    for child in list(body.iterchildren()):
        mark = child.find("w:pPr/w:sectPr", _NAMESPACES) if child.tag == _PARAGRAPH else None
        if mark is None:
            empty = empty and (child.tag in _BOOKMARKS or child is last)
        elif empty:
            body.remove(child)
        else:
            closed = _close_section(child, _page(last, mark[0].get(f"{W}orient") == "landscape"))
            empty = True
    if empty and closed is not None:
        body.replace(last, closed)


def _page(section: Any, landscape: bool) -> Any:
    page = copy.deepcopy(section)
    size = page.find(f"{W}pgSz")
    if landscape:
        width, height = size.get(f"{W}w"), size.get(f"{W}h")
        for name, value in (("w", height), ("h", width), ("orient", "landscape")):
            size.set(f"{W}{name}", value)
    return page


def _close_section(place: Any, section: Any) -> Any:
    """End a section in its last paragraph, because an extra paragraph could end up on an extra page."""
    before = _content_beside(place.itersiblings(preceding=True))
    if before.tag == _PARAGRAPH and before.find("w:pPr/w:sectPr", _NAMESPACES) is None:
        _properties(before, "pPr").append(section)
        place.getparent().remove(place)
    else:
        _set_style(place, "Spacer")
        properties = place.find(f"{W}pPr")
        properties.replace(properties.find(f"{W}sectPr"), section)
    return section


def _tables_with_widths(body: Any) -> Iterator[tuple[Any, int]]:
    """Each table with the text width of its page."""
    waiting: list[Any] = []
    for element in body.iter(_TABLE, _SECTION):
        if element.tag == _TABLE:
            waiting.append(element)
            continue
        size, margins = element.find(f"{W}pgSz"), element.find(f"{W}pgMar")
        width = int(size.get(f"{W}w")) - sum(int(margins.get(f"{W}{side}")) for side in ("left", "right"))
        yield from ((table, width) for table in waiting)
        waiting.clear()


# Tables


def _finish_table(table: Any, width: int, row_heads: str) -> None:
    """Make columns fill the page, keep rows and records together, and style and repeat header rows."""
    rows = table.findall(f"{W}tr")
    _set_table_properties(table, width, row_heads, has_header=bool(rows) and _is_header(rows[0]))
    _set_widths(table, rows, width)
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        header = _is_header(row)
        if header:
            _properties(row, "trPr").insert(0, word_element("cnfStyle", val=_HEADER_ROW))
        _set_cell_styles(row, "TableHeading" if header else "TableText")
        _keep_whole(row, with_next=after is not None and (header or _continues(after)))


def _set_table_properties(table: Any, width: int, mark: str, has_header: bool) -> None:
    """Replace the table properties: pandoc writes the style's name instead of its id, and repeats its formats."""
    old = table.find(f"{W}tblPr")
    style = old.find(f"{W}tblStyle").get(f"{W}val")
    name, row_heads = style.removesuffix(mark), style.endswith(mark)
    flags = (has_header * 0x0020) | (row_heads * 0x0080) | 0x0600  # 17.18.106; the last two: no bands
    look = word_element("tblLook", val=f"{flags:04X}", firstRow=str(int(has_header)), lastRow="0",
                    firstColumn=str(int(row_heads)), lastColumn="0", noHBand="1", noVBand="1")  # fmt: skip
    new = word_element("tblPr")
    new.extend((word_element("tblStyle", val=name.replace(" ", "")), word_element("tblW", w=str(width), type="dxa")))
    new.extend((word_element("tblLayout", type="fixed"), look))
    new.extend(old.findall(f"{W}tblCaption") + old.findall(f"{W}tblDescription"))
    table.replace(old, new)


def _set_widths(table: Any, rows: list[Any], width: int) -> None:
    """Turn the column shares into lengths that add up to the text width."""
    columns = table.findall("w:tblGrid/w:gridCol", _NAMESPACES)
    shares = [int(column.get(f"{W}w") or 0) for column in columns]
    shares = shares if all(shares) else [1] * len(shares)
    edges = [width * sum(shares[:index]) // sum(shares) for index in range(len(shares) + 1)]
    for index, column in enumerate(columns):
        column.set(f"{W}w", str(edges[index + 1] - edges[index]))
    for row in rows:
        start = 0
        for cell in row.iterfind(f"{W}tc"):
            properties = _properties(cell, "tcPr")
            span = properties.find(f"{W}gridSpan")
            end = start + (int(span.get(f"{W}val")) if span is not None else 1)
            properties.insert(0, word_element("tcW", w=str(edges[end] - edges[start]), type="dxa"))
            start = end


def _is_header(row: Any) -> bool:
    return row.find("w:trPr/w:tblHeader", _NAMESPACES) is not None


def _continues(row: Any) -> bool:
    """Whether a cell of this row belongs to the row above."""
    merges = (cell.find("w:tcPr/w:vMerge", _NAMESPACES) for cell in row.iterfind(f"{W}tc"))
    return any(merge is not None and merge.get(f"{W}val") != "restart" for merge in merges)


def _set_cell_styles(row: Any, style: str) -> None:
    for paragraph in row.iter(_PARAGRAPH):
        if paragraph_style(paragraph) in _PLAIN_STYLES:
            _set_style(paragraph, style)


def _keep_whole(row: Any, with_next: bool) -> None:
    properties = _properties(row, "trPr")
    if properties.find(f"{W}cantSplit") is None:
        properties.insert(0, word_element("cantSplit"))
    if with_next:
        for paragraph in row.iter(_PARAGRAPH):  # they have a style by now, which must come first
            paragraph.find("w:pPr/w:pStyle", _NAMESPACES).addnext(word_element("keepNext"))


def _keep_introductions(body: Any) -> None:
    """Keep the paragraph between a heading and a table on the page of the table, and the heading with it."""
    for caption in body.iterfind(_PARAGRAPH):
        if paragraph_style(caption) != "TableCaption":
            continue
        before = [one for one in caption.itersiblings(preceding=True) if one.tag not in _BOOKMARKS][:2]
        if [one.tag for one in before] == [_PARAGRAPH] * 2 and paragraph_style(before[1]).startswith("Heading"):
            before[0].find("w:pPr/w:pStyle", _NAMESPACES).addnext(word_element("keepNext"))


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
