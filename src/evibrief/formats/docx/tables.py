"""Finishes the tables of a Word document.

In: the body with pandoc's tables, with the marks of `templates/word.lua` in the names of their styles and in rows. Out:
tables as wide as the page, formatted by a table style, whose header rows repeat, whose rows do not split, and whose
records stay together. Lengths are in twentieths of a point (ECMA-376 part 1, 17.18.87).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from evibrief.formats.docx.names import WORD, W
from evibrief.formats.docx.package import word_element
from evibrief.formats.docx.paragraphs import (
    PARAGRAPH,
    SECTION,
    TABLE,
    paragraph_style,
    properties_of_element,
    set_style,
    text_inside,
)

_NAMESPACES = {"w": WORD}
_PLAIN_STYLES = ("", "BodyText", "FirstParagraph", "Compact")
"""The styles that pandoc gives to paragraphs without a style."""
_HEADER_ROW = "100000000000"
"""The conditional format of a header row (17.18.105); Word and other programs give it only to the first row."""
_FIRST_CELLS = {
    "part": "TablePart", "band": "TableBand", "entry": "TableEntry", "judged": "Judged",
    "supported": "JudgedSupported", "one": "JudgedThin", "limited": "JudgedThin", "conflicting": "JudgedConflicting",
    "contradicted": "JudgedContradicted", "unsearched": "JudgedAbsent", "empty": "JudgedAbsent",
    "absent": "JudgedAbsent",
}  # fmt: skip
"""The style of the first cell of a row, by what the page says that the row is, or how the link in it is judged.

Of several, the last is the closest.
"""
_KEPT = {
    "TableText": "TableTextKept", "TableBand": "TableBandKept", "TableEntry": "TableEntryKept",
    "BodyText": "BodyTextKept", "FirstParagraph": "BodyTextKept", "Callout": "CalloutKept",
    "TableNote": "TableNoteKept",
}  # fmt: skip
"""The styles that look the same and keep a paragraph on the page of the next."""
_KEEPING = frozenset({*_KEPT.values(), "TableHeading", "TablePart"})
"""The styles that keep with the next paragraph already, of those that this module meets, and the one that must not."""


def finish_tables(body: Any, token: str) -> None:
    """Finish every table in place; `token` is the one in the marks of the filter."""
    for table, width in _tables_with_widths(body):
        _finish_table(table, width, token)


def keep_with_next(paragraph: Any) -> None:
    """Keep a paragraph on the page of the next: by its style, or if that has no such variant, by itself."""
    style = paragraph_style(paragraph)
    if style in _KEPT:
        set_style(paragraph, _KEPT[style])
    elif style not in _KEEPING:  # it has a style by now, which must come first
        paragraph.find("w:pPr/w:pStyle", _NAMESPACES).addnext(word_element("keepNext"))


def _tables_with_widths(body: Any) -> Iterator[tuple[Any, int]]:
    """Each table with the text width of its page."""
    waiting: list[Any] = []
    for element in body.iter(TABLE, SECTION):
        if element.tag == TABLE:
            waiting.append(element)
            continue
        size, margins = element.find(f"{W}pgSz"), element.find(f"{W}pgMar")
        width = int(size.get(f"{W}w")) - sum(int(margins.get(f"{W}{side}")) for side in ("left", "right"))
        yield from ((table, width) for table in waiting)
        waiting.clear()


def _finish_table(table: Any, width: int, token: str) -> None:
    rows = table.findall(f"{W}tr")
    marked = [_take_marks(row, f"{token}:") for row in rows]
    _set_table_properties(table, width, f":{token}", has_header=bool(rows) and _is_header(rows[0]))
    _set_widths(table, rows, width)
    for row, after, marks in zip(rows, [*rows[1:], None], marked, strict=True):
        header = _is_header(row)
        if header:
            properties_of_element(row, "trPr").insert(0, word_element("cnfStyle", val=_HEADER_ROW))
        for style in [style for name, style in _FIRST_CELLS.items() if name in marks][-1:]:
            _set_cell_styles(row[1:2] if row[0].tag == f"{W}trPr" else row[:1], style)
        _set_cell_styles([row], "TableHeading" if header else "TableText")
        _keep_whole(row, "kept" in marks or header or _continues(after))


def _take_marks(row: Any, start: str) -> set[str]:
    """The words by which the filter marked a row, each in a paragraph of its own; they are taken out."""
    marks = {one: text_inside(one) for one in row.iter(PARAGRAPH) if text_inside(one).startswith(start)}
    for paragraph in marks:
        cell = paragraph.getparent()
        cell.remove(paragraph)
        if cell.find(PARAGRAPH) is None:  # a cell must have one
            cell.append(word_element("p"))
    return {mark.removeprefix(start) for mark in marks.values()}


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
            properties = properties_of_element(cell, "tcPr")
            span = properties.find(f"{W}gridSpan")
            end = start + (int(span.get(f"{W}val")) if span is not None else 1)
            properties.insert(0, word_element("tcW", w=str(edges[end] - edges[start]), type="dxa"))
            start = end


def _is_header(row: Any) -> bool:
    return row.find("w:trPr/w:tblHeader", _NAMESPACES) is not None


def _continues(row: Any) -> bool:
    """Whether a cell of this row belongs to the row above."""
    merges = () if row is None else (cell.find("w:tcPr/w:vMerge", _NAMESPACES) for cell in row.iterfind(f"{W}tc"))
    return any(merge is not None and merge.get(f"{W}val") != "restart" for merge in merges)


def _set_cell_styles(cells: Iterable[Any], style: str) -> None:
    for cell in cells:
        for paragraph in cell.iter(PARAGRAPH):
            if paragraph_style(paragraph) in _PLAIN_STYLES:
                set_style(paragraph, style)


def _keep_whole(row: Any, kept: bool) -> None:
    """Forbid a page break in a row, and after it if it is a header or not the last row of its record."""
    properties = properties_of_element(row, "trPr")
    if properties.find(f"{W}cantSplit") is None:
        properties.insert(0, word_element("cantSplit"))
    if kept:
        for paragraph in row.iter(PARAGRAPH):
            keep_with_next(paragraph)
