"""Describes PDF objects in plain words: what kind of thing differs, its name, and its content.

In: objects and keys of dictionaries. Out: words. A key that is not listed here keeps its own name.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from evibrief.formats.difference import quoted


@dataclass(frozen=True, slots=True)
class ObjectPlace:
    """A place in the walk: the kind of thing, its page or "document", and its name."""

    what: str
    where: str
    name: str = ""
    manifest: bool = False


class _Missing:
    """The value of a key that one of two dictionaries lacks."""


MISSING = _Missing()


def kind_of(value: Any) -> str:
    """The kind of an object."""
    known = getattr(value, "_type_name", "")  # called half a million times for a large brief
    if known:
        return known if known in _PARTS else "other"
    return "number" if type(value) in (int, Decimal) else type(value).__name__


_PARTS = {"dictionary", "array", "stream", "string", "name"}


def plain_value(value: Any) -> Any:
    """A value without parts, in a form that can be compared."""
    kind = kind_of(value)
    return bytes(value) if kind == "string" else str(value) if kind in ("name", "other") else value


def plain_text(value: Any) -> str:
    """A value in a few words."""
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


def place_inside(place: ObjectPlace, key: str, owner: Any) -> ObjectPlace:
    """The place of a key inside a dictionary."""
    name = key.removeprefix("/")
    name = f"{_GROUPS[place.name]} {name}" if place.name in _GROUPS else name
    what = _KINDS.get(key, place.what)
    if place.what == "link" and key in ("/A", "/AA", "/PA") and kind_of(owner.get(key)) == "dictionary":
        what = "link" if str(owner[key].get("/S")) in ("/URI", "/GoTo") else "script"
    if place.what in ("form", "annotation", "attachment", "outline", "tag", "layer"):
        what = place.what if what in ("page", "font", "picture", "metadata", "box", "link") else what
    return replace(place, what=what, name=name)


_KINDS = {
    "/Font": "font", "/ToUnicode": "font", "/FontFile": "font", "/FontFile2": "font", "/FontFile3": "font",
    "/Metadata": "metadata", "/PieceInfo": "metadata",
    "/AF": "attachment", "/EF": "attachment", "/EmbeddedFiles": "attachment", "/Collection": "attachment",
    "/JavaScript": "script", "/JS": "script", "/OpenAction": "script", "/AA": "script",
    "/Dests": "link", "/Dest": "link", "/URI": "link", "/XObject": "picture", "/PageLabels": "page",
    "/AcroForm": "form", "/XFA": "form", "/OCProperties": "layer", "/OC": "layer",
    "/Outlines": "outline", "/StructTreeRoot": "tag", "/MarkInfo": "tag", "/Lang": "tag", "/StructParents": "tag",
    "/Tabs": "tag", "/Perms": "signature", "/DSS": "signature",
    "/MediaBox": "box", "/CropBox": "box", "/TrimBox": "box", "/BleedBox": "box", "/ArtBox": "box", "/Rotate": "box",
    "/UserUnit": "box",
}  # fmt: skip
"""The kind of thing under a key; everything below it has the same kind until another key of this list."""

_GROUPS = {"XObject": "the picture", "Font": "the font", "ExtGState": "the drawing state"}
"""Dictionaries whose entries have names that mean nothing to a reader."""

_WORDS = {
    "AA": "what is done without being asked", "AcroForm": "a form", "ActualText": "the text that replaces another",
    "Alt": "the alternative text", "Annots": "the list of annotations",
    "Collection": "a portfolio, shown in its place,",
    "Contents": "the text", "CropBox": "the part of the page that is shown", "DW": "the width of letters",
    "Dest": "the target", "FontFile2": "the shape of the letters", "FontFile3": "the shape of the letters",
    "JavaScript": "a script", "Lang": "the language", "Metadata": "the metadata", "OCProperties": "a list of layers",
    "OpenAction": "what is done on opening", "PageLabels": "the numbering of the pages",
    "PageMode": "the way of opening",
    "Properties": "a layer of the page", "Rect": "the place", "Rotate": "the rotation", "S": "the kind",
    "Title": "the title", "ToUnicode": "how the letters are read", "UF": "the name of the file", "F": "the file",
    "URI": "the address", "UserUnit": "the scale of the page", "V": "the value", "W": "the width of letters",
    "ca": "the opacity", "CA": "the opacity", "Author": "the author", "Producer": "the program",
}  # fmt: skip


def named(place: ObjectPlace) -> str:
    """The name of what differs, followed by a space; empty if it has no name."""
    words = _WORDS.get(place.name, place.name)
    area = _AREAS.get(place.what, "") if place.where == "document" else ""
    return f"{area}{words} " if words else ""


_AREAS = {"outline": "in the outline ", "tag": "in the tags for screen readers ",
          "attachment": "among the files in it "}  # fmt: skip


def page_number(number: int | None) -> str:
    """The number of a page in words."""
    return "no page" if number is None else f"page {number}"


def said_of_pages(place: ObjectPlace, numbers: Sequence[int | None]) -> str:
    """A sentence about something that leads to the wrong page."""
    found, expected = (page_number(number) for number in numbers)
    return f"{named(place)}leads to {found}, and the evidence gives {expected}"


def said_of_values(place: ObjectPlace, one: Any, other: Any) -> str:
    """A sentence about two different values, one of which may be missing."""
    if other is MISSING:
        return f"{named(place)}was added: {plain_text(one)}"
    if one is MISSING:
        return f"{named(place)}was removed: {plain_text(other)}"
    return f"{named(place)}is {plain_text(one)}, and the evidence gives {plain_text(other)}"


def said_of_lists(place: ObjectPlace, one: Sequence[Any], other: Sequence[Any]) -> Iterator[str]:
    """Sentences about two lists of different lengths: added and removed entries, if they have names."""
    here, there = (Counter(_entry(item) for item in some if _entry(item)) for some in (one, other))
    thing = "a file" if place.what == "attachment" else "an entry"
    yield from (f"{thing} was added: {name}" for name in [*(here - there)][:3])
    yield from (f"{thing} was removed: {name}" for name in [*(there - here)][:3])
    if here == there:
        yield f"{named(place)}has {len(one)} entries, and the evidence gives {len(other)}"


def _entry(item: Any) -> str:
    """The name of a list entry; empty if it has none."""
    kind = kind_of(item)
    return plain_text(item) if kind == "string" or (kind == "dictionary" and "/Desc" in item) else ""
