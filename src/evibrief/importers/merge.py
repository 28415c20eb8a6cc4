"""Joins the references of other programs' files with those of a brief: which are new, and which are there already.

In: references as importers found them, and those of the brief. Out: the new ones with their ids, and what to tell the
author. What is there already stays as it is. Two references are one publication if they share a DOI, PMID or PMCID, or
if title, year and first author are the same and no identifier speaks against it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from evibrief.evidence import csl_json
from evibrief.evidence.identifiers import OwnIdentifier, normalised_title, own_identifiers
from evibrief.evidence.records import Reference
from evibrief.evidence.same_reference import names_another
from evibrief.importers.contract import FoundReference
from evibrief.problems import Place, Problem, Problems

NOT_KEPT = ("abstract", "annote", "keyword")
"""Fields that nothing prints. The documents of a brief carry its data, and an abstract has an owner."""

_PARTS_OF_BOOKS = frozenset(("chapter", "paper-conference", "entry", "entry-dictionary", "entry-encyclopedia"))
_FIELDS = {"doi": "DOI", "pmid": "PMID", "pmcid": "PMCID"}
_KEY = re.compile(r"[^\W\d_](?:\w|[:.+/-](?=\w))*")
_LONGEST_KEY = 80
_ALIKE, _FEWEST_LETTERS = 0.8, 20


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
        self.ends: dict[str, Iterator[str]] = {}
        self.by_identifier: dict[OwnIdentifier, Reference] = {}
        self.by_title: dict[tuple[str, int | None], list[Reference]] = {}
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
        shared = [one for one in own_identifiers(new) if one in self.by_identifier]
        if shared and self._is_other(new, self.by_identifier[shared[0]], shared[0], place):
            return
        of_book = self.by_identifier[shared[0]].id if shared and not _alike(new, self.by_identifier[shared[0]]) else ""
        if of_book:
            csl, shared = {name: value for name, value in csl.items() if name != "DOI"}, []
        same = self.by_identifier[shared[0]] if shared else self._same_title(new)
        if same:
            where = f"line {place.line} of {Path(place.path).name}"
            self.given.append(same.id)
            doubts = "".join(self._doubts(new, same))
            self.told.append(f"already there: `{same.id}` ({_why(shared)}), {where}{doubts}")
            return
        csl["id"] = self._id(found.csl)
        self.told += _on_new(found.csl, csl, of_book)
        self.added.append(csl)
        self.given.append(str(csl["id"]))
        self._know(Reference.model_validate(csl))

    def _doubts(self, new: Reference, same: Reference) -> Iterator[str]:
        """Numbers of a reference that is there already which are not those that it has there."""
        there = own_identifiers(same)
        for kind, value in own_identifiers(new):
            owner, others = self.by_identifier.get((kind, value)), [one for known, one in there if known == kind]
            if owner and owner.id != same.id:
                yield f"; its {_FIELDS[kind]} {value} is that of `{owner.id}`"
            elif others and value not in others:
                yield f"; its {_FIELDS[kind]} is {value} here, and {others[0]} there"

    def _know(self, reference: Reference) -> None:
        self.ids.add(reference.id)
        for identifier in own_identifiers(reference):
            self.by_identifier.setdefault(identifier, reference)
        self.by_title.setdefault(_title_key(reference), []).append(reference)

    def _is_other(self, new: Reference, known: Reference, shared: OwnIdentifier, place: Place) -> bool:
        """Whether the identifier of another publication is given, which is a problem; of a part of a book it is not."""
        if _alike(new, known) or (shared[0] == "doi" and _PARTS_OF_BOOKS & {new.type, known.type}):
            return False
        message = f"its {_FIELDS[shared[0]]} is that of `{known.id}`, which has another title: " \
                  f"“{new.title:.80}” here, “{known.title:.80}” there"  # fmt: skip
        hint = "look both up, and correct the one that is wrong"
        self.problems.append(Problem(place, "same-publication", message, hint))
        return True

    def _same_title(self, new: Reference) -> Reference | None:
        """A reference with the same title, year and first author, whose identifiers do not differ."""
        own = dict(own_identifiers(new))
        for known in self.by_title.get(_title_key(new), ()) if new.title else ():
            others = dict(own_identifiers(known))
            differ = any(others[kind] != own[kind] for kind in own.keys() & others.keys())
            if not differ and _first_author(new) == _first_author(known):
                return known
        return None

    def _id(self, csl: Mapping[str, Any]) -> str:
        """The key of the file, or author and year; with a letter behind it if another reference has it."""
        given = next((key for name in ("citation-key", "id") if _is_key(key := csl.get(name))), "")
        name = str(given) or _author_and_year(csl)
        ends = self.ends.setdefault(name, _suffixes())
        return next(one for end in ends if (one := f"{name}{end}") not in self.ids)


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


def _suffixes() -> Iterator[str]:
    """Nothing for the first, then `b`, `c`, … `z`, `bb`, `bc` and so on."""
    ends = [""]
    while True:
        yield from ends
        ends = [end + letter for end in ends for letter in "bcdefghijklmnopqrstuvwxyz"]


def _author_and_year(csl: Mapping[str, Any]) -> str:
    """Such as `smith2016`; `unknown` for what is not known."""
    people: Any = next((csl[name] for name in ("author", "editor") if csl.get(name)), [{}])
    first = people[0] if isinstance(people, list) and isinstance(people[0], dict) else {}
    name = str(first.get("family") or first.get("literal") or "")
    if "family" not in first:
        name = name.partition(" ")[0]
    plain = unicodedata.normalize("NFKD", name).lower()
    word = "".join(re.findall("[a-z]", plain))[:30]
    issued = csl.get("issued")
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    year = parts[0][0] if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0] else ""
    return f"{word or 'unknown'}{year}"


def _title_key(reference: Reference) -> tuple[str, int | None]:
    return normalised_title(reference.title or ""), reference.year


def _first_author(reference: Reference) -> str:
    first = reference.author[0] if reference.author else {}
    words = normalised_title(str(first.get("family") or first.get("literal") or ""))
    return words.partition(" ")[0] if "literal" in first else words


def _alike(one: Reference, other: Reference) -> bool:
    """Whether two titles may be of one publication: the same, one with a subtitle more, or with a few other letters.

    Titles with other numbers are not (`part 1` and `part 2`), nor is a correction or reply that repeats a title.
    """
    first, second = sorted((normalised_title(one.title or ""), normalised_title(other.title or "")), key=len)
    if not first or first == second or (len(first) >= _FEWEST_LETTERS and second.startswith(first)):
        return not names_another(second[len(first) :])
    if re.findall(r"\d", first) != re.findall(r"\d", second):  # not numbers: PubMed writes 10⁶ as 10(6)
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


def _why(shared: list[OwnIdentifier]) -> str:
    return f"the same {_FIELDS[shared[0][0]]}, {shared[0][1]}" if shared else "the same title, year and first author"
