"""Two PDFs as graphs of objects, walked side by side.

In: two open PDFs. Out: where the graphs differ, named for people. Whatever can be reached from the trailer is
compared: a key that nobody has heard of is a difference like any other. Nothing here recurses, and every stream is
unpacked within a bound. References to pages are compared by the number of the page; the pages themselves one by one.
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
    Place,
    inside,
    kind_of,
    named,
    plain_value,
    said_of_lists,
    said_of_pages,
    said_of_values,
)

MOST_OBJECTS = 1_500_000
"""Pairs of values that are compared; the largest brief so far has 600,000."""

MOST_LISTED = 10_000
"""Entries of a list that are looked through for what was added."""

LARGEST_STREAM = 64 * 1024 * 1024
LARGEST_WHOLE = 256 * 1024 * 1024
"""Bytes of one unpacked stream, and of all."""

LARGEST_METADATA = 1024 * 1024

LARGEST_CONTENT = 8 * 1024 * 1024
"""Bytes of a content stream that is read operator by operator; longer ones are compared byte by byte."""

_PACKING = ("/Length", "/Filter", "/DecodeParms", "/DL")
"""How a stream is packed says nothing about what it holds."""

_LENGTH = ("/Length",)

_UNPACKED = {"/FlateDecode", "/Fl", "/RunLengthDecode", "/RL", "/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85"}
"""Filters that are undone here, within bounds. Whatever has another one has to be packed the same way."""

_PRODUCER = re.compile(r"WeasyPrint \d{1,4}(\.\d{1,4}){0,3}")
_XMP_PRODUCER = re.compile(rb'pdf:Producer="WeasyPrint \d{1,4}(\.\d{1,4}){0,3}"')
"""The one thing in a PDF that may differ under other tools, beside the list of tools: the version of its writer."""

_OWN_IDENTITY = {"/OCG", "/OCMD", "/StructElem", "/Annot", "/Page", "/Pages", "/StructTreeRoot"}
"""Kinds of objects that are more than what they hold: two layers that look alike may be on and off."""


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
        self.found.add(NOT_COMPARED, place.where, f"not compared: {named(place)}{why}")

    def _step(self, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
        kind = kind_of(one)
        if kind != kind_of(other):
            self.found.add(place.what, place.where, said_of_values(place, one, other))
        elif kind in ("dictionary", "array", "stream"):
            if self._is_new(one, other, place):
                yield from self._inside(kind, one, other, place)
        elif plain_value(one) != plain_value(other) and not self._is_version(one, other, place):
            self.found.add(place.what, place.where, said_of_values(place, one, other))

    def _is_version(self, one: Any, other: Any, place: Place) -> bool:
        is_producer = place.name == "Producer" and place.what == "metadata"
        return is_producer and all(_PRODUCER.fullmatch(str(name)) for name in (one, other))

    def _is_new(self, one: Any, other: Any, place: Place) -> bool:
        """Whether this pair was not compared before; references to pages are compared here, by number."""
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

    def _inside(self, kind: str, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
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
                below = inside(place, key, one if key in one else other)
                yield one.get(key, MISSING), other.get(key, MISSING), below

    def _items(self, one: Any, other: Any, place: Place) -> Iterator[tuple[Any, Any, Place]]:
        if len(one) != len(other):
            for sentence in said_of_lists(place, list(one)[:MOST_LISTED], list(other)):
                self.found.add(place.what, place.where, sentence)
            return
        for index, pair in enumerate(zip(one, other, strict=True)):
            is_value = place.name == "Names" and index % 2 == 1
            yield *pair, replace(place, name=quoted(str(other[index - 1]), 40)) if is_value else place

    def _streams(self, one: Any, other: Any, place: Place) -> None:
        """Compare what two streams hold."""
        data = [self.content(stream, index, place) for index, stream in enumerate((one, other))]
        if data[0] is None or data[1] is None:
            return
        if place.manifest and (wrong := _manifest_differs(one, data[0], data[1])):
            self.found.add("attachment", place.where, wrong)
        elif not place.manifest and data[0] != data[1] and not self._same_meaning(one, other, data[0], data[1], place):
            self.found.add(place.what, place.where, f"{named(place)}holds something else than the evidence gives")

    def _same_meaning(self, one: Any, other: Any, data: bytes, wanted: bytes, place: Place) -> bool:
        if place.what == "metadata":
            return _metadata(data) == _metadata(wanted)
        return is_content(one) and is_content(other) and self.same_operators(one, other, data, wanted)

    def content(self, stream: Any, side: int, place: Place) -> bytes | None:
        """What a stream holds, unpacked where that can be done within bounds; None when it was not."""
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
        """Whether two content streams draw with the same operators, whatever the spaces between them."""
        import pikepdf

        if len(data) > 4 * len(wanted) + 1_000 or len(wanted) > LARGEST_CONTENT:
            return False
        drawn = [pikepdf.unparse_content_stream(pikepdf.parse_content_stream(stream)) for stream in (one, other)]
        return bool(drawn[0] == drawn[1])


def is_unpacked(stream: Any) -> bool:
    """Whether the filters of a stream are undone here."""
    filters = stream.get("/Filter", [])
    names = [str(filters)] if kind_of(filters) == "name" else [str(one) for one in list(filters)]
    return set(names) <= _UNPACKED


def is_content(stream: Any) -> bool:
    """Whether a stream draws: a form or a pattern. Contents of pages are compared by who knows the page."""
    return str(stream.get("/Subtype")) == "/Form" or stream.get("/PatternType") == 1


def _has_identity(one: Any) -> bool:
    return kind_of(one) != "array" and (str(one.get("/Type")) in _OWN_IDENTITY or "/Parent" in one)


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


def _short(error: BaseException) -> str:
    return re.sub(r"(stream )?<[^>]*>[ :]*", "", str(error))[:120] or type(error).__name__
