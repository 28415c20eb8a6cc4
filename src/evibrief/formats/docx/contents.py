r"""The contents, and below them the lists of figures and of tables, as fields that Word fills and updates.

In: the body with the place of the contents marked. Out: the same with a TOC field (ECMA-376 part 1, 17.16.5.68) whose
result links to each heading and has its page as a PAGEREF field (17.16.5.45).

Only a program that sets pages knows their numbers, so none is stored: nothing wrong is shown before they are computed.
LibreOffice computes a PAGEREF at once, but in a TOC field it shows what is stored. So the TOC field is for Word alone:
it is marked as out of date, and Word fills it when it opens the document and the reader agrees to an update.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from evibrief.formats.docx.captions import WordCaption
from evibrief.formats.docx.names import W
from evibrief.formats.docx.package import word_element
from evibrief.formats.docx.paragraphs import (
    PARAGRAPH,
    SECTION,
    bookmarked,
    field_closing,
    field_opening,
    for_word_alone,
    free_numbers,
    paragraph_style,
    set_style,
    styled_paragraph,
    text_inside,
    whole_field,
    word_run,
)

HEADING_STYLES = ("Heading1", "Heading2", "Heading3")
_DEEPEST = 2
"""The deepest level that the contents list; the PDF and the web page list the same."""
_LISTED = "_Listed"
"""The bookmark around everything that the contents list; Word hides names with a leading underscore."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a list: the style of its paragraph, the bookmark that it leads to, and its words."""

    style: str
    anchor: str
    words: str


def fill_contents(body: Any, mark: str, captions: Sequence[WordCaption]) -> None:
    """Put the contents and the lists of figures and tables in place of the mark.

    The contents begin with the first heading of the highest level: before it stands the summary, which needs none.
    """
    text = next((text for text in body.iter(f"{W}t") if text.text == mark), None)
    if text is None:
        return
    place = text.getparent().getparent()
    listed = list(dropwhile(lambda element: paragraph_style(element) != HEADING_STYLES[0], place.itersiblings()))
    entries = list(_headings(listed))
    if not entries:
        body.remove(place)
        return
    within = ""
    if len(list(_headings(body))) > len(entries):
        within = rf" \b {_LISTED}"
        _bookmark_from(listed[0], body)
    place.addprevious(_contents_block(_list(rf'TOC \o "1-{_DEEPEST}" \h \z{within}', entries)))
    for lines in _lists_of_captions(captions):
        place.addprevious(styled_paragraph("Spacer"))
        for line in lines:
            place.addprevious(line)
    place.remove(text.getparent())
    set_style(place, "Spacer")


def _headings(elements: Iterable[Any]) -> Iterator[_Entry]:
    for element in elements:
        if element.tag == PARAGRAPH and paragraph_style(element) in HEADING_STYLES[:_DEEPEST]:
            mark = element.find(f"{W}bookmarkStart")
            anchor = "" if mark is None else mark.get(f"{W}name")
            yield _Entry(f"TOC{paragraph_style(element)[-1]}", anchor, text_inside(element))


def _lists_of_captions(captions: Sequence[WordCaption]) -> Iterator[list[Any]]:
    """The lines of a list for each label, such as Figure, with more than one caption."""
    for sequence in sorted({caption.sequence for caption in captions}):
        entries = [_Entry("TableofFigures", one.bookmark, one.words) for one in captions if one.sequence == sequence]
        if len(entries) > 1:
            yield _list(rf'TOC \h \z \c "{sequence}"', entries)


def _list(instruction: str, entries: Iterable[_Entry]) -> list[Any]:
    """The paragraphs of a list, with the field around them."""
    lines = [styled_paragraph(entry.style, _line(entry)) for entry in entries]
    for position, run in enumerate(field_opening(instruction, dirty="true"), 1):
        lines[0].insert(position, for_word_alone(run))
    lines[-1].append(for_word_alone(field_closing()))
    return lines


def _line(entry: _Entry) -> Any:
    if not entry.anchor:
        return word_run(entry.words)
    page = whole_field(rf"PAGEREF {entry.anchor} \h")
    link = word_element("hyperlink", anchor=entry.anchor, history="1")
    link.extend((word_run(entry.words), word_element("r", word_element("tab")), *page))
    return link


def _contents_block(lines: list[Any]) -> Any:
    """The block that Word uses for its own table of contents, in which it offers to update it."""
    part = word_element("docPartObj", word_element("docPartGallery", val="Table of Contents"))
    part.append(word_element("docPartUnique"))
    return word_element("sdt", word_element("sdtPr", part), word_element("sdtContent", *lines))


def _bookmark_from(heading: Any, body: Any) -> None:
    """Bookmark everything from a heading on: without this range an update would list earlier headings too."""
    start, end = bookmarked(next(free_numbers(body)), _LISTED)
    heading.addprevious(start)
    body.find(SECTION).addprevious(end)
