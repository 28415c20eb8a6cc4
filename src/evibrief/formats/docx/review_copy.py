"""Makes the Word document for a reviewer: our questions as comments, tracking switched on, a page of instructions.

In: the bytes of a brief's DOCX, questions, and the text of the first page. Out: the bytes of the review copy, the same
every time. The questions are Word comments (ECMA-376 part 1, 17.13.4) at the bookmarks of the records, with ids so that
replies can be matched (MS-DOCX 2.5.3).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from lxml import etree

from evibrief.evidence.brief import BriefRecord
from evibrief.evidence.hashes import SHORT
from evibrief.formats.docx.names import DOCUMENT_RELATIONS, OFFICE, WORD, W
from evibrief.formats.docx.package import pack, serialised, unpack, with_part, word_element
from evibrief.formats.docx.properties import custom_properties
from evibrief.labels import phrases
from evibrief.labels.words import Words
from evibrief.sections.questions import ReviewQuestion

AUTHOR = "evibrief"
"""The author of the questions in a review copy."""

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def make_review_copy(
    document: bytes,
    asked: Sequence[ReviewQuestion],
    page: Sequence[tuple[str, str]],
    day: date,
    about: Mapping[str, str],
) -> bytes:
    """The review copy of a brief's DOCX. `page` has the style and text of each paragraph of its first page.

    `day` is the date of the comments: the brief's date, never today. `about` are custom properties.
    """
    parts = unpack(document)
    tree = etree.fromstring(parts["word/document.xml"])
    _ask(tree, asked)
    _open_with(tree, page)
    _leave_contents(tree)
    settings = etree.fromstring(parts["word/settings.xml"])
    _track(settings)
    parts |= {"word/document.xml": serialised(tree), "word/settings.xml": serialised(settings)}
    if asked:
        parts["word/comments.xml"] = serialised(_comments(asked, day))
        parts["word/commentsExtended.xml"] = serialised(_threads(asked))
        extended = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
        for name, relation in (("comments", f"{OFFICE}/comments"), ("commentsExtended", extended)):
            parts |= with_part(parts, f"word/{name}.xml", f"{_KIND}.{name}+xml", DOCUMENT_RELATIONS, relation)
    return pack(parts | custom_properties(parts, about))


def _run(text: str) -> Any:
    words = word_element("t")
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return word_element("r", words)


def _ask(tree: Any, asked: Iterable[ReviewQuestion]) -> None:
    """Put comment marks around each record's bookmark, or into a nearby paragraph if that is not possible."""
    starts = {mark.get(f"{W}name"): mark for mark in tree.iter(f"{W}bookmarkStart")}
    ends = {mark.get(f"{W}id"): mark for mark in tree.iter(f"{W}bookmarkEnd")}
    for number, question in enumerate(asked):
        start = starts.get(question.anchor)
        end = ends.get(start.get(f"{W}id")) if start is not None else None
        reference = word_element("r", word_element("commentReference", id=str(number)))
        if start is None or end is None or not _in_one_paragraph(start, end):
            _after_properties(next(_paragraphs_from(start, tree)), reference)
            continue
        start.addnext(word_element("commentRangeStart", id=str(number)))
        end.addprevious(word_element("commentRangeEnd", id=str(number)))
        end.addnext(reference)


def _in_one_paragraph(start: Any, end: Any) -> bool:
    return start.getparent() is end.getparent() and start.getparent().tag == f"{W}p"


def _paragraphs_from(start: Any, tree: Any) -> Iterator[Any]:
    """The paragraph that contains a mark, then the first after it, then the first of all."""
    if start is not None:
        yield from start.iterancestors(f"{W}p")
        for following in start.itersiblings():
            yield from following.iter(f"{W}p")
    yield from tree.iter(f"{W}p")


def _after_properties(paragraph: Any, element: Any) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        paragraph.insert(0, element)
    else:
        properties.addnext(element)


def _open_with(tree: Any, page: Sequence[tuple[str, str]]) -> None:
    """Insert the first page, followed by a page break."""
    body = tree.find(f"{W}body")
    styles = [(word_element("pPr", word_element("pStyle", val=style)), text) for style, text in page]
    made = [word_element("p", style, _run(text)) for style, text in styles]
    made.append(word_element("p", word_element("r", word_element("br", type="page"))))
    for place, paragraph in enumerate(made):
        body.insert(place, paragraph)


def _leave_contents(tree: Any) -> None:
    """Let Word leave the contents as they are when it opens the copy: with tracking on, filling them is a change."""
    for mark in tree.iter(f"{W}fldChar"):
        mark.attrib.pop(f"{W}dirty", None)


def _track(settings: Any) -> None:
    """Switch on tracking, including moves. The order of settings is fixed (17.15.1.78)."""
    for one in settings.findall(f"{W}doNotTrackMoves"):
        settings.remove(one)
    later = settings.find(f"{W}defaultTabStop")
    mark = word_element("trackRevisions")
    settings.append(mark) if later is None else later.addprevious(mark)


def _paragraph_id(number: int) -> str:
    """A paragraph id: eight hexadecimal digits below 80000000, as Word requires."""
    return f"{0x10000001 + number:08X}"


def _comments(asked: Iterable[ReviewQuestion], day: date) -> Any:
    spaces = {"w": WORD, "w14": _W14, "mc": _COMPATIBILITY}
    root = etree.Element(f"{W}comments", nsmap=spaces)
    root.set(f"{{{_COMPATIBILITY}}}Ignorable", "w14")
    for number, question in enumerate(asked):
        paragraph = word_element("p", _run(question.text))
        paragraph.set(f"{{{_W14}}}paraId", _paragraph_id(number))
        moment = f"{day.isoformat()}T00:00:00Z"
        root.append(word_element("comment", paragraph, id=str(number), author=AUTHOR, date=moment, initials="ev"))
    return root


def _threads(asked: Sequence[ReviewQuestion]) -> Any:
    root = etree.Element(f"{{{_W15}}}commentsEx", nsmap={"w15": _W15, "mc": _COMPATIBILITY})
    root.set(f"{{{_COMPATIBILITY}}}Ignorable", "w15")
    for number in range(len(asked)):
        attributes = {f"{{{_W15}}}paraId": _paragraph_id(number), f"{{{_W15}}}done": "0"}
        etree.SubElement(root, f"{{{_W15}}}commentEx", attributes)
    return root


def first_page(
    brief: BriefRecord, content: str, count: int, comments_by: date | None, words: Words
) -> tuple[tuple[str, str], ...]:
    """The instructions for a reviewer: style and text of each paragraph. `count` is the number of questions."""
    said = words.review_copy
    day = phrases.date(brief.date, words)
    until = said.until(date=phrases.date(comments_by, words)) if comments_by else said.whenever
    texts = (
        said.version(version=brief.version, date=day, content=content[:SHORT]),
        said.asked,
        said.comment,
        said.questions(count, author=AUTHOR),
        said.change,
        said.keep,
        said.names,
        until,
    )
    return (("PageOneHeading", said.title(title=brief.title)), *(("BodyText", text) for text in texts))
