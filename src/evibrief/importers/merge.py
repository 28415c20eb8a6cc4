"""Joins the references of other programs' files with those of a brief: which are new, and which are there already.

In: references as importers found them, and those of the brief. Out: the new ones with their ids, and what to tell the
author. What is there already stays as it is; whether it is there, `evidence.same_reference` decides.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evibrief.evidence import csl_json
from evibrief.evidence.identifiers import FIELD_OF, OwnIdentifier, own_identifiers
from evibrief.evidence.records import Reference
from evibrief.evidence.same_reference import (
    KnownReferences,
    SameReference,
    ids_from,
    may_be_same_title,
    name_and_year,
)
from evibrief.importers.contract import FoundReference
from evibrief.problems import Place, Problem, Problems

NOT_KEPT = ("abstract", "annote", "keyword")
"""Fields that nothing prints. The documents of a brief carry its data, and an abstract has an owner."""

_PARTS_OF_BOOKS = frozenset(("chapter", "paper-conference", "entry", "entry-dictionary", "entry-encyclopedia"))
_KEY = re.compile(r"[^\W\d_](?:\w|[:.+/-](?=\w))*")
_LONGEST_KEY = 80


@dataclass(frozen=True)
class Merged:
    """The new references as CSL-JSON with their ids, lines for the author, and what was odd in the files."""

    added: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...]
    ids: tuple[str, ...]
    """The id of each reference that was given, in order, whether it is new or was there."""
    warnings: tuple[Problem, ...]


def merge(found: Iterable[tuple[Path, FoundReference]], there: Iterable[Mapping[str, Any]]) -> Merged:
    """Join references with those that are there. Raises `Problems`, all at once, for what cannot be read."""
    joined = _Joined(there)
    for path, one in found:
        joined.add(one, Place(str(path), one.line, 1))
    if any(problem.severity == "error" for problem in joined.problems):
        raise Problems(joined.problems)
    return Merged(tuple(joined.added), tuple(joined.told), tuple(joined.given), tuple(joined.problems))


class _Joined:
    """The references that are known so far."""

    def __init__(self, there: Iterable[Mapping[str, Any]]) -> None:
        self.ids: set[str] = set()
        self.ids_from: dict[str, Iterator[str]] = {}
        self.known = KnownReferences()
        self.added: list[Mapping[str, Any]] = []
        self.told: list[str] = []
        self.given: list[str] = []
        self.problems: list[Problem] = []
        for entry in there:
            self._know(Reference.model_validate(entry))

    def add(self, found: FoundReference, place: Place) -> None:
        """Take in one reference of a file, or say why not."""
        csl, faults = csl_json.cleaned({"id": "new", **_without_id(found.csl)})
        self.problems += (
            Problem(place, "reference-field", f"{fault.field}: {fault.message}", fault.hint, fault.severity)
            for fault in faults
        )
        if csl is None or any(fault.severity == "error" for fault in faults):
            return
        csl = {name: value for name, value in csl.items() if name not in NOT_KEPT}
        new = Reference.model_validate(csl)
        same, of_book = self.known.same(new), ""
        if same and same.shared and not _alike(new, same.reference):
            if not _may_share(same.shared, new.type, same.reference.type):
                self.problems.append(_other_publication(new, same.reference, same.shared, place))
                return
            of_book = same.reference.id
            csl, same = {name: value for name, value in csl.items() if name != "DOI"}, self.known.with_title_of(new)
        if same:
            where = f"line {place.line} of {Path(place.path).name}"
            doubts = "".join(self._doubts(new, same.reference))
            self.given.append(same.reference.id)
            self.told.append(f"already there: `{same.reference.id}` ({_why(same)}), {where}{doubts}")
            return
        csl["id"] = self._id(found.csl, csl)
        self.told += _on_new(found.csl, csl, of_book)
        self.added.append(csl)
        self.given.append(str(csl["id"]))
        self._know(Reference.model_validate(csl))

    def _doubts(self, new: Reference, same: Reference) -> Iterator[str]:
        """Numbers of a reference that is there already which are not those that it has there."""
        there = own_identifiers(same)
        for kind, value in own_identifiers(new):
            owner, others = self.known.owners.get((kind, value)), [one for known, one in there if known == kind]
            if owner and owner.id != same.id:
                yield f"; its {FIELD_OF[kind]} {value} is that of `{owner.id}`"
            elif others and value not in others:
                yield f"; its {FIELD_OF[kind]} is {value} here, and {others[0]} there"

    def _know(self, reference: Reference) -> None:
        self.ids.add(reference.id)
        self.known.add(reference)

    def _id(self, typed: Mapping[str, Any], csl: Mapping[str, Any]) -> str:
        """The key of the file, or name and year; with a letter behind it if another reference has it."""
        given = next((str(key) for name in ("citation-key", "id") if _is_key(key := typed.get(name))), "")
        base = given or name_and_year(csl)
        return next(one for one in self.ids_from.setdefault(base, ids_from(base)) if one not in self.ids)


def _on_new(typed: Mapping[str, Any], csl: Mapping[str, Any], of_book: str) -> Iterator[str]:
    """What the author should know of a new reference: another id, or no DOI where it is that of another one."""
    given = typed.get("citation-key") if _is_key(typed.get("citation-key")) else typed.get("id")
    if given and given != csl["id"]:
        yield f"added `{csl['id']}`, which the file calls `{given:.60}`"
    if of_book:
        yield f"added `{csl['id']}` without its DOI, {typed['DOI']:.60}: that is the DOI of `{of_book}`"


def _without_id(csl: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in csl.items() if name not in ("id", "citation-key")}


def _is_key(name: Any) -> bool:
    """Whether a text can be typed as a citation: `@smith2016`, `@smith:2016`."""
    return isinstance(name, str) and len(name) <= _LONGEST_KEY and _KEY.fullmatch(name) is not None


def _alike(one: Reference, other: Reference) -> bool:
    """Whether the titles may be of one publication; a missing title says nothing against it."""
    return not (one.title and other.title) or may_be_same_title(one.title, other.title)


def _may_share(shared: OwnIdentifier, *types: str) -> bool:
    """Whether two publications may have this in common: a book and its chapters have one DOI."""
    return shared[0] == "doi" and not _PARTS_OF_BOOKS.isdisjoint(types)


def _other_publication(new: Reference, known: Reference, shared: OwnIdentifier, place: Place) -> Problem:
    """That a reference has the identifier of another publication."""
    message = f"its {FIELD_OF[shared[0]]} is that of `{known.id}`, which has another title: " \
              f"“{new.title:.80}” here, “{known.title:.80}” there"  # fmt: skip
    return Problem(place, "same-publication", message, "look both up, and correct the one that is wrong")


def _why(same: SameReference) -> str:
    return f"the same {same.by}" + (f", {same.shared[1]}" if same.shared else "")
