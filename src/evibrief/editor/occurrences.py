"""Every place where a brief names one of its records: its own id, fields with ids, citations, links, values in texts.

In: a brief as it was read. Out: occurrences with their places, in file order.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evibrief.editor.positions import TextRange
from evibrief.evidence.appraisals import APPRAISAL_INSTRUMENTS
from evibrief.evidence.field_types import field_at, unwrapped
from evibrief.evidence.fields import CITATION, Takes
from evibrief.evidence.source import Location, SourceTree, Span
from evibrief.evidence.validate import ids_in

Naming = Literal["definition", "field", "citation", "link", "value"]

KINDS_OF_FIELDS = {
    "claim id": "claims", "reference id": "references", "population id": "populations",
    "mechanism id": "mechanisms", "harm id": "harms", "correction id": "corrections",
}  # fmt: skip
"""The kind of record that a field names, by what its type says that it takes."""

OTHER_FIELDS: tuple[tuple[Location, tuple[str, ...]], ...] = (
    (("brief", "methods", "searches", 0, "links", 0), ("links",)),
    (("brief", "methods", "negative_searches", 0, "links", 0), ("links",)),
    (("changes", 0, "reasons", 0, "record"), ("statements", "mechanisms")),
    (("reviews", 0, "comments", 0, "records", 0), ()),
    (("since", "changes", 0, "record"), ()),
    (("quotes", "results", 0, "source"), ("references",)),
)
"""Fields that name records although their types say less; no kinds: any. What such a field names may be gone."""

LINK = re.compile(r"\]\(#([A-Za-z]\w*)\)")
VALUE = re.compile(r"\{([A-Za-z][\w:-]*)\.[A-Za-z_]+\}")


@dataclass(frozen=True)
class Occurrence:
    """A record named at a place: its id as written there, and the offsets of the id in the text of the file."""

    name: str
    how: Naming
    path: str
    stretch: TextRange
    location: Location


@dataclass(frozen=True)
class Definition:
    """A record: its kind, its id, and the location of the record."""

    kind: str
    name: str
    location: Location


def definitions(source: SourceTree) -> Mapping[str, Definition]:
    """Every record with an id, by its id; the first one if two have the same."""
    found: dict[str, Definition] = {}
    for kind, name, location in ids_in(source.tree):
        found.setdefault(name, Definition(kind, name, location[:-1]))
    return found


def occurrences(source: SourceTree) -> tuple[Occurrence, ...]:
    """Every place that names a record of the brief, whether that is there or not."""
    own = {location for _, _, location in ids_in(source.tree)}
    found = [one for location, text in source.scalars() for one in _in_scalar(source, own, location, str(text))]
    return tuple(sorted(found, key=lambda one: (one.path, one.stretch)))


def at_offset(found: tuple[Occurrence, ...], path: str, offset: int) -> Occurrence | None:
    """The occurrence at an offset of a file, or just before it; None if there is none."""
    return next((one for one in found if one.path == path and one.stretch.start <= offset <= one.stretch.end), None)


def kinds_at(location: Location) -> tuple[str, ...] | None:
    """The kinds of record that the field at a location names; none: any kind. None if it names no record."""
    return _kinds(tuple(0 if isinstance(step, int) else step for step in location))


@lru_cache(2_000)
def _kinds(location: Location) -> tuple[str, ...] | None:
    for other, kinds in OTHER_FIELDS:
        if location == other:
            return kinds
    if location[0] == "references" or (field := field_at(location)) is None:
        return None
    _, metadata = unwrapped(field.annotation, tuple(field.metadata))
    taken = (KINDS_OF_FIELDS.get(one.words) for one in metadata if isinstance(one, Takes))
    return next(((kind,) for kind in taken if kind), None)


def _in_scalar(source: SourceTree, own: set[Location], location: Location, text: str) -> Iterator[Occurrence]:
    span = source.spans.get(location)
    if span is None:
        return
    if location in own or kinds_at(location) is not None:
        name = text.partition(",")[0] if location[0] == "since" else text
        how: Naming = "definition" if location in own else "field"
        if stretch := _written(source.texts[span.path], span, name):
            yield Occurrence(name, how, span.path, stretch, location)
    elif location[0] not in ("references", "instrument", APPRAISAL_INSTRUMENTS):
        for how, pattern, name_of in _IN_TEXTS:
            for found in pattern.finditer(source.texts[span.path], span.start, span.end):
                name = name_of(found[1])
                stretch = TextRange(found.start(1), found.start(1) + len(name))
                yield Occurrence(name, how, span.path, stretch, location)


def _written(text: str, span: Span, name: str) -> TextRange | None:
    """Where an id is written, without quotes; None if it is written with escapes."""
    mark = 1 if text[span.start : span.start + 1] in ("'", '"') else 0
    stretch = TextRange(span.start + mark, span.start + mark + len(name))
    return stretch if name and text[stretch.start : stretch.end] == name else None


def _key(cited: str) -> str:
    return cited.rstrip(".:,;?&/-")


_IN_TEXTS: tuple[tuple[Naming, re.Pattern[str], Callable[[str], str]], ...] = (
    ("citation", CITATION, _key),
    ("link", LINK, str),
    ("value", VALUE, str),
)
