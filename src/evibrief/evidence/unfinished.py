"""Puts placeholders where an author has still to write, so that a draft can be printed.

In: a `SourceTree` in which something is missing. Out: the same tree without a hole, and the problems of the holes. What
a placeholder prints begins with `[unfinished: `. What is unfinished, each refusal and each rule says itself; what a
field takes meanwhile, its type says. A number, a dose, a grade or a source is never made up: where a record cannot be
without it, the record is left out, and the record or the section around it says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args, get_origin

from annotated_types import MinLen
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from evibrief.evidence.brief import Brief
from evibrief.evidence.claims import Claim, Evidence
from evibrief.evidence.field_types import (
    as_field,
    field_at,
    is_asked,
    is_whole,
    record_type_at,
    text_field,
    unwrapped,
    words_allowed,
)
from evibrief.evidence.fields import STILL_OPEN, WITHIN, Meanwhile, Record, Takes, Whole
from evibrief.evidence.files import section_kinds
from evibrief.evidence.source import Location, SourceTree
from evibrief.evidence.validate import is_unfinished, problem_of_refusal, read_records, refusals
from evibrief.evidence.walk import at, claims_of, entries, evidence_in
from evibrief.problems import Hints, Problem

MARK = re.compile(r"\[unfinished: [^\[\]<>]*\]")
"""What is printed where something has still to be written."""

MOST_ROUNDS = 50
"""Rounds of filling: a placeholder may show the next hole, as a list does whose last entry is left out."""

_NOT_FINAL = "the rating may change, not all evidence is finished"
_NO_TIER = "no tier yet, evidence that may be against it is not finished"
"""Evidence against counts for nothing, too, as long as it is unfinished; then a tier would look better than it will."""

_NOTHING = object()
"""No placeholder: whatever was printed would be made up."""

_POPULATION = "unfinished_population"
_NOBODY = {"id": _POPULATION, "label": "[unfinished: population is missing]", "relation": "none", "species": "none"}


def mark(*words: str) -> str:
    """The mark that says what is missing. It is printed as it is, also in Markdown."""
    return f"[unfinished: {'; '.join(_NOT_PLAIN.sub('', one) for one in words)}]"


_NOT_PLAIN = re.compile(r"[^\w .,;:()-]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Signs that Markdown may read as something else."""


class Filling:
    """A brief that is being filled: its tree, the places of what its author wrote, and what was put in."""

    def __init__(self, source: SourceTree) -> None:
        self._read = source
        self.tree: dict[str, Any] = _copied(source.tree)
        self.problems: list[Problem] = []
        self.withheld: set[str] = set()
        """The statements, by id, that evidence may be against which is not finished: none of them has a tier yet."""

        self._spans, self._keys = dict(source.spans), dict(source.keys)
        self._filled: set[Location] = set()
        self._stuck: set[tuple[Location, str]] = set()
        self._marks: dict[Location, list[str]] = {}
        self._left_out: dict[Location, list[str]] = {}
        self._made = 0

    @property
    def source(self) -> SourceTree:
        """The tree as it is now. What is still missing in it is missing: every file counts as read."""
        read = self._read
        return SourceTree(self.tree, self._spans, self._keys, read.texts, frozenset(), read.saved, read.typed)

    def complete(self) -> Brief | None:
        """Fill every hole that the model refuses. None if something is left that is wrong, or cannot be filled."""
        for _ in range(MOST_ROUNDS):
            details = [one for one in refusals(self.source)[1] if is_unfinished(one) and not self._is_stuck(one)]
            if not details:
                break
            for detail in details:
                self._fill(detail, self._report(detail))
            self._settle()
        brief, problems = read_records(self.source)
        self.problems += [one for one in problems if not one.unfinished]
        return brief

    def is_filled(self, location: Location) -> bool:
        """Whether something is inside of what was put in."""
        return any(location[: len(one)] == one for one in self._filled)

    def put(self, location: Location, value: Any) -> None:
        """Put a value where there is none, or one that is still open."""
        node: Any = self.tree
        for step in location[:-1]:
            node = node.setdefault(step, {}) if isinstance(node, dict) else node[step]
        node[location[-1]] = value
        self._filled.add(location)

    def append(self, location: Location, record: Any) -> None:
        """Put a record at the end of a list, which may not be there yet."""
        if not isinstance(at_location(self.tree, location), list):
            self.put(location, [])
        records = at_location(self.tree, location)
        records.append(record)
        self._filled.add((*location, len(records) - 1))

    def record(self, kind: type[Record], words: str, **given: Any) -> Any:
        """A record of a kind with placeholders for all its other fields, and a mark in its text."""
        text = text_field(kind)
        return self._record(kind, words, {**({text: mark(words)} if text else {}), **given})

    def say(self, location: Location, *words: str) -> None:
        """Put a mark into the text of a record, or of the record or section around it."""
        self._marks.setdefault(location, []).extend(words)
        self._settle()

    def leave_out(self, location: Location, words: str) -> None:
        """Take an optional field out of its record, which says so."""
        self._left_out.setdefault(location, []).append(words)
        self._settle()

    def say_of_evidence(self, reference: str, words: str) -> None:
        """Put a mark into all evidence from a publication; it counts for nothing then."""
        self._mark_evidence(reference, words)
        self._settle()

    def _is_stuck(self, detail: ErrorDetails) -> bool:
        return (detail["loc"], detail["type"]) in self._stuck

    def _report(self, detail: ErrorDetails) -> Problem:
        """The problem of a hole. It is kept if the hole is in what the author wrote, not in a placeholder."""
        problem = problem_of_refusal(self.source, detail, Hints())
        self.problems += [] if self.is_filled(detail["loc"]) else [problem]
        return problem

    def _fill(self, detail: ErrorDetails, problem: Problem) -> None:
        location = detail["loc"]
        self._note_study(location)
        if STILL_OPEN in detail.get("ctx", {}) and detail["type"].startswith("unknown-"):
            self._fill_name(location, detail, problem)
            return
        words = f"too few {_name(location)}" if detail["type"] == "too_short" else f"{_name(location)} is missing"
        field = field_at(location)
        value: Any = self._placeholder(field, words) if field else _NOTHING
        if detail["type"] == "too_short" and value is not _NOTHING:
            written = at_location(self.tree, location) or []
            value = [*written, *value[len(written) :]]
        if value is _NOTHING or (not isinstance(value, str) and field and not is_asked(field)):
            self._leave_out(location, detail, problem, words)
        else:
            within = self.is_filled(location)
            self.put(location, value)
            evidence = _evidence_around(location)
            if not within and (evidence or not (isinstance(value, str) and MARK.search(value))):
                self._marks.setdefault(evidence or location[:-1] or location, []).append(words)

    def _note_study(self, location: Location) -> None:
        """An appraisal with a hole: the evidence of its publication counts for nothing."""
        name = at_location(self.tree, (*location[:2], "reference"))
        if location[0] == "studies" and isinstance(name, str) and not self.is_filled(location[:2]):
            self._mark_evidence(name, f"appraisal of {name} not finished")

    def _mark_evidence(self, name: str, words: str) -> None:
        for where, entry in evidence_in(self.tree):
            if entry.get("source") == name:
                self._marks.setdefault(where, []).append(words)

    def _fill_name(self, location: Location, detail: ErrorDetails, problem: Problem) -> None:
        """A record that is named and not there."""
        kind = detail["type"].removeprefix("unknown-")
        name = str(detail.get("ctx", {}).get(WITHIN, detail["input"])).removeprefix("@")
        if kind == "reference":
            if all(one.get("id") != name for one in self.tree["references"]):
                words = mark(f"no reference {name} yet")
                self.append(("references",), {"id": name, "type": "document", "title": words})
        elif kind == "claim":
            self._write_claim(name)
        elif isinstance(location[-1], int):
            self._left_out[location] = []
            self._marks.setdefault(location[:-2], []).append(f"no {kind} {name} yet")
        elif kind == "population" and not is_whole(location):
            self.put(location, self._population())
            self._marks.setdefault(location[:-1], []).append(f"no population {name} yet")
        else:
            self._leave_out(location, detail, problem, f"no {kind} {name} yet")

    def _write_claim(self, name: str) -> None:
        """A claim that says nothing: without it, a link that requires it would look better than it is."""
        written = [claim.get("id") for _, claim in claims_of(self.tree)]
        groups = self.tree["claims"]
        if name not in written and groups:
            self.append(("claims", len(groups) - 1, "claims"), self.record(Claim, f"no claim {name} yet", id=name))
            self._say_of_claim(name, may_be_against=True)

    def _leave_out(self, location: Location, detail: ErrorDetails, problem: Problem, words: str) -> None:
        """Leave out the nearest entry of a list or optional field around a hole that nothing can fill."""
        for length in range(len(location), 1, -1):
            way = location[:length]
            field = field_at(way)
            optional = field is not None and not is_asked(field)
            if is_whole(way):
                continue
            if at_location(self.tree, way) is not None and (isinstance(way[-1], int) or optional):
                self._left_out.setdefault(way, []).append(words)
                return
        self._stuck.add((location, detail["type"]))
        self.problems = [one for one in self.problems if one is not problem]
        self.problems.append(replace(problem, unfinished=False))

    def _placeholder(self, field: FieldInfo, words: str) -> Any:
        """What a field takes as long as it is open; `_NOTHING` if that would be made up."""
        kind, metadata = unwrapped(field.annotation, tuple(field.metadata))
        meanwhile = next((one for one in metadata if isinstance(one, Meanwhile)), None)
        if meanwhile:
            return _copied(meanwhile.value)
        if any(isinstance(one, Whole) or hasattr(one, "pattern") for one in metadata):
            return _NOTHING
        takes = next((one.words for one in metadata if isinstance(one, Takes)), "")
        if takes in ("text", "Markdown"):
            return mark(words)
        if takes == "population id":
            return self._population()
        if takes == "id":
            return self._id() if is_asked(field) else _NOTHING
        if "unknown" in words_allowed(kind):
            return "unknown"
        if isinstance(kind, type) and issubclass(kind, Record):
            return self._record(kind, words, {})
        if get_origin(kind) is tuple:
            return self._records(get_args(kind)[0], metadata, words)
        return _NOTHING

    def _record(self, kind: type[Record], words: str, given: Mapping[str, Any]) -> Any:
        # A field that another record may give instead is asked for in the next round, if nothing gives it.
        open_fields = {name: one for name, one in kind.model_fields.items() if one.is_required() and name not in given}
        made = {**given, **{name: self._placeholder(field, words) for name, field in open_fields.items()}}
        return _NOTHING if _NOTHING in made.values() else made

    def _records(self, kind: Any, metadata: tuple[Any, ...], words: str) -> Any:
        least = next((one.min_length for one in metadata if isinstance(one, MinLen)), 0)
        inner, its = unwrapped(kind, ())
        made = [self._placeholder(as_field(inner, its), words) for _ in range(least)]
        return _NOTHING if _NOTHING in made else made

    def _id(self) -> str:
        self._made += 1
        return f"unfinished_{self._made}"

    def _population(self) -> str:
        """The population of whom nothing is known, not even whether they are people."""
        listed = at(self.tree, "brief", "populations")
        if not isinstance(listed, list) or _NOBODY not in listed:
            self.append(("brief", "populations"), dict(_NOBODY))
        return _POPULATION

    def _settle(self) -> None:
        """Print the marks, then leave out what cannot be printed, the last first."""
        for location, why in self._left_out.items():
            if why:
                self._marks.setdefault(_around(location), []).append(_left_out(self.tree, location, why))
        for location, words in self._marks.items():
            if not any(location[: len(one)] == one for one in self._left_out):
                self._print(location, list(dict.fromkeys(words)))
        for location in sorted(self._left_out, key=_in_order, reverse=True):
            self._remove(location)
        self._marks, self._left_out = {}, {}

    def _print(self, location: Location, words: list[str]) -> None:
        for length in range(len(location), 0, -1):
            kind, node = record_type_at(location[:length]), at_location(self.tree, location[:length])
            if kind and isinstance(node, dict) and (text := text_field(kind)):
                may_be_against = not issubclass(kind, Evidence) or self._may_be_against(location[:length])
                if issubclass(kind, Evidence):
                    words = [*words, *_counted_as_context(node)]
                node[text] = _joined(node.get(text), words)
                if location[0] == "claims" and isinstance(name := at_location(self.tree, (*location[:4], "id")), str):
                    self._say_of_claim(name, may_be_against)
                return
        self._print_in_section(str(location[0]), words)

    def _may_be_against(self, location: Location) -> bool:
        """Whether unfinished evidence may speak against a benefit: unless it is plainly for one, or context."""
        role, direction = (at_location(self.tree, way) for way in ((*location, "role"), (*location[:4], "direction")))
        if role == "context":
            return self.is_filled((*location, "role"))
        return (role, direction) not in (("supports", "supports"), ("contradicts", "opposes"))

    def _say_of_claim(self, name: str, may_be_against: bool) -> None:
        """Put a mark into each statement and link that rests on a claim; withhold the tiers that may be too good."""
        for _, one in entries(at(self.tree, "ranking", "statements")):
            if one.get("kind", "reason") == "reason" and _rests_on(one, name):
                one["text"] = _joined(one.get("text"), [_NO_TIER if may_be_against else _NOT_FINAL])
                self.withheld |= {str(one.get("id"))} if may_be_against else set()
        for link in (link for _, one in entries(self.tree.get("mechanisms")) for _, link in entries(one.get("links"))):
            if _rests_on(link, name):
                link["text"] = _joined(link.get("text"), [_NOT_FINAL])

    def _print_in_section(self, kind: str, words: list[str]) -> None:
        """The mark below the heading of the section that prints a file; if there is none, under the methods."""
        kind = kind if kind in section_kinds() else "evidence"
        listed = at(self.tree, "brief", "sections")
        for section in listed if isinstance(listed, list) else ():
            if isinstance(section, dict) and section.get("kind") == kind:
                section["intro"] = _joined(section.get("intro"), words)
                return
        methods = at(self.tree, "brief", "methods")
        if isinstance(methods, dict):
            methods["text"] = _joined(methods.get("text"), words)

    def _remove(self, location: Location) -> None:
        parent: Any = at_location(self.tree, location[:-1])
        if at_location(self.tree, location) is not None:
            del parent[location[-1]]
        self._spans = _without(self._spans, location)
        self._keys = _without(self._keys, location)
        self._filled = set(_without(dict.fromkeys(self._filled), location))


def at_location(tree: Any, location: Location) -> Any:
    """What a tree holds at a location; None if there is nothing."""
    for step in location:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _rests_on(record: Mapping[str, Any], claim: str) -> bool:
    named = (record.get(field) for field in ("claims", "requires"))
    return any(isinstance(names, list) and claim in names for names in named)


def _copied(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _copied(child) for key, child in node.items()}
    return [_copied(child) for child in node] if isinstance(node, list | tuple) else node


def _evidence_around(location: Location) -> Location | None:
    """The piece of evidence that a location is in, if it is in one."""
    ways = (location[:length] for length in range(len(location), 0, -1))
    return next((way for way in ways if record_type_at(way) is Evidence), None)


def _in_order(way: Location) -> tuple[str, ...]:
    """A key that sorts the entries of a list by their number."""
    return tuple(f"{step:09}" if isinstance(step, int) else step for step in way)


def _around(way: Location) -> Location:
    """The record that an entry or a field is in; for a record of a file, the file, which a section prints."""
    if evidence := _evidence_around(way[:-1]):
        return evidence
    if isinstance(way[-1], str):
        return way[:-1]
    return way[:1] if len(way) < 4 and way[0] != "brief" else way[:-2]


def _without(places: Mapping[Location, Any], gone: Location) -> dict[Location, Any]:
    """Places by location, without those inside an entry that is gone; the entries behind it move up by one."""
    last, before = gone[-1], gone[:-1]

    def moved(way: Location) -> Location:
        step = way[len(before)] if len(way) > len(before) and way[: len(before)] == before else None
        behind = isinstance(last, int) and isinstance(step, int) and step > last
        return (*before, step - 1, *way[len(gone) :]) if behind and isinstance(step, int) else way

    return {moved(way): place for way, place in places.items() if way[: len(gone)] != gone}


def _name(location: Location) -> str:
    return next((str(step) for step in reversed(location) if isinstance(step, str)), "")


def _left_out(tree: Any, way: Location, why: list[str]) -> str:
    """What is said of a record or field that is left out."""
    record = at_location(tree, way)
    named = record.get("id", record.get("source", record.get("reference"))) if isinstance(record, dict) else None
    what = f"{_name(way)} {named}" if isinstance(named, str) and named else _name(way)
    return f"{what} left out ({', '.join(dict.fromkeys(why))})"


def _joined(text: Any, words: list[str]) -> Any:
    """A text with a mark behind it, or with more in the mark that is there."""
    before = text.rstrip() if isinstance(text, str) else ""
    if found := re.search(rf"{MARK.pattern}\Z", before):
        told = found[0].removeprefix("[unfinished: ").removesuffix("]").split("; ")
        before, words = before[: found.start()].rstrip(), list(dict.fromkeys((*told, *words)))
    return f"{before} {mark(*words)}".lstrip()


def _counted_as_context(entry: dict[str, Any]) -> Iterator[str]:
    """Make unfinished evidence count for nothing, and say how it is meant."""
    role = entry.get("role")
    if isinstance(role, str) and role != "context":
        entry["role"] = "context"
        entry.pop("resolved", None)
        yield f"counts for nothing yet, meant as {role}"
