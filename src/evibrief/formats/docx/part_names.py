"""Describes the differences in a part of a Word document: text, header, footnote, hidden text, field, picture, style.

In: two XML trees that differ. Out: differences for people, at least one. Each list is walked only once, because a
malicious document must not make this slow.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evibrief.formats.difference import MOST_ALIKE, Difference, quoted, reads
from evibrief.formats.docx.names import W

_PARTS = (
    ("word/header", "header"), ("word/footer", "footer"), ("word/footnotes", "footnote"), ("word/endnotes", "footnote"),
    ("word/comments", "annotation"), ("word/people", "annotation"), ("word/styles", "style"),
    ("word/numbering", "style"), ("word/theme", "style"), ("word/fontTable", "font"), ("word/fonts/", "font"),
    ("word/settings", "setting"), ("word/webSettings", "setting"), ("word/media/", "picture"),
    ("docProps/", "property"), ("word/document.xml", "text"), ("customXml/", "attachment"),
    ("word/_rels/", "relationship"), ("_rels/", "relationship"),
)  # fmt: skip


def part_kind(name: str) -> str:
    """The kind of content of a part, by its name."""
    if name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or "activex" in name.lower():
        return "script"
    return next((kind for start, kind in _PARTS if name.startswith(start)), "part")


@dataclass(frozen=True, slots=True)
class _Piece:
    """An element without its content, with the place of its paragraph."""

    tag: str
    said: tuple[Any, ...]
    place: str
    text: str

    @property
    def key(self) -> tuple[Any, ...]:
        return self.tag, self.said


def tree_differences(name: str, root: Any, wanted: Any) -> Iterator[Difference]:
    """The differences between two parts with the same name: texts first, then everything else."""
    kind = part_kind(name)
    differences = list(_texts(name, kind, _paragraphs(root), _paragraphs(wanted)))
    pieces, others = list(_pieces(root)), list(_pieces(wanted))
    here, there = (Counter(piece.key for piece in few) for few in (pieces, others))
    changed = [*_changed(pieces, here - there, "was added"), *_changed(others, there - here, "was removed")]
    # Elements that only group runs and paragraphs change along with them: they are listed only if nothing else is.
    telling = [one for one in changed if _local(one[0].tag) not in _FRAMES]
    differences += [_named(name, kind, *one) for one in telling or ([] if differences else changed)]
    yield from differences or [Difference(kind, name, "what is in it is in another order than the evidence gives")]


def _paragraphs(root: Any) -> list[tuple[str, str]]:
    """The place and text of each paragraph."""
    return [(_place(number, one), _text(one)) for number, one in enumerate(root.iter(f"{W}p"), 1)]


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter(f"{W}t"))


def _place(number: int, paragraph: Any) -> str:
    record = _record(paragraph)
    return f"paragraph {number}, record {record}" if record else f"paragraph {number}"


def _record(paragraph: Any) -> str:
    """The record of a paragraph, from the control in or around it, or from its bookmark."""
    tag = paragraph.find(f".//{W}sdtPr/{W}tag")
    for above in paragraph.iterancestors(f"{W}sdt") if tag is None else ():
        tag = above.find(f"{W}sdtPr/{W}tag") if tag is None else tag
    if tag is not None:
        return str(tag.get(f"{W}val"))
    bookmark = paragraph.find(f".//{W}bookmarkStart")
    return "" if bookmark is None else str(bookmark.get(f"{W}name"))


def _texts(
    name: str, kind: str, found: Sequence[tuple[str, str]], expected: Sequence[tuple[str, str]]
) -> Iterator[Difference]:
    """Paragraphs whose text differs, without the equal paragraphs at the beginning and the end."""
    start = _alike(found, expected)
    stop = _alike(found[start:][::-1], expected[start:][::-1])
    here, there = found[start : len(found) - stop], expected[start : len(expected) - stop]
    if len(here) == len(there):
        for (place, text), (_, other) in zip(here, there, strict=True):
            if text != other:
                yield Difference(kind, name, f"{place}: {reads(text, other)}")
        return
    for verb, some, others in (("was added", here, there), ("was removed", there, here)):
        extra = Counter(text for _, text in some) - Counter(text for _, text in others)
        for place, text in [one for one in some if one[1] in extra][:MOST_ALIKE]:
            yield Difference(kind, name, f"{place}: a paragraph {verb}: {quoted(text)}")


def _alike(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> int:
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((index for index, (a, b) in enumerate(pairs) if a[1] != b[1]), shorter)


def _pieces(root: Any) -> Iterator[_Piece]:
    """Every element of a tree, without the text of runs, which `_texts` compares."""
    number, place, text = 0, "", ""
    for one in root.iter():
        tag = one.tag if isinstance(one.tag, str) else "comment" if one.tag is not None else ""
        if tag == f"{W}p":
            number += 1
            place, text = _place(number, one), _text(one)
        said = "" if tag == f"{W}t" else (one.text or "").strip()
        attributes = sorted(one.attrib.items()) if isinstance(one.tag, str) else []
        yield _Piece(tag, (said, (one.tail or "").strip(), *attributes), place, text)


def _changed(
    pieces: Sequence[_Piece], extra: Counter[tuple[Any, ...]], verb: str
) -> Iterator[tuple[_Piece, str]]:
    for piece in pieces:
        if extra[piece.key] > 0:
            extra[piece.key] -= 1
            yield piece, verb


def _named(name: str, kind: str, piece: _Piece, verb: str) -> Difference:
    what, label = _called(piece, kind)
    place = f"{piece.place}: " if piece.place else ""
    return Difference(what, name, f"{place}{label} {verb}")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


_FRAMES = {"p", "r", "t", "pPr", "rPr", "body", "document"}


_TEXT_PARTS = {"text", "header", "footer", "footnote", "annotation", "part"}

_HIDING = {"vanish": "hidden text", "webHidden": "hidden text", "specVanish": "hidden text"}
_TAGS = {
    "sym": ("text", "a symbol that is drawn in place of text"),
    "fldSimple": ("field", "a field"), "instrText": ("field", "a field"), "fldChar": ("field", "a field"),
    "drawing": ("picture", "a drawing"), "pict": ("picture", "a picture"), "blip": ("picture", "a picture"),
    "imagedata": ("picture", "a picture"), "object": ("picture", "an embedded object"),
    "OLEObject": ("picture", "an embedded object"), "AlternateContent": ("picture", "content with an alternative"),
    "Choice": ("picture", "content with an alternative"), "Fallback": ("picture", "content with an alternative"),
    "txbxContent": ("picture", "a text box"), "textbox": ("picture", "a text box"), "docPr": ("picture", "a drawing"),
    "hyperlink": ("link", "a link"), "bookmarkStart": ("link", "a bookmark"), "bookmarkEnd": ("link", "a bookmark"),
    "ins": ("text", "a tracked insertion"), "del": ("text", "a tracked deletion"),
    "moveFrom": ("text", "a tracked move"), "moveTo": ("text", "a tracked move"),
    "commentReference": ("annotation", "a comment"), "commentRangeStart": ("annotation", "a comment"),
    "commentRangeEnd": ("annotation", "a comment"), "comment": ("annotation", "a comment"),
    "footnoteReference": ("footnote", "a footnote"), "endnoteReference": ("footnote", "an endnote"),
    "altChunk": ("part", "another document that is shown as a part of this one"),
    "background": ("page", "a background of the page"), "pgSz": ("page", "the size of the page"),
    "pgMar": ("page", "the margins of the page"), "sectPr": ("page", "a section"),
    "titlePg": ("page", "a first page of its own"), "headerReference": ("page", "a header of a section"),
    "footerReference": ("page", "a footer of a section"), "pgNumType": ("page", "the numbering of pages"),
}  # fmt: skip


_TELLING = ("descr", "instr", "val", "anchor", "author", "typeface", "name")
"""The attributes that say most about an element, best first."""


def _called(piece: _Piece, kind: str) -> tuple[str, str]:
    """The kind of an element, and a name for it."""
    tag = _local(piece.tag)
    said = dict(part for part in piece.said[2:])
    telling = [said[name] for word in _TELLING for name in said if _local(name) == word]
    value = str(next(iter([*telling, *said.values()]), ""))
    shown = f" {quoted(value, 40)}" if value else f" {quoted(piece.said[0], 40)}" if piece.said[0].strip() else ""
    if kind not in _TEXT_PARTS:
        return kind, f"{tag}{shown}"
    if _hides(tag, value, said):
        return "hidden text", f"what hides or fades text ({tag}{shown}) in {quoted(piece.text, 60)}"
    what, label = _TAGS.get(tag, ("", ""))
    if not what:
        what, label = ("style" if kind == "text" else kind), tag
    return what, f"{label}{shown}"


def _hides(tag: str, value: str, said: dict[str, str]) -> bool:
    """Whether a property makes a run invisible or nearly invisible (ECMA-376 part 1, 17.3.2)."""
    faded = said.get(f"{W}themeColor", "").startswith(("background", "light"))
    tiny = tag == "sz" and value.isdigit() and int(value) <= 8
    white = tag == "color" and (faded or (len(value) == 6 and min(value[0::2].upper()) >= "E"))
    return tag in _HIDING or tiny or white or (tag == "w" and value.isdigit() and int(value) < 20)
