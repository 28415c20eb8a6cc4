"""Compares the pages of two PDFs as a viewer shows them; only this module uses `pypdfium2`.

In: the bytes of two PDFs. Out: which pages look different, how much and where, and which have different text. The
renderer is a different program from the reader of the objects, so it also finds what two programs read differently.
It runs no scripts. It must not be used from two threads at once.
"""

from collections.abc import Iterator
from typing import Any

from evibrief.formats.difference import NOT_COMPARED, Difference, reads

_SCALE = 100 / 72
"""100 dots per inch: enough to distinguish letters of 7 points."""

LARGEST_PICTURE = 25_000_000
"""In pixels, for one page; A0 at this scale has 15 million."""

LONGEST_TEXT = 1_000_000
"""The most characters of a page that are compared."""


def page_differences(found: bytes, expected: bytes, shown: frozenset[int]) -> Iterator[Difference]:
    """The differences in look and text of the pages with these numbers, which both PDFs have."""
    if not shown:
        return
    import pypdfium2  # type: ignore[import-untyped]  # it ships no types

    try:
        one, other = pypdfium2.PdfDocument(found), pypdfium2.PdfDocument(expected)
    except pypdfium2.PdfiumError as error:
        yield Difference(NOT_COMPARED, "document", f"not compared: a viewer cannot open it ({error})")
        return
    try:
        one.init_forms()
        other.init_forms()
        for number in sorted(shown):
            yield from _one_page(one, other, number - 1)
    finally:
        one.close()
        other.close()


def _one_page(one: Any, other: Any, index: int) -> Iterator[Difference]:
    import pypdfium2

    where = f"page {index + 1}"
    try:
        pages = one[index], other[index]
        texts = [_text(page) for page in pages]
        if texts[0] != texts[1]:
            yield Difference("text", where, reads(*texts))
        yield from _pictures(*pages, where)
    except (pypdfium2.PdfiumError, RuntimeError, ValueError, MemoryError) as error:
        yield Difference(NOT_COMPARED, where, f"not compared: a viewer cannot show this page ({error})")


def _text(page: Any) -> str:
    text = page.get_textpage()
    return str(text.get_text_range(0, min(text.count_chars(), LONGEST_TEXT)))


def text_of_pdf(data: bytes) -> str:
    """The words of all pages of a PDF of ours, each line as it is on the page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(_text(document[index]).replace("\r\n", "\n") for index in range(len(document)))
    finally:
        document.close()


def texts_of_pages(data: bytes) -> Iterator[str]:
    """The words of each page of any PDF. Raises `ValueError` if it cannot be opened, or a page of it cannot be read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ValueError(f"this PDF cannot be opened: {error}") from None
    try:
        for index in range(len(document)):
            yield _text(document[index]).replace("\r\n", "\n")
    except (pypdfium2.PdfiumError, RuntimeError) as error:
        raise ValueError(f"a page of this PDF cannot be read: {error}") from None
    finally:
        document.close()


def _pictures(one: Any, other: Any, where: str) -> Iterator[Difference]:
    sizes = [tuple(round(side, 2) for side in page.get_size()) for page in (one, other)]
    if sizes[0] != sizes[1]:
        shown = [f"{width:g} by {height:g} points" for width, height in sizes]
        yield Difference("box", where, f"the page is shown {shown[0]} large, and the evidence gives {shown[1]}")
    elif sizes[0][0] * sizes[0][1] * _SCALE**2 > LARGEST_PICTURE:
        yield Difference(NOT_COMPARED, where, "not compared: the page is too large to be drawn")
    else:
        rows = [_rows(page) for page in (one, other)]
        if different := _different(*rows):
            yield Difference("page", where, _sentence(different, len(rows[0])))


def _rows(page: Any) -> list[bytes]:
    """The picture of a page with annotations and fields: rows of bytes, four bytes per pixel."""
    bitmap = page.render(scale=_SCALE, draw_annots=True, may_draw_forms=True, prefer_bgrx=True, maybe_alpha=False)
    try:
        data, stride = bytes(bitmap.buffer), bitmap.stride
        return [data[at : at + 4 * bitmap.width] for at in range(0, stride * bitmap.height, stride)]
    finally:
        bitmap.close()


def _different(one: list[bytes], other: list[bytes]) -> dict[int, float]:
    """The share of pixels that differ, for each row with a difference."""
    rows = {}
    for index, (row, wanted) in enumerate(zip(one, other, strict=True)):
        if row != wanted:
            pixels = zip(memoryview(row).cast("I"), memoryview(wanted).cast("I"), strict=True)
            rows[index] = sum(a != b for a, b in pixels) * 4 / len(row)
    return rows


def _sentence(different: dict[int, float], height: int) -> str:
    part = sum(different.values()) / height
    share = "less than 1 %" if part < 0.01 else f"{part:.0%}".replace("%", " %")
    thirds = [max(0, min(2, 3 * row // height)) for row in (min(different), max(different))]
    names = ("top", "middle", "bottom")
    spot = f"{names[thirds[0]]} third" if thirds[0] == thirds[1] else f"{names[thirds[0]]} to {names[thirds[1]]} third"
    return f"the page looks different: {share} of it, in the {spot}"
