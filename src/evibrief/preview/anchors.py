"""Where on the page a record is of which a problem tells.

In: what was read, a place in a file. Out: anchors of the page, the innermost record first.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from evibrief.evidence.source import Location, SourceTree
from evibrief.problems import Place


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines of a file that a record takes, and its anchor on the page."""

    path: str
    first: int
    last: int
    anchor: str


def stretches_of(source: SourceTree) -> tuple[Stretch, ...]:
    """The records of a brief that a page may show: those with an id, and appraisals, which name a publication."""
    naming = (location for location in source.spans if location and location[-1] in ("id", "reference"))
    return tuple(filter(None, (_stretch(source, location) for location in naming)))


def anchors_at(place: Place, stretches: tuple[Stretch, ...]) -> tuple[str, ...]:
    """The anchors of the records at a place, the innermost first; none for a whole file.

    At a place between records or after them all, where YAML may be said to break, it is the last record before it.
    """
    before = [one for one in stretches if one.path == place.path and one.first <= place.line]
    around = [one for one in before if place.line <= one.last]
    inner = sorted(around, key=lambda one: (one.last - one.first, -one.first))
    last = sorted(before, key=lambda one: (-one.first, one.last))[:1]
    return tuple(dict.fromkeys(one.anchor for one in (inner or last)))


def _stretch(source: SourceTree, naming: Location) -> Stretch | None:
    """The lines of the record that is named at a location."""
    top: Any = source.as_typed
    name = reduce(lambda node, step: node[step], naming, top)
    span = source.spans[naming[:-1]]
    if not isinstance(name, str):
        return None
    last = span.line + source.texts[span.path].count("\n", span.start, max(span.end - 1, span.start))
    return Stretch(span.path, span.line, last, _anchor(naming, name))


def _anchor(naming: Location, name: str) -> str:
    """The name of a record on the page: the brief itself is its title, a publication has its place in the list."""
    if naming == ("brief", "id"):
        return "title"
    return f"ref-{name}" if naming[0] in ("references", "studies") else str(name)
