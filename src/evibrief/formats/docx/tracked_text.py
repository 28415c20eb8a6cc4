"""The text of a Word document, piece by piece, with everything about each piece.

In: a `WordPackage`. Out: pieces of text in reading order, each with its paragraph, frame and bookmark, the comments on
it, and whether it was inserted or deleted, by whom and when. For comments see ECMA-376 part 1, 17.13.4; for revisions
17.13.5.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from lxml import etree

from evibrief.formats.docx.formatting import (
    REFORMATTED,
    Formatting,
    FormattingChange,
    change_of,
    colours_of,
    look_of,
    marks_of,
    styles_of,
)
from evibrief.formats.docx.names import W
from evibrief.formats.docx.package import WordPackage, open_package
from evibrief.problems import Place, Problem, Problems

Anchor = Literal["content control", "bookmark", "nearest record", "none"]
TextPart = Literal["paragraph", "table", "caption", "footnote", "endnote", "header", "footer"]
RevisionState = Literal["kept", "inserted", "deleted", "moved away", "moved here"]

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TRACKED: Mapping[str, RevisionState] = {
    f"{W}ins": "inserted", f"{W}del": "deleted", f"{W}moveFrom": "moved away", f"{W}moveTo": "moved here",
    f"{W}cellIns": "inserted", f"{W}cellDel": "deleted",
}  # fmt: skip
_PROPERTIES = {
    f"{W}{name}"
    for name in ("rPr", "pPr", "trPr", "tcPr", "tblPr", "tblPrEx", "tblGrid", "sdtPr", "sdtEndPr", "sectPr")
}
_LETTERS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_CAPTIONS = ("caption",)
_MOVES: Mapping[str, RevisionState] = {"moveFrom": "moved away", "moveTo": "moved here"}
_STARTS = {f"{W}{kind}RangeStart": kind for kind in _MOVES}
_ENDS = {f"{W}{kind}RangeEnd": kind for kind in _MOVES}
MoveRange = tuple[str, str]
"""A range of moved words: which end of the move it is, and its id."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One tracked element."""

    state: RevisionState
    author: str
    date: str
    number: int
    move: str = ""


@dataclass(slots=True)
class RunText:
    """The text of a run, and everything about it."""

    text: str
    paragraph: int
    part: TextPart
    revision: Revision | None
    controls: tuple[str, ...]
    bookmarks: tuple[str, ...]
    comments: frozenset[str]
    nearest: str
    marks: tuple[tuple[str, str], ...] = ()
    format: FormattingChange | None = None


@dataclass(slots=True)
class Walk:
    """The state while walking through a document: what is open at this point, and what was collected so far."""

    pieces: list[RunText] = field(default_factory=list)
    spots: dict[str, RunText] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    bookmarks: dict[str, str] = field(default_factory=dict)
    comments: set[str] = field(default_factory=set)
    moves: dict[MoveRange, str] = field(default_factory=dict)
    bare: frozenset[MoveRange] = frozenset()
    closed: frozenset[MoveRange] = frozenset()
    between: dict[MoveRange, Revision] = field(default_factory=dict)
    styles: Mapping[str, Formatting] = field(default_factory=dict)
    colours: frozenset[str] = frozenset()
    looks: list[Formatting] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    runs: list[tuple[tuple[tuple[str, str], ...], FormattingChange | None]] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    marks: list[Revision] = field(default_factory=list)
    paragraph: int = 0
    depth: list[int] = field(default_factory=list)
    tables: int = 0
    captions: set[int] = field(default_factory=set)
    part: TextPart = "paragraph"
    nearest: str = ""
    number: int = 0
    known: Container[str] | None = None
    ended: Container[str] = ()

    def is_record(self, name: str) -> bool:
        """Whether a frame or bookmark with this name belongs to a record; without known ids, all of them do."""
        return bool(name) and not name.startswith("_") and (self.known is None or name in self.known)

    def piece(self, text: str, revision: Revision | None) -> RunText:
        """A new piece at this point."""
        paragraph = self.depth[-1] if self.depth else self.paragraph
        part: TextPart = "table" if self.part == "paragraph" and self.tables else self.part
        part = "caption" if self.part == "paragraph" and paragraph in self.captions else part
        bookmarks = tuple(dict.fromkeys(self.bookmarks.values()))
        marks, format_ = self.runs[-1] if self.runs else ((), None)
        return RunText(
            text, paragraph, part, revision, tuple(self.controls), bookmarks, frozenset(self.comments), self.nearest,
            marks, format_,
        )  # fmt: skip

    @property
    def revision(self) -> Revision | None:
        """The revision that applies at this point."""
        return self.revisions[-1] if self.revisions else next(reversed(self.between.values()), None)


def walked(package: WordPackage, known: Container[str] | None = None) -> Walk:
    """The document, then its notes, headers and footers, piece by piece.

    Raises `Problems` if the main part has an unknown form, because reading half of it would be worse than nothing.
    """
    walk = Walk(known=known)
    for path in package.related("/styles")[:1]:
        styles = package.tree(path)
        walk.styles, walk.colours = styles_of(styles), colours_of(styles)
    parts: list[tuple[str, TextPart]] = [(package.main, "paragraph")]
    kinds: tuple[tuple[str, TextPart], ...] = (
        ("/footnotes", "footnote"), ("/endnotes", "endnote"), ("/header", "header"), ("/footer", "footer"),
    )  # fmt: skip
    parts += [(path, kind) for ending, kind in kinds for path in sorted(set(package.related(ending)))]
    for path, kind in parts:
        tree = package.tree(path)
        if path == package.main and tree.tag != f"{W}document":
            message, hint = "this is not a form of Word document that is read", "open it in Word and save it as .docx"
            raise Problems([Problem(Place(package.name), "not-docx", message, hint)])
        # LibreOffice writes bookmarks around pictures without an end; they must not extend over everything after them.
        walk.part, walk.nearest = kind, ""
        walk.ended = {end.get(f"{W}id") for end in tree.iter(f"{W}bookmarkEnd")}
        walk.bare, walk.closed = moved_ranges(tree)
        walk_part(tree, walk)
        for open_ in (walk.bookmarks, walk.comments, walk.moves, walk.between):
            open_.clear()
    return walk


def moved_ranges(tree: Any) -> tuple[frozenset[MoveRange], frozenset[MoveRange]]:
    """Moves that only have range marks, without elements around the words; and all ranges that have an end."""
    wrapped: dict[MoveRange, bool] = {}
    open_: set[MoveRange] = set()
    closed: set[MoveRange] = set()
    for one in tree.iter(*_STARTS, *_ENDS, *(f"{W}{kind}" for kind in _MOVES)):
        if any(above.tag == FALLBACK for above in one.iterancestors()):
            continue
        if kind := _STARTS.get(one.tag):
            open_.add((kind, one.get(f"{W}id", "")))
            wrapped.setdefault((kind, one.get(f"{W}id", "")), False)
        elif kind := _ENDS.get(one.tag):
            closed.add((kind, one.get(f"{W}id", "")))
            open_.discard((kind, one.get(f"{W}id", "")))
        else:
            wrapped |= {range_: True for range_ in open_ if f"{W}{range_[0]}" == one.tag}
    return frozenset(range_ for range_, is_wrapped in wrapped.items() if not is_wrapped), frozenset(closed)


def walk_part(tree: Any, walk: Walk) -> None:
    """Add one part, or one paragraph of it, to a walk. Alternatives for old programs are left out."""
    steps = etree.iterwalk(tree, events=("start", "end"))
    for event, element in steps:
        if element.tag == FALLBACK or (element.tag in _PROPERTIES and event == "start"):
            if event == "start":
                _properties(element, walk)
                steps.skip_subtree()
        elif event == "start":
            _opened(element, walk)
        else:
            _closed(element, walk)


def _properties(element: Any, walk: Walk) -> None:
    """Read properties: revisions of a paragraph mark, row or cell; the style of a paragraph; formatting."""
    if element.tag == f"{W}pPr":
        _paragraph_style(element, walk)
    elif element.tag == f"{W}tcPr" and walk.cells:
        walk.cells[-1] = look_of(element).get("shd", "")
    if element.tag == f"{W}rPr" and walk.runs:
        change = next(element.iter(*REFORMATTED), None)
        # Marks first, because the piece for a changed run without words has them too.
        walk.runs[-1] = (_marks(element, walk), _change(change, walk) if change is not None else None)
        if change is not None:
            walk.pieces.append(walk.piece("", walk.revision))
        return
    ahead = int(element.tag not in (f"{W}pPr", f"{W}rPr", f"{W}sectPr"))
    for change in element.iter(*REFORMATTED):
        piece = walk.piece("", None)
        piece.format, piece.paragraph = _change(change, walk), piece.paragraph + ahead
        walk.pieces.append(piece)
    if element.tag in (f"{W}pPr", f"{W}trPr", f"{W}tcPr"):
        for mark in element.iter(*TRACKED):
            piece = walk.piece("", _revision(mark, walk))
            # The revision mark of a row or cell comes before its first paragraph.
            piece.paragraph += ahead
            walk.pieces.append(piece)


def _paragraph_style(element: Any, walk: Walk) -> None:
    style = element.find(f"{W}pStyle")
    name = style.get(f"{W}val", "") if style is not None else ""
    if name.lower().endswith(_CAPTIONS):
        walk.captions.add(walk.depth[-1] if walk.depth else 0)
    if walk.looks:
        styled = walk.styles.get(name, {})
        shade = look_of(element).get("shd", "")
        walk.looks[-1] = {**styled, "of its own": shade if shade != styled.get("shd") else ""}


def _marks(properties: Any, walk: Walk) -> tuple[tuple[str, str], ...]:
    """The formatting of a run, with the shade of its paragraph or cell if it has none."""
    around = walk.looks[-1] if walk.looks else {}
    marks = marks_of(properties, around, walk.styles, walk.colours)
    shade = around.get("of its own", "") or (walk.cells[-1] if walk.cells else "")
    shade = "" if shade.upper() in walk.colours else shade
    return marks if not shade or any(name == "shd" for name, _ in marks) else (*marks, ("shd", shade))


def _change(change: Any, walk: Walk) -> FormattingChange:
    walk.number += 1
    return change_of(change, walk.number)


def _revision(element: Any, walk: Walk) -> Revision:
    walk.number += 1
    return Revision(
        TRACKED[element.tag], element.get(f"{W}author", ""), element.get(f"{W}date", ""), walk.number,
        _name_of_move(element, walk) if "move" in element.tag else "",
    )  # fmt: skip


def _name_of_move(element: Any, walk: Walk) -> str:
    """The name of the move range around an element; for a paragraph mark it may begin inside the paragraph."""
    kind = element.tag.removeprefix(W)
    if names := [name for (end, _), name in walk.moves.items() if end == kind]:
        return names[-1]
    paragraph = next(element.iterancestors(f"{W}p"), None)
    start = paragraph.find(f".//{W}{kind}RangeStart") if paragraph is not None else None
    return str(start.get(f"{W}name", "")) if start is not None else ""


def _range_opened(element: Any, walk: Walk) -> None:
    """Open a range of moved words. If there are no elements around the words, the range itself is the revision."""
    kind, name = _STARTS[element.tag], element.get(f"{W}name", "")
    range_ = (kind, element.get(f"{W}id", ""))
    if range_ in walk.closed:
        walk.moves[range_] = name
    if range_ in walk.bare:
        walk.number += 1
        author, date = element.get(f"{W}author", ""), element.get(f"{W}date", "")
        revision = Revision(_MOVES[kind], author, date, walk.number, name)
        walk.pieces.append(walk.piece("", revision))
        if range_ in walk.closed:
            walk.between[range_] = revision


def _opened(element: Any, walk: Walk) -> None:
    tag, number = element.tag, element.get(f"{W}id", "")
    if tag == f"{W}p":
        walk.paragraph += 1
        walk.depth.append(walk.paragraph)
        walk.looks.append({})
    elif tag == f"{W}r":
        walk.runs.append((_marks(None, walk), None))
    elif tag == f"{W}tc":
        walk.cells.append("")
    elif tag in REFORMATTED:
        piece = walk.piece("", walk.revision)
        piece.format = _change(element, walk)
        walk.pieces.append(piece)
    elif tag in TRACKED and not is_mark_of_comment(element):
        revision = _revision(element, walk)
        walk.revisions.append(revision)
        # A piece for the element itself, so that a revision without words is not lost.
        walk.pieces.append(walk.piece("", revision))
    elif tag == f"{W}sdt":
        named = element.find(f"{W}sdtPr/{W}tag")
        name = named.get(f"{W}val", "") if named is not None else ""
        walk.controls.append(name if walk.is_record(name) else "")
        walk.nearest = walk.controls[-1] or walk.nearest
    elif tag == f"{W}bookmarkStart" and walk.is_record(element.get(f"{W}name", "")):
        walk.nearest = element.get(f"{W}name")
        if number in walk.ended:
            walk.bookmarks[number] = walk.nearest
    elif tag == f"{W}bookmarkEnd":
        walk.bookmarks.pop(number, None)
    elif tag == f"{W}commentRangeStart":
        walk.comments.add(number)
        walk.spots.setdefault(number, walk.piece("", None))
    elif tag == f"{W}commentRangeEnd":
        walk.comments.discard(number)
        walk.spots.setdefault(number, walk.piece("", None))
    elif tag == f"{W}commentReference":
        walk.spots[number] = walk.spots.get(number, walk.piece("", None))
    elif tag in _STARTS:
        _range_opened(element, walk)
    elif tag in _ENDS:
        walk.moves.pop((_ENDS[tag], number), None)
        walk.between.pop((_ENDS[tag], number), None)
    elif tag == f"{W}tbl":
        walk.tables += 1
    else:
        _text(element, walk)


def is_mark_of_comment(element: Any) -> bool:
    """Whether a revision is only the anchor of a comment, which LibreOffice tracks as if it were typed."""
    return element.tag == f"{W}ins" and len(element) > 0 and not any(
        child.tag not in (f"{W}r", f"{W}rPr", f"{W}commentReference", f"{W}annotationRef")
        and not any(above.tag == f"{W}rPr" for above in child.iterancestors())
        for child in element.iterdescendants()
    )  # fmt: skip


def _text(element: Any, walk: Walk) -> None:
    if element.tag in (f"{W}t", f"{W}delText"):
        text = element.text or ""
    elif element.tag == f"{W}sym":
        text = chr(int(element.get(f"{W}char", "20"), 16) & 0xFFFF) if element.get(f"{W}char") else ""
    elif element.tag == f"{W}drawing":
        text = "[picture]"
    else:
        text = _LETTERS.get(element.tag, "")
    if text:
        walk.pieces.append(walk.piece(text, walk.revision))


def _closed(element: Any, walk: Walk) -> None:
    if element.tag == f"{W}p" and walk.depth:
        walk.pieces.append(walk.piece(" ", None))
        walk.depth.pop()
        walk.looks.pop()
    elif element.tag == f"{W}r" and walk.runs:
        walk.runs.pop()
    elif element.tag == f"{W}tc" and walk.cells:
        walk.cells.pop()
    elif element.tag in TRACKED and not is_mark_of_comment(element) and walk.revisions:
        walk.revisions.pop()
    elif element.tag == f"{W}sdt" and walk.controls:
        walk.controls.pop()
    elif element.tag == f"{W}tbl":
        walk.tables -= 1


BEFORE = frozenset({"kept", "deleted", "moved away"})
AFTER = frozenset({"kept", "inserted", "moved here"})


def revision_state(piece: RunText) -> RevisionState:
    """The state of a piece; `kept` if no tracked change touched it."""
    return piece.revision.state if piece.revision else "kept"


def joined_text(pieces: Iterable[RunText], states: frozenset[str] | None = None) -> str:
    """The text of pieces, with any white space reduced to one space."""
    return " ".join("".join(one.text for one in pieces if states is None or revision_state(one) in states).split())


def text_of_docx(data: bytes, name: str) -> str:
    """The words of a DOCX as they are when all tracked changes are accepted, a line for each paragraph."""
    pieces = walked(open_package(data, name)).pieces
    lines = (joined_text(group, AFTER) for _, group in groupby(pieces, lambda piece: piece.paragraph))
    return "\n".join(line for line in lines if line)


def frame_of(piece: RunText) -> str:
    """The innermost frame that belongs to a record."""
    return next((name for name in reversed(piece.controls) if name), "")


def records_of(pieces: Sequence[RunText]) -> tuple[tuple[str, ...], Anchor]:
    """The records that pieces are in, and how they were matched."""
    told: tuple[tuple[Anchor, Iterable[str]], ...] = (
        ("content control", (frame_of(piece) for piece in pieces)),
        ("bookmark", (piece.bookmarks[-1] for piece in pieces if piece.bookmarks)),
        ("nearest record", (piece.nearest for piece in pieces[:1])),
    )
    for anchor, names in told:
        if found := tuple(dict.fromkeys(name for name in names if name)):
            return found, anchor
    return (), "none"
