"""Reads `references.json` with the place of every entry and field, which Python's JSON reader does not report.

In: the text of a file. Out: its entries as CSL-JSON, put right as far as a reference manager's habits need it, their
places, and a problem for each field that is broken or odd.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from evibrief.evidence import csl_json
from evibrief.evidence.source import Location, Span
from evibrief.problems import Place, Problem

_EXPORT = "export the references again, as CSL-JSON"


class References(NamedTuple):
    """What a file holds. `complete` is false if an entry could not be named, so that its id is not known."""

    entries: list[dict[str, Any]]
    spans: dict[Location, Span]
    problems: list[Problem]
    complete: bool


class TypedReferences(NamedTuple):
    """The entries of a list as JSON gives them, the place of each with those of its fields, and what is wrong.

    `whole` is the place of the whole file, if it is JSON.
    """

    entries: list[Any]
    places: list[tuple[Span, dict[str, list[Span]]]]
    whole: Span | None
    problems: list[Problem]


def typed_references(path: str, text: str) -> TypedReferences:
    """The list of references in a text of JSON, in any of its dialects."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        words = getattr(error, "msg", "nested too deeply, or a number is too long")
        problem = Problem(Place(path, line, column), "json", f"this is not JSON: {words}", _EXPORT)
        return TypedReferences([], [], None, [problem])
    entries, way = _entries_of(content)
    places = _Places(path, text)
    whole = places.span(0, len(text))
    if entries is None:
        problem = Problem(Place(path, 1, 1), "shape", "this is not a list of references", _EXPORT)
        return TypedReferences([], [], whole, [problem])
    return TypedReferences(entries, list(places.entries(way)), whole, [])


@lru_cache(maxsize=16)
def read_references(path: str, text: str) -> References:
    """The references of a file, in its order."""
    typed = typed_references(path, text)
    root: dict[Location, Span] = {("references",): typed.whole} if typed.whole else {}
    if typed.problems:
        return References([], root, typed.problems, False)
    return _read_entries(typed, References([], root, [], True))


def _entries_of(content: Any) -> tuple[list[Any] | None, tuple[str, ...]]:
    """The list of references and the way to it; None if there is no such list.

    Crossref answers `{"message": {"items": […]}}`, or `{"message": {…}}` for one work; others write `{"items": […]}`.
    """
    way: tuple[str, ...] = ()
    while isinstance(content, Mapping):
        step = next((name for name in ("message", "items", "references") if isinstance(content.get(name), list | dict)
                     and "type" not in content), None)  # fmt: skip
        if step is None:
            return ([content], way) if "type" in content else (None, way)
        content, way = content[step], (*way, step)
    return (content if isinstance(content, list) else None), way


def _read_entries(typed: TypedReferences, read: References) -> References:
    complete = True
    for entry, (span, fields) in zip(typed.entries, typed.places, strict=True):
        if not isinstance(entry, dict):
            place = Place(span.path, span.line, span.column)
            read.problems.append(Problem(place, "shape", "expected a record", _EXPORT))
            complete = False
            continue
        kept, faults = csl_json.cleaned(entry)
        for fault in (*faults, *_twice(fields)):
            at = fields[fault.field][-1] if fault.field in fields else span
            place = Place(at.path, at.line, at.column)
            read.problems.append(Problem(place, "reference-field", fault.message, fault.hint, fault.severity))
        if kept is None or len(fields.get("id", ())) > 1:
            complete = False
            continue
        location: Location = ("references", len(read.entries))
        read.spans[location] = span
        read.spans.update({(*location, name): spans[-1] for name, spans in fields.items()})
        read.entries.append(kept)
    return read._replace(complete=complete)


def _twice(fields: Mapping[str, list[Span]]) -> Iterator[csl_json.CslFault]:
    for name, spans in fields.items():
        if len(spans) > 1:
            yield csl_json.CslFault(name, f"`{name:.60}` occurs twice in this reference", "keep one of the two")


class _Places:
    """Finds places in a text that is known to be JSON."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self._lines = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")]
        self._decoder = json.JSONDecoder()

    def span(self, start: int, end: int) -> Span:
        line = bisect_right(self._lines, start)
        return Span(self.path, line, start - self._lines[line - 1] + 1, start, end)

    def entries(self, way: tuple[str, ...]) -> Iterator[tuple[Span, dict[str, list[Span]]]]:
        """The span of each entry of the list at the end of a way, with the spans of its fields by name."""
        start = self._space(0)
        for step in way:
            start = next(begin for name, begin, _ in list(self._fields(start))[::-1] if name == step)
        for begin, end in self._items(start) if self.text[start] == "[" else [(start, self._end(start))]:
            fields: dict[str, list[Span]] = {}
            for name, at, to in self._fields(begin) if self.text[begin] == "{" else ():
                fields.setdefault(name, []).append(self.span(at, to))
            yield self.span(begin, end), fields

    def _items(self, start: int) -> Iterator[tuple[int, int]]:
        at = self._space(start + 1)
        while self.text[at] != "]":
            end = self._end(at)
            yield at, end
            at = self._space(end, ",")

    def _fields(self, start: int) -> Iterator[tuple[str, int, int]]:
        """Name, beginning and end of each value in the record at a place."""
        at = self._space(start + 1)
        while self.text[at] != "}":
            name, end = self._decoder.raw_decode(self.text, at)
            begin = self._space(end, ":")
            end = self._end(begin)
            yield name, begin, end
            at = self._space(end, ",")

    def _end(self, start: int) -> int:
        return self._decoder.raw_decode(self.text, start)[1]

    def _space(self, at: int, also: str = "") -> int:
        while self.text[at] in f" \t\n\r{also}":
            at += 1
        return at
