"""Compares two PDFs as graphs of objects.

In: two open PDFs. Out: where the graphs differ, described for people. Everything that can be reached from the trailer
is compared, unknown keys too. Nothing here is recursive, and every stream is unpacked within a limit. References to
pages are compared by page number, the pages themselves one by one.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from evibrief.evidence.places import MANIFEST
from evibrief.formats.canonical_xml import canonical, parse
from evibrief.formats.difference import NOT_COMPARED, Found, quoted, without_tools
from evibrief.formats.pdf.object_names import (
    MISSING,
    ObjectPlace,
    kind_of,
    named,
    place_inside,
    plain_value,
    said_of_lists,
    said_of_pages,
    said_of_values,
)

MOST_OBJECTS = 1_500_000
"""The most pairs of values that are compared; the largest brief so far has 600,000."""

MOST_LISTED = 10_000
"""The most entries of a list that are searched for additions."""

LARGEST_STREAM = 64 * 1024 * 1024
LARGEST_STREAMS = 256 * 1024 * 1024
"""In bytes: the largest unpacked stream, and the most for all streams."""

LARGEST_METADATA = 1024 * 1024

LARGEST_CONTENT = 8 * 1024 * 1024
"""In bytes: the largest content stream that is compared by operators; larger ones are compared by bytes."""

_PACKING = ("/Length", "/Filter", "/DecodeParms", "/DL")
"""Keys about how a stream is packed, which do not affect its content."""

_LENGTH = ("/Length",)

_UNPACKED = {"/FlateDecode", "/Fl", "/RunLengthDecode", "/RL", "/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85"}
"""Filters that are undone here, within limits. Streams with other filters must be packed in the same way."""

_PRODUCER = re.compile(r"WeasyPrint \d{1,4}(\.\d{1,4}){0,3}")
_XMP_PRODUCER = re.compile(rb'pdf:Producer="WeasyPrint \d{1,4}(\.\d{1,4}){0,3}"')
"""Apart from the list of tools, only the version of the PDF's writer may differ with other tools."""

_OWN_IDENTITY = {"/OCG", "/OCMD", "/StructElem", "/Annot", "/Page", "/Pages", "/StructTreeRoot"}
"""Kinds of objects that are not identified by their content: of two equal layers, one may be on and one off."""


@contextmanager
def bounded() -> Iterator[None]:
    """Limit what the PDF library unpacks inside this context."""
    from pikepdf import settings  # takes a quarter of a second, so only imported when a PDF is read

    most = LARGEST_STREAM
    before = settings.set_qpdf_limits(
        flate_max_memory=most, png_max_memory=most, run_length_max_memory=most, tiff_max_memory=most,
        dct_max_memory=most, max_stream_filters=4, doc_max_warnings=200, parser_max_container_size=1_000_000,
    )  # fmt: skip
    try:
        yield
    finally:
        settings.set_qpdf_limits(**before)  # type: ignore[arg-type]  # its own answer, typed wider than it asks for


class ObjectWalk:
    """One comparison of two PDFs; `found` collects the differences."""

    def __init__(self, pages: tuple[dict[Any, int], dict[Any, int]], found: Found) -> None:
        self.found = found
        self._pages = pages
        self._room = [LARGEST_STREAMS, LARGEST_STREAMS]
        self._seen: set[tuple[Any, Any]] = set()
        self._partners: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
        self._left = MOST_OBJECTS
        self.bounded_out = False

    def compare(self, one: Any, other: Any, place: ObjectPlace) -> None:
        """Compare two values and everything they refer to."""
        waiting = [(one, other, place)]
        while waiting and not self.found.full:
            self._left -= 1
            if self._left < 0:
                self.not_compared(place, "it holds more objects than any brief")
                return
            waiting.extend(reversed(list(self._step(*waiting.pop()))))

    def not_compared(self, place: ObjectPlace, why: str) -> None:
        """Report that something could not be compared, and why."""
        self.bounded_out = True
        self.found.add(NOT_COMPARED, place.where, f"not compared: {named(place)}{why}")

    def _step(self, one: Any, other: Any, place: ObjectPlace) -> Iterator[tuple[Any, Any, ObjectPlace]]:
        kind = kind_of(one)
        if kind != kind_of(other):
            self.found.add(place.what, place.where, said_of_values(place, one, other))
        elif kind in ("dictionary", "array", "stream"):
            if self._is_new(one, other, place):
                yield from self._inside(kind, one, other, place)
        elif plain_value(one) != plain_value(other) and not self._is_version(one, other, place):
            self.found.add(place.what, place.where, said_of_values(place, one, other))

    def _is_version(self, one: Any, other: Any, place: ObjectPlace) -> bool:
        is_producer = place.name == "Producer" and place.what == "metadata"
        return is_producer and all(_PRODUCER.fullmatch(str(name)) for name in (one, other))

    def _is_new(self, one: Any, other: Any, place: ObjectPlace) -> bool:
        """Whether this pair has not been compared yet. References to pages are compared here, by number."""
        keys = one.objgen, other.objgen
        numbers = [self._pages[side].get(keys[side]) for side in (0, 1)]
        if numbers != [None, None]:
            if numbers[0] != numbers[1]:
                self.found.add(place.what, place.where, said_of_pages(place, numbers))
            return False
        if not any(keys[0]) or not any(keys[1]):
            return True
        if keys in self._seen:
            return False
        self._seen.add(keys)
        known = [partners.setdefault(key, keys) for partners, key in zip(self._partners, keys, strict=True)]
        if known != [keys, keys] and _has_identity(one):
            self.found.add(place.what, place.where, f"{named(place)}leads to another object than the evidence gives")
            return False
        return True

    def _inside(self, kind: str, one: Any, other: Any, place: ObjectPlace) -> Iterator[tuple[Any, Any, ObjectPlace]]:
        if kind == "array":
            yield from self._items(one, other, place)
            return
        if not place.manifest and _is_manifest(one) and _is_manifest(other):
            place = replace(place, manifest=True)
        if kind == "stream":
            self._streams(one, other, place)
        skipped: tuple[str, ...] = _PACKING if kind == "stream" and is_unpacked(one) and is_unpacked(other) else _LENGTH
        if place.manifest and kind == "dictionary" and "/CheckSum" in one and "/CheckSum" in other:
            skipped = ("/CheckSum", "/Size")  # checked against the bytes in `_streams`
        for key in sorted(set(one.keys()) | set(other.keys())):
            if key not in skipped:
                below = place_inside(place, key, one if key in one else other)
                yield one.get(key, MISSING), other.get(key, MISSING), below

    def _items(self, one: Any, other: Any, place: ObjectPlace) -> Iterator[tuple[Any, Any, ObjectPlace]]:
        if len(one) != len(other):
            for sentence in said_of_lists(place, list(one)[:MOST_LISTED], list(other)):
                self.found.add(place.what, place.where, sentence)
            return
        for index, pair in enumerate(zip(one, other, strict=True)):
            is_value = place.name == "Names" and index % 2 == 1
            yield *pair, replace(place, name=quoted(str(other[index - 1]), 40)) if is_value else place

    def _streams(self, one: Any, other: Any, place: ObjectPlace) -> None:
        """Compare the content of two streams."""
        data = [self.content(stream, index, place) for index, stream in enumerate((one, other))]
        if data[0] is None or data[1] is None:
            return
        if place.manifest and (wrong := _manifest_differs(one, data[0], data[1])):
            self.found.add("attachment", place.where, wrong)
        elif not place.manifest and data[0] != data[1] and not self._same_meaning(one, other, data[0], data[1], place):
            self.found.add(place.what, place.where, f"{named(place)}holds something else than the evidence gives")

    def _same_meaning(self, one: Any, other: Any, data: bytes, wanted: bytes, place: ObjectPlace) -> bool:
        if place.what == "metadata":
            return _metadata(data) == _metadata(wanted)
        return is_content(one) and is_content(other) and self.same_operators(one, other, data, wanted)

    def content(self, stream: Any, side: int, place: ObjectPlace) -> bytes | None:
        """The content of a stream, unpacked within limits; None if that is not possible."""
        import pikepdf

        try:
            data = bytes(stream.read_bytes() if is_unpacked(stream) else stream.read_raw_bytes())
        except (pikepdf.PdfError, RuntimeError, MemoryError) as no:
            self.not_compared(place, f"what is packed in it cannot be unpacked ({_short(no)})")
            return None
        self._room[side] -= len(data)
        if self._room[side] < 0 or len(data) > LARGEST_STREAM:
            self.not_compared(place, "it unpacks to more than any brief holds")
            return None
        return data

    def same_operators(self, one: Any, other: Any, data: bytes, wanted: bytes) -> bool:
        """Whether two content streams have the same operators, ignoring white space."""
        import pikepdf

        if len(data) > 4 * len(wanted) + 1_000 or len(wanted) > LARGEST_CONTENT:
            return False
        drawn = [pikepdf.unparse_content_stream(pikepdf.parse_content_stream(stream)) for stream in (one, other)]
        return bool(drawn[0] == drawn[1])


def is_unpacked(stream: Any) -> bool:
    """Whether all filters of a stream are undone here."""
    filters = stream.get("/Filter", [])
    names = [str(filters)] if kind_of(filters) == "name" else [str(one) for one in list(filters)]
    return set(names) <= _UNPACKED


def is_content(stream: Any) -> bool:
    """Whether a stream draws something: a form or a pattern. The contents of pages are compared with the page."""
    return str(stream.get("/Subtype")) == "/Form" or stream.get("/PatternType") == 1


def _has_identity(one: Any) -> bool:
    return kind_of(one) != "array" and (str(one.get("/Type")) in _OWN_IDENTITY or "/Parent" in one)


def _is_manifest(one: Any) -> bool:
    return str(one.get("/Type")) == "/Filespec" and str(one.get("/Desc")) == MANIFEST


def _manifest_differs(stream: Any, data: bytes, wanted: bytes) -> str:
    """How an embedded manifest differs apart from its list of tools; its stored size and checksum are verified too."""
    params = stream.get("/Params", {})
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    if params.get("/Size") != len(data) or bytes(params.get("/CheckSum", b"")) != digest:
        return "the size or the checksum that is noted for the manifest is not that of the manifest"
    try:
        return "" if without_tools(data) == without_tools(wanted) else "the manifest differs in more than its tools"
    except ValueError as error:
        return f"the manifest cannot be read: {error}"


def _metadata(data: bytes) -> bytes:
    """Metadata as canonical XML without the writer's version; unchanged if they are not XML."""
    try:
        data = canonical(parse(data, LARGEST_METADATA))
    except ValueError:
        return data
    return _XMP_PRODUCER.sub(b"", data, count=1)


def _short(error: BaseException) -> str:
    return re.sub(r"(stream )?<[^>]*>[ :]*", "", str(error))[:120] or type(error).__name__
