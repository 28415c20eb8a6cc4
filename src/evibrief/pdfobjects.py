"""Two PDFs as graphs of objects, walked side by side.

In: two open PDFs. Out: where the graphs differ, named for people. Whatever can be reached from the trailer is
compared: a key that nobody has heard of is a difference like any other. Nothing here recurses, and every stream is
unpacked within a bound. References to pages are compared by the number of the page; the pages themselves one by one.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from evibrief.canonicalxml import canonical, parse
from evibrief.differences import MANIFEST, NOT_COMPARED, Found, quoted, without_tools

MOST_OBJECTS = 2_000_000
"""Pairs of values that are compared; the largest brief so far has a tenth of that."""

LARGEST_STREAM = 64 * 1024 * 1024
LARGEST_WHOLE = 256 * 1024 * 1024
"""Bytes of one unpacked stream, and of all."""

LARGEST_METADATA = 1024 * 1024

LARGEST_CONTENT = 8 * 1024 * 1024
"""Bytes of a content stream that is read operator by operator; longer ones are compared byte by byte."""

_PACKING = ("/Length", "/Filter", "/DecodeParms", "/DL")
"""How a stream is packed says nothing about what it holds."""

_UNPACKED = {"/FlateDecode", "/Fl", "/RunLengthDecode", "/RL", "/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85"}
"""Filters that are undone here, within bounds. Whatever has another one has to be packed the same way."""

_PRODUCER = re.compile(r"WeasyPrint \d{1,4}(\.\d{1,4}){0,3}")
_XMP_PRODUCER = re.compile(rb'pdf:Producer="WeasyPrint \d{1,4}(\.\d{1,4}){0,3}"')
"""The one thing in a PDF that may differ under other tools, beside the list of tools: the version of its writer."""

_OWN_IDENTITY = {"/OCG", "/OCMD", "/StructElem", "/Annot", "/Page", "/Pages", "/StructTreeRoot"}
"""Kinds of objects that are more than what they hold: two layers that look alike may be on and off."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is: what kind of thing differs here, where that is, and the words that lead there."""

    what: str
    where: str
    name: str = ""
    manifest: bool = False


@contextmanager
def bounded() -> Iterator[None]:
    """Bound what the PDF library unpacks, while this lasts."""
    from pikepdf import settings  # a quarter of a second, which only those who look into a PDF pay

    most = LARGEST_STREAM
    before = settings.set_qpdf_limits(
        flate_max_memory=most, png_max_memory=most, run_length_max_memory=most, tiff_max_memory=most,
        dct_max_memory=most, max_stream_filters=4, doc_max_warnings=200, parser_max_container_size=1_000_000,
    )  # fmt: skip
    try:
        yield
    finally:
        settings.set_qpdf_limits(**before)  # type: ignore[arg-type]  # its own answer, typed wider than it asks for


class Walk:
    """One comparison of two PDFs; `found` collects what differs."""

    def __init__(self, pages: tuple[dict[Any, int], dict[Any, int]], found: Found) -> None:
        self.found = found
        self._pages = pages
        self._room = [LARGEST_WHOLE, LARGEST_WHOLE]
        self._seen: set[tuple[Any, Any]] = set()
        self._partners: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
        self._left = MOST_OBJECTS
        self.bounded_out = False

    def compare(self, one: Any, other: Any, place: Place) -> None:
        """Compare two values and all that they lead to."""
        waiting = [(one, other, place)]
        while waiting and not self.found.full:
            self._left -= 1
            if self._left < 0:
                self.not_compared(place, "it holds more objects than any brief")
                return
            waiting.extend(reversed(list(self._step(*waiting.pop()))))

    def not_compared(self, place: Place, why: str) -> None:
        """Say that something could not be compared, and why."""
        self.bounded_out = True
        self.found.add(NOT_COMPARED, place.where, f"not compared: {_named(place)}{why}")

    def _step(self, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
        kind = kind_of(one)
        if kind != kind_of(other):
            self._differs(one, other, place)
        elif kind in ("dictionary", "array", "stream"):
            if self._is_new(one, other, place):
                yield from self._inside(kind, one, other, place)
        elif plain_value(one) != plain_value(other) and not self._is_version(one, other, place):
            self._differs(one, other, place)

    def _is_version(self, one: Any, other: Any, place: Place) -> bool:
        is_producer = place.name == "Producer" and place.what == "metadata"
        return is_producer and all(_PRODUCER.fullmatch(str(name)) for name in (one, other))

    def _is_new(self, one: Any, other: Any, place: Place) -> bool:
        """Whether this pair was not compared before; references to pages are compared here, by number."""
        keys = one.objgen, other.objgen
        numbers = [self._pages[side].get(keys[side]) for side in (0, 1)]
        if numbers != [None, None]:
            if numbers[0] != numbers[1]:
                self.found.add(place.what, place.where, f"{_named(place)}leads to {_page(numbers[0])}, and the "
                               f"evidence gives {_page(numbers[1])}")  # fmt: skip
            return False
        if not any(keys[0]) or not any(keys[1]):
            return True
        if keys in self._seen:
            return False
        self._seen.add(keys)
        known = [partners.setdefault(key, keys) for partners, key in zip(self._partners, keys, strict=True)]
        if known != [keys, keys] and _has_identity(one):
            self.found.add(place.what, place.where, f"{_named(place)}leads to another object than the evidence gives")
            return False
        return True

    def _inside(self, kind: str, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
        if kind == "array":
            yield from self._items(one, other, place)
            return
        place = replace(place, manifest=place.manifest or (_is_manifest(one) and _is_manifest(other)))
        if kind == "stream":
            self._streams(one, other, place)
        skipped: tuple[str, ...] = _PACKING if kind == "stream" else ()
        if place.manifest and kind == "dictionary" and "/CheckSum" in one and "/CheckSum" in other:
            skipped = ("/CheckSum", "/Size")  # checked against the bytes in `_streams`
        for key in sorted(set(one.keys()) | set(other.keys())):
            if key not in skipped:
                below = inside(place, key, one if key in one else other)
                yield one.get(key, MISSING), other.get(key, MISSING), below

    def _items(self, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
        if len(one) != len(other):
            self.found.add(place.what, place.where, f"{_named(place)}has {len(one)} entries, and the evidence gives "
                           f"{len(other)}")  # fmt: skip
        named = place.name == "Names" and len(one) == len(other)
        for index, pair in enumerate(zip(one, other, strict=False)):
            label = f"{quoted(str(other[index - 1]), 40)} " if named and index % 2 else place.name
            yield *pair, replace(place, name=label)

    def _streams(self, one: Any, other: Any, place: Place) -> None:
        """Compare what two streams hold."""
        data = [self.content(stream, index, place) for index, stream in enumerate((one, other))]
        if data[0] is None or data[1] is None:
            return
        if place.manifest and (wrong := _manifest_differs(one, data[0], data[1])):
            self.found.add("attachment", place.where, wrong)
        elif not place.manifest and data[0] != data[1] and not self._same_meaning(one, other, data[0], data[1], place):
            self.found.add(place.what, place.where, f"{_named(place)}holds something else than the evidence gives")

    def _same_meaning(self, one: Any, other: Any, data: bytes, wanted: bytes, place: Place) -> bool:
        if place.what == "metadata":
            return _metadata(data) == _metadata(wanted)
        return is_content(one) and is_content(other) and self.same_operators(one, other, data, wanted)

    def content(self, stream: Any, side: int, place: Place) -> bytes | None:
        """What a stream holds, unpacked where that can be done within bounds; None when it was not."""
        import pikepdf

        filters = stream.get("/Filter", [])
        names = [str(filters)] if kind_of(filters) == "name" else [str(one) for one in filters]
        try:
            data = bytes(stream.read_bytes() if set(names) <= _UNPACKED else stream.read_raw_bytes())
        except (pikepdf.PdfError, RuntimeError, MemoryError) as no:
            self.not_compared(place, f"what is packed in it cannot be unpacked ({_short(no)})")
            return None
        self._room[side] -= len(data)
        if self._room[side] < 0 or len(data) > LARGEST_STREAM:
            self.not_compared(place, "it unpacks to more than any brief holds")
            return None
        if not set(names) <= _UNPACKED:
            data = repr((names, plain_text(stream.get("/DecodeParms")))).encode() + data
        return data

    def same_operators(self, one: Any, other: Any, data: bytes, wanted: bytes) -> bool:
        """Whether two content streams draw with the same operators, whatever the spaces between them."""
        import pikepdf

        if max(len(data), len(wanted)) > LARGEST_CONTENT:
            return False
        drawn = [pikepdf.unparse_content_stream(pikepdf.parse_content_stream(stream)) for stream in (one, other)]
        return bool(drawn[0] == drawn[1])

    def _differs(self, one: Any, other: Any, place: Place) -> None:
        if other is MISSING:
            message = f"{_named(place)}was added: {plain_text(one)}"
        elif one is MISSING:
            message = f"{_named(place)}was removed: {plain_text(other)}"
        else:
            message = f"{_named(place)}is {plain_text(one)}, and the evidence gives {plain_text(other)}"
        self.found.add(place.what, place.where, message)


class _Missing:
    """Where one of two dictionaries has no such key."""


MISSING = _Missing()


def kind_of(value: Any) -> str:
    """Which kind of object this is."""
    import pikepdf

    kinds = {
        pikepdf.ObjectType.dictionary: "dictionary", pikepdf.ObjectType.array: "array",
        pikepdf.ObjectType.stream: "stream", pikepdf.ObjectType.string: "string", pikepdf.ObjectType.name_: "name",
    }  # fmt: skip
    if isinstance(value, pikepdf.Object):
        return kinds.get(value._type_code, "other")
    if isinstance(value, bool) or value is None or value is MISSING:
        return type(value).__name__
    return "number"


def plain_value(value: Any) -> Any:
    """A value that has no parts, as something that can be compared."""
    kind = kind_of(value)
    return bytes(value) if kind == "string" else str(value) if kind in ("name", "other") else value


def plain_text(value: Any) -> str:
    """A value as few words."""
    kind = kind_of(value)
    if kind == "string":
        return quoted(str(value))
    if kind == "dictionary" or kind == "stream":
        for key in ("/Contents", "/URI", "/JS", "/Desc", "/Title", "/T", "/Name", "/V", "/S", "/Subtype", "/Type"):
            if (said := value.get(key)) is not None and kind_of(said) in ("string", "name"):
                return plain_text(said)
        return f"a {kind}"
    if kind == "array":
        items = [plain_text(one) for one in list(value)[:6] if kind_of(one) in ("number", "name", "string")]
        return f"[{' '.join(items)}]"
    return str(value).removeprefix("/")[:60]


def inside(place: Place, key: str, owner: Any) -> Place:
    """The place below a key of a dictionary."""
    name = key.removeprefix("/")
    what = _KINDS.get(key, place.what)
    if place.what == "link" and key in ("/A", "/AA", "/PA") and kind_of(owner.get(key)) == "dictionary":
        what = "link" if str(owner[key].get("/S")) in ("/URI", "/GoTo") else "script"
    if place.what in ("form", "annotation", "attachment", "outline", "tag", "layer"):
        what = place.what if what in ("page", "font", "picture", "metadata", "box") else what
    return replace(place, what=what, name=name)


_KINDS = {
    "/Font": "font", "/ToUnicode": "font", "/FontFile": "font", "/FontFile2": "font", "/FontFile3": "font",
    "/Metadata": "metadata", "/PieceInfo": "metadata",
    "/AF": "attachment", "/EF": "attachment", "/EmbeddedFiles": "attachment", "/Collection": "attachment",
    "/JavaScript": "script", "/JS": "script", "/OpenAction": "script", "/AA": "script",
    "/Dests": "link", "/Dest": "link", "/URI": "link",
    "/AcroForm": "form", "/XFA": "form", "/OCProperties": "layer", "/OC": "layer",
    "/Outlines": "outline", "/StructTreeRoot": "tag", "/MarkInfo": "tag", "/Lang": "tag", "/StructParents": "tag",
    "/Tabs": "tag", "/Perms": "signature", "/DSS": "signature",
    "/MediaBox": "box", "/CropBox": "box", "/TrimBox": "box", "/BleedBox": "box", "/ArtBox": "box", "/Rotate": "box",
    "/UserUnit": "box",
}  # fmt: skip
"""What kind of thing a key leads to; whatever is below it is of that kind, until another key says more."""


def is_content(stream: Any) -> bool:
    """Whether a stream draws: a form or a pattern. Contents of pages are compared by who knows the page."""
    return str(stream.get("/Subtype")) == "/Form" or stream.get("/PatternType") == 1


def _has_identity(one: Any) -> bool:
    return str(one.get("/Type")) in _OWN_IDENTITY or "/Parent" in one if kind_of(one) != "array" else False


def _is_manifest(one: Any) -> bool:
    return str(one.get("/Type")) == "/Filespec" and str(one.get("/Desc")) == MANIFEST


def _manifest_differs(stream: Any, data: bytes, wanted: bytes) -> str:
    """How a carried manifest differs in more than its list of tools; the size and sum that are noted are checked."""
    params = stream.get("/Params", {})
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    if params.get("/Size") != len(data) or bytes(params.get("/CheckSum", b"")) != digest:
        return "the size or the checksum that is noted for the manifest is not that of the manifest"
    try:
        return "" if without_tools(data) == without_tools(wanted) else "the manifest differs in more than its tools"
    except ValueError as error:
        return f"the manifest cannot be read: {error}"


def _metadata(data: bytes) -> bytes:
    """Metadata as canonical XML without the version of the writer; as they are, where they are no XML."""
    try:
        data = canonical(parse(data, LARGEST_METADATA))
    except ValueError:
        return data
    return _XMP_PRODUCER.sub(b"", data, count=1)


def _named(place: Place) -> str:
    return f"{place.name} " if place.name else ""


def _page(number: int | None) -> str:
    return "no page" if number is None else f"page {number}"


def _short(error: BaseException) -> str:
    return re.sub(r"(stream )?<[^>]*>[ :]*", "", str(error))[:120] or type(error).__name__
