"""What reviewers wrote into a Word document: comments, answers, and edits with and without tracking.

In: the bytes of a DOCX that came back. Out: `Remark`s, each with who wrote it, what it is about and which records it
stands in. A record is told by its frame (content control), else by its bookmark, else by the nearest one before.
Comments are those of ECMA-376 part 1, 17.13.4; revisions those of 17.13.5; threads and resolved comments those of
MS-DOCX 2.5.3 (`commentsExtended`). Nothing is dropped: `counted` counts comments and revisions in another way.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from lxml import etree

from evibrief.carried import carried_files
from evibrief.problems import Problems
from evibrief.wordpackage import WordPackage, open_package

Kind = Literal["comment", "reply", "insertion", "deletion", "replacement", "move", "untracked"]
Anchor = Literal["content control", "bookmark", "nearest record", "none"]
Part = Literal["paragraph", "table", "caption", "footnote", "endnote", "header", "footer"]
State = Literal["kept", "inserted", "deleted", "moved away", "moved here"]

RECIPIENT = "evibrief-recipient"
"""The custom property of a review copy that says to whom it went, by id."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TRACKED: Mapping[str, State] = {
    f"{_W}ins": "inserted", f"{_W}del": "deleted", f"{_W}moveFrom": "moved away", f"{_W}moveTo": "moved here",
    f"{_W}cellIns": "inserted", f"{_W}cellDel": "deleted",
}  # fmt: skip
_PROPERTIES = {f"{_W}{name}" for name in ("rPr", "pPr", "trPr", "tcPr", "tblPr", "sdtPr", "sdtEndPr", "sectPr")}
_LETTERS = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": ""}
_CAPTIONS = ("caption",)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a reviewer said or did.

    `key` stays the same when the file is saved again. `quoted` is what a comment is set on; `around` the paragraph.
    `before` and `after` are the whole text of the record's frame, or of the paragraph, without any edit and with this
    one alone. `elements` is how many comments or revisions of the file the remark stands for.
    """

    key: str
    kind: Kind
    author: str
    date: str
    text: str
    removed: str = ""
    added: str = ""
    quoted: str = ""
    around: str = ""
    resolved: bool = False
    answers: str = ""
    place: Part = "paragraph"
    records: tuple[str, ...] = ()
    anchor: Anchor = "none"
    before: str = ""
    after: str = ""
    elements: int = 1


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file that came back: which version it says it is, to whom it went, and what was said."""

    name: str
    brief: str
    version: str
    evidence: str
    recipient: str
    remarks: tuple[Remark, ...]
    counted: int
    macros: bool = False


@dataclass(frozen=True, slots=True)
class _Revision:
    """One tracked element."""

    state: State
    author: str
    date: str
    number: int
    move: str = ""


@dataclass(slots=True)
class _Piece:
    """A run's text, and all that is about it."""

    text: str
    paragraph: int
    part: Part
    revision: _Revision | None
    controls: tuple[str, ...]
    bookmarks: tuple[str, ...]
    comments: frozenset[str]
    nearest: str


@dataclass(slots=True)
class _Walk:
    """What is open at a point of the document, and what was collected up to it."""

    pieces: list[_Piece] = field(default_factory=list)
    spots: dict[str, _Piece] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    bookmarks: dict[str, str] = field(default_factory=dict)
    comments: set[str] = field(default_factory=set)
    moves: dict[str, str] = field(default_factory=dict)
    revisions: list[_Revision] = field(default_factory=list)
    marks: list[_Revision] = field(default_factory=list)
    paragraph: int = 0
    depth: list[int] = field(default_factory=list)
    tables: int = 0
    captions: set[int] = field(default_factory=set)
    part: Part = "paragraph"
    nearest: str = ""
    number: int = 0
    known: Container[str] | None = None
    ended: Container[str] = ()

    def is_record(self, name: str) -> bool:
        """Whether a frame or a bookmark of this name is about a record; all of them are where nobody knows better."""
        return bool(name) and not name.startswith("_") and (self.known is None or name in self.known)

    def piece(self, text: str, revision: _Revision | None) -> _Piece:
        """A piece at this point."""
        paragraph = self.depth[-1] if self.depth else self.paragraph
        part: Part = "table" if self.part == "paragraph" and self.tables else self.part
        part = "caption" if self.part == "paragraph" and paragraph in self.captions else part
        bookmarks = tuple(dict.fromkeys(self.bookmarks.values()))
        return _Piece(
            text, paragraph, part, revision, tuple(self.controls), bookmarks, frozenset(self.comments), self.nearest
        )


def read_reviewed(data: bytes, name: str, known: Container[str] | None = None) -> Reviewed:
    """Read a DOCX that came back. `known` are the ids that records have; other frames and bookmarks tell nothing.

    Raises `Problems` for what is no DOCX, is damaged, or is made to hurt.
    """
    package = open_package(data, name)
    walk = _walked(package, known)
    said = [*_comments(package, walk), *_edits(walk)]
    brief, version, evidence = _origin(data, name)
    return Reviewed(
        name, brief, version, evidence, _recipient(package), tuple(_keyed(said)), _counted(package), package.has_macros
    )


def control_texts(data: bytes, name: str) -> Mapping[str, str]:
    """The text of each record's frame, or of its bookmark, as it was before any tracked edit."""
    texts: dict[str, list[str]] = {}
    for piece in _walked(open_package(data, name)).pieces:
        if _state(piece) in _BEFORE:
            for record in dict.fromkeys((*piece.controls, *piece.bookmarks)):
                texts.setdefault(record, []).append(piece.text)
    return {record: " ".join("".join(parts).split()) for record, parts in texts.items()}


def untracked(reviewed: bytes, original: bytes, name: str) -> tuple[Remark, ...]:
    """Edits made while tracking was off: records whose text is not the one that was sent."""
    now, was = control_texts(reviewed, name), control_texts(original, name)
    changed = ((record, text, now.get(record, "")) for record, text in was.items() if text)
    return tuple(
        _keyed(
            Remark("", "untracked", "", "", after, before, after, around=before, records=(record,),
                   anchor="content control", before=before, after=after, elements=0)
            for record, before, after in changed if before != after
        )
    )  # fmt: skip


def _walked(package: WordPackage, known: Container[str] | None = None) -> _Walk:
    """The document, then its notes, headers and footers, piece by piece."""
    walk = _Walk(known=known)
    parts: list[tuple[str, Part]] = [(package.main, "paragraph")]
    kinds: tuple[tuple[str, Part], ...] = (
        ("/footnotes", "footnote"), ("/endnotes", "endnote"), ("/header", "header"), ("/footer", "footer"),
    )  # fmt: skip
    parts += [(path, kind) for ending, kind in kinds for path in sorted(set(package.related(ending)))]
    for path, kind in parts:
        tree = package.tree(path)
        # LibreOffice writes bookmarks about pictures without an end: such a one must not reach over all that follows.
        walk.part, walk.nearest, walk.ended = kind, "", {end.get(f"{_W}id") for end in tree.iter(f"{_W}bookmarkEnd")}
        _walk_part(tree, walk)
        walk.bookmarks.clear()
        walk.comments.clear()
    return walk


def _walk_part(tree: Any, walk: _Walk) -> None:
    steps = etree.iterwalk(tree, events=("start", "end"))
    for event, element in steps:
        if element.tag == _FALLBACK or (element.tag in _PROPERTIES and event == "start"):
            if event == "start":
                _properties(element, walk)
                steps.skip_subtree()
        elif event == "start":
            _opened(element, walk)
        else:
            _closed(element, walk)


def _properties(element: Any, walk: _Walk) -> None:
    """Marks of a revision that stand in properties: a paragraph's end, a row, a cell; and a paragraph's style."""
    if element.tag == f"{_W}pPr":
        style = element.find(f"{_W}pStyle")
        if style is not None and style.get(f"{_W}val", "").lower().endswith(_CAPTIONS):
            walk.captions.add(walk.depth[-1] if walk.depth else 0)
    if element.tag in (f"{_W}pPr", f"{_W}trPr", f"{_W}tcPr"):
        for mark in element.iter(*_TRACKED):
            revision = _revision(mark, walk)
            walk.pieces.append(walk.piece("", revision))


def _revision(element: Any, walk: _Walk) -> _Revision:
    walk.number += 1
    move = next(reversed(walk.moves.values()), "") if "move" in element.tag else ""
    return _Revision(
        _TRACKED[element.tag], element.get(f"{_W}author", ""), element.get(f"{_W}date", ""), walk.number, move
    )


def _opened(element: Any, walk: _Walk) -> None:
    tag, number = element.tag, element.get(f"{_W}id", "")
    if tag == f"{_W}p":
        walk.paragraph += 1
        walk.depth.append(walk.paragraph)
    elif tag in _TRACKED and not _is_mark_of_comment(element):
        revision = _revision(element, walk)
        walk.revisions.append(revision)
        # One piece for the element itself, so that a revision without words is not lost.
        walk.pieces.append(walk.piece("", revision))
    elif tag == f"{_W}sdt":
        named = element.find(f"{_W}sdtPr/{_W}tag")
        name = named.get(f"{_W}val", "") if named is not None else ""
        walk.controls.append(name if walk.is_record(name) else "")
        walk.nearest = walk.controls[-1] or walk.nearest
    elif tag == f"{_W}bookmarkStart" and walk.is_record(element.get(f"{_W}name", "")):
        walk.nearest = element.get(f"{_W}name")
        if number in walk.ended:
            walk.bookmarks[number] = walk.nearest
    elif tag == f"{_W}bookmarkEnd":
        walk.bookmarks.pop(number, None)
    elif tag == f"{_W}commentRangeStart":
        walk.comments.add(number)
        walk.spots.setdefault(number, walk.piece("", None))
    elif tag == f"{_W}commentRangeEnd":
        walk.comments.discard(number)
        walk.spots.setdefault(number, walk.piece("", None))
    elif tag == f"{_W}commentReference":
        walk.spots[number] = walk.spots.get(number, walk.piece("", None))
    elif tag in (f"{_W}moveFromRangeStart", f"{_W}moveToRangeStart"):
        walk.moves[number] = element.get(f"{_W}name", "")
    elif tag in (f"{_W}moveFromRangeEnd", f"{_W}moveToRangeEnd"):
        walk.moves.pop(number, None)
    elif tag == f"{_W}tbl":
        walk.tables += 1
    else:
        _text(element, walk)


def _is_mark_of_comment(element: Any) -> bool:
    """Whether a revision holds nothing: LibreOffice tracks the anchor of a comment as if it were typed."""
    return element.tag == f"{_W}ins" and len(element) > 0 and not any(
        child.tag not in (f"{_W}r", f"{_W}rPr", f"{_W}commentReference", f"{_W}annotationRef")
        and not any(above.tag == f"{_W}rPr" for above in child.iterancestors())
        for child in element.iterdescendants()
    )  # fmt: skip


def _text(element: Any, walk: _Walk) -> None:
    if element.tag in (f"{_W}t", f"{_W}delText"):
        text = element.text or ""
    elif element.tag == f"{_W}sym":
        text = chr(int(element.get(f"{_W}char", "20"), 16) & 0xFFFF) if element.get(f"{_W}char") else ""
    elif element.tag == f"{_W}drawing":
        text = "[picture]"
    else:
        text = _LETTERS.get(element.tag, "")
    if text:
        walk.pieces.append(walk.piece(text, walk.revisions[-1] if walk.revisions else None))


def _closed(element: Any, walk: _Walk) -> None:
    if element.tag == f"{_W}p" and walk.depth:
        walk.pieces.append(walk.piece(" ", None))
        walk.depth.pop()
    elif element.tag in _TRACKED and not _is_mark_of_comment(element) and walk.revisions:
        walk.revisions.pop()
    elif element.tag == f"{_W}sdt" and walk.controls:
        walk.controls.pop()
    elif element.tag == f"{_W}tbl":
        walk.tables -= 1


_BEFORE = frozenset({"kept", "deleted", "moved away"})
_AFTER = frozenset({"kept", "inserted", "moved here"})


def _state(piece: _Piece) -> State:
    return piece.revision.state if piece.revision else "kept"


def _joined(pieces: Iterable[_Piece], states: frozenset[str] | None = None) -> str:
    """The text of pieces, with one space where there was any."""
    return " ".join("".join(one.text for one in pieces if states is None or _state(one) in states).split())


def _comments(package: WordPackage, walk: _Walk) -> Iterator[Remark]:
    """Every comment of the file, also one that no place of the document names."""
    threads = _threads(package)
    for path in package.related("/comments"):
        for comment in package.tree(path).iter(f"{_W}comment"):
            yield _comment(comment, walk, threads)


def _comment(comment: Any, walk: _Walk, threads: Mapping[str, tuple[str, bool]]) -> Remark:
    number = comment.get(f"{_W}id", "")
    covered = [piece for piece in walk.pieces if number in piece.comments]
    spot = walk.spots.get(number)
    about = covered or ([spot] if spot else [])
    records, anchor = _records(about)
    paragraphs = {piece.paragraph for piece in about}
    around = _joined(piece for piece in walk.pieces if piece.paragraph in paragraphs) if about else ""
    last = _last_paragraph(comment)
    parent, resolved = threads.get(last, ("", False)) if last else ("", False)
    return Remark(
        "", "reply" if parent else "comment", comment.get(f"{_W}author", ""), comment.get(f"{_W}date", ""),
        _comment_text(comment), quoted=_joined(covered, _AFTER) or _joined(covered), around=around, resolved=resolved,
        answers=parent and f"paragraph {parent}", place=about[0].part if about else "paragraph", records=records,
        anchor=anchor, before=last,
    )  # fmt: skip


def _comment_text(comment: Any) -> str:
    lines = []
    for paragraph in comment.iter(f"{_W}p"):
        walk = _Walk()
        _walk_part(paragraph, walk)
        lines.append("".join(one.text for one in walk.pieces if _state(one) in _AFTER).strip())
    return "\n".join(lines).strip()


def _last_paragraph(comment: Any) -> str:
    """By the id of its last paragraph `commentsExtended` names a comment."""
    paragraphs = comment.findall(f".//{_W}p")
    return str(paragraphs[-1].get(f"{_W14}paraId", "")) if paragraphs else ""


def _threads(package: WordPackage) -> Mapping[str, tuple[str, bool]]:
    """For each comment's last paragraph: the paragraph of the comment that it answers, and whether it is resolved."""
    found = {}
    for path in package.related("/commentsExtended"):
        for one in package.tree(path).iter(f"{_W15}commentEx"):
            done = one.get(f"{_W15}done", "0") in ("1", "true", "on")
            found[one.get(f"{_W15}paraId", "")] = (one.get(f"{_W15}paraIdParent", ""), done)
    return found


def _frame(piece: _Piece) -> str:
    """The innermost frame that is a record's."""
    return next((name for name in reversed(piece.controls) if name), "")


def _records(pieces: Sequence[_Piece]) -> tuple[tuple[str, ...], Anchor]:
    """The records that pieces stand in, and by what that is told."""
    told: tuple[tuple[Anchor, Iterable[str]], ...] = (
        ("content control", (_frame(piece) for piece in pieces)),
        ("bookmark", (piece.bookmarks[-1] for piece in pieces if piece.bookmarks)),
        ("nearest record", (piece.nearest for piece in pieces[:1])),
    )
    for anchor, names in told:
        if found := tuple(dict.fromkeys(name for name in names if name)):
            return found, anchor
    return (), "none"


def _edits(walk: _Walk) -> Iterator[Remark]:
    """Tracked changes: what stands side by side and is one person's is one edit, and a move has two ends."""
    scopes = _scopes(walk.pieces)
    moves: dict[str, list[list[_Piece]]] = {}
    for group in _groups(walk.pieces):
        revision = group[0].revision
        if revision and revision.move:
            moves.setdefault(revision.move, []).append(group)
        else:
            yield _edit(group, scopes)
    yield from (_move(groups, scopes) for groups in moves.values())


def _scopes(pieces: Iterable[_Piece]) -> Mapping[tuple[int, str], list[_Piece]]:
    """The pieces of each frame in each paragraph, and of each paragraph."""
    scopes: dict[tuple[int, str], list[_Piece]] = {}
    for piece in pieces:
        for name in {"", *piece.controls}:
            scopes.setdefault((piece.paragraph, name), []).append(piece)
    return scopes


def _groups(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Tracked pieces that follow each other in one paragraph and frame and are one person's."""

    def together(piece: _Piece) -> tuple[object, ...]:
        revision = piece.revision
        if revision is None:
            return ("", piece.paragraph)
        return (piece.paragraph, piece.controls, revision.author, revision.move, revision.state.startswith("moved"))

    for _, group in groupby(pieces, together):
        listed = list(group)
        if listed[0].revision:
            yield listed


def _edit(group: Sequence[_Piece], scopes: Mapping[tuple[int, str], list[_Piece]]) -> Remark:
    removed, added = _joined(group, _BEFORE), _joined(group, _AFTER)
    kind: Kind = "replacement" if removed and added else "deletion" if removed else "insertion"
    if not removed and not added and _state(group[0]) in _BEFORE:
        kind = "deletion"
    return _remark(kind, group, removed, added, scopes)


def _move(groups: Sequence[Sequence[_Piece]], scopes: Mapping[tuple[int, str], list[_Piece]]) -> Remark:
    pieces = [piece for group in groups for piece in group]
    removed, added = _joined(pieces, _BEFORE), _joined(pieces, _AFTER)
    return _remark("move", pieces, removed, added, scopes)


def _remark(
    kind: Kind, pieces: Sequence[_Piece], removed: str, added: str, scopes: Mapping[tuple[int, str], list[_Piece]]
) -> Remark:
    revision = pieces[0].revision
    assert revision
    records, anchor = _records(pieces)
    own = [scopes[piece.paragraph, _frame(piece)] for piece in _first_of_each(pieces)]
    around = " … ".join(_joined(scopes[piece.paragraph, ""]) for piece in _first_of_each(pieces))
    elements = {piece.revision.number for piece in pieces if piece.revision}
    return Remark(
        "", kind, revision.author, revision.date, added or removed, removed, added, around=around,
        place=pieces[0].part, records=records, anchor=anchor, before=" … ".join(_joined(one, _BEFORE) for one in own),
        after=" … ".join(_with_this_alone(one, elements) for one in own), elements=len(elements),
    )  # fmt: skip


def _with_this_alone(pieces: Iterable[_Piece], numbers: Container[int]) -> str:
    """The text with these revisions accepted and all others rejected: each edit is decided for itself."""
    return _joined(
        piece for piece in pieces
        if _state(piece) in (_AFTER if piece.revision and piece.revision.number in numbers else _BEFORE)
    )  # fmt: skip


def _first_of_each(pieces: Iterable[_Piece]) -> list[_Piece]:
    """One piece of each paragraph and frame."""
    return list({(piece.paragraph, piece.controls): piece for piece in reversed(list(pieces))}.values())[::-1]


def _keyed(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Every remark with its key; a reply with that of the comment that it answers.

    The key is over what stays when a program saves the file anew: it renumbers comments, and cuts seconds off times.
    """
    listed = list(remarks)
    seen: Counter[str] = Counter()
    keys: list[str] = []
    for one in listed:
        words = (one.kind, one.author, one.date[:16], one.quoted, one.text, one.removed, one.added)
        told = "\0".join(" ".join(word.split()) for word in words)
        seen[told] += 1
        keys.append(hashlib.sha256(f"{told}\0{seen[told]}".encode()).hexdigest()[:12])
    said = [(one, key) for one, key in zip(listed, keys, strict=True) if one.kind in ("comment", "reply")]
    paragraphs = {one.before: key for one, key in said if one.before}
    for one, key in zip(listed, keys, strict=True):
        if one.kind not in ("comment", "reply"):
            yield replace(one, key=key)
        else:
            yield replace(one, key=key, before="", answers=paragraphs.get(one.answers.removeprefix("paragraph "), ""))


def _counted(package: WordPackage) -> int:
    """Comments and revisions of the file, counted by looking for their elements and nothing else."""
    comments = sum(1 for path in package.related("/comments") for _ in package.tree(path).iter(f"{_W}comment"))
    endings = ("/footnotes", "/endnotes", "/header", "/footer")
    parts = {package.main, *(path for ending in endings for path in package.related(ending))}
    tracked = (
        element for path in parts for element in package.tree(path).iter(*_TRACKED)
        if not any(above.tag == _FALLBACK for above in element.iterancestors())
        and not _is_mark_of_comment(element)
    )  # fmt: skip
    return comments + sum(1 for _ in tracked)


def _origin(data: bytes, name: str) -> tuple[str, str, str]:
    """Which brief, version and evidence the file carries; nothing where it carries none."""
    try:
        record = json.loads(carried_files(data, name)["manifest.json"])
        return str(record["id"]), str(record["version"]), str(record["evidence_sha256"])
    except (Problems, KeyError, TypeError, ValueError):
        return "", "", ""


def _recipient(package: WordPackage) -> str:
    """To whom a review copy went: its custom property (ECMA-376 part 1, 22.3)."""
    if "docProps/custom.xml" not in package.parts:
        return ""
    for one in package.tree("docProps/custom.xml").iter("{*}property"):
        if one.get("name") == RECIPIENT:
            return "".join(one.itertext()).strip()
    return ""
