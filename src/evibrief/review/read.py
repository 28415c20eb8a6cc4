"""Reads what reviewers wrote into a Word document: comments, replies, and edits with and without tracking.

In: the bytes of a DOCX that came back. Out: `Remark`s, each with its author, what it is about and the records it is in.
A record is matched by its frame (content control) or, failing that, by its bookmark or the nearest record before.
Comments follow ECMA-376 part 1, 17.13.4; revisions 17.13.5; threads and resolved comments MS-DOCX 2.5.3
(`commentsExtended`). Formatting with a meaning, such as strikethrough, is a remark too. Nothing is dropped: `counted`
is an independent count of comments and revisions.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Any

from evibrief.evidence.review_ledger import RemarkKind
from evibrief.formats.carried import IsDraft, carried_files
from evibrief.formats.docx.formatting import REFORMATTED, STRIKES, in_words
from evibrief.formats.docx.names import W
from evibrief.formats.docx.package import WordPackage, open_package
from evibrief.formats.docx.properties import RECIPIENT, properties_of
from evibrief.formats.docx.tracked_text import (
    AFTER,
    BEFORE,
    FALLBACK,
    TRACKED,
    Anchor,
    RunText,
    TextPart,
    Walk,
    frame_of,
    is_mark_of_comment,
    joined_text,
    moved_ranges,
    records_of,
    revision_state,
    walk_part,
    walked,
)
from evibrief.formats.manifest import checked_manifest
from evibrief.problems import Problems

_Scopes = Mapping[tuple[int, str], list[RunText]]
"""The pieces of each paragraph, and of each frame in it: by the number of the paragraph and the frame (or empty)."""

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment or edit of a reviewer.

    `key` stays the same when the file is saved again. `quoted` is the text that a comment, or an edit without words, is
    attached to; `around` is the paragraph. `before` and `after` are the whole text of the record's frame, or of the
    paragraph, without any edit and with only this one. `elements` is the number of comments or revisions in the file
    that the remark covers.
    """

    key: str
    kind: RemarkKind
    author: str
    date: str
    text: str
    removed: str = ""
    added: str = ""
    quoted: str = ""
    around: str = ""
    resolved: bool = False
    answers: str = ""
    place: TextPart = "paragraph"
    records: tuple[str, ...] = ()
    anchor: Anchor = "none"
    before: str = ""
    after: str = ""
    elements: int = 1


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file that came back: its version, its recipient, and the remarks in it."""

    name: str
    brief: str
    version: str
    evidence: str
    recipient: str
    remarks: tuple[Remark, ...]
    counted: int
    macros: bool = False
    warnings: tuple[str, ...] = ()


def read_reviewed(data: bytes, name: str, known: Container[str] | None = None) -> Reviewed:
    """Read a DOCX that came back. `known` lists the ids of records; other frames and bookmarks are ignored.

    Raises `Problems` if the data are not a DOCX, are damaged, or are malicious.
    """
    package = open_package(data, name)
    walk = walked(package, known)
    said = [*_comments(package, walk), *_edits(walk), *_formatting(walk)]
    brief, version, evidence = _origin(data, name)
    return Reviewed(
        name, brief, version, evidence, properties_of(package).get(RECIPIENT, ""), tuple(_keyed(said)),
        _counted(package), package.has_macros,
    )  # fmt: skip


def control_texts(data: bytes, name: str) -> Mapping[str, str]:
    """The text of each record's frame or bookmark before any tracked edit."""
    texts: dict[str, list[str]] = {}
    for piece in walked(open_package(data, name)).pieces:
        if revision_state(piece) in BEFORE:
            for record in dict.fromkeys((*piece.controls, *piece.bookmarks)):
                texts.setdefault(record, []).append(piece.text)
    return {record: " ".join("".join(parts).split()) for record, parts in texts.items()}


def untracked(reviewed: bytes, original: bytes, name: str) -> tuple[Remark, ...]:
    """Edits made while tracking was off: records and other paragraphs whose text differs from what was sent.

    A paragraph outside all records has no known place in the data, but is reported too.
    """
    now, was = control_texts(reviewed, name), control_texts(original, name)
    changed = {record: (text, now.get(record, "")) for record, text in was.items() if text != now.get(record, "")}
    records = (
        Remark("", "untracked", "", "", after, before, after, around=before, records=(record,),
               anchor="content control", before=before, after=after, elements=0)
        for record, (before, after) in changed.items() if before
    )  # fmt: skip
    return tuple(_keyed([*records, *_paragraphs_changed(reviewed, original, name, frozenset(changed))]))


def _paragraphs_changed(reviewed: bytes, original: bytes, name: str, told: frozenset[str]) -> Iterator[Remark]:
    """Paragraphs changed, added or removed without tracking, outside the records in `told`."""
    old, new = (list(_paragraphs(walked(open_package(data, name)))) for data in (original, reviewed))
    matcher = SequenceMatcher(a=[text for text, _ in old], b=[text for text, _ in new], autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        pairs = zip_longest(old[start:end], new[first:last], fillvalue=_NOTHING) if kind != "equal" else ()
        for (before, was), (after, now) in pairs:
            names = {name for piece in (*was, *now) for name in (*piece.controls, *piece.bookmarks)}
            records, anchor = records_of(was or now)
            if not told & names:
                yield Remark("", "untracked", "", "", after, before, after, around=before or after, records=records,
                             anchor=anchor, before=before, after=after, elements=0)  # fmt: skip


_NOTHING: tuple[str, list[RunText]] = ("", [])


def _paragraphs(walk: Walk) -> Iterator[tuple[str, list[RunText]]]:
    """Each paragraph of text and footnotes as it was before any tracked edit, with its pieces.

    Headers and footers are left out, because programs update the page numbers in them.
    """
    own = (piece for piece in walk.pieces if piece.part not in ("header", "footer"))
    for _, group in groupby(own, lambda piece: piece.paragraph):
        pieces = list(group)
        if text := joined_text(pieces, BEFORE):
            yield text, pieces


def without_sent(reviewed: Reviewed, original: bytes) -> Reviewed:
    """The file without formatting that was already in the sent copy, because authors may strike words through too."""

    def told(remark: Remark) -> tuple[object, ...]:
        return remark.kind, remark.text, remark.quoted

    sent = Counter(told(one) for one in read_reviewed(original, reviewed.name).remarks if is_by_hand(one))
    kept = []
    for one in reviewed.remarks:
        if is_by_hand(one) and sent[told(one)] > 0:
            sent[told(one)] -= 1
        else:
            kept.append(one)
    return replace(reviewed, remarks=tuple(kept))


def is_by_hand(remark: Remark) -> bool:
    """Whether a remark is untracked formatting, whose author is not known."""
    return remark.kind in ("strikethrough", "formatting") and not remark.author and not remark.elements


def _comments(package: WordPackage, walk: Walk) -> Iterator[Remark]:
    """Every comment in the file, also one that the document text does not refer to."""
    threads = _threads(package)
    for path in package.related("/comments"):
        for comment in package.tree(path).iter(f"{W}comment"):
            yield _comment(comment, walk, threads)


def _comment(comment: Any, walk: Walk, threads: Mapping[str, tuple[str, bool]]) -> Remark:
    number = comment.get(f"{W}id", "")
    covered = [piece for piece in walk.pieces if number in piece.comments]
    spot = walk.spots.get(number)
    about = covered or ([spot] if spot else [])
    records, anchor = records_of(about)
    paragraphs = {piece.paragraph for piece in about}
    around = joined_text(piece for piece in walk.pieces if piece.paragraph in paragraphs) if about else ""
    last = _last_paragraph(comment)
    parent, resolved = threads.get(last, ("", False)) if last else ("", False)
    return Remark(
        "", "reply" if parent else "comment", comment.get(f"{W}author", ""), comment.get(f"{W}date", ""),
        _comment_text(comment), quoted=joined_text(covered, AFTER) or joined_text(covered), around=around,
        resolved=resolved, answers=parent and f"paragraph {parent}", place=about[0].part if about else "paragraph",
        records=records, anchor=anchor, before=last,
    )  # fmt: skip


def _comment_text(comment: Any) -> str:
    lines = []
    for paragraph in comment.iter(f"{W}p"):
        walk = Walk()
        walk_part(paragraph, walk)
        lines.append("".join(one.text for one in walk.pieces if revision_state(one) in AFTER).strip())
    return "\n".join(lines).strip()


def _last_paragraph(comment: Any) -> str:
    """The id of a comment's last paragraph, which is how `commentsExtended` refers to the comment."""
    paragraphs = comment.findall(f".//{W}p")
    return str(paragraphs[-1].get(f"{_W14}paraId", "")) if paragraphs else ""


def _threads(package: WordPackage) -> Mapping[str, tuple[str, bool]]:
    """For each comment's last paragraph: the last paragraph of the comment it answers, and whether it is resolved."""
    found = {}
    for path in package.related("/commentsExtended"):
        for one in package.tree(path).iter(f"{_W15}commentEx"):
            done = one.get(f"{_W15}done", "0") in ("1", "true", "on")
            found[one.get(f"{_W15}paraId", "")] = (one.get(f"{_W15}paraIdParent", ""), done)
    return found


def _edits(walk: Walk) -> Iterator[Remark]:
    """Tracked changes. Adjacent changes by one person are one edit; the two ends of a move are one edit too."""
    scopes = _scopes(walk.pieces)
    moves: dict[tuple[object, ...], list[list[RunText]]] = {}
    told: set[int] = set()
    for group in _without_echoes(list(_groups(walk.pieces))):
        revision = group[0].revision
        if revision and revision.state.startswith("moved"):
            # The ends of a move without a name are paired by their words; an end without words is an edit by itself.
            words = joined_text(group)
            unnamed = (revision.author, words) if words else (revision.number,)
            moves.setdefault((revision.move,) if revision.move else ("", *unnamed), []).append(group)
        else:
            yield _counted_once(_edit(group, scopes), group, told)
    yield from (_move(groups, scopes) for groups in moves.values())


def _formatting(walk: Walk) -> Iterator[Remark]:
    """Formatting with a meaning: tracked, with its author, and untracked."""
    scopes = _scopes(walk.pieces)
    told: set[int] = set()
    for group in _alike(walk.pieces, _tracked_format):
        format_ = group[0].format
        assert format_
        numbers = {piece.format.number for piece in group if piece.format} - told
        told |= numbers
        kind: RemarkKind = "strikethrough" if format_.strikes else "formatting"
        remark = _formatted(kind, group, format_.said, scopes)
        yield replace(remark, author=format_.author, date=format_.date, elements=len(numbers))
    for group in _alike(walk.pieces, _marks_by_hand):
        marks = _marks_by_hand(group[0])
        if joined_text(group):
            struck = any(name in STRIKES for name, _ in marks)
            yield _formatted("strikethrough" if struck else "formatting", group, in_words(marks), scopes)


def _alike(pieces: Iterable[RunText], look: Callable[[RunText], tuple[object, ...]]) -> Iterator[list[RunText]]:
    """Runs of consecutive pieces of one paragraph with the same formatting."""
    shown = (piece for piece in pieces if piece.text or look(piece))
    for key, group in groupby(shown, lambda piece: (piece.paragraph, look(piece))):
        if key[1]:
            yield list(group)


def _tracked_format(piece: RunText) -> tuple[object, ...]:
    return (piece.format.said, piece.format.author) if piece.format else ()


def _marks_by_hand(piece: RunText) -> tuple[tuple[str, str], ...]:
    """The untracked formatting of a piece. In inserted words only strikethrough counts: the rest is the typist's."""
    tracked = piece.format.changed if piece.format else frozenset()
    typed = revision_state(piece) in ("inserted", "moved here")
    return tuple(one for one in piece.marks if one[0] not in tracked and not (typed and one[0] not in STRIKES))


def _formatted(
    kind: RemarkKind, pieces: Sequence[RunText], said: str, scopes: _Scopes
) -> Remark:
    own = scopes.get((pieces[0].paragraph, ""), list(pieces))
    about = pieces if joined_text(pieces) else own
    records, anchor = records_of(about)
    text = f"{said}: should these words go?" if kind == "strikethrough" else said
    return Remark(
        "", kind, "", "", text, quoted=joined_text(about), around=joined_text(own), place=pieces[0].part,
        records=records, anchor=anchor, elements=0,
    )  # fmt: skip


def _without_echoes(groups: Sequence[list[RunText]]) -> list[list[RunText]]:
    """Groups, except those without words whose revisions have words in another frame."""
    worded = {piece.revision.number for group in groups if joined_text(group) for piece in group if piece.revision}
    return [
        group for group in groups
        if joined_text(group) or any(piece.revision and piece.revision.number not in worded for piece in group)
    ]  # fmt: skip


def _counted_once(remark: Remark, group: Sequence[RunText], told: set[int]) -> Remark:
    """The remark with its number of revisions; one that spans several frames is several remarks and counts once."""
    numbers = {piece.revision.number for piece in group if piece.revision} - told
    told |= numbers
    return replace(remark, elements=len(numbers))


def _scopes(pieces: Iterable[RunText]) -> _Scopes:
    """The pieces of each frame in each paragraph, and of each paragraph."""
    scopes: dict[tuple[int, str], list[RunText]] = {}
    for piece in pieces:
        for name in {"", *piece.controls}:
            scopes.setdefault((piece.paragraph, name), []).append(piece)
    return scopes


def _groups(pieces: Iterable[RunText]) -> Iterator[list[RunText]]:
    """Runs of consecutive tracked pieces by one person in one paragraph and frame."""

    def together(piece: RunText) -> tuple[object, ...]:
        revision = piece.revision
        if revision is None:
            return ("", piece.paragraph)
        return (piece.paragraph, piece.controls, revision.author, revision.move, revision.state.startswith("moved"))

    for _, group in groupby(pieces, together):
        listed = list(group)
        if listed[0].revision:
            yield listed


def _edit(group: Sequence[RunText], scopes: _Scopes) -> Remark:
    removed, added = joined_text(group, BEFORE), joined_text(group, AFTER)
    kind: RemarkKind = "replacement" if removed and added else "deletion" if removed else "insertion"
    if not removed and not added and revision_state(group[0]) in BEFORE:
        kind = "deletion"
    return _remark(kind, group, removed, added, scopes)


def _move(groups: Sequence[Sequence[RunText]], scopes: _Scopes) -> Remark:
    pieces = [piece for group in groups for piece in group]
    removed, added = joined_text(pieces, BEFORE), joined_text(pieces, AFTER)
    return _remark("move", pieces, removed, added, scopes)


def _remark(
    kind: RemarkKind, pieces: Sequence[RunText], removed: str, added: str, scopes: _Scopes
) -> Remark:
    revision = pieces[0].revision
    assert revision
    # An edit without words, of a table row or a paragraph mark, is about its whole paragraph.
    wordless = not joined_text(pieces)
    about = [one for piece in pieces for one in scopes[piece.paragraph, ""]] if wordless else pieces
    records, anchor = records_of(about)
    own = [scopes[piece.paragraph, frame_of(piece)] for piece in _first_of_each(pieces)]
    around = " … ".join(_around(piece.paragraph, scopes) for piece in _first_of_each(pieces))
    elements = {piece.revision.number for piece in pieces if piece.revision}
    return Remark(
        "", kind, revision.author, revision.date, added or removed, removed, added, around=around,
        quoted=joined_text(about, BEFORE) if wordless else "",
        place=pieces[0].part, records=records, anchor=anchor,
        before=" … ".join(joined_text(one, BEFORE) for one in own),
        after=" … ".join(_with_this_alone(one, elements) for one in own), elements=len(elements),
    )  # fmt: skip


def _around(paragraph: int, scopes: _Scopes) -> str:
    """The text of a paragraph; for an inserted one, preceded by the text of the paragraph before it."""
    own = joined_text(scopes[paragraph, ""])
    if joined_text(scopes[paragraph, ""], BEFORE):
        return own
    earlier = (joined_text(scopes[one, ""], BEFORE) for one in range(paragraph - 1, 0, -1) if (one, "") in scopes)
    return " … ".join(filter(None, (next(filter(None, earlier), ""), own)))


def _with_this_alone(pieces: Iterable[RunText], numbers: Container[int]) -> str:
    """The text with these revisions accepted and all others rejected: each edit is decided separately."""
    return joined_text(
        piece for piece in pieces
        if revision_state(piece) in (AFTER if piece.revision and piece.revision.number in numbers else BEFORE)
    )  # fmt: skip


def _first_of_each(pieces: Iterable[RunText]) -> list[RunText]:
    """One piece of each paragraph and frame."""
    return list({(piece.paragraph, piece.controls): piece for piece in reversed(list(pieces))}.values())[::-1]


def _keyed(remarks: Iterable[Remark]) -> Iterator[Remark]:
    """Every remark with its key, and every reply with the key of the comment it answers.

    The key is a hash of what stays the same when a program saves the file: programs renumber comments and drop seconds.
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
    paragraphs = {one.before: (one, key) for one, key in said if one.before}
    for one, key in zip(listed, keys, strict=True):
        if one.kind not in ("comment", "reply"):
            yield replace(one, key=key)
        else:
            asked, answers = paragraphs.get(one.answers.removeprefix("paragraph "), (one, ""))
            yield replace(one if one.around else _where(asked, one), key=key, before="", answers=answers)


def _where(asked: Remark, reply: Remark) -> Remark:
    """A reply without a place, moved to the place of the comment it answers."""
    return replace(
        reply, quoted=asked.quoted, around=asked.around, place=asked.place, records=asked.records, anchor=asked.anchor
    )


def _counted(package: WordPackage) -> int:
    """The number of comments and revisions in the file, by a plain count of their elements."""
    comments = sum(1 for path in package.related("/comments") for _ in package.tree(path).iter(f"{W}comment"))
    endings = ("/footnotes", "/endnotes", "/header", "/footer")
    parts = {package.main, *(path for ending in endings for path in package.related(ending))}
    return comments + sum(_counted_in(package.tree(path)) for path in parts)


def _counted_in(tree: Any) -> int:
    """The number of tracked elements, formatting changes, and moves that only have range marks."""
    bare = {(f"{W}{kind}RangeStart", number) for kind, number in moved_ranges(tree)[0]}
    return sum(
        1 for element in tree.iter(*TRACKED, *REFORMATTED, f"{W}moveFromRangeStart", f"{W}moveToRangeStart")
        if not any(above.tag == FALLBACK for above in element.iterancestors())
        and not is_mark_of_comment(element)
        and (not element.tag.endswith("RangeStart") or (element.tag, element.get(f"{W}id", "")) in bare)
    )  # fmt: skip


def _origin(data: bytes, name: str) -> tuple[str, str, str]:
    """The brief, version and evidence hash that the file carries; empty strings if it carries none.

    Raises `IsDraft` for a draft: remarks on it belong to no version.
    """
    try:
        record = checked_manifest(dict(carried_files(data, name)).get("manifest.json", b""))
        return record["id"], record["version"], record["evidence_sha256"]
    except IsDraft:
        raise
    except (Problems, ValueError):
        return "", "", ""
