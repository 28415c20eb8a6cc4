"""Differences between a received PDF and one rebuilt here from the evidence in it.

In: the bytes of both. Out: every difference that affects what a reader sees or what a viewer does. What the received
PDF says about its tools is not trusted. Two independent programs compare: one walks the objects, one renders pages.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from evibrief.formats.difference import MOST_NAMED, NOT_COMPARED, Difference, Found, quoted
from evibrief.formats.pdf.drawing_cost import may_be_drawn
from evibrief.formats.pdf.object_names import MISSING, ObjectPlace, kind_of, place_inside, plain_text
from evibrief.formats.pdf.objects import ObjectWalk, bounded
from evibrief.formats.pdf.pages import page_differences

_LAYOUT = {"/Root", "/Info", "/Size", "/Prev", "/XRefStm", "/ID", "/Type", "/W", "/Index", "/Length", "/Filter",
           "/DecodeParms"}  # fmt: skip
"""Keys of a trailer about the file's layout. The ID is computed from the bytes and has no other meaning."""

_TREE = {"/Type", "/Kids", "/Count", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate"}
"""Keys that a node of the page tree may have. The last four are inherited, and compared at the pages."""

MOST_PAGES = 5_000
MOST_NODES = 20_000


def pdf_differences(found: bytes, expected: bytes) -> tuple[Difference, ...]:
    """The differences; empty means that both have the same meaning, not the same bytes."""
    seen, kept = Found(), Found()
    if found == expected:
        return ()
    with bounded():
        shown = _objects(found, expected, kept)
        seen.add_all(page_differences(found, expected, shown))
    # What a reader sees comes first.
    return (*seen.all(), *kept.all())[:MOST_NAMED]


def _objects(found: bytes, expected: bytes, kept: Found) -> frozenset[int]:
    """Compare the objects; returns the numbers of the pages that can be drawn quickly."""
    import pikepdf

    try:
        with (
            pikepdf.open(io.BytesIO(found), attempt_recovery=False) as one,
            pikepdf.open(io.BytesIO(expected), attempt_recovery=False) as other,
        ):
            walk = _compare(one, other, kept)
            _layout(found, expected, one, kept)
            return frozenset() if walk.bounded_out else _drawable(one, min(len(one.pages), len(other.pages)), kept)
    except pikepdf.PasswordError:
        kept.add(NOT_COMPARED, "document", "not compared: it is encrypted")
    except Exception as no:  # a strange file can fail in a hundred ways, which all mean the same
        kept.add(NOT_COMPARED, "document", f"not compared: it is damaged ({_why(no)})")
    return frozenset()


def _drawable(pdf: Any, many: int, kept: Found) -> frozenset[int]:
    """Pages whose objects are ours, and other pages that are cheap to draw; the rest are reported as not compared."""
    ours = not any(one.where == "document" for one in kept.all())
    changed = {one.where for one in kept.all()}
    drawn = set()
    for number in range(1, many + 1):
        if (ours and f"page {number}" not in changed) or may_be_drawn(pdf.pages[number - 1].obj):
            drawn.add(number)
        else:
            kept.add(NOT_COMPARED, f"page {number}", "not compared as a picture: it may take too long to draw")
    return frozenset(drawn)


def _why(error: BaseException) -> str:
    return str(error).rpartition(": ")[2][:120] or type(error).__name__




def _layout(found: bytes, expected: bytes, pdf: Any, kept: Found) -> None:
    """Compare the bytes around the objects: whether something was added, is damaged, or follows the end."""
    if found.count(b"startxref") > expected.count(b"startxref"):
        kept.add("part", "document", "the file was added to after it was written, or written in several sections")
    if found[:8] != expected[:8]:
        kept.add("setting", "document", f"the file begins with {quoted(repr(found[:8]))}")
    if b"%%EOF" not in found[-16:]:
        kept.add("part", "document", "something follows the end of the file, or its end is missing")
    for warning in pdf.get_warnings()[:1]:
        kept.add(NOT_COMPARED, "document", f"not compared as a whole: it is damaged ({_why(Exception(warning))})")


def _compare(one: Any, other: Any, kept: Found) -> ObjectWalk:
    pages = list(one.pages)[:MOST_PAGES], list(other.pages)
    walk = ObjectWalk((_numbers(pages[0]), _numbers(pages[1])), kept)
    if len(one.pages) != len(other.pages) or one.Root.Pages.get("/Count") != len(one.pages):
        kept.add("page", "document", f"it has {len(one.pages)} pages, and the evidence gives {len(other.pages)}")
    for number, pair in enumerate(zip(*pages, strict=False), 1):
        _page(walk, pair[0].obj, pair[1].obj, number)
    document = ObjectPlace("setting", "document")
    for key in sorted({*one.trailer.keys(), *other.trailer.keys()} - _LAYOUT):
        place = place_inside(document, key, one.trailer)
        walk.compare(one.trailer.get(key, MISSING), other.trailer.get(key, MISSING), place)
    infos = [pdf.trailer.get("/Info", MISSING) for pdf in (one, other)]
    walk.compare(infos[0], infos[1], ObjectPlace("metadata", "document"))
    roots = one.Root, other.Root
    for key in sorted({*roots[0].keys(), *roots[1].keys()} - {"/Pages"}):
        place = place_inside(document, key, roots[0] if key in roots[0] else roots[1])
        walk.compare(roots[0].get(key, MISSING), roots[1].get(key, MISSING), place)
    _page_tree(one.Root.Pages, kept)
    return walk


def _numbers(pages: Sequence[Any]) -> dict[Any, int]:
    """The number of each page by its object; for a page that occurs twice, the first number."""
    return {page.obj.objgen: number for number, page in reversed(list(enumerate(pages, 1))) if any(page.obj.objgen)}


def _page_tree(top: Any, kept: Found) -> None:
    """Report anything in the nodes above the pages except pages and inherited values."""
    waiting, seen = [top], 0
    while waiting and seen < MOST_NODES:
        node, seen = waiting.pop(), seen + 1
        if "/Kids" in node:
            waiting.extend(node["/Kids"])
            for key in sorted(set(node.keys()) - _TREE):
                kept.add("page", "document", f"above the pages {key[1:]} was added: {plain_text(node[key])}")


def _page(walk: ObjectWalk, one: Any, other: Any, number: int) -> None:
    """Compare everything in a page."""
    where = f"page {number}"
    place = ObjectPlace("page", where)
    for key in sorted({*one.keys(), *other.keys()} - {"/Parent", "/Contents", "/Annots"}):
        here = place_inside(place, key, one if key in one else other)
        walk.compare(one.get(key, MISSING), other.get(key, MISSING), here)
    _contents(walk, one, other, place)
    _annotations(walk, one.get("/Annots", MISSING), other.get("/Annots", MISSING), where)


def _contents(walk: ObjectWalk, one: Any, other: Any, place: ObjectPlace) -> None:
    """Compare the content streams of a page, which count as one stream (ISO 32000-1, 7.8.2)."""
    data = [_joined(walk, page, side, place) for side, page in enumerate((one, other))]
    if data[0] is None or data[1] is None or data[0] == data[1]:
        return
    if not walk.same_operators(one, other, data[0], data[1]):
        walk.found.add("page", place.where, "what draws the page is not what the evidence gives")


def _joined(walk: ObjectWalk, page: Any, side: int, place: ObjectPlace) -> bytes | None:
    contents = page.get("/Contents")
    streams = [] if contents is None else [contents] if kind_of(contents) == "stream" else list(contents)
    parts = [walk.content(stream, side, place) for stream in streams]
    whole = [part for part in parts if part is not None]
    return b"\n".join(whole) if len(whole) == len(parts) else None


def _annotations(walk: ObjectWalk, one: Any, other: Any, where: str) -> None:
    """Compare all annotations of a page. If some were added or removed, the others are still compared."""
    listed = kind_of(one) == "array" and kind_of(other) == "array"
    if {kind_of(one), kind_of(other)} == {"array", kind_of(MISSING)}:
        one, other, listed = [] if one is MISSING else one, [] if other is MISSING else other, True
    if not listed or len(one) == len(other) == 0:
        walk.compare(one, other, ObjectPlace("annotation", where, "Annots"))
        return
    many = list(one), list(other)
    for first, second in zip(*many, strict=True) if len(one) == len(other) else _paired(*many, walk.found, where):
        walk.compare(first, second, ObjectPlace(_kind(second), where))


def _paired(one: list[Any], other: list[Any], kept: Found, where: str) -> Iterator[tuple[Any, Any]]:
    """Pairs of annotations in the same place of a page; one without a partner is reported as added or removed."""
    wanted: dict[str, list[Any]] = {}
    for annotation in other:
        wanted.setdefault(_key(annotation), []).append(annotation)
    for annotation in one:
        if partners := wanted.get(_key(annotation)):
            yield annotation, partners.pop(0)
        else:
            kept.add(_kind(annotation), where, f"{_called(annotation)} was added: {plain_text(annotation)}")
    for annotation in (one for left in wanted.values() for one in left):
        kept.add(_kind(annotation), where, f"{_called(annotation)} was removed: {plain_text(annotation)}")


def _key(annotation: Any) -> str:
    return plain_text(annotation.get("/Rect")) + str(annotation.get("/Subtype"))


def _kind(annotation: Any) -> str:
    subtype = str(annotation.get("/Subtype")) if kind_of(annotation) in ("dictionary", "stream") else ""
    signed = subtype == "/Widget" and str(annotation.get("/FT")) == "/Sig"
    return "signature" if signed else {"/Link": "link", "/Widget": "form"}.get(subtype, "annotation")


def _called(annotation: Any) -> str:
    names = {"link": "a link", "form": "a form field", "signature": "a signature"}
    return names.get(_kind(annotation), "an annotation")
